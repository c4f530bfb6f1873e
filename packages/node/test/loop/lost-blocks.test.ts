/** A chain that loses blocks is ordinary: nodes look again, wait for what it will have, and go on to the end. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readHistory } from '@tutti/chain'
import type { Hex } from '@tutti/core'
import { joinFederation } from '../../src/joining/join.ts'
import { type Fixture, startFederation } from '../fixture.ts'
import { start } from '../nodes.ts'

const pause = () => new Promise((resolve) => setTimeout(resolve, 20))

function ask<T>(fixture: Fixture, method: string, params: unknown[] = []): Promise<T> {
  return fixture.clients[0]!.public.request({ method, params } as never) as Promise<T>
}

async function checkEnd(fixture: Fixture): Promise<void> {
  const history = await readHistory(fixture.clients[0]!, { id: fixture.federationId })
  assert.deepEqual(
    history.map(({ updates }) => updates),
    [3, 3, 3],
  )
}

for (const kind of ['started', 'submitted', 'round-settled'] as const) {
  test(`three nodes go on to the end when their chain loses blocks since the first round, after "${kind}"`, async () => {
    const fixture = await startFederation({ members: 3, terms: { keeperSeconds: 600, submitSeconds: 600 } })
    try {
      const snapshot = await ask<Hex>(fixture, 'evm_snapshot')
      const nodes = [0, 1, 2].map((index) => start(fixture, index))
      while (!nodes.every(({ kinds }) => kinds().includes(kind))) await pause()
      await ask(fixture, 'anvil_mine', ['0xa'])
      await new Promise((resolve) => setTimeout(resolve, 300))
      assert.equal(await ask(fixture, 'evm_revert', [snapshot]), true)
      await Promise.all(nodes.map(({ done }) => done))
      await checkEnd(fixture)
    } finally {
      await fixture.end()
    }
  })
}

test('nodes whose chain lost their joining wait until it has it again, and go on to the end', async () => {
  const terms = { keeperSeconds: 600, submitSeconds: 600 }
  const fixture = await startFederation({ members: 3, joins: false, terms })
  const { federationId } = fixture
  const joinAll = async () => {
    for (const client of fixture.clients.slice(0, 3)) {
      await joinFederation({ client, federationId, consent: () => true })
    }
  }
  try {
    const snapshot = await ask<Hex>(fixture, 'evm_snapshot')
    await joinAll()
    const nodes = [0, 1, 2].map((index) => start(fixture, index))
    while (!nodes.every(({ kinds }) => kinds().includes('submitted'))) await pause()
    assert.equal(await ask(fixture, 'evm_revert', [snapshot]), true)
    while (!nodes.every(({ kinds }) => kinds().includes('chain-unreachable'))) await pause()
    const late = start(fixture, 3)
    await assert.rejects(late.done, { name: 'NotAMemberError' })
    await joinAll()
    await Promise.all(nodes.map(({ done }) => done))
    await checkEnd(fixture)
  } finally {
    await fixture.end()
  }
})
