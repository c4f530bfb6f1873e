/** One example from the command line, a row of a CSV or values as JSON, as the bytes that the model takes. */
import type { Manifest, TakenValue } from '@tutti/learn'
import { CommandError, exitCodes } from '../terminal/exit-codes.ts'
import type { Output } from '../terminal/output.ts'
import { toPlainText } from '../terminal/plain-text.ts'

/** Where an example comes from: a row of a CSV, or what is given as JSON. */
export interface ExampleOptions {
  data?: string
  /** Which row of `data`, from 0. */
  row: number
  input?: string
  /** The option that `input` came from; `--input` when absent. */
  inputOption?: string
}

/** An example as people gave it, and as the model takes it. */
export interface Example {
  /** Value by column. */
  values: Record<string, string | number>
  /** One byte a number, one for each category of a category. */
  input: Uint8Array
  /** Values that are not taken as they are. */
  taken: TakenValue[]
}

/**
 * The example that `--data` and `--row`, or `--input`, name.
 *
 * @throws {@link CommandError} naming every value that does not fit
 */
export async function readExample(manifest: Manifest, options: ExampleOptions): Promise<Example> {
  const { encodeExample, findExampleFaults, findTakenValues } = await import('@tutti/learn')
  const { values, place } =
    options.input === undefined ? await readRow(manifest, options) : readGiven(manifest, options)
  const [first, ...more] = findExampleFaults(manifest.data, values).map(
    ({ column, reason }) => `"${toPlainText(column)}": ${toPlainText(reason)}`,
  )
  if (first !== undefined) {
    const all =
      more.length === 0 ? `: ${first}.` : ` does not fit:${[first, ...more].map((fault) => `\n  ${fault}.`).join('')}`
    throw new CommandError(`${place}${all}`, exitCodes.badInput)
  }
  return { values, input: encodeExample(manifest.data, values), taken: findTakenValues(manifest.data, values) }
}

/** Says on standard error which values of an example are not taken as they are, and what they count as. */
export async function noteTakenValues({ taken }: Example, output: Output): Promise<void> {
  const { describeTakenValue } = await import('@tutti/learn')
  for (const value of taken) output.note(`Note: ${describeTakenValue(value)}.`)
}

/** Values, and what they are called in an error. */
interface Given {
  values: Record<string, string | number>
  place: string
}

function readGiven({ data }: Manifest, { input = '', inputOption = '--input' }: ExampleOptions): Given {
  const values = parseInput(input, inputOption)
  const names = data.features.map(({ name }) => name)
  const stranger = Object.keys(values).find((name) => !names.includes(name))
  if (stranger === undefined) return { values, place: inputOption }
  throw new CommandError(
    `${inputOption}: the model takes no "${stranger}"; it takes ${names.join(', ')}.`,
    exitCodes.usage,
  )
}

async function readRow({ data }: Manifest, { data: file, row }: ExampleOptions): Promise<Given> {
  const { toPlainValues } = await import('@tutti/learn')
  const { readRows } = await import('./local-data.ts')
  if (file === undefined) {
    throw new CommandError('Say what to predict: --data FILE with --row N, or --input JSON.', exitCodes.usage)
  }
  const table = await readRows(file, data.csv?.decimal)
  if (row >= table.count) {
    throw new CommandError(`${file} has rows 0 to ${table.count - 1}; there is no row ${row}.`, exitCodes.badInput)
  }
  return { values: toPlainValues(table, row, data), place: `${file}, line ${table.line(row)}` }
}

function parseInput(text: string, option: string): Record<string, string | number> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new CommandError(`${option} is not JSON: ${(cause as Error).message}.`, exitCodes.usage)
  }
  const isRecord = typeof value === 'object' && value !== null && !Array.isArray(value)
  const isFlat = isRecord && Object.values(value as object).every((cell) => ['string', 'number'].includes(typeof cell))
  if (!isFlat) throw new CommandError(`${option} is one object of column names and values.`, exitCodes.usage)
  return value as Record<string, string | number>
}
