import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readHistory, readStatus } from '@tutti/chain'
import type { NodeEvent } from '../../src/status/events.ts'
import { countSubmissions, startFederation } from '../fixture.ts'
import { runAll, start } from '../nodes.ts'

test('three nodes train a federation to its end, in turn, and are paid to the last unit', async () => {
  // Windows so long that only who is named or first in turn can have acted.
  const fixture = await startFederation({ members: 3, terms: { keeperSeconds: 600, submitSeconds: 600 } })
  try {
    const { federationId: id, clients, terms } = fixture
    const events: NodeEvent[] = []
    const summaries = await runAll(fixture, { staggerSeconds: 600, onEvent: (event) => events.push(event) })
    const history = await readHistory(clients[0]!, { id })
    assert.deepEqual(
      history.map(({ updates }) => updates),
      [3, 3, 3],
    )
    for (const { account } of clients.slice(0, 3)) {
      for (const round of [0, 1, 2]) assert.equal(await countSubmissions(clients[0]!, id, account.address, round), 1)
    }
    const losses = events.flatMap((event) => (event.kind === 'training-finished' ? [event.metrics.loss!] : []))
    assert.ok(losses.at(-1)! < losses[0]!, `${losses}`)
    assert.equal(events.filter(({ kind }) => kind === 'aggregated').length, 9)
    assert.deepEqual(
      events.filter(({ kind }) => kind === 'race-lost'),
      [],
    )
    for (const summary of summaries) {
      assert.equal(summary.reason, 'the federation is finished')
      assert.equal(summary.roundsTaken, 3)
      assert.equal(summary.submitted, 3)
      assert.ok(summary.rewards > 0n && summary.gasUsed > 0n && summary.seconds.training > 0)
    }
    const { staked, owed, unspent } = await readStatus(clients[0]!, { id })
    assert.deepEqual({ staked, owed, unspent }, { staked: 0n, owed: 0n, unspent: 0n })
    const claimed = summaries.reduce((sum, summary) => sum + summary.claimed, 0n)
    assert.equal(claimed, terms.stake * 3n + terms.bounty)
    const earned = summaries.reduce((sum, { rewards, keeperPay }) => sum + rewards + keeperPay, 0n)
    assert.ok(earned <= terms.bounty)
  } finally {
    await fixture.end()
  }
})

test('a sampled cohort goes on where blocks come with transactions only: one member has the block mined that seeds it', async () => {
  const terms = { cohortSize: 2, minimumUpdates: 1, rounds: 3 }
  const fixture = await startFederation({ members: 4, terms })
  try {
    const nodes = fixture.clients.slice(0, 4).map((_, member) => start(fixture, member))
    const summaries = await Promise.all(nodes.map(({ done }) => done))
    assert.equal(
      summaries.reduce((sum, { roundsTaken }) => sum + roundsTaken, 0),
      6,
    )
    const kinds = nodes.flatMap((node) => node.kinds())
    const count = (kind: string) => kinds.filter((other) => other === kind).length
    assert.equal(count('drawn'), 3)
    assert.ok(count('nudged') >= 3)
  } finally {
    await fixture.end()
  }
})

test('rotating shards, a commit phase and a sampled cohort make a federation too', async () => {
  const terms = { shardsPerMember: 1, commitSeconds: 60, cohortSize: 2, minimumUpdates: 1, rounds: 2 }
  const fixture = await startFederation({ members: 3, terms, blockMilliseconds: 300 })
  try {
    const events: NodeEvent[] = []
    const nodes = [0, 1, 2].map((index) => start(fixture, index, { onEvent: (event) => events.push(event) }))
    await Promise.all(nodes.map(({ done }) => done))
    const history = await readHistory(fixture.clients[0]!, { id: fixture.federationId })
    assert.deepEqual(
      history.map(({ updates }) => updates),
      [2, 2],
    )
    const count = (kind: NodeEvent['kind']) => events.filter((event) => event.kind === kind).length
    assert.deepEqual([count('committed'), count('submitted'), count('drawn')], [4, 4, 2])
  } finally {
    await fixture.end()
  }
})

test('a round with too few updates is closed by somebody, and an absent member takes part when it is back', async () => {
  const fixture = await startFederation({ members: 2, terms: { submitSeconds: 4, rounds: 50 } })
  try {
    const { clients, federationId: id } = fixture
    const present = start(fixture, 0, { leavesAfterRounds: 2 })
    while (!present.kinds().includes('round-failed')) await new Promise((resolve) => setTimeout(resolve, 50))
    const late = start(fixture, 1, { leavesAfterRounds: 1 })
    await Promise.all([present.done, late.done])
    const updates = (await readHistory(clients[0]!, { id })).map((round) => round.updates)
    assert.equal(updates[0], 0)
    assert.ok(updates.includes(2), `${updates}`)
    assert.equal(await countSubmissions(clients[0]!, id, clients[0]!.account.address, 0), 1)
  } finally {
    await fixture.end()
  }
})

test('shards whose keeper is away are aggregated by the others, after its window', async () => {
  const terms = { rounds: 1, submitSeconds: 5, keeperSeconds: 2, cohortSize: 4, minimumUpdates: 1 }
  const fixture = await startFederation({ members: 4, terms })
  try {
    const present = start(fixture, 0, { staggerSeconds: 1 })
    const summary = await present.done
    assert.deepEqual([summary.aggregatedShards, summary.roundsTaken], [3, 1])
    assert.ok(summary.keeperPay > 0n && summary.rewards > 0n)
  } finally {
    await fixture.end()
  }
})

test('a member who leaves takes part to the end of the round, gets its stake back, and its node ends', async () => {
  const fixture = await startFederation({ members: 3, terms: { minimumUpdates: 1 } })
  try {
    const leaver = start(fixture, 0, { leavesAfterRounds: 1 })
    const others = [1, 2].map((index) => start(fixture, index))
    const summary = await leaver.done
    assert.equal(summary.reason, 'this account is not a member')
    assert.ok(summary.claimed >= fixture.terms.stake)
    await Promise.all(others.map(({ done }) => done))
    const history = await readHistory(fixture.clients[0]!, { id: fixture.federationId })
    assert.deepEqual(
      history.map(({ updates }) => updates),
      [3, 2, 2],
    )
  } finally {
    await fixture.end()
  }
})

test('an update too large for one transaction goes in several, and counts once', async () => {
  const fixture = await startFederation({ members: 2, terms: { rounds: 1 } })
  try {
    const summaries = await runAll(fixture, { bytesPerTransaction: 100 })
    assert.deepEqual(
      summaries.map(({ submitted, roundsTaken }) => [submitted, roundsTaken]),
      [
        [3, 1],
        [3, 1],
      ],
    )
    const history = await readHistory(fixture.clients[0]!, { id: fixture.federationId })
    assert.deepEqual(
      history.map(({ updates }) => updates),
      [2],
    )
  } finally {
    await fixture.end()
  }
})
