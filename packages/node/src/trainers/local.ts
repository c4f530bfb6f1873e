/**
 * Trains on a data set of this machine, in this process, with learn's training graph in ONNX Runtime.
 *
 * @example
 * ```ts
 * import { toInitialLanes, toWeights } from '@tutti/learn'
 * import { createLocalTrainer } from '@tutti/node'
 *
 * const trainer = createLocalTrainer({ dataset: rows })
 * const weights = toWeights(manifest, toInitialLanes(manifest, 16))
 * const { signal } = new AbortController()
 * const { metrics } = await trainer.train({ weights, manifest, round: 0, signal })
 * metrics.examples // → 60
 * await trainer.close?.()
 * ```
 */
import { countOutputs, type Dataset, type Manifest, openModel, requireModel } from '@tutti/learn'
import { createTrainer, type Trainer as Fitter, readBaseFile } from '@tutti/learn/node'
import { checkDataset } from '../joining/fitness.ts'
import type { TrainingMetrics } from '../status/events.ts'
import type { ModelTrainer } from './interface.ts'

/** How a member trains; what is absent is as the manifest suggests. Plain data, so that it can cross into a worker. */
export interface LocalTrainerOptions {
  dataset: Dataset
  /** Examples that are never trained on, and that reported figures are of; the training examples when absent. */
  heldOut?: Dataset
  /** Seeds the order of the examples; round r uses `seed + r`. Default: 0. */
  seed?: number
  epochs?: number
  /** In place of epochs. */
  steps?: number
  batchSize?: number
  learningRate?: number
  /** Threads of the runtime. Default: 1. */
  threads?: number
  /** File that the manifest builds on, where its model is the graph of an ONNX file. */
  baseModel?: string
}

/** A trainer on local data; compiles the manifest's model when it is first asked. */
export function createLocalTrainer(options: LocalTrainerOptions): ModelTrainer {
  const { dataset, heldOut, seed = 0, threads = 1, baseModel, ...how } = options
  let compiled: { manifest: Manifest; fitter: Fitter } | undefined
  const compile = async (manifest: Manifest): Promise<Fitter> => {
    if (compiled !== undefined && compiled.manifest === manifest) return compiled.fitter
    checkDataset(dataset, manifest)
    if (heldOut !== undefined) checkDataset(heldOut, manifest)
    await compiled?.fitter.release()
    const { classWeights } = manifest.loss
    const weighted = classWeights === undefined ? {} : { classWeights }
    const model = openModel(manifest, baseModel === undefined ? undefined : readBaseFile(baseModel))
    const fitter = await createTrainer(model, manifest.training, { threads, ...weighted })
    compiled = { manifest, fitter }
    return fitter
  }
  return {
    train: async ({ weights, manifest: published, round, signal }) => {
      const manifest = requireModel(published)
      const fitter = await compile(manifest)
      const { correct, loss } = await fitter.evaluate(weights, heldOut ?? dataset)
      const fitted = await fitter.fit(weights, dataset, { ...how, seed: seed + round, round, signal })
      const metrics: TrainingMetrics = { examples: dataset.count, loss: loss ?? fitted.loss }
      if (heldOut !== undefined) metrics.heldOut = heldOut.count
      if (correct !== undefined) metrics.correct = correct
      if (correct !== undefined && manifest.model.output === 'multi-label')
        metrics.labels = countOutputs(manifest.model)
      const perClass = countClasses(dataset, manifest)
      if (perClass !== undefined) metrics.perClass = perClass
      return { weights: fitted.weights, metrics, rows: dataset.count }
    },
    close: async () => {
      await compiled?.fitter.release()
      compiled = undefined
    },
  }
}

function countClasses({ labels }: Dataset, { data: { label } }: Manifest): number[] | undefined {
  if (label.kind === 'number') return undefined
  const counts = new Array<number>(label.classes.length).fill(0)
  for (const value of labels) {
    for (let index = 0; index < counts.length; index++) {
      if (label.kind === 'class' ? value === index : ((value >> index) & 1) === 1) counts[index]!++
    }
  }
  return counts
}
