/**
 * What is wrong in a CSV file, with its place.
 *
 * @example
 * ```ts
 * import { CsvError, namingFile, readTable } from '@tutti/learn'
 *
 * const error = new CsvError(3, 'length', '"long" is no number')
 * error.message // → 'CSV line 3, column "length": "long" is no number. Correct the file, or the schema.'
 * namingFile('pumps.csv', () => readTable('a,b\n1,2,3\n')) // throws CsvError
 * ```
 */

/** A CSV file cannot be read, or does not fit its schema. */
export class CsvError extends Error {
  override name = 'CsvError'
  readonly line: number
  readonly column: string
  /** What is wrong, without the place. */
  readonly reason: string
  /** @param file - Where it stands, if it was read from a file. */
  constructor(line: number, column: string, reason: string, file?: string) {
    const where = `${file === undefined ? '' : `${file}, `}CSV line ${line}${column === '' ? '' : `, column "${column}"`}`
    super(`${where}: ${reason}. Correct the file, or the schema.`)
    this.line = line
    this.column = column
    this.reason = reason
  }
}

/** Runs a reader of a file, and names the file in what it finds wrong. */
export function namingFile<T>(file: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw error instanceof CsvError ? new CsvError(error.line, error.column, error.reason, file) : error
  }
}

/** Text of a file as an error shows it. */
export function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}
