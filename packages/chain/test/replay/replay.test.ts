import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { assignedShards, encodeSetup, packModel, Start, shardHashes } from '@tutti/core'
import { encodeAbiParameters, type Hex, hexToBigInt, keccak256, numberToHex, stringToHex, toHex } from 'viem'
import {
  aggregateDirect,
  type ChainClient,
  createFederation,
  initialiseDirectModel,
  join,
  mintDemoTokens,
  openRound,
  readDirectModel,
  replayDirect,
  submitDirect,
  withAccount,
} from '../../src/index.ts'
import type { LocalChain } from '../../src/local/local.ts'
import { manifest, passSecond, smallSetup, smallTerms, someUpdate, startFederation, startFixture } from '../fixture.ts'

let chain: LocalChain
let client: ChainClient
before(async () => {
  ;({ chain, client } = await startFixture())
})
after(() => chain.stop())

type Federation = Awaited<ReturnType<typeof startFederation>>

async function runRound({ id, terms, members }: Federation, round: number) {
  for (const [index, member] of members.entries()) {
    const payload = someUpdate(terms, index + round).payload
    await submitDirect(member, { id, round, payloads: [payload] })
  }
  await passSecond(client)
  return aggregateDirect(client, { id, round, shard: 0 })
}

/** Overwrites one word of the model in the aggregator's storage, found by its content. */
async function tamper({ id, terms }: Federation): Promise<void> {
  const { words } = await readDirectModel(client, { id })
  const request = client.public.request as unknown as (request: { method: string; params: unknown[] }) => Promise<Hex>
  const domain = keccak256(stringToHex('tutti.direct.model'))
  const types = [{ type: 'bytes32' }, { type: 'address' }, { type: 'bytes32' }] as const
  const slot = keccak256(encodeAbiParameters(types, [domain, client.core, id]))
  const stored = await client.public.getStorageAt({ address: terms.aggregator, slot })
  assert.equal(stored, toHex(words.subarray(0, 32)))
  const changed = numberToHex(hexToBigInt(stored!) ^ 1n, { size: 32 })
  await request({ method: 'anvil_setStorageAt', params: [terms.aggregator, slot, changed] })
  await request({ method: 'evm_mine', params: [] })
}

test('a federation that ran as it should is consistent, at every stage', async () => {
  const federation = await startFederation(chain, client)
  const { id } = federation
  assert.equal((await replayDirect(client, { id })).isConsistent, true)
  await runRound(federation, 0)
  await runRound(federation, 1)
  await submitDirect(federation.members[0]!, { id, round: 2, payloads: [someUpdate(federation.terms, 9).payload] })
  const rounds: number[] = []
  const replay = await replayDirect(client, { id, onProgress: ({ round }) => rounds.push(round) })
  assert.deepEqual([replay.isConsistent, replay.rounds, replay.updates, replay.words], [true, 2, 6, 1])
  assert.deepEqual(rounds, [0, 1])
})

test('a word that no transaction wrote is found, with the last transaction that wrote there', async () => {
  const federation = await startFederation(chain, client, { terms: { salt: `0x${'03'.repeat(32)}` } })
  const { hash } = await runRound(federation, 0)
  await tamper(federation)
  const { isConsistent, firstMismatch, finding } = await replayDirect(client, { id: federation.id })
  assert.equal(isConsistent, false)
  assert.deepEqual([firstMismatch?.word, firstMismatch?.round, firstMismatch?.transactionHash], [0, 0, hash])
  assert.match(finding, /^Inconsistent: /)
})

test('a word changed between rounds is found at the next aggregation', async () => {
  const federation = await startFederation(chain, client, { terms: { salt: `0x${'04'.repeat(32)}` } })
  await runRound(federation, 0)
  await tamper(federation)
  const { hash } = await runRound(federation, 1)
  const { firstMismatch } = await replayDirect(client, { id: federation.id })
  assert.deepEqual([firstMismatch?.round, firstMismatch?.shard, firstMismatch?.transactionHash], [1, 0, hash])
})

test('rotating shards, gains and a given start replay to the same words', async () => {
  const dimension = 200
  const given = Int32Array.from({ length: dimension }, (_, p) => (p % 41) - 20)
  const tensors = [{ length: dimension, amplitude: 0 }]
  const shape = { dimension, shardSize: 64, shardsPerMember: 2, gains: (((1n << 16n) | 3n) << 48n) | 1n }
  const hashes = shardHashes(packModel(given, 16), { ...shape, laneBits: 16 })
  const setup = smallSetup({ start: Start.Given, bound: 20, tensors, hashes, layers: [] })
  const terms = smallTerms(setup, { ...shape, salt: `0x${'05'.repeat(32)}` })
  await mintDemoTokens(client, { to: client.account!.address, amount: terms.bounty })
  const { id } = await createFederation(client, { terms, manifest, setup: encodeSetup(setup) })
  await initialiseDirectModel(client, { id, words: packModel(given, 16) })
  const members = chain.accounts.slice(1, 4).map((account) => withAccount(client, account))
  for (const member of members) {
    await mintDemoTokens(client, { to: member.account!.address, amount: terms.stake })
    await join(member, { id, authorisation: 'approve' })
  }
  await openRound(client, { id })
  for (let round = 0; round < 2; round++) {
    for (const [position, member] of members.entries()) {
      const shards = assignedShards(terms, position, round)
      for (const [first, shard] of shards.entries()) {
        const { payload } = someUpdate(terms, position + round, shard)
        await submitDirect(member, { id, round, first, payloads: [payload] })
      }
    }
    await passSecond(client)
    for (let shard = 0; shard < 4; shard++) await aggregateDirect(client, { id, round, shard })
  }
  const replay = await replayDirect(client, { id })
  assert.ok(replay.isConsistent, replay.finding)
  assert.equal(replay.updates, 12)
  assert.equal(replay.rounds, 2)
})
