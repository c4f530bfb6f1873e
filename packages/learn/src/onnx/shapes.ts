/**
 * Shape inference: the shape of every value of a graph, from those of its inputs and the operations between.
 *
 * Only operations that can be trained through are known; their attributes are those of operator set 17.
 */

import {
  broadcastShapes,
  countValues,
  fillReshape,
  formatShape,
  isSameShape,
  isSameSize,
  type Shape,
  type Size,
} from './sizes.ts'
import type { Attribute, Graph, Node } from './writer.ts'

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
  Mod: broadcast,
  Equal: broadcast,
  Greater: broadcast,
  Less: broadcast,
  GreaterOrEqual: broadcast,
  LessOrEqual: broadcast,
  And: broadcast,
  Or: broadcast,
  Xor: broadcast,
  // The slope is broadcast to x, not x to the slope.
  PRelu: (_, [x, slope]) => {
    const shape = broadcastShapes(x!, slope!)
    return shape !== undefined && isSameShape(shape, x!) ? shape : undefined
  },
  Relu: same,
  Elu: same,
  Floor: same,
  Ceil: same,
  Round: same,
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
  Softmax: (node, [x]) => (hasAxis(x!, intOf(node, 'axis', -1)) ? x : undefined),
  LogSoftmax: (node, [x]) => (hasAxis(x!, intOf(node, 'axis', -1)) ? x : undefined),
  Trilu: (_, [x]) => (x!.length < 2 ? undefined : x),
  Clip: same,
  Cast: same,
  Identity: same,
  Not: same,
  IsNaN: same,
  LayerNormalization: (node, [x, scale, bias]) => {
    const axis = toAxis(intOf(node, 'axis', -1), x!.length)
    const fits = (shape: Shape | undefined) => {
      const common = shape === undefined ? x! : broadcastShapes(x!.slice(axis), shape)
      return common !== undefined && (shape === undefined || isSameShape(common, x!.slice(axis)))
    }
    return axis >= 0 && axis < x!.length && fits(scale) && fits(bias) ? x : undefined
  },
  Gemm: (node, [a, b, c]) => {
    if (a!.length !== 2 || b!.length !== 2) return undefined
    const [m, k] = intOf(node, 'transA', 0) === 1 ? [a![1], a![0]] : [a![0], a![1]]
    const [inner, n] = intOf(node, 'transB', 0) === 1 ? [b![1], b![0]] : [b![0], b![1]]
    if (!isSameSize(k!, inner!)) return undefined
    const shape = [m!, n!]
    const common = c === undefined ? shape : broadcastShapes(shape, c)
    return common !== undefined && isSameShape(common, shape) ? shape : undefined
  },
  MatMul: (_, [a, b]) => inferMatMul(a!, b!),
  Conv: (node, [x, w, bias]) => {
    const group = intOf(node, 'group', 1)
    const [outputs, each] = w as [number, number]
    if (w!.length !== x!.length || x![1] !== each * group || outputs % group !== 0) return undefined
    if (bias !== undefined && !isSameShape(bias, [outputs])) return undefined
    const sizes = spatial(x!, (size, axis) => countWindows(size, windowOf(node, axis, w![axis + 2] as number)))
    return sizes && [x![0]!, outputs, ...sizes]
  },
  ConvTranspose: (node, [x, w, bias]) => {
    const group = intOf(node, 'group', 1)
    const [inputs, each] = w as [number, number]
    if (w!.length !== x!.length || x![1] !== inputs || inputs % group !== 0) return undefined
    if (bias !== undefined && !isSameShape(bias, [each * group])) return undefined
    const added = intsOf(node, 'output_padding', [0, 0])
    const sizes = spatial(x!, (size, axis) => {
      const { stride, reach, edges } = windowOf(node, axis, w![axis + 2] as number)
      return (size - 1) * stride + reach + added[axis]! - edges[0] - edges[1]
    })
    return sizes && [x![0]!, each * group, ...sizes]
  },
  MaxPool: inferPool,
  AveragePool: inferPool,
  GlobalAveragePool: (_, [x]) => [x![0]!, x![1]!, ...x!.slice(2).map(() => 1)],
  ReduceMean: (node, [x]) => reduce(x!, intsOf(node, 'axes', range(x!.length)), intOf(node, 'keepdims', 1) === 1),
  ReduceSum: (node, [x], integers) => reduce(x!, integers(1) ?? range(x!.length), intOf(node, 'keepdims', 1) === 1),
  Transpose: (node, [x]) => {
    const perm = intsOf(node, 'perm', range(x!.length).reverse())
    const isPermutation = [...perm].sort((a, b) => a - b).join() === range(x!.length).join()
    return isPermutation ? perm.map((axis) => x![axis]!) : undefined
  },
  Reshape: (_, [x], integers) => {
    const target = integers(1)
    return target && fillReshape(x!, target)
  },
  Flatten: (node, [x]) => {
    const axis = toAxis(intOf(node, 'axis', 1), x!.length)
    if (axis < 0 || axis > x!.length) return undefined
    const [rows, columns] = [countValues(x!.slice(0, axis)), countValues(x!.slice(axis))]
    return rows !== undefined && columns !== undefined ? [rows, columns] : undefined
  },
  Squeeze: (_, [x], integers) => {
    const axes = integers(1)?.map((axis) => toAxis(axis, x!.length))
    if (axes?.some((axis) => x![axis] !== 1)) return undefined
    return x!.filter((size, axis) => (axes === undefined ? size !== 1 : !axes.includes(axis)))
  },
  Unsqueeze: (_, [x], integers) => {
    const axes = integers(1)
    if (axes === undefined) return undefined
    const rank = x!.length + axes.length
    const added = axes.map((axis) => toAxis(axis, rank))
    if (new Set(added).size < added.length || added.some((axis) => axis < 0 || axis >= rank)) return undefined
    const rest = [...x!]
    return range(rank).map((axis) => (added.includes(axis) ? 1 : rest.shift()!))
  },
  Concat: (node, inputs) => {
    const [first] = inputs as [Shape]
    const axis = toAxis(intOf(node, 'axis', 0), first.length)
    const around = (shape: Shape) => shape.toSpliced(axis, 1)
    const isJoined = inputs.every((shape) => shape.length === first.length && isSameShape(around(shape), around(first)))
    const total = first[axis] === undefined ? undefined : addSizes(inputs.map((shape) => shape[axis]!))
    return isJoined && total !== undefined ? first.with(axis, total) : undefined
  },
  Gather: (node, [x, indices]) => {
    const axis = toAxis(intOf(node, 'axis', 0), x!.length)
    if (x![axis] === undefined) return undefined
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
    if (pads?.length !== 2 * x!.length) return undefined
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
  const inference = Object.hasOwn(INFERENCES, node.op) ? INFERENCES[node.op] : undefined
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
  const isCeil = intOf(node, 'ceil_mode', 0) === 1
  const sizes = spatial(x!, (size, axis) => countWindows(size, windowOf(node, axis, kernel[axis]!), isCeil))
  return sizes && [x![0]!, x![1]!, ...sizes]
}

/** What a window does along one axis of an image: its stride, how far it reaches, and the padding at both edges. */
export interface WindowAxis {
  readonly stride: number
  readonly reach: number
  readonly edges: readonly [before: number, after: number]
}

function windowOf(node: Node, axis: number, kernel: number): WindowAxis {
  const pads = intsOf(node, 'pads', [0, 0, 0, 0])
  const reach = intsOf(node, 'dilations', [1, 1])[axis]! * (kernel - 1) + 1
  return { stride: intsOf(node, 'strides', [1, 1])[axis]!, reach, edges: [pads[axis]!, pads[axis + 2]!] as const }
}

/**
 * Places of a window along an axis. Rounding up, a window that would start in the padding at the end is left out, as
 * ONNX Runtime and PyTorch do.
 *
 * @see https://onnx.ai/onnx/operators/onnx__MaxPool.html
 */
export function countWindows(
  size: number,
  { reach, stride, edges: [before, after] }: WindowAxis,
  isCeil = false,
): number {
  const steps = (size + before + after - reach) / stride
  if (!isCeil) return Math.floor(steps) + 1
  const count = Math.ceil(steps) + 1
  return (count - 1) * stride >= size + before ? count - 1 : count
}

/** The two spatial sizes of an image after an operation; undefined if it is none, or nothing is left of it. */
function spatial(x: Shape, after: (size: number, axis: number) => number): number[] | undefined {
  const sizes = x.slice(2)
  if (sizes.length !== 2 || sizes.some((size) => typeof size !== 'number')) return undefined
  const found = sizes.map((size, axis) => after(size as number, axis))
  return found.every((size) => size >= 1) ? found : undefined
}

function hasAxis(x: Shape, axis: number): boolean {
  return axis >= -x.length && axis < x.length
}

function reduce(x: Shape, axes: number[], keeps: boolean): Shape {
  const gone = axes.map((axis) => toAxis(axis, x.length))
  return x.flatMap((size, axis) => (gone.includes(axis) ? (keeps ? [1] : []) : [size]))
}

/** A sum of sizes; undefined where some grow with the batch and some do not. */
function addSizes(sizes: Size[]): Size | undefined {
  if (sizes.every((size) => typeof size === 'number')) return sizes.reduce((sum, size) => sum + size, 0)
  if (sizes.some((size) => typeof size === 'number')) return undefined
  return { batches: (sizes as { batches: number }[]).reduce((sum, { batches }) => sum + batches, 0) }
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
