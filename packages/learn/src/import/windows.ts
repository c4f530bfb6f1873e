/**
 * Convolution and pooling of a file: padding as numbers, signals of one dimension as images one pixel high.
 */
import { emit, integerConstant } from '../onnx/graph.ts'
import { countWindows, range } from '../onnx/shapes.ts'
import type { Shape } from '../onnx/sizes.ts'
import type { Attribute } from '../onnx/writer.ts'
import {
  intAttribute,
  intsAttribute,
  type Operator,
  operator,
  type Translation,
  textAttribute,
  trim,
} from './operator.ts'

const WINDOW = { auto_pad: 'text', kernel_shape: 'ints', pads: 'ints', strides: 'ints' } as const
const SLIDING = { ...WINDOW, dilations: 'ints' } as const

/** Operators by name. */
export const WINDOW_OPERATORS: Record<string, Operator> = {
  Conv: operator((translation) => window(translation, {}), {
    inputs: [2, 3],
    reads: { ...SLIDING, group: 'int' },
  }),
  ConvTranspose: operator((translation) => window(translation, {}), {
    inputs: [2, 3],
    reads: { ...SLIDING, group: 'int', output_padding: 'ints', output_shape: 'ints' },
  }),
  MaxPool: operator((translation) => window(translation, {}), {
    reads: { ...SLIDING, ceil_mode: 'int' },
    idle: { storage_order: 'any' },
  }),
  AveragePool: operator(
    (translation) =>
      window(translation, { count_include_pad: { int: intAttribute(translation.node, 'count_include_pad', 0) } }),
    { reads: { ...WINDOW, ceil_mode: 'int', count_include_pad: 'int' }, idle: { dilations: 1 } },
  ),
  GlobalMaxPool: operator(({ graph, inputs, outputs, shapeOf, refuse }) => {
    const x = shapeOf(inputs[0]!)
    const kernel = x.slice(2)
    if (x.length !== 4 || kernel.some((size) => typeof size !== 'number')) refuse('its input is no image')
    emit(graph, 'MaxPool', [inputs[0]!], { kernel_shape: { ints: kernel as number[] } }, outputs[0]!)
  }),
}

/** Sizes of a window and of what it moves over, one entry an axis of the image. */
interface Geometry {
  sizes: number[]
  kernel: number[]
  strides: number[]
  dilations: number[]
  pads: number[]
}

/** A convolution or pooling with its padding as numbers, on images. */
function window(translation: Translation, kept: Record<string, Attribute>): void {
  const { node, inputs, shapeOf, refuse } = translation
  const x = shapeOf(inputs[0]!)
  const axes = x.length - 2
  if (axes !== 1 && axes !== 2) {
    refuse(`its input has ${x.length} dimensions; signals of 3 and images of 4 can be trained on`)
  }
  const geometry = geometryOf(translation, x)
  const { kernel, strides, dilations } = geometry
  const isTransposed = node.op === 'ConvTranspose'
  const outputPadding = intsAttribute(node, 'output_padding') ?? range(axes).map(() => 0)
  if (isTransposed && outputPadding.some((size, axis) => !(size >= 0 && size < strides[axis]!))) {
    refuse(`its output_padding [${outputPadding}] is not below its strides [${strides}]`)
  }
  const given = isTransposed ? padsTransposed(translation, geometry, outputPadding) : padsOf(translation, geometry)
  if (given.some((pad) => !(pad >= 0))) refuse(`its padding is [${given}]`)
  const isCeil = intAttribute(node, 'ceil_mode', 0) === 1
  const pads = isCeil ? padToLast({ ...geometry, pads: given }) : given
  // The runtime counts a kernel's elements, not how far apart they are, when it limits padding.
  if (isCeil && pads.some((pad, index) => pad >= kernel[index % kernel.length]! && pad > given[index]!)) {
    refuse('ceil_mode is set, and its last windows reach past the end by more than its kernel has elements')
  }
  if (node.op === 'AveragePool' && pads.join() !== given.join()) {
    refuse('ceil_mode is set, and its last windows reach past the padding')
  }
  emitWindow(translation, {
    kernel_shape: { ints: kernel },
    strides: { ints: strides },
    pads: { ints: pads },
    ...(node.op === 'AveragePool' ? {} : { dilations: { ints: dilations } }),
    ...(node.attributes.group === undefined ? {} : { group: { int: intAttribute(node, 'group', 1) } }),
    ...(isTransposed && outputPadding.some((size) => size > 0) ? { output_padding: { ints: outputPadding } } : {}),
    ...kept,
  })
}

function geometryOf({ node, inputs, shapeOf, refuse }: Translation, x: Shape): Geometry {
  const sizes = x.slice(2)
  if (sizes.some((size) => typeof size !== 'number')) refuse('it moves along the batch')
  const ones = sizes.map(() => 1)
  const isPool = node.op.endsWith('Pool')
  const weights = isPool ? undefined : shapeOf(inputs[1]!).slice(2)
  const kernel = intsAttribute(node, 'kernel_shape') ?? (weights as number[] | undefined)
  if (kernel === undefined) return refuse('it has no kernel_shape')
  if (weights !== undefined && weights.join() !== kernel.join()) {
    refuse(`its kernel_shape is [${kernel}] and its weights have [${weights}]`)
  }
  const strides = intsAttribute(node, 'strides') ?? ones
  const dilations = intsAttribute(node, 'dilations') ?? ones
  const pads = intsAttribute(node, 'pads') ?? [...ones, ...ones].map(() => 0)
  for (const [name, list, count] of [
    ['kernel_shape', kernel, ones.length],
    ['strides', strides, ones.length],
    ['dilations', dilations, ones.length],
    ['pads', pads, 2 * ones.length],
  ] as const) {
    if (list.length !== count) refuse(`its ${name} has ${list.length} entries and needs ${count}`)
    if (name !== 'pads' && list.some((entry) => entry < 1)) refuse(`its ${name} is [${list}]`)
  }
  return { sizes: sizes as number[], kernel, strides, dilations, pads }
}

const reachOf = ({ kernel, dilations }: Geometry) => kernel.map((size, axis) => (size - 1) * dilations[axis]! + 1)

/** Padding as ONNX Runtime works it out: SAME keeps `⌈size / stride⌉` windows. */
function padsOf({ node, refuse }: Translation, geometry: Geometry): number[] {
  const { sizes, strides, dilations, pads } = geometry
  const mode = textAttribute(node, 'auto_pad', 'NOTSET')
  if (mode === 'NOTSET' || mode === '') return pads
  if (mode === 'VALID') return pads.map(() => 0)
  if (mode !== 'SAME_UPPER' && mode !== 'SAME_LOWER') return refuse(`its auto_pad is ${mode}`)
  const reach = reachOf(geometry)
  const total = sizes.map((size, axis) => (Math.ceil(size / strides[axis]!) - 1) * strides[axis]! + reach[axis]! - size)
  // There the runtime pads pooling as if its kernel were not dilated, and by less than nothing.
  const isPool = node.op.endsWith('Pool')
  if (isPool && dilations.some((by) => by > 1)) refuse(`its auto_pad ${mode} comes with dilations`)
  if (isPool && total.some((size) => size < 0)) refuse(`its auto_pad ${mode} comes with strides beyond its kernel`)
  return spread(
    total.map((size) => Math.max(0, size)),
    mode === 'SAME_UPPER',
  )
}

/** Padding that a transposed convolution cuts off; an `output_shape` says it by what is left. */
function padsTransposed({ node, refuse }: Translation, geometry: Geometry, outputPadding: number[]): number[] {
  const { sizes, strides, pads } = geometry
  const mode = textAttribute(node, 'auto_pad', 'NOTSET')
  const given = intsAttribute(node, 'output_shape')
  if (given === undefined) {
    if (mode === 'NOTSET' || mode === '') return pads
    return mode === 'VALID' ? pads.map(() => 0) : refuse(`its auto_pad is ${mode}`)
  }
  if (mode !== 'NOTSET' && mode !== '') refuse(`its output_shape comes with auto_pad ${mode}`)
  const wanted = given.slice(-sizes.length)
  if (wanted.length !== sizes.length) refuse(`its output_shape is [${given}]`)
  const reach = reachOf(geometry)
  const total = sizes.map((size, axis) => {
    return (size - 1) * strides[axis]! + outputPadding[axis]! + reach[axis]! - wanted[axis]!
  })
  if (total.some((size) => size < 0)) refuse(`its output_shape [${given}] is larger than what its kernel reaches`)
  return spread(total, false)
}

/** Halves of a padding before and after; the larger half is the later one if told so. */
function spread(total: number[], isLargerLater: boolean): number[] {
  const [small, large] = [total.map((size) => Math.floor(size / 2)), total.map((size) => Math.ceil(size / 2))]
  return isLargerLater ? [...small, ...large] : [...large, ...small]
}

/**
 * Padding with which rounding down gives the windows that rounding up gives: as much more at the end as the last one
 * reaches. For a maximum, padding is −∞ however much of it there is.
 */
function padToLast(geometry: Geometry): number[] {
  const { sizes, strides, pads } = geometry
  const reach = reachOf(geometry)
  const ends = sizes.map((size, axis) => {
    const [before, after] = [pads[axis]!, pads[axis + sizes.length]!]
    const window = { stride: strides[axis]!, reach: reach[axis]!, edges: [before, after] as const }
    const count = countWindows(size, window, true)
    return Math.max(after, (count - 1) * window.stride + window.reach - size - before)
  })
  return [...pads.slice(0, sizes.length), ...ends]
}

/** Emits the operation; a signal [examples, channels, length] becomes an image [examples, channels, 1, length]. */
function emitWindow(translation: Translation, attributes: Record<string, Attribute>): void {
  const { graph, node, inputs, outputs, shapeOf } = translation
  if (shapeOf(inputs[0]!).length === 4) {
    graph.nodes.push({ op: node.op, inputs: trim(inputs), outputs: [outputs[0]!], attributes })
    return
  }
  const raise = (value: string) => emit(graph, 'Unsqueeze', [value, integerConstant(graph, [2])])
  const [x, weights, bias] = inputs
  const raised = [raise(x!), ...(weights ? [raise(weights)] : []), ...(bias ? [bias] : [])]
  const fill: Record<string, number> = { kernel_shape: 1, strides: 1, dilations: 1, output_padding: 0 }
  const flat = Object.fromEntries(
    Object.entries(attributes).map(([name, attribute]): [string, Attribute] => {
      if (!('ints' in attribute)) return [name, attribute]
      const { ints } = attribute
      return [name, { ints: name === 'pads' ? [0, ints[0]!, 0, ints[1]!] : [fill[name]!, ...ints] }]
    }),
  )
  const image = emit(graph, node.op, raised, flat)
  emit(graph, 'Squeeze', [image, integerConstant(graph, [2])], {}, outputs[0]!)
}
