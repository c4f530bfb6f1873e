/**
 * Normalisation of a file: by frozen statistics, over layers, over channels and over groups of them.
 */
import { emitReshape } from '../gradients/rule.ts'
import { emit, floatConstant, integerConstant } from '../onnx/graph.ts'
import { floatAttribute, intAttribute, keep, type Operator, operator, type Translation } from './operator.ts'

/** Operators by name. */
export const NORMALISATION_OPERATORS: Record<string, Operator> = {
  LayerNormalization: operator(keep, {
    inputs: [2, 3],
    reads: { axis: 'int', epsilon: 'float' },
    idle: { stash_type: 1 },
  }),
  // With frozen statistics: x·f + (bias − mean·f), f = scale / √(variance + ε), by channel.
  BatchNormalization: operator(
    (translation) => {
      const { graph, node, inputs, outputs, refuse } = translation
      if (intAttribute(node, 'training_mode', 0) === 1) {
        refuse('it is in training mode; export the model in evaluation mode')
      }
      const [x, scale, bias, mean, variance] = inputs as [string, string, string, string, string]
      const epsilon = floatConstant(graph, [floatAttribute(node, 'epsilon', 1e-5)], [])
      const deviation = emit(graph, 'Sqrt', [emit(graph, 'Add', [variance, epsilon])])
      const factor = emit(graph, 'Div', [scale, deviation])
      const shift = emit(graph, 'Sub', [bias, emit(graph, 'Mul', [mean, factor])])
      const product = emit(graph, 'Mul', [x, emitByChannel(translation, factor)])
      emit(graph, 'Add', [product, emitByChannel(translation, shift)], {}, outputs[0]!)
    },
    { inputs: 5, reads: { epsilon: 'float', training_mode: 'int' }, idle: { momentum: 'any' } },
  ),
  InstanceNormalization: operator(
    (translation) => {
      const { inputs, shapeOf, refuse } = translation
      const channels = shapeOf(inputs[0]!)[1]
      if (typeof channels !== 'number') return refuse('its channels lie along the batch')
      normalise(translation, channels)
    },
    { inputs: 3, reads: { epsilon: 'float' } },
  ),
  GroupNormalization: operator(
    (translation) => {
      const { node, refuse } = translation
      const groups = intAttribute(node, 'num_groups', 0)
      if (groups < 1) refuse('it has no num_groups')
      normalise(translation, groups)
    },
    { inputs: 3, reads: { epsilon: 'float', num_groups: 'int' }, idle: { stash_type: 1 } },
  ),
}

/** Each group of channels of each example to mean 0 and variance 1, then scale and shift by channel. */
function normalise(translation: Translation, groups: number): void {
  const { graph, node, inputs, outputs, shapeOf, refuse } = translation
  const [x, scale, shift] = inputs as [string, string, string]
  const shape = shapeOf(x)
  const [batch, ...sizes] = shape
  const rest = sizes.filter((size) => typeof size === 'number')
  const channels = rest[0] ?? 0
  if (batch === undefined || rest.length < 2 || rest.length < sizes.length || channels % groups !== 0) {
    throw refuse(`${groups} groups do not fit its input`)
  }
  const width = rest.reduce((product, size) => product * size, 1) / groups
  const rows = emitReshape(graph, x, [batch, groups, width])
  const epsilon = { float: floatAttribute(node, 'epsilon', 1e-5) }
  const ones = floatConstant(graph, new Float32Array(width).fill(1), [width])
  const normal = emit(graph, 'LayerNormalization', [rows, ones], { axis: { int: -1 }, epsilon })
  const byChannel = (value: string) => {
    const [count, ...more] = shapeOf(value)
    if (more.length > 0 || (count !== channels && count !== groups)) {
      return refuse(`its scale has ${String(count)} values for ${channels} channels`)
    }
    if (count === channels) return emitByChannel(translation, value)
    // Operator sets before 21 scale by group.
    const each = channels / groups
    const spread = emit(graph, 'Expand', [
      emitReshape(graph, value, [groups, 1]),
      integerConstant(graph, [groups, each]),
    ])
    return emitByChannel(translation, emitReshape(graph, spread, [channels]))
  }
  const product = emit(graph, 'Mul', [emitReshape(graph, normal, shape), byChannel(scale)])
  emit(graph, 'Add', [product, byChannel(shift)], {}, outputs[0]!)
}

/** A vector of channels [channels] with the axes behind it that the first input has: [channels, 1, …]. */
function emitByChannel({ graph, inputs, shapeOf }: Translation, value: string): string {
  const places = shapeOf(inputs[0]!)
    .slice(2)
    .map((_, axis) => axis + 1)
  return places.length === 0 ? value : emit(graph, 'Unsqueeze', [value, integerConstant(graph, places)])
}
