/**
 * How the operators of a file become those that can be trained through: operator set 17, axes and windows spelled out,
 * dropout gone, GELU and batch normalisation in their parts.
 */
import { emit, floatConstant, integerConstant } from './graph.ts'
import type { Attribute, Graph } from './onnx.ts'
import type { FileAttribute, FileNode } from './onnx-reader.ts'
import { range, toAxis } from './shapes.ts'
import { BATCH, countValues, isSameSize, type Shape, type Size } from './sizes.ts'

/** What a translation is handed. */
export interface Translation {
  graph: Graph
  node: FileNode
  /** Names of the inputs as values of `graph`; empty for one that is left out. */
  inputs: string[]
  /** Names that the outputs are to have. */
  outputs: string[]
  shapeOf: (value: string) => Shape
  /** Entries of a small value that is known; undefined if it is not, or there is no such input. */
  knownOf: (index: number) => Size[] | undefined
  /** Examples in a batch of a file that fixes them. */
  fixedBatch: number | undefined
  /** Refuses the node. */
  refuse: (reason: string) => never
  /** Makes two names stand for the same value. */
  alias: (output: string, value: string) => void
  /** Emits whole numbers as a vector, those that depend on the batch being computed when the graph runs. */
  emitSizes: (sizes: Size[]) => string
  /** Says the shape of a value that cannot be inferred. */
  setShape: (value: string, shape: Shape) => void
}

type Translator = (translation: Translation) => void

/** Passes a node on with some of its attributes. */
const keep =
  (...attributes: string[]): Translator =>
  ({ graph, node, inputs, outputs }) => {
    const kept = Object.fromEntries(attributes.flatMap((name) => toAttribute(name, node.attributes[name])))
    graph.nodes.push({ op: node.op, inputs: trim(inputs), outputs, attributes: kept })
  }

const first: Translator = ({ inputs, outputs, alias }) => alias(outputs[0]!, inputs[0]!)

/** Translations by operator; whatever is not listed cannot be imported. */
export const TRANSLATORS: Record<string, Translator> = {
  ...Object.fromEntries(
    'Add Sub Mul Div Pow Where Relu Sigmoid Tanh Erf Exp Log Neg Abs Sqrt Reciprocal Softplus MatMul GlobalAveragePool'
      .split(' ')
      .map((op) => [op, keep()]),
  ),
  LeakyRelu: keep('alpha'),
  Gemm: keep('alpha', 'beta', 'transA', 'transB'),
  Softmax: keep('axis'),
  LogSoftmax: keep('axis'),
  Flatten: keep('axis'),
  Transpose: keep('perm'),
  Concat: keep('axis'),
  Gather: keep('axis'),
  LayerNormalization: (translation) => {
    keep('axis', 'epsilon')({ ...translation, outputs: translation.outputs.slice(0, 1) })
  },
  Identity: first,
  Dropout: first,
  Cast: ({ node, inputs, outputs, alias, refuse, graph, shapeOf }) => {
    const to = intOf(node, 'to', 1)
    const constant = graph.constants.find(({ name }) => name === inputs[0])
    if (constant?.type === 'bool' || constant?.type === 'int64') {
      emit(graph, 'Cast', [inputs[0]!], { to: { int: to === 1 || to === 11 ? 1 : to } }, outputs[0]!)
      return
    }
    if (to !== 1 && to !== 11 && to !== 7 && to !== 6)
      refuse(`it casts ${shapeOf(inputs[0]!).length}-dimensional data to type ${to}`)
    alias(outputs[0]!, inputs[0]!)
  },
  Clip: ({ graph, inputs, outputs }) => {
    graph.nodes.push({ op: 'Clip', inputs: trim(inputs), outputs, attributes: {} })
  },
  HardSigmoid: ({ graph, node, inputs, outputs }) => {
    emitHardSigmoid(graph, inputs[0]!, floatOf(node, 'alpha', 0.2), floatOf(node, 'beta', 0.5), outputs[0]!)
  },
  HardSwish: ({ graph, inputs, outputs }) => {
    emit(graph, 'Mul', [inputs[0]!, emitHardSigmoid(graph, inputs[0]!, 1 / 6, 0.5)], {}, outputs[0]!)
  },
  // x·Φ(x), Φ by the error function or by its approximation.
  Gelu: ({ graph, node, inputs, outputs }) => {
    const x = inputs[0]!
    const constant = (value: number) => floatConstant(graph, [value], [])
    const approximate = node.attributes.approximate
    const isTanh = approximate !== undefined && 'text' in approximate && approximate.text === 'tanh'
    const inner = isTanh
      ? emit(graph, 'Tanh', [
          emit(graph, 'Mul', [
            emit(graph, 'Add', [x, emit(graph, 'Mul', [emit(graph, 'Pow', [x, constant(3)]), constant(0.044715)])]),
            constant(Math.sqrt(2 / Math.PI)),
          ]),
        ])
      : emit(graph, 'Erf', [emit(graph, 'Mul', [x, constant(Math.SQRT1_2)])])
    const half = emit(graph, 'Mul', [x, constant(0.5)])
    emit(graph, 'Mul', [half, emit(graph, 'Add', [inner, constant(1)])], {}, outputs[0]!)
  },
  // With frozen statistics: x·f + (bias − mean·f), f = scale / √(variance + ε), by channel.
  BatchNormalization: ({ graph, node, inputs, outputs, shapeOf, refuse }) => {
    if (intOf(node, 'training_mode', 0) === 1) refuse('it is in training mode; export the model in evaluation mode')
    const [x, scale, bias, mean, variance] = inputs as [string, string, string, string, string]
    const epsilon = floatConstant(graph, [floatOf(node, 'epsilon', 1e-5)], [])
    const deviation = emit(graph, 'Sqrt', [emit(graph, 'Add', [variance, epsilon])])
    const factor = emit(graph, 'Div', [scale, deviation])
    const shift = emit(graph, 'Sub', [bias, emit(graph, 'Mul', [mean, factor])])
    const places = shapeOf(x)
      .slice(2)
      .map((_, axis) => axis + 1)
    const open = (value: string) =>
      places.length === 0 ? value : emit(graph, 'Unsqueeze', [value, integerConstant(graph, places)])
    emit(graph, 'Add', [emit(graph, 'Mul', [x, open(factor)]), open(shift)], {}, outputs[0]!)
  },
  Conv: (translation) => window(translation, ['dilations', 'group', 'kernel_shape', 'pads', 'strides']),
  ConvTranspose: (translation) =>
    window(translation, ['dilations', 'group', 'kernel_shape', 'output_padding', 'pads', 'strides']),
  MaxPool: (translation) => {
    if (translation.outputs.length > 1) translation.refuse('its indices are asked for')
    window(translation, ['ceil_mode', 'dilations', 'kernel_shape', 'pads', 'strides'])
  },
  AveragePool: (translation) => {
    if (intOf(translation.node, 'ceil_mode', 0) === 1) translation.refuse('ceil_mode is set')
    window(translation, ['count_include_pad', 'kernel_shape', 'pads', 'strides'])
  },
  ReduceMean: ({ graph, node, inputs, outputs, shapeOf, knownOf }) => {
    const axes = intsOf(node, 'axes') ?? (knownOf(1) as number[] | undefined) ?? range(shapeOf(inputs[0]!).length)
    const keepdims = { int: intOf(node, 'keepdims', 1) }
    emit(graph, 'ReduceMean', [inputs[0]!], { axes: { ints: axes }, keepdims }, outputs[0]!)
  },
  ReduceSum: ({ graph, node, inputs, outputs, shapeOf, knownOf }) => {
    const axes = intsOf(node, 'axes') ?? (knownOf(1) as number[] | undefined) ?? range(shapeOf(inputs[0]!).length)
    const keepdims = { int: intOf(node, 'keepdims', 1) }
    emit(graph, 'ReduceSum', [inputs[0]!, integerConstant(graph, axes)], { keepdims }, outputs[0]!)
  },
  Squeeze: axes,
  Unsqueeze: axes,
  Reshape: ({ graph, inputs, outputs, shapeOf, knownOf, fixedBatch, refuse }) => {
    const target = knownOf(1) ?? refuse('its target shape depends on data')
    const x = shapeOf(inputs[0]!)
    const sizes = resolve(x, target, fixedBatch) ?? refuse('its target shape has another number of values')
    const open = sizes.filter((size) => typeof size !== 'number').length
    if (open > 1) refuse('its target shape has the batch in it twice')
    const integers = sizes.map((size) => (typeof size === 'number' ? size : -1))
    emit(graph, 'Reshape', [inputs[0]!, integerConstant(graph, integers)], {}, outputs[0]!)
  },
  Expand: ({ graph, inputs, outputs, shapeOf, knownOf, fixedBatch, refuse, emitSizes, setShape }) => {
    const target = knownOf(1) ?? refuse('its target shape depends on data')
    const x = shapeOf(inputs[0]!)
    const missing = target.length - x.length
    const sizes = target.map((size, axis): Size => {
      if (axis === 0 && size === fixedBatch && missing >= 0) return BATCH
      return size === -1 || size === 1 ? (x[axis - missing] ?? 1) : size
    })
    setShape(outputs[0]!, sizes)
    emit(graph, 'Expand', [inputs[0]!, emitSizes(sizes)], {}, outputs[0]!)
  },
  Pad: ({ graph, node, inputs, outputs, shapeOf, knownOf, refuse }) => {
    const mode = node.attributes.mode
    if (mode !== undefined && 'text' in mode && mode.text !== 'constant') refuse(`its mode is ${mode.text}`)
    if (inputs[3]) refuse('it names axes')
    const pads = knownOf(1) as number[] | undefined
    if (pads === undefined) return refuse('its padding depends on data')
    const rank = shapeOf(inputs[0]!).length
    if (pads.some((pad) => pad < 0)) refuse('it cuts off instead of adding')
    if (pads[0] !== 0 || pads[rank] !== 0) refuse('it pads the batch')
    const fill = inputs[2] ? [inputs[2]] : []
    graph.nodes.push({
      op: 'Pad',
      inputs: [inputs[0]!, integerConstant(graph, pads), ...fill],
      outputs,
      attributes: {},
    })
  },
  Slice: ({ graph, inputs, outputs, shapeOf, knownOf, refuse }) => {
    const whole = (index: number) =>
      knownOf(index)?.map((size) => (typeof size === 'number' ? size : Number.MAX_SAFE_INTEGER))
    const [starts, ends] = [whole(1), whole(2)]
    if (starts === undefined || ends === undefined) return refuse('its bounds depend on data')
    const x = shapeOf(inputs[0]!)
    const at = (whole(3) ?? range(starts.length)).map((axis) => toAxis(axis, x.length))
    const steps = whole(4) ?? at.map(() => 1)
    let value = inputs[0]!
    for (const [index, axis] of at.entries()) {
      const isLast = index === at.length - 1
      const name = isLast ? [outputs[0]!] : []
      const [start, end, step] = [starts[index]!, Math.min(ends[index]!, 2 ** 31 - 1), steps[index]!]
      const size = x[axis]!
      if (step !== 1 && typeof size === 'number') {
        const taken = range(size).slice(0)
        const picked = pick(taken, start, end, step)
        value = emit(graph, 'Gather', [value, integerConstant(graph, picked)], { axis: { int: axis } }, ...name)
        continue
      }
      const bounds = [start, end, axis].map((bound) => integerConstant(graph, [bound]))
      value = emit(graph, 'Slice', [value, ...bounds], {}, ...name)
    }
  },
  Split: ({ graph, node, inputs, outputs, shapeOf, knownOf, refuse }) => {
    const x = shapeOf(inputs[0]!)
    const axis = toAxis(intOf(node, 'axis', 0), x.length)
    const total = x[axis]
    if (typeof total !== 'number') return refuse('it splits the batch')
    const part = Math.ceil(total / outputs.length)
    const sizes =
      (knownOf(1) as number[] | undefined) ?? outputs.map((_, index) => Math.min(part, total - index * part))
    graph.nodes.push({
      op: 'Split',
      inputs: [inputs[0]!, integerConstant(graph, sizes)],
      outputs,
      attributes: { axis: { int: axis } },
    })
  },
}

/** Squeeze and Unsqueeze with their axes as a constant. */
function axes({ graph, node, inputs, outputs, shapeOf, knownOf }: Translation): void {
  const given = intsOf(node, 'axes') ?? (knownOf(1) as number[] | undefined)
  const unit = range(shapeOf(inputs[0]!).length).filter((axis) => shapeOf(inputs[0]!)[axis] === 1)
  emit(graph, node.op, [inputs[0]!, integerConstant(graph, given ?? unit)], {}, outputs[0]!)
}

/** A convolution or pooling with its padding as numbers. */
function window({ graph, node, inputs, outputs, shapeOf, refuse }: Translation, names: string[]): void {
  const attributes = Object.fromEntries(names.flatMap((name) => toAttribute(name, node.attributes[name])))
  const x = shapeOf(inputs[0]!)
  if (x.length !== 4) refuse(`its input has ${x.length} dimensions; images of 4 can be trained on`)
  const auto = node.attributes.auto_pad
  const mode = auto !== undefined && 'text' in auto ? auto.text : 'NOTSET'
  if (mode === 'SAME_UPPER' || mode === 'SAME_LOWER') {
    if (node.op === 'ConvTranspose') refuse('auto_pad is set')
    const kernel = intsOf(node, 'kernel_shape') ?? (shapeOf(inputs[1]!).slice(2) as number[])
    const strides = intsOf(node, 'strides') ?? [1, 1]
    const dilations = intsOf(node, 'dilations') ?? [1, 1]
    const total = [0, 1].map((axis) => {
      const size = x[axis + 2] as number
      const reach = (kernel[axis]! - 1) * dilations[axis]! + 1
      return Math.max(0, (Math.ceil(size / strides[axis]!) - 1) * strides[axis]! + reach - size)
    })
    const small = total.map((size) => Math.floor(size / 2))
    const large = total.map((size) => Math.ceil(size / 2))
    attributes.pads = { ints: mode === 'SAME_UPPER' ? [...small, ...large] : [...large, ...small] }
  }
  graph.nodes.push({ op: node.op, inputs: trim(inputs), outputs, attributes })
}

/** Sizes that a reshape gives: −1 worked out, 0 copied, and the batch back in its place where the file had fixed it. */
function resolve(x: Shape, target: Size[], fixedBatch: number | undefined): Size[] | undefined {
  const sizes = target.map((size, axis) => (size === 0 ? (x[axis] ?? 0) : size))
  const attempts = [sizes]
  if (fixedBatch !== undefined) {
    // The batch most likely stays where it is; else it is looked for from the front.
    const place = x.findIndex((size) => typeof size !== 'number')
    for (const axis of [...new Set([place, ...range(sizes.length)])].reverse()) {
      const size = sizes[axis]
      if (typeof size !== 'number' || size <= 0 || size % fixedBatch !== 0) continue
      attempts.unshift(sizes.with(axis, { batches: size / fixedBatch }))
    }
  }
  for (const attempt of attempts) {
    const filled = fill(x, attempt)
    if (filled !== undefined) return filled
  }
  return undefined
}

function fill(x: Shape, sizes: Size[]): Size[] | undefined {
  const open = sizes.indexOf(-1)
  const [all, rest] = [countValues(x), countValues(sizes.filter((_, axis) => axis !== open))]
  if (all === undefined || rest === undefined) return undefined
  if (open < 0) return isSameSize(all, rest) ? sizes : undefined
  const [upper, lower] = [typeof all === 'number' ? all : all.batches, typeof rest === 'number' ? rest : rest.batches]
  if (lower === 0 || upper % lower !== 0 || (typeof all === 'number' && typeof rest !== 'number')) return undefined
  const isOfBatch = typeof all !== 'number' && typeof rest === 'number'
  return sizes.with(open, isOfBatch ? { batches: upper / lower } : upper / lower)
}

function pick(positions: number[], start: number, end: number, step: number): number[] {
  const size = positions.length
  const clamp = (value: number, low: number, high: number) =>
    Math.min(high, Math.max(low, value < 0 ? value + size : value))
  const picked: number[] = []
  if (step > 0) for (let at = clamp(start, 0, size); at < clamp(end, 0, size); at += step) picked.push(at)
  else {
    const last = end < -size ? -1 : clamp(end, -1, size - 1)
    for (let at = clamp(start, 0, size - 1); at > last; at += step) picked.push(at)
  }
  return picked
}

function emitHardSigmoid(graph: Graph, x: string, alpha: number, beta: number, output?: string): string {
  const constant = (value: number) => floatConstant(graph, [value], [])
  const line = emit(graph, 'Add', [emit(graph, 'Mul', [x, constant(alpha)]), constant(beta)])
  return emit(graph, 'Clip', [line, constant(0), constant(1)], {}, ...(output === undefined ? [] : [output]))
}

function toAttribute(name: string, attribute: FileAttribute | undefined): [string, Attribute][] {
  if (attribute === undefined || 'tensor' in attribute || 'floats' in attribute) return []
  return [[name, attribute]]
}

/** Inputs without those left out at the end. */
function trim(inputs: string[]): string[] {
  const last = inputs.findLastIndex((name) => name !== '')
  return inputs.slice(0, last + 1)
}

function intOf(node: FileNode, name: string, absent: number): number {
  const value = node.attributes[name]
  return value !== undefined && 'int' in value ? value.int : absent
}

function floatOf(node: FileNode, name: string, absent: number): number {
  const value = node.attributes[name]
  return value !== undefined && 'float' in value ? value.float : absent
}

function intsOf(node: FileNode, name: string): number[] | undefined {
  const value = node.attributes[name]
  return value !== undefined && 'ints' in value ? value.ints : undefined
}
