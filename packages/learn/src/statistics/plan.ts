/**
 * What a statistics round counts, and where each number lies in the vector: every member must agree on it beforehand.
 *
 * A member's statistics are integers: rows; for a number the rows below and above its range, those in each bin, the sum
 * and the sum of squares of its values in levels of the range; for a category the rows of each text, and of all others.
 * Each integer takes as many digits as its largest value needs.
 *
 * @example
 * ```ts
 * import { countTouched, layoutStatistics, planStatistics, statisticsDimension } from '@tutti/learn'
 *
 * const plan = planStatistics(schema, { bits: 8, bins: 10, minimumMembers: 3 })
 * layoutStatistics(plan).length > 0 // → true
 * statisticsDimension(plan) > layoutStatistics(plan).length // → true
 * countTouched(plan) > 0 // → true
 * ```
 */
import { countDigits } from './balanced-digits.ts'

/** A number to count: the values within its range, in `bins` bins of one width. */
export interface NumberColumn {
  kind: 'number'
  name: string
  unit?: string | undefined
  minimum: number
  maximum: number
  bins: number
}

/** A column to count. */
export type StatisticsColumn = NumberColumn | { kind: 'category'; name: string; categories: string[] }

/** What a statistics round counts. */
export interface StatisticsPlan {
  columns: StatisticsColumn[]
  /** Width of an update's integer, which holds a digit: 2, 4 or 8. */
  bits: number
  /** The most rows a member may count. */
  largestCount: number
  /** Fewer members expose each other: nobody takes part, and the sum is not read. At least {@link FEWEST_MEMBERS}. */
  minimumMembers: number
  /** Whether even fewer members than {@link FEWEST_MEMBERS} may be asked for: said to all who are to join. */
  exposesFew?: true | undefined
}

/** Of two members, each could subtract its own part from the sum. */
export const FEWEST_MEMBERS = 3

/** Bins that a number's histogram may have. */
export const MOST_BINS = 4_096

/** Levels of a number's range: a value is rounded to 1/65,535 of it. */
export const LEVELS = 65_535

/** Room for noise, in multiples of the largest value without it. */
const NOISE_ROOM = 4n

/** One integer of a member's statistics. */
export interface StatisticsEntry {
  column: number | undefined
  what: 'rows' | 'below' | 'above' | 'bin' | 'sum' | 'squares' | 'category' | 'other'
  /** By how much one row can change it. */
  sensitivity: bigint
  /** First parameter of its digits, and how many they are. */
  offset: number
  digits: number
}

/**
 * Integers of a plan in the order of the vector.
 *
 * @throws {@link StatisticsPlanError}, `DigitWidthError`
 */
export function layoutStatistics(plan: StatisticsPlan): StatisticsEntry[] {
  validatePlan(plan)
  const entries: StatisticsEntry[] = []
  let offset = 0
  const add = (column: number | undefined, what: StatisticsEntry['what'], sensitivity = 1n, count = 1) => {
    const digits = countDigits(NOISE_ROOM * sensitivity * BigInt(plan.largestCount), plan.bits)
    for (let i = 0; i < count; i++, offset += digits) entries.push({ column, what, sensitivity, offset, digits })
  }
  add(undefined, 'rows')
  for (const [index, column] of plan.columns.entries()) {
    if (column.kind === 'category') {
      add(index, 'category', 1n, column.categories.length)
      add(index, 'other')
    } else {
      add(index, 'below')
      add(index, 'above')
      add(index, 'bin', 1n, column.bins)
      add(index, 'sum', BigInt(LEVELS))
      add(index, 'squares', BigInt(LEVELS) ** 2n)
    }
  }
  return entries
}

/** Width of each bin of a number's histogram, in its unit: quantiles are known to so much. */
export function binWidth({ minimum, maximum, bins }: Pick<NumberColumn, 'minimum' | 'maximum' | 'bins'>): number {
  return (maximum - minimum) / bins
}

/** Parameters that a plan takes: the dimension of its federation. */
export function statisticsDimension(plan: StatisticsPlan): number {
  const last = layoutStatistics(plan).at(-1)!
  return last.offset + last.digits
}

/**
 * Noise for a whole plan: one row touches the rows, one of the counts of each column, and the two sums of each number,
 * so a budget ε is divided by so many (basic composition; counts of one column are disjoint).
 */
export function countTouched(plan: StatisticsPlan): number {
  return plan.columns.reduce((sum, { kind }) => sum + (kind === 'number' ? 3 : 1), 1)
}

function validatePlan({ columns, largestCount, minimumMembers, exposesFew }: StatisticsPlan): void {
  if (columns.length === 0) throw new StatisticsPlanError('columns', 'there are none')
  if (!Number.isSafeInteger(largestCount) || largestCount < 1) {
    throw new StatisticsPlanError('largestCount', `${largestCount} is not a whole number from 1`)
  }
  const fewest = exposesFew === true ? 1 : FEWEST_MEMBERS
  if (!Number.isInteger(minimumMembers) || minimumMembers < fewest) {
    throw new StatisticsPlanError('minimumMembers', `${minimumMembers} members expose each other; at least ${fewest}`)
  }
  const names = columns.map(({ name }) => name)
  for (const [index, column] of columns.entries()) {
    const key = `columns[${index}]`
    if (names.indexOf(column.name) !== index) throw new StatisticsPlanError(key, `"${column.name}" is named twice`)
    if (column.kind === 'category') {
      const isRepeated = new Set(column.categories).size !== column.categories.length
      if (isRepeated) throw new StatisticsPlanError(`${key}.categories`, 'a category is named twice')
      continue
    }
    const { minimum, maximum, bins } = column
    if (!(minimum < maximum && Number.isFinite(maximum - minimum))) {
      throw new StatisticsPlanError(`${key}.minimum`, `${minimum} to ${maximum} is no range`)
    }
    if (!Number.isInteger(bins) || bins < 1)
      throw new StatisticsPlanError(`${key}.bins`, `${bins} is no number of bins`)
  }
}

/** A plan that cannot be counted by. */
export class StatisticsPlanError extends Error {
  override name = 'StatisticsPlanError'
  readonly key: string
  constructor(key: string, reason: string) {
    super(`Statistics plan: "${key}": ${reason}.`)
    this.key = key
  }
}
