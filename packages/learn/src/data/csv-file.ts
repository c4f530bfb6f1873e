/**
 * Tables and examples from files: at once, or in parts where they are large.
 *
 * @example
 * ```ts
 * import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
 * import { loadTable, readTableFile } from '@tutti/learn/node'
 *
 * const directory = mkdtempSync('/tmp/rows-')
 * writeFileSync(`${directory}/rows.csv`, 'a,b\n1,2\n3,4\n')
 * readTableFile(`${directory}/rows.csv`).count // → 2
 * const { columns } = await loadTable(`${directory}/rows.csv`) // the same, for files of any size
 * columns // → ['a', 'b']
 * rmSync(directory, { recursive: true })
 * ```
 */
import { createReadStream, readFileSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { parse as openParser, CsvError as ReaderError } from 'csv-parse'
import { readTableBytes } from './csv.ts'
import { type CsvLayout, detectLayout, HEAD_LENGTH } from './csv-dialect.ts'
import { namingFile } from './csv-error.ts'
import {
  createRowReader,
  movedBy,
  optionsOf,
  type RecordPlace,
  type RowReader,
  refusing,
  type TableOptions,
  toCsvError,
} from './csv-rows.ts'
import type { Dataset } from './dataset.ts'
import { createDetector } from './encoding.ts'
import { toDataset } from './examples.ts'
import { createPlainLines, type PlainLines } from './plain-lines.ts'
import type { DataSchema } from './schema.ts'
import type { Table } from './table.ts'

/**
 * Reads a file at once.
 *
 * @throws `CsvError` naming the file, or the file system's error.
 */
export function readTableFile(path: string, options: TableOptions = {}): Table {
  const bytes = readFileSync(path)
  return namingFile(path, () => readTableBytes(bytes, options))
}

/**
 * Reads the examples of a file as bytes and labels.
 *
 * @throws `CsvError` naming file, line and column of the first value that does not fit; the file system's error.
 */
export function readCsvFile(path: string, schema: DataSchema): Dataset {
  const table = readTableFile(path, { decimal: schema.csv?.decimal })
  return namingFile(path, () => toDataset(table, schema))
}

/**
 * Reads a table from a file in parts: of a file of any size, no more than its cells is in memory. The file is read twice,
 * first for its encoding.
 *
 * @param options.signal - Ends the reading.
 * @throws `CsvError` naming the file, or the file system's error.
 */
export async function loadTable(path: string, options: TableOptions & { signal?: AbortSignal } = {}): Promise<Table> {
  const { signal } = options
  // A pipe can be read once only.
  if (!(await stat(path)).isFile()) {
    return readTableFile(path, options)
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
      throw toCsvError(cause, ReaderError)
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
