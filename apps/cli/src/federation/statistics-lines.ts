/** Statistics of a federation as people read them: a table of numbers, and the counts of each category. */
import { formatCount, formatInteger } from '@tutti/core'
import {
  binWidth,
  countMissing,
  countNoiseStdDev,
  type FederatedStatistics,
  histogramBounds,
  histogramQuantile,
  meanNoiseStdDev,
  quantileBin,
  type StatisticsManifest,
  type StatisticsPlan,
} from '@tutti/learn'
import { toTable } from '../terminal/output.ts'
import { toPlainText } from '../terminal/plain-text.ts'
import { formatEpsilon } from './manifest-summary.ts'

const shares = [0.25, 0.5, 0.75] as const

/** One column as `stats show` prints it and `--json` holds it. */
export function summariseColumns({ plan, noise }: StatisticsManifest, { columns, rows, members }: FederatedStatistics) {
  return columns.map((column, index) => {
    const range = plan.columns[index]!
    const missing = countMissing(column, rows)
    if (column.kind === 'category') return { ...column, missing, categories: categoriesOf(range) }
    const { minimum, maximum, bins } = rangeOf(range)
    const count = column.histogram.reduce((sum, bin) => sum + bin, 0)
    const bounds = histogramBounds(column.histogram, { minimum, maximum }) ?? { lowest: undefined, highest: undefined }
    const quantiles = shares.map((share) => histogramQuantile(column.histogram, { minimum, maximum }, share))
    const quantileBins = shares.map((share) => quantileBin(column.histogram, { minimum, maximum }, share))
    const meanNoise =
      noise === undefined ? 0 : meanNoiseStdDev({ minimum, maximum }, count, { plan, epsilon: noise.epsilon, members })
    const width = binWidth({ minimum, maximum, bins })
    return {
      ...column,
      meanNoise,
      missing,
      minimum,
      maximum,
      binWidth: width,
      count,
      ...bounds,
      quantiles,
      quantileBins,
    }
  })
}

type PlannedColumn = StatisticsManifest['plan']['columns'][number]

function categoriesOf(column: PlannedColumn): string[] {
  return column.kind === 'category' ? column.categories : []
}

function rangeOf(column: PlannedColumn): { minimum: number; maximum: number; bins: number } {
  return column.kind === 'number' ? column : { minimum: 0, maximum: 0, bins: 1 }
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
      'a bin',
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
      formatEdge(column.lowest, column.binWidth),
      ...quantileCells(column),
      formatEdge(column.highest, column.binWidth),
      formatWidth(column.binWidth),
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
  const bins =
    'Smallest, largest and quantiles are read from the histogram, exact to a bin; "a bin" is its width. ' +
    'Quantiles that share a bin are shown as its edges. More bins, or a narrower range, tell more.'
  const range = 'Mean and standard deviation are of the values within the range, each rounded to 1/65,535 of it.'
  if (noise === undefined) return [`${range} ${bins}`, 'No noise: the counts are exact.']
  const deviation = countNoiseStdDev(plan, noise.epsilon, members)
  return [
    `${range} ${bins}`,
    `Every member added discrete Laplace noise: ε = ${formatEpsilon(noise.epsilon)} for a row. A count of all members is off by ` +
      `±${formatNumber(deviation)} (one standard deviation), a mean by ±; more rows, fewer columns or a larger ε make that less.`,
  ]
}

/** What `stats create` says of the bins: how wide they are in each number's unit. Empty where there is no number. */
export function binLines({ columns }: StatisticsPlan): string[] {
  const widths = columns.flatMap((column) => {
    if (column.kind !== 'number') return []
    const { name, unit } = column
    return [toPlainText(`${name} ${formatWidth(binWidth(column))}${unit === undefined ? '' : ` ${unit}`}`)]
  })
  return widths.length === 0 ? [] : [`quantiles are told to a bin: ${widths.join(', ')}`]
}

/** Quantiles with as many digits as a bin carries; edges of the bin for those that share one. */
function quantileCells({
  quantiles,
  quantileBins,
  binWidth: width,
}: {
  quantiles: readonly (number | undefined)[]
  quantileBins: readonly ({ low: number; high: number } | undefined)[]
  binWidth: number
}): string[] {
  return quantiles.map((value, index) => {
    const bin = quantileBins[index]
    if (value === undefined || bin === undefined) return '–'
    const isShared = quantileBins.some((other, place) => place !== index && other?.low === bin.low)
    if (isShared) return `${formatEdge(bin.low, width)} to ${formatEdge(bin.high, width)}`
    return formatAt(value, Math.floor(Math.log10(width)))
  })
}

/** An edge of a bin, to a hundredth of the bin or so; – where there is none. */
function formatEdge(value: number | undefined, width: number): string {
  return value === undefined ? '–' : formatAt(value, Math.floor(Math.log10(width)) - 2)
}

/** A bin's width, with three digits. */
export function formatWidth(width: number): string {
  return String(Number(width.toPrecision(3)))
}

/** A number rounded to a multiple of `10^exponent`. */
function formatAt(value: number, exponent: number): string {
  // Of whole powers of ten the negative ones are not exact: they divide instead.
  const rounded =
    exponent < 0 ? Number(value.toFixed(Math.min(100, -exponent))) : Math.round(value / 10 ** exponent) * 10 ** exponent
  return String(rounded === 0 ? 0 : rounded)
}

/** A number with six digits that count; – where there is none. */
export function formatNumber(value: number | undefined): string {
  return value === undefined ? '–' : String(Number(value.toPrecision(6)))
}
