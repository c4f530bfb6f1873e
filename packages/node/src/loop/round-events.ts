/** What a node tells of rounds and phases as it sees them: what is new in a look, and the phase of a decision. */
import { assignedShards, phaseAt } from '@tutti/core'
import type { Action } from '../decide/action.ts'
import { readRoundEnds } from '../decide/observe.ts'
import type { Observation } from '../decide/state.ts'
import { isSubmitted, type RoundRecord } from '../disk/round-record.ts'
import { untilReached } from '../rpc/connection.ts'
import type { Actor } from '../update/actor.ts'
import { hasSubmitted, type Progress } from './progress.ts'

const KEEPS_ROUNDS = 8
const PAID_ACTIONS: ReadonlySet<Action['kind']> = new Set(['draw', 'aggregate', 'settle', 'close'])

/** Tells what is new in a look: the start, rounds that ended or opened, an update that this node did not send. */
export async function tellNews(
  actor: Actor,
  progress: Progress,
  observation: Observation,
  keepsRounds = KEEPS_ROUNDS,
): Promise<void> {
  const { report, terms, token } = actor
  const { round, status } = observation
  if (progress.latest === undefined) {
    report.tell({ kind: 'started', members: status.members, rounds: terms.rounds, round: round.number, token })
  }
  await tellEnds(actor, progress, status.roundsClosed)
  tellOpening(actor, progress, observation, keepsRounds)
  if (hasSubmitted(observation) && !progress.taken.has(round.number)) tellTwin(actor, progress, round.number)
}

/** Tells what the rounds came to that ended since the last look, and what they paid. */
async function tellEnds(actor: Actor, progress: Progress, to: number): Promise<void> {
  const { client, federationId, report, retry, store } = actor
  const { taken } = progress
  const from = progress.roundsClosed ?? to
  progress.roundsClosed = to
  if (to <= from) return
  const fromBlock = progress.blockBeforeRound ?? progress.firstBlock
  // Logs are dear to endpoints: what cannot have been paid is not looked for. What was sent may have been mined and paid
  // between two looks, before this node heard of it.
  let mayBeRewarded = false
  for (let round = from; round < to; round++) {
    const record = store.load(round)
    if (isSubmitted(record)) taken.add(round)
    if (taken.has(round) || isSent(record)) mayBeRewarded = true
  }
  const mayBeKeeper = progress.hasActedForPay
  progress.hasActedForPay = false
  const range = { from, to, fromBlock, mayBeRewarded, mayBeKeeper }
  const read = () => readRoundEnds(client, federationId, client.account.address, range)
  for (const { number, updates, reward, keeperPay } of await untilReached(read, retry)) {
    if (reward > 0n) taken.add(number)
    const hasTakenPart = taken.has(number)
    if (updates === 0) report.tell({ kind: 'round-failed', round: number, updates, keeperPay })
    else report.tell({ kind: 'round-settled', round: number, updates, hasTakenPart, reward, keeperPay })
    if (updates > 0 && hasTakenPart) progress.roundsLeft--
  }
}

/** Tells of a round that has opened, and forgets the records of old ones. */
function tellOpening(
  { report, store, terms }: Actor,
  { told }: Progress,
  { round, position, status }: Observation,
  keepsRounds: number,
): void {
  if (round.startedAt === 0 || round.number === told.openedRound || status.isFinished) return
  told.openedRound = round.number
  const shards = position === undefined ? [] : assignedShards(terms, position, round.number)
  const { number, members, cohort } = round
  const drawn = position === undefined ? {} : { position }
  report.tell({ kind: 'round-opened', round: number, members, cohort, ...drawn, shards })
  store.forgetBefore(number - keepsRounds)
  const record = store.load(number)
  if (record.kind !== 'update') return
  for (const { kind, state } of record.update.sendings) {
    if (state === 'sent') report.tell({ kind: 'resumed', round: number, action: kind })
  }
}

/** Tells, once a run, of an update of this account that its own store knows nothing of. */
function tellTwin({ report, store }: Actor, { told }: Progress, round: number): void {
  if (told.hasTwin || store.load(round).kind !== 'none') return
  told.hasTwin = true
  report.tell({ kind: 'twin-found', round })
}

/** Tells of the phase that a decision was made in, and of a round that is sat out. */
export function tellDecision(actor: Actor, progress: Progress, action: Action, record: RoundRecord): void {
  const { latest, told } = progress
  if (latest === undefined) return
  const { round, status, member } = latest
  if (PAID_ACTIONS.has(action.kind)) progress.hasActedForPay = true
  if (action.kind === 'leave') progress.hasAskedToLeave = true
  const { report } = actor
  if (record.kind === 'forfeited') report.tell({ kind: 'sat-out', round: round.number, reason: record.reason })
  const chainTime = actor.now()
  const { phase, endsAt } = phaseAt(round, actor.terms, chainTime)
  const shown = status.isFinished ? 'finished' : phase
  // At the end a node stays a while: told apart, so that it does not seem to hang.
  const isStaying = action.kind === 'wait' && (status.isFinished || !member.isMember)
  const key = `${round.number}/${shown}${isStaying ? '/staying' : ''}`
  if (key === told.phase || (action.kind === 'stop' && told.phase === `${key}/staying`)) return
  told.phase = key
  const until = isStaying ? (action.until ?? 0) : endsAt
  report.tell({ kind: 'phase', round: round.number, phase: shown, endsAt: until, chainTime, reason: action.reason })
}

function isSent(record: RoundRecord): boolean {
  if (record.kind !== 'update') return false
  return record.update.sendings.some(({ kind, attempts }) => kind === 'submit' && attempts.length > 0)
}
