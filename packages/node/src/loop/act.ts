/**
 * Carries out what was decided: trains, sends, checks, takes the steps that anyone may take. A refusal of the contract is
 * counted and not thrown; what holds a transaction back is told once.
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
} from '@tutti/chain'
import type { Action, Observation } from '../decide/state.ts'
import type { RoundRecord, UpdateRecord } from '../disk/round-record.ts'
import { isChainOutOfReach, untilReached } from '../rpc/connection.ts'
import { type Actor, confirmUpdate, isRefusal, sendUpdate, trainRound } from '../update/round.ts'
import { type InFlight, takeStep, toMissingEvent } from './chain-action.ts'
import type { Findings } from './faults.ts'
import type { Refusals } from './refusals.ts'

/** Refusals of the same submission after which its round is given up. */
const REFUSALS_TO_FORFEIT = 5
/** Refusals of a proof after which its fault is left to others. */
const REFUSALS_TO_CLOSE = 5
/** Seconds until missing blobs are looked for again, and at least so many times a window. */
const LOOK_AGAIN = { seconds: 60, timesAWindow: 10 }

/** What outlives an action. */
export interface Memory {
  inFlight: InFlight
  refusals: Refusals
  findings: Findings
  /** Kinds of what holds transactions back, each told already. */
  heldBack: Set<string>
  /** Not after the block that opened the round, if known. */
  fromBlock: bigint | undefined
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
]

type Act = Exclude<Action, { kind: 'wait' | 'stop' }>

/** Carries an action out, as {@link carryOut} does; what the endpoint or the owner's limits hold back is told once. */
export async function act(
  actor: Actor,
  action: Act,
  observation: Observation,
  record: RoundRecord,
  memory: Memory,
): Promise<boolean> {
  try {
    const isDone = await carryOut(actor, action, observation, record, memory)
    if (isDone) memory.heldBack.clear()
    return isDone
  } catch (error) {
    if (!HOLDING_BACK.some((kind) => error instanceof kind)) throw error
    const { message, name } = error as Error
    const { number: round } = observation.round
    // By its kind: the figures in the message move from block to block.
    if (!memory.heldBack.has(name)) actor.report.tell({ kind: 'held-back', round, step: action.kind, message })
    memory.heldBack.add(name)
    // No answer is no refusal.
    if (!isChainOutOfReach(error)) memory.refusals.count(action)
    return false
  }
}

/** Carries an action out. Returns whether it came to its end; a refusal of the contract is counted, not thrown. */
async function carryOut(
  actor: Actor,
  action: Act,
  observation: Observation,
  record: RoundRecord,
  memory: Memory,
): Promise<boolean> {
  const { report, store, path } = actor
  const { inFlight, refusals, findings, fromBlock } = memory
  switch (action.kind) {
    case 'train':
      try {
        await trainRound(actor, observation, action.until)
        return true
      } catch (error) {
        if (!(error instanceof BlobsMissingError)) throw error
        report.tell(toMissingEvent(action.round, error))
        refusals.count(action)
        return false
      }
    case 'check':
      return checkRound(actor, observation, findings, fromBlock)
    case 'commit':
    case 'submit':
    case 'confirm': {
      if (record.kind !== 'update') return false
      const { update } = record
      const index =
        action.kind === 'commit' ? update.sendings.findIndex(({ step }) => step === 'commit') : action.sending
      const sending = update.sendings[index]!
      try {
        const send = action.kind === 'confirm' ? confirmUpdate : sendUpdate
        const isDone = await report.timed('sending', () => send(actor, update, sending))
        if (sending.state === 'failed' && refusals.count(action) >= REFUSALS_TO_FORFEIT) {
          const reason = `the chain refused the ${sending.step} again and again`
          store.forfeit(action.round, reason)
          report.tell({ kind: 'sat-out', round: action.round, reason })
        }
        return isDone
      } catch (error) {
        if (error instanceof BundleLostError) {
          store.forfeit(action.round, error.message)
          report.tell({ kind: 'sat-out', round: action.round, reason: error.message })
          return false
        }
        if (!isRefusal(error)) throw error
        const reason = error.errorName
        report.tell({ kind: 'race-lost', round: action.round, step: sending.step, reason })
        if (refusals.count(action) >= REFUSALS_TO_FORFEIT) {
          store.forfeit(action.round, `the contract refuses the ${sending.step}: ${error.message}`)
          report.tell({ kind: 'sat-out', round: action.round, reason: error.message })
        }
        return false
      }
    }
    default: {
      const aggregateData = (shard: number) => path.aggregateData(observation.round, shard, fromBlock)
      const sources = { aggregateData, callsOf: findings.callsOf }
      const isTaken = await report.timed('sending', () => takeStep(actor, action, inFlight, sources))
      const failures = isTaken ? 0 : refusals.count(action)
      if (action.kind === 'bind' && isTaken) findings.noteBound(action.position, action.assigned)
      if (action.kind === 'challenge' && (isTaken || failures >= REFUSALS_TO_CLOSE)) {
        findings.close(action.position, action.assigned)
      }
      return isTaken
    }
  }
}

/** Decodes the updates of the round and tells what it found. Returns whether the round's logs could be read. */
async function checkRound(
  { path, report, patience, now, terms }: Actor,
  { round }: Observation,
  findings: Findings,
  fromBlock: bigint | undefined,
): Promise<boolean> {
  try {
    const check = await report.timed('checking', () =>
      untilReached(() => path.watcher!.check(round, fromBlock), patience),
    )
    const { faults, missing, checked: blobs } = check
    const seconds = Math.min(LOOK_AGAIN.seconds, terms.challengeSeconds / LOOK_AGAIN.timesAWindow)
    findings.note(round.number, check, missing.length === 0 ? undefined : now() + seconds)
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

/** A transaction that the chain took while the node was away is booked as heard of. */
export async function hearOfAccepted(
  actor: Actor,
  { round, position }: Observation,
  update: UpdateRecord,
): Promise<void> {
  if (position === undefined) return
  const isIn = (bits: bigint) => ((bits >> BigInt(position)) & 1n) === 1n
  for (const sending of update.sendings) {
    if (sending.state === 'sent' && isIn(sending.step === 'commit' ? round.committed : round.submitted)) {
      await confirmUpdate(actor, update, sending)
    }
  }
}
