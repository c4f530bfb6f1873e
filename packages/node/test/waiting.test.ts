/** Federations that never open, and one whose step nobody takes, on a real chain: members get their stakes back. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readMember, readStatus } from '@tutti/chain'
import { advanceTime } from '@tutti/chain/local'
import { erc20Abi } from 'viem'
import { joinFederation } from '../src/join.ts'
import { type Fixture, startFederation } from './fixture.ts'
import { start } from './nodes.ts'

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

test('whoever has waited long enough leaves a federation that does not open, with its stake', async () => {
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
