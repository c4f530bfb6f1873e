/**
 * What a member sends in a statistics round: counts and sums of its own rows as digits, with the noise that the manifest
 * asks for. Nothing is trained; the integers go out as they are.
 *
 * @example
 * ```ts
 * import { readTable } from '@tutti/learn'
 * import { createStatisticsTrainer } from '@tutti/node'
 *
 * const trainer = createStatisticsTrainer({ table: readTable('a,failed\n1,yes\n') })
 * const { signal } = new AbortController()
 * const task = { weights: new Float32Array(14), manifest, round: 0, cohort: 3, signal }
 * await trainer.train(task) // throws NoStatisticsError
 * ```
 */
import { fromSystem, type Random } from '@tutti/core'
import { addNoise, encodeStatistics, requireStatistics, type StatisticsManifest, type Table } from '@tutti/learn'
import { checkTable } from '../joining/fitness.ts'
import { AbstentionError, type Trainer } from './interface.ts'

/** What {@link createStatisticsTrainer} counts. */
export interface StatisticsTrainerOptions {
  /** The member's rows; they never leave this machine. */
  table: Table
  /** Whether exact statistics may be sent though so few rows are behind them that they tell single ones. Default: no. */
  exposesFewRows?: boolean | undefined
  /** Randomness of the noise: the system's, unless a test gives another. */
  random?: Random
}

/**
 * A trainer for statistics rounds. It abstains where fewer members take part than the manifest demands, since their sum
 * would expose them. It refuses to send exact statistics of few rows, since these would expose the rows.
 *
 * Its `train` throws `CsvError` `TooManyRowsError` `UnfitDatasetError` `FewRowsError` `NoStatisticsError` and {@link AbstentionError}.
 */
export function createStatisticsTrainer({
  table,
  exposesFewRows,
  random = systemRandom(),
}: StatisticsTrainerOptions): Trainer {
  return {
    train: async ({ manifest, cohort }) => {
      const round = requireStatistics(manifest)
      const { minimumMembers } = round.plan
      if (cohort < minimumMembers) {
        throw new AbstentionError(
          `${cohort} members take part; with fewer than ${minimumMembers} they expose each other`,
        )
      }
      const values = hideRows(checkTable(table, round, { exposesFewRows }), round, random)
      // As many rows as the update says: with noise, the true number stays here.
      const examples = Math.max(0, Number(values[0]))
      return { integers: encodeStatistics(values, round.plan), metrics: { examples } }
    },
  }
}

function hideRows(values: bigint[], { plan, noise }: StatisticsManifest, random: Random): bigint[] {
  return noise === undefined ? values : addNoise(values, plan, { epsilon: noise.epsilon, random })
}

function systemRandom(): Random {
  return fromSystem((block) => crypto.getRandomValues(block))
}
