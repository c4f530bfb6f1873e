/**
 * The first half of a member's own part of a round: train on the global model, make the update and keep it. Nothing is
 * sent. A process killed at any line resumes without a second update.
 */
import { randomBytes } from 'node:crypto'
import { type Hex, isBlankUpdate, toHex } from '@tutti/core'
import { exampleWeight, requireModel } from '@tutti/learn'
import type { Observation } from '../decide/state.ts'
import { untilReached } from '../rpc/connection.ts'
import { encodeMetrics, reportedAccuracy } from '../status/reported-metrics.ts'
import { AbstentionError, type TrainingResult } from '../trainers/interface.ts'
import { type Actor, sitOut } from './actor.ts'
import { readFeedback } from './feedback.ts'
import {
  type PreparedUpdate,
  prepareIntegers,
  prepareUpdate,
  roundingOf,
  UpdateLengthError,
  warnOfClamping,
} from './prepare.ts'

const NO_SALT: Hex = `0x${'00'.repeat(32)}`

/** Where an update belongs. */
interface Place {
  round: number
  cohort: number
  position: number
}

/**
 * Trains on the global model and writes the packed update to disk.
 *
 * @param until - Chain time at which the submission ends; training is aborted then.
 * @throws {@link NonFiniteTrainingError} {@link UpdateLengthError} and what the trainer throws.
 */
export async function trainRound(actor: Actor, { round, position }: Observation, until: number): Promise<void> {
  if (position === undefined) return
  const place = { round: round.number, cohort: round.cohort, position }
  const refusal = actor.budget.refusal()
  if (refusal !== undefined) return sitOut(actor, place.round, refusal)
  const { path, report, retry } = actor
  const read = () => untilReached(() => path.readWeights(place.round), retry)
  const before = await report.timed('preparing', read)
  const trained = await train(actor, place, before, Math.max(0, until - actor.now()))
  if (trained !== undefined) await report.timed('preparing', () => keepUpdate(actor, place, before, trained))
}

/** Trains, and tells of it. Undefined where the round is sat out: the trainer abstained, or time was too short. */
async function train(
  { report, retry, ...actor }: Actor,
  { round, cohort }: Place,
  before: Float32Array,
  secondsLeft: number,
): Promise<TrainingResult | undefined> {
  report.tell({ kind: 'training-started', round })
  const deadline = deadlineSignal(secondsLeft)
  const signal = AbortSignal.any([retry.signal, deadline.signal])
  const from = performance.now()
  let trained: TrainingResult
  try {
    const task = { weights: before.slice(), manifest: actor.manifest, round, cohort, secondsLeft, signal }
    trained = await report.timed('training', () => actor.trainer.train(task))
  } catch (error) {
    const isAbstaining = error instanceof AbstentionError
    if (!isAbstaining && (retry.signal.aborted || !deadline.signal.aborted)) throw error
    sitOut({ report, store: actor.store }, round, isAbstaining ? error.message : LATE)
    return undefined
  } finally {
    deadline.clear()
  }
  const { metrics } = trained
  const accuracy = reportedAccuracy(metrics)
  report.tell({
    kind: 'training-finished',
    round,
    metrics,
    ...(accuracy === undefined ? {} : { accuracy }),
    seconds: (performance.now() - from) / 1000,
  })
  return trained
}

const LATE = 'training took longer than the submission phase'

/** Makes the update of what training changed and writes it to disk; sits the round out where the update is blank. */
async function keepUpdate(actor: Actor, place: Place, before: Float32Array, trained: TrainingResult): Promise<void> {
  const { terms, report, store, path } = actor
  const { round } = place
  const update = await toIntegers(actor, place, before, trained)
  if (update.values.every((values) => isBlankUpdate(values, terms.bits))) {
    const isUnchanged = 'weights' in trained && trained.weights.every((weight, i) => weight === before[i])
    return sitOut(actor, round, isUnchanged ? UNCHANGED : ROUNDS_TO_NOTHING)
  }
  const { shards, saturatedLanes, quantisedLanes } = update
  const payloads: Uint8Array[] = []
  for (const values of update.values) payloads.push(await path.toPayload(values))
  if (update.feedback !== undefined) store.saveFeedback(update.feedback)
  store.save({
    round,
    shards,
    payloads,
    salt: terms.commitSeconds > 0 ? toHex(randomBytes(32)) : NO_SALT,
    metrics: encodeMetrics({ ...trained.metrics, saturated: saturatedLanes, lanes: quantisedLanes }),
    sendings: path.planSendings(payloads, terms.commitSeconds > 0),
  })
  const bytes = payloads.reduce((sum, payload) => sum + payload.length, 0)
  report.tell({ kind: 'update-prepared', round, bytes, parameters: quantisedLanes, saturatedLanes })
  const message = warnOfClamping(saturatedLanes, quantisedLanes)
  if (message !== undefined)
    report.tell({ kind: 'clamped', round, saturatedLanes, parameters: quantisedLanes, message })
}

async function toIntegers(
  actor: Actor,
  place: Place,
  before: Float32Array,
  trained: TrainingResult,
): Promise<PreparedUpdate> {
  const { terms, manifest, steps, roundingSeed } = actor
  if ('integers' in trained) return prepareIntegers(trained.integers, { terms, ...place })
  const { weights: after, metrics, rows = metrics.examples } = trained
  const feedback = await readFeedback(actor, place.round)
  checkWeights(after, terms.dimension, place.round)
  const weight = exampleWeight(requireModel(manifest).training.weighting, rows)
  const training = { before, after, steps, weight, ...(feedback === undefined ? {} : { feedback }) }
  return prepareUpdate(training, { terms, ...place }, roundingOf(roundingSeed, place.round, place.position))
}

const UNCHANGED =
  'the trainer returned the weights unchanged, and the contract takes no update that changes nothing; correct the ' +
  'trainer and restart the node: it tries this round again while that is open'
const ROUNDS_TO_NOTHING =
  'the update changes nothing: all of it rounds to nothing, and the contract takes no such update'

function checkWeights(weights: Float32Array, dimension: number, round: number): void {
  if (weights.length !== dimension) throw new UpdateLengthError(weights.length, dimension)
  const broken = weights.findIndex((weight) => !Number.isFinite(weight))
  if (broken >= 0) throw new NonFiniteTrainingError(round, broken, weights[broken]!)
}

/** Longest delay that a timer takes, in milliseconds. */
const LONGEST_TIMER = 2 ** 31 - 1

function deadlineSignal(seconds: number): { signal: AbortSignal; clear: () => void } {
  const controller = new AbortController()
  const milliseconds = Math.min(LONGEST_TIMER, Math.max(0, seconds * 1000))
  const timer = setTimeout(() => controller.abort(), milliseconds)
  return { signal: controller.signal, clear: () => clearTimeout(timer) }
}

/** Training returned a weight that is no number. Nothing was sent. */
export class NonFiniteTrainingError extends Error {
  override readonly name = 'NonFiniteTrainingError'
  readonly isRetryable = false

  constructor(round: number, index: number, value: number) {
    super(
      `Lower the learning rate, or check the data for extreme values: training of round ${round + 1} returned ${value} for ` +
        `weight ${index}. Nothing was sent.`,
    )
  }
}
