/**
 * Convolutions and their gradients on blocked images (blocked-layout.ts).
 *
 * A kernel [outputs, inputs, rows, columns] lies as [outputs / block, inputs / block, rows, columns, block of inputs,
 * block of outputs]. Where the inputs fill no block the image stays plain and the kernel's inputs are not cut.
 */

import { emit, integerConstant } from '../onnx/graph.ts'
import { intOf, intsOf } from '../onnx/shapes.ts'
import type { Shape } from '../onnx/sizes.ts'
import type { Attribute, Node } from '../onnx/writer.ts'
import {
  emitBlocked,
  fillsBlocks,
  findBlocks,
  findImage,
  type ImageShape,
  keepBlocked,
  type Layout,
  openBlocks,
  reshape,
  toBlocked,
  toPlain,
  transpose,
} from './blocked-layout.ts'

/** Gradient of a kernel: inputs x and the gradient of the output, attributes as of `Conv`, with `kernel_shape`. */
export const WEIGHT_GRADIENT = 'ConvWeightGradient'

/** Whether the gradient of a kernel can be computed in blocks. */
export function hasBlockedWeightGradient(node: Node, x: Shape, w: Shape, block: number): boolean {
  const kernel = findImage(w)
  return (
    findImage(x) !== undefined &&
    kernel !== undefined &&
    fillsBlocks(kernel[0] as number, block) &&
    isDense(node) &&
    intsOf(node, 'strides', [1, 1]).every((stride) => stride === 1) &&
    intsOf(node, 'dilations', [1, 1]).every((dilation) => dilation === 1)
  )
}

/** Rewrites a convolution; false where it stays as it is. */
export function blockConvolution(layout: Layout, node: Node): boolean {
  const [x, w, bias] = node.inputs as [string, string, string | undefined]
  const [y] = node.outputs as [string]
  const [image, kernel, result] = [findImage(layout.shapes.get(x)), kernelOf(layout, w), findBlocks(layout, y)]
  if (image === undefined || kernel === undefined || result === undefined || !isDense(node)) return false
  const source = openSource(layout, x, image)
  if (source === undefined) return false
  const blocked = convolve(layout, [source, blockKernel(layout, w, kernel), ...(bias ? [bias] : [])], node.attributes)
  keepBlocked(layout, y, blocked, result)
  return true
}

/**
 * Rewrites a transposed convolution of stride 1, the gradient of a convolution's input, as a convolution with the kernel
 * turned by 180°; false where it stays as it is.
 */
export function blockTransposedConvolution(layout: Layout, node: Node): boolean {
  const [x, w, bias] = node.inputs as [string, string, string | undefined]
  const [y] = node.outputs as [string]
  const [image, kernel, result] = [findImage(layout.shapes.get(x)), kernelOf(layout, w), findBlocks(layout, y)]
  if (image === undefined || kernel === undefined || result === undefined || !isDense(node)) return false
  const isPlain = (name: string, plain: number) => intsOf(node, name, []).every((size) => size === plain)
  if (!isPlain('strides', 1) || !isPlain('output_padding', 0) || 'output_shape' in node.attributes) return false
  const dilations = intsOf(node, 'dilations', [1, 1])
  const pads = intsOf(node, 'pads', [0, 0, 0, 0]).map(
    (pad, index) => dilations[index % 2]! * (kernel[2 + (index % 2)]! - 1) - pad,
  )
  if (pads.some((pad) => pad < 0)) return false
  const source = openSource(layout, x, image)
  if (source === undefined) return false
  const turned = blockTurnedKernel(layout, w, kernel)
  const attributes = { kernel_shape: { ints: kernel.slice(2) }, dilations: { ints: dilations }, pads: { ints: pads } }
  keepBlocked(layout, y, convolve(layout, [source, turned, ...(bias ? [bias] : [])], attributes), result)
  return true
}

/**
 * The gradient of a kernel as a convolution: input channels take the place of examples, examples that of input channels,
 * and the gradient slides over the input as the kernel. Examples are filled up to whole blocks with zeros.
 */
export function blockWeightGradient(layout: Layout, node: Node): boolean {
  const [x, gradient] = node.inputs as [string, string]
  const { block } = layout
  const inputs = (layout.shapes.get(x) as ImageShape)[1]
  const [, outputs, rows, columns] = layout.shapes.get(gradient) as ImageShape
  const kernel = intsOf(node, 'kernel_shape', []) as [number, number]
  const [top, left, bottom, right] = intsOf(node, 'pads', [0, 0, 0, 0]) as [number, number, number, number]
  const missing = emitMissing(layout, x)
  const pad = (value: string, before: number[], after: number[]) => {
    const amounts = [integerConstant(layout.graph, before), missing, integerConstant(layout.graph, after)]
    return emit(layout.graph, 'Pad', [value, emit(layout.graph, 'Concat', amounts, { axis: { int: 0 } })])
  }
  const examples = transpose(layout, toPlain(layout, x), [1, 0, 2, 3])
  const padded = pad(examples, [0, 0, top, left, 0], [bottom, right])
  const source = emitBlocked(layout, 'ReorderInput', [padded])
  const whole = pad(openBlocks(layout, gradient), [0, 0, 0, 0, 0], [0, 0, 0, 0])
  const cut = reshape(layout, whole, [-1, block, outputs / block, rows, columns, block])
  const slid = reshape(layout, transpose(layout, cut, [2, 0, 3, 4, 1, 5]), [outputs, -1, rows, columns])
  const product = convolve(layout, [source, slid], { kernel_shape: { ints: [rows, columns] } })
  const opened = reshape(layout, product, [inputs, outputs / block, ...kernel, block])
  reshape(layout, transpose(layout, opened, [1, 4, 0, 2, 3]), [outputs, inputs, ...kernel], node.outputs[0])
  return true
}

/** How many examples are missing to whole blocks: `−batch mod block`, shape [1]. */
function emitMissing(layout: Layout, x: string): string {
  const batch = emit(layout.graph, 'Shape', [toPlain(layout, x)], { start: { int: 0 }, end: { int: 1 } })
  const negative = emit(layout.graph, 'Neg', [batch])
  return emit(layout.graph, 'Mod', [negative, integerConstant(layout.graph, [layout.block])])
}

function convolve(layout: Layout, inputs: string[], attributes: Record<string, Attribute>): string {
  return emitBlocked(layout, 'Conv', inputs, attributes)
}

/** The image as the runtime's convolution takes it: in blocks, or plain where its channels are less than one. */
function openSource(layout: Layout, x: string, [, channels]: ImageShape): string | undefined {
  if (fillsBlocks(channels, layout.block)) return toBlocked(layout, x)
  return channels < layout.block ? toPlain(layout, x) : undefined
}

type KernelShape = [outputs: number, inputs: number, rows: number, columns: number]

function kernelOf({ shapes }: Layout, w: string): KernelShape | undefined {
  const shape = findImage(shapes.get(w))
  return typeof shape?.[0] === 'number' ? (shape as KernelShape) : undefined
}

function blockKernel(layout: Layout, w: string, [outputs, inputs, rows, columns]: KernelShape): string {
  const { block } = layout
  const lying = fillsBlocks(inputs, block)
    ? transpose(
        layout,
        reshape(layout, w, [outputs / block, block, inputs / block, block, rows, columns]),
        [0, 2, 4, 5, 3, 1],
      )
    : transpose(layout, reshape(layout, w, [outputs / block, block, inputs, rows, columns]), [0, 2, 3, 4, 1])
  return reshape(layout, lying, [outputs, inputs, rows, columns])
}

/** The kernel from outputs back to inputs, turned by 180°: it gives what the inputs were, from what the outputs are. */
function blockTurnedKernel(layout: Layout, w: string, [outputs, inputs, rows, columns]: KernelShape): string {
  const { block, graph } = layout
  const list = (...values: number[]) => integerConstant(graph, values)
  const turned =
    rows * columns === 1
      ? w
      : emit(layout.graph, 'Slice', [w, list(-1, -1), list(-rows - 1, -columns - 1), list(2, 3), list(-1, -1)])
  const lying = fillsBlocks(outputs, block)
    ? transpose(
        layout,
        reshape(layout, turned, [outputs / block, block, inputs / block, block, rows, columns]),
        [2, 0, 4, 5, 1, 3],
      )
    : transpose(layout, reshape(layout, turned, [outputs, inputs / block, block, rows, columns]), [1, 0, 3, 4, 2])
  return reshape(layout, lying, [inputs, outputs, rows, columns])
}

/** Whether every output channel sees every input channel, and the padding is written out. */
function isDense(node: Node): boolean {
  return intOf(node, 'group', 1) === 1 && !('auto_pad' in node.attributes)
}
