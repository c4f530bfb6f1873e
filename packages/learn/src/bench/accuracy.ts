/**
 * `accuracy.*`: what the chain's arithmetic costs in accuracy against FedAvg in floating point, as a user gets it:
 * steps calibrated on the creator's own data, the task's own learning rate, the width and gains that `create` proposes.
 *
 * The baseline that is judged is FedAvg by the rule that the contract keeps, each member counting alike. FedAvg by
 * samples is reported beside it: it knows how many examples each member has, which nobody can prove to a contract.
 */
import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { loadTask } from '../tasks/tasks.ts'
import {
  type Accuracy,
  type AccuracyJob,
  type AccuracyScores,
  type AccuracySetting,
  measureAccuracy,
} from './accuracy-pair.ts'
import type { BenchProgress, BenchReport, Figure } from './figure.ts'
import { type MeanInterval, upperInterval } from './interval.ts'

const SETTINGS: AccuracySetting[] = [0.5, 0.1].flatMap((alpha) =>
  [8, 32].flatMap((members) => [members, members / 2].map((cohort) => ({ alpha, members, cohort }))),
)
const WIDTHS = [1, 2, 4]
const ALLOWED = [64, 256]
const LIMIT = 0.3
const WORST_LIMIT = 0.5
const ALLOWED_LIMIT = 0.3
/** What is reported and not judged is measured with one seed in so many. */
const RARELY = 4
const SEEDS = 40

/** Options of {@link benchAccuracy}. */
export interface AccuracyBenchOptions {
  onProgress?: BenchProgress
  /** Paired seeds, at least 2; 40 when absent. */
  seeds?: number
  rounds?: number
  /** Those of the digits when absent; the first is the one of `accuracy.gap` and `accuracy.allowed`. */
  settings?: AccuracySetting[]
  /** Where the partitions are published as JSON; not written when absent. */
  partitionsPath?: string
  /** Measures one pair, and how many at once; in this process, one by one, when absent. */
  measure?: (job: AccuracyJob) => Promise<AccuracyScores>
  atOnce?: number
}

/** Measures the figures: see the head of this file. @throws RangeError for fewer than two seeds. */
export async function benchAccuracy(options: AccuracyBenchOptions = {}): Promise<BenchReport> {
  const { onProgress = () => {}, seeds = SEEDS, settings = SETTINGS, measure = measureAccuracy, atOnce = 1 } = options
  if (seeds < 2) throw new RangeError(`An interval needs at least 2 seeds, not ${seeds}.`)
  const rounds = options.rounds ?? loadTask('digits').rounds
  const jobs = toJobs(settings, seeds, rounds)
  const scores = new Array<AccuracyScores>(jobs.length)
  let next = 0
  let done = 0
  const work = async () => {
    for (let index = next++; index < jobs.length; index = next++) {
      const job = jobs[index]!
      const pair = await measure(job)
      scores[index] = pair
      onProgress(
        `${++done} of ${jobs.length}: ${describe(job)}, seed ${job.seed}: chain ${percent(chainOf(pair).settled)}, ` +
          `FedAvg ${percent(floatOf(pair).settled)}`,
      )
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  const measured = settings.map((setting, place): Measured => {
    const pairs = scores.filter((_, index) => index % settings.length === place)
    return { setting, pairs, gap: upperInterval(pairs.map(gapOf)) }
  })
  return { bench: 'accuracy', figures: toFigures(measured, { seeds, rounds, published: publish(measured, options) }) }
}

interface Measured {
  setting: AccuracySetting
  pairs: AccuracyScores[]
  gap: MeanInterval
}

/** Seed by seed, each with all settings, so that a run that stops early has measured all alike. */
function toJobs(settings: AccuracySetting[], seeds: number, rounds: number): AccuracyJob[] {
  return Array.from({ length: seeds }, (_, index) =>
    settings.map((setting, place): AccuracyJob => {
      const job: AccuracyJob = { ...setting, seed: index + 1, rounds, weightings: ['uniform'] }
      if (place === 0) job.allowed = ALLOWED
      if (index % RARELY !== 0) return job
      return { ...job, otherWidths: WIDTHS, weightings: ['uniform', 'samples'], hasLevels: place === 0 }
    }),
  ).flat()
}

/** The chain's accuracy at the width that `create` proposes. */
function chainOf({ chain, bits }: AccuracyScores): Accuracy & { clampedShare: number } {
  return chain[bits]!
}

/** FedAvg's, each member counting alike. */
function floatOf({ fedAvg }: AccuracyScores): Accuracy {
  return fedAvg.uniform!
}

/** Points that the chain loses against FedAvg in one pair. */
function gapOf(pair: AccuracyScores): number {
  return 100 * (floatOf(pair).settled - chainOf(pair).settled)
}

/** Long because: it lists the figures. */
function toFigures(
  measured: Measured[],
  { seeds, rounds, published }: { seeds: number; rounds: number; published: string },
): Figure[] {
  const first = measured[0]!
  const worst = measured.reduce((found, each) => (each.gap.upper > found.gap.upper ? each : found))
  const baseline = ({ pairs }: Measured) =>
    `FedAvg in float32, members alike: ${percent(meanOf(pairs, (pair) => floatOf(pair).settled))}`
  const how = `upper end of the one-sided 95% interval over ${seeds} paired seeds`
  const gapNote = ({ setting, gap, pairs }: Measured) =>
    `mean gap ${round(gap.mean)}, standard error ${round(gap.standardError)}, of the last model alone ` +
    `${round(lastGap(pairs).mean)} and ${round(lastGap(pairs).standardError)}; ${describe(setting)}; ` +
    `${pairs[0]!.bits} bits, ${percent(meanOf(pairs, (pair) => chainOf(pair).clampedShare))} of values clamped`
  const common =
    `digits, MLP 64-32-10, ${rounds} rounds, accuracy as the mean over the last five models, ` +
    "steps from the creator's own data"
  const levelled = first.pairs.filter(({ pooled }) => pooled !== undefined)
  const level = (id: string, of: (pair: AccuracyScores) => number, note: string): Figure => ({
    id,
    value: round(100 * meanOf(levelled, of)),
    unit: '%',
    limit: null,
    baseline: baseline(first),
    note: `${note}; ${describe(first.setting)}`,
  })
  const points: ToFigure = (id, value, from, { limit, note }) => ({
    id,
    value: round(value),
    unit: 'points',
    limit: limit === null ? null : { atMost: limit },
    baseline: baseline(from),
    note,
  })
  return [
    points('accuracy.gap', first.gap.upper, first, {
      limit: LIMIT,
      note: `${how}: ${gapNote(first)}; ${common}; ${published}`,
    }),
    points('accuracy.gap.worst', worst.gap.upper, worst, {
      limit: WORST_LIMIT,
      note: `${how}, the worst of ${measured.length} settings: ${gapNote(worst)}`,
    }),
    allowedFigure(first, baseline(first), how),
    ...measured.map((each) =>
      points(`accuracy.gap.${nameOf(each.setting)}`, each.gap.upper, each, {
        limit: null,
        note: `${how}: ${gapNote(each)}`,
      }),
    ),
    ...WIDTHS.flatMap((bits) => measured.map((each) => widthFigure(each, bits, points))),
    ...measured.map((each) => samplesFigure(each, points)),
    level('accuracy.chain', (pair) => chainOf(pair).settled, "the chain's integers, as integer predict answers"),
    level('accuracy.fedavg', (pair) => floatOf(pair).settled, 'FedAvg, members alike'),
    level('accuracy.pooled', ({ pooled }) => pooled!, 'all data in one place, as many epochs'),
    level(
      'accuracy.alone',
      ({ alone }) => mean(alone!),
      'each member on its own data, as many epochs; mean over members',
    ),
  ]
}

/** A figure in points of accuracy, the float baseline of `from` beside it. */
type ToFigure = (id: string, value: number, from: Measured, about: { limit: number | null; note: string }) => Figure

/** What it costs that terms allow more members than come. */
function allowedFigure({ pairs, setting }: Measured, baseline: string, how: string): Figure {
  const losses = ALLOWED.map((most) => ({
    most,
    ...upperInterval(pairs.map((pair) => 100 * (chainOf(pair).settled - pair.allowed[most]!))),
  }))
  const worst = losses.reduce((found, loss) => (loss.upper > found.upper ? loss : found))
  const list = losses.map(({ most, mean }) => `${most}: ${round(mean)}`).join(', ')
  return {
    id: 'accuracy.allowed',
    value: round(worst.upper),
    unit: 'points',
    limit: { atMost: ALLOWED_LIMIT },
    baseline,
    note: `${how}, of what ${setting.members} members lose where terms allow more; mean loss by members allowed ${list}`,
  }
}

/** Of the last model alone. */
function lastGap(pairs: AccuracyScores[]): MeanInterval {
  return upperInterval(pairs.map((pair) => 100 * (floatOf(pair).last - chainOf(pair).last)))
}

function widthFigure(measured: Measured, bits: number, toFigure: ToFigure): Figure {
  const { setting, pairs } = measured
  const gaps = pairs
    .filter(({ chain }) => chain[bits] !== undefined)
    .map((pair) => 100 * (floatOf(pair).settled - pair.chain[bits]!.settled))
  const note = `mean gap at ${bits} ${bits === 1 ? 'bit' : 'bits'} over ${gaps.length} seeds; ${describe(setting)}`
  return toFigure(`accuracy.gap.bits${bits}.${nameOf(setting)}`, mean(gaps), measured, { limit: null, note })
}

function samplesFigure(measured: Measured, toFigure: ToFigure): Figure {
  const { pairs, setting } = measured
  const gaps = pairs
    .filter(({ fedAvg }) => fedAvg.samples !== undefined)
    .map((pair) => 100 * (pair.fedAvg.samples!.settled - chainOf(pair).settled))
  const note = `mean gap over ${gaps.length} seeds against FedAvg in which members count by their examples; ${describe(setting)}`
  return toFigure(`accuracy.samples.${nameOf(setting)}`, mean(gaps), measured, { limit: null, note })
}

/**
 * Writes the partitions where asked, and says what names them: for each seed the member, from 0 in base 36, that holds
 * each example of the digits' training part.
 */
function publish(measured: Measured[], { partitionsPath: path }: AccuracyBenchOptions): string {
  const partitions = measured.map(({ setting: { alpha, members }, pairs }) => ({
    alpha,
    members,
    holders: pairs.map(({ partition }) => toHolders(partition)),
  }))
  // Whether a cohort is drawn changes nothing about who holds what.
  const isFirst = ({ alpha, members }: (typeof partitions)[number], index: number) =>
    index === partitions.findIndex((other) => other.alpha === alpha && other.members === members)
  const text = `${JSON.stringify({ task: 'digits', partitions: partitions.filter(isFirst) }, null, 1)}\n`
  const digest = createHash('sha256').update(text).digest('hex')
  if (path === undefined) return `partitions have SHA-256 ${digest}`
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
  return `partitions in ${path}, SHA-256 ${digest}`
}

function toHolders(partition: number[][]): string {
  const holders = new Array<string>(partition.reduce((sum, list) => sum + list.length, 0))
  for (const [member, list] of partition.entries()) for (const index of list) holders[index] = member.toString(36)
  return holders.join('')
}

function describe({ alpha, members, cohort }: AccuracySetting): string {
  return `${cohort < members ? `${cohort} of ` : ''}${members} members, Dirichlet ${alpha}`
}

/** `members8.cohort4.dirichlet0.1`. */
function nameOf({ alpha, members, cohort }: AccuracySetting): string {
  return `members${members}.cohort${cohort}.dirichlet${alpha}`
}

function meanOf(pairs: AccuracyScores[], of: (pair: AccuracyScores) => number): number {
  return mean(pairs.map(of))
}

function mean(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000
}

function percent(share: number): string {
  return `${(100 * share).toFixed(2)}%`
}
