/**
 * Federated averaging with the chain's arithmetic, in one process: quantise, pack, unpack, add, with core's twins of
 * the contract. The integers are those that the contract would hold, bit for bit, for the same updates.
 *
 * @example
 * ```ts
 * import { quantizedAveraging, toInitialLanes } from '@tutti/learn'
 * import { createTrainer } from '@tutti/learn/node'
 *
 * const trainer = await createTrainer(manifest.model, manifest.training)
 * const arithmetic = { laneBits: 16, bits: 4, gains: [{ fromRound: 0, gain: 1 }] }
 * const lanes = toInitialLanes(manifest, 16)
 * const how = { manifest, terms: arithmetic, trainer, members: [rows, rows], lanes, rounds: 2, seed: 1 }
 * const trained = await quantizedAveraging(how)
 * trained.lanes.length // → 14
 * trained.clampedShare < 0.1 // → true
 * await trainer.release()
 * ```
 */
import {
  aggregateShard,
  type ErrorFeedback,
  effectiveGain,
  fromSeed,
  gainAt,
  packGains,
  packUpdate,
  quantizeShard,
  settleResiduals,
  startFeedback,
  unpackUpdate,
} from '@tutti/core'
import type { Manifest } from '../manifest/manifest.ts'
import { toParameterSteps, toWeights } from '../manifest/setup.ts'
import { type AveragingOptions, cohortMembers, fitRound, memberSeed } from './federated-averaging.ts'

/** The terms that the arithmetic depends on. All members train all shards. */
export interface ArithmeticTerms {
  laneBits: number
  bits: number
  /** At most five entries, the first from round 0. */
  gains: { fromRound: number; gain: number }[]
}

/** One round as the quantised loop reports it. */
export interface QuantizedRoundReport {
  round: number
  rounds: number
  loss: number
  lanes: Int32Array
  /** Values beyond what an integer can hold in this round, without what was carried, and values sent. */
  clamped: number
  values: number
}

/** A member that there is not: seeds what members draw together. */
const NOBODY = 511

/** Options of {@link quantizedAveraging}. */
export type QuantizedAveragingOptions = Omit<AveragingOptions, 'weights' | 'onRound'> & {
  manifest: Manifest
  terms: ArithmeticTerms
  /** Integers before the first round, shape [dimension]. */
  lanes: Int32Array
  /** The most members that the terms let train in a round; those that train when absent. */
  most?: number
  /** Whether members carry what quantisation lost of an update into their next one. */
  hasFeedback?: boolean
  /** Float weights that the lanes are added to, where the manifest starts from floats. */
  base?: Float32Array
  onRound?: (report: QuantizedRoundReport) => void | Promise<void>
  /** Receives every update as the direct path would send it, in order of round and member; not with a base. */
  onPayload?: (sent: { round: number; member: number; payload: Uint8Array }) => void
}

/**
 * The loop: each member of the cohort trains from `base + step · lanes`, sends `round(Δ / (step · D · gain))`, and
 * `lanes += gain · Σ updates`, with D the cohort's size and the gain of so many of the `most` (core's `effectiveGain`).
 *
 * @returns Integers after the last round, shape [dimension], and the share of values that were clamped.
 * @throws what `Trainer.fit` and core's `quantize` throw.
 */
export async function quantizedAveraging(
  options: QuantizedAveragingOptions,
): Promise<{ lanes: Int32Array; clampedShare: number }> {
  const { manifest, terms, rounds, seed } = options
  const { bits, laneBits } = terms
  const steps = toParameterSteps(manifest)
  const gains = packGains(terms.gains)
  const lanes = options.lanes.slice()
  const feedback = new Map<number, ErrorFeedback>()
  let clampedTotal = 0
  let valuesTotal = 0
  for (let round = 0; round < rounds; round++) {
    const cohort = cohortMembers(options, round)
    const expected = cohort.length
    const gain = effectiveGain(gainAt(gains, round), { most: options.most ?? expected, expected })
    const weights = toWeights(manifest, lanes, options.base)
    const updates: Int8Array[] = []
    let loss = 0
    let clamped = 0
    for (const [rank, { member, dataset }] of cohort.entries()) {
      const result = await fitRound(options, weights, { member, dataset, round })
      const update = result.weights.map((weight, p) => weight - weights[p]!)
      const own = fromSeed(~BigInt(memberSeed(seed, round, member)))
      const shared = fromSeed(~BigInt(memberSeed(seed, round, NOBODY)))
      const carried = { feedback: feedback.get(member) ?? startFeedback(), shard: 0, round }
      const quantized = quantizeShard({
        update,
        steps,
        bits,
        gain,
        strata: { shared, own, rank, of: expected },
        ...(options.hasFeedback ? { carried } : {}),
      })
      if (quantized.feedback !== undefined) {
        // Every update counts here.
        const settled = settleResiduals(quantized.feedback, () => true)
        feedback.set(member, settled)
      }
      if (options.base === undefined) {
        const payload = packUpdate(quantized.values, { bits, laneBits })
        options.onPayload?.({ round, member, payload })
        updates.push(unpackUpdate(payload, { bits, laneBits, length: lanes.length }))
      } else updates.push(quantized.values)
      clamped += quantized.clamped
      loss += result.loss / expected
    }
    aggregateShard(lanes, updates, gain)
    const values = lanes.length * expected
    clampedTotal += clamped
    valuesTotal += values
    await options.onRound?.({ round, rounds, loss, lanes: lanes.slice(), clamped, values })
  }
  return { lanes, clampedShare: clampedTotal / valuesTotal }
}
