/**
 * Shape inference: the shape of every value of a graph, from those of its inputs and the operations between.
 *
 * Only operations that can be trained through are known; their attributes are those of operator set 17.
 */
import type { Attribute, Graph, Node } from './onnx.ts'
import { broadcastShapes, countValues, divideSizes, formatShape, isSameSize, type Shape, type Size } from './sizes.ts'

/** Shapes of values by name. */
export type Shapes = Map<string, Shape>

/** Shapes of a node's outputs from those of its inputs; undefined where they do not fit. */
type Inference = (node: Node, inputs: Shape[], integers: (index: number) => number[] | undefined) => Shape | undefined

const same: Inference = (_, [x]) => x
const broadcast: Inference = (_, shapes) =>
  shapes.reduce<Shape | undefined>((sum, shape) => sum && broadcastShapes(sum, shape), [])

const INFERENCES: Record<string, Inference> = {
  Add: broadcast,
  Sub: broadcast,
  Mul: broadcast,
  Div: broadcast,
  Pow: broadcast,
  Max: broadcast,
  Min: broadcast,
  Where: broadcast,
  Equal: broadcast,
  Greater: broadcast,
  Less: broadcast,
  And: broadcast,
  Or: broadcast,
  Relu: same,
  LeakyRelu: same,
  Sigmoid: same,
  Tanh: same,
  Erf: same,
  Exp: same,
  Log: same,
  Neg: same,
  Abs: same,
  Sign: same,
  Sqrt: same,
  Reciprocal: same,
  Softplus: same,
  Softmax: same,
  LogSoftmax: same,
  Clip: same,
  Cast: same,
  Identity: same,
  Not: same,
  IsNaN: same,
  LayerNormalization: same,
  Gemm: (node, [a, b]) => {
    const [m, k] = intOf(node, 'transA', 0) === 1 ? [a![1], a![0]] : [a![0], a![1]]
    const [inner, n] = intOf(node, 'transB', 0) === 1 ? [b![1], b![0]] : [b![0], b![1]]
    return k !== undefined && inner !== undefined && isSameSize(k, inner) ? [m!, n!] : undefined
  },
  MatMul: (_, [a, b]) => inferMatMul(a!, b!),
  Conv: (node, [x, w]) => {
    const strides = intsOf(node, 'strides', [1, 1])
    const dilations = intsOf(node, 'dilations', [1, 1])
    const pads = intsOf(node, 'pads', [0, 0, 0, 0])
    const sizes = spatial(x!, (size, axis) => {
      const reach = dilations[axis]! * ((w![axis + 2] as number) - 1) + 1
      return Math.floor((size + pads[axis]! + pads[axis + 2]! - reach) / strides[axis]!) + 1
    })
    return sizes && [x![0]!, w![0]!, ...sizes]
  },
  ConvTranspose: (node, [x, w]) => {
    const strides = intsOf(node, 'strides', [1, 1])
    const dilations = intsOf(node, 'dilations', [1, 1])
    const pads = intsOf(node, 'pads', [0, 0, 0, 0])
    const added = intsOf(node, 'output_padding', [0, 0])
    const sizes = spatial(x!, (size, axis) => {
      const reach = dilations[axis]! * ((w![axis + 2] as number) - 1) + 1
      return (size - 1) * strides[axis]! + reach + added[axis]! - pads[axis]! - pads[axis + 2]!
    })
    return sizes && [x![0]!, (w![1] as number) * intOf(node, 'group', 1), ...sizes]
  },
  MaxPool: inferPool,
  AveragePool: inferPool,
  GlobalAveragePool: (_, [x]) => [x![0]!, x![1]!, ...x!.slice(2).map(() => 1)],
  ReduceMean: (node, [x]) => reduce(x!, intsOf(node, 'axes', range(x!.length)), intOf(node, 'keepdims', 1) === 1),
  ReduceSum: (node, [x], integers) => reduce(x!, integers(1) ?? range(x!.length), intOf(node, 'keepdims', 1) === 1),
  Transpose: (node, [x]) => intsOf(node, 'perm', range(x!.length).reverse()).map((axis) => x![axis]!),
  Reshape: (_, [x], integers) => inferReshape(x!, integers(1)),
  Flatten: (node, [x]) => {
    const axis = toAxis(intOf(node, 'axis', 1), x!.length)
    const [rows, columns] = [countValues(x!.slice(0, axis)), countValues(x!.slice(axis))]
    return rows !== undefined && columns !== undefined ? [rows, columns] : undefined
  },
  Squeeze: (_, [x], integers) => {
    const axes = integers(1)?.map((axis) => toAxis(axis, x!.length))
    return x!.filter((size, axis) => (axes === undefined ? size !== 1 : !axes.includes(axis)))
  },
  Unsqueeze: (_, [x], integers) => {
    const axes = integers(1)
    if (axes === undefined) return undefined
    const rank = x!.length + axes.length
    const added = axes.map((axis) => toAxis(axis, rank))
    const rest = [...x!]
    return range(rank).map((axis) => (added.includes(axis) ? 1 : rest.shift()!))
  },
  Concat: (node, inputs) => {
    const axis = toAxis(intOf(node, 'axis', 0), inputs[0]!.length)
    return inputs[0]!.map((size, at) => (at === axis ? addSizes(inputs.map((shape) => shape[at]!)) : size))
  },
  Gather: (node, [x, indices]) => {
    const axis = toAxis(intOf(node, 'axis', 0), x!.length)
    return [...x!.slice(0, axis), ...indices!, ...x!.slice(axis + 1)]
  },
  Slice: (_, [x], integers) => {
    const [starts, ends] = [integers(1), integers(2)]
    if (starts === undefined || ends === undefined) return undefined
    const axes = integers(3) ?? range(starts.length)
    const steps = integers(4) ?? axes.map(() => 1)
    const shape = [...x!]
    for (const [index, given] of axes.entries()) {
      const axis = toAxis(given, shape.length)
      const size = shape[axis]!
      if (typeof size !== 'number') {
        const isWhole = starts[index] === 0 && ends[index]! >= 2 ** 31 - 1 && steps[index] === 1
        if (!isWhole) return undefined
        continue
      }
      shape[axis] = countSliced(size, starts[index]!, ends[index]!, steps[index]!)
    }
    return shape
  },
  Pad: (_, [x], integers) => {
    const pads = integers(1)
    if (pads === undefined) return undefined
    return x!.map((size, axis) => (typeof size === 'number' ? size + pads[axis]! + pads[axis + x!.length]! : size))
  },
  Shape: (_, [x]) => [x!.length],
  Expand: (_, [x], integers) => {
    const target = integers(1)
    return target && broadcastShapes(x!, target)
  },
}

/**
 * Shapes of all values that `nodes` compute.
 *
 * @param known - Shapes of inputs and parameters; those of `graph.constants` are added by this function.
 * @throws {@link ShapeError} naming the node.
 */
export function inferShapes(graph: Graph, nodes: readonly Node[], known: ReadonlyMap<string, Shape>): Shapes {
  const shapes: Shapes = new Map(known)
  for (const { name, shape } of graph.constants) shapes.set(name, shape)
  for (const node of nodes) inferNode(graph, node, shapes)
  return shapes
}

/** Whether the shape of an operation's output can be told. */
export function hasShapeRule(op: string): boolean {
  return op === 'Split' || op in INFERENCES
}

/**
 * Adds the shapes of one node's outputs.
 *
 * @throws {@link ShapeError} naming the node.
 */
export function inferNode(graph: Graph, node: Node, shapes: Shapes): void {
  const present = node.inputs.filter((name) => name !== '')
  const missing = present.find((name) => !shapes.has(name))
  if (missing !== undefined) throw new ShapeError(node, `the shape of its input "${missing}" is not known`)
  const inputs = present.map((name) => shapes.get(name)!)
  if (node.op === 'Split') {
    const parts = inferSplit(graph, node, inputs[0]!)
    for (const [index, shape] of parts.entries()) shapes.set(node.outputs[index]!, shape)
    return
  }
  const inference = INFERENCES[node.op]
  if (inference === undefined) throw new ShapeError(node, 'there is no rule for the shape of its output')
  const shape = inference(node, inputs, (index) => readIntegers(graph, node.inputs[index]))
  if (shape === undefined) {
    throw new ShapeError(node, `inputs of shape ${inputs.map(formatShape).join(', ')} do not fit it`)
  }
  shapes.set(node.outputs[0]!, shape)
}

/** Integers of a constant of the graph; undefined if the value is none. */
export function readIntegers(graph: Graph, name: string | undefined): number[] | undefined {
  const constant = graph.constants.find((candidate) => candidate.name === name)
  if (constant === undefined || constant.type !== 'int64') return undefined
  return [...new BigInt64Array(Uint8Array.from(constant.bytes).buffer)].map(Number)
}

/** An integer attribute of a node, or what holds when it is absent. */
export function intOf(node: Node, name: string, absent: number): number {
  const value: Attribute | undefined = node.attributes[name]
  return value !== undefined && 'int' in value ? value.int : absent
}

/** A float attribute of a node, or what holds when it is absent. */
export function floatOf(node: Node, name: string, absent: number): number {
  const value: Attribute | undefined = node.attributes[name]
  return value !== undefined && 'float' in value ? value.float : absent
}

/** A list of integers of a node, or what holds when it is absent. */
export function intsOf(node: Node, name: string, absent: number[]): number[] {
  const value: Attribute | undefined = node.attributes[name]
  return value !== undefined && 'ints' in value ? value.ints : absent
}

/** An axis counted from the front. */
export function toAxis(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis
}

/** 0, 1, …, count − 1. */
export function range(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index)
}

/** Sizes of the parts of a `Split`, of which there are as many as outputs. */
export function splitSizes(graph: Graph, node: Node, total: number): number[] {
  const given = readIntegers(graph, node.inputs[1])
  if (given !== undefined) return given
  const part = Math.ceil(total / node.outputs.length)
  return node.outputs.map((_, index) => Math.min(part, total - index * part))
}

function inferSplit(graph: Graph, node: Node, x: Shape): Shape[] {
  const axis = toAxis(intOf(node, 'axis', 0), x.length)
  const total = x[axis]
  if (typeof total !== 'number') throw new ShapeError(node, 'it splits the batch')
  return splitSizes(graph, node, total).map((size) => x.with(axis, size))
}

function inferMatMul(a: Shape, b: Shape): Shape | undefined {
  if (a.length === 1 && b.length === 1) return isSameSize(a[0]!, b[0]!) ? [] : undefined
  if (a.length === 1) return inferMatMul([1, ...a], b)?.filter((_, axis) => axis !== b.length - 2)
  if (b.length === 1) return inferMatMul(a, [...b, 1])?.slice(0, -1)
  const batch = broadcastShapes(a.slice(0, -2), b.slice(0, -2))
  if (batch === undefined || !isSameSize(a.at(-1)!, b.at(-2)!)) return undefined
  return [...batch, a.at(-2)!, b.at(-1)!]
}

function inferPool(node: Node, [x]: Shape[]): Shape | undefined {
  const kernel = intsOf(node, 'kernel_shape', [])
  const strides = intsOf(node, 'strides', [1, 1])
  const pads = intsOf(node, 'pads', [0, 0, 0, 0])
  const dilations = intsOf(node, 'dilations', [1, 1])
  const round = intOf(node, 'ceil_mode', 0) === 1 ? Math.ceil : Math.floor
  const sizes = spatial(x!, (size, axis) => {
    const reach = dilations[axis]! * (kernel[axis]! - 1) + 1
    return round((size + pads[axis]! + pads[axis + 2]! - reach) / strides[axis]!) + 1
  })
  return sizes && [x![0]!, x![1]!, ...sizes]
}

/** The two spatial sizes of an image after an operation; undefined if it is none. */
function spatial(x: Shape, after: (size: number, axis: number) => number): number[] | undefined {
  const sizes = x.slice(2)
  if (sizes.length !== 2 || sizes.some((size) => typeof size !== 'number')) return undefined
  return sizes.map((size, axis) => after(size as number, axis))
}

function reduce(x: Shape, axes: number[], keeps: boolean): Shape {
  const gone = axes.map((axis) => toAxis(axis, x.length))
  return x.flatMap((size, axis) => (gone.includes(axis) ? (keeps ? [1] : []) : [size]))
}

function inferReshape(x: Shape, target: number[] | undefined): Shape | undefined {
  if (target === undefined) return undefined
  const shape: Shape = target.map((size, axis) => (size === 0 ? (x[axis] ?? 0) : size))
  const all = countValues(x)
  const open = target.indexOf(-1)
  const rest = countValues(shape.filter((_, axis) => axis !== open))
  if (all === undefined || rest === undefined) return undefined
  if (open < 0) return isSameSize(all, rest) ? shape : undefined
  const size = divideSizes(all, rest)
  return size === undefined ? undefined : shape.with(open, size)
}

function addSizes(sizes: Size[]): Size {
  if (sizes.every((size) => typeof size === 'number')) return sizes.reduce((sum, size) => sum + size, 0)
  return { batches: sizes.reduce<number>((sum, size) => sum + (typeof size === 'number' ? 0 : size.batches), 0) }
}

function countSliced(size: number, start: number, end: number, step: number): number {
  const clamp = (value: number, low: number, high: number) => Math.min(high, Math.max(low, value))
  const from = start < 0 ? start + size : start
  const to = end < 0 ? end + size : end
  if (step > 0) return Math.max(0, Math.ceil((clamp(to, 0, size) - clamp(from, 0, size)) / step))
  return Math.max(0, Math.ceil((clamp(from, 0, size - 1) - clamp(to, -1, size - 1)) / -step))
}

/** The shape of a value cannot be told, or shapes do not fit. */
export class ShapeError extends Error {
  override name = 'ShapeError'
  readonly op: string
  readonly reason: string
  constructor(node: Node, reason: string) {
    super(`${node.op} that computes "${node.outputs[0]}": ${reason}.`)
    this.op = node.op
    this.reason = reason
  }
}
