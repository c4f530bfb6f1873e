/**
 * CSV (RFC 4180) with a header line, and what else goes by that name: other separators and encodings, remarks, row names.
 * How a text was read is kept with its rows. Errors name line and column.
 *
 * @example
 * ```ts
 * import { readTable } from '@tutti/learn'
 *
 * const table = readTable('name;length\nLeo;1,5\nMia;2,25\n') // semicolons and decimal commas are found
 * table.columns // → ['name', 'length']
 * table.decimal(1) // → ','
 * table.values(1) // → { name: 'Mia', length: '2,25' }
 * readTable('a,b\n1,2,3\n') // throws CsvError
 * ```
 */
import { parse, CsvError as ReaderError } from 'csv-parse/browser/esm/sync'
import { detectLayout, HEAD_LENGTH } from './csv-dialect.ts'
import {
  createRowReader,
  movedBy,
  optionsOf,
  type RecordPlace,
  refusing,
  type TableOptions,
  toCsvError,
} from './csv-rows.ts'
import { decodeText, type TextEncoding } from './encoding.ts'
import { createPlainLines } from './plain-lines.ts'
import type { Table } from './table.ts'

/**
 * Reads a table from its text. Columns are found by name, their order is free.
 *
 * @throws `CsvError`
 */
export function readTable(text: string, options: TableOptions = {}): Table {
  return parseTable(text.replace(/^\ufeff/, ''), 'utf-8', options)
}

/**
 * Reads a table from the bytes of a file, in any of the usual encodings.
 *
 * @throws `CsvError`
 */
export function readTableBytes(bytes: Uint8Array, options: TableOptions = {}): Table {
  const { text, encoding } = refusing(() => decodeText(bytes))
  return parseTable(text, encoding, options)
}

function parseTable(text: string, encoding: TextEncoding, options: TableOptions): Table {
  const layout = detectLayout(text.slice(0, HEAD_LENGTH), text.length <= HEAD_LENGTH)
  const reader = createRowReader(layout)
  const plain = createPlainLines(layout, layout.headerLine - 1, reader.add)
  if (plain.add(text.slice(layout.headerStart))) {
    plain.finish()
    return reader.finish(encoding, plain.remarks, options)
  }
  let remarks = 0
  let last = 0
  const on_record = (cells: string[], place: RecordPlace) => {
    remarks = place.comment_lines
    last = place.lines
    return reader.add(cells, plain.lines + place.lines)
  }
  try {
    parse(plain.rest, { ...optionsOf(layout), on_record })
  } catch (cause) {
    throw toCsvError(movedBy(cause, plain.lines), ReaderError)
  }
  // Behind the last row there are remarks and empty lines only, which no row tells of.
  const behind = layout.hasRemarks ? plain.rest.split(/\r\n|\n|\r/).slice(last) : []
  const more = behind.filter((line) => line.trimStart().startsWith('#')).length
  return reader.finish(encoding, plain.remarks + remarks + more, options)
}
