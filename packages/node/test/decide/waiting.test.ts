/** Federations that never open, and one whose next action nobody takes, on a real chain: members get their stakes back. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readMember, readStatus } from '@tutti/chain'
import { advanceTime } from '@tutti/chain/local'
import { erc20Abi } from 'viem'
import { joinFederation } from '../../src/joining/join.ts'
import { countWaited } from '../../src/loop/long-wait.ts'
import type { ModelTrainer } from '../../src/trainers/interface.ts'
import { type Fixture, startFederation } from '../fixture.ts'
import { start } from '../nodes.ts'
import { newRound, termsForTest } from '../terms.ts'

const tokensOf = ({ clients, terms }: Fixture) =>
  clients[0]!.public.readContract({
    address: terms.token,
    abi: erc20Abi,
    functionName: 'balanceOf',
    args: [clients[0]!.account.address],
  })
const until = async (holds: () => boolean) => {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 20))
}

/** A federation of two that has only one member. */
async function startLonely(): Promise<Fixture & { before: bigint }> {
  const fixture = await startFederation({ members: 2, joins: false, terms: { idleSeconds: 400 } })
  const before = await tokensOf(fixture)
  const { federationId } = fixture
  await joinFederation({ client: fixture.clients[0]!, federationId, consent: () => true })
  return { ...fixture, before }
}

test('a member that has waited long enough leaves a federation that does not open, with its stake', async () => {
  const fixture = await startLonely()
  try {
    const client = fixture.clients[0]!
    const node = start(fixture, 0, { maximumWaitSeconds: 100 })
    await until(() => node.kinds().includes('phase'))
    assert.ok(!node.kinds().includes('left'))
    await advanceTime(client, fixture.terms.joinSeconds + 100)
    const { claimed, reason } = await node.done
    assert.deepEqual([claimed, reason], [fixture.terms.stake, 'this account is not a member'])
    assert.equal(await tokensOf(fixture), fixture.before)
    const id = fixture.federationId
    assert.equal((await readMember(client, { id, account: client.account.address })).isMember, false)
    assert.equal((await readStatus(client, { id })).isFinished, false)
  } finally {
    await fixture.end()
  }
})

test('a federation that is overdue by its terms is abandoned by its nodes, and everybody is paid', async () => {
  const fixture = await startLonely()
  try {
    const client = fixture.clients[0]!
    const node = start(fixture, 0)
    await until(() => node.kinds().includes('phase'))
    await advanceTime(client, fixture.terms.joinSeconds + 100)
    await new Promise((resolve) => setTimeout(resolve, 500))
    assert.ok(!node.kinds().includes('abandoned'))
    await advanceTime(client, 400)
    await node.done
    assert.ok(node.kinds().includes('abandoned') && node.kinds().includes('claimed'))
    assert.equal((await readStatus(client, { id: fixture.federationId })).isFinished, true)
    // The creator is this member: the bounty has come back as well.
    assert.equal(await tokensOf(fixture), fixture.before + fixture.terms.bounty)
  } finally {
    await fixture.end()
  }
})

test('a wait that lasts says once how many updates have come, who is missing, and until when', async () => {
  const fixture = await startFederation({ members: 3, terms: { submitSeconds: 600 } })
  const stop = new AbortController()
  const { signal } = stop
  try {
    const node = start(fixture, 0, { signal })
    const waits = () => node.events.flatMap((event) => (event.kind === 'waiting' ? [event] : []))
    const inSubmission = () => waits().filter(({ phase }) => phase === 'submit')
    await until(() => node.kinds().includes('submitted'))
    assert.deepEqual(inSubmission(), [])
    await advanceTime(fixture.clients[0]!, 11)
    await until(() => inSubmission().length > 0)
    const second = start(fixture, 1, { signal })
    await until(() => second.kinds().includes('submitted'))
    await advanceTime(fixture.clients[0]!, 16)
    await until(() => inSubmission().length > 1)
    await advanceTime(fixture.clients[0]!, 60)
    await new Promise((resolve) => setTimeout(resolve, 600))
    const [, one, two] = fixture.clients.map(({ account }) => account.address.toLowerCase())
    const told = inSubmission().map(({ count, missing, reason }) => ({
      count,
      missing: missing.map((account) => account.toLowerCase()).sort(),
      reason,
    }))
    const reason = 'the update is in'
    assert.deepEqual(told, [
      { count: { what: 'updates', came: 1, of: 3 }, missing: [one, two].sort(), reason },
      { count: { what: 'updates', came: 2, of: 3 }, missing: [two], reason },
    ])
    const { endsAt, chainTime } = inSubmission()[0]!
    assert.ok(endsAt - chainTime > 500 && endsAt - chainTime < 590)
    stop.abort()
    await Promise.all([node.done, second.done])
  } finally {
    stop.abort()
    await fixture.end()
  }
})

test('a wait counts what its phase waits for: members, commitments, updates, shards, or time alone', () => {
  const seen = (submitted: bigint, members = 4) => ({
    block: { number: 1n, timestamp: 0 },
    terms: termsForTest({ minimumUpdates: 2 }),
    status: { createdAt: 0, isInitialised: true, isFinished: false, members, roundsClosed: 0 },
    round: newRound({ members: 4, cohort: 4, submitted, committed: 0b1n, shardsDone: 1 }),
    member: { index: 0, isMember: true, isLeaving: false, owed: 0n, stake: 5n },
    position: undefined,
  })
  assert.deepEqual(countWaited(seen(0b1011n), 'submit'), { what: 'updates', came: 3, of: 4, absent: 0b100n })
  assert.deepEqual(countWaited(seen(0n), 'commit'), { what: 'commitments', came: 1, of: 4, absent: 0b1110n })
  assert.deepEqual(countWaited(seen(0n), 'aggregate'), { what: 'shards', came: 1, of: 2, absent: 0n })
  assert.deepEqual(countWaited(seen(0n, 1), 'joining'), { what: 'members', came: 1, of: 2, absent: 0n })
  assert.equal(countWaited(seen(0n), 'joining'), undefined)
  assert.equal(countWaited(seen(0n), 'challenge'), undefined)
})

test('weights returned unchanged are called so, and a restarted node tries the round again with a corrected trainer', async () => {
  const fixture = await startFederation({ members: 2, terms: { submitSeconds: 600 } })
  const stops = [new AbortController(), new AbortController()] as const
  try {
    const trainer: ModelTrainer = { train: async ({ weights }) => ({ weights, metrics: { examples: 9 } }) }
    const first = start(fixture, 0, { trainer, signal: stops[0].signal })
    await until(() => first.kinds().includes('sat-out'))
    const [reason] = first.events.flatMap((event) => (event.kind === 'sat-out' ? [event.reason] : []))
    assert.match(reason!, /^the trainer returned the weights unchanged, .*restart the node/)
    stops[0].abort()
    await first.done
    const again = start(fixture, 0, { signal: stops[1].signal })
    await until(() => again.kinds().includes('submitted'))
    assert.ok(!again.kinds().includes('sat-out'))
    stops[1].abort()
    await again.done
  } finally {
    for (const stop of stops) stop.abort()
    await fixture.end()
  }
})
