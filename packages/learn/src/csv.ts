/**
 * CSV (RFC 4180) with a header line, and what else goes by that name: other separators and encodings, remarks, row names.
 * How a file was read is kept with its rows. Errors name line and column.
 */
import { createReadStream, readFileSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { parse as openParser, CsvError as StreamError } from 'csv-parse'
import { CsvError as ParseError, parse } from 'csv-parse/sync'
import { type CsvLayout, detectLayout, HEAD_LENGTH, READING } from './csv-dialect.ts'
import { CsvError, namingFile } from './csv-error.ts'
import { createDetector, decodeText, EncodingError, type TextEncoding } from './encoding.ts'
import type { DecimalMark } from './numbers.ts'
import { createPlainLines, type PlainLines } from './plain-lines.ts'
import { type Table, TableBuilder } from './table.ts'

/** What may be known of a file beforehand. */
export interface TableOptions {
  /** Decimal mark where the cells leave it open: "1.234" can be either. */
  decimal?: DecimalMark | undefined
}

/**
 * Reads a table at once. Columns are found by name, their order is free.
 *
 * @param source - CSV text if it holds a line break, else the path of a file.
 * @throws {@link CsvError}, or the file system's error.
 */
export function readTable(source: string, options: TableOptions = {}): Table {
  // A path has no line break, a table always has one.
  if (/[\r\n]/.test(source)) return parseTable(source.replace(/^\ufeff/, ''), 'utf-8', options)
  return namingFile(source, () => {
    const { text, encoding } = decodeOrRefuse(readFileSync(source))
    return parseTable(text, encoding, options)
  })
}

/**
 * Reads a table from a file in parts: of a file of any size, no more than its cells is in memory. The file is read twice,
 * first for its encoding.
 *
 * @param options.signal - Ends the reading.
 * @throws {@link CsvError} naming the file, or the file system's error.
 */
export async function loadTable(path: string, options: TableOptions & { signal?: AbortSignal } = {}): Promise<Table> {
  const { signal } = options
  // A pipe can be read once only.
  if (!(await stat(path)).isFile()) {
    return namingFile(path, () => {
      const { text, encoding } = decodeOrRefuse(readFileSync(path))
      return parseTable(text, encoding, options)
    })
  }
  const detector = createDetector()
  for await (const chunk of createReadStream(path, { signal })) detector.add(chunk as Buffer)
  const encoding = namingFile(path, () => refusing(() => detector.finish()))
  const decoder = new TextDecoder(encoding)
  const chunks = async function* () {
    for await (const chunk of createReadStream(path, { signal }))
      yield decoder.decode(chunk as Buffer, { stream: true })
    yield decoder.decode()
  }
  const parts = chunks()
  let head = ''
  let isWhole = false
  while (head.length < HEAD_LENGTH && !isWhole) {
    const { value = '', done = false } = await parts.next()
    head += value
    isWhole = done
  }
  const layout = detectLayout(head, isWhole)
  const reader = createRowReader(layout)
  try {
    const plain = createPlainLines(layout, layout.headerLine - 1, reader.add)
    let isPlain = plain.add(head.slice(layout.headerStart))
    while (isPlain) {
      const { value = '', done = false } = await parts.next()
      if (done) break
      isPlain = plain.add(value)
    }
    if (isPlain) plain.finish()
    const quoted = isPlain ? 0 : await parseQuoted(plain, parts, layout, reader)
    return reader.finish(encoding, plain.remarks + quoted, options)
  } catch (cause) {
    return namingFile(path, () => {
      throw toCsvError(cause)
    })
  }
}

/** Reads what is left after the first quotation mark. @returns Remarks in it. */
async function parseQuoted(
  { rest, lines }: PlainLines,
  parts: AsyncIterable<string>,
  layout: CsvLayout,
  reader: RowReader,
): Promise<number> {
  const on_record = (cells: string[], place: RecordPlace) => reader.add(cells, lines + place.lines)
  const parser = openParser({ ...optionsOf(layout), on_record })
  await new Promise<void>((resolve, reject) => {
    parser.on('error', (error) => reject(movedBy(error, lines)))
    parser.on('end', resolve)
    parser.resume()
    const feed = async () => {
      if (rest !== '' && !parser.write(rest)) await new Promise((drained) => parser.once('drain', drained))
      for await (const part of parts) {
        if (part !== '' && !parser.write(part)) await new Promise((drained) => parser.once('drain', drained))
      }
      parser.end()
    }
    feed().catch(reject)
  })
  return parser.info.comment_lines
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
    throw toCsvError(movedBy(cause, plain.lines))
  }
  // Behind the last row there are remarks and empty lines only, which no row tells of.
  const behind = layout.hasRemarks ? plain.rest.split(/\r\n|\n|\r/).slice(last) : []
  const more = behind.filter((line) => line.startsWith('#')).length
  return reader.finish(encoding, plain.remarks + remarks + more, options)
}

/** An error of the CSV reader, which began to count lines after `lines` of them. */
function movedBy(cause: unknown, lines: number): unknown {
  const error = cause as { lines?: number }
  if (!(cause instanceof CsvError) && typeof error.lines === 'number') error.lines += lines
  return cause
}

interface RecordPlace {
  lines: number
  comment_lines: number
}

function optionsOf({ delimiter, hasRemarks }: CsvLayout) {
  const remarks = hasRemarks ? { comment: '#', comment_no_infix: true } : {}
  return { ...READING, ...remarks, delimiter }
}

type RowReader = ReturnType<typeof createRowReader>

/** Takes the header, then rows, and checks their lengths. */
function createRowReader(layout: CsvLayout) {
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

function decodeOrRefuse(bytes: Uint8Array): { text: string; encoding: TextEncoding } {
  return refusing(() => decodeText(bytes))
}

function refusing<T>(decode: () => T): T {
  try {
    return decode()
  } catch (error) {
    throw error instanceof EncodingError ? new CsvError(error.line, '', error.reason) : error
  }
}

function toCsvError(cause: unknown): unknown {
  if (cause instanceof CsvError) return cause
  if (!(cause instanceof ParseError || cause instanceof StreamError)) return cause
  const { lines = 1, message } = cause as ParseError & { lines?: number }
  return new CsvError(lines, '', message)
}
