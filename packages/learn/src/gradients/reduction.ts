/**
 * Gradients of operations that mix the values along an axis: sums, means, softmax, layer normalisation.
 */

import { emit, floatConstant, integerConstant } from '../onnx/graph.ts'
import { intOf, intsOf, range, readIntegers, toAxis } from '../onnx/shapes.ts'
import { countValues } from '../onnx/sizes.ts'
import type { Graph } from '../onnx/writer.ts'
import type { GradientRule, RuleContext } from './rule.ts'
import { emitSumTo } from './rule.ts'

/** Gradient rules by operation. */
export const REDUCTION_GRADIENTS: Record<string, GradientRule> = {
  ReduceSum: (context) => {
    const { graph, node } = context
    return [emitSpread(context, readIntegers(graph, node.inputs[1]), context.gradient)]
  },
  ReduceMean: (context) => {
    const { graph, node, gradient, shapeOf } = context
    const shape = shapeOf(node.inputs[0]!)
    const axes = intsOf(node, 'axes', range(shape.length))
    const count = countValues(axes.map((axis) => shape[toAxis(axis, shape.length)]!))
    if (typeof count !== 'number') throw new BatchMeanError()
    const share = emit(graph, 'Mul', [gradient, floatConstant(graph, [1 / count], [])])
    return [emitSpread(context, axes, share)]
  },
  // y·(g − Σ g·y)
  Softmax: ({ graph, node, gradient }) => {
    const y = node.outputs[0]!
    const product = emit(graph, 'Mul', [gradient, y])
    const sum = emitAxisSum(graph, product, intOf(node, 'axis', -1))
    return [emit(graph, 'Sub', [product, emit(graph, 'Mul', [y, sum])])]
  },
  // g − exp(y)·Σ g
  LogSoftmax: ({ graph, node, gradient }) => {
    const sum = emitAxisSum(graph, gradient, intOf(node, 'axis', -1))
    return [emit(graph, 'Sub', [gradient, emit(graph, 'Mul', [emit(graph, 'Exp', [node.outputs[0]!]), sum])])]
  },
  // With n = (x − mean)·r and h = g·scale: r·(h − mean(h) − n·mean(h·n)); scale receives Σ g·n, bias Σ g.
  LayerNormalization: ({ graph, node, gradient, needed, shapeOf }) => {
    const [x, scale, bias] = node.inputs as [string, string, string | undefined]
    const shape = shapeOf(x)
    const axes = range(shape.length).slice(toAxis(intOf(node, 'axis', -1), shape.length))
    const y = node.outputs[0]!
    node.outputs[1] ||= `${y}.mean`
    node.outputs[2] ||= `${y}.inverse`
    const [mean, inverse] = [node.outputs[1], node.outputs[2]]
    const normal = emit(graph, 'Mul', [emit(graph, 'Sub', [x, mean]), inverse])
    const average = (value: string) =>
      emit(graph, 'ReduceMean', [value], { axes: { ints: axes }, keepdims: { int: 1 } })
    const gradientOfX = () => {
      const scaled = emit(graph, 'Mul', [gradient, scale])
      const along = emit(graph, 'Mul', [normal, average(emit(graph, 'Mul', [scaled, normal]))])
      const rest = emit(graph, 'Sub', [emit(graph, 'Sub', [scaled, average(scaled)]), along])
      return emit(graph, 'Mul', [rest, inverse])
    }
    return [
      needed[0] ? gradientOfX() : undefined,
      needed[1] ? emitSumTo(graph, emit(graph, 'Mul', [gradient, normal]), shape, shapeOf(scale)) : undefined,
      needed[2] ? emitSumTo(graph, gradient, shape, shapeOf(bias!)) : undefined,
    ]
  },
}

function emitAxisSum(graph: Graph, value: string, axis: number): string {
  return emit(graph, 'ReduceSum', [value, integerConstant(graph, [axis])], { keepdims: { int: 1 } })
}

/** Hands a reduced value back to all that it was reduced from. */
function emitSpread({ graph, node, shapeOf }: RuleContext, axes: number[] | undefined, value: string): string {
  const x = node.inputs[0]!
  const rank = shapeOf(x).length
  const gone = (axes ?? range(rank)).map((axis) => toAxis(axis, rank)).sort((a, b) => a - b)
  const kept =
    intOf(node, 'keepdims', 1) === 1 ? value : emit(graph, 'Unsqueeze', [value, integerConstant(graph, gone)])
  return emit(graph, 'Expand', [kept, emit(graph, 'Shape', [x])])
}

/** A mean over the examples of a batch: their number is not known when the graph is written. */
export class BatchMeanError extends Error {
  override name = 'BatchMeanError'
  constructor() {
    super('The graph takes a mean over the batch. Leave the mean to the loss, and export the graph without it.')
  }
}
