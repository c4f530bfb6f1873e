/** `tutti export ID`: the trained model as a file that other programs read. */
import { existsSync } from 'node:fs'
import { basename } from 'node:path'
import type { ChainClient, Creation } from '@tutti/chain'
import { formatCount, formatInteger } from '@tutti/core'
import type { Manifest } from '@tutti/learn'
import type { measureExport } from '@tutti/learn/node'
import { type Command, Option } from 'commander'
import type { Hex } from 'viem'
import { addConnectionOptions, type ConnectionOptions, openReader, parseId } from '../chain/connection.ts'
import { addModuleOption, demandKnownModules, type ModuleOptions } from '../chain/modules.ts'
import { addBlobOptions, type BlobOptions, openBase, pullModel, toPulledWeights } from '../model/blob-model.ts'
import { addRoundOption, type RoundOptions, readPastModel } from '../model/past-model.ts'
import { CommandError, exitCodes } from '../terminal/exit-codes.ts'
import { createOutput, type Output } from '../terminal/output.ts'
import { replaceFile } from '../terminal/whole-file.ts'

type ExportDistance = Awaited<ReturnType<typeof measureExport>>

interface ExportOptions extends ConnectionOptions, BlobOptions, ModuleOptions, RoundOptions {
  model?: string
  format: 'onnx' | 'safetensors'
  out?: string
  force?: boolean
}

/** Adds the command `export`. */
export function addExport(program: Command): void {
  const command = program
    .command('export')
    .description('Write the model on the chain as a file that onnxruntime or PyTorch reads.')
    .argument('<id>', 'the federation', parseId)
    .addOption(new Option('--format <name>', 'the file format').choices(['onnx', 'safetensors']).default('onnx'))
    .option(
      '--out <file>',
      'where to write it (default: model.onnx or model.safetensors); ONNX gets a page beside it that explains it',
    )
    .option('--force', 'replace the file if it exists')
  command.option('--model <file>', 'blob path: a model that was pulled before, brought up to date')
  addRoundOption(command)
  addModuleOption(addBlobOptions(addConnectionOptions(command))).action(runExport)
}

async function runExport(id: Hex, options: ExportOptions): Promise<void> {
  const output = createOutput({ isJson: options.json === true })
  const file = options.out ?? `model.${options.format}`
  const guide = options.format === 'onnx' ? `${file}.md` : undefined
  refuseOverwriting([file, guide], options)
  const client = await openReader(options)
  const { readManifest } = await import('@tutti/chain')
  output.progress('reading the model…')
  const creation = await readManifest(client, { id })
  const modules = await demandKnownModules(client, creation, options, output)
  const exported = await exportModel(client, creation, options, output)
  const { bytes, roundsSettled, weights, distance } = exported
  await replaceFile(file, bytes)
  output.line(
    `Wrote ${file}: ${formatInteger(weights.length)} parameters after ${formatCount(roundsSettled, 'round')}, ` +
      `${formatInteger(bytes.length)} bytes.`,
  )
  if (guide !== undefined) await writeGuide(guide, basename(file), exported, output)
  if (distance !== undefined) output.line(describeDistance(exported.manifest, distance))
  output.result({
    id,
    file,
    format: options.format,
    bytes: bytes.length,
    parameters: weights.length,
    roundsSettled,
    guide,
    distance,
    modules,
  })
}

/** @throws `CommandError` if a file is there and `--force` is not given */
function refuseOverwriting(files: readonly (string | undefined)[], { force }: ExportOptions): void {
  const taken = files.find((path) => path !== undefined && existsSync(path))
  if (force === true || taken === undefined) return
  throw new CommandError(
    `${taken} exists. Choose another name with --out, or replace it with --force.`,
    exitCodes.usage,
  )
}

/** A model as a file, and what is known of it. */
interface Exported {
  manifest: Manifest
  /** Shape [dimension]. */
  weights: Float32Array
  roundsSettled: number
  source: { federation: Hex; chainId: number; round: number }
  bytes: Uint8Array
  /** How far its answers are from the contract's; undefined where the contract does not answer, or was not compared. */
  distance: ExportDistance | undefined
}

/** The chain's model, or that of an earlier round, in the format that is asked for. */
async function exportModel(
  client: ChainClient,
  creation: Creation,
  options: ExportOptions,
  output: Output,
): Promise<Exported> {
  const { pathOf, readDirectModel, readStatus } = await import('@tutti/chain')
  const { exportOnnx, exportSafetensors, parseModelManifest, toWeights } = await import('@tutti/learn')
  const { exportMetadata, measureExport } = await import('@tutti/learn/node')
  const { id, terms } = creation
  const past = await readPastModel(client, creation, options, output)
  const roundsSettled = past?.settled ?? (await readStatus(client, { id })).roundsSettled
  const manifest = parseModelManifest(creation.manifest)
  const isBlob = pathOf(creation) === 'blob'
  const lanes = isBlob ? undefined : (past ?? (await readDirectModel(client, { id, terms }))).lanes
  const pulling = { file: options.model, output }
  const weights =
    lanes === undefined
      ? await toPulledWeights(manifest, (await pullModel(client, creation, options, pulling)).values, options)
      : toWeights(manifest, lanes)
  const source = { federation: id, chainId: client.chainId, round: roundsSettled }
  const known = { manifest, weights, roundsSettled, source }
  if (options.format === 'safetensors') {
    const labels = { federation: id, rounds: String(roundsSettled) }
    return { ...known, bytes: exportSafetensors(manifest.model, weights, labels), distance: undefined }
  }
  const model = await openBase(manifest, options)
  const bytes = exportOnnx({ ...manifest, model }, weights, exportMetadata(manifest, source))
  const distance = lanes === undefined ? undefined : await measureExport(manifest, lanes, bytes)
  return { ...known, bytes, distance }
}

/** Writes the page beside an ONNX file. */
async function writeGuide(guide: string, name: string, exported: Exported, output: Output): Promise<void> {
  const { exportGuide } = await import('@tutti/learn/node')
  const { manifest, bytes, source, distance } = exported
  const text = exportGuide(manifest, { name, bytes, source, distance })
  await replaceFile(guide, new TextEncoder().encode(text))
  output.line(`Wrote ${guide}: the model's columns, its outputs, and how to ask it.`)
}

function describeDistance({ model }: Manifest, { rows, largest, differing }: ExportDistance): string {
  const isLinear = model.output === 'linear'
  const classes = isLinear ? '' : ` of a probability, and in ${formatCount(differing, 'row')} by their class`
  return (
    `On ${rows} made-up rows its answers differ from the contract's, which rounds between layers, by at most ` +
    `${largest.toPrecision(2)}${classes}.`
  )
}
