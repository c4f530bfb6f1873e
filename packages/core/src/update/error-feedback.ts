/**
 * Error feedback: what quantisation lost of an update is carried to the member's next one.
 *
 * The residual is kept for each shard; a round's becomes the shard's own only once the update was aggregated, since an
 * update that never counted lost nothing. It is bounded, in units of the scale, and decays, so that a weight that
 * saturates for many rounds does not pile up a debt. Off under differential privacy, whose noise it would undo.
 *
 * @see Seide et al., 1-Bit Stochastic Gradient Descent, 2014; Karimireddy et al., Error Feedback Fixes SignSGD, 2019
 * @example
 * ```ts
 * import { commitResidual, compensate, fromSeed, noteResidual, quantize, startFeedback } from '@tutti/core'
 *
 * let feedback = startFeedback({ decay: 1 })
 * const wanted = compensate(feedback, 0, Float32Array.of(3, -3))
 * const { values } = quantize(wanted, { scale: 1, bits: 2, random: fromSeed(1) })
 * values // → Int8Array.of(1, -2)
 * feedback = noteResidual(feedback, { shard: 0, round: 0, wanted, values, scale: 1 })
 * feedback = commitResidual(feedback, 0, 0) // the round was aggregated
 * compensate(feedback, 0, Float32Array.of(0, 0)) // → Float32Array.of(1, -1)
 * ```
 */
import { dequantize, type Scale } from './quantize.ts'

/** Widths to which errors are fed back: wider integers lose too little. */
const WIDEST = 2

/** Whether what quantisation lost of an update is carried into the member's next one. */
export function hasFeedback(bits: number): boolean {
  return bits <= WIDEST
}

/** Residuals of one member, by shard, in weight units; plain data that a node can store. */
export type ErrorFeedback = {
  /** What of a residual survives to the next round, 0 to 1. */
  readonly decay: number
  /** Largest |residual|, in integers of the update. */
  readonly bound: number
  /** Residual of each shard, aggregated updates only, shape [shard length]. */
  readonly residuals: ReadonlyMap<number, Float32Array>
  /** Residual of an update that was sent and not yet seen aggregated. */
  readonly pending: ReadonlyMap<number, { readonly round: number; readonly residual: Float32Array }>
}

/**
 * No residuals yet.
 *
 * @param options.decay - 0 to 1; 0.9 unless told otherwise.
 * @param options.bound - ≥ 0; 1 unless told otherwise.
 * @throws {@link FeedbackOptionError}
 */
export function startFeedback({ decay = 0.9, bound = 1 }: { decay?: number; bound?: number } = {}): ErrorFeedback {
  if (!(decay >= 0 && decay <= 1)) throw new FeedbackOptionError('decay', decay, 'from 0 to 1')
  if (!(bound >= 0 && bound < Number.POSITIVE_INFINITY)) throw new FeedbackOptionError('bound', bound, 'at least 0')
  return { decay, bound, residuals: new Map(), pending: new Map() }
}

/** The update to quantise: `update + residual` of the shard. Shape [shard length]. */
export function compensate(feedback: ErrorFeedback, shard: number, update: Float32Array): Float32Array {
  const residual = feedback.residuals.get(shard)
  return residual === undefined ? update.slice() : update.map((value, i) => value + (residual[i] ?? 0))
}

/**
 * Notes what quantisation lost: `decay · clamp(wanted − values · scale, ±bound · scale)`, pending until the round is
 * known to have aggregated it.
 *
 * @param options.wanted - What {@link compensate} returned.
 * @param options.values - What `quantize` made of it.
 * @param options.scale - As handed to `quantize`.
 */
export function noteResidual(
  feedback: ErrorFeedback,
  {
    shard,
    round,
    wanted,
    values,
    scale,
  }: {
    readonly shard: number
    readonly round: number
    readonly wanted: Float32Array
    readonly values: Int8Array
    readonly scale: Scale
  },
): ErrorFeedback {
  const sent = dequantize(values, { scale })
  const unit = dequantize(new Int8Array(values.length).fill(1), { scale })
  const residual = wanted.map((value, i) => {
    const limit = feedback.bound * unit[i]!
    return feedback.decay * Math.min(limit, Math.max(-limit, value - sent[i]!))
  })
  return { ...feedback, pending: new Map(feedback.pending).set(shard, { round, residual }) }
}

/** The update of a round was aggregated: its pending residual becomes the shard's. */
export function commitResidual(feedback: ErrorFeedback, shard: number, round: number): ErrorFeedback {
  const noted = feedback.pending.get(shard)
  if (noted?.round !== round) return feedback
  return { ...dropResidual(feedback, shard, round), residuals: new Map(feedback.residuals).set(shard, noted.residual) }
}

/** The update of a round was not aggregated: its pending residual is forgotten, the shard's own stays. */
export function dropResidual(feedback: ErrorFeedback, shard: number, round: number): ErrorFeedback {
  if (feedback.pending.get(shard)?.round !== round) return feedback
  const pending = new Map(feedback.pending)
  pending.delete(shard)
  return { ...feedback, pending }
}

/**
 * Settles what is pending: the residual of an update that counted becomes its shard's own, any other is forgotten.
 *
 * @param counts - Whether the member's update of a round was aggregated; asked once for each shard.
 */
export function settleResiduals(feedback: ErrorFeedback, counts: (round: number) => boolean): ErrorFeedback {
  let settled = feedback
  for (const [shard, { round }] of feedback.pending) {
    settled = (counts(round) ? commitResidual : dropResidual)(settled, shard, round)
  }
  return settled
}

/** An option of error feedback outside its range. */
export class FeedbackOptionError extends Error {
  override readonly name = 'FeedbackOptionError'
  constructor(option: string, value: number, range: string) {
    super(`Error feedback's ${option} is ${value}; it must be ${range}.`)
  }
}
