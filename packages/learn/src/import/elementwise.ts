/**
 * Operators of a file that act on each value by itself, and products of matrices: as they are, or in their parts.
 */
import { emit, floatConstant } from '../onnx/graph.ts'
import { ElementType, type Graph } from '../onnx/writer.ts'
import {
  first,
  floatAttribute,
  intAttribute,
  keep,
  type Operator,
  operator,
  type Translation,
  type Translator,
  textAttribute,
} from './operator.ts'

const unary = operator(keep)
const binary = operator(keep, { inputs: 2 })

/** Numbers of TensorProto.DataType that a value can have here; double precision is computed in single. */
const TARGETS: Record<number, ElementType> = { 1: 'float', 2: 'uint8', 6: 'int32', 7: 'int64', 9: 'bool', 11: 'float' }

/** Selu's constants. @see Klambauer et al., Self-Normalizing Neural Networks, NeurIPS 2017 */
const SELU_ALPHA = 1.6732632423543772
const SELU_GAMMA = 1.0507009873554805

const cast = ({ graph, inputs, outputs, alias, typeOf }: Translation, to: ElementType): void => {
  if (typeOf(inputs[0]!) === to) alias(inputs[0]!)
  else emit(graph, 'Cast', [inputs[0]!], { to: { int: ElementType[to] } }, outputs[0]!)
}

/** Several operands, two at a time. */
const folded =
  (op: string, finish?: (translation: Translation, value: string) => void): Translator =>
  (translation) => {
    const { graph, inputs, outputs, alias } = translation
    const [head, ...rest] = inputs as [string, ...string[]]
    if (finish !== undefined)
      return finish(
        translation,
        rest.reduce((sum, next) => emit(graph, op, [sum, next]), head),
      )
    if (rest.length === 0) return alias(head)
    rest.reduce((sum, next, index) => {
      return emit(graph, op, [sum, next], {}, ...(index === rest.length - 1 ? [outputs[0]!] : []))
    }, head)
  }

/** Operators by name. */
export const ARITHMETIC_OPERATORS: Record<string, Operator> = {
  ...Object.fromEntries(
    'Relu Sigmoid Tanh Erf Exp Log Neg Abs Sqrt Reciprocal Softplus Floor Ceil Round Sign Not IsNaN'
      .split(' ')
      .map((op) => [op, unary]),
  ),
  ...Object.fromEntries(
    'Add Sub Mul Div Pow MatMul Equal Greater Less GreaterOrEqual LessOrEqual And Or Xor PRelu'
      .split(' ')
      .map((op) => [op, binary]),
  ),
  Where: operator(keep, { inputs: 3 }),
  Mod: operator(keep, { inputs: 2, reads: { fmod: 'int' } }),
  Max: operator(folded('Max'), { inputs: [1, Number.POSITIVE_INFINITY] }),
  Min: operator(folded('Min'), { inputs: [1, Number.POSITIVE_INFINITY] }),
  Sum: operator(folded('Add'), { inputs: [1, Number.POSITIVE_INFINITY] }),
  Mean: operator(
    folded('Add', ({ graph, inputs, outputs }, sum) => {
      emit(graph, 'Mul', [sum, floatConstant(graph, [1 / inputs.length], [])], {}, outputs[0]!)
    }),
    { inputs: [1, Number.POSITIVE_INFINITY] },
  ),
  LeakyRelu: operator(keep, { reads: { alpha: 'float' } }),
  Elu: operator(keep, { reads: { alpha: 'float' } }),
  Gemm: operator(keep, {
    inputs: [2, 3],
    reads: { alpha: 'float', beta: 'float', transA: 'int', transB: 'int' },
  }),
  Identity: operator(first),
  Cast: operator(
    (translation) => {
      const to = intAttribute(translation.node, 'to', 0)
      if (!Object.hasOwn(TARGETS, to)) translation.refuse(`it casts to element type ${to}`)
      cast(translation, TARGETS[to]!)
    },
    { reads: { to: 'int' }, idle: { saturate: 'any', round_mode: 'any' } },
  ),
  CastLike: operator((translation) => cast(translation, translation.typeOf(translation.inputs[1]!)), {
    inputs: 2,
    idle: { saturate: 'any', round_mode: 'any' },
  }),
  Dropout: operator(
    (translation) => {
      const { inputs, knownOf, refuse } = translation
      const isTraining = inputs[2] ? knownOf(2) : [0]
      if (isTraining?.[0] !== 0) refuse('it drops values at random; export the model in evaluation mode')
      first(translation)
    },
    { inputs: [1, 3], idle: { seed: 'any' } },
  ),
  Clip: operator(keep, { inputs: [1, 3] }),
  HardSigmoid: operator(
    ({ graph, node, inputs, outputs }) => {
      const [alpha, beta] = [floatAttribute(node, 'alpha', 0.2), floatAttribute(node, 'beta', 0.5)]
      emitHardSigmoid(graph, inputs[0]!, { alpha, beta }, outputs[0]!)
    },
    { reads: { alpha: 'float', beta: 'float' } },
  ),
  HardSwish: operator(({ graph, inputs, outputs }) => {
    emit(graph, 'Mul', [inputs[0]!, emitHardSigmoid(graph, inputs[0]!, { alpha: 1 / 6, beta: 0.5 })], {}, outputs[0]!)
  }),
  // x·tanh(log(1 + eˣ))
  Mish: operator(({ graph, inputs, outputs }) => {
    const gate = emit(graph, 'Tanh', [emit(graph, 'Softplus', [inputs[0]!])])
    emit(graph, 'Mul', [inputs[0]!, gate], {}, outputs[0]!)
  }),
  // x / (1 + |x|)
  Softsign: operator(({ graph, inputs, outputs }) => {
    const size = emit(graph, 'Add', [emit(graph, 'Abs', [inputs[0]!]), floatConstant(graph, [1], [])])
    emit(graph, 'Div', [inputs[0]!, size], {}, outputs[0]!)
  }),
  Selu: operator(
    ({ graph, node, inputs, outputs }) => {
      const alpha = floatAttribute(node, 'alpha', SELU_ALPHA)
      const gamma = floatConstant(graph, [floatAttribute(node, 'gamma', SELU_GAMMA)], [])
      const value = emit(graph, 'Elu', [inputs[0]!], { alpha: { float: alpha } })
      emit(graph, 'Mul', [value, gamma], {}, outputs[0]!)
    },
    { reads: { alpha: 'float', gamma: 'float' } },
  ),
  // max(0, x) + min(0, α·(exp(x/α) − 1)) = α·elu(x/α) for α > 0
  Celu: operator(
    ({ graph, node, inputs, outputs, refuse }) => {
      const alpha = floatAttribute(node, 'alpha', 1)
      if (!(alpha > 0)) refuse(`its attribute alpha is ${alpha}`)
      const scale = floatConstant(graph, [alpha], [])
      const value = emit(graph, 'Elu', [emit(graph, 'Div', [inputs[0]!, scale])])
      emit(graph, 'Mul', [value, scale], {}, outputs[0]!)
    },
    { reads: { alpha: 'float' } },
  ),
  // x·Φ(x), Φ by the error function or by its approximation.
  Gelu: operator(
    ({ graph, node, inputs, outputs, refuse }) => {
      const x = inputs[0]!
      const constant = (value: number) => floatConstant(graph, [value], [])
      const approximate = textAttribute(node, 'approximate', 'none')
      if (approximate !== 'tanh' && approximate !== 'none') refuse(`its attribute approximate is ${approximate}`)
      const inner =
        approximate === 'tanh'
          ? emit(graph, 'Tanh', [
              emit(graph, 'Mul', [
                emit(graph, 'Add', [x, emit(graph, 'Mul', [emit(graph, 'Pow', [x, constant(3)]), constant(0.044715)])]),
                constant(Math.sqrt(2 / Math.PI)),
              ]),
            ])
          : emit(graph, 'Erf', [emit(graph, 'Mul', [x, constant(Math.SQRT1_2)])])
      const half = emit(graph, 'Mul', [x, constant(0.5)])
      emit(graph, 'Mul', [half, emit(graph, 'Add', [inner, constant(1)])], {}, outputs[0]!)
    },
    { reads: { approximate: 'text' } },
  ),
}

/** `clamp(alpha · x + beta, 0, 1)`. */
function emitHardSigmoid(
  graph: Graph,
  x: string,
  { alpha, beta }: { alpha: number; beta: number },
  output?: string,
): string {
  const constant = (value: number) => floatConstant(graph, [value], [])
  const line = emit(graph, 'Add', [emit(graph, 'Mul', [x, constant(alpha)]), constant(beta)])
  return emit(graph, 'Clip', [line, constant(0), constant(1)], {}, ...(output === undefined ? [] : [output]))
}
