/**
 * Local training in ONNX Runtime: one session run trains a whole epoch (see training-graph.ts).
 *
 * Results repeat bit for bit for the same seed, weights, dataset and version of the runtime.
 *
 * @example
 * ```ts
 * import { initialWeights } from '@tutti/learn'
 * import { createTrainer } from '@tutti/learn/node'
 *
 * const trainer = await createTrainer(manifest.model, manifest.training)
 * const start = initialWeights(manifest.model, 1)
 * const { weights, steps } = await trainer.fit(start, rows, { seed: 1 })
 * steps // → 12
 * const { accuracy } = await trainer.evaluate(weights, rows)
 * accuracy! > 0 // → true
 * await trainer.release()
 * ```
 */
import { fromSeed, shuffle } from '@tutti/core'
import type { Dataset } from '../data/dataset.ts'
import { checkOutputs, judge } from '../evaluation/judge.ts'
import { batchNormalizer, toRowWeights, toTargets } from '../evaluation/loss.ts'
import type { Metrics } from '../evaluation/metrics.ts'
import type { TrainingSpec } from '../manifest/manifest.ts'
import { sizeOf } from '../model/layers.ts'
import {
  countOutputs,
  type ImportedModel,
  isOnnxModel,
  layerShapes,
  type ModelSpec,
  parameterLayout,
  takesWholeNumbers,
  validateWeights,
} from '../model/model.ts'
import { type InferenceSession, openSession, TelemetryError, Tensor } from '../onnx/runtime.ts'
import { encodeModel, type Graph } from '../onnx/writer.ts'
import { findBlockSize } from './block-size.ts'
import { atLeastOne, chooseWork, countSteps } from './local-work.ts'
import { buildForwardGraph, buildScanGraph, carriedValues } from './training-graph.ts'

/** How to train once; what is absent is as the training specification says. */
export interface FitOptions {
  /** Seeds the order of the examples. */
  seed: number
  epochs?: number
  /** In place of epochs. */
  steps?: number
  batchSize?: number
  learningRate?: number
  /** Number of the round: with `decay` the learning rate is `learningRate · decay^round`. 0 when absent. */
  round?: number
  /** Called after each epoch. */
  onProgress?: (progress: { epoch: number; epochs: number; loss: number }) => void
  /** Stops training between epochs by throwing the signal's reason. */
  signal?: AbortSignal
}

/** What training gave. `loss` is the mean over the examples of the last pass over the rows, weighted as trained. */
export interface FitResult {
  weights: Float32Array
  loss: number
  steps: number
}

/** Trains and evaluates one model; holds native memory until `release`. */
export interface Trainer {
  /**
   * Trains from `weights`, which stay untouched.
   *
   * @throws `WeightCountError`, `NonFiniteWeightError`, `LabelError`, {@link DatasetShapeError},
   * {@link TrainingDivergedError}, `TrainingOptionError`, the signal's reason
   */
  fit(weights: Float32Array, dataset: Dataset, options: FitOptions): Promise<FitResult>
  /** Figures of a model on a dataset. @throws as `fit` does for wrong weights, labels and shapes; `NonFiniteOutputError` */
  evaluate(weights: Float32Array, dataset: Dataset): Promise<Metrics>
  /** Outputs of the last layer, shape [count, outputs]. @throws `NonFiniteOutputError`, and as `fit` does for weights. */
  predict(weights: Float32Array, dataset: Dataset): Promise<Float32Array>
  release(): Promise<void>
}

/** Where a trainer runs, and what examples weigh. */
export interface TrainerOptions {
  /** Threads of the runtime; one is fastest for models this small, and leaves the other cores to other members. */
  threads?: number
  classWeights?: number[]
}

const EVALUATION_BATCH = 1024
/** Values of the largest layer that an evaluation holds at once: 16 MB. */
const EVALUATION_VALUES = 2 ** 22

/** Options of every session: sequential, few threads, no denormals (they slow arithmetic a hundredfold). */
export function sessionOptions(threads = 1): InferenceSession.SessionOptions {
  return {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3,
    extra: { session: { set_denormal_as_zero: '1', intra_op: { allow_spinning: '0' } } },
  }
}

/**
 * Compiles the training and evaluation graphs of a model.
 *
 * @throws `MissingGraphError` for an ONNX model whose file was not read (`openModel`); {@link FixedBatchError},
 * {@link GraphRefusedError}
 */
export async function createTrainer(
  model: ModelSpec | ImportedModel,
  training: TrainingSpec,
  { threads = 1, classWeights }: TrainerOptions = {},
): Promise<Trainer> {
  const weighted = classWeights !== undefined && model.output !== 'linear'
  const options = { model, training, weighted, block: await findBlockSize() }
  const layout = parameterLayout(model)
  const carried = carriedValues(options)
  const open = (graph: Graph) => openGraph(graph, model, threads)
  const session = await open(buildScanGraph(options))
  const forward = await open(buildForwardGraph(model))
  if ('isBatchFixed' in model && model.isBatchFixed) await checkBatch(model, forward)

  async function fit(weights: Float32Array, dataset: Dataset, how: FitOptions): Promise<FitResult> {
    validateWeights(model, weights)
    validateShape(model, dataset)
    const batchSize = Math.min(atLeastOne('batchSize', how.batchSize ?? training.batchSize), dataset.count)
    const wanted = countSteps(chooseWork(training, how), { rows: dataset.count, batchSize })
    const epochs = Math.ceil(wanted / Math.ceil(dataset.count / batchSize))
    const rate = (how.learningRate ?? training.learningRate) * (training.decay ?? 1) ** (how.round ?? 0)
    const rowWeights = toRowWeights(model, dataset, classWeights)
    const random = fromSeed(how.seed)
    const rows = Int32Array.from({ length: dataset.count }, (_, i) => i)

    const fixed: Record<string, Tensor> = {
      ...datasetTensors(dataset),
      targets: new Tensor('float32', toTargets(model, dataset), [dataset.count, countOutputs(model)]),
      learningRate: new Tensor('float32', Float32Array.of(rate), []),
    }
    if (rowWeights !== undefined) {
      const width = rowWeights.length / dataset.count
      fixed.rowWeights = new Tensor('float32', rowWeights, [dataset.count, width])
    }
    if (training.proximal > 0) {
      for (const { name, shape, offset, length } of layout) {
        fixed[`${name}.anchor`] = new Tensor('float32', weights.slice(offset, offset + length), shape)
      }
    }
    let current = startTensors(weights)
    let spare = startTensors(weights)
    let steps = 0
    let loss = Number.NaN
    for (let epoch = 0; epoch < epochs; epoch++) {
      how.signal?.throwIfAborted()
      shuffleInPlace(random, rows)
      let sum = 0
      let divisor = 0
      for (const { start, count, size } of cutBatches(rows.length, batchSize, wanted - steps)) {
        const batches = rows.subarray(start, start + count * size)
        const divisors = Float64Array.from({ length: count }, (_, step) =>
          batchNormalizer(model, batches.subarray(step * size, (step + 1) * size), rowWeights),
        )
        const losses = new Tensor('float32', new Float32Array(count), [count])
        const feeds: Record<string, Tensor> = {
          ...fixed,
          batches: new Tensor('int32', batches.slice(), [count, size]),
          normalizers: new Tensor(
            'float32',
            Float32Array.from(divisors, (value) => 1 / value),
            [count],
          ),
        }
        const fetches: Record<string, Tensor> = { losses }
        for (const [index, { name }] of carried.entries()) {
          feeds[`start.${name}`] = current[index]!
          fetches[`final.${name}`] = spare[index]!
        }
        await session.run(feeds, fetches)
        ;[current, spare] = [spare, current]
        steps += count
        for (const value of losses.data as Float32Array) sum += value
        for (const value of divisors) divisor += value
      }
      loss = sum / divisor
      if (!Number.isFinite(loss)) throw new TrainingDivergedError(epoch)
      how.onProgress?.({ epoch: epoch + 1, epochs, loss })
    }
    const trained = new Float32Array(weights.length)
    for (const [index, { offset }] of layout.entries()) trained.set(current[index]!.data as Float32Array, offset)
    if (trained.some((weight) => !Number.isFinite(weight))) throw new TrainingDivergedError(epochs - 1)
    return { weights: trained, loss, steps }
  }

  function startTensors(weights: Float32Array): Tensor[] {
    return carried.map(({ shape, start }, index) => {
      const size = shape.reduce((product, length) => product * length, 1)
      const { offset = 0, length = 0 } = layout[index] ?? {}
      const data = start === 'parameter' ? weights.slice(offset, offset + length) : new Float32Array(size)
      return new Tensor('float32', start === 'one' ? data.fill(1) : data, shape)
    })
  }

  async function answer(weights: Float32Array, dataset: Dataset): Promise<Float32Array> {
    validateWeights(model, weights)
    validateShape(model, dataset)
    const width = countOutputs(model)
    const outputs = new Float32Array(dataset.count * width)
    const { inputs: _, ...fixed } = datasetTensors(dataset)
    for (const { name, shape, offset, length } of layout) {
      fixed[name] = new Tensor('float32', weights.slice(offset, offset + length), shape)
    }
    const batch = evaluationBatch(model)
    for (let start = 0; start < dataset.count; start += batch) {
      const count = Math.min(batch, dataset.count - start)
      const bytes = dataset.inputs.slice(start * dataset.features, (start + count) * dataset.features)
      const inputs = new Tensor('uint8', bytes, [count, dataset.features])
      const result = await forward.run({ ...fixed, inputs })
      outputs.set(result.outputs!.data as Float32Array, start * width)
    }
    return outputs
  }

  return {
    fit,
    predict: async (weights, dataset) => {
      const outputs = await answer(weights, dataset)
      checkOutputs(model, outputs)
      return outputs
    },
    evaluate: async (weights, dataset) => judge(model, await answer(weights, dataset), dataset),
    release: async () => {
      await session.release()
      await forward.release()
    },
  }
}

/** Opens a session; what the runtime says of a graph that came from a file is told as such. */
async function openGraph(graph: Graph, model: ModelSpec, threads: number): Promise<InferenceSession> {
  try {
    return await openSession(encodeModel(graph), sessionOptions(threads))
  } catch (error) {
    throw isOnnxModel(model) && !(error instanceof TelemetryError) ? new GraphRefusedError(error as Error) : error
  }
}

/** Whether a file whose batch was fixed gives two examples together what it gives each alone. */
async function checkBatch(model: ImportedModel, forward: InferenceSession): Promise<void> {
  const random = fromSeed(1)
  const isFloat = model.inputType === 'float'
  const inputs = Uint8Array.from({ length: 2 * model.inputs }, () => (isFloat ? 256 : 2) * random())
  const bytesOf = isFloat ? { inputZero: 128, inputScale: [1, 64] } : { inputZero: 0, inputScale: [1, 1] }
  const example = { features: model.inputs, labels: new Int32Array(2), labelCenter: 0, labelSpread: 1 }
  const fixed: Record<string, Tensor> = {}
  for (const { name, shape, offset, length } of parameterLayout(model)) {
    fixed[name] = new Tensor('float32', model.weights.slice(offset, offset + length), shape)
  }
  const answer = async (from: number, count: number) => {
    const bytes = inputs.slice(from * model.inputs, (from + count) * model.inputs)
    const dataset = { ...example, ...bytesOf, count, inputs: bytes } as Dataset
    const { outputs } = await forward.run({ ...fixed, ...datasetTensors(dataset) })
    return [...(outputs!.data as Float32Array)]
  }
  const together = await answer(0, 2)
  const alone = [...(await answer(0, 1)), ...(await answer(1, 1))]
  const isClose = (value: number, index: number) => Math.abs(value - together[index]!) <= 1e-3 * (1 + Math.abs(value))
  if (together.length !== alone.length || !alone.every(isClose)) throw new FixedBatchError()
}

/** Examples evaluated at once: fewer where a layer gives many values. */
function evaluationBatch(model: ModelSpec): number {
  const largest = isOnnxModel(model) ? sizeOf(model.shape) : Math.max(...layerShapes(model).map(sizeOf))
  return Math.max(1, Math.min(EVALUATION_BATCH, Math.floor(EVALUATION_VALUES / largest)))
}

/** Splits a pass into full batches and what remains of it, and ends it after `most` of them. */
function cutBatches(count: number, size: number, most: number): { start: number; count: number; size: number }[] {
  const full = Math.min(Math.floor(count / size), most)
  const rest = full < most ? count - full * size : 0
  return [
    ...(full > 0 ? [{ start: 0, count: full, size }] : []),
    ...(rest > 0 ? [{ start: full * size, count: 1, size: rest }] : []),
  ]
}

function datasetTensors(dataset: Dataset): Record<string, Tensor> {
  const [numerator, denominator] = dataset.inputScale
  return {
    inputs: new Tensor('uint8', dataset.inputs, [dataset.count, dataset.features]),
    inputScale: new Tensor('float32', Float32Array.of(numerator / denominator), []),
    inputZero: new Tensor('uint8', Uint8Array.of(dataset.inputZero), []),
  }
}

function shuffleInPlace(random: () => number, rows: Int32Array): void {
  rows.set(shuffle(random, rows))
}

function validateShape(model: ModelSpec, dataset: Dataset): void {
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

/** ONNX Runtime does not take the training graph of an ONNX file. */
export class GraphRefusedError extends Error {
  override name = 'GraphRefusedError'
  constructor(cause: Error) {
    super(
      `ONNX Runtime refuses to train the graph of this ONNX file (${cause.message}). The file uses an operator on a ` +
        'type or shape that cannot be computed; see that ONNX Runtime runs the file itself, or export it anew.',
      { cause },
    )
  }
}

/** An ONNX file is made for one size of batch, and mixes the examples of another. */
export class FixedBatchError extends Error {
  override name = 'FixedBatchError'
  constructor() {
    super('The ONNX file fixes the size of the batch and mixes the examples of another. Export it with dynamic_axes.')
  }
}

/** Training left the finite numbers. */
export class TrainingDivergedError extends Error {
  override name = 'TrainingDivergedError'
  readonly epoch: number
  constructor(epoch: number) {
    super(`Training diverged in epoch ${epoch + 1}: loss or weights are not finite. Lower the learning rate.`)
    this.epoch = epoch
  }
}
