import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { custom, hexToNumber } from 'viem'
import {
  aggregateDirect,
  ChainBehindError,
  type ChainClient,
  connect,
  FederationNotFoundError,
  locateCreation,
  mintDemoTokens,
  readEvents,
  readManifest,
  readSubmissions,
  replayDirect,
  submitDirect,
} from '../../src/index.ts'
import type { LocalChain } from '../../src/local/local.ts'
import { passSecond, someUpdate, startFederation, startFixture } from '../fixture.ts'

let chain: LocalChain
let client: ChainClient
before(async () => {
  ;({ chain, client } = await startFixture())
})
after(() => chain.stop())

test('an endpoint that refuses wide ranges gives the same history as one that does not', async () => {
  const { id, terms, members } = await startFederation(chain, client)
  for (let round = 0; round < 2; round++) {
    for (const [index, member] of members.entries()) {
      await submitDirect(member, { id, round, payloads: [someUpdate(terms, index).payload] })
    }
    await mintDemoTokens(client, { to: client.account!.address, amount: 1n })
    await passSecond(client)
    await aggregateDirect(client, { id, round, shard: 0 })
  }
  const narrow = await connectNarrow(chain.rpcUrl, 4)
  assert.deepEqual(await readManifest(narrow, { id }), await readManifest(client, { id }))
  assert.deepEqual(await readSubmissions(narrow, { id, round: 1 }), await readSubmissions(client, { id, round: 1 }))
  assert.equal((await replayDirect(narrow, { id })).isConsistent, true)
})

test('events are narrowed to a federation and a round', async () => {
  const { id, terms, members } = await startFederation(chain, client, { terms: { salt: `0x${'06'.repeat(32)}` } })
  await submitDirect(members[0]!, { id, round: 0, payloads: [someUpdate(terms, 0).payload] })
  const query = { eventName: 'Submitted', fromBlock: 0n } as const
  assert.equal((await readEvents(client, { ...query, id, round: 0 })).length, 1)
  assert.equal((await readEvents(client, { ...query, id, round: 1 })).length, 0)
  assert.equal((await readEvents(client, { ...query, id: `0x${'00'.repeat(32)}` })).length, 0)
})

test('a federation without a creation event is not found', async () => {
  const query = { id: `0x${'12'.repeat(32)}`, fromBlock: 0n } as const
  await assert.rejects(readManifest(client, query), FederationNotFoundError)
})

test('a creation that the chain took back is looked for in the block that has it now', async () => {
  const ask = <T>(method: string, ...params: unknown[]) =>
    client.public.request({ method, params } as never) as Promise<T>
  await ask('anvil_mine', '0x5')
  const snapshot = await ask('evm_snapshot')
  await ask('anvil_mine', '0x10')
  const { id, terms, members } = await startFederation(chain, client, { terms: { salt: `0x${'07'.repeat(32)}` } })
  const first = await locateCreation(client, { id })
  assert.deepEqual(await locateCreation(client, { id }), first)
  assert.equal(await ask('evm_revert', snapshot), true)
  await assert.rejects(locateCreation(client, { id }), ChainBehindError)
  await startFederation(chain, client, { terms: { salt: `0x${'07'.repeat(32)}` } })
  const again = await locateCreation(client, { id })
  assert.deepEqual([again.id, again.blockNumber < first.blockNumber], [id, true])
  await submitDirect(members[0]!, { id, round: 0, payloads: [someUpdate(terms, 0).payload] })
  assert.equal((await readSubmissions(client, { id, round: 0, fromBlock: first.blockNumber })).length, 1)
  assert.equal((await readSubmissions(client, { id, round: 0 })).length, 1)
})

/** The same chain, through an endpoint that answers for at most `blocks` blocks of logs at a time. */
async function connectNarrow(rpcUrl: string, blocks: number): Promise<ChainClient> {
  const { public: wide } = await connect({ rpcUrl })
  const request = async ({ method, params }: { method: string; params: unknown }) => {
    if (method === 'eth_getLogs') {
      const [{ fromBlock, toBlock }] = params as [{ fromBlock: `0x${string}`; toBlock: `0x${string}` | 'latest' }]
      const last = toBlock === 'latest' ? Number(await wide.getBlockNumber()) : hexToNumber(toBlock)
      if (last - hexToNumber(fromBlock) >= blocks) throw { code: -32005, message: 'query returned more than allowed' }
    }
    return wide.request({ method, params } as never)
  }
  return connect({ transport: custom({ request }, { retryCount: 0 }) })
}
