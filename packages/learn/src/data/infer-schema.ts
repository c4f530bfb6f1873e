/**
 * Proposes a data schema for a table: numbers are centred on their mean and divided by their standard deviation,
 * text becomes categories. Its creator reviews it; members see it in the manifest.
 */
import { isMissing, isMissingNumber } from './missing.ts'
import { type DecimalMark, readNumber } from './number-formats.ts'
import { type DataSchema, DataSchemaError, type Feature, parseDataSchema } from './schema.ts'
import type { Table } from './table.ts'

/** Bytes of standardised features: ±4 standard deviations in steps of 1/32. */
export const STANDARD_BYTES: Pick<DataSchema, 'inputZero' | 'inputScale'> = { inputZero: 128, inputScale: [1, 32] }
const MAXIMUM_CATEGORIES = 64
/** Significant digits of a constant, and the most that a double holds. */
const SIGNIFICANT = 6
const MOST_SIGNIFICANT = 15
/** Digits of a mean that are smaller than the first of its spread. */
const FIGURES_OF_SPREAD = 3

/**
 * A schema for `table` with `label` as the answer.
 *
 * @param options.rows - Rows that statistics are taken from; all when absent. Leave held-out rows out.
 * @param options.kind - What the label is; a number of more than 20 values is taken for a regression when absent.
 * @throws `DataSchemaError` if the label is no column, or a text column has more than 64 values.
 */
export function inferSchema(
  table: Table,
  { label, rows, kind }: { label: string; rows?: ArrayLike<number>; kind?: 'class' | 'number' },
): DataSchema {
  const labelIndex = table.position(label)
  if (labelIndex < 0) throw new DataSchemaError('label', `the table has no column "${label}"`)
  const chosen = rows === undefined ? { length: table.count } : rows
  const cellsOf = (column: number) =>
    Array.from({ length: chosen.length }, (_, index) => table.cell(rows?.[index] ?? index, column))
  const features = table.columns.flatMap((name, column): Feature[] =>
    column === labelIndex ? [] : [inferFeature(name, cellsOf(column), table.decimal(column))],
  )
  const cells = cellsOf(labelIndex).filter((cell) => !isMissing(cell))
  const numbers = cells.map((cell) => readNumber(cell, table.decimal(labelIndex)))
  const classes = [...new Set(cells)].sort(compareCells)
  const isNumber = kind === undefined ? classes.length > 20 && !numbers.some(Number.isNaN) : kind === 'number'
  return parseDataSchema({
    version: 1,
    features,
    label: isNumber ? { name: label, kind: 'number', ...moments(numbers) } : { name: label, kind: 'class', classes },
    ...STANDARD_BYTES,
  })
}

/**
 * A column as a feature: a number if every cell that is not missing is one, else a category.
 *
 * @param decimal - What divides whole from part; a point when absent.
 * @throws `DataSchemaError` if it has more than 64 texts.
 */
export function inferFeature(name: string, cells: string[], decimal: DecimalMark = '.'): Feature {
  const counted = cells.filter((cell) => !isMissingNumber(cell))
  const numbers = counted.map((cell) => readNumber(cell, decimal))
  if (counted.length > 0 && !numbers.some(Number.isNaN)) {
    const { center, spread } = moments(numbers)
    return { name, kind: 'number', center, spread, missing: counted.length < cells.length ? center : 'refuse' }
  }
  const present = cells.filter((cell) => !isMissing(cell))
  const categories = [...new Set(present)].sort(compareCells)
  if (categories.length > MAXIMUM_CATEGORIES) {
    throw new DataSchemaError(
      name,
      `${categories.length} different texts are too many categories; leave the column out`,
    )
  }
  return {
    name,
    kind: 'category',
    categories,
    unknown: 'zero',
    missing: present.length < cells.length ? 'zero' : 'refuse',
  }
}

/**
 * Mean and standard deviation, legible in a manifest: six significant digits, and more of the mean where the spread needs
 * them, so that values far from zero and close together keep their order.
 */
export function moments(values: ArrayLike<number>): { center: number; spread: number } {
  const { length } = values
  const start = values[0] ?? 0
  let sum = 0
  for (let i = 0; i < length; i++) sum += values[i]! - start
  const shift = sum / length
  let squares = 0
  for (let i = 0; i < length; i++) squares += (values[i]! - start - shift) ** 2
  return roundMoments(start + shift, Math.sqrt(squares / length))
}

/** Rounds a mean and a standard deviation, see {@link moments}. A spread of zero becomes 1. */
export function roundMoments(mean: number, deviation: number): { center: number; spread: number } {
  const spread = Number(deviation.toPrecision(SIGNIFICANT))
  const magnitude = (value: number) => Math.floor(Math.log10(Math.abs(value)))
  const needed = mean === 0 || spread === 0 ? 0 : magnitude(mean) - magnitude(spread) + FIGURES_OF_SPREAD
  const digits = Math.min(MOST_SIGNIFICANT, Math.max(SIGNIFICANT, needed))
  return { center: Number(mean.toPrecision(digits)), spread: spread > 0 ? spread : 1 }
}

/** Order of texts: numbers by value, others by code unit. */
export function compareCells(a: string, b: string): number {
  const [x, y] = [readNumber(a), readNumber(b)]
  if (!Number.isNaN(x) && !Number.isNaN(y)) return x - y
  return a < b ? -1 : a > b ? 1 : 0
}
