/** One example for a model, from the command line: a row of a CSV, or values as JSON, as the bytes that the model takes. */
import type { Manifest } from '@tutti/learn'
import { CommandError, exitCodes } from './exit-codes.ts'

/** Where an example comes from: a row of a CSV, or what is given as JSON. */
export interface ExampleOptions {
  data?: string
  /** Which row of `data`, from 0. */
  row: number
  input?: string
  /** What the option of `input` is called: `--input` unless said. */
  inputOption?: string
}

/** An example as people gave it, and as the model takes it. */
export interface Example {
  /** Value by column. */
  values: Record<string, string | number>
  /** One byte a number, one for each category of a category. */
  input: Uint8Array
}

/** The bytes of the example that `--data` and `--row`, or `--input`, name. @throws {@link CommandError} */
export async function readExample(manifest: Manifest, options: ExampleOptions): Promise<Uint8Array> {
  return (await readExampleValues(manifest, options)).input
}

/** The example that `--data` and `--row`, or `--input`, name, with its values. @throws {@link CommandError} */
export async function readExampleValues(manifest: Manifest, options: ExampleOptions): Promise<Example> {
  const { CsvError, encodeExample, toPlainValues } = await import('@tutti/learn')
  const { readRows } = await import('./local-data.ts')
  const { inputOption = '--input' } = options
  if (options.input !== undefined) {
    const values = parseInput(options.input, inputOption)
    const names = manifest.data.features.map(({ name }) => name)
    const stranger = Object.keys(values).find((name) => !names.includes(name))
    if (stranger !== undefined) {
      throw new CommandError(
        `${inputOption}: the model takes no "${stranger}"; it takes ${names.join(', ')}.`,
        exitCodes.usage,
      )
    }
    try {
      return { values, input: encodeExample(manifest.data, values) }
    } catch (error) {
      if (!(error instanceof CsvError)) throw error
      throw new CommandError(`${inputOption}: "${error.column}": ${error.reason}.`, exitCodes.badInput)
    }
  }
  if (options.data === undefined) {
    throw new CommandError('Say what to predict: --data FILE with --row N, or --input JSON.', exitCodes.usage)
  }
  const table = await readRows(options.data, manifest.data.csv?.decimal)
  if (options.row >= table.count) {
    throw new CommandError(
      `${options.data} has rows 0 to ${table.count - 1}; there is no row ${options.row}.`,
      exitCodes.badInput,
    )
  }
  try {
    const values = toPlainValues(table, options.row, manifest.data)
    return { values, input: encodeExample(manifest.data, values) }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    throw new CommandError(
      `${options.data}, line ${table.line(options.row)}, column "${error.column}": ${error.reason}.`,
      exitCodes.badInput,
    )
  }
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
