/**
 * The steps that are not a member's own update: opening, drawing, aggregating, closing, settling, voting, abandoning,
 * leaving, claiming; and a nudge, a transaction that does nothing but have a block mined.
 *
 * Anyone may take most of them, so being refused is no failure: as a rule somebody else was quicker.
 */
import {
  BlobsMissingError,
  type Call,
  callToAbandon,
  callToAggregate,
  callToClaim,
  callToClose,
  callToDraw,
  callToLeave,
  callToOpen,
  callToSettle,
  callToVoteToEnd,
  federationAbi,
  MissingPayloadError,
} from '@tutti/chain'
import type { Hex } from '@tutti/core'
import { parseEventLogs, type TransactionReceipt } from 'viem'
import type { Action } from '../decide/state.ts'
import type { Attempt } from '../disk/round-record.ts'
import { untilReached } from '../rpc/connection.ts'
import { costOf, plainCarrier, seeThrough } from '../sending/transactions.ts'
import type { NodeEventBody } from '../status/events.ts'
import { type Actor, isRefusal } from '../update/round.ts'
import type { Findings } from './faults.ts'

/** An action that is one transaction and not part of the member's own update. */
export type Step = Extract<
  Action,
  {
    kind:
      | 'open'
      | 'draw'
      | 'nudge'
      | 'bind'
      | 'challenge'
      | 'aggregate'
      | 'settle'
      | 'close'
      | 'abandon'
      | 'vote'
      | 'leave'
      | 'claim'
  }
>

/** Transactions of steps that were sent and not heard of, by step. */
export type InFlight = Map<string, Attempt[]>

/** What the calls of some steps are made of. */
export interface StepSources {
  /** What `aggregate` wants for a shard. */
  aggregateData(shard: number): Promise<Uint8Array[]>
  /** The two transactions that prove a fault. */
  callsOf: Findings['callsOf']
}

/**
 * Takes a step.
 *
 * @param inFlight - A step found there is asked about before another transaction is signed for it.
 * @returns Whether the chain took it; false if it refused, or does not answer for it yet.
 */
export async function takeStep(actor: Actor, step: Step, inFlight: InFlight, sources: StepSources): Promise<boolean> {
  const { client, patience, report, seeThroughMs } = actor
  const round = 'round' in step ? step.round : 0
  const key = keyOf(step)
  const carrier = plainCarrier(client)
  const onGap = (nonce: number) => report.tell({ kind: 'nonce-spent', nonce, reason: 'gap' })
  const offering = { carrier, patience, keep: () => undefined, onGap }
  let attempts = inFlight.get(key)
  if (attempts === undefined) {
    try {
      const call = await callOf(actor, step, sources)
      attempts = [await actor.account.sign(carrier, call, [])]
    } catch (error) {
      // An endpoint whose logs lag behind is one more reason to let others go first.
      if (error instanceof BlobsMissingError) {
        report.tell(toMissingEvent(round, error))
        return false
      }
      if (!isRefusal(error) && !(error instanceof MissingPayloadError)) throw error
      if (isRefusal(error) && error.errorName === 'TransferRefused') throw new PaymentRefusedError(actor)
      const reason = isRefusal(error) ? error.errorName : error.message
      report.tell({ kind: 'race-lost', round, step: step.kind, reason })
      return false
    }
    inFlight.set(key, attempts)
    actor.account.note(attempts, offering)
    await carrier.broadcast(attempts[0]!)
  }
  const fate = await seeThrough(client, attempts, { ...offering, patienceMs: seeThroughMs })
  if (fate.kind === 'pending') return false
  inFlight.delete(key)
  if (fate.kind === 'replaced') return false
  const cost = costOf(fate.receipt)
  if (fate.receipt.status !== 'success') {
    report.tell({ kind: 'race-lost', round, step: step.kind, reason: 'the transaction was mined too late', cost })
    return false
  }
  report.tell(eventOf(actor, step, fate.receipt))
  return true
}

/** Names a step among those {@link InFlight}. */
export function keyOf(step: Step): string {
  const round = 'round' in step ? step.round : 0
  const place = step.kind === 'aggregate' ? step.shard : 'position' in step ? `${step.position}/${step.assigned}` : 0
  return `${step.kind}/${round}/${place}`
}

/** What is told of blobs that nobody gave. */
export function toMissingEvent(round: number, { missing, message }: BlobsMissingError): NodeEventBody {
  const versionedHashes = missing.map(({ versionedHash }) => versionedHash)
  return { kind: 'blobs-missing', round, blobs: missing.length, versionedHashes, message }
}

async function callOf(
  { client, federationId: id, patience }: Actor,
  step: Step,
  { aggregateData, callsOf }: StepSources,
): Promise<Call> {
  switch (step.kind) {
    case 'open':
      return callToOpen(client, { id })
    case 'draw':
      return callToDraw(client, { id, round: step.round })
    case 'nudge':
      return { to: client.account.address, data: '0x' }
    case 'bind':
    case 'challenge':
      return (await callsOf(step.position, step.assigned))[step.kind]
    case 'settle':
      return callToSettle(client, { id, round: step.round })
    case 'close':
      return callToClose(client, { id, round: step.round })
    case 'vote':
      return callToVoteToEnd(client, { id, round: step.round })
    case 'abandon':
      return callToAbandon(client, { id })
    case 'leave':
      return callToLeave(client, { id })
    case 'claim':
      return callToClaim(client, { id })
    case 'aggregate': {
      const payloads = await untilReached(() => aggregateData(step.shard), patience)
      return callToAggregate(client, { id, round: step.round, shard: step.shard, payloads })
    }
  }
}

function eventOf({ federationId: id, client }: Actor, step: Step, receipt: TransactionReceipt): NodeEventBody {
  const cost = costOf(receipt)
  switch (step.kind) {
    case 'open':
      return { kind: 'opened', cost }
    case 'draw':
      return { kind: 'drawn', round: step.round, cost }
    case 'nudge':
      return { kind: 'nudged', round: step.round, cost }
    case 'bind':
      return { kind: 'bound', round: step.round, position: step.position, cost }
    case 'challenge':
      return { kind: 'challenged', round: step.round, position: step.position, cost }
    case 'aggregate':
      return { kind: 'aggregated', round: step.round, shard: step.shard, cost }
    case 'settle':
      return { kind: 'settled', round: step.round, cost }
    case 'close':
      return { kind: 'closed', round: step.round, cost }
    case 'vote':
      return { kind: 'voted', round: step.round, cost }
    case 'abandon':
      return { kind: 'abandoned', cost }
    // Whoever is not frozen into a round leaves at once and is paid in the same transaction.
    case 'leave':
      return { kind: 'left', amount: claimedIn(receipt, id, client.account.address), cost }
    case 'claim':
      return { kind: 'claimed', amount: claimedIn(receipt, id, client.account.address), cost }
  }
}

function claimedIn(receipt: TransactionReceipt, id: Hex, account: Hex): bigint {
  const events = parseEventLogs({ abi: federationAbi, eventName: 'Claimed', logs: receipt.logs })
  const isOwn = ({ args }: (typeof events)[number]) =>
    args.id === id && args.account.toLowerCase() === account.toLowerCase()
  return events.filter(isOwn).reduce((sum, { args }) => sum + args.amount, 0n)
}

/**
 * The token does not pay this account. What is owed stays owed, and nothing that the node does changes that. Do not retry.
 */
export class PaymentRefusedError extends Error {
  override readonly name = 'PaymentRefusedError'
  readonly isRetryable = false

  constructor({ client, federationId, token }: Pick<Actor, 'client' | 'federationId' | 'token'>) {
    super(
      `The token ${token.symbol} (${token.address}) refuses to pay ${client.account.address}. What is owed stays owed: have ` +
        `it paid to another account with tutti claim ${federationId} --to ADDRESS.`,
    )
  }
}
