/**
 * What becomes of the rows of a CSV text, with any parser: the header names columns, rows are as long as it, and
 * what the CSV reader complains of is said with its line.
 */
import { type CsvLayout, READING } from './csv-dialect.ts'
import { CsvError } from './csv-error.ts'
import { EncodingError, type TextEncoding } from './encoding.ts'
import type { DecimalMark } from './number-formats.ts'
import { type Table, TableBuilder } from './table.ts'

/** What may be known of a file beforehand. */
export interface TableOptions {
  /** Decimal mark where the cells leave it open: "1.234" can be either. */
  decimal?: DecimalMark | undefined
}

/** An error of the CSV reader, which began to count lines after `lines` of them. */
export function movedBy(cause: unknown, lines: number): unknown {
  const error = cause as { lines?: number }
  if (!(cause instanceof CsvError) && typeof error.lines === 'number') error.lines += lines
  return cause
}

/** Where the CSV reader is: lines and remarks so far. */
export interface RecordPlace {
  lines: number
  comment_lines: number
}

/** Options of the CSV reader for a layout. */
export function optionsOf({ delimiter, hasRemarks }: CsvLayout) {
  const remarks = hasRemarks ? { comment: '#', comment_no_infix: true } : {}
  return { ...READING, ...remarks, delimiter }
}

/** What {@link createRowReader} gives. */
export type RowReader = ReturnType<typeof createRowReader>

/** Takes the header, then rows, and checks their lengths. */
export function createRowReader(layout: CsvLayout) {
  let header: string[] | undefined
  let builder: TableBuilder | undefined
  const unnamed: number[] = []
  const open = (cells: string[], line: number): string[] => {
    const [first = '', ...rest] = cells
    const marked = layout.isHeaderMarked ? [first.replace(/^#\s*/, ''), ...rest] : cells
    const names = [...(layout.hasRowNames ? [''] : []), ...marked].map((name) => name.normalize('NFC'))
    const kept: number[] = []
    for (const [index, name] of names.entries()) {
      if (name === '') unnamed.push(index + 1)
      else kept.push(index)
    }
    const columns = kept.map((index) => names[index]!)
    const repeated = columns.find((column, index) => columns.indexOf(column) !== index)
    if (repeated !== undefined) throw new CsvError(line, repeated, 'the column occurs twice')
    if (columns.length === 0) throw new CsvError(line, '', 'no column has a name')
    builder = new TableBuilder(columns, kept)
    return names
  }
  return {
    add(raw: string[], line: number): null {
      // White space around a cell says nothing, of whatever kind it is and whether it is quoted.
      const cells = raw.map((cell) => cell.trim())
      if (header === undefined) header = open(cells, line)
      else if (cells.length !== header.length) {
        throw new CsvError(line, '', `${cells.length} cells for ${header.length} columns`)
      } else builder!.add(cells, line)
      return null
    },
    finish(encoding: TextEncoding, remarks: number, { decimal }: TableOptions): Table {
      if (builder === undefined) throw new CsvError(1, '', 'there is no header line')
      const all = remarks + layout.remarksAbove
      return builder.build({ encoding, layout, remarks: all, unnamed, assumedDecimal: decimal })
    },
  }
}

/** Runs a decoder; bytes that are no text are a fault of the file, with its line. @throws {@link CsvError} */
export function refusing<T>(decode: () => T): T {
  try {
    return decode()
  } catch (error) {
    throw error instanceof EncodingError ? new CsvError(error.line, '', error.reason) : error
  }
}

/**
 * What the CSV reader throws, as an error with a line; anything else as it is.
 *
 * @param Reader - Class of the reader's own errors.
 */
export function toCsvError(cause: unknown, Reader: abstract new (...given: never[]) => Error): unknown {
  if (!(cause instanceof Reader)) return cause
  const { lines = 1, message } = cause as Error & { lines?: number }
  return new CsvError(lines, '', message)
}
