import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { test } from 'node:test'
import { openRound } from '@tutti/chain'
import { planNode } from '../../src/loop/plan.ts'
import { startFederation } from '../fixture.ts'
import { start } from '../nodes.ts'

test('a plan says what the node would do and why, round by round, and leaves no trace', async () => {
  const fixture = await startFederation({ members: 2, terms: { rounds: 1 } })
  try {
    const { clients, federationId, storeDirectory } = fixture
    const plan = (index: number, change = {}) =>
      planNode({ client: clients[index]!, federationId, storeDirectory, ...change })
    const transactions = () =>
      Promise.all(clients.map(({ public: chain, account }) => chain.getTransactionCount({ address: account.address })))
    const before = await transactions()

    const joining = await Promise.all([plan(0), plan(1)])
    assert.deepEqual(
      joining.map(({ phase, action }) => [phase, action.kind]),
      [
        ['joining', 'open'],
        ['joining', 'wait'],
      ],
    )
    assert.match(joining[1]!.action.reason, /others go first/)
    assert.equal((await plan(0, { isKeeper: false })).action.kind, 'wait')
    assert.equal((await plan(0, { leavesAfterRounds: 0 })).action.kind, 'leave')
    const stranger = await plan(clients.length - 1)
    assert.deepEqual([stranger.isMember, stranger.action.kind], [false, 'stop'])
    assert.deepEqual(await transactions(), before)

    await openRound(clients[0]!, { id: federationId })
    const training = await plan(1)
    assert.deepEqual([training.phase, training.action.kind, training.record], ['submit', 'train', 'none'])
    assert.deepEqual([training.position, training.shards], [1, [0, 1, 2]])
    assert.ok(training.endsAt! > training.now)
    assert.equal(existsSync(storeDirectory), false)

    // A record on disk counts, and a living node's lock does not stand in the way.
    const stop = new AbortController()
    const node = start(fixture, 1, { signal: stop.signal })
    while (!node.kinds().includes('submitted')) await new Promise((resolve) => setTimeout(resolve, 20))
    const done = await plan(1)
    assert.deepEqual([done.record, done.action.kind, done.action.reason], ['update', 'wait', 'the update is in'])
    assert.equal((await plan(1, { leavesAfterRounds: 1 })).action.kind, 'leave')
    stop.abort()
    await node.done
    await assert.rejects(plan(0, { manifestHash: `0x${'12'.repeat(32)}` }), { name: 'StaleManifestError' })
    await assert.rejects(plan(0, { staggerSeconds: -1 }), { name: 'NodeOptionError' })
  } finally {
    await fixture.end()
  }
})
