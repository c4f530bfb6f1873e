/**
 * A rehearsal: a few rounds of floating-point training on the creator's data, to see how far updates move the weights.
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
import { gainAt, packGains, stepToReach } from '@tutti/core'
import type { Dataset } from '../data/dataset.ts'
import type { TensorSpec } from '../manifest/manifest.ts'
import { type Rational, rational, toRatio } from '../manifest/rational.ts'
import { type ModelSpec, tensorLayout } from '../model/model.ts'
import { fitRound } from '../training/federated-averaging.ts'
import { type ExampleWeighting, exampleWeight } from '../training/local-work.ts'
import type { ArithmeticTerms } from '../training/quantized-averaging.ts'
import type { Trainer } from '../training/trainer.ts'

/** What a rehearsal needs. */
export interface RehearsalOptions {
  model: ModelSpec
  trainer: Trainer
  /** The creator's data as members would hold it; as many as are expected in a round. */
  members: Dataset[]
  terms: ArithmeticTerms
  /** Updates that a shard expects in a round; the number of `members` when absent. */
  expectedUpdates?: number
  /** Rounds to rehearse, for the activations at their end; 5 when absent. */
  rehearsalRounds?: number
  seed: number
  /** Overrides the trainer's specification. */
  learningRate?: number
  /** How updates are weighed by their member's rows; alike when absent. */
  weighting?: ExampleWeighting | undefined
  /** Share of the updates of moving weights that must not be clamped; when absent 0.98, for steps alone at 8 bits 0.9995. */
  coverage?: number
}

/** Parameters of a tensor that are looked at, in each member's update; larger tensors are sampled evenly. */
const SAMPLED = 131_072
/** With 4 bits finer steps are worth some clamping; 8 bits are fine enough to hold nearly all. */
export const DEFAULT_COVERAGE = 0.98
const WIDE_COVERAGE = 0.9995

/**
 * Orders of the examples in which the first update is measured: one of them alone hangs on chance where data are few.
 */
const ORDERS = 3

/**
 * Updates of each tensor in the first round, weight · |Δ| / gain of the weights that moved, and the weights at the end.
 *
 * Steps follow from the first round alone. On one owner's data later updates fade as that owner's examples are learnt,
 * while in a federation members keep pulling apart: steps that took the faded ones in clamped most of the first rounds.
 */
export async function rehearse(
  { model, trainer, members, terms, rehearsalRounds = 5, seed, learningRate, weighting }: RehearsalOptions,
  start: Float32Array,
): Promise<{ moves: number[][]; weights: Float32Array }> {
  const layout = tensorLayout(model)
  const gains = packGains(terms.gains)
  const moves: number[][] = layout.map(() => [])
  let weights = start
  for (let round = 0; round < rehearsalRounds; round++) {
    const gain = gainAt(gains, round)
    const rate = learningRate === undefined ? {} : { learningRate }
    const mean = new Float64Array(weights.length)
    for (const [member, dataset] of members.entries()) {
      const weight = exampleWeight(weighting, dataset.count)
      const { weights: trained } = await fitRound({ trainer, seed: seed + round, ...rate }, weights, {
        member,
        dataset,
        round: 0,
      })
      for (let p = 0; p < mean.length; p++) mean[p] = mean[p]! + (1 / members.length) * trained[p]!
      if (round > 0) continue
      note(trained, weight, gain)
      for (let order = 1; order < ORDERS; order++) {
        const again = { trainer, seed: seed + rehearsalRounds + order, ...rate }
        note((await fitRound(again, weights, { member, dataset, round: 0 })).weights, weight, gain)
      }
    }
    weights = Float32Array.from(mean)
  }
  return { moves, weights }

  function note(trained: Float32Array, weight: number, gain: number): void {
    for (const [tensor, { offset, length }] of layout.entries()) {
      const stride = Math.ceil(length / SAMPLED)
      for (let p = offset; p < offset + length; p += stride) {
        const move = Math.abs(trained[p]! - start[p]!)
        if (move > 0) moves[tensor]!.push((weight * move) / gain)
      }
    }
  }
}

/**
 * The step at which a quantile of a tensor's updates becomes the largest integer that members send, `stepToReach`.
 *
 * @param moves - weight · |Δ| / gain, as {@link rehearse} gives them.
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
