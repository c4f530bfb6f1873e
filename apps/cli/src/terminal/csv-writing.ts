/** CSV files for people, in the form that their spreadsheet reads: separator, decimal mark, encoding. */
import type { DataSchema, Table } from '@tutti/learn'

/** How a file is written. */
export interface CsvForm {
  delimiter: string
  decimal: '.' | ','
  /** Whether UTF-8 is marked as such, without which spreadsheets take it for a regional encoding. */
  isMarked: boolean
}

/** RFC 4180, in UTF-8. */
export const PLAIN_CSV: CsvForm = { delimiter: ',', decimal: '.', isMarked: false }

/** The form in which the files of a federation are written; plain where the schema states none. */
export function schemaForm({ csv }: Pick<DataSchema, 'csv'>): CsvForm {
  return csv === undefined ? PLAIN_CSV : { delimiter: csv.delimiter, decimal: csv.decimal, isMarked: true }
}

/** The form in which a table was written, so that its own cells can be copied as they are. */
export function tableForm(table: Table): CsvForm {
  const { encoding, layout } = table.reading
  const { delimiter } = layout
  const decimal = table.columns.some((_, column) => table.decimal(column) === ',') ? ',' : '.'
  return { delimiter, decimal, isMarked: delimiter !== ',' || decimal !== '.' || encoding !== 'utf-8' }
}

/** A number as a cell. @param text - As programs write it, with a point. */
export function toCsvNumber(text: string, { decimal }: CsvForm): string {
  return text.replace('.', decimal)
}

/** Cells as a line (RFC 4180, but for the separator). */
export function toCsvLine(cells: readonly string[], { delimiter }: CsvForm = PLAIN_CSV): string {
  const isQuoted = (cell: string) => /["\r\n]|^\s|\s$/.test(cell) || cell.includes(delimiter)
  const quoted = cells.map((cell) => (isQuoted(cell) ? `"${cell.replaceAll('"', '""')}"` : cell))
  return `${quoted.join(delimiter)}\r\n`
}

/** A file of such lines as bytes. */
export function toCsvBytes(text: string, { isMarked }: CsvForm): Uint8Array {
  return new TextEncoder().encode(isMarked ? `\ufeff${text}` : text)
}
