/**
 * Says how a table was read, where a reader of RFC 4180 would have read it otherwise.
 *
 * @example
 * ```ts
 * import { describeReading, readTable } from '@tutti/learn'
 *
 * describeReading(readTable('a,b\n1,2\n')) // → []
 * describeReading(readTable('a;b\n1;2\n')) // → ['cells are separated by semicolons']
 * ```
 */
import { ENCODING_NAMES } from './encoding.ts'
import type { Table } from './table.ts'

const DELIMITER_NAMES = { ',': 'commas', ';': 'semicolons', '\t': 'tabs', '|': 'bars' } as const

/** Columns that one sentence names. */
const MOST_NAMED = 6

/** What was detected, a sentence each without its full stop; none for a plain table. */
export function describeReading(table: Table): string[] {
  const { encoding, layout, remarks, unnamed } = table.reading
  const said: string[] = []
  if (encoding !== 'utf-8') {
    said.push(
      `read as ${ENCODING_NAMES[encoding]}${encoding === 'windows-1252' ? ', since its bytes are not UTF-8' : ''}`,
    )
  }
  if (layout.delimiter !== ',') said.push(`cells are separated by ${DELIMITER_NAMES[layout.delimiter]}`)
  const commas = table.columns.filter((_, column) => table.decimal(column) === ',')
  if (commas.length > 0) said.push(`a comma is the decimal mark of ${listNames(commas)}`)
  const open = table.columns.flatMap((name, column) => {
    const example = table.openDecimal(column)
    return example === undefined ? [] : [{ name, example, decimal: table.decimal(column) }]
  })
  for (const { name, example, decimal } of open) {
    const groups = example.includes(',') === (decimal === '.')
    said.push(
      `column "${name}" leaves open what its mark means: "${example}" is read ${
        groups ? 'as a whole number of thousands' : 'with a part behind the mark'
      }`,
    )
  }
  if (layout.isHeaderMarked) said.push('the header is the line that starts with #')
  if (remarks > 0) {
    said.push(`${remarks} ${remarks === 1 ? 'line is a remark and is' : 'lines are remarks and are'} left out`)
  }
  if (layout.hasRowNames) said.push('the first column has no name and names the rows; it is left out')
  else if (unnamed.length > 0) {
    const places = unnamed.join(', ')
    said.push(
      `${unnamed.length === 1 ? `column ${places} has no name and is` : `columns ${places} have no name and are`} left out`,
    )
  }
  return said
}

/** Names in quotes: all of up to six, of more the first five and how many there are besides. */
function listNames(names: readonly string[]): string {
  const shown = names.slice(0, names.length > MOST_NAMED ? MOST_NAMED - 1 : MOST_NAMED).map((name) => `"${name}"`)
  const more = names.length > shown.length ? ` and ${names.length - shown.length} more columns` : ''
  return `${shown.join(', ')}${more}`
}
