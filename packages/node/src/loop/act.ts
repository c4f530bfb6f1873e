/**
 * Carries out what was decided: trains, sends, checks, takes the actions that anyone may take. A refusal of the contract
 * is counted and not thrown; what holds a transaction back is told once.
 */
import {
  AccountBusyError,
  BlobsMissingError,
  BundleLostError,
  ChainBehindError,
  ChainUnreachableError,
  CostLimitError,
  describeFault,
  EndpointRefusalError,
  FeeLimitError,
  MissingPayloadError,
  NotTakenYetError,
  RpcError,
  WordsMissingError,
} from '@tutti/chain'
import type { Action } from '../decide/action.ts'
import type { Observation } from '../decide/state.ts'
import type { RoundRecord, UpdateRecord } from '../disk/round-record.ts'
import { isChainOutOfReach, untilReached } from '../rpc/connection.ts'
import { type Actor, isRefusal } from '../update/actor.ts'
import { confirmUpdate, sendUpdate } from '../update/send.ts'
import { trainRound } from '../update/train.ts'
import type { ActionBackoff } from './action-backoff.ts'
import { type ChainAction, type InFlight, takeAction, toMissingEvent } from './chain-action.ts'
import { type CheckedRound, callsOfProof, type FaultPlace, noteCheck, setFaultState } from './faults.ts'
import type { Progress } from './progress.ts'

/** Refusals of the same submission after which its round is given up. */
const REFUSALS_TO_FORFEIT = 5
/** Refusals of a proof after which its fault is left to others. */
const REFUSALS_TO_CLOSE = 5
/** Seconds until missing blobs are looked for again, and at least so many times a window. */
const LOOK_AGAIN = { seconds: 60, timesAWindow: 10 }

/** What outlives an action. */
export interface Memory {
  progress: Progress
  inFlight: InFlight
  backoff: ActionBackoff
  /** The updates of others, as far as they were checked. */
  checked: CheckedRound | undefined
  /** Kinds of what holds transactions back, each told already. */
  heldBack: Set<string>
}

/** An action, and what it was decided on. */
export interface Decision<A extends Action = Action> {
  action: A
  observation: Observation
  record: RoundRecord
}

/** What keeps a transaction from being sent for a while: others may still be asked, fees fall, owners change rules. */
const HOLDING_BACK = [
  AccountBusyError,
  EndpointRefusalError,
  FeeLimitError,
  CostLimitError,
  RpcError,
  NotTakenYetError,
  ChainUnreachableError,
  ChainBehindError,
  WordsMissingError,
]

/** An action that is more than to wait or to stop. */
export type Act = Exclude<Action, { kind: 'wait' | 'stop' }>
type Send = Extract<Action, { kind: 'commit' | 'submit' | 'confirm' }>

/**
 * Carries an action out. What the endpoint or the owner's limits hold back is told once.
 *
 * @returns Whether it came to its end.
 */
export async function act(actor: Actor, decision: Decision<Act>, memory: Memory): Promise<boolean> {
  const { action, observation } = decision
  try {
    const isDone = await carryOut(actor, decision, memory)
    if (isDone) memory.heldBack.clear()
    return isDone
  } catch (error) {
    if (!HOLDING_BACK.some((kind) => error instanceof kind)) throw error
    const { message, name } = error as Error
    const { number: round } = observation.round
    // By its kind: the figures in the message move from block to block.
    if (!memory.heldBack.has(name)) actor.report.tell({ kind: 'held-back', round, action: action.kind, message })
    memory.heldBack.add(name)
    // No answer is no refusal.
    if (!isChainOutOfReach(error)) memory.backoff.count(action)
    return false
  }
}

async function carryOut(actor: Actor, decision: Decision<Act>, memory: Memory): Promise<boolean> {
  const { action, observation, record } = decision
  switch (action.kind) {
    case 'train':
      try {
        await trainRound(actor, observation, action.until)
        return true
      } catch (error) {
        if (!(error instanceof BlobsMissingError)) throw error
        actor.report.tell(toMissingEvent(action.round, error))
        memory.backoff.count(action)
        return false
      }
    case 'check':
      return checkRound(actor, observation, memory)
    case 'commit':
    case 'submit':
    case 'confirm':
      return record.kind === 'update' ? sendPart(actor, action, record.update, memory.backoff) : false
    default:
      return takeForRound(actor, action, observation, memory)
  }
}

/** Sends a part of the own update, or asks what became of it. A round that is refused again and again is given up. */
async function sendPart(actor: Actor, action: Send, update: UpdateRecord, backoff: ActionBackoff): Promise<boolean> {
  const { report, store } = actor
  const { round } = action
  const index = action.kind === 'commit' ? update.sendings.findIndex(({ kind }) => kind === 'commit') : action.sending
  const sending = update.sendings[index]!
  const forfeit = (reason: string, told = reason) => {
    store.forfeit(round, reason)
    report.tell({ kind: 'sat-out', round, reason: told })
  }
  try {
    const send = action.kind === 'confirm' ? confirmUpdate : sendUpdate
    const isDone = await report.timed('sending', () => send(actor, update, sending))
    if (sending.state === 'failed' && backoff.count(action) >= REFUSALS_TO_FORFEIT) {
      forfeit(`the chain refused the ${sending.kind} again and again`)
    }
    return isDone
  } catch (error) {
    if (error instanceof BundleLostError) {
      forfeit(error.message)
      return false
    }
    if (!isRefusal(error)) throw error
    report.tell({ kind: 'race-lost', round, action: sending.kind, reason: error.errorName })
    if (backoff.count(action) >= REFUSALS_TO_FORFEIT) {
      forfeit(`the contract refuses the ${sending.kind}: ${error.message}`, error.message)
    }
    return false
  }
}

/** Takes an action that is one transaction, and keeps how far the proof of a fault has come. */
async function takeForRound(
  actor: Actor,
  action: ChainAction,
  { round }: Observation,
  memory: Memory,
): Promise<boolean> {
  const { client, federationId, path, report } = actor
  const { inFlight, backoff, progress } = memory
  const sources = {
    aggregateData: (shard: number) => path.aggregateData(round, shard, progress.blockBeforeRound),
    proofCalls: (place: FaultPlace) =>
      callsOfProof({ client, federationId, watcher: path.watcher! }, memory.checked!, place),
  }
  const isTaken = await report.timed('sending', () => takeAction(actor, action, inFlight, sources))
  const failures = isTaken ? 0 : backoff.count(action)
  if (action.kind === 'bind' && isTaken) setFaultState(memory.checked!, action, 'bound')
  if (action.kind === 'challenge' && (isTaken || failures >= REFUSALS_TO_CLOSE)) {
    setFaultState(memory.checked!, action, 'closed')
  }
  return isTaken
}

/** Decodes the updates of the round and tells what is wrong with them. Returns whether the round's logs could be read. */
async function checkRound(
  { path, report, retry, now, terms }: Actor,
  { round }: Observation,
  memory: Memory,
): Promise<boolean> {
  const { blockBeforeRound } = memory.progress
  try {
    const check = await report.timed('checking', () =>
      untilReached(() => path.watcher!.check(round, blockBeforeRound), retry),
    )
    const { faults, missing, checked: blobs } = check
    const seconds = Math.min(LOOK_AGAIN.seconds, terms.challengeSeconds / LOOK_AGAIN.timesAWindow)
    const again = missing.length === 0 ? undefined : now() + seconds
    memory.checked = noteCheck(memory.checked, { round: round.number, check, again })
    report.tell({ kind: 'checked', round: round.number, blobs, missing: missing.length, faults: faults.length })
    if (missing.length > 0) {
      report.tell(toMissingEvent(round.number, new BlobsMissingError(missing)))
    }
    for (const { update, blob, fault } of faults) {
      const { member, position, shard } = update
      const what = describeFault({ blob, ...fault })
      report.tell({ kind: 'fault-found', round: round.number, member, position, shard, what })
    }
    return true
  } catch (error) {
    if (!(error instanceof MissingPayloadError)) throw error
    return false
  }
}

/** Asks after each transaction that the chain took while the node was away, and keeps the answer. */
export async function hearOfAccepted(
  actor: Actor,
  { round, position }: Observation,
  update: UpdateRecord,
): Promise<void> {
  if (position === undefined) return
  const isIn = (bits: bigint) => ((bits >> BigInt(position)) & 1n) === 1n
  for (const sending of update.sendings) {
    if (sending.state === 'sent' && isIn(sending.kind === 'commit' ? round.committed : round.submitted)) {
      await confirmUpdate(actor, update, sending)
    }
  }
}
