/**
 * What a command says: lines and a live progress line for people, one JSON object for machines. With `--json`, standard
 * output carries that object and nothing else; progress goes to standard error in both.
 *
 * Text of others cannot rewrite a terminal, secrets of an endpoint's address are hidden, and commands that are proposed
 * start as this program was started.
 */

import type { WriteStream } from 'node:tty'
import { hideKnown } from '@tutti/chain/secrets'
import { toPlainLines, toPlainText } from './plain-text.ts'
import { nameProgram } from './program-name.ts'

/** Where a command writes. */
export interface Output {
  /** Whether a machine reads: {@link Output.line} is silent then. */
  readonly isJson: boolean
  /** A line for people on standard output. */
  line(text?: string): void
  /** Says where a longer job stands: redrawn in place on a terminal, a plain line now and then elsewhere. */
  progress(text: string): void
  /** A line on standard error that stays. */
  note(text: string): void
  /** An event for machines, a line of JSON on standard error. Silent for people. */
  event(value: unknown): void
  /** The one object of `--json`; bigints become decimal strings. Silent for people. */
  result(value: unknown): void
  /** Clears the live line. */
  clear(): void
}

/** How often a progress line is repeated where it cannot be redrawn, in milliseconds. */
const plainProgressInterval = 5_000

/**
 * The output of a command.
 *
 * @param options - `isJson`: whether a machine reads; `hasJsonNotes`: whether it reads standard error too, so that each
 *   note is a line of JSON, `{"kind":"note","time":…,"message":…}`; `stdout`, `stderr`: where to write.
 */
export function createOutput(options: {
  isJson: boolean
  hasJsonNotes?: boolean
  stdout?: NodeJS.WritableStream
  stderr?: NodeJS.WritableStream
}): Output {
  const { isJson, hasJsonNotes = false, stdout = process.stdout, stderr = process.stderr } = options
  const isTerminal = (stderr as Partial<WriteStream>).isTTY === true
  let isLive = false
  let lastPlain = Number.NEGATIVE_INFINITY

  const toNote = (text: string) =>
    isJson && hasJsonNotes ? toJson({ kind: 'note', time: Date.now(), message: text }) : toShown(text)
  const clear = () => {
    if (isLive) stderr.write('\r\u001b[2K')
    isLive = false
  }
  return {
    isJson,
    clear,
    line(text = '') {
      if (isJson) return
      clear()
      stdout.write(`${toShown(text)}\n`)
    },
    note(text) {
      clear()
      stderr.write(`${toNote(text)}\n`)
    },
    event(value) {
      if (isJson) stderr.write(`${toJson(value)}\n`)
    },
    progress(text) {
      if (isTerminal && !(isJson && hasJsonNotes)) {
        // A terminal that does not know its width says 0.
        const columns = (stderr as WriteStream).columns || 100
        stderr.write(`\r\u001b[2K${hideKnown(toPlainText(text)).slice(0, columns - 1)}`)
        isLive = true
        return
      }
      const now = performance.now()
      if (now - lastPlain < plainProgressInterval) return
      lastPlain = now
      stderr.write(`${toNote(text)}\n`)
    },
    result(value) {
      if (!isJson) return
      clear()
      stdout.write(`${toJson(value)}\n`)
    },
  }
}

/** Text as people see it. */
export function toShown(text: string): string {
  return nameProgram(hideKnown(toPlainLines(text)))
}

/** JSON with bigints as decimal strings, typed arrays as plain ones, and nothing that a terminal would obey. */
export function toJson(value: unknown): string {
  const json = JSON.stringify(value, (_key, entry: unknown) => {
    if (typeof entry === 'string') return hideKnown(entry)
    if (typeof entry === 'bigint') return entry.toString()
    if (ArrayBuffer.isView(entry) && !(entry instanceof DataView)) return Array.from(entry as Uint8Array)
    return entry
  })
  // Those of C1 and of direction are left as they are by the standard, and stand within strings only.
  return json?.replace(/[\p{Cc}\p{Cf}]/gu, (character) =>
    Array.from({ length: character.length }, (_, at) => toEscape(character.charCodeAt(at))).join(''),
  )
}

function toEscape(unit: number): string {
  return `\\u${unit.toString(16).padStart(4, '0')}`
}

/** A table in characters: the first column left-aligned, the others right-aligned. */
export function toTable(rows: readonly (readonly string[])[], indent = '  '): string {
  const widths: number[] = []
  for (const row of rows) {
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, cell.length)
  }
  const align = (cell: string, column: number) =>
    column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)
  return rows.map((row) => (indent + row.map(align).join('  ')).trimEnd()).join('\n')
}
