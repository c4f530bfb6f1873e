/** `tutti encode ID`: a row as the bytes that the contract's `predict` and `classify` take. */
import type { Manifest } from '@tutti/learn'
import type { Command } from 'commander'
import { bytesToHex, type Hex } from 'viem'
import { addConnectionOptions, type ConnectionOptions, openReader, parseId } from '../chain/connection.ts'
import { type Example, noteTakenValues, readExample } from '../data/example.ts'
import { CommandError, exitCodes } from '../terminal/exit-codes.ts'
import { createOutput, type Output } from '../terminal/output.ts'
import { toPlainText } from '../terminal/plain-text.ts'

interface EncodeOptions extends ConnectionOptions {
  row?: string
  data?: string
  columns?: boolean
}

const afterHelp = `
Examples:
  tutti encode ID --row '{"age": 61, "sex": "f"}'    the values themselves
  tutti encode ID --data rows.csv --row 3            row 3 of a CSV, the first being 0
  tutti encode ID --columns                          the schema, for Features.sol

Standard output is only the bytes, so that another command can take them:
  cast call CORE 'classify(bytes32,bytes)(uint32,uint256,int256[])' ID $(tutti encode ID --row '{"age": 61, "sex": "f"}')`

/** Adds the command `encode`. */
export function addEncode(program: Command): void {
  const command = program
    .command('encode')
    .description("Print a row as the bytes that the contract's predict takes. It costs nothing.")
    .argument('<id>', 'the federation', parseId)
    .option('--row <row>', 'the row: {"column": value, …}, or with --data its number, from 0')
    .option('--data <file>', "take the row from this CSV of the federation's columns")
    .option('--columns', 'print the columns instead, as Features.sol takes them')
    .addHelpText('after', afterHelp)
  addConnectionOptions(command).action(async (id: Hex, options: EncodeOptions) => {
    const output = createOutput({ isJson: options.json === true })
    const source = toSource(options)
    const client = await openReader(options)
    const { readManifest } = await import('@tutti/chain')
    const { packColumns, parseModelManifest } = await import('@tutti/learn')
    const manifest = parseModelManifest((await readManifest(client, { id })).manifest)
    if (source === undefined) {
      const columns = bytesToHex(packColumns(manifest.data))
      output.line(columns)
      output.result({ id, columns, features: manifest.data.features })
      return
    }
    await printExample(id, manifest, await readExample(manifest, source), output)
  })
}

/** Where the row comes from; nothing for `--columns`. */
function toSource({ columns, data, row }: EncodeOptions) {
  if (columns === true) {
    if (data === undefined && row === undefined) return undefined
    throw new CommandError('--columns prints the schema and takes no row: leave --row and --data out.', exitCodes.usage)
  }
  if (data === undefined) {
    if (row === undefined) {
      throw new CommandError(
        `Say what to encode: --row '{"column": value}', or --data FILE with --row N.`,
        exitCodes.usage,
      )
    }
    if (/^\d+$/.test(row))
      throw new CommandError(`--row ${row} is a row of a file: name it with --data.`, exitCodes.usage)
    return { input: row, inputOption: '--row', row: 0 }
  }
  if (row !== undefined && !/^\d{1,9}$/.test(row)) {
    throw new CommandError('With --data, --row is the number of a row, from 0.', exitCodes.usage)
  }
  return { data, row: Number(row ?? 0) }
}

async function printExample(id: Hex, manifest: Manifest, example: Example, output: Output): Promise<void> {
  const { values, input, taken } = example
  const { toFeatureRow } = await import('@tutti/learn')
  const bytes = bytesToHex(input)
  output.line(bytes)
  let at = 0
  const columns = manifest.data.features.map((feature) => {
    const size = feature.kind === 'number' ? 1 : feature.categories.length
    const column = { name: feature.name, value: values[feature.name] ?? '', bytes: [...input.subarray(at, at + size)] }
    at += size
    return column
  })
  for (const { name, value, bytes: of } of columns) {
    const given = value === '' ? 'missing' : String(value)
    if (!output.isJson)
      output.note(`  ${toPlainText(name).padEnd(24)} ${toPlainText(given).padEnd(16)} ${of.join(' ')}`)
  }
  await noteTakenValues(example, output)
  output.result({ id, input: bytes, columns, taken, row: toFeatureRow(manifest.data, values) ?? null })
}
