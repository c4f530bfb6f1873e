/**
 * What a node asks of a trainer: weights in, weights out.
 *
 * The trainer sees real numbers and its own data, and nothing of chains, shards or integers. So a trainer in another
 * language needs only this one function.
 */
import type { PublishedManifest } from '@tutti/learn'
import type { TrainingMetrics } from '../status/events.ts'

/** One round of local training. */
export interface TrainingTask {
  /** Global model, shape [dimension], in the order of the manifest's tensors. The trainer may keep it. */
  weights: Float32Array
  /** Of a model, or of a statistics round: `requireModel` tells them apart. */
  manifest: PublishedManifest
  round: number
  /** Members that take part in the round. */
  cohort: number
  /** Seconds from now until the submission ends and `signal` aborts; undefined: no end is known. */
  secondsLeft?: number
  /** Aborts when the round is over or the node stops. */
  signal: AbortSignal
}

/** A trained model; the node makes an update of what changed. */
export interface TrainedWeights {
  /** Trained model, shape [dimension]. */
  weights: Float32Array
  metrics: TrainingMetrics
  /** Rows trained on, where the manifest weighs updates by them; `metrics.examples` when absent. */
  rows?: number
}

/** The integers of an update, sent as they are: for sums that must be exact. */
export interface CountedIntegers {
  /** Update, shape [dimension], each within the width of the terms. */
  integers: Int8Array
  metrics: TrainingMetrics
}

/** What training yields. */
export type TrainingResult = TrainedWeights | CountedIntegers

/** Trains a model on data that never leaves this machine. */
export interface Trainer {
  train(task: TrainingTask): Promise<TrainingResult>
  /** Frees what training holds; called once when the node ends. */
  close?(): Promise<void>
}

/** Trains models, in cohorts of any size. */
export interface ModelTrainer extends Trainer {
  train(task: Omit<TrainingTask, 'cohort'>): Promise<TrainedWeights>
}

/** A trainer takes no part in this round, for a reason; the node sits it out and goes on. */
export class AbstentionError extends Error {
  override readonly name = 'AbstentionError'
  readonly isRetryable = false

  constructor(reason: string) {
    super(reason)
  }
}
