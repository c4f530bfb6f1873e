import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { ContractError, connect, leave } from '@tutti/chain'
import { startLocalChain } from '@tutti/chain/local'
import { connectEndpoints } from '../../src/rpc/endpoints.ts'
import { countSubmissions, startFederation } from '../fixture.ts'
import { start } from '../nodes.ts'
import { startRelay } from '../relay.ts'

const nowhere = 'http://127.0.0.1:9'

test('a node outlives the end of one endpoint, and of the other after that, without a second update', async () => {
  const fixture = await startFederation({ members: 2, terms: { rounds: 3, submitSeconds: 600 } })
  const [one, two] = [await startRelay(fixture.chain.port), await startRelay(fixture.chain.port)]
  try {
    const { clients, federationId: id } = fixture
    const { account } = clients[0]!
    const rests: string[] = []
    const client = await connectEndpoints({
      rpcUrls: [one.url, two.url],
      account,
      restMilliseconds: 1_000,
      onRest: ({ host }) => rests.push(host),
    })
    const node = start(fixture, 0, { client: { ...client, account } })
    const settled = () => node.kinds().filter((kind) => kind === 'round-settled').length
    const until = async (rounds: number) => {
      while (settled() < rounds) await new Promise((resolve) => setTimeout(resolve, 20))
    }
    const other = start(fixture, 1)
    await until(1)
    one.cut()
    await until(2)
    one.mend()
    two.cut()
    const [summary] = await Promise.all([node.done, other.done])
    assert.equal(summary.roundsTaken, 3)
    for (const round of [0, 1, 2]) assert.equal(await countSubmissions(clients[1]!, id, account.address, round), 1)
    assert.ok(rests.includes(new URL(one.url).host), `${rests}`)
  } finally {
    await one.close()
    await two.close()
    await fixture.end()
  }
})

test('an endpoint that failed is not asked again while it rests and another one answers', async () => {
  const fixture = await startFederation({ members: 1 })
  const [one, two] = [await startRelay(fixture.chain.port), await startRelay(fixture.chain.port)]
  try {
    const { account } = fixture.clients[0]!
    const rests: string[] = []
    const client = await connectEndpoints({
      rpcUrls: [one.url, two.url],
      account,
      restMilliseconds: 600_000,
      onRest: ({ host }) => rests.push(host),
    })
    assert.equal(two.requests() > 0, true)
    one.cut()
    await client.public.getBlockNumber()
    one.mend()
    const before = one.requests()
    for (let i = 0; i < 3; i++) await client.public.getBlockNumber()
    assert.equal(one.requests(), before)
    assert.deepEqual(rests, [new URL(one.url).host])
    // Nobody else answers: rest or not, it is asked.
    two.cut()
    await client.public.getBlockNumber()
    assert.ok(one.requests() > before)
    // What the contract refuses is an answer, from whichever endpoint.
    const stranger = { ...client, account: fixture.clients.at(-1)!.account }
    await assert.rejects(leave(stranger, { id: fixture.federationId }), ContractError)
  } finally {
    await one.close()
    await two.close()
    await fixture.end()
  }
})

test('one dead endpoint of several is no obstacle; all dead are told of by host, without their paths', async () => {
  const fixture = await startFederation({ members: 1 })
  try {
    const { account } = fixture.clients[0]!
    const client = await connectEndpoints({ rpcUrls: [nowhere, fixture.chain.rpcUrl], account })
    assert.equal(client.chainId, 31_337)
    const dead = connectEndpoints({ rpcUrls: [`${nowhere}/secret`, 'http://127.0.0.1:7/secret'] })
    await assert.rejects(dead, (error: Error) => {
      assert.equal(error.name, 'ChainUnreachableError')
      assert.match(error.message, /127\.0\.0\.1:9 or 127\.0\.0\.1:7/)
      assert.doesNotMatch(error.message, /secret/)
      return true
    })
  } finally {
    await fixture.end()
  }
})

test('an endpoint that takes requests and never answers costs one time-out, not one a request', async () => {
  const fixture = await startFederation({ members: 1 })
  let taken = 0
  const mute = createServer(() => taken++)
  await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve))
  try {
    const { port } = mute.address() as AddressInfo
    const client = await connectEndpoints({
      rpcUrls: [`http://127.0.0.1:${port}`, fixture.chain.rpcUrl],
      timeoutMilliseconds: 400,
      restMilliseconds: 600_000,
    })
    for (let i = 0; i < 5; i++) assert.ok((await client.public.getBlockNumber()) > 0n)
    assert.equal(taken, 1)
  } finally {
    mute.closeAllConnections()
    mute.close()
    await fixture.end()
  }
})

test('endpoints of different chains are refused, and one that changes is left alone', async () => {
  const fixture = await startFederation({ members: 1 })
  const foreign = await startLocalChain({ port: 0 })
  const relay = await startRelay(foreign.port)
  try {
    const stranger = await connect({ rpcUrl: foreign.rpcUrl })
    await stranger.public.request({ method: 'anvil_setChainId', params: [5] } as never)
    const rpcUrls = [fixture.chain.rpcUrl, relay.url]
    await assert.rejects(connectEndpoints({ rpcUrls }), { name: 'EndpointMismatchError', message: /chain 5/ })
    relay.cut()
    const rests: string[] = []
    const client = await connectEndpoints({
      rpcUrls: rpcUrls.toReversed(),
      restMilliseconds: 1,
      onRest: ({ message }) => rests.push(message),
    })
    relay.mend()
    await new Promise((resolve) => setTimeout(resolve, 5))
    assert.equal(await client.public.getChainId(), 31_337)
    assert.match(rests.at(-1)!, /belongs to chain 5/)
  } finally {
    await relay.close()
    await foreign.stop()
    await fixture.end()
  }
})

test('a chain without the contracts is told of, through one endpoint and through several', async () => {
  const empty = await startLocalChain({ port: 0 })
  try {
    for (const rpcUrls of [[empty.rpcUrl], [empty.rpcUrl, nowhere]]) {
      await assert.rejects(connectEndpoints({ rpcUrls }), { name: 'NotDeployedError' })
    }
  } finally {
    await empty.stop()
  }
})
