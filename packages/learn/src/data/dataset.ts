/**
 * Examples as training and the contract both see them: one byte a feature, `real = (byte − inputZero) · inputScale`.
 *
 * @example
 * ```ts
 * import { joinDatasets, selectExamples, toFloatInputs, viewExamples } from '@tutti/learn'
 *
 * const first = viewExamples(rows, 0, 10)
 * const last = selectExamples(rows, [58, 59])
 * joinDatasets([first, last]).count // → 12
 * toFloatInputs(first).length // → 60
 * ```
 */

/** A positive or signed rational number: [numerator, denominator], denominator > 0, both safe integers. */
export type Ratio = [number, number]

/**
 * Examples in memory.
 *
 * `labels`: class index (softmax), 0 or 1 (logistic), a bitmask with bit i for label i (multi-label): Int32Array;
 * the measured value in its own unit (linear): Float64Array.
 */
export interface Dataset {
  /** Number of examples. */
  count: number
  /** Bytes of an example. */
  features: number
  /** Shape [count, features]. */
  inputs: Uint8Array
  /** Shape [count]. */
  labels: Int32Array | Float64Array
  /** Byte that stands for zero. */
  inputZero: number
  /** What one unit of a byte is worth. */
  inputScale: Ratio
  /** Regression trains on `(label − labelCenter) / labelSpread`; 0 and 1 elsewhere. */
  labelCenter: number
  labelSpread: number
}

/** Real inputs of a dataset, shape [count, features]: `(byte − inputZero) · inputScale` in single precision. */
export function toFloatInputs(dataset: Dataset): Float32Array {
  const scale = Math.fround(dataset.inputScale[0] / dataset.inputScale[1])
  const table = Float32Array.from({ length: 256 }, (_, byte) => (byte - dataset.inputZero) * scale)
  const floats = new Float32Array(dataset.inputs.length)
  for (let i = 0; i < floats.length; i++) floats[i] = table[dataset.inputs[i]!]!
  return floats
}

/** The examples at `indices`, in that order. Copies.
 *
 * @throws {@link ExampleIndexError}
 */
export function selectExamples(dataset: Dataset, indices: ArrayLike<number>): Dataset {
  const { features } = dataset
  const inputs = new Uint8Array(indices.length * features)
  const labels =
    dataset.labels instanceof Int32Array ? new Int32Array(indices.length) : new Float64Array(indices.length)
  for (let row = 0; row < indices.length; row++) {
    const index = indices[row]!
    if (!Number.isInteger(index) || index < 0 || index >= dataset.count) {
      throw new ExampleIndexError(index, dataset.count)
    }
    inputs.set(dataset.inputs.subarray(index * features, (index + 1) * features), row * features)
    labels[row] = dataset.labels[index]!
  }
  return { ...dataset, count: indices.length, inputs, labels }
}

/** Examples `[start, start + count)`, a view. @throws {@link ExampleIndexError} */
export function viewExamples(dataset: Dataset, start: number, count: number): Dataset {
  const { features } = dataset
  const end = start + count
  const isWithin = Number.isInteger(start) && Number.isInteger(end) && start >= 0 && count >= 0 && end <= dataset.count
  if (!isWithin) throw new ExampleIndexError(start < 0 ? start : end - 1, dataset.count)
  const inputs = dataset.inputs.subarray(start * features, end * features)
  return { ...dataset, count, inputs, labels: dataset.labels.subarray(start, end) }
}

/** The examples of datasets of one schema, one after the other. Copies. */
export function joinDatasets(parts: readonly Dataset[]): Dataset {
  const [first] = parts
  if (first === undefined) throw new ExampleIndexError(0, 0)
  const count = parts.reduce((sum, part) => sum + part.count, 0)
  const inputs = new Uint8Array(count * first.features)
  const labels = first.labels instanceof Int32Array ? new Int32Array(count) : new Float64Array(count)
  let at = 0
  for (const part of parts) {
    inputs.set(part.inputs, at * first.features)
    labels.set(part.labels, at)
    at += part.count
  }
  return { ...first, count, inputs, labels }
}

/** The bytes of one example, a view. */
export function exampleInput(dataset: Dataset, index: number): Uint8Array {
  if (!Number.isInteger(index) || index < 0 || index >= dataset.count) throw new ExampleIndexError(index, dataset.count)
  return dataset.inputs.subarray(index * dataset.features, (index + 1) * dataset.features)
}

/** An example was asked for that the dataset does not have. */
export class ExampleIndexError extends RangeError {
  override name = 'ExampleIndexError'
  constructor(index: number, count: number) {
    super(`Example ${index} was asked for; the dataset has examples 0 to ${count - 1}.`)
  }
}
