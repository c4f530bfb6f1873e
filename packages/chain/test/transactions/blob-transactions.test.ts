import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { packBlobs } from '@tutti/core'
import { fromRlp, type Hex, parseTransaction } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import {
  AccountBusyError,
  type Attempt,
  type BlobBundle,
  type BlobCall,
  type BlobCarrierOptions,
  BundleLostError,
  blobCarrier,
  bundleBlobs,
  type ChainClient,
  ChainMismatchError,
  connect,
  InsufficientFundsError,
  keepBundle,
  NonceTakenError,
  type PreparedTransaction,
  prepareTransaction,
  replaceTransaction,
  restoreBundle,
  sendBlobCall,
  sendCall,
  sendPrepared,
  TooManyBlobsError,
  TransactionPendingError,
} from '../../src/index.ts'
import { openBlobArchive } from '../../src/local/local.ts'
import { type BlobFixture, startBlobFixture } from '../blob-fixture.ts'

let fixture: BlobFixture
let bundle: BlobBundle
before(async () => {
  fixture = await startBlobFixture()
  bundle = await bundleBlobs(fixture.kzg, packBlobs(Int32Array.of(1, 2, 3), { laneBits: 24 }))
})
after(() => fixture.chain.stop())

const to: Hex = `0x${'77'.repeat(20)}`
const callOf = (): BlobCall => ({ to, data: '0x', bundle })
const clientOf = (index: number, options: object = {}) =>
  connect({ rpcUrl: fixture.chain.rpcUrl, account: fixture.chain.accounts[index]!, ...options })
const rpc = <T>(client: ChainClient, method: string, ...params: unknown[]): Promise<T> =>
  (client.public.request as unknown as (request: object) => Promise<T>)({ method, params })
/** Sends attempts whose blobs are at hand. */
const sendAttempts = (
  client: ChainClient,
  attempts: PreparedTransaction[],
  of: BlobBundle,
  options: Omit<BlobCarrierOptions, 'bundleOf'>,
) => sendPrepared(client, attempts, { carrier: blobCarrier(client, { ...options, bundleOf: () => of }) })
const feesOf = ({ raw }: PreparedTransaction) => parseTransaction(raw as `0x03${string}`)

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** A node in front of the chain that looks at each raw transaction first, and may refuse it. */
async function startNode(refuse: (envelope: unknown[]) => string | undefined) {
  const seen: unknown[][] = []
  const server: Server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks).toString()
    const parsed = JSON.parse(body)
    const [first] = Array.isArray(parsed) ? parsed : [parsed]
    response.setHeader('content-type', 'application/json')
    if (first.method === 'eth_sendRawTransaction' && first.params[0].startsWith('0x03')) {
      const envelope = fromRlp(`0x${first.params[0].slice(4)}`, 'hex') as unknown[]
      seen.push(envelope)
      const message = refuse(envelope)
      const answer = { jsonrpc: '2.0', id: first.id, error: { code: -32000, message } }
      if (message !== undefined) return response.end(JSON.stringify(Array.isArray(parsed) ? [answer] : answer))
    }
    const answer = await fetch(fixture.chain.rpcUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    })
    response.end(await answer.text())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address() as { port: number }
  return { url: `http://127.0.0.1:${address.port}`, seen, stop: () => server.close() }
}

test('sidecars of version 1 are sent, and what is signed has no blobs in it', async () => {
  const node = await startNode(() => undefined)
  try {
    const client = await connect({ rpcUrl: node.url, account: fixture.chain.accounts[5]! })
    const signed: Attempt[] = []
    const options = { kzg: fixture.kzg, keep: (all: readonly Attempt[]) => signed.push(...all) }
    const { receipt, blobGasUsed, hash } = await sendBlobCall(client, callOf(), options)
    assert.deepEqual([receipt.status, blobGasUsed], ['success', 131_072n])
    const [envelope] = node.seen
    assert.equal(envelope!.length, 5)
    assert.equal(envelope![1], '0x01')
    assert.equal((envelope![4] as unknown[]).length, 128)
    assert.equal(signed[0]!.hash, hash)
    assert.ok(signed[0]!.raw.length < 1_000)
  } finally {
    node.stop()
  }
})

test('a node that knows no cell proofs gets version 0, at once the next time; one version alone can be asked for', async () => {
  const refuse = (envelope: unknown[]) =>
    envelope.length === 5 ? 'rlp: expected input list for types.BlobTxSidecar' : undefined
  const node = await startNode(refuse)
  try {
    const client = await connect({ rpcUrl: node.url, account: fixture.chain.accounts[6]! })
    await sendBlobCall(client, callOf(), { kzg: fixture.kzg })
    assert.deepEqual(
      node.seen.map((envelope) => envelope.length),
      [5, 4],
    )
    await sendBlobCall(client, callOf(), { kzg: fixture.kzg })
    assert.deepEqual(
      node.seen.map((envelope) => envelope.length),
      [5, 4, 4],
    )
    await assert.rejects(sendBlobCall(client, callOf(), { kzg: fixture.kzg, version: 1 }), /types\.BlobTxSidecar/)
  } finally {
    node.stop()
  }
})

test('a replacement has the same nonce, blobs and call, and at least twice each fee', async () => {
  const client = await clientOf(7)
  const prepared = await prepareTransaction(client, callOf())
  const replacement = await replaceTransaction(client, prepared)
  const [before, after] = [feesOf(prepared), feesOf(replacement)]
  assert.deepEqual([after.nonce, after.to, after.gas], [before.nonce, before.to, before.gas])
  assert.deepEqual(after.blobVersionedHashes, before.blobVersionedHashes)
  for (const fee of ['maxFeePerGas', 'maxPriorityFeePerGas', 'maxFeePerBlobGas'] as const) {
    assert.ok(after[fee]! >= 2n * before[fee]!, fee)
  }
})

test('a stuck transaction is replaced until one is included, and only one is', async () => {
  const client = await clientOf(8, { receiptTimeoutMs: 60_000 })
  const attempts = [await prepareTransaction(client, callOf())]
  await rpc(client, 'evm_setAutomine', false)
  try {
    const price = feesOf(attempts[0]!).maxFeePerGas!
    const options = { kzg: fixture.kzg, version: 0 as const, replaceAfterMs: 400 }
    const sent = sendAttempts(client, attempts, bundle, options)
    const outcome = sent.then(
      () => undefined,
      () => undefined,
    )
    while ((await rpc<{ pending: Hex }>(client, 'txpool_status')).pending !== '0x1') await pause(20)
    // The base fee rises above what the first attempt may pay, block after block.
    let isOver = false
    outcome.finally(() => {
      isOver = true
    })
    while (!isOver) {
      await rpc(client, 'anvil_setNextBlockBaseFeePerGas', `0x${(price * 3n).toString(16)}`)
      await rpc(client, 'evm_mine')
      await pause(50)
    }
    await outcome
    const { hash, receipt } = await sent
    assert.equal(receipt.status, 'success')
    assert.ok(attempts.length >= 2)
    assert.ok(attempts.slice(1).some((attempt) => attempt.hash === hash))
    assert.equal(await client.public.getTransactionCount({ address: client.account!.address }), attempts[0]!.nonce + 1)
  } finally {
    await rpc(client, 'evm_setAutomine', true)
    await rpc(client, 'anvil_setNextBlockBaseFeePerGas', '0x3b9aca00')
    await rpc(client, 'evm_mine')
  }
})

test('nothing is signed while another transaction of the account is pending; sending waits for it', async () => {
  const client = await clientOf(9, { receiptTimeoutMs: 60_000 })
  await rpc(client, 'evm_setAutomine', false)
  try {
    const ordinary = await prepareTransaction(client, { to, data: '0x' })
    await client.public.sendRawTransaction({ serializedTransaction: ordinary.raw })
    await assert.rejects(prepareTransaction(client, callOf()), AccountBusyError)
    const sent = sendBlobCall(client, callOf(), { kzg: fixture.kzg, version: 0 })
    await pause(200)
    await rpc(client, 'evm_setAutomine', true)
    await rpc(client, 'evm_mine')
    const { receipt } = await sent
    assert.equal(receipt.status, 'success')
  } finally {
    await rpc(client, 'evm_setAutomine', true)
  }
})

test('sending the same attempts again, as after a crash, is the same one transaction', async () => {
  const client = await clientOf(10)
  const attempts = [await prepareTransaction(client, callOf())]
  const options = { kzg: fixture.kzg, version: 0 as const }
  const first = await sendAttempts(client, attempts, bundle, options)
  const second = await sendAttempts(client, [...attempts], bundle, options)
  assert.equal(first.hash, second.hash)
})

test('what was signed can be sent after a crash, its blobs from the archive', async () => {
  const client = await clientOf(13)
  const directory = await mkdtemp(join(tmpdir(), 'tutti-crash-'))
  try {
    const archive = await openBlobArchive({ directory, kzg: fixture.kzg })
    await keepBundle(archive, bundle)
    const kept = JSON.stringify([await prepareTransaction(client, callOf())])
    const attempts: PreparedTransaction[] = JSON.parse(kept)
    const restored = await restoreBundle(await openBlobArchive({ directory, kzg: fixture.kzg }), attempts[0]!)
    const { receipt } = await sendAttempts(client, attempts, restored, { kzg: fixture.kzg, version: 0 })
    assert.equal(receipt.status, 'success')
    const empty = await openBlobArchive({ directory: join(directory, 'empty'), kzg: fixture.kzg })
    await assert.rejects(restoreBundle(empty, attempts[0]!), BundleLostError)
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
})

test('a nonce that another transaction took, and one that stays pending, are told apart', async () => {
  const client = await clientOf(11)
  const options = { kzg: fixture.kzg, version: 0 as const }
  const attempts = [await prepareTransaction(client, callOf())]
  await sendCall(client, { to, data: '0x' })
  await assert.rejects(sendAttempts(client, attempts, bundle, options), NonceTakenError)
  await rpc(client, 'evm_setAutomine', false)
  try {
    const impatient = { ...client, receiptTimeoutMs: 1_500 }
    await assert.rejects(sendBlobCall(impatient, callOf(), options), TransactionPendingError)
  } finally {
    await rpc(client, 'evm_setAutomine', true)
    await rpc(client, 'evm_mine')
  }
})

test('too many blobs, none, another chain, and an empty account are refused', async () => {
  const client = await clientOf(12)
  const blobs = new Array(7).fill(bundle.blobs[0])
  const seven = await bundleBlobs(fixture.kzg, blobs)
  await assert.rejects(prepareTransaction(client, { ...callOf(), bundle: seven }), TooManyBlobsError)
  const none = { blobs: [], commitments: [], versionedHashes: [] }
  await assert.rejects(prepareTransaction(client, { ...callOf(), bundle: none }), TooManyBlobsError)
  const prepared = await prepareTransaction(client, callOf())
  const elsewhere = sendAttempts(client, [{ ...prepared, chainId: 1 }], bundle, { kzg: fixture.kzg })
  await assert.rejects(elsewhere, ChainMismatchError)
  const poor = { ...client, account: privateKeyToAccount(generatePrivateKey()) }
  await assert.rejects(prepareTransaction(poor, callOf()), InsufficientFundsError)
  assert.equal(
    (await sendPrepared(client, await prepareTransaction(client, { to, data: '0x' }))).receipt.status,
    'success',
  )
})
