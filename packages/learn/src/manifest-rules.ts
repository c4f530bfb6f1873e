/**
 * How the parts of a manifest must agree, each rule with the key that breaks it.
 */
import type { Ratio } from './dataset.ts'
import type { Manifest, TaskKind } from './manifest-form.ts'
import { countOutputs, type OutputKind, tensorLayout } from './model.ts'
import { fromRatio, isEqual, multiply, rational } from './rational.ts'
import { countInputs, type DataSchema } from './schema.ts'

/** The key that breaks a rule, and why. */
export interface ManifestFault {
  key: string
  reason: string
}

/** The output that each kind of task has. */
const OUTPUT_OF_TASK = {
  'multi-class': 'softmax',
  binary: 'logistic',
  'multi-label': 'multi-label',
  regression: 'linear',
} as const

const LABEL_OF_TASK = {
  'multi-class': 'class',
  binary: 'class',
  'multi-label': 'labels',
  regression: 'number',
} as const

/** The first rule that a manifest breaks, if any. */
export function findManifestFault(manifest: Manifest): ManifestFault | undefined {
  return findTaskFault(manifest) ?? findModelFault(manifest) ?? findTensorFault(manifest) ?? findNetworkFault(manifest)
}

/** The kind of task that a model with such an output learns. */
export function taskKindOf(output: OutputKind): TaskKind {
  const kinds = Object.keys(OUTPUT_OF_TASK) as TaskKind[]
  return kinds.find((kind) => OUTPUT_OF_TASK[kind] === output)!
}

/** The first disagreement between kind of task, label, output and class weights, if any. */
export function findTaskFault({
  task,
  data,
  model,
  loss,
}: {
  task: { kind: TaskKind }
  data: DataSchema
  model: { output: OutputKind }
  loss: Manifest['loss']
}): ManifestFault | undefined {
  if (model.output !== OUTPUT_OF_TASK[task.kind]) {
    return { key: 'model.output', reason: `a ${task.kind} task needs "${OUTPUT_OF_TASK[task.kind]}"` }
  }
  if (data.label.kind !== LABEL_OF_TASK[task.kind]) {
    return { key: 'data.label.kind', reason: `a ${task.kind} task needs "${LABEL_OF_TASK[task.kind]}"` }
  }
  const classes = data.label.kind === 'number' ? 0 : data.label.classes.length
  if (task.kind === 'binary' && classes !== 2) {
    return { key: 'data.label.classes', reason: `a binary task has 2 classes, not ${classes}` }
  }
  const weights = loss.classWeights
  if (weights !== undefined && weights.length !== classes) {
    return { key: 'loss.classWeights', reason: `${weights.length} weights for ${classes} classes` }
  }
  return undefined
}

function findModelFault({ task, data, model }: Manifest): ManifestFault | undefined {
  const inputs = countInputs(data)
  if (model.inputs !== inputs)
    return { key: 'model.inputs', reason: `the schema gives ${inputs} inputs, not ${model.inputs}` }
  for (const [index, layer] of model.layers.entries()) {
    const expected = index < model.layers.length - 1 ? 'relu' : 'none'
    if (layer.activation !== expected) {
      return {
        key: `model.layers[${index}].activation`,
        reason: `must be "${expected}": ReLU follows all layers but the last`,
      }
    }
  }
  const outputs = countOutputs(model)
  const label = data.label
  const expected =
    task.kind === 'multi-class' || task.kind === 'multi-label' ? (label as { classes: string[] }).classes.length : 1
  if (outputs !== expected) {
    return {
      key: `model.layers[${model.layers.length - 1}].outputs`,
      reason: `the label needs ${expected} outputs, not ${outputs}`,
    }
  }
  return undefined
}

function findTensorFault({ model, tensors, initialisation }: Manifest): ManifestFault | undefined {
  const layout = tensorLayout(model)
  if (tensors.length !== layout.length) {
    return { key: 'tensors', reason: `the model has ${layout.length} tensors, not ${tensors.length}` }
  }
  for (const [index, expected] of layout.entries()) {
    const { name, shape } = tensors[index]!
    if (name !== expected.name) return { key: `tensors[${index}].name`, reason: `must be "${expected.name}"` }
    if (shape.join() !== expected.shape.join()) {
      return { key: `tensors[${index}].shape`, reason: `must be [${expected.shape}], weights being [outputs, inputs]` }
    }
  }
  if (initialisation.kind === 'seeded' && initialisation.amplitudes.length !== layout.length) {
    return { key: 'initialisation.amplitudes', reason: `one for each of the ${layout.length} tensors` }
  }
  return undefined
}

function findNetworkFault({ data, model, tensors, network }: Manifest): ManifestFault | undefined {
  if (network.inputZero !== data.inputZero) return { key: 'network.inputZero', reason: 'differs from data.inputZero' }
  if (!isEqual(fromRatio(network.inputScale), fromRatio(data.inputScale))) {
    return { key: 'network.inputScale', reason: 'differs from data.inputScale' }
  }
  if (network.layers.length !== model.layers.length) {
    return { key: 'network.layers', reason: `the model has ${model.layers.length} layers` }
  }
  if (BigInt(network.outputMultiplier) <= 0n) return { key: 'network.outputMultiplier', reason: 'must be positive' }
  let scale = fromRatio(network.inputScale)
  for (const [index, { shift, biasMultiplier }] of network.layers.entries()) {
    const isLast = index === network.layers.length - 1
    if (isLast ? shift !== 0 : shift < 1) {
      return {
        key: `network.layers[${index}].shift`,
        reason: isLast ? 'the last layer has shift 0' : 'must be at least 1',
      }
    }
    const weightStep = fromRatio(tensors[2 * index]!.step)
    const biasStep = fromRatio(tensors[2 * index + 1]!.step as Ratio)
    if (!isEqual(biasStep, multiply(multiply(weightStep, scale), rational(BigInt(biasMultiplier), 1n)))) {
      return {
        key: `network.layers[${index}].biasMultiplier`,
        reason: 'step of the bias must equal biasMultiplier · step of the weights · scale of the inputs',
      }
    }
    scale = multiply(multiply(scale, weightStep), rational(1n << BigInt(shift), 1n))
  }
  return undefined
}
