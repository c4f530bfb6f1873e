/** `tutti predict ID`: asks the contract for its answer to one example. */
import type { Manifest } from '@tutti/learn'
import type { Command } from 'commander'
import type { Hex } from 'viem'
import { addConnectionOptions, type ConnectionOptions, openReader, parseCount, parseId } from '../connection.ts'
import { CommandError, exitCodes } from '../exit-codes.ts'
import { toPlainText } from '../manifest-summary.ts'
import { createOutput } from '../output.ts'

interface PredictOptions extends ConnectionOptions {
  data?: string
  row: number
  input?: string
}

/** Adds the command `predict`. */
export function addPredict(program: Command): void {
  const command = program
    .command('predict')
    .description('Ask the contract for its answer to one example. A view: it costs nothing.')
    .argument('<id>', 'the federation', parseId)
    .option('--data <file>', "take the example from this CSV of the federation's columns")
    .option('--row <n>', 'which of its rows, from 0', parseCount, 0)
    .option('--input <json>', 'the example itself: {"column": value, …}')
  addConnectionOptions(command).action(async (id: Hex, options: PredictOptions) => {
    const output = createOutput({ isJson: options.json === true })
    const client = await openReader(options)
    const { classify, readManifest } = await import('@tutti/chain')
    const { parseModelManifest } = await import('@tutti/learn')
    const manifest = parseModelManifest((await readManifest(client, { id })).manifest)
    const input = await readExample(manifest, options)
    const answer = await classify(client, { id, input })
    const { label } = manifest.data
    const named = nameAnswer(manifest, answer.class, answer.outputs)
    output.line(`${toPlainText(label.name)}: ${toPlainText(named)}`)
    for (const [index, value] of answer.outputs.entries()) {
      const name = label.kind === 'number' || manifest.model.output === 'logistic' ? 'output' : label.classes[index]!
      output.line(`  ${toPlainText(name).padEnd(12)} ${(Number(value) / 1e18).toFixed(4)}`)
    }
    output.result({ id, answer: named, class: answer.class, outputs: answer.outputs })
  })
}

async function readExample(manifest: Manifest, options: PredictOptions): Promise<Uint8Array> {
  const { CsvError, encodeExample, readTable } = await import('@tutti/learn')
  if (options.input !== undefined) {
    const values = parseInput(options.input)
    const names = manifest.data.features.map(({ name }) => name)
    const stranger = Object.keys(values).find((name) => !names.includes(name))
    if (stranger !== undefined) {
      throw new CommandError(
        `--input: the model takes no "${stranger}"; it takes ${names.join(', ')}.`,
        exitCodes.usage,
      )
    }
    try {
      return encodeExample(manifest.data, values)
    } catch (error) {
      if (!(error instanceof CsvError)) throw error
      throw new CommandError(`--input: "${error.column}": ${error.reason}.`, exitCodes.badInput)
    }
  }
  if (options.data === undefined) {
    throw new CommandError('Say what to predict: --data FILE with --row N, or --input JSON.', exitCodes.usage)
  }
  const { columns, rows } = readTable(options.data)
  const row = rows[options.row]
  if (row === undefined) {
    throw new CommandError(
      `${options.data} has rows 0 to ${rows.length - 1}; there is no row ${options.row}.`,
      exitCodes.badInput,
    )
  }
  try {
    return encodeExample(manifest.data, Object.fromEntries(columns.map((column, index) => [column, row.cells[index]!])))
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    throw new CommandError(
      `${options.data}, line ${row.line}, column "${error.column}": ${error.reason}.`,
      exitCodes.badInput,
    )
  }
}

function parseInput(text: string): Record<string, string | number> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new CommandError(`--input is not JSON: ${(cause as Error).message}.`, exitCodes.usage)
  }
  const isRecord = typeof value === 'object' && value !== null && !Array.isArray(value)
  const isFlat = isRecord && Object.values(value as object).every((cell) => ['string', 'number'].includes(typeof cell))
  if (!isFlat) throw new CommandError('--input is one object of column names and values.', exitCodes.usage)
  return value as Record<string, string | number>
}

/** The answer in the words of the manifest: a class, the labels that are set, or a number with its unit. */
export function nameAnswer(manifest: Manifest, answer: bigint, outputs: readonly bigint[]): string {
  const { label } = manifest.data
  if (label.kind === 'number') return `${Number(outputs[0]) / 1e18}${label.unit === undefined ? '' : ` ${label.unit}`}`
  if (label.kind === 'class') return label.classes[Number(answer)] ?? `class ${answer}`
  const set = label.classes.filter((_, index) => ((answer >> BigInt(index)) & 1n) === 1n)
  return set.length === 0 ? 'none' : set.join(', ')
}
