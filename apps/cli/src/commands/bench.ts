/** `tutti bench NAME`: measures what is claimed, against its baseline in the same run and the limit it is held to. */
import type { BenchReport, Figure } from '@tutti/learn'
import { Argument, type Command } from 'commander'
import { exitCodes } from '../exit-codes.ts'
import { createOutput } from '../output.ts'

/** What each benchmark is for, shown by `--help`. */
const benches = {
  accuracy: 'the on-chain model against float FedAvg over 20 paired seeds (a few minutes)',
  gas: 'gas of every step on a local chain, against a naive on-chain average',
  train: 'training speed against PyTorch, where Python is present, and against the bare graph',
} as const

type BenchName = keyof typeof benches

/** Adds the command `bench`. */
export function addBench(program: Command): void {
  const list = Object.entries(benches).map(([name, purpose]) => `  ${name.padEnd(9)} ${purpose}`)
  program
    .command('bench')
    .description('Measure what is claimed: accuracy, gas or training speed.')
    .addArgument(new Argument('<name>', 'what to measure').choices(Object.keys(benches)))
    .option('--json', 'print one JSON object')
    .addHelpText('after', `\n${list.join('\n')}\n\nExit code 1: a figure misses its limit.`)
    .action(async (name: BenchName, options: { json?: boolean }) => {
      const output = createOutput({ isJson: options.json === true })
      const report = await runBench(name, output.progress)
      for (const figure of report.figures) {
        output.line(describeFigure(figure))
        output.line(`    against ${figure.baseline}`)
        if (figure.note !== '') output.line(`    ${figure.note}`)
      }
      output.result(toJsonReport(report))
      if (report.figures.some((figure) => !isMet(figure))) process.exitCode = exitCodes.answerIsNo
    })
}

async function runBench(name: BenchName, onProgress: (line: string) => void): Promise<BenchReport> {
  if (name === 'gas') return (await import('@tutti/chain/bench')).benchGas({ onProgress })
  const { benchAccuracy, benchTrain } = await import('@tutti/learn')
  return name === 'accuracy' ? benchAccuracy({ onProgress }) : benchTrain({ onProgress })
}

/** Whether a figure keeps its limit. One that was not measured, or has no limit, misses nothing: its note says why. */
export function isMet({ value, limit }: Figure): boolean {
  if (value === null || limit === null) return true
  return 'atMost' in limit ? value <= limit.atMost : value >= limit.atLeast
}

/** A figure in one line: met or missed, id, value, unit, limit. */
export function describeFigure(figure: Figure): string {
  const { id, value, unit, limit } = figure
  const mark = value === null ? '?' : limit === null ? '·' : isMet(figure) ? '✓' : '✗'
  const bound =
    limit === null ? '' : 'atMost' in limit ? `  (at most ${limit.atMost})` : `  (at least ${limit.atLeast})`
  const shown = value === null ? 'not measured' : `${Number(value.toPrecision(6))} ${unit}`
  return `${mark} ${id.padEnd(26)} ${shown}${bound}`
}

/** The report as machines read it: `limit` is a number, `bound` says on which side of it the value must be. */
export function toJsonReport({ bench, figures }: BenchReport) {
  return {
    bench,
    figures: figures.map(({ limit, ...figure }) => ({
      ...figure,
      limit: limit === null ? null : 'atMost' in limit ? limit.atMost : limit.atLeast,
      bound: limit === null ? null : 'atMost' in limit ? 'atMost' : 'atLeast',
      isMet: isMet({ ...figure, limit }),
    })),
  }
}
