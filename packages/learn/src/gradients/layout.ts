/**
 * Gradients of operations that move values about: reshape, transpose, cut, join and look up.
 */

import { emit, integerConstant } from '../onnx/graph.ts'
import { intOf, intsOf, range, readIntegers, toAxis } from '../onnx/shapes.ts'
import type { Shape } from '../onnx/sizes.ts'
import type { Graph } from '../onnx/writer.ts'
import { emitReshape, emitSumTo, emitZerosLike, type GradientRule } from './rule.ts'

const reshape: GradientRule = ({ graph, node, gradient, shapeOf }) => [
  emitReshape(graph, gradient, shapeOf(node.inputs[0]!)),
]

/** Gradient rules by operation. */
export const LAYOUT_GRADIENTS: Record<string, GradientRule> = {
  Reshape: reshape,
  Flatten: reshape,
  Squeeze: reshape,
  Unsqueeze: reshape,
  Transpose: ({ graph, node, gradient, shapeOf }) => {
    const rank = shapeOf(node.inputs[0]!).length
    const perm = intsOf(node, 'perm', range(rank).reverse())
    return [emit(graph, 'Transpose', [gradient], { perm: { ints: range(rank).map((axis) => perm.indexOf(axis)) } })]
  },
  Expand: ({ graph, node, gradient, shapeOf }) => [
    emitSumTo(graph, gradient, shapeOf(node.outputs[0]!), shapeOf(node.inputs[0]!)),
  ],
  Concat: ({ graph, node, gradient, needed, shapeOf }) => {
    const axis = toAxis(intOf(node, 'axis', 0), shapeOf(node.outputs[0]!).length)
    let start = 0
    return node.inputs.map((input, index) => {
      const from = start
      start += shapeOf(input)[axis] as number
      return needed[index] ? emitSlice(graph, gradient, { axis, from, to: start }) : undefined
    })
  },
  Split: ({ graph, node, received, shapeOf }) => {
    const x = shapeOf(node.inputs[0]!)
    const axis = toAxis(intOf(node, 'axis', 0), x.length)
    const parts = node.outputs.map((output, index) => received[index] ?? emitZerosLike(graph, output))
    return [emit(graph, 'Concat', parts, { axis: { int: axis } })]
  },
  // Steps of 1 only: the importer turns others into Gather.
  Slice: ({ graph, node, gradient, shapeOf }) => {
    const x = shapeOf(node.inputs[0]!)
    const [starts, ends] = [readIntegers(graph, node.inputs[1])!, readIntegers(graph, node.inputs[2])!]
    const axes = readIntegers(graph, node.inputs[3]) ?? range(starts.length)
    const pads = new Array<number>(2 * x.length).fill(0)
    for (const [index, given] of axes.entries()) {
      const axis = toAxis(given, x.length)
      const size = x[axis]!
      if (typeof size !== 'number') continue
      pads[axis] = bound(starts[index]!, size)
      pads[axis + x.length] = size - bound(ends[index]!, size)
    }
    return [emit(graph, 'Pad', [gradient, integerConstant(graph, pads)])]
  },
  // Sizes of 0 and more only; the batch is never padded.
  Pad: ({ graph, node, gradient, shapeOf }) => {
    const x = shapeOf(node.inputs[0]!)
    const pads = readIntegers(graph, node.inputs[1])!
    const axes = range(x.length).filter((axis) => typeof x[axis] === 'number')
    const starts = axes.map((axis) => pads[axis]!)
    const ends = axes.map((axis) => pads[axis]! + (x[axis] as number))
    const bounds = [starts, ends, axes].map((values) => integerConstant(graph, values))
    return [emit(graph, 'Slice', [gradient, ...bounds])]
  },
  Trilu: ({ graph, node, gradient }) => [emit(graph, 'Trilu', [gradient, ...node.inputs.slice(1)], node.attributes)],
  // Rows looked up several times receive the sum.
  Gather: ({ graph, node, gradient, shapeOf }) => {
    const [x, indices] = node.inputs as [string, string]
    const shape = shapeOf(x)
    const axis = toAxis(intOf(node, 'axis', 0), shape.length)
    const places = shapeOf(indices).length
    // Axes of the gradient: those before `axis`, those of the indices, those after.
    const rank = shape.length - 1 + places
    const looked = range(places).map((place) => axis + place)
    const rest = range(rank).filter((at) => !looked.includes(at))
    const first = emitTransposed(graph, gradient, [...looked, ...rest])
    const order = [axis, ...range(shape.length).filter((at) => at !== axis)]
    const zeros = emitTransposed(graph, emitZerosLike(graph, x), order)
    const column = emit(graph, 'Unsqueeze', [indices, integerConstant(graph, [places])])
    const sum = emit(graph, 'ScatterND', [zeros, column, first], { reduction: { text: 'add' } })
    return [
      emitTransposed(
        graph,
        sum,
        range(shape.length).map((at) => order.indexOf(at)),
      ),
    ]
  },
}

function emitTransposed(graph: Graph, value: string, perm: number[]): string {
  if (perm.every((axis, index) => axis === index)) return value
  return emit(graph, 'Transpose', [value], { perm: { ints: perm } })
}

function emitSlice(
  graph: Graph,
  value: string,
  { axis, from, to }: { axis: number; from: number; to: number },
): string {
  const at = (position: number) => integerConstant(graph, [position])
  return emit(graph, 'Slice', [value, at(from), at(to), at(axis)])
}

/** A position counted from the front and kept within the axis. */
function bound(position: number, size: Shape[number] & number): number {
  return Math.min(size, Math.max(0, position < 0 ? position + size : position))
}
