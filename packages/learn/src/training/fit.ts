/**
 * Trains a compiled model once: one session run trains all whole batches of an epoch (see training-graph.ts).
 */
import { fromSeed, shuffle } from '@tutti/core'
import type { Dataset } from '../data/dataset.ts'
import { batchNormalizer, toRowWeights, toTargets } from '../evaluation/loss.ts'
import type { TrainingSpec } from '../manifest/manifest.ts'
import { countOutputs, type ModelSpec, type TensorLayout, validateWeights } from '../model/model.ts'
import { type InferenceSession, Tensor } from '../onnx/runtime.ts'
import { atLeastOne, chooseWork, countSteps } from './local-work.ts'
import { datasetTensors, parameterTensors, validateDataset } from './tensors.ts'
import type { CarriedValue } from './training-graph.ts'

/** A model whose training graph is open. */
export interface CompiledModel {
  readonly model: ModelSpec
  readonly training: TrainingSpec
  readonly classWeights: number[] | undefined
  readonly layout: readonly TensorLayout[]
  /** Values that go from batch to batch: parameters first, in the order of the layout, then the optimiser's. */
  readonly carried: readonly CarriedValue[]
  readonly session: InferenceSession
}

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

/**
 * Trains from `weights`, which stay untouched.
 *
 * @throws as `Trainer.fit` does
 */
export async function fitModel(
  compiled: CompiledModel,
  weights: Float32Array,
  dataset: Dataset,
  how: FitOptions,
): Promise<FitResult> {
  const { model, training, classWeights, layout } = compiled
  validateWeights(model, weights)
  validateDataset(model, dataset)
  const batchSize = Math.min(atLeastOne('batchSize', how.batchSize ?? training.batchSize), dataset.count)
  const wanted = countSteps(chooseWork(training, how), { rows: dataset.count, batchSize })
  const epochs = Math.ceil(wanted / Math.ceil(dataset.count / batchSize))
  const rate = (how.learningRate ?? training.learningRate) * (training.decay ?? 1) ** (how.round ?? 0)
  const rowWeights = toRowWeights(model, dataset, classWeights)
  const random = fromSeed(how.seed)
  const rows = Int32Array.from({ length: dataset.count }, (_, i) => i)
  const fixed = fixedFeeds(compiled, weights, dataset, { rate, rowWeights })
  const state: CarriedState = { current: startTensors(compiled, weights), spare: startTensors(compiled, weights) }
  let steps = 0
  let loss = Number.NaN
  for (let epoch = 0; epoch < epochs; epoch++) {
    how.signal?.throwIfAborted()
    rows.set(shuffle(random, rows))
    let sum = 0
    let divisor = 0
    for (const { start, count, size } of cutBatches(rows.length, batchSize, wanted - steps)) {
      const batches = rows.subarray(start, start + count * size)
      const divisors = Float64Array.from({ length: count }, (_, step) =>
        batchNormalizer(model, batches.subarray(step * size, (step + 1) * size), rowWeights),
      )
      for (const value of await runBatches(compiled, { fixed, state, batches, divisors })) sum += value
      for (const value of divisors) divisor += value
      steps += count
    }
    loss = sum / divisor
    if (!Number.isFinite(loss)) throw new TrainingDivergedError(epoch)
    how.onProgress?.({ epoch: epoch + 1, epochs, loss })
  }
  const trained = new Float32Array(weights.length)
  for (const [index, { offset }] of layout.entries()) trained.set(state.current[index]!.data as Float32Array, offset)
  if (trained.some((weight) => !Number.isFinite(weight))) throw new TrainingDivergedError(epochs - 1)
  return { weights: trained, loss, steps }
}

/** What is carried, and room for what it becomes: both are used in turn, so that nothing is allocated in an epoch. */
interface CarriedState {
  current: Tensor[]
  spare: Tensor[]
}

/** What stays the same in all batches. */
function fixedFeeds(
  { model, training, layout }: CompiledModel,
  weights: Float32Array,
  dataset: Dataset,
  { rate, rowWeights }: { rate: number; rowWeights: Float32Array | undefined },
): Record<string, Tensor> {
  const fixed: Record<string, Tensor> = {
    ...datasetTensors(dataset),
    targets: new Tensor('float32', toTargets(model, dataset), [dataset.count, countOutputs(model)]),
    learningRate: new Tensor('float32', Float32Array.of(rate), []),
  }
  if (rowWeights !== undefined) {
    const width = rowWeights.length / dataset.count
    fixed.rowWeights = new Tensor('float32', rowWeights, [dataset.count, width])
  }
  if (training.proximal > 0) Object.assign(fixed, parameterTensors(layout, weights, '.anchor'))
  return fixed
}

/**
 * Runs batches of one size, each a step; the state becomes what it is after them.
 *
 * @param run.batches - Rows of all batches, one batch after another.
 * @param run.divisors - What the loss of each batch is divided by.
 * @returns Sum of the losses of each batch, before they are divided.
 */
async function runBatches(
  { carried, session }: CompiledModel,
  run: { fixed: Record<string, Tensor>; state: CarriedState; batches: Int32Array; divisors: Float64Array },
): Promise<Float32Array> {
  const { fixed, state, batches, divisors } = run
  const count = divisors.length
  const losses = new Tensor('float32', new Float32Array(count), [count])
  const normalizers = Float32Array.from(divisors, (value) => 1 / value)
  const feeds: Record<string, Tensor> = {
    ...fixed,
    batches: new Tensor('int32', batches.slice(), [count, batches.length / count]),
    normalizers: new Tensor('float32', normalizers, [count]),
  }
  const fetches: Record<string, Tensor> = { losses }
  for (const [index, { name }] of carried.entries()) {
    feeds[`start.${name}`] = state.current[index]!
    fetches[`final.${name}`] = state.spare[index]!
  }
  await session.run(feeds, fetches)
  const { current, spare } = state
  state.current = spare
  state.spare = current
  return losses.data as Float32Array
}

function startTensors({ carried, layout }: CompiledModel, weights: Float32Array): Tensor[] {
  return carried.map(({ shape, start }, index) => {
    const size = shape.reduce((product, length) => product * length, 1)
    const { offset = 0, length = 0 } = layout[index] ?? {}
    const data = start === 'parameter' ? weights.slice(offset, offset + length) : new Float32Array(size)
    return new Tensor('float32', start === 'one' ? data.fill(1) : data, shape)
  })
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

/** Training left the finite numbers. */
export class TrainingDivergedError extends Error {
  override name = 'TrainingDivergedError'
  readonly epoch: number
  constructor(epoch: number) {
    super(`Training diverged in epoch ${epoch + 1}: loss or weights are not finite. Lower the learning rate.`)
    this.epoch = epoch
  }
}
