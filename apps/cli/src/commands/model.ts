/** `tutti model`: the model of a federation whose numbers are in blobs: pull it, or post it again for others. */
import { formatCount, formatInteger } from '@tutti/core'
import type { Command } from 'commander'
import type { Hex } from 'viem'
import {
  addBlobOptions,
  type BlobOptions,
  demandBlobPath,
  modelFileName,
  pullModel,
  writeModelFile,
} from '../blob-model.ts'
import {
  type AccountOptions,
  addAccountOptions,
  addConnectionOptions,
  type ConnectionOptions,
  openReader,
  openSigner,
  parseId,
} from '../connection.ts'
import { addModuleOption, demandKnownModules, type ModuleOptions } from '../modules.ts'
import { createOutput } from '../output.ts'

interface PullOptions extends ConnectionOptions, BlobOptions, ModuleOptions {
  out?: string
}

type CheckpointOptions = ConnectionOptions & AccountOptions & BlobOptions & ModuleOptions

/** Adds the command `model` with `pull` and `checkpoint`. */
export function addModel(program: Command): void {
  const model = program.command('model').description('Pull the model of a blob-path federation, or post it again.')
  const pull = model
    .command('pull')
    .description('Put the model together from blobs and hold it against the commitments in the contract.')
    .argument('<id>', 'the federation', parseId)
    .option('--out <file>', 'where to write it (default: model-ID.tutti)')
  addModuleOption(addBlobOptions(addConnectionOptions(pull)))
    .addHelpText(
      'after',
      '\nIt starts from the latest checkpoint whose blobs can be had, or from zero, and adds the updates since. Blobs come\n' +
        'from the archive, from archives of other members, from a beacon node; none is trusted. What cannot be had is\n' +
        'named: round, shard, member and versioned hash. Then: tutti export ID, tutti predict ID --model FILE.',
    )
    .action(runPull)
  const checkpoint = model
    .command('checkpoint')
    .description('Post the model as blobs, so that newcomers can fetch it from the chain. Anyone may.')
    .argument('<id>', 'the federation', parseId)
  addModuleOption(addBlobOptions(addAccountOptions(addConnectionOptions(checkpoint))))
    .addHelpText('after', '\nThe contract compares what is posted with its own commitment. Nobody is paid for it.')
    .action(runCheckpoint)
  for (const command of [model, ...model.commands]) command.exitOverride()
}

async function runPull(id: Hex, options: PullOptions): Promise<void> {
  const output = createOutput({ isJson: options.json === true })
  const client = await openReader(options)
  const { describeStanding, readManifest } = await import('@tutti/chain')
  const creation = await readManifest(client, { id })
  const modules = await demandKnownModules(client, creation, options, output)
  await demandBlobPath(creation, `Write it to a file with: tutti export ${id}`)
  output.progress('fetching and verifying blobs…')
  const synced = await pullModel(client, creation, options, { output })
  const { values, rounds, blobs, blockNumber, faults } = synced
  const file = options.out ?? modelFileName(id)
  const bytes = await writeModelFile(file, id, synced)
  output.line(
    `Wrote ${file}: ${formatInteger(values.length)} integers from ${formatCount(blobs, 'blob')}, as of block ${blockNumber}. ` +
      'Their commitments are those that the contract holds.',
  )
  if (faults.length > 0) output.line(`Careful: ${describeStanding(faults)}.`)
  output.result({ id, file, bytes, parameters: values.length, blobs, block: blockNumber, rounds, faults, modules })
}

async function runCheckpoint(id: Hex, options: CheckpointOptions): Promise<void> {
  const output = createOutput({ isJson: options.json === true })
  const client = await openSigner(options)
  const { checkpointModel, readManifest } = await import('@tutti/chain')
  const { loadKzg } = await import('@tutti/chain/kzg')
  const { shardCount } = await import('@tutti/core')
  const creation = await readManifest(client, { id })
  const modules = await demandKnownModules(client, creation, options, output)
  await demandBlobPath(creation, 'There is nothing to post.')
  output.progress('putting the model together…')
  const model = await pullModel(client, creation, options, { output })
  const kzg = await loadKzg()
  const { terms } = creation
  const posted: { shard: number; transaction: Hex; blobs: number; gasUsed: bigint }[] = []
  for (let shard = 0; shard < shardCount(terms); shard++) {
    output.progress(`posting shard ${shard + 1} of ${shardCount(terms)}…`)
    const { hash, gasUsed, blobGasUsed } = await checkpointModel(client, { id, shard, model, kzg, terms })
    posted.push({ shard, transaction: hash, blobs: Number(blobGasUsed / 131_072n), gasUsed })
  }
  const blobs = posted.reduce((sum, part) => sum + part.blobs, 0)
  const gasUsed = posted.reduce((sum, part) => sum + part.gasUsed, 0n)
  output.line(
    `Posted the model in ${formatCount(blobs, 'blob')}, ${formatCount(posted.length, 'transaction')}, ${formatInteger(gasUsed)} gas. ` +
      'A newcomer needs these and the updates since.',
  )
  output.result({ id, posted, modules })
}
