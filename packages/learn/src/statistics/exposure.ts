/**
 * Which rows a member's statistics would tell: with few rows, or few values of a number, counts and sums are the rows
 * themselves. Of one value the sum is that value; of two, sum and sum of squares give both; and where one or two values make
 * nearly all of a sum, they are told as well, however many there are.
 *
 * @see Hundepool et al., Statistical Disclosure Control, 2012: the minimum frequency rule and the dominance rule; 11 is the
 *   threshold of the cell suppression policy of the U.S. Centers for Medicare & Medicaid Services
 * @example
 * ```ts
 * import { findExposures, hidesRows, measureStatistics, planStatistics, readTable } from '@tutti/learn'
 *
 * const plan = planStatistics(schema, { bits: 8, minimumMembers: 3 })
 * const table = readTable('a,b,c,d,e,f,failed\n0,1,-1,0,0,1,yes\n')
 * findExposures(measureStatistics(table, plan), plan).length > 0 // → true
 * hidesRows([1, 1]) // → true
 * hidesRows(undefined) // → false
 * ```
 */
import type { Ratio } from '../data/dataset.ts'
import { LEVELS, layoutStatistics, type StatisticsPlan } from './plan.ts'

/** Fewer rows, or values of a number, than these are not counted unless their owner allows it, or noise hides them. */
export const FEWEST_ROWS = 11

/** Fewer values than these, weighed by what they add to a sum, are told by it. */
const FEWEST_CONTRIBUTORS = 3

/**
 * Noise of more than this ε hides no row: what an observer believes of it may change by a factor of e^10.
 *
 * @see Dwork, Kohli and Mulligan, Differential Privacy in Practice: Expose Your Epsilons!, 2019
 */
const HIDING_EPSILON = 10

/** A sum or count that is too small to hide those who are in it. */
export interface Exposure {
  /** The number whose values within its range are told; undefined: the rows are. */
  column: string | undefined
  /** Rows, or values within the range. */
  count: number
  /** `few`: they are few; `dominated`: one or two of them make nearly all of the sum. */
  why: 'few' | 'dominated'
}

/** Whether noise of this ε hides a row, so that any number of rows may be counted. Undefined: there is none. */
export function hidesRows(epsilon: Ratio | undefined): boolean {
  return epsilon !== undefined && epsilon[0] <= HIDING_EPSILON * epsilon[1]
}

/**
 * What of exact statistics would expose single rows: all of it where the rows are fewer than {@link FEWEST_ROWS}, else each
 * number of which fewer values are summed, but some, or whose sum is of one or two. Empty where nothing would.
 *
 * @param values - As `measureStatistics` gives them: without noise, in the order of the plan's layout.
 * @throws `StatisticsPlanError`
 */
export function findExposures(values: readonly bigint[], plan: StatisticsPlan): Exposure[] {
  const rows = Number(values[0])
  if (rows < FEWEST_ROWS) return [{ column: undefined, count: rows, why: 'few' }]
  const totals = plan.columns.map(() => ({ count: 0n, sum: 0n, squares: 0n }))
  for (const [place, { column, what }] of layoutStatistics(plan).entries()) {
    if (column === undefined) continue
    if (what === 'bin') totals[column]!.count += values[place]!
    else if (what === 'sum' || what === 'squares') totals[column]![what] += values[place]!
  }
  return totals.flatMap(({ count, sum, squares }, index): Exposure[] => {
    if (count === 0n) return []
    const exposure = { column: plan.columns[index]!.name, count: Number(count) }
    if (count < FEWEST_ROWS) return [{ ...exposure, why: 'few' }]
    // The same from the other end of the range: who knows the rest to lie there takes it off as well.
    const top = BigInt(LEVELS)
    const mirrored = { sum: count * top - sum, squares: count * top * top - 2n * top * sum + squares }
    const isTold = isDominated({ sum, squares }) || isDominated(mirrored)
    return isTold ? [{ ...exposure, why: 'dominated' }] : []
  })
}

/** Whether the effective number of values in a sum, `(Σx)² / Σx²`, is that of one or two: Herfindahl's index inverted. */
function isDominated({ sum, squares }: { sum: bigint; squares: bigint }): boolean {
  return squares > 0n && sum * sum < BigInt(FEWEST_CONTRIBUTORS) * squares
}
