/**
 * One pair of the accuracy benchmark: the same partition, initial model, cohorts and order of examples, trained by the
 * chain's arithmetic as `create` sets it up, and by FedAvg in floating point.
 */
import { createHash } from 'node:crypto'
import { fromSeed, hasFeedback, proposeBits, proposeGains, shuffle } from '@tutti/core'
import { calibrateManifest } from '../calibration/calibrate-manifest.ts'
import { type Dataset, selectExamples } from '../data/dataset.ts'
import { partitionDirichlet } from '../data/partition.ts'
import { evaluateIntegers, toInitialLanes } from '../evaluation/integer-model.ts'
import { toWeights } from '../manifest/setup.ts'
import { loadTask } from '../tasks/tasks.ts'
import {
  type AveragingOptions,
  federatedAveraging,
  trainAlone,
  type Weighting,
} from '../training/federated-averaging.ts'
import { quantizedAveraging } from '../training/quantized-averaging.ts'
import { createTrainer, type Trainer } from '../training/trainer.ts'

/** How unequal the members are, how many, and how many of them train in a round. */
export interface AccuracySetting {
  /** Of the Dirichlet distribution over labels: smaller is more unequal. */
  alpha: number
  members: number
  cohort: number
}

/** What is to be measured of one seed; plain data, so that another process can do it. */
export interface AccuracyJob extends AccuracySetting {
  seed: number
  rounds: number
  /** Widths of an update beside the one that `create` proposes, each trained by itself. */
  otherWidths?: number[]
  /** Largest memberships that terms could allow instead of the cohort's size, each trained at the proposed width. */
  allowed?: number[]
  weightings: Weighting[]
  /** Whether pooled training and training alone are measured too. */
  hasLevels?: boolean
}

/** Accuracies on the held-out part, 0 to 1. */
export interface Accuracy {
  /** Mean over the models of the last rounds: the last one alone swings by a point with the order of examples. */
  settled: number
  /** Of the last model. */
  last: number
}

/** What one pair came to. */
export interface AccuracyScores {
  /** Indices of the examples that each member holds. */
  partition: number[][]
  /** The width that `create` proposes. */
  bits: number
  /** By width of an update: of the integers, as the contract's `predict` answers, and the share of values clamped. */
  chain: Record<number, Accuracy & { clampedShare: number }>
  /** By largest membership allowed. */
  allowed: Record<number, number>
  fedAvg: Partial<Record<Weighting, Accuracy>>
  pooled?: number
  /** Of each member. */
  alone?: number[]
}

/** Rounds at the end whose models are judged. */
const SETTLED_ROUNDS = 5
/** Wide enough for every schedule and membership that is measured; `create` chooses narrower ones where they fit. */
const LANE_BITS = 32

/**
 * Trains and judges one pair on the digits.
 *
 * Steps are calibrated on the first member's data alone, by the function that `create` calls: it is the creator.
 */
export async function measureAccuracy(job: AccuracyJob): Promise<AccuracyScores> {
  const task = loadTask('digits')
  const { seed, rounds, otherWidths = [], weightings } = job
  const width = proposeBits(job.cohort)
  const partition = partitionDirichlet(task.train.labels, { members: job.members, alpha: job.alpha, seed })
  const members = partition.map((list) => selectExamples(task.train, list))
  const trainer = await createTrainer(task.model, task.training)
  const cohortOf = (round: number) => drawCohort(job, round)
  const common = { trainer, members, rounds, seed, ...(job.cohort < job.members ? { cohortOf } : {}) }
  const judgeFloats = async (weights: Float32Array) => (await trainer.evaluate(weights, task.heldOut)).accuracy!

  const train = async (bits: number, most: number) => {
    const gains = proposeGains({ bits, rounds, updates: most })
    const terms = { laneBits: LANE_BITS, bits, gains }
    const initialisation = createHash('sha256').update(`accuracy ${seed}`).digest()
    const learningTask = { ...task, contact: 'none: a benchmark' }
    const choices = { members: most, arithmetic: terms, startsFromFloats: false, seed, initialisation }
    const manifest = await calibrateManifest(learningTask, members[0]!, choices)
    const lanes = toInitialLanes(manifest, LANE_BITS)
    const ends: number[] = []
    const { clampedShare } = await quantizedAveraging({
      ...common,
      manifest,
      terms,
      lanes,
      most,
      hasFeedback: hasFeedback(bits),
      onRound: ({ round, lanes }) => {
        if (isSettled(round, rounds)) ends.push(evaluateIntegers(manifest, lanes, task.heldOut).accuracy!)
      },
    })
    return { score: { ...summarise(ends), clampedShare }, start: toWeights(manifest, lanes) }
  }
  try {
    const { score, start: weights } = await train(width, job.cohort)
    const scores: AccuracyScores = {
      partition: partition.map((list) => [...list]),
      bits: width,
      chain: { [width]: score },
      allowed: {},
      fedAvg: {},
    }
    for (const bits of otherWidths) {
      if (bits !== width) scores.chain[bits] = (await train(bits, job.cohort)).score
    }
    for (const most of job.allowed ?? []) scores.allowed[most] = (await train(width, most)).score.settled
    for (const weighting of weightings) {
      scores.fedAvg[weighting] = await measureFedAvg({ ...common, weights, weighting }, judgeFloats)
    }
    if (job.hasLevels) Object.assign(scores, await measureLevels({ ...common, weights }, task.train, judgeFloats))
    return scores
  } finally {
    await trainer.release()
  }
}

function isSettled(round: number, rounds: number): boolean {
  return round >= rounds - SETTLED_ROUNDS
}

function summarise(ends: number[]): Accuracy {
  return { settled: ends.reduce((sum, accuracy) => sum + accuracy, 0) / ends.length, last: ends.at(-1)! }
}

/** FedAvg in floating point from the same weights. */
async function measureFedAvg(
  how: AveragingOptions & { weighting: Weighting },
  judge: (weights: Float32Array) => Promise<number>,
): Promise<Accuracy> {
  const ends: number[] = []
  const onRound = async ({ round, weights }: { round: number; weights: Float32Array }) => {
    if (isSettled(round, how.rounds)) ends.push(await judge(weights))
  }
  await federatedAveraging({ ...how, onRound })
  return summarise(ends)
}

/** All data in one place, and each member by itself, for as many epochs. */
async function measureLevels(
  { members, ...common }: Omit<AveragingOptions, 'trainer'> & { trainer: Trainer },
  pool: Dataset,
  judge: (weights: Float32Array) => Promise<number>,
): Promise<{ pooled: number; alone: number[] }> {
  const alone: number[] = []
  for (const dataset of members) alone.push(await judge(await trainAlone({ ...common, dataset })))
  return { pooled: await judge(await trainAlone({ ...common, dataset: pool })), alone }
}

/** The members that train in a round, in order: the same for both sides. */
function drawCohort({ seed, members, cohort }: AccuracyJob, round: number): number[] {
  const order = Array.from({ length: members }, (_, member) => member)
  return shuffle(fromSeed((BigInt(seed) << 32n) + BigInt(round)), order)
    .slice(0, cohort)
    .sort((a, b) => a - b)
}
