/** Gradients of matrix products. */
import { emit, floatConstant, integerConstant } from '../onnx/graph.ts'
import { floatOf, intOf, range } from '../onnx/shapes.ts'
import type { Shape } from '../onnx/sizes.ts'
import type { Graph } from '../onnx/writer.ts'
import { emitReshape, emitSumTo, type GradientRule, type RuleContext } from './rule.ts'

/** Gradient rules by operation. */
export const PRODUCT_GRADIENTS: Record<string, GradientRule> = {
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

/** The transpose of the last two axes. */
function emitTurned(graph: Graph, value: string, rank: number): string {
  const perm = [...range(rank - 2), rank - 1, rank - 2]
  return emit(graph, 'Transpose', [value], { perm: { ints: perm } })
}
