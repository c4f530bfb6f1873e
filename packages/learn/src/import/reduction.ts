/**
 * Operators of a file that reduce or mix the values along axes.
 */
import { emit, integerConstant } from '../onnx/graph.ts'
import { range } from '../onnx/shapes.ts'
import {
  intAttribute,
  intsAttribute,
  keep,
  type Operator,
  operator,
  type Translation,
  type Translator,
} from './operator.ts'

const REDUCTION = { axes: 'ints', keepdims: 'int', noop_with_empty_axes: 'int' } as const

/** Operators by name. */
export const REDUCTION_OPERATORS: Record<string, Operator> = {
  GlobalAveragePool: operator(keep),
  Softmax: operator(keep, { reads: { axis: 'int' } }),
  LogSoftmax: operator(keep, { reads: { axis: 'int' } }),
  ReduceMean: operator(
    reduction(({ graph, inputs, outputs }, axes, keepdims) => {
      emit(graph, 'ReduceMean', [inputs[0]!], { axes: { ints: axes }, keepdims }, outputs[0]!)
    }),
    { inputs: [1, 2], reads: REDUCTION },
  ),
  ReduceSum: operator(
    reduction(({ graph, inputs, outputs }, axes, keepdims) => {
      emit(graph, 'ReduceSum', [inputs[0]!, integerConstant(graph, axes)], { keepdims }, outputs[0]!)
    }),
    { inputs: [1, 2], reads: REDUCTION },
  ),
  // √Σx² and Σx², as PyTorch writes norms.
  ReduceL2: operator(
    reduction(({ graph, inputs, outputs }, axes, keepdims) => {
      const squares = emit(graph, 'Mul', [inputs[0]!, inputs[0]!])
      const sum = emit(graph, 'ReduceSum', [squares, integerConstant(graph, axes)], { keepdims })
      emit(graph, 'Sqrt', [sum], {}, outputs[0]!)
    }),
    { inputs: [1, 2], reads: REDUCTION },
  ),
  ReduceSumSquare: operator(
    reduction(({ graph, inputs, outputs }, axes, keepdims) => {
      const squares = emit(graph, 'Mul', [inputs[0]!, inputs[0]!])
      emit(graph, 'ReduceSum', [squares, integerConstant(graph, axes)], { keepdims }, outputs[0]!)
    }),
    { inputs: [1, 2], reads: REDUCTION },
  ),
}

/** A reduction with its axes as numbers; none are all, unless the node says that none are none. */
function reduction(write: (translation: Translation, axes: number[], keepdims: { int: number }) => void): Translator {
  return (translation) => {
    const { node, inputs, alias, shapeOf, knownOf, refuse } = translation
    const known = knownOf(1)
    if (inputs[1] && !known?.every((axis) => typeof axis === 'number')) refuse('its axes depend on data')
    const rank = shapeOf(inputs[0]!).length
    const given = intsAttribute(node, 'axes') ?? (known as number[] | undefined) ?? []
    if (given.some((axis) => axis < -rank || axis >= rank)) refuse(`it has no axis ${given}`)
    const isIdle = given.length === 0 && intAttribute(node, 'noop_with_empty_axes', 0) === 1
    if (isIdle && node.op !== 'ReduceMean' && node.op !== 'ReduceSum') refuse('it reduces no axis')
    if (isIdle) return alias(inputs[0]!)
    write(translation, given.length === 0 ? range(rank) : given, { int: intAttribute(node, 'keepdims', 1) })
  }
}
