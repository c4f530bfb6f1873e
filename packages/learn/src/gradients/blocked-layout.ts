/**
 * The layout of ONNX Runtime's fastest convolutions: an image [batch, channels, rows, columns] lies in memory as
 * [batch, channels / block, rows, columns, block], so that one instruction computes a block of channels.
 *
 * The runtime changes to it by itself only where weights are constants; in training they are values. Each value is kept
 * in the layout in which it was computed until an operation asks for the other.
 *
 * @see Georganas et al., Anatomy of High-Performance Deep Learning Convolutions on SIMD Architectures, SC 2018
 */
import { emit, integerConstant } from '../onnx/graph.ts'
import type { Shape, Size } from '../onnx/sizes.ts'
import type { Attribute, Graph } from '../onnx/writer.ts'

/** The runtime's set of operators on blocked images. */
export const BLOCKED_DOMAIN = 'com.microsoft.nchwc'

/** Shape of an image [batch, channels, rows, columns] or of a kernel; only the batch may be unknown. */
export type ImageShape = [Size, number, number, number]

/** A graph that is being rewritten, and which of its values there are in which layout. */
export interface Layout {
  /** What has been rewritten so far. */
  graph: Graph
  /** Channels in a block. */
  block: number
  /** Plain shapes of values, whatever their layout. */
  shapes: Map<string, Shape>
  /** By value the name of the same value in blocks. */
  blocked: Map<string, string>
  /** Values that there are in blocks only. */
  waiting: Set<string>
}

/** `emit` on blocked images, by position as there; returns the output's name. */
export function emitBlocked(
  { graph }: Layout,
  op: string,
  inputs: string[],
  attributes: Record<string, Attribute> = {},
  ...name: [output?: string]
): string {
  const output = emit(graph, op, inputs, attributes, ...name)
  graph.nodes.at(-1)!.domain = BLOCKED_DOMAIN
  return output
}

/** Appends a reshape; one −1 is worked out when it runs. */
export function reshape({ graph }: Layout, value: string, shape: number[], ...name: [output?: string]): string {
  return emit(graph, 'Reshape', [value, integerConstant(graph, shape)], {}, ...name)
}

/** Appends a change of the order of dimensions. */
export function transpose({ graph }: Layout, value: string, perm: number[]): string {
  return emit(graph, 'Transpose', [value], { perm: { ints: perm } })
}

/** The value in the plain layout; what waited in blocks is put in order. */
export function toPlain(layout: Layout, value: string): string {
  if (!layout.waiting.delete(value)) return value
  const channels = (layout.shapes.get(value) as ImageShape)[1]
  return emitBlocked(layout, 'ReorderOutput', [layout.blocked.get(value)!], { channels: { int: channels } }, value)
}

/** The value in blocks, declared with its plain shape; its channels fill blocks. */
export function toBlocked(layout: Layout, value: string): string {
  const known = layout.blocked.get(value)
  if (known !== undefined) return known
  const blocked = emitBlocked(layout, 'ReorderInput', [value])
  layout.blocked.set(value, blocked)
  return blocked
}

/** Notes that `value`, of that plain shape, has been computed in blocks as `blocked`. */
export function keepBlocked(layout: Layout, value: string, blocked: string, shape: Shape): void {
  layout.blocked.set(value, blocked)
  layout.waiting.add(value)
  layout.shapes.set(value, shape)
}

/** The value as it lies in memory: [batch, channels / block, rows, columns, block]. */
export function openBlocks(layout: Layout, value: string): string {
  const [, channels, rows, columns] = layout.shapes.get(value) as ImageShape
  const { block } = layout
  return reshape(layout, toBlocked(layout, value), [-1, channels / block, rows, columns, block])
}

/** The value's shape if it is an image whose channels fill blocks. */
export function findBlocks({ shapes, block }: Layout, value: string): ImageShape | undefined {
  const shape = findImage(shapes.get(value))
  return shape !== undefined && fillsBlocks(shape[1], block) ? shape : undefined
}

/** A shape that is one of images of known size. */
export function findImage(shape: Shape | undefined): ImageShape | undefined {
  return shape?.length === 4 && shape.slice(1).every((size) => typeof size === 'number')
    ? (shape as ImageShape)
    : undefined
}

/** Whether so many channels are whole blocks. */
export function fillsBlocks(channels: number, block: number): boolean {
  return channels % block === 0
}
