import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toHex } from '@tutti/core'
import { startMemberProcess } from '../../src/host/process.ts'
import type { NodeEvent } from '../../src/status/events.ts'
import { startFederation, stripes } from '../fixture.ts'

test('a member in a process of its own takes part to the end, and tells what memory it held', async () => {
  const fixture = await startFederation({ members: 1, terms: { rounds: 1 } })
  try {
    const { chain, federationId, storeDirectory, clients } = fixture
    const { account, chainId } = clients[0]!
    const { privateKey } = (account as unknown as { getHdKey(): { privateKey: Uint8Array } }).getHdKey()
    const events: NodeEvent[] = []
    const member = startMemberProcess({
      rpcUrl: chain.rpcUrl,
      chainId,
      federationId,
      privateKey: toHex(privateKey),
      account: account.address,
      storeDirectory,
      trainer: { dataset: stripes(1) },
      onEvent: (event) => events.push(event),
    })
    assert.equal((await member.done).roundsTaken, 1)
    assert.ok(events.some(({ kind }) => kind === 'submitted'))
    assert.ok(member.peakBytes()! > 2 ** 24)
    await member.stop()
  } finally {
    await fixture.end()
  }
})
