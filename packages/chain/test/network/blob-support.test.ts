/** Whether users may send blob transactions: of real chains, and of endpoints that refuse them as rollups do. */
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { after, before, test } from 'node:test'
import { packBlobs } from '@tutti/core'
import type { Hex } from 'viem'
import { loadKzg } from '../../src/blob/kzg/kzg-node.ts'
import {
  BlobsNotTakenError,
  bundleBlobs,
  ChainUnreachableError,
  connect,
  contractAddress,
  deployBlobAggregator,
  planDeployment,
  probeBlobSupport,
  readRefusal,
  sendBlobCall,
} from '../../src/index.ts'
import { type LocalChain, startLocalChain } from '../../src/local/local.ts'

let chain: LocalChain
before(async () => {
  chain = await startLocalChain({ port: 0, accounts: 1 })
})
after(() => chain.stop())

type Call = { id: number; method: string; params: unknown[] }

/** Runs with an endpoint in front of the chain that refuses calls in its own words. */
async function behind<T>(refuse: (call: Call) => string | undefined, run: (url: string) => Promise<T>): Promise<T> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = JSON.parse(Buffer.concat(chunks).toString()) as Call | Call[]
    const answer = async (call: Call) => {
      const message = refuse(call)
      if (message !== undefined) return { jsonrpc: '2.0', id: call.id, error: { code: -32000, message } }
      const headers = { 'content-type': 'application/json' }
      return (await fetch(chain.rpcUrl, { method: 'POST', headers, body: JSON.stringify(call) })).json()
    }
    const answers = Array.isArray(body) ? await Promise.all(body.map(answer)) : await answer(body)
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(answers))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    return await run(`http://127.0.0.1:${(server.address() as { port: number }).port}`)
  } finally {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
}

/** A node that takes no blob transaction, and says this about it. */
const refusing =
  (message: string) =>
  ({ method, params }: Call) =>
    method === 'eth_sendRawTransaction' && String(params[0]).startsWith('0x03') ? message : undefined

test('a local chain takes blobs by its pool’s words, and the trial leaves nothing behind', async () => {
  const client = await connect({ rpcUrl: chain.rpcUrl })
  const before = await client.public.getBlockNumber()
  const support = await probeBlobSupport(client)
  assert.equal(support.answer, 'yes')
  assert.match(support.why, /sidecar/)
  const pool = (await (client.public.request as unknown as (call: object) => Promise<unknown>)({
    method: 'txpool_status',
    params: [],
  })) as { pending: Hex; queued: Hex }
  assert.deepEqual([BigInt(pool.pending), BigInt(pool.queued)], [0n, 0n])
  assert.equal(await client.public.getBlockNumber(), before)
})

test('a chain whose pool refuses the type gets the direct path, is told so, and --path blob still deploys', async () => {
  await behind(refusing('transaction type not supported'), async (rpcUrl) => {
    const client = await connect({ rpcUrl, account: chain.accounts[0]! })
    const plan = await planDeployment(client, { hasDemoToken: false })
    assert.deepEqual(plan.capabilities.missingForBlobPath, ['blob transactions'])
    assert.equal(plan.capabilities.blobTransactions.answer, 'no')
    const namesOf = ({ contracts }: typeof plan) => contracts.map(({ name }) => name)
    assert.deepEqual(namesOf(plan), ['extension', 'core', 'directAggregator'])
    const forced = await planDeployment(client, { hasDemoToken: false, path: 'blob' })
    assert.deepEqual(namesOf(forced), ['extension', 'core', 'directAggregator', 'blobAggregator'])
    await assert.rejects(deployBlobAggregator(client), (error: BlobsNotTakenError) => {
      assert.ok(error instanceof BlobsNotTakenError)
      assert.match(error.message, /transaction type not supported".*Choose --path direct/)
      return true
    })
    assert.equal(await client.public.getCode({ address: contractAddress('blobAggregator') }), undefined)
  })
})

test('a pool that says nothing about blobs leaves it unknown: direct path, unless blobs are asked for', async () => {
  await behind(refusing('internal error'), async (rpcUrl) => {
    const client = await connect({ rpcUrl })
    const { capabilities, contracts } = await planDeployment(client, { hasDemoToken: false })
    assert.deepEqual(capabilities.blobTransactions, {
      answer: 'unknown',
      why: 'its pool says to a blob transaction without its blob: "internal error"',
    })
    assert.deepEqual(capabilities.missingForBlobPath, ['blob transactions'])
    assert.ok(contracts.every(({ name }) => name !== 'blobAggregator'))
  })
})

test('blobs in recent blocks are proof, whatever the pool says', async () => {
  const client = await connect({ rpcUrl: chain.rpcUrl, account: chain.accounts[0]! })
  const kzg = await loadKzg()
  const bundle = await bundleBlobs(kzg, packBlobs(Int32Array.of(1), { laneBits: 24 }))
  await sendBlobCall(client, { to: `0x${'77'.repeat(20)}`, data: '0x', bundle }, { kzg })
  await behind(refusing('internal error'), async (rpcUrl) => {
    const { answer, why } = await probeBlobSupport(await connect({ rpcUrl }))
    assert.equal(answer, 'yes')
    assert.match(why, /last 1024 blocks|latest header/)
  })
})

for (const [name, address] of Object.entries({
  'OP Stack': '0x4200000000000000000000000000000000000015',
  Arbitrum: '0x0000000000000000000000000000000000000064',
  Scroll: '0x5300000000000000000000000000000000000005',
  ZKsync: '0x000000000000000000000000000000000000800a',
})) {
  test(`${name} is known by its contract, whatever its headers count`, async () => {
    const client = await connect({ rpcUrl: chain.rpcUrl })
    const setCode = (code: Hex) =>
      (client.public.request as unknown as (call: object) => Promise<unknown>)({
        method: 'anvil_setCode',
        params: [address, code],
      })
    await setCode('0x00')
    const { answer, why } = await probeBlobSupport(client)
    await setCode('0x')
    assert.equal(answer, 'no')
    assert.match(why, new RegExp(name))
  })
}

for (const [refusal, answer] of [
  ['transaction type not supported', 'no'],
  ['unsupported transaction type: 3', 'no'],
  ['invalid transaction type 0x3', 'no'],
  ['Blob transactions are not allowed', 'no'],
  ['eip4844 transactions are disabled', 'no'],
  ['missing sidecar in blob transaction', 'yes'],
  ['eip4844 tx variant without sidecar being used for verification.', 'yes'],
  ['blob sidecar missing', 'yes'],
  ['insufficient funds for gas * price + value', 'unknown'],
  ['failed to decode signed transaction', 'unknown'],
  ['', 'unknown'],
  [undefined, 'unknown'],
] as const) {
  test(`a pool that says ${JSON.stringify(refusal)} means: ${answer}`, () => {
    assert.equal(readRefusal(refusal).answer, answer)
  })
}

test('an endpoint that gives no answer is an error, not a chain without blobs', async () => {
  const client = await connect({ rpcUrl: chain.rpcUrl })
  const gone = await behind(
    () => undefined,
    async (rpcUrl) => connect({ rpcUrl, retries: 0 }),
  )
  await assert.rejects(probeBlobSupport(gone), ChainUnreachableError)
  assert.equal(client.chainId, gone.chainId)
})
