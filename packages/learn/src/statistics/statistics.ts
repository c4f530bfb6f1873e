/**
 * A statistics round: counts, sums, sums of squares and histograms over the rows of all members, as one sum of updates.
 *
 * A member measures its rows, adds noise if it wants, and encodes the integers as digits of an update; the federation
 * adds updates as it always does; the sums of the digits decode to the sums of the integers, exactly. From them come the
 * constants of a data schema without anyone showing a row.
 *
 * What this hides, and what not: rows stay at home, but a member's own statistics are in its update, which on the direct
 * path anyone can read. `minimumMembers` keeps the *sum* from being read of too few; only noise protects a member's own
 * part there.
 *
 * @example
 * ```ts
 * import { encodeStatistics, interpretStatistics, measureStatistics, planStatistics, readTable } from '@tutti/learn'
 *
 * const plan = planStatistics(schema, { bits: 8, bins: 4, minimumMembers: 3 })
 * const table = readTable('a,b,c,d,e,f,failed\n0,1,-1,0,0,1,yes\n1,1,1,1,1,1,no\n')
 * const values = measureStatistics(table, plan) // counts and sums, exact
 * const { rows: counted, columns } = interpretStatistics(values, plan, 1)
 * counted // → 2
 * columns[0]?.name // → 'a'
 * encodeStatistics(values, plan) instanceof Int8Array // → true
 * ```
 */
import type { Random } from '@tutti/core'
import { CsvError, shorten } from '../data/csv-error.ts'
import type { Ratio } from '../data/dataset.ts'
import { isMissing, isMissingNumber } from '../data/missing.ts'
import { type DecimalMark, isSameUnit, readQuantity } from '../data/number-formats.ts'
import type { Table } from '../data/table.ts'
import { digitRange, fromDigits, toDigits } from './balanced-digits.ts'
import { discreteLaplace } from './discrete-laplace.ts'
import {
  countTouched,
  LEVELS,
  layoutStatistics,
  type StatisticsColumn,
  type StatisticsPlan,
  statisticsDimension,
} from './plan.ts'

/**
 * Statistics of a member's rows as integers, in the order of the plan's layout. Values outside a number's range are
 * counted as below or above it and are in no sum; missing values are counted nowhere but in the rows.
 *
 * @throws `CsvError` naming line and column of what is no number, or a column that is missing;
 * {@link TooManyRowsError}, `StatisticsPlanError`
 */
export function measureStatistics(table: Table, plan: StatisticsPlan): bigint[] {
  const entries = layoutStatistics(plan)
  if (table.count > plan.largestCount) throw new TooManyRowsError(table.count, plan.largestCount)
  const values = new Array<bigint>(entries.length).fill(0n)
  values[0] = BigInt(table.count)
  for (const [index, column] of plan.columns.entries()) {
    const position = table.position(column.name)
    if (position < 0) throw new CsvError(1, column.name, 'the column is missing')
    const first = entries.findIndex((entry) => entry.column === index)
    const add = (place: number, amount: bigint) => {
      values[first + place]! += amount
    }
    const decimal = table.decimal(position)
    const names = column.kind === 'category' ? column.categories.map((name) => name.normalize('NFC')) : []
    for (let row = 0; row < table.count; row++) {
      const cell = table.cell(row, position)
      if (column.kind === 'category') {
        const known = names.indexOf(cell)
        if (known >= 0) add(known, 1n)
        else if (!isMissing(cell)) add(names.length, 1n)
      } else if (!isMissingNumber(cell)) countNumber(column, { cell, decimal, line: table.line(row) }, add)
    }
  }
  return values
}

function countNumber(
  { name, unit, minimum, maximum, bins }: Extract<StatisticsColumn, { kind: 'number' }>,
  { cell, decimal, line }: { cell: string; decimal: DecimalMark; line: number },
  add: (place: number, amount: bigint) => void,
): void {
  const { value, unit: written } = readQuantity(cell, decimal)
  if (Number.isNaN(value)) throw new CsvError(line, name, `"${shorten(cell)}" is not a number`)
  if (written !== '' && !isSameUnit(written, unit ?? '')) {
    throw new CsvError(line, name, `"${shorten(cell)}" has the unit ${written}, and ${unit ?? 'none'} is counted`)
  }
  if (value < minimum) add(0, 1n)
  else if (value > maximum) add(1, 1n)
  else {
    const share = (value - minimum) / (maximum - minimum)
    const level = BigInt(Math.round(share * LEVELS))
    add(2 + Math.min(bins - 1, Math.floor(share * bins)), 1n)
    add(2 + bins, level)
    add(3 + bins, level * level)
  }
}

/**
 * Statistics with noise that makes them ε-differentially private for every row that is added or left out: each integer
 * gets discrete Laplace noise of scale `sensitivity · touched / ε`, kept within what its digits hold.
 *
 * @param options.epsilon - ε as [numerator, denominator]; smaller is more private.
 * @param options.random - Unpredictable: `fromSystem` of core, not `fromSeed`.
 * @throws `NoiseScaleError`
 * @see Dwork and Roth, The Algorithmic Foundations of Differential Privacy, 2014, theorem 3.16 (composition)
 */
export function addNoise(
  values: readonly bigint[],
  plan: StatisticsPlan,
  { epsilon, random }: { epsilon: Ratio; random: Random },
): bigint[] {
  const touched = BigInt(countTouched(plan))
  return layoutStatistics(plan).map(({ sensitivity, digits }, index) => {
    const numerator = sensitivity * touched * BigInt(epsilon[1])
    const noisy = values[index]! + discreteLaplace(random, { numerator, denominator: BigInt(epsilon[0]) })
    const [lowest, highest] = digitRange(digits, plan.bits)
    if (noisy < lowest) return lowest
    if (noisy > highest) return highest
    return noisy
  })
}

/**
 * Statistics as the integers of an update, shape [dimension], each in `[−2^(bits−1), 2^(bits−1) − 1]`.
 *
 * @throws `DigitRangeError`, `StatisticsPlanError`, {@link StatisticsLengthError}
 */
export function encodeStatistics(values: readonly bigint[], plan: StatisticsPlan): Int8Array {
  const entries = layoutStatistics(plan)
  if (values.length !== entries.length) throw new StatisticsLengthError(values.length, entries.length)
  const update = new Int8Array(statisticsDimension(plan))
  for (const [index, { offset, digits }] of entries.entries()) {
    update.set(toDigits(values[index]!, digits, plan.bits), offset)
  }
  return update
}

/** Statistics of one column over all members. Noise can make any of them negative. */
export type ColumnStatistics =
  | {
      kind: 'number'
      name: string
      below: number
      above: number
      /** Rows within the range, by bin. */
      histogram: number[]
      /** Of the values within the range; undefined where there are none. */
      mean: number | undefined
      /** Undefined too where noise leaves no square to take the root of. */
      standardDeviation: number | undefined
    }
  | { kind: 'category'; name: string; counts: number[]; other: number }

/** Statistics over all members. */
export interface FederatedStatistics {
  members: number
  rows: number
  columns: ColumnStatistics[]
}

/**
 * What the sum of the members' updates says: the integers summed over members, in the order of the plan's layout.
 *
 * @param lanes - Sum of the updates, shape [dimension]: the model after the round, from a start of zeros, less the gain:
 *   see `unscaleSum`.
 * @throws {@link StatisticsLengthError}
 */
export function sumStatistics(lanes: Int32Array, plan: StatisticsPlan): bigint[] {
  const dimension = statisticsDimension(plan)
  if (lanes.length !== dimension) throw new StatisticsLengthError(lanes.length, dimension)
  return layoutStatistics(plan).map(({ offset, digits }) =>
    fromDigits(lanes.subarray(offset, offset + digits), plan.bits),
  )
}

/**
 * Reads the statistics of all members off the sum of their updates.
 *
 * @param lanes - As for {@link sumStatistics}.
 * @param members - Updates that were aggregated.
 * @throws {@link TooFewMembersError}, {@link StatisticsLengthError}
 */
export function decodeStatistics(lanes: Int32Array, plan: StatisticsPlan, members: number): FederatedStatistics {
  if (members < plan.minimumMembers) throw new TooFewMembersError(members, plan.minimumMembers)
  return interpretStatistics(sumStatistics(lanes, plan), plan, members)
}

/**
 * What integers in the order of the plan's layout say, those of one member or of all:
 * `mean = minimum + w·Σu/n`, `variance = w²·(n·Σu² − (Σu)²)/n²`, with u the level of a value and w the width of a level.
 *
 * @throws `StatisticsPlanError`
 */
export function interpretStatistics(
  sums: readonly bigint[],
  plan: StatisticsPlan,
  members: number,
): FederatedStatistics {
  const entries = layoutStatistics(plan)
  const columns = plan.columns.map((column, index): ColumnStatistics => {
    const own = sums.filter((_, entry) => entries[entry]!.column === index)
    if (column.kind === 'category') {
      const counts = own.map(Number)
      return { kind: 'category', name: column.name, counts: counts.slice(0, -1), other: counts.at(-1)! }
    }
    const [below, above] = [Number(own[0]), Number(own[1])]
    const bins = own.slice(2, -2)
    const moments = toMoments(
      column,
      bins.reduce((sum, bin) => sum + bin, 0n),
      own.at(-2)!,
      own.at(-1)!,
    )
    return { kind: 'number', name: column.name, below, above, histogram: bins.map(Number), ...moments }
  })
  return { members, rows: Number(sums[0]), columns }
}

function toMoments(
  { minimum, maximum }: { minimum: number; maximum: number },
  count: bigint,
  sum: bigint,
  squares: bigint,
): { mean: number | undefined; standardDeviation: number | undefined } {
  if (count <= 0n) return { mean: undefined, standardDeviation: undefined }
  const width = (maximum - minimum) / LEVELS
  // Whole numbers until the last division: the difference of two large sums would lose its digits in floating point.
  const spread = count * squares - sum * sum
  // Below zero only where noise outweighs the rows.
  const standardDeviation = spread < 0n ? undefined : (width * Math.sqrt(Number(spread))) / Number(count)
  return { mean: minimum + (width * Number(sum)) / Number(count), standardDeviation }
}

/**
 * The value below which `share` of the values within the range lie, straight within a bin: off by at most a bin's width.
 *
 * @returns Undefined where there are no values.
 */
export function histogramQuantile(
  histogram: readonly number[],
  { minimum, maximum }: { minimum: number; maximum: number },
  share: number,
): number | undefined {
  const place = locateQuantile(histogram, share)
  if (place === undefined) return undefined
  return minimum + ((maximum - minimum) / histogram.length) * (place.bin + place.part)
}

/**
 * Edges of the bin in which {@link histogramQuantile} lies: all that is known of it.
 *
 * @returns Undefined where there are no values.
 */
export function quantileBin(
  histogram: readonly number[],
  { minimum, maximum }: { minimum: number; maximum: number },
  share: number,
): { low: number; high: number } | undefined {
  const place = locateQuantile(histogram, share)
  if (place === undefined) return undefined
  const width = (maximum - minimum) / histogram.length
  return { low: minimum + width * place.bin, high: minimum + width * (place.bin + 1) }
}

/** The bin below whose `part` from its lower edge, in [0, 1], `share` of the values lie; undefined where there are none. */
function locateQuantile(histogram: readonly number[], share: number): { bin: number; part: number } | undefined {
  const counts = histogram.map((count) => Math.max(0, count))
  let rest = share * counts.reduce((sum, count) => sum + count, 0)
  for (const [bin, count] of counts.entries()) {
    if (count > 0 && rest <= count) return { bin, part: rest / count }
    rest -= count
  }
  // Rounding left some over: the last value.
  const last = counts.findLastIndex((count) => count > 0)
  return last < 0 ? undefined : { bin: last, part: 1 }
}

/**
 * Lower edge of the lowest bin that holds a value and upper edge of the highest: smallest and largest value, to a bin.
 *
 * @returns Undefined where there are no values.
 */
export function histogramBounds(
  histogram: readonly number[],
  { minimum, maximum }: { minimum: number; maximum: number },
): { lowest: number; highest: number } | undefined {
  const first = histogram.findIndex((count) => count > 0)
  if (first < 0) return undefined
  const last = histogram.findLastIndex((count) => count > 0)
  const width = (maximum - minimum) / histogram.length
  return { lowest: minimum + width * first, highest: minimum + width * (last + 1) }
}

/** Rows in which a column's cell is empty: all rows less those that were counted anywhere. */
export function countMissing(column: ColumnStatistics, rows: number): number {
  const counted =
    column.kind === 'number' ? [column.below, column.above, ...column.histogram] : [column.other, ...column.counts]
  return counted.reduce((rest, count) => rest - count, rows)
}

/** Standard deviation of the noise of a count over all members: `√n · √2 · scale`, to a good approximation. */
export function countNoiseStdDev(plan: StatisticsPlan, epsilon: Ratio, members: number): number {
  return Math.sqrt(2 * members) * ((countTouched(plan) * epsilon[1]) / epsilon[0])
}

/**
 * Standard deviation of what noise adds to a mean: that of the sum, `√n · √2 · scale` levels, over the count.
 *
 * @returns In units of the column; infinite where nothing was counted.
 */
export function meanNoiseStdDev(
  { minimum, maximum }: { minimum: number; maximum: number },
  count: number,
  noise: { plan: StatisticsPlan; epsilon: Ratio; members: number },
): number {
  const { plan, epsilon, members } = noise
  return count > 0 ? ((maximum - minimum) * countNoiseStdDev(plan, epsilon, members)) / count : Number.POSITIVE_INFINITY
}

/** How many times the noise of a variance, `2f` of the range's square, the variance must be. */
const VARIANCE_OVER_NOISE = 4

/**
 * Statistics without the means and deviations that noise has spoilt: where the variance is not four times its own noise,
 * of which some 2f·range² is to be expected with f·range that of the mean, both become undefined. Otherwise the mean is
 * off by less than a sixteenth of the deviation.
 */
export function withoutSpoiltMoments(
  statistics: FederatedStatistics,
  plan: StatisticsPlan,
  epsilon: Ratio,
): FederatedStatistics {
  const { members } = statistics
  const columns = statistics.columns.map((column, index): ColumnStatistics => {
    const range = plan.columns[index]
    if (column.kind !== 'number' || range?.kind !== 'number') return column
    const count = column.histogram.reduce((sum, bin) => sum + bin, 0)
    const width = range.maximum - range.minimum
    const noise = meanNoiseStdDev(range, count, { plan, epsilon, members }) / width
    const variance = ((column.standardDeviation ?? 0) / width) ** 2
    const isSound = variance >= VARIANCE_OVER_NOISE * 2 * noise
    return isSound ? column : { ...column, mean: undefined, standardDeviation: undefined }
  })
  return { ...statistics, columns }
}

/** More rows than the plan lets a member count. */
export class TooManyRowsError extends Error {
  override name = 'TooManyRowsError'
  constructor(rows: number, largest: number) {
    super(
      `There are ${rows} rows; the plan counts at most ${largest} a member. Take part with fewer, or plan for more.`,
    )
  }
}

/** So few members that their sum would expose them. */
export class TooFewMembersError extends Error {
  override name = 'TooFewMembersError'
  constructor(members: number, minimum: number) {
    super(`${members} members took part; statistics of fewer than ${minimum} would expose them. Wait for more members.`)
  }
}

/** A vector that is not of the plan. */
export class StatisticsLengthError extends Error {
  override name = 'StatisticsLengthError'
  constructor(length: number, expected: number) {
    super(`Got ${length} numbers; the plan has ${expected}. All members must count by the same plan.`)
  }
}
