/** `tutti predict ID`: asks the contract for its answer to one example. */
import type { ChainClient, Creation, Module } from '@tutti/chain'
import type { Dataset, Manifest, Metrics } from '@tutti/learn'
import type { Command } from 'commander'
import { bytesToHex, type Hex } from 'viem'
import { addBlobOptions, type BlobOptions, openBase, pullModel, toPulledWeights } from '../blob-model.ts'
import { addConnectionOptions, type ConnectionOptions, openReader, parseCount, parseId } from '../connection.ts'
import { type ExampleOptions, readExample } from '../example.ts'
import { CommandError, exitCodes } from '../exit-codes.ts'
import { figureLines, type JudgedFigures, pickFigures } from '../judged-model.ts'
import { addModuleOption, demandKnownModules, type ModuleOptions } from '../modules.ts'
import { createOutput, type Output } from '../output.ts'
import { toPlainText } from '../plain-text.ts'

interface PredictOptions extends ConnectionOptions, BlobOptions, ModuleOptions, ExampleOptions {
  model?: string
  all?: boolean
}

/** Adds the command `predict`. */
export function addPredict(program: Command): void {
  const command = program
    .command('predict')
    .description('Ask the contract for its answer to one example, or judge it on many. A view: it costs nothing.')
    .argument('<id>', 'the federation', parseId)
    .option('--data <file>', "take the example from this CSV of the federation's columns")
    .option('--row <n>', 'which of its rows, from 0', parseCount, 0)
    .option('--all', "judge the model on all rows of --data, by its manifest's metrics")
    .option('--input <json>', 'the example itself: {"column": value, …}')
  command.option('--model <file>', 'blob path: answer on this machine from a pulled model')
  addModuleOption(addBlobOptions(addConnectionOptions(command))).action(async (id: Hex, options: PredictOptions) => {
    const output = createOutput({ isJson: options.json === true })
    const client = await openReader(options)
    const { classify, pathOf, readManifest, readStatus } = await import('@tutti/chain')
    const { parseModelManifest } = await import('@tutti/learn')
    const creation = await readManifest(client, { id })
    const modules = await demandKnownModules(client, creation, options, output)
    const manifest = parseModelManifest(creation.manifest)
    const { roundsSettled } = await readStatus(client, { id })
    if (roundsSettled === 0) output.note('No round has changed this model yet: it answers as it was started.')
    if (pathOf(creation) === 'blob') {
      await predictLocally(client, { creation, modules }, manifest, options, output)
      return
    }
    if (options.all === true) {
      await judgeIntegers(client, { creation, modules }, manifest, options, output)
      return
    }
    const input = await readExample(manifest, options)
    const answer = await classify(client, { id, input })
    const named = printAnswer(manifest, answer.class, answer.outputs, output)
    const { class: found, outputs } = answer
    output.result({ id, answer: named, class: found, outputs, input: bytesToHex(input), modules })
  })
}

/** Answers from a pulled model, brought up to date and held against the contract's commitments first. */
async function predictLocally(
  client: ChainClient,
  { creation, modules }: { creation: Creation; modules: Module[] },
  manifest: Manifest,
  options: PredictOptions,
  output: Output,
): Promise<void> {
  const { id } = creation
  const isSourceNamed = [options.archive, options.peerArchive, options.beacon].some((named) => named !== undefined)
  // Who says where the blobs are wants the model put together from them.
  if (options.model === undefined && !isSourceNamed) {
    throw new CommandError(
      "The contract holds the commitment of this federation's model, not its numbers, and cannot answer. " +
        `To answer on this machine: predict with --archive DIRECTORY, or tutti model pull ${id} and then predict with --model FILE.`,
      exitCodes.usage,
    )
  }
  const judged = options.all === true ? await readLabelled(manifest, options) : undefined
  const input = judged === undefined ? await readExample(manifest, options) : undefined
  const { createTrainer } = await import('@tutti/learn')
  output.progress('putting the model together…')
  const { values } = await pullModel(client, creation, options, { file: options.model, output })
  const weights = await toPulledWeights(manifest, values, options)
  const trainer = await createTrainer(await openBase(manifest, options), manifest.training, {})
  try {
    if (judged !== undefined) {
      const figures = await showFigures(manifest, await trainer.evaluate(weights, judged), judged, output)
      output.line('  computed on this machine, from the model whose commitments the contract holds')
      output.result({ id, figures, examples: judged.count, isLocal: true, modules })
      return
    }
    const example = toExample(manifest, input!)
    const outputs = [...(await trainer.predict(weights, example))]
    const answer = answerOf(manifest, outputs)
    const unit = 10n ** 18n
    const scaled = outputs.map((value) => BigInt(Math.round(value * 1e6)) * (unit / 1_000_000n))
    const named = printAnswer(manifest, answer, scaled, output)
    output.line('  answered on this machine, from the model whose commitments the contract holds; not by the contract')
    output.result({ id, answer: named, class: answer, outputs, input: bytesToHex(input!), isLocal: true, modules })
  } finally {
    await trainer.release()
  }
}

/** Judges the contract's integers on this machine, by the twin of its arithmetic: thousands of calls would ask the same. */
async function judgeIntegers(
  client: ChainClient,
  { creation, modules }: { creation: Creation; modules: Module[] },
  manifest: Manifest,
  options: PredictOptions,
  output: Output,
): Promise<void> {
  const { id, terms } = creation
  const judged = await readLabelled(manifest, options)
  const { readModel } = await import('@tutti/chain')
  const { evaluateIntegers } = await import('@tutti/learn')
  output.progress('reading the model…')
  const { lanes } = await readModel(client, { id, terms })
  const figures = await showFigures(manifest, evaluateIntegers(manifest, lanes, judged), judged, output)
  output.line("  computed on this machine from the contract's integers, by the twin of its arithmetic")
  output.result({ id, figures, examples: judged.count, isLocal: true, modules })
}

async function showFigures(
  manifest: Manifest,
  measured: Metrics,
  judged: Dataset,
  output: Output,
): Promise<JudgedFigures> {
  const { METRIC_KEYS } = await import('@tutti/learn')
  const figures = pickFigures(manifest, measured, METRIC_KEYS)
  for (const line of figureLines(manifest, figures, judged)) output.line(line)
  return figures
}

async function readLabelled(manifest: Manifest, options: PredictOptions): Promise<Dataset> {
  if (options.data === undefined || options.input !== undefined) {
    throw new CommandError('--all judges a file: name it with --data, and leave --input out.', exitCodes.usage)
  }
  const { readLocalData } = await import('../local-data.ts')
  return readLocalData(manifest, options.data)
}

/** Prints the answer and, below it, what the last layer gave for each class; outputs in units of 10^-18. */
function printAnswer(manifest: Manifest, answer: bigint, outputs: readonly bigint[], output: Output): string {
  const { label } = manifest.data
  const named = nameAnswer(manifest, answer, outputs)
  output.line(`${toPlainText(label.name)}: ${toPlainText(named)}`)
  for (const [index, value] of outputs.entries()) {
    const name = label.kind === 'number' || manifest.model.output === 'logistic' ? 'output' : label.classes[index]!
    output.line(`  ${toPlainText(name).padEnd(12)} ${(Number(value) / 1e18).toFixed(4)}`)
  }
  return named
}

/** One example as a data set of its own. */
function toExample({ data }: Manifest, inputs: Uint8Array): Dataset {
  const { center: labelCenter, spread: labelSpread } =
    data.label.kind === 'number' ? data.label : { center: 0, spread: 1 }
  const { inputZero, inputScale } = data
  const labels = data.label.kind === 'number' ? new Float64Array(1) : new Int32Array(1)
  return { count: 1, features: inputs.length, inputs, labels, inputZero, inputScale, labelCenter, labelSpread }
}

/** Class index, 0 or 1, or one bit a label, from the outputs of the last layer. */
function answerOf({ model }: Manifest, outputs: readonly number[]): bigint {
  if (model.output === 'softmax') return BigInt(outputs.indexOf(Math.max(...outputs)))
  if (model.output === 'linear') return 0n
  return outputs.reduce((bits, value, index) => (value > 0 ? bits | (1n << BigInt(index)) : bits), 0n)
}

/** The answer in the words of the manifest: a class, the labels that are set, or a number with its unit. */
export function nameAnswer(manifest: Manifest, answer: bigint, outputs: readonly bigint[]): string {
  const { label } = manifest.data
  if (label.kind === 'number') return `${Number(outputs[0]) / 1e18}${label.unit === undefined ? '' : ` ${label.unit}`}`
  if (label.kind === 'class') return label.classes[Number(answer)] ?? `class ${answer}`
  const set = label.classes.filter((_, index) => ((answer >> BigInt(index)) & 1n) === 1n)
  return set.length === 0 ? 'none' : set.join(', ')
}
