/**
 * What a node asks of whoever trains: weights in, weights out.
 *
 * The trainer sees real numbers and its own data, nothing of chains, shards or integers, so that one written in another
 * language needs this one function.
 */
import type { Manifest } from '@tutti/learn'
import type { TrainingMetrics } from './events.ts'

/** One round of local training. */
export interface TrainingTask {
  /** Global model, shape [dimension], in the order of the manifest's tensors. The trainer may keep it. */
  weights: Float32Array
  manifest: Manifest
  round: number
  /** Aborts when the round is over or the node stops. */
  signal: AbortSignal
}

/** What training yields. */
export interface TrainingResult {
  /** Trained model, shape [dimension]. */
  weights: Float32Array
  metrics: TrainingMetrics
}

/** Trains a model on data that never leaves this machine. */
export interface Trainer {
  train(task: TrainingTask): Promise<TrainingResult>
  /** Frees what training holds; called once when the node ends. */
  close?(): Promise<void>
}
