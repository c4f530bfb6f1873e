/**
 * Which rows a member's exact statistics would tell: with few rows, or few values of a number, counts and sums are the rows
 * themselves. Of one value the sum is that value; of two, sum and sum of squares give both.
 *
 * @see Hundepool et al., Statistical Disclosure Control, 2012: the minimum frequency rule; 11 is the threshold of the
 *   cell suppression policy of the U.S. Centers for Medicare & Medicaid Services
 */
import { layoutStatistics, type StatisticsPlan } from './statistics-plan.ts'

/** Fewer rows, or values of a number, than these are not counted without noise unless their owner allows it. */
export const FEWEST_ROWS = 11

/** A count that is too small to hide those who are in it. */
export interface Exposure {
  /** The number whose values within its range are few; undefined: the rows are. */
  column: string | undefined
  count: number
}

/**
 * What of exact statistics would expose single rows: all of it where the rows are fewer than {@link FEWEST_ROWS}, else each
 * number of which fewer values are summed, but some. Empty where nothing would.
 *
 * @param values - As `measureStatistics` gives them: without noise, in the order of the plan's layout.
 * @throws `StatisticsPlanError`
 */
export function findExposures(values: readonly bigint[], plan: StatisticsPlan): Exposure[] {
  const rows = Number(values[0])
  if (rows < FEWEST_ROWS) return [{ column: undefined, count: rows }]
  const summed = plan.columns.map(() => 0)
  for (const [place, { column, what }] of layoutStatistics(plan).entries()) {
    if (column !== undefined && what === 'bin') summed[column]! += Number(values[place])
  }
  return summed.flatMap((count, index) =>
    count > 0 && count < FEWEST_ROWS ? [{ column: plan.columns[index]!.name, count }] : [],
  )
}
