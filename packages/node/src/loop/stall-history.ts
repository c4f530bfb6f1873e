/**
 * A node's own record of what members reported, round by round, read from the chain and kept on disk. A round that is over
 * is read once, even if the node is stopped and started again.
 */
import { readSubmissions } from '@tutti/chain'
import { untilReached } from '../rpc/connection.ts'
import { hasStalled, type ReportedRound, summariseReports } from '../status/stall.ts'
import type { Actor } from '../update/actor.ts'

/** What tells whether to vote for the end. */
export interface StallHistory {
  /** Reads what rounds that are over reported. @param roundsClosed - How many there are. */
  note(roundsClosed: number): Promise<void>
  hasStalled(): boolean
}

const nothing: StallHistory = { note: async () => undefined, hasStalled: () => false }

/** @param rounds - After how many rounds without progress the owner votes; undefined: nothing is read, and nobody votes. */
export function createStallHistory(
  { client, federationId: id, terms, store, retry }: Actor,
  rounds: number | undefined,
): StallHistory {
  if (rounds === undefined || terms.endQuorum === 0) return nothing
  let history: ReportedRound[] = store.loadReports()
  return {
    note: async (roundsClosed) => {
      const isKnown = (round: number) => history.some((entry) => entry.round === round)
      // A chain that goes back takes the reports of its last rounds with it.
      const kept = history.filter(({ round }) => round < roundsClosed)
      const missing = Array.from({ length: roundsClosed }, (_, round) => round).filter((round) => !isKnown(round))
      if (missing.length === 0 && kept.length === history.length) return
      for (const round of missing) {
        const submissions = await untilReached(() => readSubmissions(client, { id, round }), retry)
        // A member reports with its first shard.
        const reports = submissions.filter(({ first }) => first === 0).map(({ metrics }) => metrics)
        kept.push(summariseReports(round, reports))
      }
      history = kept.sort((a, b) => a.round - b.round)
      store.saveReports(history)
    },
    hasStalled: () => hasStalled(history, rounds),
  }
}
