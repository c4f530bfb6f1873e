import assert from 'node:assert/strict'
import { test } from 'node:test'
import { noToken } from '@tutti/core'
import type { NodeEvent, NodeEventBody } from '../../src/status/events.ts'
import { type NodeStatus, noteEvent, noteSearch, startStatus, toHealth } from '../../src/status/health.ts'
import { toPrometheus } from '../../src/status/prometheus-metrics.ts'
import { createTally } from '../../src/status/tally.ts'

const account = '0xAa' as const
const federationId = '0xFe"d\\' as `0x${string}`
const cost = (gasUsed: bigint) => ({ hash: '0x01' as const, gasUsed, gasPrice: 1n })
const told = (node: NodeStatus) => {
  let time = 1_000
  return (event: NodeEventBody, at = time) => {
    time = at
    noteEvent(node, { ...event, time, account, federationId } as NodeEvent)
  }
}
const summary = { ...createTally(), account, federationId, token: noToken, reason: 'over' }
const idle = { training: 0, preparing: 0, packing: 0, committing: 0, proving: 0, checking: 0 }
const seconds = { ...idle, sending: 0, observing: 0, waiting: 0, total: 0 }

test('a node that looks for federations lives by its looks, and its end is not that of a federation', () => {
  const node = startStatus(0, 60)
  const at = (seconds: number) => toHealth(node, 1_000 * seconds)
  noteSearch(node, { time: 50_000 })
  assert.deepEqual([at(100).status, at(100).isHealthy, at(111).status], ['well', true, 'stuck'])
  told(node)({ kind: 'finished', summary: { reason: 'the federation is finished' } } as never, 110)
  noteSearch(node, { time: 120_000, failure: { message: 'The chain does not answer.', failures: 3 } })
  const { status, isHealthy, reason, chainFailures } = at(121)
  assert.deepEqual(
    [status, isHealthy, reason, chainFailures],
    ['chain-unreachable', false, 'The chain does not answer.', 3],
  )
  noteSearch(node, { time: 130_000 })
  assert.deepEqual([at(131).status, at(131).chainFailures], ['well', 0])
})

test('a node is well while it gives signs of life, and stuck when they cease', () => {
  const node = startStatus(0, 60)
  assert.deepEqual([toHealth(node, 10_000).status, toHealth(node, 10_000).round], ['starting', null])
  assert.equal(toHealth(node, 61_000).status, 'stuck')
  const tell = told(node)
  tell({ kind: 'started', members: 2, rounds: 3, round: 1, token: noToken }, 62_000)
  assert.deepEqual([toHealth(node, 100_000).status, toHealth(node, 100_000).round], ['well', 1])
  const silent = toHealth(node, 123_000)
  assert.deepEqual([silent.status, silent.isHealthy, silent.silentSeconds], ['stuck', false, 61])
  assert.match(silent.reason!, /no sign of life for 61 s/)
  tell({ kind: 'looked', round: 2, block: 7n }, 124_000)
  assert.deepEqual([toHealth(node, 124_000).status, toHealth(node, 124_000).round], ['well', 2])
})

test('a node that trains may be silent', () => {
  const node = startStatus(0, 60)
  const tell = told(node)
  tell({ kind: 'training-started', round: 0 })
  assert.deepEqual([toHealth(node, 1e9).status, toHealth(node, 1e9).isHealthy], ['training', true])
  tell({ kind: 'sat-out', round: 0, reason: 'late' })
  assert.equal(toHealth(node, 1e9).status, 'stuck')
})

test('a chain out of reach is told of until it answers or refuses', () => {
  const node = startStatus(0)
  const tell = told(node)
  tell({ kind: 'chain-unreachable', failures: 3, waitMilliseconds: 5, message: 'no answer' })
  const out = toHealth(node, 1_000)
  assert.deepEqual(
    [out.status, out.isHealthy, out.chainFailures, out.reason],
    ['chain-unreachable', false, 3, 'no answer'],
  )
  tell({ kind: 'chain-back', failures: 3 })
  assert.equal(toHealth(node, 1_000).status, 'well')
  assert.match(toPrometheus(node, 1_000), /^tutti_chain_failures_total 1$/m)
})

test('how a node ended is told as long as somebody asks', () => {
  const node = startStatus(0, 1)
  told(node)({ kind: 'finished', summary: { ...summary, seconds } })
  assert.deepEqual([toHealth(node, 1e9).status, toHealth(node, 1e9).isHealthy], ['ended', true])
  told(node)({ kind: 'failed', name: 'E', message: 'broken', isRetryable: false })
  assert.deepEqual([toHealth(node, 1e9).status, toHealth(node, 1e9).isHealthy], ['failed', false])
})

test('the figures are the sums of the events', () => {
  const node = startStatus(0)
  const tell = told(node)
  tell({ kind: 'phase', round: 4, phase: 'submit', endsAt: 0, chainTime: 0, reason: '' })
  tell({ kind: 'training-finished', round: 4, metrics: { examples: 1 }, seconds: 1.5 })
  tell({ kind: 'training-finished', round: 5, metrics: { examples: 1 }, seconds: 2 })
  tell({ kind: 'submitted', round: 4, first: 0, shards: 1, bytes: 32, cost: cost(100_000n) })
  tell({ kind: 'submitted', round: 5, first: 0, shards: 1, bytes: 32, cost: cost(1n) })
  tell({ kind: 'aggregated', round: 4, shard: 0, cost: cost(7n) })
  tell({ kind: 'race-lost', round: 0, action: 'open', reason: 'x' })
  tell({ kind: 'round-settled', round: 4, updates: 2, hasTakenPart: true, reward: 10n ** 24n, keeperPay: 5n })
  tell({ kind: 'round-failed', round: 3, updates: 0, keeperPay: 1n })
  const text = toPrometheus(node, 2_000)
  for (const line of [
    'tutti_node_info{federation="0xFe\\"d\\\\",account="0xAa"} 1',
    'tutti_healthy 1',
    'tutti_round 4',
    'tutti_phase{phase="submit"} 1',
    'tutti_phase{phase="draw"} 0',
    'tutti_rounds_taken_total 1',
    'tutti_rounds_failed_total 1',
    'tutti_submissions_total 2',
    'tutti_shards_aggregated_total 1',
    'tutti_races_lost_total 1',
    'tutti_rewards_total 1000000000000000000000000',
    'tutti_keeper_pay_total 6',
    'tutti_gas_used_total{action="submitted"} 100001',
    'tutti_transactions_total{action="submitted"} 2',
    'tutti_gas_used_total{action="aggregated"} 7',
    'tutti_trainings_total 2',
    'tutti_training_seconds_total 3.5',
    'tutti_chain_reachable 1',
  ]) {
    assert.ok(text.includes(`\n${line}\n`), line)
  }
})

test('loss, accuracy, clamped share, gas and pay are told by round, of the latest rounds', () => {
  const node = startStatus(0)
  const tell = told(node)
  for (let round = 0; round < 30; round++) {
    tell({ kind: 'training-finished', round, metrics: { examples: 8, loss: 2 / (round + 1), correct: 6 }, seconds: 1 })
    tell({ kind: 'update-prepared', round, bytes: 1, parameters: 200, saturatedLanes: 5 })
    tell({ kind: 'submitted', round, first: 0, shards: 1, bytes: 32, cost: cost(100n) })
    tell({ kind: 'aggregated', round, shard: 0, cost: cost(11n) })
    tell({ kind: 'round-settled', round, updates: 2, hasTakenPart: true, reward: 7n, keeperPay: 2n })
  }
  const text = toPrometheus(node, 5)
  for (const line of [
    'tutti_round_examples{round="29"} 8',
    'tutti_round_loss{round="19"} 0.1',
    'tutti_round_accuracy{round="29"} 0.75',
    'tutti_round_clamped_share{round="29"} 0.025',
    'tutti_round_gas_used{round="29"} 111',
    'tutti_round_earned{round="29"} 9',
  ]) {
    assert.ok(text.includes(`\n${line}\n`), line)
  }
  assert.equal(text.match(/^tutti_round_loss\{/gm)?.length, 20)
})

test('every line of the exposition is of the text format, and each family stands once with its type', () => {
  const node = startStatus(0)
  told(node)({ kind: 'phase', round: 4, phase: 'submit', endsAt: 0, chainTime: 0, reason: '' })
  const lines = toPrometheus(node, 5).trimEnd().split('\n')
  const families = lines.filter((line) => line.startsWith('# TYPE')).map((line) => line.split(' ')[2])
  assert.equal(new Set(families).size, families.length)
  for (const line of lines) {
    assert.match(
      line,
      /^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{[a-z]+="([^"\\\n]|\\.)*"(,[a-z]+="([^"\\\n]|\\.)*")*\})? [\d.e+-]+)$/,
    )
    if (!line.startsWith('#')) assert.ok(families.includes(line.split(/[{ ]/)[0]), line)
  }
})
