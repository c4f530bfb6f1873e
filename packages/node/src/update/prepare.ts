/**
 * From two vectors of weights to the integers of a round's update.
 *
 * `q = round(weight · (after − before) / (step_t · D_s · gain))`, stochastically, for the shards that the member is assigned:
 * D_s updates are expected for shard s, so that their sum is a mean, and `gain` is what the round multiplies it by.
 *
 * @example
 * ```ts
 * import { prepareIntegers, warnOfClamping } from '@tutti/node'
 *
 * const update = prepareIntegers(new Int8Array(14).fill(1), { terms, round: 0, position: 0 })
 * update.shards // → [0]
 * update.values[0]?.length // → 14
 * warnOfClamping(0, 14) // → undefined
 * ```
 */
import {
  assignedShards,
  type CohortTerms,
  type ErrorFeedback,
  expectedUpdates,
  fromSeed,
  fromSystem,
  gainOfRound,
  quantizeShard,
  type Random,
  shardRange,
  sharedSeed,
  type Terms,
  updateRank,
} from '@tutti/core'

/** The terms that an update depends on. */
export type UpdateTerms = CohortTerms & Pick<Terms, 'laneBits' | 'bits' | 'gains' | 'manifestHash'>

/** The integers of a member's update of one round. */
export interface PreparedUpdate {
  /** Assigned shards, in order; `values[k]` belongs to `shards[k]`. */
  shards: number[]
  values: Int8Array[]
  /** Integers that reached the limit of their width, of `quantisedLanes` in all. */
  saturatedLanes: number
  quantisedLanes: number
  /** With what was lost of this update noted as pending; absent where nothing is carried on. */
  feedback?: ErrorFeedback
}

/**
 * Quantises what training changed; the path packs it.
 *
 * @param training - Weights before and after, shape [dimension]; steps of every parameter; what was lost of earlier updates,
 *   where it is carried on.
 * @param place - The federation's terms, the round, its cohort, and this member's position in it.
 * @param own - This member's own part of the rounding; what all members share follows from the manifest's hash.
 * @throws {@link UpdateLengthError} `NonFiniteValueError`
 */
export function prepareUpdate(
  training: {
    before: Float32Array
    after: Float32Array
    steps: Float64Array
    feedback?: ErrorFeedback
    /** What the update is multiplied by (`exampleWeight`); 1 when absent. */
    weight?: number
  },
  place: { terms: UpdateTerms; round: number; cohort: number; position: number },
  own: Random,
): PreparedUpdate {
  const { before, after, steps, weight = 1 } = training
  const { terms, round, cohort, position } = place
  if (after.length !== terms.dimension) throw new UpdateLengthError(after.length, terms.dimension)
  const gain = gainOfRound(terms, round, cohort)
  const shards = assignedShards(terms, position, round)
  let { feedback } = training
  let saturatedLanes = 0
  let quantisedLanes = 0
  const values = shards.map((shard, k) => {
    const { start, length } = shardRange(terms, shard)
    const update = new Float32Array(length)
    for (let i = 0; i < length; i++) update[i] = weight * (after[start + i]! - before[start + i]!)
    const shared = fromSeed(sharedSeed(terms.manifestHash, round, shard))
    const quantized = quantizeShard({
      update,
      steps: steps.subarray(start, start + length),
      bits: terms.bits,
      gain,
      strata: {
        shared,
        own,
        rank: updateRank(terms, position, k),
        of: expectedUpdates(terms, shard, round, cohort),
      },
      ...(feedback === undefined ? {} : { carried: { feedback, shard, round } }),
    })
    feedback = quantized.feedback
    saturatedLanes += quantized.clamped
    quantisedLanes += length
    return quantized.values
  })
  return { shards, values, saturatedLanes, quantisedLanes, ...(feedback === undefined ? {} : { feedback }) }
}

/**
 * Cuts integers that are an update already into shards, none of them scaled, rounded or clamped.
 *
 * @param integers - Shape [dimension], each in `[−2^(bits−1), 2^(bits−1) − 1]`.
 * @throws {@link UpdateLengthError}; packing refuses an integer that is too wide
 */
export function prepareIntegers(
  integers: Int8Array,
  place: { terms: UpdateTerms; round: number; position: number },
): PreparedUpdate {
  const { terms, round, position } = place
  if (integers.length !== terms.dimension) throw new UpdateLengthError(integers.length, terms.dimension)
  const shards = assignedShards(terms, position, round)
  const ranges = shards.map((shard) => shardRange(terms, shard))
  const values = ranges.map(({ start, length }) => integers.slice(start, start + length))
  const quantisedLanes = ranges.reduce((sum, { length }) => sum + length, 0)
  return { shards, values, saturatedLanes: 0, quantisedLanes }
}

/**
 * A member's own part of the rounding in a round: of a seed where a run is to be repeated, else of the system's randomness.
 *
 * @param seed - Of this member; undefined: the system's randomness.
 */
export function roundingOf(seed: number | undefined, round: number, position: number): Random {
  if (seed === undefined) return fromSystem((block) => crypto.getRandomValues(block))
  return fromSeed((BigInt(seed) << 40n) + (BigInt(round) << 16n) + BigInt(position))
}

/** Share of an update's values from which clamping costs accuracy. */
export const CLAMPED_SHARE = 0.01

/** What to say where more than {@link CLAMPED_SHARE} of an update was clamped, and what to do; undefined where less was. */
export function warnOfClamping(saturatedLanes: number, quantisedLanes: number): string | undefined {
  if (saturatedLanes <= CLAMPED_SHARE * quantisedLanes) return undefined
  const percent = ((100 * saturatedLanes) / quantisedLanes).toFixed(1)
  return (
    `${percent}% of the values of this update were clamped to what its bits can hold, so that less of it arrives. Train ` +
    'with a lower --learning-rate or fewer --epochs; if all members see this, the steps are too small for their data: ' +
    'create the federation anew with --data that is more like theirs, or with more --bits.'
  )
}

/** Training returned another number of weights than the federation has parameters. */
export class UpdateLengthError extends Error {
  override readonly name = 'UpdateLengthError'
  readonly isRetryable = false

  constructor(length: number, dimension: number) {
    super(`Training returned ${length} weights; the federation expects ${dimension}. Check the model in the manifest.`)
  }
}
