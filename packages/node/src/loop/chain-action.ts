/**
 * Takes the actions that are one transaction and not part of the member's own update: open, draw, aggregate, close,
 * settle, vote, abandon, leave, claim; and nudge, a transaction that does nothing, so that the chain mines a block.
 *
 * Anyone may take most of them, so a refusal is no failure: as a rule somebody else was quicker.
 */
import {
  type Attempt,
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
  handOver,
  MissingPayloadError,
  seeThrough,
} from '@tutti/chain'
import type { Hex } from '@tutti/core'
import { parseEventLogs, type TransactionReceipt } from 'viem'
import { type Action, nameAction } from '../decide/action.ts'
import type { AggregateData } from '../paths/interface.ts'
import { untilReached } from '../rpc/connection.ts'
import { costOf, plainCarrier, toFollowOptions } from '../sending/transactions.ts'
import type { NodeEventBody } from '../status/events.ts'
import { type Actor, isRefusal } from '../update/actor.ts'
import type { FaultPlace } from './faults.ts'

/** An action that is one transaction and not part of the member's own update. */
export type ChainAction = Extract<
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

/** Transactions of actions that were sent and not heard of, by action ({@link nameAction}). */
export type InFlight = Map<string, Attempt[]>

/** What the calls of some actions are made of. */
export interface CallSources {
  /** What `aggregate` wants for a shard. */
  aggregateData(shard: number): Promise<AggregateData>
  /** The two transactions that prove a fault. */
  proofCalls(place: FaultPlace): Promise<{ bind: Call; challenge: Call }>
}

/**
 * Takes an action.
 *
 * @param inFlight - For an action found there, the node asks about its transaction before it signs another one.
 * @returns Whether the chain took it; false if it refused, or does not answer for it yet.
 */
export async function takeAction(
  actor: Actor,
  action: ChainAction,
  inFlight: InFlight,
  sources: CallSources,
): Promise<boolean> {
  const { client, retry, report, seeThroughMs } = actor
  const round = 'round' in action ? action.round : 0
  const key = nameAction(action)
  const carrier = plainCarrier(client)
  const onGap = (nonce: number) => report.tell({ kind: 'nonce-spent', nonce, reason: 'gap' })
  const following = { carrier, onGap, ...toFollowOptions(retry) }
  let attempts = inFlight.get(key)
  if (attempts === undefined) {
    try {
      const call = await callOf(actor, action, sources)
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
      report.tell({ kind: 'race-lost', round, action: action.kind, reason })
      return false
    }
    inFlight.set(key, attempts)
    actor.account.note(attempts, following)
    await handOver(client, attempts, carrier)
  }
  const fate = await seeThrough(client, attempts, { ...following, timeoutMs: seeThroughMs })
  if (fate.kind === 'pending') return false
  inFlight.delete(key)
  if (fate.kind === 'replaced') return false
  const cost = costOf(fate.receipt)
  if (fate.receipt.status !== 'success') {
    report.tell({ kind: 'race-lost', round, action: action.kind, reason: 'the transaction was mined too late', cost })
    return false
  }
  report.tell(eventOf(actor, action, fate.receipt))
  return true
}

/** What is told of blobs that nobody gave. */
export function toMissingEvent(round: number, { missing, message }: BlobsMissingError): NodeEventBody {
  const versionedHashes = missing.map(({ versionedHash }) => versionedHash)
  return { kind: 'blobs-missing', round, blobs: missing.length, versionedHashes, message }
}

async function callOf(
  { client, federationId: id, retry }: Actor,
  action: ChainAction,
  { aggregateData, proofCalls }: CallSources,
): Promise<Call> {
  switch (action.kind) {
    case 'open':
      return callToOpen(client, { id })
    case 'draw':
      return callToDraw(client, { id, round: action.round })
    case 'nudge':
      return { to: client.account.address, data: '0x' }
    case 'bind':
    case 'challenge':
      return (await proofCalls(action))[action.kind]
    case 'settle':
      return callToSettle(client, { id, round: action.round })
    case 'close':
      return callToClose(client, { id, round: action.round })
    case 'vote':
      return callToVoteToEnd(client, { id, round: action.round })
    case 'abandon':
      return callToAbandon(client, { id })
    case 'leave':
      return callToLeave(client, { id })
    case 'claim':
      return callToClaim(client, { id })
    case 'aggregate': {
      const data = await untilReached(() => aggregateData(action.shard), retry)
      return callToAggregate(client, { id, round: action.round, shard: action.shard, ...data })
    }
  }
}

function eventOf({ federationId: id, client }: Actor, action: ChainAction, receipt: TransactionReceipt): NodeEventBody {
  const cost = costOf(receipt)
  switch (action.kind) {
    case 'open':
      return { kind: 'opened', cost }
    case 'draw':
      return { kind: 'drawn', round: action.round, cost }
    case 'nudge':
      return { kind: 'nudged', round: action.round, cost }
    case 'bind':
      return { kind: 'bound', round: action.round, position: action.position, cost }
    case 'challenge':
      return { kind: 'challenged', round: action.round, position: action.position, cost }
    case 'aggregate':
      return { kind: 'aggregated', round: action.round, shard: action.shard, cost }
    case 'settle':
      return { kind: 'settled', round: action.round, cost }
    case 'close':
      return { kind: 'closed', round: action.round, cost }
    case 'vote':
      return { kind: 'voted', round: action.round, cost }
    case 'abandon':
      return { kind: 'abandoned', cost }
    // A member that is not frozen into a round leaves at once and is paid in the same transaction.
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
