/**
 * Proposes a data schema for a table: numbers are centred on their mean and divided by their standard deviation,
 * text becomes categories. Its creator reviews it; members see it in the manifest.
 */
import { readNumber, type Table } from './csv.ts'
import { type DataSchema, DataSchemaError, type Feature, parseDataSchema } from './schema.ts'

/** Bytes of standardised features: ±4 standard deviations in steps of 1/32. */
export const STANDARD_BYTES: Pick<DataSchema, 'inputZero' | 'inputScale'> = { inputZero: 128, inputScale: [1, 32] }
const MAXIMUM_CATEGORIES = 64

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
  const labelIndex = table.columns.indexOf(label)
  if (labelIndex < 0) throw new DataSchemaError('label', `the table has no column "${label}"`)
  const chosen = rows === undefined ? table.rows : Array.from(rows, (row) => table.rows[row]!)
  const cellsOf = (column: number) => chosen.map(({ cells }) => cells[column]!)
  const features = table.columns.flatMap((name, column): Feature[] =>
    column === labelIndex ? [] : [inferFeature(name, cellsOf(column))],
  )
  const cells = cellsOf(labelIndex).filter((cell) => cell !== '')
  const numbers = cells.map(readNumber)
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
 * A column as a feature: a number if every cell that is not empty is one, else a category.
 *
 * @throws `DataSchemaError` if it has more than 64 texts.
 */
export function inferFeature(name: string, cells: string[]): Feature {
  const present = cells.filter((cell) => cell !== '')
  const numbers = present.map(readNumber)
  if (present.length > 0 && !numbers.some(Number.isNaN)) {
    const { center, spread } = moments(numbers)
    return { name, kind: 'number', center, spread, missing: present.length < cells.length ? center : 'refuse' }
  }
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

/** Mean and standard deviation with six significant digits, so that a manifest is legible. */
export function moments(values: number[]): { center: number; spread: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length
  const round = (value: number) => Number(value.toPrecision(6))
  const spread = round(Math.sqrt(variance))
  return { center: round(mean), spread: spread > 0 ? spread : 1 }
}

function compareCells(a: string, b: string): number {
  const [x, y] = [readNumber(a), readNumber(b)]
  if (!Number.isNaN(x) && !Number.isNaN(y)) return x - y
  return a < b ? -1 : a > b ? 1 : 0
}
