/**
 * Counts what a node did while it tells the outside about it: events in, summary out.
 */
import { type Hex, noToken } from '@tutti/core'
import type { NodeEvent, NodeEventBody, NodeSummary, NodeTimes } from './events.ts'
import { addEvent, createTally } from './tally.ts'

/** Where a node's events go and its sums are kept. */
export interface Report {
  /** Tells an event and adds it to the sums. */
  tell(event: NodeEventBody): void
  /** Runs work and adds its time to `part`, less what parts within it took. One at a time, or one within another. */
  timed<T>(part: Exclude<keyof NodeTimes, 'total'>, work: () => Promise<T>): Promise<T>
  /** The sums so far. */
  summarise(reason: string): NodeSummary
}

/** What was told already, so that it is not told again without need. */
interface Told {
  /** Rounds that are sat out. */
  satOut: Set<number>
  /** Blobs that were missing last. */
  missing: string
  clampedShare: number
}

/**
 * Starts counting.
 *
 * @param onEvent - Called for every event, in order; what it throws is the caller's.
 */
export function createReport(account: Hex, federationId: Hex, onEvent: (event: NodeEvent) => void): Report {
  const started = performance.now()
  const seconds = noTimes()
  const told: Told = { satOut: new Set(), missing: '', clampedShare: 0 }
  const tally = createTally()
  let nested = 0
  let token = noToken
  return {
    tell: (event) => {
      if (isToldAlready(told, event)) return
      if (event.kind === 'started') token = event.token
      addEvent(tally, event)
      onEvent({ ...event, time: Date.now(), account, federationId })
    },
    timed: async (part, work) => {
      const before = nested
      nested = 0
      const from = performance.now()
      try {
        return await work()
      } finally {
        const elapsed = (performance.now() - from) / 1000
        seconds[part] += elapsed - nested
        nested = before + elapsed
      }
    },
    summarise: (reason) => {
      const total = (performance.now() - started) / 1000
      const gasByAction = { ...tally.gasByAction }
      return { account, federationId, token, reason, ...tally, gasByAction, seconds: { ...seconds, total } }
    },
  }
}

/** Whether an event says nothing new; else it is noted as told. */
function isToldAlready(told: Told, event: NodeEventBody): boolean {
  switch (event.kind) {
    case 'sat-out':
      // Several parts of a node may notice; once a round is enough.
      if (told.satOut.has(event.round)) return true
      told.satOut.add(event.round)
      return false
    case 'blobs-missing': {
      // Looked for again every few seconds; told when others are missing than before.
      const missing = event.versionedHashes.toSorted().join()
      if (missing === told.missing) return true
      told.missing = missing
      return false
    }
    case 'clamped': {
      const share = event.saturatedLanes / event.parameters
      if (share < 2 * told.clampedShare) return true
      told.clampedShare = share
      return false
    }
    default:
      return false
  }
}

function noTimes(): NodeTimes {
  return {
    training: 0,
    preparing: 0,
    packing: 0,
    committing: 0,
    proving: 0,
    checking: 0,
    sending: 0,
    observing: 0,
    waiting: 0,
    total: 0,
  }
}
