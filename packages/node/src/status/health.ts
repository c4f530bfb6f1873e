/**
 * The state of a node as its own events tell it: whether it is well, and its figures in the Prometheus text format.
 *
 * @see https://prometheus.io/docs/instrumenting/exposition_formats/, "Text-based format", version 0.0.4
 */
import { PHASES } from '@tutti/core'
import type { NodeEvent } from './events.ts'
import { createCurves, type Family, type Sample, type Value } from './round-figures.ts'
import { addEvent, createTally } from './tally.ts'

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

/** A node's state, fed by its events. Times in milliseconds of this machine's clock. */
export interface Vitals {
  note(event: NodeEvent): void
  /**
   * A node that looks for federations by itself has looked, or could not: a sign of life either way. What it served before
   * is over; the node is not.
   */
  noteSearch(search: Search): void
  health(now: number): Health
  /** Prometheus text, every line ended. */
  exposition(now: number): string
}

/**
 * A node that looks at the chain tells of it every few seconds; one that is silent for longer than this and is not
 * training does not turn any more.
 */
const SILENT_SECONDS = 120

/**
 * Starts with a node that has told nothing yet.
 *
 * @param startedAt - In milliseconds.
 */
export function createVitals(startedAt: number, silentSeconds = SILENT_SECONDS): Vitals {
  const tally = createTally()
  const counts = { trainings: 0, satOut: 0, roundsFailed: 0, racesLost: 0, chainFailures: 0 }
  const curves = createCurves()
  let trainingSeconds = 0
  let lastEvent: NodeEvent | undefined
  let lastAt = startedAt
  let round: number | undefined
  let phase: string | undefined
  let failures = 0
  let isTraining = false
  let hasSearched = false
  let outage = ''
  let end: { status: 'ended' | 'failed'; reason: string } | undefined

  const note = (event: NodeEvent): void => {
    addEvent(tally, event)
    curves.note(event)
    lastEvent = event
    lastAt = event.time
    switch (event.kind) {
      case 'started':
      case 'round-opened':
        round = event.round
        return
      case 'looked':
        round = event.round
        failures = 0
        return
      case 'phase':
        round = event.round
        phase = event.phase
        return
      case 'training-started':
        isTraining = true
        return
      case 'training-finished':
        isTraining = false
        counts.trainings++
        trainingSeconds += event.seconds
        return
      case 'sat-out':
        isTraining = false
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
        failures = event.failures
        outage = event.message
        return
      case 'chain-back':
        failures = 0
        return
      case 'finished':
        end = { status: 'ended', reason: event.summary.reason }
        return
      case 'failed':
        end = { status: 'failed', reason: event.message }
        return
    }
  }

  const noteSearch = ({ time, failure }: Search): void => {
    lastAt = time
    hasSearched = true
    isTraining = false
    end = undefined
    round = undefined
    phase = undefined
    failures = failure?.failures ?? 0
    if (failure === undefined) return
    counts.chainFailures++
    outage = failure.message
  }

  const judge = (silent: number): { status: HealthStatus; reason: string | null } => {
    if (end !== undefined) return end
    if (failures > 0) return { status: 'chain-unreachable', reason: outage }
    if (isTraining) return { status: 'training', reason: null }
    if (silent > silentSeconds) return { status: 'stuck', reason: `no sign of life for ${Math.floor(silent)} s` }
    return { status: lastEvent === undefined && !hasSearched ? 'starting' : 'well', reason: null }
  }

  const health = (now: number): Health => {
    const silent = Math.max(0, (now - lastAt) / 1000)
    const { status, reason } = judge(silent)
    return {
      status,
      isHealthy: status === 'starting' || status === 'well' || status === 'training' || status === 'ended',
      account: lastEvent?.account ?? null,
      federationId: lastEvent?.federationId ?? null,
      round: round ?? null,
      phase: phase ?? null,
      silentSeconds: silent,
      chainFailures: failures,
      reason,
    }
  }

  return {
    note,
    noteSearch,
    health,
    exposition: (now) => {
      const { isHealthy, silentSeconds: silent } = health(now)
      const steps = Object.entries(tally.gasByStep)
      const one = (value: Value): Sample[] => [[{}, value]]
      const labels = { federation: lastEvent?.federationId ?? '', account: lastEvent?.account ?? '' }
      const phases = PHASES.map((name): Sample => [{ phase: name }, name === phase ? 1 : 0])
      const families: Family[] = [
        ['tutti_node_info', 'gauge', 'Who this node is.', [[labels, 1]]],
        ['tutti_healthy', 'gauge', 'Whether /health answers 200.', one(isHealthy ? 1 : 0)],
        ['tutti_silent_seconds', 'gauge', 'Seconds since the last sign of life.', one(silent)],
        ['tutti_round', 'gauge', 'Round in progress, from 0.', round === undefined ? [] : one(round)],
        ['tutti_phase', 'gauge', 'Phase of the round in progress.', phase === undefined ? [] : phases],
        ['tutti_rounds_taken_total', 'counter', 'Rounds settled with an update of this node.', one(tally.roundsTaken)],
        ['tutti_rounds_failed_total', 'counter', 'Rounds closed for want of updates.', one(counts.roundsFailed)],
        ['tutti_rounds_sat_out_total', 'counter', 'Rounds this node gave up.', one(counts.satOut)],
        ['tutti_submissions_total', 'counter', 'Submissions mined.', one(tally.submitted)],
        ['tutti_shards_aggregated_total', 'counter', 'Shards aggregated by this node.', one(tally.aggregatedShards)],
        ['tutti_races_lost_total', 'counter', 'Steps that somebody else took first.', one(counts.racesLost)],
        ['tutti_rewards_total', 'counter', "Rewards, in the token's smallest unit.", one(tally.rewards)],
        ['tutti_keeper_pay_total', 'counter', "Keeper pay, in the token's smallest unit.", one(tally.keeperPay)],
        ['tutti_claimed_total', 'counter', "Paid out, in the token's smallest unit.", one(tally.claimed)],
        [
          'tutti_gas_used_total',
          'counter',
          'Gas used, by step.',
          steps.map(([step, { gasUsed }]) => [{ step }, gasUsed]),
        ],
        [
          'tutti_transactions_total',
          'counter',
          'Transactions mined, by step.',
          steps.map(([step, { transactions }]) => [{ step }, transactions]),
        ],
        ['tutti_trainings_total', 'counter', 'Rounds trained.', one(counts.trainings)],
        ['tutti_training_seconds_total', 'counter', 'Seconds spent training.', one(trainingSeconds)],
        ['tutti_lanes_total', 'counter', 'Values quantised.', one(tally.quantisedLanes)],
        ['tutti_lanes_saturated_total', 'counter', 'Values that reached their limit.', one(tally.saturatedLanes)],
        ...curves.families(),
        ['tutti_chain_failures_total', 'counter', 'Failed attempts to reach the chain.', one(counts.chainFailures)],
        ['tutti_chain_reachable', 'gauge', 'Whether the chain answers.', one(failures === 0 ? 1 : 0)],
        ['process_resident_memory_bytes', 'gauge', 'Resident memory of this process.', one(process.memoryUsage.rss())],
      ]
      return families.map(toText).join('')
    },
  }
}

/** A metric family; one without samples is left out. */
function toText([name, type, help, samples]: Family): string {
  if (samples.length === 0) return ''
  const lines = samples.map(([labels, value]) => {
    const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escapeLabel(text)}"`)
    return `${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${value}\n`
  })
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`
}

function escapeLabel(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}
