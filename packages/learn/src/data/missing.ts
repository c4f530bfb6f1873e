/** Texts that stand for a value that is not known, as R, pandas, spreadsheets and databases write them. */

/** Marks of missing values in any column, compared without regard to case; the empty cell is one. */
export const MISSING_MARKS: ReadonlySet<string> = new Set([
  '',
  'na',
  'n/a',
  '#n/a',
  '#na',
  '<na>',
  'n.a.',
  'nan',
  '-nan',
  'null',
  '#null!',
  '\\n',
  '?',
])
/** Marks in columns of numbers alone: elsewhere they are words that may mean something. */
export const MISSING_NUMBER_MARKS: ReadonlySet<string> = new Set([
  'none',
  'nil',
  'missing',
  'unknown',
  '-',
  '--',
  '–',
  '.',
  '#div/0!',
  '#value!',
  'nat',
])
/** Longer texts are no marks. */
const LONGEST = 8

/** Whether a cell marks a missing value, in a column of any kind. An empty cell does. */
export function isMissing(cell: string): boolean {
  return cell === '' || (cell.length <= LONGEST && MISSING_MARKS.has(cell.toLowerCase()))
}

/** Whether a cell of a column of numbers marks a missing value. */
export function isMissingNumber(cell: string): boolean {
  return isMissing(cell) || (cell.length <= LONGEST && MISSING_NUMBER_MARKS.has(cell.toLowerCase()))
}
