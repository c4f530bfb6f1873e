/**
 * Pooling and its gradient on blocked images (blocked-layout.ts): each value is a block of channels, so that windows are
 * taken apart and put together in runs.
 */

import { emit, integerConstant } from '../onnx/graph.ts'
import { intsOf } from '../onnx/shapes.ts'
import type { Shape } from '../onnx/sizes.ts'
import type { Node } from '../onnx/writer.ts'
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
} from './blocked-layout.ts'
import { emitFirstMaximum } from './first-maximum.ts'

/** Gradient of a maximum over square windows that tile the image: inputs x, y and the gradient of y. */
export const MAXIMUM_GRADIENT = 'MaxPoolGradient'

/** Whether the gradient of a maximum over tiles can be computed in blocks. */
export function hasBlockedMaximum(x: Shape, block: number): boolean {
  const image = findImage(x)
  return image !== undefined && fillsBlocks(image[1], block)
}

/** Rewrites a maximum over windows of what is in blocks already; false where it stays as it is. */
export function blockMaximum(layout: Layout, node: Node): boolean {
  const [x] = node.inputs as [string]
  const [y] = node.outputs as [string]
  const shape = findBlocks(layout, y)
  if (shape === undefined || node.outputs.length > 1 || !layout.blocked.has(x)) return false
  keepBlocked(layout, y, emitBlocked(layout, 'MaxPool', [toBlocked(layout, x)], node.attributes), shape)
  return true
}

/** Rewrites the gradient of a maximum over tiles. */
export function blockMaximumGradient(layout: Layout, node: Node): boolean {
  const [x, y, gradient] = node.inputs as [string, string, string]
  const { graph, block } = layout
  const image = layout.shapes.get(x) as ImageShape
  const [, channels, rows, columns] = layout.shapes.get(y) as ImageShape
  const [edge] = intsOf(node, 'kernel_shape', []) as [number, number]
  const list = (...values: number[]) => integerConstant(graph, values)
  const source = openBlocks(layout, x)
  const take = (row: number, column: number) =>
    emit(graph, 'Slice', [source, list(row, column), list(rows * edge, columns * edge), list(2, 3), list(edge, edge)])
  layout.shapes.set(gradient, layout.shapes.get(y)!)
  const parts = emitFirstMaximum(graph, {
    count: edge * edge,
    take: (index) => take(Math.floor(index / edge), index % edge),
    maximum: openBlocks(layout, y),
    gradient: openBlocks(layout, gradient),
  })
  const join = (values: string[], axis: number) => emit(graph, 'Concat', values, { axis: { int: axis } })
  // Columns of a row of windows side by side, then its rows one below the other.
  const lines = Array.from({ length: edge }, (_, row) =>
    reshape(layout, join(parts.slice(row * edge, (row + 1) * edge), 4), [-1, columns * edge * block]),
  )
  const tiles = reshape(layout, join(lines, 1), [-1, channels, rows * edge, columns * edge])
  keepBlocked(layout, node.outputs[0]!, fill(layout, tiles, image, [rows * edge, columns * edge]), image)
  return true
}

/** Adds zeros below and to the right, where no window reached. */
function fill(layout: Layout, tiles: string, image: ImageShape, covered: [number, number]): string {
  const { block, graph } = layout
  const [bottom, right] = [image[2] - covered[0], image[3] - covered[1]]
  if (bottom === 0 && right === 0) return tiles
  const opened = reshape(layout, tiles, [-1, image[1] / block, ...covered, block])
  const pads = integerConstant(graph, [0, 0, 0, 0, 0, 0, 0, bottom, right, 0])
  return reshape(layout, emit(graph, 'Pad', [opened, pads]), [-1, image[1], image[2], image[3]])
}
