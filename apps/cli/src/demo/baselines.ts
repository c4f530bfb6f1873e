/** What the same data and seeds give without a chain: FedAvg in floating point, pooled training, each member alone. */
import { type Dataset, federatedAveraging, type Manifest, type Metrics, trainAlone } from '@tutti/learn'
import { createTrainer, type Trainer } from '@tutti/learn/node'

/** Accuracy of each baseline on the held-out examples, from 0 to 1. */
export interface Baselines {
  fedAvg: number
  pooled: number
  alone: number[]
}

/** What the baselines share with the federation. */
export interface BaselineOptions {
  manifest: Manifest
  members: readonly Dataset[]
  pooled: Dataset
  heldOut: Dataset
  /** The same initial weights, shape [dimension]. */
  weights: Float32Array
  rounds: number
  seed: number
  signal: AbortSignal
  onProgress: (text: string) => void
}

/** Accuracy of FedAvg in floating point, members counting alike, as they do on the chain. */
export async function trainFedAvg(options: Omit<BaselineOptions, 'pooled'>): Promise<number> {
  const { manifest, heldOut, weights, rounds, seed, signal, onProgress } = options
  const trainer = await createTrainer(manifest.model, manifest.training, {})
  try {
    onProgress('for comparison: FedAvg in floating point…')
    const common = { trainer, weights, rounds, seed, signal, members: [...options.members] }
    return await judge(trainer, await federatedAveraging({ ...common, weighting: 'uniform' }), heldOut)
  } finally {
    await trainer.release()
  }
}

/** Trains all baselines for as many epochs as the federation did. FedAvg is the better of its two weightings. */
export async function trainBaselines(options: BaselineOptions): Promise<Baselines> {
  const { manifest, heldOut, weights, rounds, seed, signal, onProgress } = options
  const trainer = await createTrainer(manifest.model, manifest.training, {})
  const members = [...options.members]
  const common = { trainer, weights, rounds, seed, signal }
  try {
    onProgress('for comparison: FedAvg in floating point…')
    const averages: number[] = []
    for (const weighting of ['uniform', 'samples'] as const) {
      averages.push(await judge(trainer, await federatedAveraging({ ...common, members, weighting }), heldOut))
    }
    onProgress('for comparison: all data pooled…')
    const pooled = await judge(trainer, await trainAlone({ ...common, dataset: options.pooled }), heldOut)
    const alone: number[] = []
    for (const [index, dataset] of members.entries()) {
      onProgress(`for comparison: member ${index + 1} of ${members.length} alone…`)
      alone.push(await judge(trainer, await trainAlone({ ...common, dataset }), heldOut))
    }
    return { fedAvg: Math.max(...averages), pooled, alone }
  } finally {
    await trainer.release()
  }
}

async function judge(trainer: Trainer, weights: Float32Array, heldOut: Dataset): Promise<number> {
  return toAccuracy(await trainer.evaluate(weights, heldOut))
}

/** The accuracy that a classifier's metrics must have. */
export function toAccuracy({ accuracy }: Metrics): number {
  if (accuracy === undefined) throw new RangeError('The demo compares classifiers; this task has no accuracy.')
  return accuracy
}
