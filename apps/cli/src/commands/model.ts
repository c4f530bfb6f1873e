/**
 * `tutti model`: checks an ONNX file that is to be trained; pulls the model of a federation whose numbers are in blobs, or
 * posts it again for others.
 */
import { formatCount, formatInteger } from '@tutti/core'
import type { Dataset, ImportedModel, OutputKind, TrainingSpec } from '@tutti/learn'
import { type Command, Option } from 'commander'
import type { Hex } from 'viem'
import {
  type AccountOptions,
  addAccountOptions,
  addConnectionOptions,
  type ConnectionOptions,
  openReader,
  openSigner,
  parseId,
} from '../chain/connection.ts'
import { addModuleOption, demandKnownModules, type ModuleOptions } from '../chain/modules.ts'
import { describePaid } from '../chain/paid.ts'
import { addTensorOptions, type TensorOptions } from '../create/tensor-options.ts'
import {
  addBlobOptions,
  type BlobOptions,
  demandBlobPath,
  modelFileName,
  pullModel,
  writeModelFile,
} from '../model/blob-model.ts'
import { CommandError, exitCodes } from '../terminal/exit-codes.ts'
import { createOutput } from '../terminal/output.ts'

interface PullOptions extends ConnectionOptions, BlobOptions, ModuleOptions {
  out?: string
}

interface CheckOptions extends TensorOptions {
  output: OutputKind
  json?: boolean
}

/** Training that only has to start. */
const TRIAL: TrainingSpec = { optimizer: 'sgd', learningRate: 0.1, momentum: 0, epochs: 1, batchSize: 1, proximal: 0 }

type CheckpointOptions = ConnectionOptions & AccountOptions & BlobOptions & ModuleOptions

/** Adds the command `model` with `check`, `pull` and `checkpoint`. */
export function addModel(program: Command): void {
  const model = program
    .command('model')
    .description('Check an ONNX file; pull the model of a blob-path federation, or post it again.')
  const pull = model
    .command('pull')
    .description('Put the model together from blobs, and compare it with the commitments in the contract.')
    .argument('<id>', 'the federation', parseId)
    .option('--out <file>', 'where to write it (default: model-ID.tutti)')
  addModuleOption(addBlobOptions(addConnectionOptions(pull)))
    .addHelpText(
      'after',
      '\nIt starts from the latest checkpoint whose blobs it can get, or from zero, and adds the updates since. Blobs come\n' +
        'from the archive, from archives of other members, or from a beacon node; none of them is trusted. Blobs that it\n' +
        'cannot get are named by round, shard, member and versioned hash. Then: tutti export ID, tutti predict ID --model FILE',
    )
    .action(runPull)
  const checkpoint = model
    .command('checkpoint')
    .description('Post the model as blobs, so that newcomers can fetch it from the chain. Anyone may do so.')
    .argument('<id>', 'the federation', parseId)
  addModuleOption(addBlobOptions(addAccountOptions(addConnectionOptions(checkpoint))))
    .addHelpText('after', '\nThe contract compares what is posted with its own commitment. Nobody is paid for it.')
    .action(runCheckpoint)
  const check = model
    .command('check')
    .description('Say which tensors of an ONNX file would be trained, which would not, and whether training runs.')
    .argument('<file>', 'the file; values that it keeps in other files are read from its folder')
    .addOption(
      new Option('--output <kind>', "what the file's outputs mean")
        .choices(['softmax', 'logistic', 'multi-label', 'linear'])
        .default('softmax'),
    )
    .option('--json', 'print one JSON object')
  addTensorOptions(check).action(runCheck)
  for (const command of [model, ...model.commands]) command.exitOverride()
}

async function runCheck(file: string, options: CheckOptions): Promise<void> {
  const output = createOutput({ isJson: options.json === true })
  const { findOutputsFault, importOnnx } = await import('@tutti/learn')
  const { createTrainer, readBaseFile, TrainingDivergedError } = await import('@tutti/learn/node')
  const { describeImported, modelLines, modelNotes } = await import('../create/model-lines.ts')
  const chosen = { ...(options.train === undefined ? {} : { trainable: options.train }), ties: options.tie }
  const model = importOnnx(readBaseFile(file), { output: options.output, ...chosen })
  for (const line of modelLines(model)) output.line(line)
  for (const note of modelNotes(model)) output.note(note)
  const fault = findOutputsFault(model)
  if (fault !== undefined) {
    throw new CommandError(
      `${file}: ${fault}. Choose another kind with --output, or export the model with that number of outputs.`,
      exitCodes.badInput,
    )
  }
  // Whether training works is known only once the runtime has trained.
  output.progress('trying to train…')
  const trainer = await createTrainer(model, TRIAL)
  try {
    await trainer.fit(model.weights, toZeroExample(model), { seed: 1 })
  } catch (error) {
    // An example of zeros may lead to a division by zero; a real one may not.
    if (!(error instanceof TrainingDivergedError)) throw error
  } finally {
    await trainer.release()
  }
  output.line('It can be trained: tutti create --path blob --task-file TASK --base-model FILE')
  output.result(describeImported(model))
}

/** One example of zeros, of the first class. */
function toZeroExample({ inputs: features, output }: ImportedModel): Dataset {
  const labels = output === 'linear' ? new Float64Array(1) : new Int32Array(1)
  const scales = { inputZero: 0, inputScale: [1, 1] as [number, number], labelCenter: 0, labelSpread: 1 }
  return { count: 1, features, inputs: new Uint8Array(features), labels, ...scales }
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
  const posted: { shard: number; transaction: Hex; blobs: number; gasUsed: bigint; paid: bigint }[] = []
  for (let shard = 0; shard < shardCount(terms); shard++) {
    output.progress(`posting shard ${shard + 1} of ${shardCount(terms)}…`)
    const { hash, gasUsed, paid, blobGasUsed } = await checkpointModel(client, { id, shard, model, kzg, terms })
    posted.push({ shard, transaction: hash, blobs: Number(blobGasUsed / 131_072n), gasUsed, paid })
  }
  const blobs = posted.reduce((sum, part) => sum + part.blobs, 0)
  output.line(
    `Posted the model in ${formatCount(blobs, 'blob')}, ${formatCount(posted.length, 'transaction')}, ${describePaid(posted)}. ` +
      'A newcomer needs these and the updates since.',
  )
  output.result({ id, posted, modules })
}
