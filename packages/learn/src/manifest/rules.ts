/**
 * How the parts of a manifest must agree, each rule with the key that breaks it.
 */
import type { Ratio } from '../data/dataset.ts'
import { countInputs, type DataSchema } from '../data/schema.ts'
import { LayerShapeError, sizeOf } from '../model/layers.ts'
import {
  countOutputs,
  isOnnxModel,
  type LayeredModel,
  layerShapes,
  type OnnxModel,
  type OutputKind,
  takesWholeNumbers,
  tensorLayout,
} from '../model/model.ts'
import type { Manifest, NetworkSpec, TaskKind } from './manifest-schema.ts'
import { fromRatio, isEqual, multiply, rational } from './rational.ts'

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
  return (
    findTaskFault(manifest) ??
    findModelFault(manifest) ??
    findTensorFault(manifest) ??
    (manifest.version === 1 ? findDirectFault(manifest) : findFloatFault(manifest))
  )
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
  const fault = isOnnxModel(model) ? findGraphFault(model) : findLayerFault(model)
  if (fault !== undefined) return fault
  if (takesWholeNumbers(model) && (data.inputZero !== 0 || data.inputScale[0] !== data.inputScale[1])) {
    return { key: 'data.inputScale', reason: 'a model that looks its inputs up needs scale 1 and inputZero 0' }
  }
  const outputs = countOutputs(model)
  const label = data.label
  const expected =
    task.kind === 'multi-class' || task.kind === 'multi-label' ? (label as { classes: string[] }).classes.length : 1
  if (outputs !== expected) {
    return {
      key: isOnnxModel(model) ? 'model.outputs' : `model.layers[${model.layers.length - 1}].outputs`,
      reason: `the label needs ${expected} outputs, not ${outputs}`,
    }
  }
  return undefined
}

function findLayerFault(model: LayeredModel): ManifestFault | undefined {
  const { inputs, shape, layers } = model
  if (shape !== undefined && sizeOf(shape) !== inputs) {
    return { key: 'model.shape', reason: `[${shape}] has ${sizeOf(shape)} values, not ${inputs}` }
  }
  for (const [index, layer] of layers.entries()) {
    const isLast = index === layers.length - 1
    if (isLast && layer.kind !== 'dense') {
      return { key: `model.layers[${index}].kind`, reason: 'the last layer must be dense: its outputs are the answers' }
    }
    const expected = isLast ? 'none' : 'relu'
    if ('activation' in layer && layer.activation !== expected) {
      return {
        key: `model.layers[${index}].activation`,
        reason: `must be "${expected}": ReLU follows all layers but the last`,
      }
    }
  }
  try {
    layerShapes(model)
  } catch (error) {
    if (!(error instanceof LayerShapeError)) throw error
    return { key: `model.layers[${error.layer}]`, reason: error.reason }
  }
  return undefined
}

function findGraphFault({ inputs, shape }: OnnxModel): ManifestFault | undefined {
  if (sizeOf(shape) === inputs) return undefined
  return { key: 'model.shape', reason: `[${shape}] has ${sizeOf(shape)} values, not ${inputs}` }
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
      return {
        key: `tensors[${index}].shape`,
        reason: `must be [${expected.shape}], weights being [outputs, inputs, …]`,
      }
    }
  }
  if (initialisation.kind === 'seeded' && initialisation.amplitudes.length !== layout.length) {
    return { key: 'initialisation.amplitudes', reason: `one for each of the ${layout.length} tensors` }
  }
  return undefined
}

/** What a model needs whose lanes are added to floats: no integers of its own, and no network in the contract. */
function findFloatFault({ model, network, initialisation }: Manifest): ManifestFault | undefined {
  if (network !== undefined) return { key: 'network', reason: 'a manifest of version 2 has none' }
  if (initialisation.kind !== 'float' && initialisation.kind !== 'base') {
    return { key: 'initialisation.kind', reason: 'a manifest of version 2 needs "float" or "base"' }
  }
  if (isOnnxModel(model) && initialisation.kind !== 'base') {
    return { key: 'initialisation.kind', reason: 'an ONNX model needs "base", which names its file' }
  }
  return undefined
}

/** What a model needs that starts in its lanes and answers in the contract. */
function findDirectFault(manifest: Manifest): ManifestFault | undefined {
  const { data, model, tensors, network, initialisation } = manifest
  if (isOnnxModel(model)) return { key: 'model.kind', reason: 'an ONNX model needs a manifest of version 2' }
  if (model.shape !== undefined) return { key: 'model.shape', reason: 'an image needs a manifest of version 2' }
  const odd = model.layers.findIndex(({ kind }) => kind !== 'dense')
  if (odd >= 0) {
    const { kind } = model.layers[odd]!
    return { key: `model.layers[${odd}].kind`, reason: `a ${kind} layer needs a manifest of version 2` }
  }
  if (initialisation.kind === 'float' || initialisation.kind === 'base') {
    return { key: 'initialisation.kind', reason: `"${initialisation.kind}" needs a manifest of version 2` }
  }
  if (network === undefined) return { key: 'network', reason: 'a manifest of version 1 needs one' }
  return findNetworkFault({ data, model, tensors, network })
}

function findNetworkFault({
  data,
  model,
  tensors,
  network,
}: Pick<Manifest, 'data' | 'tensors'> & { model: LayeredModel; network: NetworkSpec }): ManifestFault | undefined {
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
