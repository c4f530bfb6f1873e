/**
 * CSV (RFC 4180) with a header line, and what else goes by that name: other separators and encodings, remarks, row names.
 * How a file was read is kept with its rows. Errors name line and column.
 */
import { createReadStream, readFileSync } from 'node:fs'
import { parse as openParser, CsvError as StreamError } from 'csv-parse'
import { CsvError as ParseError, parse } from 'csv-parse/sync'
import { type CsvLayout, detectLayout, HEAD_LENGTH, READING } from './csv-dialect.ts'
import { CsvError, namingFile } from './csv-error.ts'
import { createDetector, decodeText, EncodingError, type TextEncoding } from './encoding.ts'
import type { DecimalMark } from './numbers.ts'
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
  const reader = namingFile(path, () => createRowReader(layout))
  const parser = openParser({ ...optionsOf(layout), on_record: reader.add })
  try {
    await new Promise<void>((resolve, reject) => {
      parser.on('error', reject)
      parser.on('end', resolve)
      parser.resume()
      const feed = async () => {
        const start = fromHeader(head, layout)
        if (start !== '' && !parser.write(start)) await new Promise((drained) => parser.once('drain', drained))
        for await (const part of parts) {
          if (part !== '' && !parser.write(part)) await new Promise((drained) => parser.once('drain', drained))
        }
        parser.end()
      }
      feed().catch(reject)
    })
    return namingFile(path, () => reader.finish(encoding, parser.info.comment_lines, options))
  } catch (cause) {
    return namingFile(path, () => {
      throw toCsvError(cause)
    })
  }
}

function parseTable(text: string, encoding: TextEncoding, options: TableOptions): Table {
  const layout = detectLayout(text.slice(0, HEAD_LENGTH), text.length <= HEAD_LENGTH)
  const reader = createRowReader(layout)
  let remarks = 0
  let last = 0
  const on_record = (cells: string[], context: RecordPlace) => {
    remarks = context.comment_lines
    last = context.lines
    return reader.add(cells, context)
  }
  try {
    parse(fromHeader(text, layout), { ...optionsOf(layout), on_record })
  } catch (cause) {
    throw toCsvError(cause)
  }
  // Behind the last row there are remarks and empty lines only, which no row tells of.
  const behind = layout.hasRemarks ? text.split(/\r\n|\n|\r/).slice(last) : []
  return reader.finish(encoding, remarks + behind.filter((line) => line.startsWith('#')).length, options)
}

interface RecordPlace {
  lines: number
  comment_lines: number
}

/** The text from the header on, with an empty line for each above it, so that lines count as in the file. */
function fromHeader(text: string, { headerLine, headerStart }: CsvLayout): string {
  return '\n'.repeat(headerLine - 1) + text.slice(headerStart)
}

function optionsOf({ delimiter, hasRemarks }: CsvLayout) {
  const remarks = hasRemarks ? { comment: '#', comment_no_infix: true } : {}
  return { ...READING, ...remarks, delimiter }
}

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
    add(cells: string[], { lines }: { lines: number }): null {
      if (header === undefined) header = open(cells, lines)
      else if (cells.length !== header.length) {
        throw new CsvError(lines, '', `${cells.length} cells for ${header.length} columns`)
      } else builder!.add(cells, lines)
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
