/**
 * Steps: the weight of one integer of each tensor, from a quantile of the updates that a rehearsal sees.
 *
 * @example
 * ```ts
 * import { calibrateSteps, initialWeights, mlp } from '@tutti/learn'
 * import { createTrainer } from '@tutti/learn/node'
 *
 * const model = mlp([6, 2], 'softmax')
 * const trainer = await createTrainer(model, manifest.training)
 * const arithmetic = { laneBits: 16, bits: 4, gains: [{ fromRound: 0, gain: 1 }] }
 * const how = { model, trainer, members: [rows], terms: arithmetic, seed: 1 }
 * const tensors = await calibrateSteps(how, initialWeights(model, 1))
 * tensors.map(({ shape }) => shape) // → [[2, 6], [2]]
 * await trainer.release()
 * ```
 */
import { stepToReach } from '@tutti/core'
import type { TensorSpec } from '../manifest/manifest.ts'
import { type Rational, rational, toRatio } from '../manifest/rational.ts'
import { tensorLayout } from '../model/model.ts'
import { type RehearsalOptions, rehearse } from './rehearsal.ts'

/** With 4 bits finer steps are worth some clamping; 8 bits are fine enough to hold nearly all. */
export const DEFAULT_COVERAGE = 0.98
const WIDE_COVERAGE = 0.9995

/**
 * The step at which a quantile of a tensor's updates becomes the largest integer that members send, `stepToReach`.
 *
 * @param moves - weight · |Δ| / gain, as `rehearse` gives them.
 */
export function measureStep(
  moves: ArrayLike<number>,
  coverage: number,
  { members, expectedUpdates: expected = members.length, terms: { bits } }: RehearsalOptions,
): number {
  return stepToReach(quantile(moves, coverage), { bits, expected })
}

/**
 * Rehearses from given weights and proposes a step for every tensor, each by itself:
 * `step = quantile(|Δ| / gain) / (D · (2^(bits−1) − 1))`, rounded to three significant bits. For models that start from
 * floats; those that answer in the contract are calibrated by `calibrate`.
 *
 * @param start - Weights before the first round, shape [dimension].
 * @throws what `Trainer.fit` throws; RangeError if a step does not fit a manifest.
 */
export async function calibrateSteps(options: RehearsalOptions, start: Float32Array): Promise<TensorSpec[]> {
  const { moves } = await rehearse({ ...options, rehearsalRounds: 1 }, start)
  const { coverage = options.terms.bits === 8 ? WIDE_COVERAGE : DEFAULT_COVERAGE } = options
  return tensorLayout(options.model).map(({ name, shape }, index) => {
    const step = roundToBits(measureStep(moves[index]!, coverage, options))
    return { name, shape, step: toRatio(step) }
  })
}

/** The value below which `share` of the values lie; 0 if there are none. */
export function quantile(values: ArrayLike<number>, share: number): number {
  if (values.length === 0) return 0
  const sorted = Float64Array.from(values).sort()
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!
}

/**
 * Nearest number of the form `k · 2^−e`, 4 ≤ k < 8: steps that are short to write and exact. 1/1024 for 0: a tensor that
 * did not move.
 *
 * @throws RangeError for what is negative or not finite.
 */
export function roundToBits(value: number): Rational {
  if (!(value >= 0 && value < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`A step of ${value} was measured; lower the learning rate.`)
  }
  if (value === 0) return rational(1n, 1024n)
  const exponent = 2 - Math.floor(Math.log2(value))
  const mantissa = BigInt(Math.round(value * 2 ** exponent))
  return exponent >= 0 ? rational(mantissa, 1n << BigInt(exponent)) : rational(mantissa << BigInt(-exponent), 1n)
}
