/**
 * Gradients of convolution and pooling.
 *
 * The input's gradient of a convolution is a transposed convolution; that of its weights is a convolution too, of the
 * input with the gradient, channels and examples having changed places.
 *
 * @see Dumoulin and Visin, A Guide to Convolution Arithmetic for Deep Learning, 2016, chapter 4
 */

import { emit, floatConstant, integerConstant } from '../onnx/graph.ts'
import { intOf, intsOf, range } from '../onnx/shapes.ts'
import type { Shape } from '../onnx/sizes.ts'
import type { Graph, Node } from '../onnx/writer.ts'
import { hasBlockedWeightGradient, WEIGHT_GRADIENT } from './blocked-convolution.ts'
import { hasBlockedMaximum, MAXIMUM_GRADIENT } from './blocked-pooling.ts'
import { emitFirstMaximum } from './first-maximum.ts'
import { emitZerosLike, type GradientRule, type RuleContext } from './rule.ts'

/** Largest window edge whose pooling is unrolled into slices; its square is the number of slices. */
const WIDEST_UNROLLED = 4

/** Gradient rules by operation. */
export const IMAGE_GRADIENTS: Record<string, GradientRule> = {
  Conv: ({ graph, node, gradient, needed, shapeOf, block }) => {
    const [x, w] = node.inputs as [string, string]
    const isBlocked = block !== undefined && hasBlockedWeightGradient(node, shapeOf(x), shapeOf(w), block)
    const weightGradient = () =>
      isBlocked
        ? emit(graph, WEIGHT_GRADIENT, [x, gradient], {
            ...node.attributes,
            kernel_shape: { ints: shapeOf(w).slice(2) as number[] },
          })
        : emitWeightGradient(graph, node, { input: x, gradient, x: shapeOf(x), w: shapeOf(w) })
    return [
      needed[0]
        ? emitInputGradient(graph, node, { gradient, x: shapeOf(x), w: shapeOf(w), y: shapeOf(node.outputs[0]!) })
        : undefined,
      needed[1] ? weightGradient() : undefined,
      needed[2] ? emitChannelSum(graph, gradient) : undefined,
    ]
  },
  ConvTranspose: ({ graph, node, gradient, needed, shapeOf }) => {
    const [x, w] = node.inputs as [string, string]
    const output = shapeOf(node.outputs[0]!)
    const attributes = { ...node.attributes }
    delete attributes.output_padding
    return [
      needed[0] ? emit(graph, 'Conv', [gradient, w], attributes) : undefined,
      needed[1]
        ? emitWeightGradient(graph, node, { input: gradient, gradient: x, x: output, w: shapeOf(w) })
        : undefined,
      needed[2] ? emitChannelSum(graph, gradient) : undefined,
    ]
  },
  MaxPool: (context) => {
    const { graph, node, gradient, shapeOf, block } = context
    if (!isUnrolled(context)) return [emitScatteredMaximum(context)]
    const [x, y] = [node.inputs[0]!, node.outputs[0]!]
    const isBlocked = block !== undefined && hasBlockedMaximum(shapeOf(x), block)
    if (isBlocked) return [emit(graph, MAXIMUM_GRADIENT, [x, y, gradient], node.attributes)]
    return [emitUnrolledMaximum(context)]
  },
  AveragePool: (context) => [emitAverage(context)],
  GlobalAveragePool: ({ graph, node, gradient, shapeOf }) => {
    const count = (shapeOf(node.inputs[0]!).slice(2) as number[]).reduce((product, size) => product * size, 1)
    const share = emit(graph, 'Mul', [gradient, floatConstant(graph, [1 / count], [])])
    return [emit(graph, 'Expand', [share, emit(graph, 'Shape', [node.inputs[0]!])])]
  },
}

/** Sum over examples, rows and columns, shape [channels]: the gradient of a bias. */
function emitChannelSum(graph: Graph, gradient: string): string {
  return emit(graph, 'ReduceSum', [gradient, integerConstant(graph, [0, 2, 3])], { keepdims: { int: 0 } })
}

/** Gradient of the input, shape `x`, from that of the output, shape `y`, for weights of shape `w`. */
function emitInputGradient(
  graph: Graph,
  node: Node,
  { gradient, x, w, y }: { gradient: string; x: Shape; w: Shape; y: Shape },
): string {
  const { strides, dilations, pads, group } = geometryOf(node)
  const padding = [0, 1].map((axis) => {
    const covered =
      ((y[axis + 2] as number) - 1) * strides[axis]! + dilations[axis]! * ((w[axis + 2] as number) - 1) + 1
    return (x[axis + 2] as number) - (covered - pads[axis]! - pads[axis + 2]!)
  })
  return emit(graph, 'ConvTranspose', [gradient, node.inputs[1]!], {
    kernel_shape: { ints: w.slice(2) as number[] },
    strides: { ints: strides },
    dilations: { ints: dilations },
    pads: { ints: pads },
    group: { int: group },
    ...(padding.some((size) => size !== 0) ? { output_padding: { ints: padding } } : {}),
  })
}

/**
 * Gradient of the weights, shape of `w` [outputs, inputs / groups, height, width]: input channels take the place of
 * examples, examples that of input channels, and the gradient slides over the input as the kernel.
 *
 * @param of.x - Shape of `of.input`.
 */
function emitWeightGradient(
  graph: Graph,
  node: Node,
  { input, gradient, x, w }: { input: string; gradient: string; x: Shape; w: Shape },
): string {
  const { strides, dilations, pads, group } = geometryOf(node)
  const [height, width] = x.slice(2) as [number, number]
  const each = w[1] as number
  const turn = (value: string, perm: number[]) => emit(graph, 'Transpose', [value], { perm: { ints: perm } })
  // [examples, groups, inputs each, …] → [inputs each, groups · examples, …]
  const examples =
    group === 1
      ? turn(input, [1, 0, 2, 3])
      : emit(graph, 'Reshape', [
          turn(
            emit(graph, 'Reshape', [input, integerConstant(graph, [-1, group, each, height, width])]),
            [2, 1, 0, 3, 4],
          ),
          integerConstant(graph, [each, -1, height, width]),
        ])
  const product = emit(graph, 'Conv', [examples, turn(gradient, [1, 0, 2, 3])], {
    strides: { ints: dilations },
    dilations: { ints: strides },
    pads: { ints: pads },
    group: { int: group },
  })
  const kernel = w.slice(2) as number[]
  // Where the stride leaves rows at the end unread, the product reaches further than the kernel.
  const isExact = strides.every((stride) => stride === 1)
  const cut = isExact
    ? product
    : emit(graph, 'Slice', [
        product,
        integerConstant(graph, [0, 0]),
        integerConstant(graph, kernel),
        integerConstant(graph, [2, 3]),
      ])
  return turn(cut, [1, 0, 2, 3])
}

function geometryOf(node: Node) {
  return {
    strides: intsOf(node, 'strides', [1, 1]),
    dilations: intsOf(node, 'dilations', [1, 1]),
    pads: intsOf(node, 'pads', [0, 0, 0, 0]),
    group: intOf(node, 'group', 1),
  }
}

/** Whether windows are small squares that tile the image without overlap. */
function isUnrolled({ node }: RuleContext): boolean {
  const { strides, dilations, pads } = geometryOf(node)
  const [height, width] = intsOf(node, 'kernel_shape', []) as [number, number]
  return (
    height === width &&
    height <= WIDEST_UNROLLED &&
    strides.every((stride) => stride === height) &&
    dilations.every((dilation) => dilation === 1) &&
    pads.every((pad) => pad === 0) &&
    intOf(node, 'ceil_mode', 0) === 0
  )
}

/** The gradient of each window goes to the first of its largest values. */
function emitUnrolledMaximum({ graph, node, gradient, shapeOf }: RuleContext): string {
  const [x, y] = [node.inputs[0]!, node.outputs[0]!]
  const [rows, columns] = shapeOf(y).slice(2) as [number, number]
  const [edge] = intsOf(node, 'kernel_shape', []) as [number, number]
  const take = (index: number) =>
    emit(graph, 'Slice', [
      x,
      integerConstant(graph, [Math.floor(index / edge), index % edge]),
      integerConstant(graph, [rows * edge, columns * edge]),
      integerConstant(graph, [2, 3]),
      integerConstant(graph, [edge, edge]),
    ])
  const of = { count: edge * edge, take, maximum: y, gradient }
  const parts = emitFirstMaximum(graph, of)
  return emitTiles(graph, parts, { edge, x: shapeOf(x), covered: [rows * edge, columns * edge] })
}

/** Interleaves edge² images into one of shape `x` whose tiles they fill, and adds zeros where no window reached. */
function emitTiles(
  graph: Graph,
  parts: string[],
  { edge, x, covered }: { edge: number; x: Shape; covered: [number, number] },
): string {
  const stacked = emit(graph, 'Concat', parts, { axis: { int: 1 } })
  const tiles = emit(graph, 'DepthToSpace', [stacked], { blocksize: { int: edge } })
  const [bottom, right] = [(x[2] as number) - covered[0], (x[3] as number) - covered[1]]
  if (bottom === 0 && right === 0) return tiles
  return emit(graph, 'Pad', [tiles, integerConstant(graph, [0, 0, 0, 0, 0, 0, bottom, right])])
}

/** Overlapping or padded windows: adds each gradient at the index that the forward pass found. */
function emitScatteredMaximum({ graph, node, gradient }: RuleContext): string {
  node.outputs[1] ??= `${node.outputs[0]}.indices`
  const x = node.inputs[0]!
  const flat = (value: string, shape: number[]) => emit(graph, 'Reshape', [value, integerConstant(graph, shape)])
  const sum = emit(
    graph,
    'ScatterND',
    [flat(emitZerosLike(graph, x), [-1]), flat(node.outputs[1], [-1, 1]), flat(gradient, [-1])],
    { reduction: { text: 'add' } },
  )
  return emit(graph, 'Reshape', [sum, emit(graph, 'Shape', [x])])
}

function emitAverage(context: RuleContext): string {
  const { graph, node, gradient, shapeOf } = context
  const kernel = intsOf(node, 'kernel_shape', []) as [number, number]
  const x = shapeOf(node.inputs[0]!)
  const y = shapeOf(node.outputs[0]!)
  const share = emit(graph, 'Mul', [gradient, emitShares(context, kernel, x, y)])
  if (isUnrolled(context)) {
    const [edge] = kernel
    const parts = range(edge * edge).map(() => share)
    return emitTiles(graph, parts, { edge, x, covered: [(y[2] as number) * edge, (y[3] as number) * edge] })
  }
  const channels = x[1] as number
  const ones = floatConstant(graph, new Float32Array(channels * kernel[0] * kernel[1]).fill(1), [
    channels,
    1,
    ...kernel,
  ])
  const sum: Node = {
    ...node,
    inputs: [node.inputs[0]!, ones],
    attributes: { ...node.attributes, group: { int: channels } },
  }
  return emitInputGradient(graph, sum, { gradient: share, x, w: [channels, 1, ...kernel], y })
}

/** One over the number of values that each window averages, shape [1, 1, rows, columns]. */
function emitShares({ graph, node }: RuleContext, kernel: [number, number], x: Shape, y: Shape): string {
  const { strides, pads } = geometryOf(node)
  const countsPads = intOf(node, 'count_include_pad', 0) === 1
  const counts = [0, 1].map((axis) =>
    range(y[axis + 2] as number).map((index) => {
      const start = index * strides[axis]! - pads[axis]!
      const size = x[axis + 2] as number
      const [low, high] = countsPads ? [-pads[axis]!, size + pads[axis + 2]!] : [0, size]
      return Math.min(start + kernel[axis]!, high) - Math.max(start, low)
    }),
  ) as [number[], number[]]
  const shares = counts[0].flatMap((rows) => counts[1].map((columns) => 1 / (rows * columns)))
  return floatConstant(graph, shares, [1, 1, counts[0].length, counts[1].length])
}
