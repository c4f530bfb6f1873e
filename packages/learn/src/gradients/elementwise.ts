/**
 * Gradients of matrix products and of what acts on each value by itself.
 */

import { emit, floatConstant, integerConstant } from '../onnx/graph.ts'
import { floatOf, intOf, range } from '../onnx/shapes.ts'
import type { Shape } from '../onnx/sizes.ts'
import type { Graph } from '../onnx/writer.ts'
import { emitIsPositive, emitReshape, emitSumTo, type GradientRule, type RuleContext } from './rule.ts'

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
  // y = alpha·A'·B' + beta·C; a dense layer is x·Wᵀ + b
  Gemm: ({ graph, node, gradient, needed, shapeOf }) => {
    const [a, b, c] = node.inputs as [string, string, string | undefined]
    const [transA, transB] = [intOf(node, 'transA', 0), intOf(node, 'transB', 0)]
    const [alpha, beta] = [floatOf(node, 'alpha', 1), floatOf(node, 'beta', 1)]
    const gemm = (left: string, right: string, turnLeft: number, turnRight: number) => {
      const attributes = {
        ...(turnLeft === 1 ? { transA: { int: 1 } } : {}),
        ...(turnRight === 1 ? { transB: { int: 1 } } : {}),
        ...(alpha === 1 ? {} : { alpha: { float: alpha } }),
      }
      return emit(graph, 'Gemm', [left, right], attributes)
    }
    const gradientOfA = () => (transA === 1 ? gemm(b, gradient, transB, 1) : gemm(gradient, b, 0, 1 - transB))
    const gradientOfB = () => (transB === 1 ? gemm(gradient, a, 1, transA) : gemm(a, gradient, 1 - transA, 0))
    const gradientOfC = () => {
      const shape = shapeOf(c!)
      const sum =
        shape.length === 1 && shape[0] !== 1
          ? emit(graph, 'ReduceSum', [gradient, integerConstant(graph, [0])], { keepdims: { int: 0 } })
          : emitSumTo(graph, gradient, shapeOf(node.outputs[0]!), shape)
      return beta === 1 ? sum : emit(graph, 'Mul', [sum, floatConstant(graph, [beta], [])])
    }
    return [
      needed[0] ? gradientOfA() : undefined,
      needed[1] ? gradientOfB() : undefined,
      needed[2] ? gradientOfC() : undefined,
    ]
  },
  MatMul: (context) => {
    const { graph, node, gradient, needed, shapeOf } = context
    const [a, b] = node.inputs as [string, string]
    const [left, right] = [shapeOf(a), shapeOf(b)]
    if (left.length < 2 || right.length < 2) return matVecGradients(context, left, right)
    const batch = shapeOf(node.outputs[0]!).slice(0, -2)
    return [
      needed[0]
        ? emitSumTo(
            graph,
            emit(graph, 'MatMul', [gradient, emitTurned(graph, b, right.length)]),
            [...batch, ...left.slice(-2)],
            left,
          )
        : undefined,
      needed[1] ? gradientOfRight(context, left, right, batch) : undefined,
    ]
  },
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

/** Gradient of the right factor of a product. Where it is one matrix for all of a batch, one Gemm over all rows. */
function gradientOfRight({ graph, node, gradient }: RuleContext, left: Shape, right: Shape, batch: Shape): string {
  const a = node.inputs[0]!
  if (right.length === 2) {
    const rows = (value: string, width: Shape[number]) =>
      typeof width === 'number' ? emit(graph, 'Reshape', [value, integerConstant(graph, [-1, width])]) : value
    const [x, g] = left.length === 2 ? [a, gradient] : [rows(a, left.at(-1)!), rows(gradient, right[1]!)]
    return emit(graph, 'Gemm', [x, g], { transA: { int: 1 } })
  }
  const product = emit(graph, 'MatMul', [emitTurned(graph, a, left.length), gradient])
  return emitSumTo(graph, product, [...batch, ...right.slice(-2)], right)
}

/** A vector is a matrix of one row (left) or one column (right): reshape, multiply, reshape back. */
function matVecGradients({ graph, node, gradient, needed }: RuleContext, left: Shape, right: Shape) {
  const [a, b] = node.inputs as [string, string]
  const isRow = left.length === 1
  const row = isRow ? emitReshape(graph, a, [1, ...left]) : a
  const column = right.length === 1 ? emitReshape(graph, b, [...right, 1]) : b
  const axis = isRow ? -2 : -1
  const open = (value: string, at: number) => emit(graph, 'Unsqueeze', [value, integerConstant(graph, [at])])
  const full = isRow && right.length === 1 ? open(open(gradient, 0), 0) : open(gradient, axis)
  const ranks = [Math.max(2, left.length), Math.max(2, right.length)] as const
  const fit = (value: string, from: number, to: Shape): string => {
    const surplus = from - Math.max(2, to.length)
    const axes = range(surplus)
    const sum =
      surplus > 0 ? emit(graph, 'ReduceSum', [value, integerConstant(graph, axes)], { keepdims: { int: 0 } }) : value
    return to.length === 1 ? emitReshape(graph, sum, to) : sum
  }
  const rank = Math.max(...ranks)
  return [
    needed[0] ? fit(emit(graph, 'MatMul', [full, emitTurned(graph, column, ranks[1])]), rank, left) : undefined,
    needed[1] ? fit(emit(graph, 'MatMul', [emitTurned(graph, row, ranks[0]), full]), rank, right) : undefined,
  ]
}

/** `g·(1 + sign(a − b))/2`: all to the larger operand, and half to each of two that are equal. */
function emitExtreme({ graph, node, gradient }: RuleContext, larger: number, smaller: number): string {
  const difference = emit(graph, 'Sub', [node.inputs[larger]!, node.inputs[smaller]!])
  const twice = emit(graph, 'Add', [emit(graph, 'Sign', [difference]), floatConstant(graph, [1], [])])
  return emit(graph, 'Mul', [gradient, emit(graph, 'Mul', [twice, floatConstant(graph, [0.5], [])])])
}

/** The transpose of the last two axes. */
function emitTurned(graph: Graph, value: string, rank: number): string {
  const perm = [...range(rank - 2), rank - 1, rank - 2]
  return emit(graph, 'Transpose', [value], { perm: { ints: perm } })
}
