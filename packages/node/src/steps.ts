/**
 * The steps that are not a member's own update: opening, drawing, aggregating, closing, settling, leaving, claiming.
 *
 * Anyone may take most of them, so being refused is no failure: as a rule somebody else was quicker.
 */
import { federationAbi } from '@tutti/chain'
import type { Hex } from '@tutti/core'
import { encodeFunctionData, parseEventLogs, type TransactionReceipt } from 'viem'
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

/**
 * Takes a step.
 *
 * @param inFlight - A step found there is asked about before another transaction is signed for it.
 * @param payloadsOf - The updates of a shard, one after the other, in order of position.
 * @returns Whether the chain took it; false if it refused, or does not answer for it yet.
 */
export async function takeStep(
  actor: Actor,
  step: Step,
  inFlight: InFlight,
  payloadsOf: (shard: number) => Promise<Hex>,
): Promise<boolean> {
  const { client, patience, report, seeThroughMs } = actor
  const round = 'round' in step ? step.round : 0
  const key = `${step.kind}/${round}/${step.kind === 'aggregate' ? step.shard : 0}`
  let attempts = inFlight.get(key)
  if (attempts === undefined) {
    try {
      const data = await calldataOf(actor, step, payloadsOf)
      attempts = [await untilReached(() => signCall(client, data), patience)]
    } catch (error) {
      if (!isRefusal(error)) throw error
      report.tell({ kind: 'race-lost', round, step: step.kind, reason: error.errorName })
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

async function calldataOf(actor: Actor, step: Step, payloadsOf: (shard: number) => Promise<Hex>): Promise<Hex> {
  const { federationId: id } = actor
  const abi = federationAbi
  switch (step.kind) {
    case 'open':
    case 'leave':
    case 'claim':
      return encodeFunctionData({ abi, functionName: step.kind, args: [id] })
    case 'draw':
    case 'settle':
    case 'close':
      return encodeFunctionData({ abi, functionName: step.kind, args: [id, step.round] })
    case 'aggregate': {
      const args = [
        id,
        step.round,
        step.shard,
        await untilReached(() => payloadsOf(step.shard), actor.patience),
      ] as const
      return encodeFunctionData({ abi, functionName: 'aggregate', args })
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
    case 'leave':
      return { kind: 'left', cost }
    case 'claim': {
      const account = client.account.address.toLowerCase()
      const amount = parseEventLogs({ abi: federationAbi, eventName: 'Claimed', logs: receipt.logs }).reduce(
        (sum, { args }) => (args.id === id && args.account.toLowerCase() === account ? sum + args.amount : sum),
        0n,
      )
      return { kind: 'claimed', amount, cost }
    }
  }
}
