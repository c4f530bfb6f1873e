/**
 * The constants of a data schema from statistics over all members, and what to count in order to find them.
 *
 * @example
 * ```ts
 * import { findUncounted, planStatistics } from '@tutti/learn'
 *
 * const plan = planStatistics(schema, { bits: 8, bins: 10, minimumMembers: 3 })
 * plan.columns.map(({ name }) => name).slice(0, 2) // → ['a', 'b']
 * findUncounted(schema, plan) // → []
 * ```
 */
import { roundMoments } from '../data/infer-schema.ts'
import type { DataSchema } from '../data/schema.ts'
import { binWidth, FEWEST_MEMBERS, MOST_BINS, type StatisticsPlan, StatisticsPlanError } from './plan.ts'
import type { FederatedStatistics } from './statistics.ts'

/**
 * A plan that counts every feature of a schema, and its label: a number like any other, a class like a category.
 *
 * @param options.bits - Width of an update's integer: 2, 4 or 8.
 * @param options.bins - Bins of each number's histogram; 32 when absent.
 * @param options.largestCount - The most rows of a member; 1,000,000 when absent.
 * @param options.minimumMembers - 3, the fewest, when absent.
 * @throws `StatisticsPlanError` if a number has no range: bins need one that all members share.
 */
export function planStatistics(
  schema: DataSchema,
  options: { bits: 2 | 4 | 8; bins?: number; largestCount?: number; minimumMembers?: number; exposesFew?: true },
): StatisticsPlan & { bits: 2 | 4 | 8 } {
  const { bits, bins = 32, largestCount = 1_000_000, minimumMembers = FEWEST_MEMBERS, exposesFew } = options
  const { label } = schema
  const counted = label.kind === 'labels' ? [] : [label]
  const columns = [...schema.features, ...counted].map((feature): StatisticsPlan['columns'][number] => {
    const { name } = feature
    if (feature.kind === 'class') return { kind: 'category', name, categories: feature.classes }
    if (feature.kind === 'category') return { kind: 'category', name, categories: feature.categories }
    const { unit, minimum, maximum } = feature
    if (minimum === undefined || maximum === undefined) {
      throw new StatisticsPlanError(name, 'give it a minimum and a maximum, which its bins divide')
    }
    return { kind: 'number', name, ...(unit === undefined ? {} : { unit }), minimum, maximum, bins }
  })
  return { columns, bits, largestCount, minimumMembers, ...(exposesFew === undefined ? {} : { exposesFew }) }
}

/**
 * A schema whose numbers are centred on the mean over all members and divided by the standard deviation. Where there
 * were no values, or all were alike, centre or spread stay as they were. A missing value that stood for the old centre
 * stands for the new one.
 */
export function fitSchema(schema: DataSchema, { columns }: FederatedStatistics): DataSchema {
  const momentsOf = (name: string) => {
    const column = columns.find((candidate) => candidate.name === name)
    if (column?.kind !== 'number') return {}
    const { mean, standardDeviation } = column
    if (mean === undefined) return {}
    const { center, spread } = roundMoments(mean, standardDeviation ?? 0)
    return { center, ...(standardDeviation ? { spread } : {}) }
  }
  const features = schema.features.map((feature) => {
    if (feature.kind === 'category') return feature
    const fitted = { ...feature, ...momentsOf(feature.name) }
    return feature.missing === feature.center ? { ...fitted, missing: fitted.center } : fitted
  })
  const { label } = schema
  return { ...schema, features, label: label.kind === 'number' ? { ...label, ...momentsOf(label.name) } : label }
}

/** A constant of a schema before and after {@link fitSchema}. */
export interface FittedConstant {
  name: string
  before: { center: number; spread: number }
  after: { center: number; spread: number }
}

/** The numbers of a schema whose constants a fit has changed. */
export function findFittedConstants(before: DataSchema, after: DataSchema): FittedConstant[] {
  const numbersOf = ({ features, label }: DataSchema) =>
    [...features, label].flatMap((column) => (column.kind === 'number' ? [column] : []))
  const fitted = numbersOf(after)
  return numbersOf(before).flatMap(({ name, center, spread }, index) => {
    const now = fitted[index]!
    if (now.center === center && now.spread === spread) return []
    return [{ name, before: { center, spread }, after: { center: now.center, spread: now.spread } }]
  })
}

/**
 * Columns of a schema that a plan does not count as the schema means them.
 *
 * @returns Names, each with the reason.
 */
export function findUncounted(schema: DataSchema, plan: StatisticsPlan): { name: string; reason: string }[] {
  const numbers = [...schema.features, schema.label].filter(({ kind }) => kind === 'number')
  return numbers.flatMap(({ name }) => {
    const column = plan.columns.find((candidate) => candidate.name === name)
    if (column === undefined) return [{ name, reason: 'it was not counted' }]
    return column.kind === 'number' ? [] : [{ name, reason: 'it was counted as a category' }]
  })
}

/**
 * Numbers of which one bin is wider than the spread that the schema states: where most values lie within one spread, as
 * they do of a skewed quantity, most share a bin and no quantile can be told.
 *
 * @returns Names, with the spread and the bins that would make a bin half as wide as it; undefined where so many are not allowed.
 */
export function findCoarseColumns(
  schema: DataSchema,
  plan: StatisticsPlan,
): { name: string; width: number; spread: number; bins: number | undefined }[] {
  return [...schema.features, schema.label].flatMap((column) => {
    const counted = plan.columns.find(({ name }) => name === column.name)
    if (column.kind !== 'number' || counted?.kind !== 'number') return []
    const { spread } = column
    const width = binWidth(counted)
    if (width <= spread) return []
    const bins = Math.ceil((2 * width * counted.bins) / spread)
    return [{ name: column.name, width, spread, bins: bins > MOST_BINS ? undefined : bins }]
  })
}
