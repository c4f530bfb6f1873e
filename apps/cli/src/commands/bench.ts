/** `tutti bench NAME`: measures what is claimed, beside a baseline in the same run, and compares it with its limit. */
import { Argument, type Command, InvalidArgumentError, Option } from 'commander'
import type { BenchFigure } from '../bench/figure.ts'

import { exitCodes } from '../terminal/exit-codes.ts'
import { parseCount } from '../terminal/option-values.ts'
import { createOutput } from '../terminal/output.ts'

/** What each benchmark is for, shown by `--help`. */
const benches = {
  accuracy:
    'the on-chain model against float FedAvg, over paired seeds and eight settings (about twenty minutes on two processors)',
  gas: 'gas of every transaction on a local chain, against a naive on-chain average',
  nodes: 'fifty member processes on this machine: rounds missed, memory, calls, training in a node (about ten minutes)',
  blob: 'the blob path: gas, commitments, and with --data the CNN of 1,663,370 parameters on MNIST (minutes)',
  trust: 'files written and sockets opened by training processes beyond their own (a minute; sockets need strace)',
  evaluate: 'judging 100,000 rows with a model of the contract (a minute)',
  round:
    "a node's start to its first training, and what a round takes beside training, next to Flower where it is installed (minutes)",
  train: 'training speed against PyTorch, where Python is present, and against the bare graph',
} as const

type BenchName = keyof typeof benches

interface BenchOptions {
  json?: boolean
  data?: string
  partitions?: string
  seeds?: number
  serve?: boolean
  members?: number
  rounds?: number
}

/** Adds the command `bench`. */
export function addBench(program: Command): void {
  const list = Object.entries(benches).map(([name, purpose]) => `  ${name.padEnd(9)} ${purpose}`)
  program
    .command('bench')
    .description(
      'Measure what is claimed: accuracy, gas, nodes, the blob path, evaluation, training speed, foreign files and sockets.',
    )
    .addArgument(new Argument('<name>', 'what to measure').choices(Object.keys(benches)))
    .option('--json', 'print one JSON object')
    .option('--data <folder>', 'blob: folder of the four IDX files of MNIST (default: the digits are trained)')
    .option('--partitions <file>', 'accuracy: write who holds which example to this file, as JSON')
    .option('--seeds <n>', 'accuracy: paired seeds, at least 2 (default: 40)', parseSeeds)
    .addOption(new Option('--serve', 'accuracy: measure what the process that started this one asks for').hideHelp())
    .option('--members <n>', 'nodes: member processes (default: 50)', parseCount)
    .option(
      '--rounds <n>',
      'nodes: rounds (default: 20); blob, accuracy: rounds of training (default: 5, and 30)',
      parseCount,
    )
    .addHelpText('after', `\n${list.join('\n')}\n\nExit code 1: a figure misses its limit.`)
    .action(async (name: BenchName, options: BenchOptions) => {
      if (options.serve === true) {
        const { serveAccuracy } = await import('../bench/accuracy.ts')
        return serveAccuracy()
      }
      const output = createOutput({ isJson: options.json === true })
      const figures = await runBench(name, options, output.progress)
      for (const figure of figures) {
        output.line(describeFigure(figure))
        if (figure.baseline !== null) output.line(`    against ${figure.baseline}`)
        if (figure.note !== '') output.line(`    ${figure.note}`)
      }
      output.result({ bench: name, figures: figures.map((figure) => ({ ...figure, isMet: isMet(figure) })) })
      if (figures.some((figure) => !isMet(figure))) process.exitCode = exitCodes.answerIsNo
    })
}

/** Runs a benchmark, and brings the figures of each package into one form. */
async function runBench(
  name: BenchName,
  options: BenchOptions,
  onProgress: (line: string) => void,
): Promise<BenchFigure[]> {
  if (name === 'gas') {
    const { benchGas } = await import('@tutti/chain/bench')
    const { figures } = await benchGas({ onProgress })
    return figures.map((figure) => ({ ...figure, bound: 'atMost' }))
  }
  if (name === 'nodes') {
    const { benchNodes } = await import('../bench/nodes.ts')
    return benchNodes({ onProgress, ...options })
  }
  if (name === 'evaluate') {
    const { benchEvaluate } = await import('../bench/evaluate.ts')
    return benchEvaluate({ onProgress })
  }
  if (name === 'round') {
    const { benchRound } = await import('../bench/round-start.ts')
    const { benchRoundOverhead } = await import('../bench/round-overhead.ts')
    return [...(await benchRound({ onProgress })), ...(await benchRoundOverhead({ onProgress }))]
  }
  if (name === 'trust') {
    const { benchTrust } = await import('../bench/trust.ts')
    return benchTrust({ onProgress })
  }
  if (name === 'blob') {
    const { benchBlob } = await import('@tutti/chain/bench')
    const { benchBlobTraining } = await import('../bench/blob-training.ts')
    const { figures } = await benchBlob({ onProgress })
    const trained = await benchBlobTraining({
      rounds: options.rounds ?? 5,
      seed: 1,
      onProgress,
      ...(options.data === undefined ? {} : { dataPath: options.data }),
    })
    return [...figures.map((figure): BenchFigure => ({ ...figure, bound: 'atMost' })), ...trained]
  }
  const { figures } =
    name === 'accuracy' ? await measureAccuracy(options, onProgress) : await measureTraining(onProgress)
  return figures.map(({ limit, ...figure }) => {
    if (limit === null) return { ...figure, limit, bound: 'atMost' }
    return 'atMost' in limit
      ? { ...figure, limit: limit.atMost, bound: 'atMost' }
      : { ...figure, limit: limit.atLeast, bound: 'atLeast' }
  })
}

async function measureAccuracy({ partitions, seeds, rounds }: BenchOptions, onProgress: (line: string) => void) {
  const { benchAccuracyOnAll } = await import('../bench/accuracy.ts')
  return benchAccuracyOnAll({
    onProgress,
    ...(partitions === undefined ? {} : { partitionsPath: partitions }),
    ...(seeds === undefined ? {} : { seeds }),
    ...(rounds === undefined ? {} : { rounds }),
  })
}

async function measureTraining(onProgress: (line: string) => void) {
  const { benchTrain } = await import('@tutti/learn/node')
  return benchTrain({ onProgress })
}

/** An interval needs two. */
function parseSeeds(text: string): number {
  const seeds = parseCount(text)
  if (seeds < 2) throw new InvalidArgumentError('An interval needs at least 2 seeds.')
  return seeds
}

/** Whether a figure keeps its limit. One that was not measured, or has no limit, misses nothing: its note says why. */
export function isMet({ value, limit, bound }: BenchFigure): boolean {
  if (value === null || limit === null) return true
  return bound === 'atMost' ? value <= limit : value >= limit
}

/** A figure in one line: met or missed, id, value, unit, limit. */
export function describeFigure(figure: BenchFigure): string {
  const { id, value, unit, limit, bound, amsterdam } = figure
  const mark = value === null ? '?' : limit === null ? '·' : isMet(figure) ? '✓' : '✗'
  const held = limit === null ? '' : bound === 'atMost' ? `  (at most ${limit})` : `  (at least ${limit})`
  const shown = value === null ? 'not measured' : `${Number(value.toPrecision(6))} ${unit}`
  const later = amsterdam === undefined ? '' : `  by Amsterdam's prices at most ${Number(amsterdam.toPrecision(6))}`
  return `${mark} ${id.padEnd(26)} ${shown}${held}${later}`
}
