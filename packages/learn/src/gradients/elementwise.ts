/** Gradients of what acts on each value by itself. */

import { emit, floatConstant } from '../onnx/graph.ts'
import { floatOf } from '../onnx/shapes.ts'
import type { Graph } from '../onnx/writer.ts'
import { emitIsPositive, emitSumTo, type GradientRule, type RuleContext } from './rule.ts'

const TWO_OVER_ROOT_PI = 2 / Math.sqrt(Math.PI)

/** A rule `gradient · factor(x, y)` for an operation of one input. */
const scaled =
  (factor: (graph: Graph, x: string, y: string, context: RuleContext) => string): GradientRule =>
  (context) => {
    const { graph, node, gradient } = context
    return [emit(graph, 'Mul', [gradient, factor(graph, node.inputs[0]!, node.outputs[0]!, context)])]
  }

/** Adds what each input's gradient is before broadcasting is undone. */
const broadcasting =
  (parts: (context: RuleContext) => (() => string)[]): GradientRule =>
  (context) => {
    const { graph, node, needed, shapeOf } = context
    const out = shapeOf(node.outputs[0]!)
    return parts(context).map((part, index) =>
      needed[index] ? emitSumTo(graph, part(), out, shapeOf(node.inputs[index]!)) : undefined,
    )
  }

/** Gradient rules by operation. */
export const ARITHMETIC_GRADIENTS: Record<string, GradientRule> = {
  Add: broadcasting(({ gradient }) => [() => gradient, () => gradient]),
  Sub: broadcasting(({ graph, gradient }) => [() => gradient, () => emit(graph, 'Neg', [gradient])]),
  Mul: broadcasting(({ graph, node, gradient }) => [
    () => emit(graph, 'Mul', [gradient, node.inputs[1]!]),
    () => emit(graph, 'Mul', [gradient, node.inputs[0]!]),
  ]),
  Div: broadcasting(({ graph, node, gradient }) => {
    const quotient = () => emit(graph, 'Div', [gradient, node.inputs[1]!])
    return [quotient, () => emit(graph, 'Neg', [emit(graph, 'Mul', [quotient(), node.outputs[0]!])])]
  }),
  // For a constant exponent c: c·x^(c−1).
  Pow: broadcasting(({ graph, node, gradient }) => {
    const [x, exponent] = node.inputs as [string, string]
    const less = () => emit(graph, 'Pow', [x, emit(graph, 'Sub', [exponent, floatConstant(graph, [1], [])])])
    return [
      () => emit(graph, 'Mul', [gradient, emit(graph, 'Mul', [exponent, less()])]),
      () => emit(graph, 'Mul', [gradient, emit(graph, 'Mul', [node.outputs[0]!, emit(graph, 'Log', [x])])]),
    ]
  }),
  Where: broadcasting(({ graph, node, gradient }) => {
    const zero = floatConstant(graph, [0], [])
    return [
      () => zero,
      () => emit(graph, 'Where', [node.inputs[0]!, gradient, zero]),
      () => emit(graph, 'Where', [node.inputs[0]!, zero, gradient]),
    ]
  }),
  Relu: scaled((graph, _, y) => emitIsPositive(graph, y)),
  LeakyRelu: scaled((graph, x, _, { node }) => {
    const slope = floatOf(node, 'alpha', 0.01)
    const rise = emit(graph, 'Mul', [emitIsPositive(graph, x), floatConstant(graph, [1 - slope], [])])
    return emit(graph, 'Add', [rise, floatConstant(graph, [slope], [])])
  }),
  // 1 where x is positive, y + α elsewhere: α·eˣ.
  Elu: scaled((graph, x, y, { node }) => {
    const isPositive = emit(graph, 'Greater', [x, floatConstant(graph, [0], [])])
    const fall = emit(graph, 'Add', [y, floatConstant(graph, [floatOf(node, 'alpha', 1)], [])])
    return emit(graph, 'Where', [isPositive, floatConstant(graph, [1], []), fall])
  }),
  // The slope receives g·x where x is not positive, as PyTorch has it at zero.
  PRelu: broadcasting(({ graph, node, gradient }) => {
    const [x, slope] = node.inputs as [string, string]
    const zero = floatConstant(graph, [0], [])
    const isPositive = () => emit(graph, 'Greater', [x, zero])
    return [
      () => emit(graph, 'Where', [isPositive(), gradient, emit(graph, 'Mul', [gradient, slope])]),
      () => emit(graph, 'Where', [isPositive(), zero, emit(graph, 'Mul', [gradient, x])]),
    ]
  }),
  Max: broadcasting((context) => [() => emitExtreme(context, 0, 1), () => emitExtreme(context, 1, 0)]),
  Min: broadcasting((context) => [() => emitExtreme(context, 1, 0), () => emitExtreme(context, 0, 1)]),
  // Strictly between the bounds both differences are positive; at a bound one of them is zero.
  Clip: scaled((graph, _, y, { node }) => {
    const [, low, high] = node.inputs
    const above = low ? emit(graph, 'Sign', [emit(graph, 'Sub', [y, low])]) : undefined
    const below = high ? emit(graph, 'Sign', [emit(graph, 'Sub', [high, y])]) : undefined
    if (above !== undefined && below !== undefined) return emit(graph, 'Mul', [above, below])
    return above ?? below ?? floatConstant(graph, [1], [])
  }),
  Sigmoid: scaled((graph, _, y) => emit(graph, 'Sub', [y, emit(graph, 'Mul', [y, y])])),
  Tanh: scaled((graph, _, y) => emit(graph, 'Sub', [floatConstant(graph, [1], []), emit(graph, 'Mul', [y, y])])),
  Erf: scaled((graph, x) => {
    const bell = emit(graph, 'Exp', [emit(graph, 'Neg', [emit(graph, 'Mul', [x, x])])])
    return emit(graph, 'Mul', [bell, floatConstant(graph, [TWO_OVER_ROOT_PI], [])])
  }),
  Exp: scaled((_, __, y) => y),
  Softplus: scaled((graph, x) => emit(graph, 'Sigmoid', [x])),
  Abs: scaled((graph, x) => emit(graph, 'Sign', [x])),
  Sqrt: scaled((graph, _, y) => emit(graph, 'Div', [floatConstant(graph, [0.5], []), y])),
  Log: ({ graph, node, gradient }) => [emit(graph, 'Div', [gradient, node.inputs[0]!])],
  Neg: ({ graph, gradient }) => [emit(graph, 'Neg', [gradient])],
  Reciprocal: scaled((graph, _, y) => emit(graph, 'Neg', [emit(graph, 'Mul', [y, y])])),
  Identity: ({ gradient }) => [gradient],
}

/** `g·(1 + sign(a − b))/2`: all to the larger operand, and half to each of two that are equal. */
function emitExtreme({ graph, node, gradient }: RuleContext, larger: number, smaller: number): string {
  const difference = emit(graph, 'Sub', [node.inputs[larger]!, node.inputs[smaller]!])
  const twice = emit(graph, 'Add', [emit(graph, 'Sign', [difference]), floatConstant(graph, [1], [])])
  return emit(graph, 'Mul', [gradient, emit(graph, 'Mul', [twice, floatConstant(graph, [0.5], [])])])
}
