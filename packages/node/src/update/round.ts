/**
 * A member's own part of a round: train, write down, send, hear back.
 *
 * Every function leaves the store such that a process killed at any line resumes without a second update.
 */
import { randomBytes } from 'node:crypto'
import { type Call, ContractError, callToCommit, callToSubmit, toMostPaid } from '@tutti/chain'
import { type Hex, isBlankUpdate, type Terms, type Token, toCommitment, toHex, toPayloadHash } from '@tutti/core'
import { exampleWeight, type PublishedManifest, requireModel } from '@tutti/learn'
import type { Observation } from '../decide/state.ts'
import type { Sending, UpdateRecord } from '../disk/round-record.ts'
import type { Store } from '../disk/store.ts'
import type { Path } from '../paths/interface.ts'
import type { Budget } from '../privacy/budget.ts'
import { type Patience, untilReached } from '../rpc/connection.ts'
import type { Account } from '../sending/account.ts'
import {
  type Carrier,
  costOf,
  fateOf,
  type Offering,
  offerAgain,
  plainCarrier,
  type Signer,
  seeThrough,
} from '../sending/transactions.ts'
import { encodeMetrics, reportedAccuracy } from '../status/metrics.ts'
import type { Report } from '../status/report.ts'
import { AbstentionError, type TrainedWeights, type Trainer } from '../trainers/interface.ts'
import { readFeedback } from './feedback.ts'
import { prepareIntegers, prepareUpdate, roundingOf, UpdateLengthError, warnOfClamping } from './prepare.ts'

/** Of a blob, in the payload. */
const versionedHashBytes = 32

/** What every act of a node works with. */
export interface Actor {
  client: Signer
  /** Where all that this account sends is signed. */
  account: Account
  federationId: Hex
  terms: Terms
  /** Of stake and pay. */
  token: Token
  manifest: PublishedManifest
  /** Weight units per integer of every parameter, shape [dimension]. */
  steps: Float64Array
  store: Store
  trainer: Trainer
  report: Report
  patience: Patience
  /** Chain time, in seconds. */
  now: () => number
  /** The way of the numbers: direct, or in blobs. */
  path: Path
  /** Seed of this member's own part of the stochastic rounding, for runs that are to be repeated; undefined: the system's randomness. */
  roundingSeed: number | undefined
  /** What the owner's data may still tell. */
  budget: Budget
  /** Most that a member's own part of a round may cost, in wei; undefined: no limit. */
  maximumCostPerRound: bigint | undefined
  /** How long one look after a transaction may last before the node decides anew, in milliseconds. */
  seeThroughMs: number
}

const NO_SALT: Hex = `0x${'00'.repeat(32)}`

/**
 * Trains on the global model and writes the packed update to disk. Nothing is sent.
 *
 * @param until - Chain time at which the submission ends; training is aborted then.
 * @throws {@link NonFiniteTrainingError} {@link UpdateLengthError} and what the trainer throws.
 */
export async function trainRound(actor: Actor, seen: Observation, until: number): Promise<void> {
  const { terms, report, store, patience } = actor
  const { number: round, cohort } = seen.round
  const { position } = seen
  if (position === undefined) return
  const refusal = actor.budget.refusal()
  if (refusal !== undefined) return sitOut(actor, round, refusal)
  const { path } = actor
  const before = await report.timed('preparing', () => untilReached(() => path.readWeights(round), patience))
  report.tell({ kind: 'training-started', round })
  const secondsLeft = Math.max(0, until - actor.now())
  const deadline = deadlineSignal(secondsLeft)
  const signal = AbortSignal.any([patience.signal, deadline.signal])
  const from = performance.now()
  let trained: Awaited<ReturnType<Trainer['train']>>
  try {
    const task = { weights: before.slice(), manifest: actor.manifest, round, cohort, secondsLeft, signal }
    trained = await report.timed('training', () => actor.trainer.train(task))
  } catch (error) {
    if (error instanceof AbstentionError) return sitOut(actor, round, error.message)
    if (patience.signal.aborted || !deadline.signal.aborted) throw error
    return sitOut(actor, round, 'training took longer than the submission phase')
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
  await report.timed('preparing', async () => {
    const place = { terms, round, cohort, position }
    const feedback = 'integers' in trained ? undefined : await readFeedback(actor, round)
    const quantise = ({ weights: after, metrics: { examples }, rows = examples }: TrainedWeights) => {
      checkWeights(after, terms.dimension, round)
      const weight = exampleWeight(requireModel(actor.manifest).training.weighting, rows)
      const own = roundingOf(actor.roundingSeed, round, position)
      const training = { before, after, steps: actor.steps, weight, ...(feedback === undefined ? {} : { feedback }) }
      return prepareUpdate(training, place, own)
    }
    const update = 'integers' in trained ? prepareIntegers(trained.integers, place) : quantise(trained)
    const { shards, saturatedLanes, quantisedLanes } = update
    if (update.values.every((values) => isBlankUpdate(values, terms.bits))) {
      const isUnchanged = 'weights' in trained && trained.weights.every((weight, i) => weight === before[i])
      return sitOut(actor, round, isUnchanged ? UNCHANGED : ROUNDS_TO_NOTHING)
    }
    const payloads: Uint8Array[] = []
    for (const values of update.values) payloads.push(await path.toPayload(values))
    if (update.feedback !== undefined) store.saveFeedback(update.feedback)
    store.save({
      round,
      shards,
      payloads,
      salt: terms.commitSeconds > 0 ? toHex(randomBytes(32)) : NO_SALT,
      metrics: encodeMetrics({ ...metrics, saturated: saturatedLanes, lanes: quantisedLanes }),
      sendings: path.planSendings(payloads, terms.commitSeconds > 0),
    })
    const bytes = payloads.reduce((sum, payload) => sum + payload.length, 0)
    report.tell({ kind: 'update-prepared', round, bytes, parameters: quantisedLanes, saturatedLanes })
    const message = warnOfClamping(saturatedLanes, quantisedLanes)
    if (message !== undefined) {
      report.tell({ kind: 'clamped', round, saturatedLanes, parameters: quantisedLanes, message })
    }
  })
}

const UNCHANGED =
  'the trainer returned the weights unchanged, and the contract takes no update that changes nothing; once the trainer is ' +
  'corrected, restart the node, and it tries this round again while that is open'
const ROUNDS_TO_NOTHING =
  'the update changes nothing: all of it rounds to nothing, and the contract takes no such update'

function sitOut({ store, report }: Actor, round: number, reason: string): void {
  report.tell({ kind: 'sat-out', round, reason })
  store.forfeit(round, reason)
}

function checkWeights(weights: Float32Array, dimension: number, round: number): void {
  if (weights.length !== dimension) throw new UpdateLengthError(weights.length, dimension)
  const broken = weights.findIndex((weight) => !Number.isFinite(weight))
  if (broken >= 0) throw new NonFiniteTrainingError(round, broken, weights[broken]!)
}

/**
 * Signs a commitment or a submission, keeps it, sends it, and waits to hear of it. What the federation takes of the
 * owner's privacy is in the ledger before the first of them is signed.
 *
 * @returns Whether its fate is known; false while the chain may still take it, or if the privacy budget forbids it.
 * @throws `ContractError` if the contract refuses it before anything is signed.
 */
export async function sendUpdate(actor: Actor, update: UpdateRecord, sending: Sending): Promise<boolean> {
  const { store, report } = actor
  const { round } = update
  const { step } = sending
  const refusal = actor.budget.charge()
  if (refusal !== undefined) {
    sitOut(actor, round, refusal)
    return false
  }
  const maximumCost = mayCost(actor, update, sending)
  const call = { ...callOf(actor, update, sending), ...(maximumCost === undefined ? {} : { maximumCost }) }
  const carrier = carrierOf(actor, sending)
  const payloads = update.payloads.slice(sending.first, sending.first + sending.count)
  const attempt = await actor.account.sign(carrier, call, payloads)
  sending.attempts = [attempt]
  sending.state = 'sent'
  store.save(update)
  report.tell({ kind: 'signed', round, step, hash: attempt.hash })
  await carrier.broadcast(attempt)
  report.tell({ kind: 'sent', round, step, hash: attempt.hash })
  return hearBack(actor, update, sending)
}

/** An update is signed anew so often after another transaction took its nonce. */
const MOST_LOSSES = 2

/** Asks what became of a transaction that was sent, and sends the same one again if the chain does not know it. */
export async function confirmUpdate(actor: Actor, update: UpdateRecord, sending: Sending): Promise<boolean> {
  const { client, patience } = actor
  const fate = await untilReached(() => fateOf(client, sending.attempts), patience)
  if (fate.kind === 'pending' && !fate.isIncluded) {
    await offerAgain(client, sending.attempts, offeringOf(actor, update, sending))
  }
  return hearBack(actor, update, sending)
}

async function hearBack(actor: Actor, update: UpdateRecord, sending: Sending): Promise<boolean> {
  const { client, store, report, seeThroughMs: patienceMs } = actor
  const { round } = update
  const offering = offeringOf(actor, update, sending)
  actor.account.note(sending.attempts, offering)
  const fate = await seeThrough(client, sending.attempts, { ...offering, patienceMs })
  if (fate.kind === 'pending') return false
  if (fate.kind === 'replaced') {
    // None of the attempts can be mined any more, so a new one is no second one.
    sending.state = 'unsent'
    sending.attempts = []
    sending.losses = (sending.losses ?? 0) + 1
    store.save(update)
    // An endpoint that hides receipts would have the same update signed, and paid for, again and again.
    if (sending.losses > MOST_LOSSES) store.forfeit(round, 'other transactions took its nonces, one after another')
    return false
  }
  const cost = costOf(fate.receipt)
  const isAccepted = fate.receipt.status === 'success'
  const wasConfirmed = sending.state === 'confirmed'
  sending.state = isAccepted ? 'confirmed' : 'failed'
  store.save(update)
  if (!isAccepted) {
    report.tell({ kind: 'race-lost', round, step: sending.step, reason: 'the transaction was mined in vain', cost })
  } else if (sending.step === 'commit') {
    if (!wasConfirmed) report.tell({ kind: 'committed', round, cost })
  } else if (!wasConfirmed) {
    const payloads = update.payloads.slice(sending.first, sending.first + sending.count)
    const bytes = payloads.reduce((sum, payload) => sum + payload.length, 0)
    const blobs = actor.path.kind === 'blob' ? { blobs: bytes / versionedHashBytes } : {}
    report.tell({ kind: 'submitted', round, first: sending.first, shards: sending.count, bytes, ...blobs, cost })
  }
  return true
}

/** What the owner's limit on a round leaves for one of its transactions, in wei, after the most that the others can cost. */
function mayCost(
  { maximumCostPerRound: most }: Actor,
  { sendings }: UpdateRecord,
  sending: Sending,
): bigint | undefined {
  if (most === undefined) return undefined
  const others = sendings.filter((other) => other !== sending).flatMap(({ attempts }) => attempts.at(-1) ?? [])
  const left = others.reduce((sum, attempt) => sum - toMostPaid(attempt.signed), most)
  return left > 0n ? left : 0n
}

function offeringOf(actor: Actor, update: UpdateRecord, sending: Sending): Offering {
  const { patience, store, report } = actor
  const maximumCost = mayCost(actor, update, sending)
  const onGap = (nonce: number) => report.tell({ kind: 'nonce-spent', nonce, reason: 'gap' })
  return { carrier: carrierOf(actor, sending), patience, keep: () => store.save(update), onGap, maximumCost }
}

/** A commitment is an ordinary transaction on every path. */
function carrierOf({ client, path }: Actor, { step }: Sending): Carrier {
  return step === 'submit' ? path.carrier : plainCarrier(client)
}

function callOf({ client, federationId: id }: Actor, update: UpdateRecord, { step, first, count }: Sending): Call {
  const { round, payloads, salt, metrics } = update
  if (step === 'submit') {
    const part = payloads.slice(first, first + count)
    return callToSubmit(client, { id, round, first, payloads: part, salt, ...(first === 0 ? { metrics } : {}) })
  }
  const { chainId, core } = client
  const member = client.account.address
  const commitment = toCommitment({ chainId, core, id, round, member, salt, payloadHash: toPayloadHash(payloads) })
  return callToCommit(client, { id, round, commitment })
}

/** Longest delay that a timer takes, in milliseconds. */
const LONGEST_TIMER = 2 ** 31 - 1

function deadlineSignal(seconds: number): { signal: AbortSignal; clear: () => void } {
  const controller = new AbortController()
  const milliseconds = Math.min(LONGEST_TIMER, Math.max(0, seconds * 1000))
  const timer = setTimeout(() => controller.abort(), milliseconds)
  return { signal: controller.signal, clear: () => clearTimeout(timer) }
}

/** Whether the contract itself refused, as opposed to the chain being out of reach. */
export function isRefusal(error: unknown): error is ContractError {
  return error instanceof ContractError
}

/** Training returned a weight that is no number. Nothing was sent. */
export class NonFiniteTrainingError extends Error {
  override readonly name = 'NonFiniteTrainingError'
  readonly isRetryable = false

  constructor(round: number, index: number, value: number) {
    super(
      `Training of round ${round} returned ${value} for weight ${index}; nothing was sent. Lower the learning rate, or check the data for extreme values.`,
    )
  }
}
