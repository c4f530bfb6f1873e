/** Datasets and parameters as tensors of ONNX Runtime, and which datasets a model takes. */
import type { Dataset } from '../data/dataset.ts'
import { isOnnxModel, type ModelSpec, type TensorLayout, takesWholeNumbers } from '../model/model.ts'
import { Tensor } from '../onnx/runtime.ts'

/** The rows of a dataset, and what turns their bytes into numbers. */
export function datasetTensors(dataset: Dataset): Record<string, Tensor> {
  const [numerator, denominator] = dataset.inputScale
  return {
    inputs: new Tensor('uint8', dataset.inputs, [dataset.count, dataset.features]),
    inputScale: new Tensor('float32', Float32Array.of(numerator / denominator), []),
    inputZero: new Tensor('uint8', Uint8Array.of(dataset.inputZero), []),
  }
}

/** The parameters, by name and `suffix`: copies. */
export function parameterTensors(
  layout: readonly TensorLayout[],
  weights: Float32Array,
  suffix = '',
): Record<string, Tensor> {
  const tensors = layout.map(({ name, shape, offset, length }) => {
    return [name + suffix, new Tensor('float32', weights.slice(offset, offset + length), shape)] as const
  })
  return Object.fromEntries(tensors)
}

/** @throws {@link DatasetShapeError} if the model cannot be trained on these rows, or asked about them. */
export function validateDataset(model: ModelSpec, dataset: Dataset): void {
  if (dataset.count === 0) throw new DatasetShapeError('it has no examples')
  if (dataset.features !== model.inputs) {
    throw new DatasetShapeError(`it has ${dataset.features} features and the model ${model.inputs} inputs`)
  }
  if (!takesWholeNumbers(model)) return
  if (dataset.inputZero !== 0 || dataset.inputScale[0] !== dataset.inputScale[1]) {
    throw new DatasetShapeError(
      'the model looks its inputs up, so they need scale 1 and inputZero 0: inputZero: 0, inputScale: [1, 1] and, for ' +
        'each column, center: 0, spread: 1 in a task file',
    )
  }
  const first = isOnnxModel(model) ? undefined : model.layers[0]
  if (first?.kind !== 'embedding') return
  const index = dataset.inputs.findIndex((input) => input >= first.entries)
  if (index >= 0) {
    throw new DatasetShapeError(`an input is ${dataset.inputs[index]} and the embedding has ${first.entries} entries`)
  }
}

/** The dataset cannot train this model. */
export class DatasetShapeError extends Error {
  override name = 'DatasetShapeError'
  constructor(reason: string) {
    super(`The dataset does not fit the model: ${reason}. Check the schema in the manifest.`)
  }
}
