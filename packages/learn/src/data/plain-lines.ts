/**
 * Lines of CSV without quotation marks: without them RFC 4180 has no escapes, so that a line is a row and a delimiter
 * always ends a cell. Most tables are so, and are read this way some ten times as fast.
 */
import { type CsvLayout, LONGEST_RECORD } from './csv-dialect.ts'
import { CsvError } from './csv-error.ts'

/** Takes a row's cells and the line that it stands on. */
export type TakeRow = (cells: string[], line: number) => void

/** Splits text that comes in parts, up to the first quotation mark. */
export interface PlainLines {
  /** Takes a part; false once a quotation mark has come: what is left is in {@link PlainLines.rest}. */
  add(part: string): boolean
  /** Ends the text: its last line needs no line break. */
  finish(): void
  /** What was not split: the line at hand, and from a quotation mark on all that was given. */
  readonly rest: string
  /** Lines that were taken, empty ones and remarks among them. */
  readonly lines: number
  readonly remarks: number
}

/**
 * Opens the splitting at the line before the text's first. Its `add` throws `CsvError` for a line that is too long.
 *
 * Long because: its functions share the line at hand.
 */
export function createPlainLines(
  { delimiter, hasRemarks }: Pick<CsvLayout, 'delimiter' | 'hasRemarks'>,
  linesBefore: number,
  take: TakeRow,
): PlainLines {
  /** What was given since the last line break, in parts: a long line is put together once. */
  let parts: string[] = []
  let length = 0
  let lines = linesBefore
  let remarks = 0
  let isQuoted = false
  const takeLine = (line: string) => {
    lines++
    if (line.length > LONGEST_RECORD) throw tooLong(lines)
    // White space before a remark's mark, or before a cell, says nothing.
    const isRemark = hasRemarks && line.trimStart().charCodeAt(0) === HASH
    if (isRemark) remarks++
    else if (line.trim() !== '') take(line.split(delimiter), lines)
  }
  return {
    add(part) {
      const mayEnd = parts.at(-1)?.endsWith('\r') === true
      parts.push(part)
      length += part.length
      if (isQuoted || part.includes('"')) {
        isQuoted = true
        return false
      }
      if (!mayEnd && !/[\r\n]/.test(part)) {
        if (length > LONGEST_RECORD) throw tooLong(lines + 1)
        return true
      }
      let rest = parts.join('')
      // A carriage return at the end may be half of a line break.
      const whole = rest.endsWith('\r') ? rest.length - 1 : rest.length
      let start = 0
      LINE_BREAK.lastIndex = 0
      for (let found = LINE_BREAK.exec(rest); found !== null && found.index < whole; found = LINE_BREAK.exec(rest)) {
        takeLine(rest.slice(start, found.index))
        start = found.index + found[0].length
      }
      rest = rest.slice(start)
      parts = rest === '' ? [] : [rest]
      length = rest.length
      return true
    },
    finish() {
      const rest = parts.join('')
      if (rest !== '') takeLine(rest.endsWith('\r') ? rest.slice(0, -1) : rest)
      parts = []
    },
    get rest() {
      return parts.join('')
    },
    get lines() {
      return lines
    },
    get remarks() {
      return remarks
    },
  }
}

function tooLong(line: number): CsvError {
  return new CsvError(
    line,
    '',
    `the line has more than ${LONGEST_RECORD.toLocaleString('en')} characters: no row of a table has`,
  )
}

const LINE_BREAK = /\r\n|\n|\r/g
const HASH = 35
