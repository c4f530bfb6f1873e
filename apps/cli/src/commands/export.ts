/** `tutti export ID`: the trained model as a file that other programs read. */
import { existsSync } from 'node:fs'
import { basename } from 'node:path'
import { formatCount, formatInteger } from '@tutti/core'
import { type Command, Option } from 'commander'
import type { Hex } from 'viem'
import { addConnectionOptions, type ConnectionOptions, openReader, parseId } from '../chain/connection.ts'
import { addModuleOption, demandKnownModules, type ModuleOptions } from '../chain/modules.ts'
import { addBlobOptions, type BlobOptions, openBase, pullModel, toPulledWeights } from '../model/blob-model.ts'
import { addRoundOption, type RoundOptions, readPastModel } from '../model/past-model.ts'
import { CommandError, exitCodes } from '../terminal/exit-codes.ts'
import { createOutput } from '../terminal/output.ts'
import { replaceFile } from '../terminal/whole-file.ts'

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
      'where to write it (default: model.onnx or model.safetensors); beside ONNX, a page that explains it',
    )
    .option('--force', 'replace the file if it exists')
  command.option('--model <file>', 'blob path: a model that was pulled before, brought up to date')
  addRoundOption(command)
  addModuleOption(addBlobOptions(addConnectionOptions(command))).action(async (id: Hex, options: ExportOptions) => {
    const output = createOutput({ isJson: options.json === true })
    const file = options.out ?? `model.${options.format}`
    const guide = options.format === 'onnx' ? `${file}.md` : undefined
    const taken = [file, ...(guide === undefined ? [] : [guide])].find((path) => existsSync(path))
    if (options.force !== true && taken !== undefined) {
      const message = `${taken} exists. Choose another name with --out, or replace it with --force.`
      throw new CommandError(message, exitCodes.usage)
    }
    const client = await openReader(options)
    const { pathOf, readManifest, readModel, readStatus } = await import('@tutti/chain')
    const { exportOnnx, exportSafetensors, parseModelManifest, toWeights } = await import('@tutti/learn')
    const { exportGuide, exportMetadata, measureExport } = await import('@tutti/learn/node')
    output.progress('reading the model…')
    const creation = await readManifest(client, { id })
    const modules = await demandKnownModules(client, creation, options, output)
    const past = await readPastModel(client, creation, options, output)
    const roundsSettled = past?.settled ?? (await readStatus(client, { id })).roundsSettled
    const manifest = parseModelManifest(creation.manifest)
    const pulling = { file: options.model, output }
    const isBlob = pathOf(creation) === 'blob'
    const lanes = isBlob ? undefined : (past ?? (await readModel(client, { id, terms: creation.terms }))).lanes
    const weights =
      lanes === undefined
        ? await toPulledWeights(manifest, (await pullModel(client, creation, options, pulling)).values, options)
        : toWeights(manifest, lanes)
    const source = { federation: id, chainId: client.chainId, round: roundsSettled }
    const bytes =
      options.format === 'onnx'
        ? exportOnnx(
            { ...manifest, model: await openBase(manifest, options) },
            weights,
            exportMetadata(manifest, source),
          )
        : exportSafetensors(manifest.model, weights, { federation: id, rounds: String(roundsSettled) })
    await replaceFile(file, bytes)
    const isAnswering = options.format === 'onnx' && lanes !== undefined
    const distance = isAnswering ? await measureExport(manifest, lanes, bytes) : undefined
    if (guide !== undefined) {
      const text = exportGuide(manifest, { name: basename(file), bytes, source, distance })
      await replaceFile(guide, new TextEncoder().encode(text))
    }
    output.line(
      `Wrote ${file}: ${formatInteger(weights.length)} parameters after ${formatCount(roundsSettled, 'round')}, ` +
        `${formatInteger(bytes.length)} bytes.`,
    )
    if (guide !== undefined) output.line(`Wrote ${guide}: its columns, its outputs, and how to ask it.`)
    if (distance !== undefined) {
      output.line(
        `On ${distance.rows} made-up rows its answers differ from the contract's, which rounds between layers, by at most ` +
          `${distance.largest.toPrecision(2)}${manifest.model.output === 'linear' ? '' : ` of a probability, and in ${formatCount(distance.differing, 'row')} by their class`}.`,
      )
    }
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
  })
}
