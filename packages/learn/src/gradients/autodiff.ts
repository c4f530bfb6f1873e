/**
 * Reverse-mode automatic differentiation on ONNX graphs: walks the operations backwards and appends, for each, the
 * operations of its vector-Jacobian product. What comes out is an ordinary graph that any ONNX runtime executes.
 *
 * @see Baydin et al., Automatic Differentiation in Machine Learning: a Survey, JMLR 18, 2018, section 3.2
 */

import { emit } from '../onnx/graph.ts'
import type { Shape } from '../onnx/sizes.ts'
import { ElementType, type Graph, type Node } from '../onnx/writer.ts'
import { blockGraph } from './blocked-graph.ts'
import { ARITHMETIC_GRADIENTS } from './elementwise.ts'
import { IMAGE_GRADIENTS } from './image.ts'
import { LAYOUT_GRADIENTS } from './layout.ts'
import { PRODUCT_GRADIENTS } from './product.ts'
import { REDUCTION_GRADIENTS } from './reduction.ts'
import type { GradientRule } from './rule.ts'

const RULES: Record<string, GradientRule> = {
  ...ARITHMETIC_GRADIENTS,
  ...IMAGE_GRADIENTS,
  ...LAYOUT_GRADIENTS,
  ...PRODUCT_GRADIENTS,
  ...REDUCTION_GRADIENTS,
}

/** Whether an operation can be differentiated. */
export function hasGradient(op: string): boolean {
  return Object.hasOwn(RULES, op)
}

/** Operations that give whole numbers, truth, or steps: their derivative is zero wherever they have one. */
const STEPS = new Set(
  'Equal Greater Less GreaterOrEqual LessOrEqual And Or Xor Not IsNaN Shape Floor Ceil Round Sign'.split(' '),
)

/** Whether no gradient comes back through a node: its output is a step, or no real number. */
export function stopsGradient({ op, attributes }: Node): boolean {
  const { to } = attributes
  return STEPS.has(op) || (op === 'Cast' && to !== undefined && 'int' in to && to.int !== ElementType.float)
}

/**
 * Appends the gradient of a scalar with respect to `parameters`.
 *
 * @param of.output - Value where the reverse pass starts.
 * @param of.seed - Gradient of the scalar with respect to `output`, of the same shape.
 * @param parameters - Values whose gradients are wanted.
 * @param known.shapes - Shapes of the forward pass's values (`inferShapes`).
 * @param known.block - Channels in a block: where given, images of both passes are computed in blocks (blocked-layout.ts).
 * @returns Names of the gradients, in the order of `parameters`.
 * @throws {@link NoGradientRuleError} {@link NotDifferentiableError} {@link UnknownShapeError}
 */
export function emitGradients(
  graph: Graph,
  { output, seed }: { output: string; seed: string },
  parameters: string[],
  { shapes = new Map(), block }: { shapes?: ReadonlyMap<string, Shape>; block?: number | undefined } = {},
): string[] {
  const forward = [...graph.nodes]
  const depends = new Set(parameters)
  for (const node of forward) {
    if (stopsGradient(node)) continue
    if (node.inputs.some((input) => depends.has(input))) for (const value of node.outputs) depends.add(value)
  }
  const gradients = new Map([[output, seed]])
  const known = new Map(shapes)
  const noteShape = (gradient: string, of: string) => {
    const shape = shapes.get(of)
    if (shape !== undefined) known.set(gradient, shape)
  }
  noteShape(seed, output)
  const shapeOf = (value: string): Shape => {
    const shape = shapes.get(value) ?? graph.constants.find(({ name }) => name === value)?.shape
    if (shape === undefined) throw new UnknownShapeError(value)
    return shape
  }
  for (const node of forward.reverse()) {
    const received = node.outputs.map((value) => gradients.get(value))
    const gradient = received.find((value) => value !== undefined)
    if (gradient === undefined || !node.outputs.some((value) => depends.has(value))) continue
    const rule = RULES[node.op]
    if (rule === undefined) throw new NoGradientRuleError(node.op)
    const needed = node.inputs.map((input) => depends.has(input))
    for (const [index, part] of rule({ graph, node, gradient, received, needed, shapeOf, block }).entries()) {
      if (part === undefined || !needed[index]) continue
      const input = node.inputs[index]!
      const sum = gradients.get(input)
      const total = sum === undefined ? part : emit(graph, 'Add', [sum, part])
      gradients.set(input, total)
      for (const value of [part, total]) noteShape(value, input)
    }
  }
  const found = parameters.map((parameter) => {
    const gradient = gradients.get(parameter)
    if (gradient === undefined) throw new NotDifferentiableError(parameter, output)
    return gradient
  })
  if (block !== undefined) blockGraph(graph, known, block, [output, ...found])
  return found
}

/** The graph holds an operation that this module cannot differentiate. */
export class NoGradientRuleError extends Error {
  override name = 'NoGradientRuleError'
  constructor(op: string) {
    super(`No gradient rule for ${op}. Add its vector-Jacobian product to the tables that autodiff.ts joins.`)
  }
}

/** The output does not depend on a parameter. */
export class NotDifferentiableError extends Error {
  override name = 'NotDifferentiableError'
  constructor(parameter: string, output: string) {
    super(`"${output}" does not depend on "${parameter}". Leave the parameter out, or connect it.`)
  }
}

/** A gradient rule needs a shape that was not inferred. */
export class UnknownShapeError extends Error {
  override name = 'UnknownShapeError'
  constructor(value: string) {
    super(`The shape of "${value}" is not known. Hand emitGradients the shapes that inferShapes gives.`)
  }
}
