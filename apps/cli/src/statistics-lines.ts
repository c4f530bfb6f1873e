/** Statistics of a federation as people read them: a table of numbers, and the counts of each category. */
import { formatCount, formatInteger } from '@tutti/core'
import {
  countMissing,
  countNoiseStdDev,
  type FederatedStatistics,
  histogramBounds,
  histogramQuantile,
  meanNoiseStdDev,
  type StatisticsManifest,
} from '@tutti/learn'
import { formatEpsilon } from './manifest-summary.ts'
import { toTable } from './output.ts'
import { toPlainText } from './plain-text.ts'

const shares = [0.25, 0.5, 0.75] as const

/** One column as `stats show` prints it and `--json` holds it. */
export function summariseColumns({ plan, noise }: StatisticsManifest, { columns, rows, members }: FederatedStatistics) {
  return columns.map((column, index) => {
    const range = plan.columns[index]!
    const missing = countMissing(column, rows)
    if (column.kind === 'category') return { ...column, missing, categories: categoriesOf(range) }
    const { minimum, maximum } = rangeOf(range)
    const count = column.histogram.reduce((sum, bin) => sum + bin, 0)
    const bounds = histogramBounds(column.histogram, { minimum, maximum }) ?? { lowest: undefined, highest: undefined }
    const quantiles = shares.map((share) => histogramQuantile(column.histogram, { minimum, maximum }, share))
    const meanNoise =
      noise === undefined ? 0 : meanNoiseStdDev({ minimum, maximum }, count, { plan, epsilon: noise.epsilon, members })
    return { ...column, meanNoise, missing, minimum, maximum, count, ...bounds, quantiles }
  })
}

type PlannedColumn = StatisticsManifest['plan']['columns'][number]

function categoriesOf(column: PlannedColumn): string[] {
  return column.kind === 'category' ? column.categories : []
}

function rangeOf(column: PlannedColumn): { minimum: number; maximum: number } {
  return column.kind === 'number' ? column : { minimum: 0, maximum: 0 }
}

/** Lines of `stats show`. */
export function statisticsLines(manifest: StatisticsManifest, statistics: FederatedStatistics): string[] {
  const summaries = summariseColumns(manifest, statistics)
  const numbers = summaries.flatMap((summary) => ('quantiles' in summary ? [summary] : []))
  const categories = summaries.flatMap((summary) => ('categories' in summary ? [summary] : []))
  const lines = [
    toPlainText(`${manifest.name}: ${manifest.purpose}`),
    `${formatCount(statistics.rows, 'row')} of ${formatCount(statistics.members, 'member')}`,
  ]
  if (numbers.length > 0) {
    const isNoisy = manifest.noise !== undefined
    const head = [
      '',
      'values',
      'mean',
      ...(isNoisy ? ['±'] : []),
      'std. dev.',
      'from',
      '25%',
      '50%',
      '75%',
      'to',
      'below',
      'above',
      'empty',
    ]
    const body = numbers.map((column) => [
      toPlainText(column.name),
      formatInteger(column.count),
      formatNumber(column.mean),
      ...(isNoisy ? [formatNumber(column.meanNoise)] : []),
      formatNumber(column.standardDeviation),
      formatNumber(column.lowest),
      ...column.quantiles.map(formatNumber),
      formatNumber(column.highest),
      formatInteger(column.below),
      formatInteger(column.above),
      formatInteger(column.missing),
    ])
    lines.push('', toTable([head, ...body]))
  }
  for (const column of categories) {
    const counts = column.categories.map((text, index) => [text, formatInteger(column.counts[index] ?? 0)])
    if (column.other !== 0) counts.push(['(other)', formatInteger(column.other)])
    if (column.missing !== 0) counts.push(['(empty)', formatInteger(column.missing)])
    lines.push(
      '',
      `  ${toPlainText(column.name)}`,
      toTable(
        counts.map(([text, count]) => [toPlainText(text!), count!]),
        '    ',
      ),
    )
  }
  lines.push('', ...noteLines(manifest, statistics))
  return lines
}

function noteLines({ plan, noise }: StatisticsManifest, { members }: FederatedStatistics): string[] {
  const bins = 'Smallest, largest and quantiles are read from the histogram: exact to a bin.'
  const range = 'Mean and standard deviation are of the values within the range, each rounded to 1/65,535 of it.'
  if (noise === undefined) return [`${range} ${bins}`, 'No noise: the counts are exact.']
  const deviation = countNoiseStdDev(plan, noise.epsilon, members)
  return [
    `${range} ${bins}`,
    `Every member added discrete Laplace noise: ε = ${formatEpsilon(noise.epsilon)} for a row. A count of all members is off by ` +
      `±${formatNumber(deviation)} (one standard deviation), a mean by ±; more rows, fewer columns or a larger ε make that less.`,
  ]
}

/** A number with six digits that count; – where there is none. */
export function formatNumber(value: number | undefined): string {
  return value === undefined ? '–' : String(Number(value.toPrecision(6)))
}
