/**
 * Reverse-mode automatic differentiation on ONNX graphs: walks the operations backwards and appends, for each, the
 * operations of its vector-Jacobian product. What comes out is an ordinary graph that any ONNX runtime executes.
 *
 * @see Baydin et al., Automatic Differentiation in Machine Learning: a Survey, JMLR 18, 2018, section 3.2
 */
import { emit, integerConstant } from './graph.ts'
import type { Graph, Node } from './onnx.ts'

/** Appends the vector-Jacobian product of one operation; returns a gradient for each input that `needed` asks for. */
type Rule = (graph: Graph, node: Node, gradient: string, needed: boolean[]) => (string | undefined)[]

const RULES: Record<string, Rule> = {
  // y = x·Wᵀ + b, with x [n, i], W [o, i], b [o]
  Gemm: (graph, node, gradient, needed) => {
    const [x, w] = node.inputs as [string, string]
    return [
      needed[0] ? emit(graph, 'Gemm', [gradient, w]) : undefined,
      needed[1] ? emit(graph, 'Gemm', [gradient, x], { transA: { int: 1 } }) : undefined,
      needed[2]
        ? emit(graph, 'ReduceSum', [gradient, integerConstant(graph, [0])], { keepdims: { int: 0 } })
        : undefined,
    ]
  },
  // ReLU passes the gradient where its output is positive: Sign(y) is 1 there and 0 elsewhere.
  Relu: (graph, node, gradient) => [emit(graph, 'Mul', [gradient, emit(graph, 'Sign', [node.outputs[0]!])])],
}

/**
 * Appends the gradient of a scalar with respect to `parameters`.
 *
 * @param output - Value where the reverse pass starts.
 * @param seed - Gradient of the scalar with respect to `output`, of the same shape.
 * @param parameters - Values whose gradients are wanted.
 * @returns Names of the gradients, in the order of `parameters`.
 * @throws {@link NoGradientRuleError} {@link NotDifferentiableError}
 */
export function emitGradients(graph: Graph, output: string, seed: string, parameters: string[]): string[] {
  const forward = [...graph.nodes]
  const depends = new Set(parameters)
  for (const node of forward) {
    if (node.inputs.some((input) => depends.has(input))) for (const value of node.outputs) depends.add(value)
  }
  const gradients = new Map([[output, seed]])
  for (const node of forward.reverse()) {
    const gradient = gradients.get(node.outputs[0]!)
    if (gradient === undefined || !depends.has(node.outputs[0]!)) continue
    const rule = RULES[node.op]
    if (rule === undefined) throw new NoGradientRuleError(node.op)
    const needed = node.inputs.map((input) => depends.has(input))
    for (const [index, part] of rule(graph, node, gradient, needed).entries()) {
      if (part === undefined || !needed[index]) continue
      const input = node.inputs[index]!
      const sum = gradients.get(input)
      gradients.set(input, sum === undefined ? part : emit(graph, 'Add', [sum, part]))
    }
  }
  return parameters.map((parameter) => {
    const gradient = gradients.get(parameter)
    if (gradient === undefined) throw new NotDifferentiableError(parameter, output)
    return gradient
  })
}

/** The graph holds an operation that this module cannot differentiate. */
export class NoGradientRuleError extends Error {
  override name = 'NoGradientRuleError'
  constructor(op: string) {
    super(`No gradient rule for ${op}. Add its vector-Jacobian product to RULES in autodiff.ts.`)
  }
}

/** The output does not depend on a parameter. */
export class NotDifferentiableError extends Error {
  override name = 'NotDifferentiableError'
  constructor(parameter: string, output: string) {
    super(`"${output}" does not depend on "${parameter}". Leave the parameter out, or connect it.`)
  }
}
