/**
 * CSV (RFC 4180) with a header line, read through a data schema. Errors name line and column.
 */
import { readFileSync } from 'node:fs'
import { parse } from 'csv-parse/sync'
import type { Dataset } from './dataset.ts'
import { countInputs, type DataSchema, type Feature, type LabelSchema, toByte } from './schema.ts'

/** Cells of a CSV file as text, each row with the line it ends on. */
export interface Table {
  columns: string[]
  rows: { line: number; cells: string[] }[]
}

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/

/**
 * Reads a table. Columns are found by name, their order is free.
 *
 * @param source - CSV text if it holds a line break, else the path of a file.
 * @throws {@link CsvError}, or the file system's error.
 */
export function readTable(source: string): Table {
  return isText(source) ? parseTable(source) : naming(source, () => parseTable(readFileSync(source, 'utf8')))
}

/** A path has no line break, a table always has one. */
function isText(source: string): boolean {
  return /[\r\n]/.test(source)
}

/** Runs a reader of a file, and names the file in what it finds wrong. */
function naming<T>(file: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    throw new CsvError(error.line, error.column, error.reason, file)
  }
}

function parseTable(text: string): Table {
  const [first = ''] = text.split(/[\r\n]/, 1)
  const separator = first.includes(',') ? undefined : ([';', '\t'] as const).find((mark) => first.includes(mark))
  if (separator !== undefined) {
    const name = separator === ';' ? 'semicolons' : 'tabs'
    throw new CsvError(1, '', `its cells seem to be separated by ${name}; commas are read: save the table with those`)
  }
  let records: { record: string[]; info: { lines: number } }[]
  try {
    records = parse(text, {
      bom: true,
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
      trim: true,
    }) as unknown as typeof records
  } catch (cause) {
    const { lines = 1, message } = cause as { lines?: number; message: string }
    throw new CsvError(lines, '', message)
  }
  const [header, ...body] = records
  if (header === undefined) throw new CsvError(1, '', 'there is no header line')
  const columns = header.record
  const repeated = columns.find((column, index) => columns.indexOf(column) !== index)
  if (repeated !== undefined) throw new CsvError(header.info.lines, repeated, 'the column occurs twice')
  const rows = body.map(({ record, info }) => {
    if (record.length !== columns.length) {
      throw new CsvError(info.lines, '', `${record.length} cells for ${columns.length} columns`)
    }
    return { line: info.lines, cells: record }
  })
  return { columns, rows }
}

/**
 * Reads examples as bytes and labels.
 *
 * @param source - CSV text if it holds a line break, else the path of a file.
 * @throws {@link CsvError} naming line and column of the first value that does not fit.
 */
export function readCsv(source: string, schema: DataSchema): Dataset {
  const read = () => toDataset(readTable(source), schema)
  return isText(source) ? read() : naming(source, read)
}

/** Rows of a table as a dataset. @throws {@link CsvError} */
export function toDataset(table: Table, schema: DataSchema): Dataset {
  const position = (name: string): number => {
    const index = table.columns.indexOf(name)
    if (index < 0) throw new CsvError(1, name, 'the column is missing')
    return index
  }
  const positions = schema.features.map(({ name }) => position(name))
  const labelPosition = position(schema.label.name)
  if (table.rows.length === 0) throw new CsvError(1, '', 'there are no rows after the header')
  const features = countInputs(schema)
  const inputs = new Uint8Array(table.rows.length * features)
  const labels =
    schema.label.kind === 'number' ? new Float32Array(table.rows.length) : new Int32Array(table.rows.length)
  for (const [index, { line, cells }] of table.rows.entries()) {
    let offset = index * features
    for (const [column, feature] of schema.features.entries()) {
      offset = writeFeature(inputs, offset, feature, cells[positions[column]!]!, schema, line)
    }
    labels[index] = readLabel(schema.label, cells[labelPosition]!, line)
  }
  const { center: labelCenter, spread: labelSpread } =
    schema.label.kind === 'number' ? schema.label : { center: 0, spread: 1 }
  const { inputZero, inputScale } = schema
  return { count: table.rows.length, features, inputs, labels, inputZero, inputScale, labelCenter, labelSpread }
}

/**
 * The bytes of one example, for a prediction.
 *
 * @param values - Value of each feature by name; an absent one is missing.
 * @throws {@link CsvError} naming the feature.
 */
export function encodeExample(schema: DataSchema, values: Record<string, string | number>): Uint8Array {
  const input = new Uint8Array(countInputs(schema))
  let offset = 0
  for (const feature of schema.features) {
    offset = writeFeature(input, offset, feature, String(values[feature.name] ?? '').trim(), schema, 1)
  }
  return input
}

/** Reads a number as people write it. NaN for anything else, `NaN` and `Infinity` included. */
export function readNumber(cell: string): number {
  const value = NUMBER.test(cell) ? Number(cell) : Number.NaN
  return Number.isFinite(value) ? value : Number.NaN
}

function writeFeature(
  inputs: Uint8Array,
  offset: number,
  feature: Feature,
  cell: string,
  { inputZero, inputScale }: DataSchema,
  line: number,
): number {
  if (feature.kind === 'category') {
    if (cell === '' && feature.missing === 'refuse') throw new CsvError(line, feature.name, 'the value is missing')
    const known = feature.categories.indexOf(cell)
    if (cell !== '' && known < 0 && feature.unknown === 'refuse') {
      throw new CsvError(
        line,
        feature.name,
        `"${shorten(cell)}" is none of its ${feature.categories.length} categories`,
      )
    }
    for (let index = 0; index < feature.categories.length; index++) {
      inputs[offset + index] = toByte(index === known ? 1 : 0, inputZero, inputScale)
    }
    return offset + feature.categories.length
  }
  if (cell === '' && feature.missing === 'refuse') throw new CsvError(line, feature.name, 'the value is missing')
  const value = cell === '' ? (feature.missing as number) : readInRange(cell, feature, line)
  inputs[offset] = toByte((value - feature.center) / feature.spread, inputZero, inputScale)
  return offset + 1
}

function readInRange(
  cell: string,
  { name, minimum, maximum }: { name: string; minimum?: number | undefined; maximum?: number | undefined },
  line: number,
): number {
  const value = readNumber(cell)
  if (Number.isNaN(value)) throw new CsvError(line, name, `"${shorten(cell)}" is not a number`)
  if (minimum !== undefined && value < minimum)
    throw new CsvError(line, name, `${value} is below the minimum ${minimum}, which is refused`)
  if (maximum !== undefined && value > maximum)
    throw new CsvError(line, name, `${value} is above the maximum ${maximum}, which is refused`)
  return value
}

function readLabel(label: LabelSchema, cell: string, line: number): number {
  if (label.kind === 'labels') {
    const parts = cell === '' ? [] : cell.split(';').map((part) => part.trim())
    return parts.reduce((mask, part) => mask | (1 << classIndex(label, part, line)), 0)
  }
  if (cell === '') throw new CsvError(line, label.name, 'the label is missing')
  if (label.kind === 'class') return classIndex(label, cell, line)
  const value = readInRange(cell, label, line)
  // Labels are kept in single precision.
  if (!Number.isFinite(Math.fround(value))) throw new CsvError(line, label.name, `${value} is too large a number`)
  return value
}

function classIndex(label: { name: string; classes: string[] }, cell: string, line: number): number {
  const index = label.classes.indexOf(cell)
  if (index < 0) {
    throw new CsvError(
      line,
      label.name,
      `"${shorten(cell)}" is none of the classes ${shorten(label.classes.join(', '))}`,
    )
  }
  return index
}

function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}

/** A CSV file does not fit its schema. */
export class CsvError extends Error {
  override name = 'CsvError'
  readonly line: number
  readonly column: string
  /** What is wrong, without the place. */
  readonly reason: string
  /** @param file - Where it stands, if it was read from a file. */
  constructor(line: number, column: string, reason: string, file?: string) {
    const where = `${file === undefined ? '' : `${file}, `}CSV line ${line}${column === '' ? '' : `, column "${column}"`}`
    super(`${where}: ${reason}. Correct the file, or the schema.`)
    this.line = line
    this.column = column
    this.reason = reason
  }
}
