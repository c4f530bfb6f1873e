/**
 * Sums over a node's events: what it took part in, earned and paid. One place for summaries and for metrics.
 */
import type { NodeEventBody, NodeSummary, TransactionCost } from './events.ts'

/** The sums of a summary, as they grow. */
export type Tally = Omit<NodeSummary, 'account' | 'federationId' | 'token' | 'reason' | 'seconds'>

/** A tally of nothing. */
export function createTally(): Tally {
  return {
    roundsTaken: 0,
    submitted: 0,
    aggregatedShards: 0,
    saturatedLanes: 0,
    quantisedLanes: 0,
    rewards: 0n,
    keeperPay: 0n,
    claimed: 0n,
    gasUsed: 0n,
    gasByAction: {},
  }
}

/** Adds an event to a tally, in place. */
export function addEvent(tally: Tally, event: NodeEventBody): void {
  if ('cost' in event && event.cost !== undefined) addCost(tally, event.kind, event.cost)
  switch (event.kind) {
    case 'update-prepared':
      tally.saturatedLanes += event.saturatedLanes
      tally.quantisedLanes += event.parameters
      return
    case 'submitted':
      tally.submitted++
      return
    case 'aggregated':
      tally.aggregatedShards++
      return
    case 'round-settled':
      if (event.hasTakenPart) tally.roundsTaken++
      tally.rewards += event.reward
      tally.keeperPay += event.keeperPay
      return
    case 'round-failed':
      tally.keeperPay += event.keeperPay
      return
    case 'left':
    case 'claimed':
      tally.claimed += event.amount
      return
  }
}

function addCost(tally: Tally, action: string, { gasUsed }: TransactionCost): void {
  tally.gasUsed += gasUsed
  const sum = tally.gasByAction[action] ?? { transactions: 0, gasUsed: 0n }
  tally.gasByAction[action] = { transactions: sum.transactions + 1, gasUsed: sum.gasUsed + gasUsed }
}
