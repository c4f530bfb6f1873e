/**
 * How a node is, as its own events tell it.
 *
 * @example
 * ```ts
 * import { noteSearch, startStatus, toHealth } from '@tutti/node'
 *
 * const status = startStatus(0, 60)
 * toHealth(status, 1_000).status // → 'starting'
 * noteSearch(status, { time: 2_000 })
 * toHealth(status, 3_000).status // → 'well'
 * toHealth(status, 100_000).status // → 'stuck'
 * ```
 */
import type { NodeEvent } from './events.ts'
import { addToRound, type RoundFigures } from './prometheus-rounds.ts'
import { addEvent, createTally, type Tally } from './tally.ts'

/** How a node is. `chain-unreachable`, `stuck` and `failed` need somebody's attention. */
export type HealthStatus = 'starting' | 'well' | 'training' | 'chain-unreachable' | 'stuck' | 'ended' | 'failed'

/** What `/health` answers. */
export interface Health {
  status: HealthStatus
  isHealthy: boolean
  account: string | null
  federationId: string | null
  /** From 0; null until it is known. */
  round: number | null
  phase: string | null
  /** Seconds since the node last gave a sign of life. */
  silentSeconds: number
  /** Failed attempts to reach the chain since it last answered. */
  chainFailures: number
  /** What is wrong, in a sentence. */
  reason: string | null
}

/** A look for federations. `failure`: what kept the node from looking, and how often in a row. */
export interface Search {
  /** Milliseconds of this machine's clock. */
  time: number
  failure?: { message: string; failures: number }
}

/** What is known of a node: {@link noteEvent} adds to it, {@link toHealth} and `toPrometheus` read it. */
export interface NodeStatus {
  tally: Tally
  counts: { trainings: number; satOut: number; roundsFailed: number; racesLost: number; chainFailures: number }
  trainingSeconds: number
  /** By round from 0, the latest ones. */
  rounds: Map<number, RoundFigures>
  lastEvent: NodeEvent | undefined
  /** Of the last sign of life, in milliseconds of this machine's clock. */
  lastAt: number
  round: number | undefined
  phase: string | undefined
  /** Failed attempts to reach the chain since it last answered, and what went wrong. */
  outage: { failures: number; message: string }
  isTraining: boolean
  hasSearched: boolean
  end: { status: 'ended' | 'failed'; reason: string } | undefined
  /** A node that is silent for longer and does not train is stuck. */
  silentSeconds: number
}

/** A node that looks at the chain tells of it every few seconds. */
const SILENT_SECONDS = 120

/**
 * The status of a node that has told nothing yet.
 *
 * @param startedAt - In milliseconds.
 */
export function startStatus(startedAt: number, silentSeconds = SILENT_SECONDS): NodeStatus {
  return {
    tally: createTally(),
    counts: { trainings: 0, satOut: 0, roundsFailed: 0, racesLost: 0, chainFailures: 0 },
    trainingSeconds: 0,
    rounds: new Map(),
    lastEvent: undefined,
    lastAt: startedAt,
    round: undefined,
    phase: undefined,
    outage: { failures: 0, message: '' },
    isTraining: false,
    hasSearched: false,
    end: undefined,
    silentSeconds,
  }
}

/** Adds an event, in place. */
export function noteEvent(status: NodeStatus, event: NodeEvent): void {
  const { counts } = status
  addEvent(status.tally, event)
  addToRound(status.rounds, event)
  status.lastEvent = event
  status.lastAt = event.time
  switch (event.kind) {
    case 'started':
    case 'round-opened':
      status.round = event.round
      return
    case 'looked':
      status.round = event.round
      status.outage.failures = 0
      return
    case 'phase':
      status.round = event.round
      status.phase = event.phase
      return
    case 'training-started':
      status.isTraining = true
      return
    case 'training-finished':
      status.isTraining = false
      counts.trainings++
      status.trainingSeconds += event.seconds
      return
    case 'sat-out':
      status.isTraining = false
      counts.satOut++
      return
    case 'round-failed':
      counts.roundsFailed++
      return
    case 'race-lost':
      counts.racesLost++
      return
    case 'chain-unreachable':
      counts.chainFailures++
      status.outage = { failures: event.failures, message: event.message }
      return
    case 'chain-back':
      status.outage.failures = 0
      return
    case 'finished':
      status.end = { status: 'ended', reason: event.summary.reason }
      return
    case 'failed':
      status.end = { status: 'failed', reason: event.message }
      return
  }
}

/**
 * Adds, in place, that a node which looks for federations by itself has looked, or could not: a sign of life in both cases.
 * The federation that it served before is over; the node is not.
 */
export function noteSearch(status: NodeStatus, { time, failure }: Search): void {
  status.lastAt = time
  status.hasSearched = true
  status.isTraining = false
  status.end = undefined
  status.round = undefined
  status.phase = undefined
  status.outage.failures = failure?.failures ?? 0
  if (failure === undefined) return
  status.counts.chainFailures++
  status.outage.message = failure.message
}

/** How the node is. @param now - In milliseconds of this machine's clock. */
export function toHealth(node: NodeStatus, now: number): Health {
  const { lastEvent } = node
  const silentSeconds = Math.max(0, (now - node.lastAt) / 1000)
  const { status, reason } = judge(node, silentSeconds)
  return {
    status,
    isHealthy: status === 'starting' || status === 'well' || status === 'training' || status === 'ended',
    account: lastEvent?.account ?? null,
    federationId: lastEvent?.federationId ?? null,
    round: node.round ?? null,
    phase: node.phase ?? null,
    silentSeconds,
    chainFailures: node.outage.failures,
    reason,
  }
}

function judge(node: NodeStatus, silent: number): { status: HealthStatus; reason: string | null } {
  const { end, outage, isTraining, lastEvent, hasSearched } = node
  if (end !== undefined) return end
  if (outage.failures > 0) return { status: 'chain-unreachable', reason: outage.message }
  if (isTraining) return { status: 'training', reason: null }
  if (silent > node.silentSeconds) return { status: 'stuck', reason: `no sign of life for ${Math.floor(silent)} s` }
  return { status: lastEvent === undefined && !hasSearched ? 'starting' : 'well', reason: null }
}
