/** `tutti predict ID`: the model's answer to one example, its answers to a table, or its figures on one. */
import { existsSync } from 'node:fs'
import type { Module } from '@tutti/chain'
import { formatCount } from '@tutti/core'
import type { Dataset, Manifest } from '@tutti/learn'
import type { Command } from 'commander'
import { bytesToHex, type Hex } from 'viem'
import { addConnectionOptions, type ConnectionOptions, openReader, parseId } from '../chain/connection.ts'
import { addModuleOption, demandKnownModules, type ModuleOptions } from '../chain/modules.ts'
import { type ExampleOptions, noteTakenValues, readExample } from '../data/example.ts'
import { type Answer, answerHeader, answerRow, formatAnswer, nameAnswers } from '../model/answers.ts'
import type { AskedModel } from '../model/asked-model.ts'
import { addBlobOptions } from '../model/blob-model.ts'
import { openContractAnswers } from '../model/contract-answers.ts'
import { figureLines, pickFigures } from '../model/figure-lines.ts'
import { addRoundOption, addSealedOption, readAskedRound } from '../model/past-model.ts'
import { openScorer, type Scorer, type ScoringOptions } from '../model/scoring.ts'
import { schemaForm, tableForm, toCsvBytes, toCsvLine } from '../terminal/csv-writing.ts'
import { CommandError, exitCodes } from '../terminal/exit-codes.ts'
import { parseCount } from '../terminal/option-values.ts'
import { createOutput, type Output } from '../terminal/output.ts'
import { toPlainText } from '../terminal/plain-text.ts'
import { replaceFile } from '../terminal/whole-file.ts'

interface PredictOptions extends ConnectionOptions, ScoringOptions, ModuleOptions, ExampleOptions {
  all?: boolean
  out?: string
  withInputs?: boolean
  force?: boolean
}

/** What every question is about, and what is said with every answer. */
interface Asked extends AskedModel {
  known: { id: Hex; round: number; modules: readonly Module[] }
}

const EXPLANATION = `
One answer comes from the contract, which is handed the model's words and holds them against their hash; with --sealed it
comes from sealed code, as contracts get it. On the blob path it comes from this machine. A classifier gives logits. The answer is
the class with the largest logit; where one logit stands for two classes, it is the second class if the logit is above
zero. Probabilities are the softmax of the logits, or their logistic function. With --json, "outputs" is what the
contract returned: integers with 18 decimals.`

/** Adds the command `predict`. */
export function addPredict(program: Command): void {
  const command = program
    .command('predict')
    .description('Ask the model for its answer to one example, or to all rows of a table. It costs nothing.')
    .argument('<id>', 'the federation', parseId)
    .option('--data <file>', "take the example from this CSV of the federation's columns")
    .option('--row <n>', 'which row of --data, counted from 0', parseCount, 0)
    .option('--input <json>', 'the example itself: {"column": value, …}')
    .option('--out <file>', 'answer all rows of --data into this CSV, with probabilities where the model classifies')
    .option('--with-inputs', 'with --out: write the columns of --data before the answers, in the form of that file')
    .option('--force', 'replace the file of --out if it exists')
    .option('--all', "judge the model on all rows of --data, by the manifest's metrics; `tutti evaluate` says more")
    .option('--on-chain', 'with --out or --all: ask the contract for every answer (default: compute them here)')
    .addHelpText('after', EXPLANATION)
  command.option('--model <file>', 'blob path: answer on this machine, from a model that was pulled before')
  addRoundOption(command)
  addSealedOption(command)
  addModuleOption(addBlobOptions(addConnectionOptions(command))).action(async (id: Hex, options: PredictOptions) => {
    const output = createOutput({ isJson: options.json === true })
    checkOptions(options)
    const client = await openReader(options)
    const { pathOf, readManifest } = await import('@tutti/chain')
    const { parseModelManifest } = await import('@tutti/learn')
    const creation = await readManifest(client, { id })
    const modules = await demandKnownModules(client, creation, options, output)
    const manifest = parseModelManifest(creation.manifest)
    const round = await readAskedRound(client, id, options, output)
    const asked: Asked = { client, creation, manifest, modules, known: { id, round, modules } }
    if (options.all === true) await judgeRows(asked, options, output)
    else if (options.out !== undefined) await answerRows(asked, options.out, options, output)
    else if (pathOf(creation) === 'blob' || options.round !== undefined) await answerLocally(asked, options, output)
    else await askContract(asked, options, output)
  })
}

function checkOptions(options: PredictOptions): void {
  const { all, out, withInputs, force, data, input } = options
  if (withInputs === true && out === undefined) {
    throw new CommandError('--with-inputs writes rows before their answers: name a file with --out.', exitCodes.usage)
  }
  if (all === true && out !== undefined) {
    throw new CommandError('Give --all to judge the model, or --out to write its answers, not both.', exitCodes.usage)
  }
  if ((all === true || out !== undefined) && (data === undefined || input !== undefined)) {
    const what = all === true ? '--all judges a file' : '--out answers the rows of a file'
    throw new CommandError(`${what}: name it with --data, and leave --input out.`, exitCodes.usage)
  }
  if (out !== undefined && force !== true && existsSync(out)) {
    throw new CommandError(
      `${out} exists. Choose another name with --out, or replace it with --force.`,
      exitCodes.usage,
    )
  }
}

async function askContract(asked: Asked, options: PredictOptions, output: Output): Promise<void> {
  const { manifest, known } = asked
  const given = await readExample(manifest, options)
  const { input, taken } = given
  const { ask, answeredBy, version, how } = await openContractAnswers(asked, options.sealed)
  const { class: answered, outputs } = await ask(input)
  const { label } = manifest.data
  const { center = 0, spread = 1 } = label.kind === 'number' ? label : {}
  const [answer] = nameAnswers(
    manifest,
    outputs.map((value) => (Number(value) / 1e18 - center) / spread),
    toExample(manifest, input),
  )
  printAnswer(manifest, answer!, output)
  output.line(`  answered by the contract ${how}`)
  await noteTakenValues(given, output)
  const question = { outputs, input: bytesToHex(input), taken }
  output.result({ ...known, version, answeredBy, ...answer, class: Number(answered), ...question, isLocal: false })
}

/** Answers from a model that the contract does not answer from: one that was pulled, or that of an earlier round. */
async function answerLocally(asked: Asked, options: PredictOptions, output: Output): Promise<void> {
  const { manifest, known } = asked
  const given = await readExample(manifest, options)
  const { input, taken } = given
  const scorer = await openScorer(asked, options, output)
  try {
    const example = toExample(manifest, input)
    const outputs = [...Array.from(await scorer.score(example))]
    const [answer] = nameAnswers(manifest, outputs, example)
    printAnswer(manifest, answer!, output)
    output.line(`  ${scorer.how}`)
    await noteTakenValues(given, output)
    output.result({ ...known, ...whence(scorer), ...answer, outputs, input: bytesToHex(input), taken })
  } finally {
    await scorer.close()
  }
}

async function judgeRows(asked: Asked, options: PredictOptions, output: Output): Promise<void> {
  const { manifest, known } = asked
  const { judge, METRIC_KEYS } = await import('@tutti/learn')
  const { describeTaken, readOwnRows } = await import('../data/local-data.ts')
  const rows = await readOwnRows(manifest, options.data!)
  if (rows.kind !== 'dataset') return
  const { dataset: judged, taken } = rows
  const scorer = await openScorer(asked, options, output)
  try {
    const measured = judge(manifest.model, await scorer.score(judged), judged)
    const figures = pickFigures(manifest, measured, METRIC_KEYS)
    for (const line of figureLines(manifest, figures, judged)) output.line(line)
    output.line(`  ${scorer.how}`)
    for (const line of describeTaken(taken)) output.note(`Note: ${line}.`)
    output.result({ ...known, ...whence(scorer), figures, examples: judged.count, taken })
  } finally {
    await scorer.close()
  }
}

async function answerRows(asked: Asked, out: string, options: PredictOptions, output: Output): Promise<void> {
  const { manifest, known } = asked
  const { describeTaken, readQuestions } = await import('../data/local-data.ts')
  output.progress(`reading ${options.data}…`)
  const { table, dataset: questions, taken } = await readQuestions(manifest, options.data!)
  const scorer = await openScorer(asked, options, output)
  try {
    const answers = nameAnswers(manifest, await scorer.score(questions), questions)
    const isWhole = options.withInputs === true
    const form = isWhole ? tableForm(table) : schemaForm(manifest.data)
    const given = isWhole ? table.columns : []
    const header = ['row', ...given, ...answerHeader(manifest, ['row', ...given])]
    const rows = answers.map((answer, row) => [
      String(row),
      ...(isWhole ? table.row(row).cells : []),
      ...answerRow(manifest, answer, form),
    ])
    const text = [header, ...rows].map((cells) => toCsvLine(cells, form)).join('')
    await replaceFile(out, toCsvBytes(text, form))
    output.line(
      `Wrote ${out}: ${formatCount(answers.length, 'answer')}${options.sealed === undefined ? ` of the model after round ${known.round}` : ''}.`,
    )
    output.line(`  ${scorer.how}`)
    for (const line of describeTaken(taken)) output.note(`Note: ${line}.`)
    output.result({ ...known, ...whence(scorer), out, examples: answers.length, taken })
  } finally {
    await scorer.close()
  }
}

/** What `--json` says of where answers come from. */
function whence({ version, answeredBy, isLocal }: Scorer) {
  return { version, answeredBy, isLocal }
}

/** Prints the answer and, below it, what it follows from: probability and logit of each class. */
function printAnswer(manifest: Manifest, { answer, logits, probabilities }: Answer, output: Output): void {
  const { label } = manifest.data
  output.line(toPlainText(`${label.name}: ${formatAnswer(manifest, answer)}`))
  if (probabilities === undefined) return
  const width = Math.max(12, ...probabilities.map(({ name }) => name.length))
  const isPair = manifest.model.output === 'logistic'
  output.line(`  ${''.padEnd(width)} probability${isPair ? '' : '      logit'}`)
  for (const [index, { name, probability }] of probabilities.entries()) {
    const logit = isPair ? '' : `  ${logits[index]!.toFixed(4).padStart(9)}`
    output.line(toPlainText(`  ${name.padEnd(width)} ${`${(100 * probability).toFixed(1)}%`.padStart(11)}${logit}`))
  }
  if (isPair) output.line(`  ${'logit'.padEnd(width)} ${logits[0]!.toFixed(4).padStart(11)}`)
}

/** One example as a data set of its own. */
function toExample({ data }: Manifest, inputs: Uint8Array): Dataset {
  const { center: labelCenter, spread: labelSpread } =
    data.label.kind === 'number' ? data.label : { center: 0, spread: 1 }
  const { inputZero, inputScale } = data
  const labels = data.label.kind === 'number' ? new Float64Array(1) : new Int32Array(1)
  return { count: 1, features: inputs.length, inputs, labels, inputZero, inputScale, labelCenter, labelSpread }
}
