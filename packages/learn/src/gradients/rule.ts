/**
 * What a gradient rule is: how one operation's vector-Jacobian product is written as operations.
 */
import { emit, integerConstant } from '../onnx/graph.ts'
import { repeatedAxes, type Shape, toReshapeTarget } from '../onnx/sizes.ts'
import type { Graph, Node } from '../onnx/writer.ts'

/** What a rule is handed. */
export interface RuleContext {
  graph: Graph
  node: Node
  /** Gradient of the node's output, of its shape; of the first that has one where there are several. */
  gradient: string
  /** Gradients of all outputs, undefined where none came back. */
  received: (string | undefined)[]
  /** Which inputs want a gradient. */
  needed: boolean[]
  /** Shape of a value of the forward pass. @throws `UnknownShapeError` */
  shapeOf: (value: string) => Shape
  /** Channels in a block where images are computed in blocks (blocked-layout.ts). */
  block: number | undefined
}

/** Appends the product and returns a gradient for each input that `needed` asks for, of the input's shape. */
export type GradientRule = (context: RuleContext) => (string | undefined)[]

/** Appends the sum of `value`, shape `from`, over the axes along which `to` was broadcast to it; shape `to`. */
export function emitSumTo(graph: Graph, value: string, from: Shape, to: Shape): string {
  const missing = from.length - to.length
  const axes = repeatedAxes(to, from)
  const added = axes.filter((axis) => axis < missing)
  const kept = axes.filter((axis) => axis >= missing).map((axis) => axis - missing)
  const sum = (of: string, over: number[], keepdims: number) =>
    over.length === 0
      ? of
      : emit(graph, 'ReduceSum', [of, integerConstant(graph, over)], { keepdims: { int: keepdims } })
  return sum(sum(value, added, 0), kept, 1)
}

/** Appends a reshape to a known shape, the batch being worked out when it runs. */
export function emitReshape(graph: Graph, value: string, shape: Shape): string {
  return emit(graph, 'Reshape', [value, integerConstant(graph, toReshapeTarget(shape))])
}

/** Appends zeros of the shape that `like` has when it runs. */
export function emitZerosLike(graph: Graph, like: string): string {
  return emit(graph, 'ConstantOfShape', [emit(graph, 'Shape', [like])])
}

/**
 * Appends 1 where a value is positive and 0 elsewhere: `min(1, max(0, 2¹²⁷·x))`, which is 1 for the smallest normal number
 * already; one pass over the values, four times as fast as `Sign`.
 */
export function emitIsPositive(graph: Graph, value: string): string {
  return emit(graph, 'HardSigmoid', [value], { alpha: { float: 2 ** 127 }, beta: { float: 0 } })
}
