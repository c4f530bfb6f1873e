/**
 * How a CSV file is laid out: what separates its cells, where its header is, which lines are remarks. Told from its first
 * lines, since no file says.
 *
 * @see RFC 4180 (CSV); R, `write.table` (row names, remarks); Microsoft Excel, `sep=` line
 */
import { parse } from 'csv-parse/browser/esm/sync'

/** What separates cells. */
export const DELIMITERS = [',', ';', '\t', '|'] as const
export type Delimiter = (typeof DELIMITERS)[number]

/** Layout of a file. */
export interface CsvLayout {
  delimiter: Delimiter
  /** Line of the header, from 1: remarks and a `sep=` line may stand above it. */
  headerLine: number
  /** Where that line starts, in characters. */
  headerStart: number
  /** The header is written as a remark: `#name,name`. */
  isHeaderMarked: boolean
  /** Remarks above the header. */
  remarksAbove: number
  /** Lines that start with `#` are remarks. */
  hasRemarks: boolean
  /** The header has one cell fewer than the rows, which begin with a name each, as R writes them. */
  hasRowNames: boolean
}

/** Characters of a file that its layout is told from. */
export const HEAD_LENGTH = 65_536

/** Rows that what separates cells is told from. */
const ROWS_LOOKED_AT = 200

const SEPARATOR_LINE = /^"?sep=(.)"?$/i

/**
 * Tells the layout of a file from its first characters, {@link HEAD_LENGTH} or all.
 *
 * @param head - Text without a byte order mark. A last line that was cut off does not count.
 */
export function detectLayout(head: string, isWhole = true): CsvLayout {
  const starts = [0, ...[...head.matchAll(/\r\n|\n|\r/g)].map(({ index, 0: end }) => index + end.length)]
  const lines = head.split(/\r\n|\n|\r/)
  if (!isWhole) lines.pop()
  const stated = SEPARATOR_LINE.exec(lines[0]?.trim() ?? '')
  const start = stated === null ? 0 : 1
  let header = start
  while (header < lines.length && isRemark(lines[header]!)) header++
  while (header < lines.length && lines[header]!.trim() === '') header++
  const isFound = header < lines.length
  const text = (isFound ? lines.slice(header) : []).join('\n')
  const delimiter = DELIMITERS.find((mark) => mark === stated?.[1]) ?? chooseDelimiter(text)
  const above = header > start ? lines[header - 1]! : ''
  const isHeaderMarked = isFound && isRemark(above) && isHeaderAbove(above, lines[header]!, delimiter)
  const headerLine = isHeaderMarked ? header : isFound ? header + 1 : start + 1
  const records = split(lines.slice(headerLine - 1).join('\n'), delimiter)
  const [names = [], ...rows] = records
  const marked = rows.filter(([first = '']) => first.startsWith('#'))
  return {
    delimiter,
    headerLine,
    headerStart: starts[headerLine - 1] ?? 0,
    remarksAbove: lines.slice(start, headerLine - 1).filter(isRemark).length,
    isHeaderMarked,
    hasRemarks: marked.length <= rows.length / 2 && !(names[0] ?? '').startsWith('#'),
    hasRowNames: haveRowNames(rows, names.length),
  }
}

/** Whether each row has one cell more than the header, and the first names the row: a text of its own, or its number. */
function haveRowNames(rows: readonly string[][], columns: number): boolean {
  if (rows.length < 2 || !rows.every((row) => row.length === columns + 1)) return false
  const names = rows.map(([first = '']) => first)
  const start = Number(names[0])
  const areNumbers = names.every((name, index) => /^\d+$/.test(name) && Number(name) === start + index) && start <= 1
  const areTexts = names.every((name) => name !== '' && !/^[+-]?[\d.,]+$/.test(name))
  return areNumbers || (areTexts && new Set(names).size === names.length)
}

/** Whether a remark is the header of the row below it: as many cells, and a number among those below. */
function isHeaderAbove(remark: string, row: string, delimiter: Delimiter): boolean {
  const [names = []] = split(remark, delimiter)
  const [cells = []] = split(row, delimiter)
  return names.length === cells.length && cells.length > 1 && cells.some((cell) => /^[+-]?\d/.test(cell))
}

function isRemark(line: string): boolean {
  return line.trimStart().startsWith('#')
}

/** The mark that divides all lines into equally many cells, as many as possible; else the commonest of the header. */
function chooseDelimiter(text: string): Delimiter {
  const counted = DELIMITERS.map((mark) => {
    const rows = split(text, mark).filter(([first = '']) => !isRemark(first))
    const cells = rows[0]?.length ?? 1
    const rest = rows.slice(1)
    // R writes a name before each row and none above them.
    const isEven = [0, 1].some((more) => rest.every((row) => row.length === cells + more))
    return { mark, cells, isEven }
  })
  const even = counted.filter(({ cells, isEven }) => isEven && cells > 1)
  const [best] = (even.length > 0 ? even : counted).sort((a, b) => b.cells - a.cells)
  return best!.mark
}

/** The cells of the first rows. */
function split(text: string, delimiter: string): string[][] {
  if (text.includes('"')) {
    try {
      return parse(text, { ...READING, delimiter, relax_quotes: true, to: ROWS_LOOKED_AT }) as string[][]
    } catch {
      // Not to be read as CSV: what separates its cells is guessed all the same, and the reader says what is wrong.
    }
  }
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(0, ROWS_LOOKED_AT)
    .map((line) => line.split(delimiter).map((cell) => cell.trim()))
}

/** A row of more characters is none: an open quotation mark, or a file that is no table. */
export const LONGEST_RECORD = 1 << 24

/** Options of the CSV reader that do not depend on the file. */
export const READING = {
  record_delimiter: ['\r\n', '\n', '\r'],
  relax_column_count: true,
  skip_empty_lines: true,
  trim: true,
  max_record_size: LONGEST_RECORD,
}
