/**
 * The steps that are not a member's own update: opening, drawing, aggregating, closing, settling, leaving, claiming.
 *
 * Anyone may take most of them, so being refused is no failure: as a rule somebody else was quicker.
 */
import {
  type Call,
  callToAggregate,
  callToClaim,
  callToClose,
  callToDraw,
  callToLeave,
  callToOpen,
  callToSettle,
  federationAbi,
  MissingPayloadError,
} from '@tutti/chain'
import type { Hex } from '@tutti/core'
import { parseEventLogs, type TransactionReceipt } from 'viem'
import { untilReached } from './connection.ts'
import type { Action } from './decide.ts'
import type { NodeEventBody } from './events.ts'
import { type Actor, isRefusal } from './round.ts'
import type { Attempt } from './store.ts'
import { broadcast, costOf, seeThrough, signCall } from './transactions.ts'

/** An action that is one transaction and not part of the member's own update. */
export type Step = Extract<Action, { kind: 'open' | 'draw' | 'aggregate' | 'settle' | 'close' | 'leave' | 'claim' }>

/** Transactions of steps that were sent and not heard of, by step. */
export type InFlight = Map<string, Attempt[]>

/** The updates of a shard, in order of position. */
export type PayloadsOf = (shard: number) => Promise<Uint8Array[]>

/**
 * Takes a step.
 *
 * @param inFlight - A step found there is asked about before another transaction is signed for it.
 * @returns Whether the chain took it; false if it refused, or does not answer for it yet.
 */
export async function takeStep(actor: Actor, step: Step, inFlight: InFlight, payloadsOf: PayloadsOf): Promise<boolean> {
  const { client, patience, report, seeThroughMs } = actor
  const round = 'round' in step ? step.round : 0
  const key = `${step.kind}/${round}/${step.kind === 'aggregate' ? step.shard : 0}`
  let attempts = inFlight.get(key)
  if (attempts === undefined) {
    try {
      const call = await callOf(actor, step, payloadsOf)
      attempts = [await untilReached(() => signCall(client, call), patience)]
    } catch (error) {
      // An endpoint whose logs lag behind is one more reason to let others go first.
      if (!isRefusal(error) && !(error instanceof MissingPayloadError)) throw error
      const reason = isRefusal(error) ? error.errorName : error.message
      report.tell({ kind: 'race-lost', round, step: step.kind, reason })
      return false
    }
    inFlight.set(key, attempts)
    const [attempt] = attempts
    await untilReached(() => broadcast(client, attempt!), patience)
  }
  const fate = await seeThrough(client, attempts, { patience, patienceMs: seeThroughMs, keep: () => undefined })
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

async function callOf(
  { client, federationId: id, patience }: Actor,
  step: Step,
  payloadsOf: PayloadsOf,
): Promise<Call> {
  switch (step.kind) {
    case 'open':
      return callToOpen(client, { id })
    case 'draw':
      return callToDraw(client, { id, round: step.round })
    case 'settle':
      return callToSettle(client, { id, round: step.round })
    case 'close':
      return callToClose(client, { id, round: step.round })
    case 'leave':
      return callToLeave(client, { id })
    case 'claim':
      return callToClaim(client, { id })
    case 'aggregate': {
      const payloads = await untilReached(() => payloadsOf(step.shard), patience)
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
    case 'aggregate':
      return { kind: 'aggregated', round: step.round, shard: step.shard, cost }
    case 'settle':
      return { kind: 'settled', round: step.round, cost }
    case 'close':
      return { kind: 'closed', round: step.round, cost }
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
