/**
 * Federated averaging in floating point, in one process: the baseline that the chain's arithmetic is held against,
 * with pooled training and training alone beside it.
 *
 * @see McMahan et al., Communication-Efficient Learning of Deep Networks from Decentralized Data, AISTATS 2017
 * @example
 * ```ts
 * import { federatedAveraging, initialWeights, selectExamples } from '@tutti/learn'
 * import { createTrainer } from '@tutti/learn/node'
 *
 * const trainer = await createTrainer(manifest.model, manifest.training)
 * const half = Array.from({ length: 30 }, (_, row) => row)
 * const members = [selectExamples(rows, half), selectExamples(rows, half.map((row) => row + 30))]
 * const weights = initialWeights(manifest.model, 1)
 * const trained = await federatedAveraging({ trainer, members, weights, rounds: 2, seed: 1, weighting: 'uniform' })
 * trained.length // → 14
 * await trainer.release()
 * ```
 */
import type { Dataset } from '../data/dataset.ts'
import type { Trainer } from './trainer.ts'

/** Whether members count alike, or by their examples. */
export type Weighting = 'uniform' | 'samples'

/** One round of the in-process loops, as they report it. */
export interface RoundReport {
  round: number
  rounds: number
  /** Mean training loss of the members. */
  loss: number
  weights: Float32Array
}

/** What the loops share. */
export interface AveragingOptions {
  trainer: Trainer
  members: Dataset[]
  /** Model before the first round, shape [dimension]. */
  weights: Float32Array
  rounds: number
  /** Seeds the order of examples of every member and round. */
  seed: number
  /** Overrides the trainer's specification. */
  learningRate?: number
  /** Indices of the members that train in a round; all of them when absent. */
  cohortOf?: (round: number) => number[]
  onRound?: (report: RoundReport) => void | Promise<void>
  signal?: AbortSignal
}

/**
 * Seed of one member's training in one round: distinct for seed < 2^31, member < 2^9, round < 2^12, and for any number of
 * members of one seed. It rises by one with
 * the round, so that a node that counts its rounds from `memberSeed(seed, 0, member)` trains in the same order.
 */
export function memberSeed(seed: number, round: number, member: number): number {
  return (seed * 512 + member) * 4096 + round
}

/** Who trains in a round, with their data: all members, or those that `cohortOf` names. */
export function cohortMembers(
  { members, cohortOf }: Pick<AveragingOptions, 'members' | 'cohortOf'>,
  round: number,
): { member: number; dataset: Dataset }[] {
  const indices = cohortOf?.(round) ?? members.map((_, member) => member)
  return indices.map((member) => ({ member, dataset: members[member]! }))
}

/**
 * FedAvg: each round `w ← Σ_k share_k · train_k(w)` over its cohort, shares equal or in proportion to examples.
 *
 * @returns Weights after the last round, shape [dimension].
 * @throws what `Trainer.fit` throws.
 */
export async function federatedAveraging(options: AveragingOptions & { weighting: Weighting }): Promise<Float32Array> {
  const { rounds, weighting } = options
  let weights = options.weights
  for (let round = 0; round < rounds; round++) {
    const cohort = cohortMembers(options, round)
    const examples = cohort.reduce((sum, { dataset }) => sum + dataset.count, 0)
    const mean = new Float64Array(weights.length)
    let loss = 0
    for (const { member, dataset } of cohort) {
      const share = weighting === 'uniform' ? 1 / cohort.length : dataset.count / examples
      const result = await fitRound(options, weights, { member, dataset, round })
      for (let p = 0; p < mean.length; p++) mean[p] = mean[p]! + share * result.weights[p]!
      loss += result.loss / cohort.length
    }
    weights = Float32Array.from(mean)
    await options.onRound?.({ round, rounds, loss, weights })
  }
  return weights
}

/** Training by one owner of `dataset` for as many epochs as a member trains in `rounds` rounds. */
export async function trainAlone(
  options: Omit<AveragingOptions, 'members'> & { dataset: Dataset },
): Promise<Float32Array> {
  return federatedAveraging({ ...options, members: [options.dataset], weighting: 'uniform' })
}

/** One member's training in one round, as all loops do it. */
export function fitRound(
  { trainer, seed, learningRate, signal }: Pick<AveragingOptions, 'trainer' | 'seed' | 'learningRate' | 'signal'>,
  weights: Float32Array,
  { member, dataset, round }: { member: number; dataset: Dataset; round: number },
) {
  return trainer.fit(weights, dataset, {
    seed: memberSeed(seed, round, member),
    round,
    ...(learningRate === undefined ? {} : { learningRate }),
    ...(signal === undefined ? {} : { signal }),
  })
}
