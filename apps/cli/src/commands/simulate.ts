/** `tutti simulate`: plays a federation in one process, so that terms can be chosen before money is spent. */
import { proposeBits } from '@tutti/core'
import type { TaskFile } from '@tutti/learn'
import type { TaskName } from '@tutti/learn/node'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { parseGwei } from '../chain/connection.ts'
import type { TaskSource } from '../create/task-source.ts'
import { addTensorOptions, type TensorOptions } from '../create/tensor-options.ts'

import type { Pricing } from '../simulate/costs.ts'
import type { PlayOptions, Simulated } from '../simulate/play.ts'
import type { Compared } from '../simulate/report.ts'
import type { PartitionName, SimulationRows } from '../simulate/rows.ts'
import type { Setting } from '../simulate/sweep.ts'
import { CommandError, exitCodes } from '../terminal/exit-codes.ts'
import { watchInterruption } from '../terminal/interruption.ts'
import {
  collectTexts,
  parseAtLeastOne,
  parseCount,
  parsePositive,
  parseShare,
  present,
} from '../terminal/option-values.ts'
import { createOutput, type Output } from '../terminal/output.ts'

interface SimulateOptions extends TensorOptions {
  task?: TaskName
  taskFile?: string
  data?: string[]
  testData?: string
  holdout: number
  path: 'direct' | 'blob'
  baseModel?: string
  members?: number
  cohort?: number
  minimumUpdates?: number
  rounds?: number
  bits?: string
  laneBits?: string
  shards?: number
  shardsPerMember?: number
  partition?: PartitionName
  alpha: number
  dropout: number
  learningRate?: number
  epochs?: number
  steps?: number
  exampleWeight?: number
  sweep?: string[]
  baseline?: boolean
  rpc?: string
  gasPrice?: bigint
  blobGasPrice?: bigint
  coinPrice?: number
  seed: number
  json?: boolean
}

/** Members that one process plays at the most. */
const MOST_MEMBERS = 1_000
/** Most of them that the terms let train in a round. */
const MOST_COHORT = 256

/** Adds the command `simulate`. Long because: one declaration of all its options, with the text of `--help`. */
export function addSimulate(program: Command): void {
  const command = program
    .command('simulate')
    .description("Play a federation in one process, with the chain's exact arithmetic and no chain, to choose terms.")
    .addOption(new Option('--task <name>', 'a built-in task').choices(['digits', 'breast-cancer', 'mnist']))
    .option('--task-file <path>', 'your own task, as `create` takes it')
    .option('--data <path>', 'rows: a CSV (may be repeated), or the folder of MNIST', collectTexts)
    .option('--test-data <path>', 'a CSV of rows that nobody trains on, to judge the models')
    .option('--holdout <share>', 'share of the rows of --data that nobody trains on', parseShare, 0.2)
    .addOption(new Option('--path <name>', 'where the model would live').choices(['direct', 'blob']).default('direct'))
    .option('--base-model <file>', 'in blobs: an ONNX model of your own, or safetensors')
  addTensorOptions(command)
    .option('--members <n>', 'members that join, up to 1,000 (default: 8, or one a file)', parseMembers)
    .option(
      '--cohort <n>',
      'the most that train in a round: --members of `create` (default: all, up to 256)',
      parseCohort,
    )
    .option(
      '--minimum-updates <n>',
      'with fewer updates a round leaves the model unchanged (default: half of those who train in it)',
      parseAtLeastOne,
    )
    .option('--rounds <n>', 'the most rounds (default: 30)', parseAtLeastOne)
    .addOption(
      new Option('--bits <n>', 'bits of an update (default: as `create` proposes)').choices(['1', '2', '4', '8']),
    )
    .addOption(
      new Option('--lane-bits <n>', 'bits of a model integer (default: as `create`)').choices(['16', '24', '32']),
    )
    .option('--shards <n>', 'cut the model into so many shards', parseAtLeastOne)
    .option('--shards-per-member <n>', 'shards a member trains in a round, rotating', parseAtLeastOne)
    .addOption(
      new Option(
        '--partition <name>',
        'how rows are divided: iid (by chance), dirichlet (skewed by class), labels (two classes for each member), file ' +
          '(one for each member) (default: file if there are several, else dirichlet, or iid for measured numbers)',
      ).choices(['iid', 'dirichlet', 'labels', 'file']),
    )
    .option('--alpha <x>', 'label skew of dirichlet: smaller is more unequal', parsePositive, 0.5)
    .option('--dropout <share>', 'chance that a member of the cohort sends nothing in a round', parseDropout, 0)
    .option('--learning-rate <x>', "local learning rate (default: the task's)", parsePositive)
    .option('--epochs <n>', "passes over a member's rows in a round (default: the task's)", parseAtLeastOne)
    .option('--steps <n>', 'in place of --epochs: training steps in a round, whatever the rows', parseAtLeastOne)
    .option(
      '--example-weight <n>',
      'weigh updates by their rows, relative to the mean member: at most n, at least 1/n (default: all alike)',
      parseWeight,
    )
    .option(
      '--sweep <name=values>',
      'compare values in one table, such as bits=1,2,4; may be repeated for all combinations',
      collectTexts,
    )
    .option('--baseline', 'also train on all rows in one place, with as many passes')
    .option('--rpc <url>', 'price the gas by the rules and the present fees of this chain')
    .option('--gas-price <gwei>', 'price of gas', parseGwei)
    .option('--blob-gas-price <gwei>', 'price of blob gas (default: 0)', parseGwei)
    .option('--coin-price <usd>', 'dollars for a coin of the chain, to state costs in dollars', parsePositive)
    .option('--seed <n>', 'seeds everything: the same seed gives the same result', parseCount, 1)
    .option('--json', 'print one JSON object; each round is a line of JSON on standard error')
    .addHelpText(
      'after',
      '\nThe functions that nodes and verifiers run draw the cohorts, round the updates and add them up. So the integers are\n' +
        'those that a chain would hold for the same data and randomness. The first member is the creator: steps are\n' +
        'calibrated on its rows. Gas figures are upper bounds: real rounds take less. Ctrl-C prints what was reached.\n' +
        '\nExamples:\n' +
        '  tutti simulate --task digits --members 100 --cohort 16 --dropout 0.1 --baseline\n' +
        '  tutti simulate --task-file task.yaml --data north.csv --data south.csv --sweep bits=1,2,4\n' +
        '  tutti simulate --task digits --sweep learning-rate=0.1,0.4 --sweep alpha=0.1,1 --gas-price 0.05',
    )
    .action(runSimulate)
}

async function runSimulate(options: SimulateOptions): Promise<void> {
  const output = createOutput({ isJson: options.json === true })
  const { toSettings } = await import('../simulate/sweep.ts')
  const settings = toSettings(options.sweep ?? [])
  const taskFile = await readSource(options)
  const { readTaskSource } = await import('../create/task-source.ts')
  const { readRows } = await import('../simulate/rows.ts')
  output.progress('reading the data…')
  const data = options.data ?? []
  const isFolder = options.task === 'mnist'
  const folder = isFolder && data[0] !== undefined ? { folder: data[0] } : {}
  const source = await readTaskSource({ ...options, ...folder, splitSeed: options.seed }, taskFile)
  const { testData, holdout, seed } = options
  const tested = testData === undefined ? {} : { testData }
  const rows = await readRows(source, { data: isFolder ? [] : data, ...tested, holdout, seed })
  const pricing = await choosePricing(options)
  const interruption = watchInterruption(() => output.note('ending; what was reached follows…'))
  try {
    const { playSimulation } = await import('../simulate/play.ts')
    const played: Compared[] = []
    for (const setting of settings) {
      const chosen = await chooseAll(options, taskFile?.terms ?? {}, setting, { source, rows })
      const isOne = settings.length === 1
      const named = Object.entries(setting).map(([name, value]) => `${name} ${value}`)
      const prefix = isOne ? '' : `${played.length + 1} of ${settings.length}, ${named.join(', ')}: `
      const play = playSimulation({
        ...chosen,
        pricing,
        signal: interruption.signal,
        onProgress: (text) => output.progress(`${prefix}${text}`),
        ...(await tellers(output, isOne, setting)),
      })
      played.push(isOne ? { setting, simulated: await play } : await orFailure(setting, play))
      if (interruption.signal.aborted) break
    }
    await tell(output, played, settings.length, pricing)
    if (interruption.signal.aborted) process.exitCode = exitCodes.interrupted
    else if (played.every((each) => !('simulated' in each) || each.simulated.ended === 'diverged'))
      process.exitCode = exitCodes.answerIsNo
  } finally {
    interruption.release()
  }
}

/** One of several settings that cannot be played does not keep the others from being played. */
async function orFailure(setting: Setting, play: Promise<Simulated>): Promise<Compared> {
  const { TrainingDivergedError } = await import('@tutti/learn/node')
  try {
    return { setting, simulated: await play }
  } catch (error) {
    if (!(error instanceof CommandError || error instanceof TrainingDivergedError)) throw error
    return { setting, failure: error.message }
  }
}

/** Says what is played, and each round as it ends, if there is only one setting. */
async function tellers(
  output: Output,
  isOne: boolean,
  setting: Setting,
): Promise<Required<Pick<PlayOptions, 'onStart' | 'onRound'>>> {
  const { headLines, roundLine } = await import('../simulate/report.ts')
  return {
    onStart: (facts) => {
      for (const line of isOne ? headLines(facts) : []) output.line(line)
    },
    onRound: (figures) => {
      if (isOne) output.line(roundLine(figures))
      output.event({ kind: 'round', ...(isOne ? {} : { setting }), ...figures })
    },
  }
}

async function tell(output: Output, played: readonly Compared[], settings: number, pricing: Pricing): Promise<void> {
  const { describeSimulated, sweepLines, toJsonSimulated } = await import('../simulate/report.ts')
  if (settings > 1) {
    for (const line of sweepLines(played)) output.line(line)
    const isInterrupted = played.length < settings
    output.result({
      sweep: played.map((each) =>
        'simulated' in each ? { setting: each.setting, ...toJsonSimulated(each.simulated) } : each,
      ),
      ...(isInterrupted ? { ended: 'interrupted' } : {}),
    })
    return
  }
  const [only] = played
  if (only === undefined || !('simulated' in only)) return
  const { simulated } = only
  for (const line of describeSimulated(simulated, pricing)) output.line(line)
  output.result(toJsonSimulated(simulated))
}

async function readSource({ task, taskFile, path, baseModel }: SimulateOptions): Promise<TaskFile | undefined> {
  if ((task === undefined) === (taskFile === undefined)) {
    throw new CommandError('Say what to learn: --task NAME or --task-file PATH, one of them.', exitCodes.usage)
  }
  if (baseModel !== undefined && path !== 'blob') {
    throw new CommandError('A base model is for the blob path: add --path blob.', exitCodes.usage)
  }
  const { readTaskFile } = await import('@tutti/learn/node')
  return taskFile === undefined ? undefined : readTaskFile(taskFile)
}

/** Options that were given come before the task file, the file before what `create` proposes; a sweep comes before all. */
async function chooseAll(
  options: SimulateOptions,
  file: NonNullable<TaskFile['terms']>,
  setting: Setting,
  { source, rows }: { source: TaskSource; rows: SimulationRows },
): Promise<Omit<PlayOptions, 'pricing' | 'signal' | 'onProgress' | 'onRound'>> {
  const { choosePartition } = await import('../simulate/rows.ts')
  const { path } = options
  const partition = choosePartition(options.partition, rows)
  const members = setting.members ?? options.members ?? (partition === 'file' ? rows.train.length : 8)
  if (members > MOST_MEMBERS) parseMembers(String(members))
  const cohort = setting.cohort ?? options.cohort ?? file.members ?? Math.min(members, MOST_COHORT)
  const asked = setting.bits ?? (options.bits === undefined ? file.bits : Number(options.bits))
  const laneBits = options.laneBits === undefined ? file.laneBits : Number(options.laneBits)
  const { proposeMinimum } = await import('@tutti/learn')
  // Fewer members may be played than the terms let train: half of those played, or no round could have enough.
  const minimumUpdates = options.minimumUpdates ?? file.minimumUpdates ?? proposeMinimum(Math.min(members, cohort))
  const shards = options.shards ?? file.shards
  const shardsPerMember = options.shardsPerMember ?? file.shardsPerMember
  const { adaptTraining } = await import('../create/task-source.ts')
  // The source has the options' choice already.
  const { epochs, steps, 'learning-rate': learningRate } = setting
  const training = adaptTraining(source.task.training, present({ epochs, steps, learningRate }))
  const most = setting['example-weight'] ?? options.exampleWeight
  if (most !== undefined) parseWeight(String(most))
  const reference = Math.max(1, Math.round(rows.train.reduce((sum, { count }) => sum + count, 0) / members))
  const weighting = most === undefined ? {} : { weighting: { reference, most } }
  const seed = setting.seed ?? options.seed
  return {
    task: { ...source.task, training: { ...training, ...weighting } },
    rows,
    division: { members, partition, alpha: setting.alpha ?? options.alpha, seed },
    terms: {
      members: cohort,
      rounds: setting.rounds ?? options.rounds ?? file.rounds ?? 30,
      bits: asked ?? proposeBits(cohort, path),
      ...(laneBits === undefined ? {} : { laneBits }),
      minimumUpdates,
      ...(shards === undefined ? {} : { shards }),
      ...(shardsPerMember === undefined ? {} : { shardsPerMember }),
      ...(file.gain === undefined ? {} : { gain: file.gain }),
    },
    path,
    dropout: setting.dropout ?? options.dropout,
    hasBaseline: options.baseline === true,
    seed,
  }
}

/** The prices of a chain if one is named, else those that were given, else none. */
async function choosePricing({ rpc, gasPrice, blobGasPrice, coinPrice }: SimulateOptions): Promise<Pricing> {
  const { plainPricing } = await import('../simulate/costs.ts')
  const given = {
    ...(gasPrice === undefined ? {} : { feePerGas: gasPrice }),
    ...(blobGasPrice === undefined ? {} : { blobFeePerGas: blobGasPrice }),
    ...(coinPrice === undefined ? {} : { coinUsd: coinPrice }),
  }
  if (rpc === undefined) return { ...plainPricing, ...given }
  const { connect, deployment, readFeePerGas, readLimits } = await import('@tutti/chain')
  const { describeLimits } = await import('../chain/limit-lines.ts')
  const client = await connect({ rpcUrl: rpc, core: deployment().core })
  const [limits, feePerGas] = await Promise.all([readLimits(client), readFeePerGas(client)])
  const { prices, executionGas } = limits
  return { prices, executionGas, feePerGas, origin: describeLimits(limits), ...given }
}

function parseMembers(text: string): number {
  const members = parseAtLeastOne(text)
  if (members > MOST_MEMBERS) throw new InvalidArgumentError('A simulation takes up to 1,000 members.')
  return members
}

function parseCohort(text: string): number {
  const cohort = parseAtLeastOne(text)
  if (cohort > MOST_COHORT) throw new InvalidArgumentError('At most 256 members train in a round.')
  return cohort
}

function parseWeight(text: string): number {
  const weight = Number(text)
  if (text.trim() === '' || !(weight >= 1 && weight <= 64)) {
    throw new InvalidArgumentError('It takes a number from 1 to 64, the most that an update may weigh.')
  }
  return weight
}

function parseDropout(text: string): number {
  const share = Number(text)
  if (text.trim() === '' || !(share >= 0 && share < 1)) {
    throw new InvalidArgumentError('It takes a share from 0 to below 1, such as 0.1.')
  }
  return share
}
