/**
 * What a member sends in a statistics round: counts and sums of its own rows as digits, with the noise that the manifest
 * asks for. Nothing is trained; the integers go out as they are.
 */
import { fromSystem, type Random } from '@tutti/core'
import {
  addNoise,
  encodeStatistics,
  isStatistics,
  measureStatistics,
  type StatisticsManifest,
  type Table,
} from '@tutti/learn'
import { AbstentionError, type Trainer } from '../trainer.ts'

/** What {@link createStatisticsTrainer} counts. */
export interface StatisticsTrainerOptions {
  /** The member's rows; they never leave this machine. */
  table: Table
  /** Randomness of the noise: the system's, unless a test gives another. */
  random?: Random
}

/**
 * A trainer for statistics rounds. It abstains where fewer members take part than the manifest demands: their sum would
 * expose them.
 *
 * Its `train` throws `CsvError` `TooManyRowsError` {@link NoStatisticsError} and {@link AbstentionError}.
 */
export function createStatisticsTrainer({ table, random = systemRandom() }: StatisticsTrainerOptions): Trainer {
  return {
    train: async ({ manifest, cohort }) => {
      if (!isStatistics(manifest)) throw new NoStatisticsError(manifest.name)
      const { minimumMembers } = manifest.plan
      if (cohort < minimumMembers) {
        throw new AbstentionError(
          `${cohort} members take part; with fewer than ${minimumMembers} they expose each other`,
        )
      }
      const values = countRows(table, manifest, random)
      // As many rows as the update says: with noise, the true number stays here.
      const examples = Math.max(0, Number(values[0]))
      return { integers: encodeStatistics(values, manifest.plan), metrics: { examples } }
    },
  }
}

function countRows(table: Table, { plan, noise }: StatisticsManifest, random: Random): bigint[] {
  const values = measureStatistics(table, plan)
  return noise === undefined ? values : addNoise(values, plan, { epsilon: noise.epsilon, random })
}

function systemRandom(): Random {
  return fromSystem((block) => crypto.getRandomValues(block))
}

/** Statistics were to be counted for a federation that trains a model. Do not retry. */
export class NoStatisticsError extends Error {
  override readonly name = 'NoStatisticsError'
  readonly isRetryable = false

  constructor(name: string) {
    super(`"${name}" trains a model; it counts no statistics. Take part with a data set or a trainer.`)
  }
}
