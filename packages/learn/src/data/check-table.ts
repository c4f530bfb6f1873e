/**
 * Everything in a table that does not fit a schema, where reading it would stop at the first.
 *
 * @example
 * ```ts
 * import { describeFault, findTableFaults, readTable } from '@tutti/learn'
 *
 * const table = readTable('a,b,c,d,e,f,failed\n1,2,3,4,5,6,no\n1,2,3,4,5,much,perhaps\n')
 * const faults = findTableFaults(table, schema)
 * faults.map(({ column, line }) => [column, line]) // → [['f', 3], ['failed', 3]]
 * describeFault(faults[0]!).includes('much') // → true
 * ```
 */

import { CsvError } from './csv-error.ts'
import { type Fault, labelledRows, openColumns, openLabel } from './examples.ts'
import { isMissing, isMissingNumber } from './missing.ts'
import { type DecimalMark, readQuantity } from './number-formats.ts'
import { countInputs, type DataSchema, type Feature } from './schema.ts'
import type { Table } from './table.ts'

/** Values of a column that a schema takes, though not as they stand. */
export interface TakenOtherwise {
  name: string
  /** Rows that were looked at. */
  of: number
  /** Texts of no category: none of the inputs is set. */
  unknown: number
  /** Cells that are empty or mark a missing value, and what each stands for: a number, or no category. */
  missing: number
  standsFor: number | undefined
  /** Numbers so far from the centre that their byte is the smallest or largest there is. */
  clipped: number
}

/**
 * What becomes of values that a schema does not refuse, but does not take as they stand either.
 *
 * @param table - One without faults, see {@link findTableFaults}.
 * @param options.isLabelled - Whether rows without a label are left out where the schema says so; they are unless said.
 * @returns Columns with such values alone.
 */
export function findTakenOtherwise(
  table: Table,
  schema: DataSchema,
  { isLabelled = true }: { isLabelled?: boolean } = {},
): TakenOtherwise[] {
  const rows = isLabelled ? labelledRows(table, schema) : allRows(table)
  return openColumns(table, schema).flatMap(({ feature, position }) => {
    const takenAs = createTaker(feature, schema, table.decimal(position))
    const taken = nothingTaken(feature, rows.length)
    for (const row of rows) {
      const otherwise = takenAs(table.cell(row, position))
      if (otherwise !== undefined) taken[otherwise]++
    }
    return taken.unknown + taken.missing + taken.clipped > 0 ? [taken] : []
  })
}

/** Why a value is not taken as it stands. */
export type Otherwise = 'unknown' | 'missing' | 'clipped'

/** A column of which no value was found yet that is taken otherwise. */
export function nothingTaken(feature: Feature, of: number): TakenOtherwise {
  const standsFor = feature.kind === 'number' && feature.missing !== 'refuse' ? feature.missing : undefined
  return { name: feature.name, of, unknown: 0, missing: 0, standsFor, clipped: 0 }
}

/** Tells of cells that a column does not refuse whether they are taken as they stand: undefined then. */
export function createTaker(
  feature: Feature,
  { inputZero, inputScale }: DataSchema,
  decimal: DecimalMark,
): (cell: string) => Otherwise | undefined {
  if (feature.kind === 'category') {
    const known = new Set(feature.categories.map((name) => name.normalize('NFC')))
    return (cell) => (known.has(cell) ? undefined : isMissing(cell) ? 'missing' : 'unknown')
  }
  const [lowest, highest] = [-(inputZero + 0.5), 255 - inputZero + 0.5].map(
    (steps) => (steps * inputScale[0]) / inputScale[1],
  ) as [number, number]
  return (cell) => {
    if (isMissingNumber(cell)) return 'missing'
    const real = (readQuantity(cell, decimal).value - feature.center) / feature.spread
    return real < lowest || real > highest ? 'clipped' : undefined
  }
}

/** Whether not one value of a column is taken as it stands: another column, unit or language is likely meant. */
export function isWhollyTakenOtherwise({ of, unknown, missing, clipped }: TakenOtherwise): boolean {
  return unknown + missing + clipped === of
}

/** Cells of one column that do not fit in the same way. */
export interface TableFault {
  /** Name of the column; empty for the table as a whole. */
  column: string
  kind: Fault['kind'] | 'column' | 'rows'
  /** Cells that do not fit, of so many rows. */
  count: number
  of: number
  /** Line of the first, and what is wrong there. */
  line: number
  reason: string
}

/**
 * Faults of a table by column and kind, in the order of the schema. If columns are missing, they are the only faults.
 *
 * @param options.isLabelled - Whether the label is looked at; it is unless said.
 * @returns None if the table can be trained on, or asked about.
 */
export function findTableFaults(
  table: Table,
  schema: DataSchema,
  { isLabelled = true }: { isLabelled?: boolean } = {},
): TableFault[] {
  const wanted = [...schema.features.map(({ name }) => name), ...(isLabelled ? [schema.label.name] : [])]
  const absent = wanted.filter((name) => table.position(name) < 0)
  const whole = { count: 1, of: 1, line: 1 }
  if (absent.length > 0) {
    return absent.map((column) => ({ ...whole, column, kind: 'column', reason: sayAbsent(table, column) }))
  }
  const rows = isLabelled ? labelledRows(table, schema) : allRows(table)
  if (rows.length === 0) {
    const reason = table.count === 0 ? 'there are no rows after the header' : 'no row has a label'
    return [{ ...whole, column: '', kind: 'rows', reason }]
  }
  const faults: TableFault[] = []
  const look = (column: string, position: number, read: (cell: string) => Fault | undefined) => {
    const seen = new Map<Fault['kind'], TableFault>()
    for (const row of rows) {
      const fault = read(table.cell(row, position))
      if (fault === undefined) continue
      const known = seen.get(fault.kind)
      if (known === undefined) {
        seen.set(fault.kind, { column, ...fault, count: 1, of: rows.length, line: table.line(row) })
      } else known.count++
    }
    faults.push(...seen.values())
  }
  const scratch = new Uint8Array(countInputs(schema))
  for (const { feature, position, encode } of openColumns(table, schema)) {
    look(feature.name, position, (cell) => encode(cell, scratch, 0))
  }
  if (!isLabelled) return faults
  const { position, read } = openLabel(table, schema)
  look(schema.label.name, position, (cell) => {
    const answer = read(cell)
    return typeof answer === 'number' ? undefined : answer
  })
  return faults
}

/** A fault as a sentence: how many cells, and the first. */
export function describeFault({ column, count, of, line, reason }: TableFault): string {
  const first = new CsvError(line, column, reason).message
  return count === 1 ? first : `${first} So do not fit ${count} of ${of} cells of this column.`
}

function allRows({ count }: Table): Uint32Array {
  return Uint32Array.from({ length: count }, (_, row) => row)
}

/** Says that a column is missing, and which one may be meant. */
function sayAbsent(table: Table, name: string): string {
  const plain = (text: string) =>
    text
      .normalize('NFKD')
      .replace(/[^\p{L}\p{N}]/gu, '')
      .toLowerCase()
  const near = table.columns.find((column) => plain(column) === plain(name))
  return near === undefined ? 'the column is missing' : `the column is missing; the file has "${near}"`
}
