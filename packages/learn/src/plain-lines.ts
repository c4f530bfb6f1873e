/**
 * Lines of CSV without quotation marks: without them RFC 4180 has no escapes, so that a line is a row and a delimiter
 * always ends a cell. Most tables are so, and are read this way some ten times as fast.
 */
import type { CsvLayout } from './csv-dialect.ts'

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

/** Opens the splitting at the line before the text's first. */
export function createPlainLines(
  { delimiter, hasRemarks }: Pick<CsvLayout, 'delimiter' | 'hasRemarks'>,
  linesBefore: number,
  take: TakeRow,
): PlainLines {
  let rest = ''
  let lines = linesBefore
  let remarks = 0
  let isQuoted = false
  const takeLine = (line: string) => {
    lines++
    // White space before a remark's mark, or before a cell, says nothing.
    const isRemark = hasRemarks && line.trimStart().charCodeAt(0) === HASH
    if (isRemark) remarks++
    else if (line.trim() !== '') take(line.split(delimiter), lines)
  }
  return {
    add(part) {
      rest += part
      if (isQuoted || part.includes('"')) {
        isQuoted = true
        return false
      }
      // A carriage return at the end may be half of a line break.
      const whole = rest.endsWith('\r') ? rest.length - 1 : rest.length
      let start = 0
      LINE_BREAK.lastIndex = 0
      for (let found = LINE_BREAK.exec(rest); found !== null && found.index < whole; found = LINE_BREAK.exec(rest)) {
        takeLine(rest.slice(start, found.index))
        start = found.index + found[0].length
      }
      rest = rest.slice(start)
      return true
    },
    finish() {
      if (rest !== '') takeLine(rest.endsWith('\r') ? rest.slice(0, -1) : rest)
      rest = ''
    },
    get rest() {
      return rest
    },
    get lines() {
      return lines
    },
    get remarks() {
      return remarks
    },
  }
}

const LINE_BREAK = /\r\n|\n|\r/g
const HASH = 35
