/** Transactions of both kinds on their way: when they count, when they are replaced, and what is done about gaps below them. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { packBlobs } from '@tutti/core'
import type { Hex } from 'viem'
import { request } from '../../src/client/request.ts'
import {
  type Attempt,
  type BlobBundle,
  blobCarrier,
  bundleBlobs,
  type Call,
  type ChainClient,
  connect,
  fateOf,
  handOver,
  plainCarrier,
  prepareTransaction,
  readFields,
  seeThrough,
  sendCall,
  signGap,
  WIDEST_GAP,
} from '../../src/index.ts'
import { type BlobFixture, startBlobFixture } from '../blob-fixture.ts'

let fixture: BlobFixture
let bundle: BlobBundle
before(async () => {
  fixture = await startBlobFixture()
  bundle = await bundleBlobs(fixture.kzg, packBlobs(Int32Array.of(1, 2, 3), { laneBits: 24 }))
})
after(() => fixture.chain.stop())

const to: Hex = `0x${'77'.repeat(20)}`
const clientOf = (index: number, options: object = {}) =>
  connect({ rpcUrl: fixture.chain.rpcUrl, account: fixture.chain.accounts[index]!, ...options })
const mine = (client: ChainClient) => request(client, 'evm_mine', [])
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
const carrierOf = (client: ChainClient, call: Call) =>
  call.bundle === undefined
    ? plainCarrier(client)
    : blobCarrier(client, { kzg: fixture.kzg, version: 0, bundleOf: () => bundle })

for (const [kind, index] of [
  ['without blobs', 5],
  ['with blobs', 6],
] as const) {
  test(`a transaction ${kind} counts in the block that the connection asks for, and not before`, async () => {
    const client = await clientOf(index, { confirmations: 3 })
    const call: Call = kind === 'with blobs' ? { to, data: '0x', bundle } : { to, data: '0x' }
    const carrier = carrierOf(client, call)
    const from = client.account!.address
    const attempts: Attempt[] = [await prepareTransaction(client, call)]
    assert.deepEqual(await fateOf(client, attempts, from), { kind: 'pending', isIncluded: false })
    await handOver(client, attempts, carrier)
    for (const _ of [1, 2]) {
      assert.deepEqual(await fateOf(client, attempts, from), { kind: 'pending', isIncluded: true })
      assert.equal((await seeThrough(client, attempts, { carrier, timeoutMs: 200 })).kind, 'pending')
      await mine(client)
    }
    const fate = await seeThrough(client, attempts, { carrier, timeoutMs: 5_000 })
    assert.equal(fate.kind === 'mined' && fate.receipt.transactionHash, attempts[0]!.hash)
    assert.equal(attempts.length, 1)
  })
}

test('a call is reported once it is as deep as the connection asks for', async () => {
  const client = await clientOf(5, { confirmations: 3 })
  let isOver = false
  const sent = sendCall(client, { to, data: '0x' }).finally(() => {
    isOver = true
  })
  await pause(500)
  assert.equal(isOver, false)
  await mine(client)
  await mine(client)
  const { receipt } = await sent
  assert.ok((await client.public.getBlockNumber()) - receipt.blockNumber + 1n >= 3n)
})

test('a transaction that no longer covers the base fee is replaced under its nonce; one of the two is mined', async () => {
  const client = await clientOf(7)
  await request(client, 'evm_setAutomine', [false])
  try {
    const carrier = plainCarrier(client)
    const attempts: Attempt[] = [await prepareTransaction(client, { to, data: '0x' })]
    await handOver(client, attempts, carrier)
    const { maxFeePerGas } = readFields(attempts[0]!)
    const kept: number[] = []
    const keep = (all: readonly Attempt[]) => kept.push(all.length)
    const seen = seeThrough(client, attempts, { carrier, keep, timeoutMs: 30_000 })
    while (attempts.length === 1) {
      await request(client, 'anvil_setNextBlockBaseFeePerGas', [`0x${(2n * maxFeePerGas).toString(16)}`])
      await mine(client)
      await pause(100)
    }
    await request(client, 'evm_setAutomine', [true])
    await mine(client)
    const fate = await seen
    assert.ok(fate.kind === 'mined' && fate.receipt.transactionHash !== attempts[0]!.hash)
    assert.deepEqual(kept.slice(0, 1), [2])
    const nonces = new Set(attempts.map(({ nonce }) => nonce))
    assert.equal(nonces.size, 1)
  } finally {
    await request(client, 'anvil_setNextBlockBaseFeePerGas', ['0x3b9aca00'])
    await request(client, 'evm_setAutomine', [true])
    await mine(client)
  }
})

/** An attempt of an account whose last `gap` transactions the chain has forgotten. */
async function startBehindGap(index: number, gap: number) {
  const client = await clientOf(index)
  const { address } = client.account!
  await request(client, 'anvil_setNonce', [address, '0x64'])
  const attempts: Attempt[] = [await prepareTransaction(client, { to, data: '0x' })]
  assert.equal(attempts[0]!.nonce, 100)
  await request(client, 'anvil_setNonce', [address, `0x${(100 - gap).toString(16)}`])
  const carrier = plainCarrier(client)
  await handOver(client, attempts, carrier)
  const filled: number[] = []
  const follow = (timeoutMs: number, isFilling = true) =>
    seeThrough(client, attempts, {
      carrier,
      timeoutMs,
      ...(isFilling ? { onGap: (nonce: number) => filled.push(nonce) } : {}),
    })
  return { client, attempts, filled, follow }
}

test(`a gap of ${WIDEST_GAP} nonces is filled with transactions that do nothing, each told of`, async () => {
  const { client, attempts, filled, follow } = await startBehindGap(8, WIDEST_GAP)
  assert.equal((await follow(500, false)).kind, 'pending', 'a gap stays where nobody asks to have it filled')
  const fate = await follow(20_000)
  assert.equal(fate.kind === 'mined' && fate.receipt.transactionHash, attempts[0]!.hash)
  assert.deepEqual(
    filled,
    Array.from({ length: WIDEST_GAP }, (_, i) => 100 - WIDEST_GAP + i),
  )
  assert.equal(await client.public.getTransactionCount({ address: client.account!.address }), 101)
})

test('a wider gap is not filled: no reorganisation makes one, and an endpoint that shows one is not paid for', async () => {
  const { client, attempts, filled, follow } = await startBehindGap(9, WIDEST_GAP + 1)
  assert.deepEqual(await signGap(client, attempts[0]!), [])
  assert.equal((await follow(1_000)).kind, 'pending')
  assert.deepEqual(filled, [])
})
