/**
 * The figures of a node for Prometheus.
 *
 * @example
 * ```ts
 * import { startStatus, toPrometheus } from '@tutti/node'
 *
 * toPrometheus(startStatus(0), 1_000).includes('tutti_healthy 1') // → true
 * ```
 */
import { PHASES } from '@tutti/core'
import { type NodeStatus, toHealth } from './health.ts'
import { type Family, type Sample, toPrometheusText, type Value } from './prometheus-format.ts'
import { toRoundFamilies } from './prometheus-rounds.ts'

/** The Prometheus text of a node, every line ended. @param now - In milliseconds of this machine's clock. */
export function toPrometheus(node: NodeStatus, now: number): string {
  return toPrometheusText(toFamilies(node, now))
}

/** All metrics of a node. Long because: it is one list. */
function toFamilies(node: NodeStatus, now: number): Family[] {
  const { isHealthy, silentSeconds } = toHealth(node, now)
  const { tally, counts, round, phase, lastEvent } = node
  const actions = Object.entries(tally.gasByAction)
  const one = (value: Value): Sample[] => [[{}, value]]
  const labels = { federation: lastEvent?.federationId ?? '', account: lastEvent?.account ?? '' }
  const phases = PHASES.map((name): Sample => [{ phase: name }, name === phase ? 1 : 0])
  return [
    ['tutti_node_info', 'gauge', 'Who this node is.', [[labels, 1]]],
    ['tutti_healthy', 'gauge', 'Whether /health answers 200.', one(isHealthy ? 1 : 0)],
    ['tutti_silent_seconds', 'gauge', 'Seconds since the last sign of life.', one(silentSeconds)],
    ['tutti_round', 'gauge', 'Round in progress, from 0.', round === undefined ? [] : one(round)],
    ['tutti_phase', 'gauge', 'Phase of the round in progress.', phase === undefined ? [] : phases],
    ['tutti_rounds_taken_total', 'counter', 'Rounds settled with an update of this node.', one(tally.roundsTaken)],
    ['tutti_rounds_failed_total', 'counter', 'Rounds closed with too few updates.', one(counts.roundsFailed)],
    ['tutti_rounds_sat_out_total', 'counter', 'Rounds this node gave up.', one(counts.satOut)],
    ['tutti_submissions_total', 'counter', 'Submissions mined.', one(tally.submitted)],
    ['tutti_shards_aggregated_total', 'counter', 'Shards aggregated by this node.', one(tally.aggregatedShards)],
    ['tutti_races_lost_total', 'counter', 'Actions that somebody else took first.', one(counts.racesLost)],
    ['tutti_rewards_total', 'counter', "Rewards, in the token's smallest unit.", one(tally.rewards)],
    ['tutti_keeper_pay_total', 'counter', "Keeper pay, in the token's smallest unit.", one(tally.keeperPay)],
    ['tutti_claimed_total', 'counter', "Paid out, in the token's smallest unit.", one(tally.claimed)],
    [
      'tutti_gas_used_total',
      'counter',
      'Gas used, by action.',
      actions.map(([action, { gasUsed }]) => [{ action }, gasUsed]),
    ],
    [
      'tutti_transactions_total',
      'counter',
      'Transactions mined, by action.',
      actions.map(([action, { transactions }]) => [{ action }, transactions]),
    ],
    ['tutti_trainings_total', 'counter', 'Rounds trained.', one(counts.trainings)],
    ['tutti_training_seconds_total', 'counter', 'Seconds spent training.', one(node.trainingSeconds)],
    ['tutti_lanes_total', 'counter', 'Values quantised.', one(tally.quantisedLanes)],
    ['tutti_lanes_saturated_total', 'counter', 'Values that reached their limit.', one(tally.saturatedLanes)],
    ...toRoundFamilies(node.rounds),
    ['tutti_chain_failures_total', 'counter', 'Failed attempts to reach the chain.', one(counts.chainFailures)],
    ['tutti_chain_reachable', 'gauge', 'Whether the chain answers.', one(node.outage.failures === 0 ? 1 : 0)],
    ['process_resident_memory_bytes', 'gauge', 'Resident memory of this process.', one(process.memoryUsage.rss())],
  ]
}
