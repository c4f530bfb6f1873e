/**
 * Rows of a table as examples: the bytes and labels that a schema defines, and what of them does not fit.
 *
 * @example
 * ```ts
 * import { encodeExample, readCsv } from '@tutti/learn'
 *
 * const dataset = readCsv('a,b,c,d,e,f,failed\n0,1,-1,0,0,9,yes\n', schema)
 * dataset.inputs // → Uint8Array.of(128, 160, 96, 128, 128, 255)
 * dataset.labels // → Int32Array.of(1)
 * encodeExample(schema, { a: 0, b: 1, c: -1, d: 0, e: 0, f: 9 }) // → dataset.inputs
 * readCsv('a,b\n1,2\n', schema) // throws CsvError
 * ```
 */

import { readTable } from './csv.ts'
import { CsvError, shorten } from './csv-error.ts'
import type { Dataset } from './dataset.ts'
import { separatorBetween, splitLabels, USUAL_SEPARATOR } from './label-lists.ts'
import { isMissing, isMissingNumber } from './missing.ts'
import { type DecimalMark, isSameUnit, readQuantity } from './number-formats.ts'
import { countInputs, type DataSchema, type Feature, type LabelSchema, toByte } from './schema.ts'
import type { Table } from './table.ts'

/**
 * Reads examples of a CSV text as bytes and labels.
 *
 * @throws {@link CsvError} naming line and column of the first value that does not fit.
 */
export function readCsv(text: string, schema: DataSchema): Dataset {
  return toDataset(readTable(text, { decimal: schema.csv?.decimal }), schema)
}

/** Rows of a table as a dataset. Rows without a label are left out where the schema says so. @throws {@link CsvError} */
export function toDataset(table: Table, schema: DataSchema): Dataset {
  const columns = openColumns(table, schema)
  const label = openLabel(table, schema)
  const rows = labelledRows(table, schema)
  if (rows.length === 0) {
    throw new CsvError(1, '', table.count === 0 ? 'there are no rows after the header' : 'no row has a label')
  }
  const features = countInputs(schema)
  const inputs = new Uint8Array(rows.length * features)
  const labels = emptyLabels(schema.label, rows.length)
  for (const [index, row] of rows.entries()) {
    writeInputs({ table, columns, inputs }, row, index * features)
    const answer = label.read(table.cell(row, label.position))
    if (typeof answer !== 'number') throw new CsvError(table.line(row), schema.label.name, answer.reason)
    labels[index] = answer
  }
  return { ...scalesOf(schema), count: rows.length, features, inputs, labels }
}

/** Rows whose inputs alone are read: questions to a model. Labels are zero. @throws {@link CsvError} */
export function toQuestions(table: Table, schema: DataSchema): Dataset {
  const features = countInputs(schema)
  const inputs = new Uint8Array(table.count * features)
  const columns = openColumns(table, schema)
  for (let row = 0; row < table.count; row++) writeInputs({ table, columns, inputs }, row, row * features)
  return { ...scalesOf(schema), count: table.count, features, inputs, labels: emptyLabels(schema.label, table.count) }
}

/**
 * The bytes of one example, for a prediction.
 *
 * @param values - Value of each feature by name; an absent one is missing.
 * @throws {@link CsvError} naming the first feature that does not fit; `findExampleFaults` has them all.
 */
export function encodeExample(schema: DataSchema, values: Record<string, string | number>): Uint8Array {
  const input = new Uint8Array(countInputs(schema))
  let offset = 0
  for (const feature of schema.features) {
    const fault = createEncoder(feature, schema, '.')(toCell(values, feature), input, offset)
    if (fault !== undefined) throw new CsvError(1, feature.name, fault.reason)
    offset += feature.kind === 'number' ? 1 : feature.categories.length
  }
  return input
}

/** A feature's value among those of an example, as a cell of a table would hold it; empty where it is absent. */
export function toCell(values: Record<string, string | number>, { name }: Feature): string {
  return String(values[name] ?? '')
    .trim()
    .normalize('NFC')
}

/** Writes a row's bytes into `inputs`, from `start` on. */
function writeInputs(
  { table, columns, inputs }: { table: Table; columns: ReturnType<typeof openColumns>; inputs: Uint8Array },
  row: number,
  start: number,
): void {
  let offset = start
  for (const { feature, position, encode } of columns) {
    const fault = encode(table.cell(row, position), inputs, offset)
    if (fault !== undefined) throw new CsvError(table.line(row), feature.name, fault.reason)
    offset += feature.kind === 'number' ? 1 : feature.categories.length
  }
}

/**
 * A row of a table as values that do not depend on how the table was written: numbers with a decimal point and no unit,
 * and an empty text for what is missing. What does not fit stays as it is, for {@link encodeExample} to refuse.
 */
export function toPlainValues(table: Table, row: number, { features }: DataSchema): Record<string, string> {
  const plain = features.flatMap((feature): [string, string][] => {
    const position = table.position(feature.name)
    if (position < 0) return []
    const cell = table.cell(row, position)
    if (feature.kind === 'category') return [[feature.name, cell]]
    const { value, unit } = readQuantity(cell, table.decimal(position))
    const isPlain = !Number.isNaN(value) && (unit === '' || isSameUnit(unit, feature.unit ?? ''))
    return [[feature.name, isPlain ? String(value) : cell]]
  })
  return Object.fromEntries(plain)
}

/** Rows that are read for training: all, or those with a label where the schema leaves out the others. */
export function labelledRows(table: Table, { label }: DataSchema): Uint32Array {
  const all = Uint32Array.from({ length: table.count }, (_, row) => row)
  if (label.kind === 'labels' || label.missing !== 'omit') return all
  const position = table.position(label.name)
  if (position < 0) return all
  return all.filter((row) => !isUnlabelled(label, table.cell(row, position)))
}

/** What does not fit: a kind by which it is counted, and what is said of one. */
export interface Fault {
  kind: 'missing' | 'number' | 'unit' | 'below' | 'above' | 'category' | 'class' | 'large'
  reason: string
}

/** Writes a cell's bytes; a fault if it does not fit. */
export type Encoder = (cell: string, inputs: Uint8Array, offset: number) => Fault | undefined

/** Features of a schema with their places in a table. @throws {@link CsvError} if a column is missing. */
export function openColumns(
  table: Table,
  schema: DataSchema,
): { feature: Feature; position: number; encode: Encoder }[] {
  return schema.features.map((feature) => {
    const position = find(table, feature.name)
    const decimal = feature.kind === 'number' ? table.decimal(position) : '.'
    return { feature, position, encode: createEncoder(feature, schema, decimal) }
  })
}

/** The label of a schema with its place in a table. @throws {@link CsvError} if the column is missing. */
export function openLabel(
  table: Table,
  { label }: DataSchema,
): { position: number; read: (cell: string) => number | Fault } {
  const position = find(table, label.name)
  const decimal = label.kind === 'number' ? table.decimal(position) : '.'
  return { position, read: createLabelReader(label, decimal) }
}

function find(table: Table, name: string): number {
  const position = table.position(name)
  if (position < 0) throw new CsvError(1, name, 'the column is missing')
  return position
}

/** The writer of a column's cells. */
export function createEncoder(feature: Feature, { inputZero, inputScale }: DataSchema, decimal: DecimalMark): Encoder {
  if (feature.kind === 'category') {
    const { categories } = feature
    const places = placesOf(categories)
    const [absent, present] = [toByte(0, inputZero, inputScale), toByte(1, inputZero, inputScale)]
    return (cell, inputs, offset) => {
      const known = places.get(cell)
      if (known === undefined) {
        const isGap = isMissing(cell)
        if (isGap && feature.missing === 'refuse') return missingFault(cell)
        if (!isGap && feature.unknown === 'refuse') {
          return { kind: 'category', reason: `"${shorten(cell)}" is none of its ${categories.length} categories` }
        }
      }
      inputs.fill(absent, offset, offset + categories.length)
      if (known !== undefined) inputs[offset + known] = present
      return undefined
    }
  }
  const { center, spread, missing } = feature
  return (cell, inputs, offset) => {
    let value: number
    if (isMissingNumber(cell)) {
      if (missing === 'refuse') return missingFault(cell)
      value = missing
    } else {
      const read = readInRange(cell, feature, decimal)
      if (typeof read !== 'number') return read
      value = read
    }
    inputs[offset] = toByte((value - center) / spread, inputZero, inputScale)
    return undefined
  }
}

function createLabelReader(label: LabelSchema, decimal: DecimalMark): (cell: string) => number | Fault {
  if (label.kind === 'number') {
    return (cell) => (isMissingNumber(cell) ? unlabelledFault(cell) : readInRange(cell, label, decimal))
  }
  const places = placesOf(label.classes)
  const separator = label.kind === 'labels' ? (label.separator ?? USUAL_SEPARATOR) : undefined
  const classIndex = (text: string): number | Fault => {
    const index = places.get(text)
    if (index !== undefined) return index
    const reason = `"${shorten(text)}" is none of the classes ${shorten(label.classes.join(', '))}`
    return { kind: 'class', reason: `${reason}${adviseOnSeparator(text, places, separator)}` }
  }
  if (separator === undefined) {
    return (cell) => (isUnlabelled(label, cell) ? unlabelledFault(cell) : classIndex(cell))
  }
  return (cell) => {
    let mask = 0
    for (const part of splitLabels(cell, separator)) {
      const index = classIndex(part)
      if (typeof index !== 'number') return index
      mask |= 1 << index
    }
    return mask
  }
}

/** What to do about a cell that seems to name several classes; empty where it does not. */
function adviseOnSeparator(text: string, places: ReadonlyMap<string, number>, separator: string | undefined): string {
  const found = separatorBetween(text, (part) => places.has(part))
  if (found === undefined) return ''
  const seems = `: it seems to be several of them, joined by "${found}"`
  return separator === undefined
    ? `${seems}, which takes a label of kind: labels with separator: "${found}"`
    : `${seems}, and "${separator}" is the separator of the label`
}

function isUnlabelled(label: LabelSchema, cell: string): boolean {
  if (label.kind === 'number') return isMissingNumber(cell)
  return isMissing(cell) && !label.classes.some((name) => name.normalize('NFC') === cell)
}

function placesOf(names: readonly string[]): Map<string, number> {
  return new Map(names.map((name, index) => [name.normalize('NFC'), index]))
}

/** A cell's number within its range. */
function readInRange(
  cell: string,
  { unit, minimum, maximum }: { unit?: string | undefined; minimum?: number | undefined; maximum?: number | undefined },
  decimal: DecimalMark,
): number | Fault {
  const quantity = readQuantity(cell, decimal)
  const { value } = quantity
  if (Number.isNaN(value)) return { kind: 'number', reason: `"${shorten(cell)}" is not a number` }
  if (quantity.unit !== '' && !isSameUnit(quantity.unit, unit ?? '')) {
    const wanted = unit === undefined ? 'the schema states no unit' : `the schema counts ${unit}`
    return { kind: 'unit', reason: `"${shorten(cell)}" has the unit ${quantity.unit}, and ${wanted}` }
  }
  if (minimum !== undefined && value < minimum) {
    return { kind: 'below', reason: `${value} is below the minimum ${minimum}, which is refused` }
  }
  if (maximum !== undefined && value > maximum) {
    return { kind: 'above', reason: `${value} is above the maximum ${maximum}, which is refused` }
  }
  return value
}

function missingFault(cell: string): Fault {
  return { kind: 'missing', reason: `the value is missing${markOf(cell)}` }
}

function unlabelledFault(cell: string): Fault {
  return { kind: 'missing', reason: `the label is missing${markOf(cell)}` }
}

function markOf(cell: string): string {
  return cell === '' ? '' : ` ("${shorten(cell)}")`
}

function emptyLabels(label: LabelSchema, count: number): Int32Array | Float64Array {
  return label.kind === 'number' ? new Float64Array(count) : new Int32Array(count)
}

/** How bytes and labels of a schema become numbers. */
function scalesOf({ label, inputZero, inputScale }: DataSchema) {
  const { center: labelCenter, spread: labelSpread } = label.kind === 'number' ? label : { center: 0, spread: 1 }
  return { inputZero, inputScale, labelCenter, labelSpread }
}
