/**
 * `accuracy.gap`: what the chain's arithmetic costs in accuracy against FedAvg in floating point.
 *
 * Paired: each seed gives one partition, one initial model and one order of examples, used by both sides; equal rounds,
 * epochs and batches. Each side's learning rate, and FedAvg's weighting, are chosen on a validation part of the training
 * data with seeds of its own; the held-out part is touched only by the final runs.
 */
import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { buildManifest } from '../build-manifest.ts'
import { calibrate } from '../calibrate.ts'
import { type Dataset, selectExamples } from '../dataset.ts'
import { federatedAveraging, trainAlone, type Weighting } from '../federated-averaging.ts'
import { evaluateIntegers, toInitialLanes } from '../integer-model.ts'
import type { Manifest } from '../manifest.ts'
import { partitionDirichlet, splitStratified } from '../partition.ts'
import { quantizedAveraging } from '../quantized-averaging.ts'
import { toWeights } from '../setup.ts'
import { loadTask, type Task } from '../tasks.ts'
import { createTrainer, type Trainer, TrainingDivergedError } from '../trainer.ts'
import type { BenchProgress, BenchReport } from './figure.ts'
import { type MeanInterval, upperInterval } from './interval.ts'

const MEMBERS = 8
const ALPHA = 0.5
const LIMIT = 0.5
const RATES = [0.1, 0.2, 0.4, 0.8, 1.6]
const WEIGHTINGS: Weighting[] = ['uniform', 'samples']
const TUNING_SEED = 1000
const VALIDATION = 0.2

/** Options of {@link benchAccuracy}. */
export interface AccuracyBenchOptions {
  onProgress?: BenchProgress
  /** Paired seeds of the final runs; 20 when absent. */
  seeds?: number
  /** Seeds of the tuning runs, disjoint from the final ones; 5 when absent. */
  tuningSeeds?: number
  rounds?: number
  /** Where the partitions are published as JSON; not written when absent. */
  partitionsPath?: string
}

/** Measures `accuracy.gap`, with the mean accuracies that it follows from. */
export async function benchAccuracy(options: AccuracyBenchOptions = {}): Promise<BenchReport> {
  const { onProgress = () => {}, seeds = 20, tuningSeeds = 5 } = options
  const task = loadTask('digits')
  const trainer = await createTrainer(task.model, task.training)
  try {
    const rounds = options.rounds ?? task.rounds
    const tuned = await tune({ task, trainer, rounds, onProgress, seeds: tuningSeeds })
    const partitions: number[][][] = []
    const scores: Record<'chain' | 'fedAvg' | 'pooled' | 'alone', number[]> = {
      chain: [],
      fedAvg: [],
      pooled: [],
      alone: [],
    }
    for (let seed = 1; seed <= seeds; seed++) {
      const pair = await preparePair({ task, trainer, train: task.train, seed, learningRate: tuned.chainRate })
      partitions.push(pair.indices.map((indices) => [...indices]))
      const run = { ...pair, task, trainer, rounds, seed, judged: task.heldOut }
      scores.chain.push(await runChain(run, tuned.chainRate))
      scores.fedAvg.push(await runFedAvg(run, tuned.fedAvgRate, tuned.weighting))
      const alone = { trainer, weights: pair.weights, rounds, seed, learningRate: tuned.fedAvgRate }
      scores.pooled.push(await accuracyOf(run, await trainAlone({ ...alone, dataset: task.train })))
      for (const dataset of pair.members) {
        scores.alone.push(await accuracyOf(run, await trainAlone({ ...alone, dataset })))
      }
      onProgress(
        `seed ${seed} of ${seeds}: chain ${percent(scores.chain.at(-1)!)}, FedAvg ${percent(scores.fedAvg.at(-1)!)}, ` +
          `pooled ${percent(scores.pooled.at(-1)!)}`,
      )
    }
    const published = publish(partitions, options.partitionsPath)
    const gap = upperInterval(scores.chain.map((score, index) => 100 * (scores.fedAvg[index]! - score)))
    return { bench: 'accuracy', figures: toFigures({ scores, gap, tuned, seeds, rounds, published }) }
  } finally {
    await trainer.release()
  }
}

interface Pair {
  indices: Int32Array[]
  members: Dataset[]
  manifest: Manifest
  lanes: Int32Array
  /** What the lanes stand for: both sides start from the same model. */
  weights: Float32Array
}

interface Run extends Pair {
  task: Task
  trainer: Trainer
  rounds: number
  seed: number
  /** What the result is judged on. */
  judged: Dataset
}

/** The partition, calibration and initial model of one seed. */
async function preparePair(options: {
  task: Task
  trainer: Trainer
  train: Dataset
  seed: number
  /** The rate that the chain's steps are calibrated for. */
  learningRate: number
}): Promise<Pair> {
  const { task, trainer, train, seed, learningRate } = options
  const indices = partitionDirichlet(train.labels, { members: MEMBERS, alpha: ALPHA, seed })
  const members = indices.map((list) => selectExamples(train, list))
  const { model, schema, terms } = task
  const calibration = await calibrate({ model, schema, trainer, members, terms, seed, learningRate })
  const initialisation = createHash('sha256').update(`accuracy ${seed}`).digest()
  const manifest = buildManifest({ task, calibration, initialisation })
  const lanes = toInitialLanes(manifest, terms.laneBits)
  return { indices, members, manifest, lanes, weights: toWeights(manifest, lanes) }
}

async function runChain(run: Run, learningRate: number): Promise<number> {
  const { lanes } = await quantizedAveraging({ ...run, terms: run.task.terms, learningRate })
  return evaluateIntegers(run.manifest, lanes, run.judged).accuracy!
}

async function runFedAvg(run: Run, learningRate: number, weighting: Weighting): Promise<number> {
  const { trainer, members, weights, rounds, seed } = run
  return accuracyOf(run, await federatedAveraging({ trainer, members, weights, rounds, seed, learningRate, weighting }))
}

async function accuracyOf({ trainer, judged }: Run, weights: Float32Array): Promise<number> {
  return (await trainer.evaluate(weights, judged)).accuracy!
}

interface Tuned {
  chainRate: number
  fedAvgRate: number
  weighting: Weighting
}

/** Chooses each side's hyperparameters by mean accuracy on the validation part; ties go to the earlier candidate. */
async function tune(options: {
  task: Task
  trainer: Trainer
  rounds: number
  seeds: number
  onProgress: BenchProgress
}): Promise<Tuned> {
  const { task, trainer, rounds, seeds, onProgress } = options
  const split = splitStratified(task.train.labels, { fraction: VALIDATION, seed: TUNING_SEED })
  const train = selectExamples(task.train, split.train)
  const judged = selectExamples(task.train, split.heldOut)
  const best = { chain: { score: -1, rate: 0 }, fedAvg: { score: -1, rate: 0, weighting: 'uniform' as Weighting } }
  for (const rate of RATES) {
    const runs: Run[] = []
    for (let index = 1; index <= seeds; index++) {
      const seed = TUNING_SEED + index
      const pair = await preparePair({ task, trainer, train, seed, learningRate: rate })
      runs.push({ ...pair, task, trainer, rounds, seed, judged })
    }
    const chain = await meanOver(runs, (run) => runChain(run, rate))
    if (chain > best.chain.score) best.chain = { score: chain, rate }
    onProgress(`tuning at rate ${rate}: chain ${percent(chain)} on the validation part`)
    for (const weighting of WEIGHTINGS) {
      const fedAvg = await meanOver(runs, (run) => runFedAvg(run, rate, weighting))
      if (fedAvg > best.fedAvg.score) best.fedAvg = { score: fedAvg, rate, weighting }
      onProgress(`tuning at rate ${rate}: FedAvg, ${weighting} weighting, ${percent(fedAvg)}`)
    }
  }
  return { chainRate: best.chain.rate, fedAvgRate: best.fedAvg.rate, weighting: best.fedAvg.weighting }
}

function toFigures(results: {
  scores: Record<'chain' | 'fedAvg' | 'pooled' | 'alone', number[]>
  gap: MeanInterval
  tuned: Tuned
  seeds: number
  rounds: number
  published: string
}): BenchReport['figures'] {
  const { scores, gap, tuned, seeds, rounds, published } = results
  const baseline = `FedAvg in float32, ${tuned.weighting} weighting, rate ${tuned.fedAvgRate}: ${percent(mean(scores.fedAvg))}`
  const level = (id: string, values: number[], note: string) => ({
    id,
    value: round(100 * mean(values)),
    unit: '%',
    limit: null,
    baseline,
    note,
  })
  return [
    {
      id: 'accuracy.gap',
      value: round(gap.upper),
      unit: 'points',
      limit: { atMost: LIMIT },
      baseline,
      note:
        `upper end of the one-sided 95% interval over ${seeds} paired seeds: mean gap ${round(gap.mean)}, ` +
        `standard error ${round(gap.standardError)}; digits, MLP 64-32-10, ${MEMBERS} members, Dirichlet ${ALPHA}, ` +
        `${rounds} rounds, 4 bits, rate ${tuned.chainRate}; ${published}`,
    },
    level('accuracy.chain', scores.chain, "mean accuracy of the chain's integers, as integer predict answers"),
    level('accuracy.fedavg', scores.fedAvg, 'mean accuracy of FedAvg'),
    level('accuracy.pooled', scores.pooled, 'all data in one place, as many epochs'),
    level('accuracy.alone', scores.alone, 'each member on its own data, as many epochs; mean over members'),
  ]
}

/** Writes the partitions where asked, and says what names them. */
function publish(partitions: number[][][], path: string | undefined): string {
  const text = `${JSON.stringify({ task: 'digits', members: MEMBERS, alpha: ALPHA, partitions })}\n`
  const digest = createHash('sha256').update(text).digest('hex')
  if (path === undefined) return `partitions have SHA-256 ${digest}`
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
  return `partitions in ${path}, SHA-256 ${digest}`
}

async function meanOver(runs: Run[], of: (run: Run) => Promise<number>): Promise<number> {
  const scores: number[] = []
  for (const run of runs) scores.push(await scoreOf(run, of))
  return mean(scores)
}

/** A candidate that diverges is a bad candidate, not a failed benchmark. */
async function scoreOf(run: Run, of: (run: Run) => Promise<number>): Promise<number> {
  try {
    return await of(run)
  } catch (error) {
    if (error instanceof TrainingDivergedError) return 0
    throw error
  }
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
