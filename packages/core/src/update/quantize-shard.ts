/**
 * A member's update of one shard as integers: what training changed, divided by what one integer is worth, and rounded by
 * draws that the members of the round share. Nodes, simulations and the baselines in one process all round here.
 *
 * @example
 * ```ts
 * import { fromSeed, quantizeShard } from '@tutti/core'
 *
 * const strata = { shared: fromSeed(1), own: fromSeed(2), rank: 0, of: 2 }
 * const update = Float32Array.of(0.02, -0.01, 5)
 * const { values, clamped } = quantizeShard({ update, steps: [0.005, 0.005, 0.005], bits: 4, gain: 1, strata })
 * values // → Int8Array.of(2, -1, 7)
 * clamped // → 1
 * ```
 */

import { type Strata, stratify } from './correlated-rounding.ts'
import { compensate, type ErrorFeedback, noteResidual } from './error-feedback.ts'
import { countClamped, quantize } from './quantize.ts'

/** What the integers of a shard follow from. */
export interface ShardChange {
  /** What training changed, shape [length], in weight units. */
  readonly update: Float32Array
  /** Weight units of one lane integer, shape [length]. */
  readonly steps: ArrayLike<number>
  /** Width of an integer. */
  readonly bits: number
  /** What the round multiplies the sum by: see `gainOfRound`. */
  readonly gain: number
  /** Where the draws come from; `of` is D, the updates that the shard expects. */
  readonly strata: Strata
  /** What was lost of earlier updates, and which update this is; absent where nothing is carried on. */
  readonly carried?: { readonly feedback: ErrorFeedback; readonly shard: number; readonly round: number }
}

/** The integers of a shard, shape [length], and what to remember of them. */
export interface QuantizedShard {
  readonly values: Int8Array
  /** Values of the update itself, without what is carried, that lie beyond what the width can hold. */
  readonly clamped: number
  /** With what was lost of this update noted as pending; absent where nothing is carried on. */
  readonly feedback?: ErrorFeedback
}

/**
 * `q = round(clamp((update + residual) / (step · D · gain)))`, rounding stochastically by correlated draws.
 *
 * @throws `NonFiniteValueError`, `ScaleError`, `UnsupportedBitsError`, `RankError`
 */
export function quantizeShard({ update, steps, bits, gain, strata, carried }: ShardChange): QuantizedShard {
  const share = strata.of * gain
  const scale = (i: number) => (steps[i] ?? Number.NaN) * share
  const random = stratify(strata)
  if (carried === undefined) return quantize(update, { scale, bits, random })
  const { feedback, shard, round } = carried
  const wanted = compensate(feedback, shard, update)
  const { values } = quantize(wanted, { scale, bits, random })
  return {
    values,
    // That what training changed is clamped says that steps are too small; a residual that is clamped says nothing.
    clamped: countClamped(update, { scale, bits }),
    feedback: noteResidual(feedback, { shard, round, wanted, values, scale }),
  }
}
