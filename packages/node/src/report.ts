/**
 * Counts what a node did while it tells the outside about it: events in, summary out.
 */
import type { Hex } from '@tutti/core'
import type { NodeEvent, NodeEventBody, NodeSummary, NodeTimes, TransactionCost } from './events.ts'

/** Where a node's events go and its sums are kept. */
export interface Report {
  /** Tells an event and adds it to the sums. */
  tell(event: NodeEventBody): void
  /** Runs work and adds its time to `part`. */
  timed<T>(part: Exclude<keyof NodeTimes, 'total'>, work: () => Promise<T>): Promise<T>
  /** The sums so far. */
  summarise(reason: string): NodeSummary
}

/**
 * Starts counting.
 *
 * @param onEvent - Called for every event, in order; what it throws is the caller's.
 */
export function createReport(account: Hex, federationId: Hex, onEvent: (event: NodeEvent) => void): Report {
  const started = performance.now()
  const seconds: NodeTimes = { training: 0, preparing: 0, sending: 0, observing: 0, waiting: 0, total: 0 }
  const sums = {
    roundsTaken: 0,
    submitted: 0,
    aggregatedShards: 0,
    saturatedLanes: 0,
    quantisedLanes: 0,
    rewards: 0n,
    keeperPay: 0n,
    claimed: 0n,
    gasUsed: 0n,
  }
  const gasByStep: NodeSummary['gasByStep'] = {}
  const count = (step: string, { gasUsed }: TransactionCost) => {
    sums.gasUsed += gasUsed
    const sum = gasByStep[step] ?? { transactions: 0, gasUsed: 0n }
    gasByStep[step] = { transactions: sum.transactions + 1, gasUsed: sum.gasUsed + gasUsed }
  }
  const add = (event: NodeEventBody) => {
    if ('cost' in event && event.cost !== undefined) count(event.kind, event.cost)
    switch (event.kind) {
      case 'update-prepared':
        sums.saturatedLanes += event.saturatedLanes
        sums.quantisedLanes += event.parameters
        return
      case 'submitted':
        sums.submitted++
        return
      case 'aggregated':
        sums.aggregatedShards++
        return
      case 'round-settled':
        if (event.hasTakenPart) sums.roundsTaken++
        sums.rewards += event.reward
        sums.keeperPay += event.keeperPay
        return
      case 'round-failed':
        sums.keeperPay += event.keeperPay
        return
      case 'left':
      case 'claimed':
        sums.claimed += event.amount
        return
    }
  }
  const satOut = new Set<number>()
  return {
    tell: (event) => {
      if (event.kind === 'sat-out') {
        // Whoever notices tells; once a round is enough.
        if (satOut.has(event.round)) return
        satOut.add(event.round)
      }
      add(event)
      onEvent({ ...event, time: Date.now(), account, federationId })
    },
    timed: async (part, work) => {
      const from = performance.now()
      try {
        return await work()
      } finally {
        seconds[part] += (performance.now() - from) / 1000
      }
    },
    summarise: (reason) => {
      const total = (performance.now() - started) / 1000
      return { account, federationId, reason, ...sums, gasByStep, seconds: { ...seconds, total } }
    },
  }
}
