/**
 * Local training in ONNX Runtime: compiles the graphs of a model, trains (`fit.ts`), evaluates and predicts.
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
import { fromSeed } from '@tutti/core'
import type { Dataset } from '../data/dataset.ts'
import { checkOutputs, judge } from '../evaluation/judge.ts'
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
  validateWeights,
} from '../model/model.ts'
import { type InferenceSession, openSession, TelemetryError, Tensor } from '../onnx/runtime.ts'
import { encodeModel, type Graph } from '../onnx/writer.ts'
import { findBlockSize } from './block-size.ts'
import { type CompiledModel, type FitOptions, type FitResult, fitModel } from './fit.ts'
import { datasetTensors, parameterTensors, validateDataset } from './tensors.ts'
import { buildForwardGraph, buildScanGraph, carriedValues } from './training-graph.ts'

/** Trains and evaluates one model; holds native memory until `release`. */
export interface Trainer {
  /**
   * Trains from `weights`, which stay untouched.
   *
   * @throws `WeightCountError`, `NonFiniteWeightError`, `LabelError`, `DatasetShapeError`, `TrainingDivergedError`,
   * `TrainingOptionError`, the signal's reason
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
  const open = (graph: Graph) => openGraph(graph, model, threads)
  const session = await open(buildScanGraph(options))
  const forward = await open(buildForwardGraph(model))
  if ('isBatchFixed' in model && model.isBatchFixed) await checkBatch(model, forward)
  const carried = carriedValues(options)
  const compiled: CompiledModel = { model, training, classWeights, layout: parameterLayout(model), carried, session }
  return {
    fit: (weights, dataset, how) => fitModel(compiled, weights, dataset, how),
    predict: async (weights, dataset) => {
      const outputs = await answer(model, forward, weights, dataset)
      checkOutputs(model, outputs)
      return outputs
    },
    evaluate: async (weights, dataset) => judge(model, await answer(model, forward, weights, dataset), dataset),
    release: async () => {
      await session.release()
      await forward.release()
    },
  }
}

/** Outputs of the last layer, shape [count, outputs], in batches that fit in memory. */
async function answer(
  model: ModelSpec,
  forward: InferenceSession,
  weights: Float32Array,
  dataset: Dataset,
): Promise<Float32Array> {
  validateWeights(model, weights)
  validateDataset(model, dataset)
  const width = countOutputs(model)
  const outputs = new Float32Array(dataset.count * width)
  const { inputs: _, ...scale } = datasetTensors(dataset)
  const fixed = { ...scale, ...parameterTensors(parameterLayout(model), weights) }
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
  const fixed = parameterTensors(parameterLayout(model), model.weights)
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
