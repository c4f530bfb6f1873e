import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { assignedShards, encodeSetup, packModel, Start, shardHashes } from '@tutti/core'
import { concatHex, type Hex, hexToBigInt, keccak256, numberToHex, pad, toEventSelector } from 'viem'
import { federationAbi } from '../../src/abi/federation.ts'
import {
  aggregateDirect,
  type ChainClient,
  connect,
  createFederation,
  initialiseDirectModel,
  join,
  mintDemoTokens,
  openRound,
  readDirectModel,
  readModelState,
  replayDirect,
  sealModel,
  submitDirect,
  WordsMissingError,
  withAccount,
} from '../../src/index.ts'
import type { LocalChain } from '../../src/local/local.ts'
import { startEndpoint } from '../endpoint.ts'
import { manifest, passSecond, smallSetup, smallTerms, someUpdate, startFederation, startFixture } from '../fixture.ts'

let chain: LocalChain
let client: ChainClient
before(async () => {
  ;({ chain, client } = await startFixture())
})
after(() => chain.stop())

/** A log as JSON-RPC has it. */
type Log = { data: Hex; topics: Hex[]; transactionHash: Hex }

const isOfModel = ({ topics }: Log) => topics[0] === toEventSelector('ModelLogged(address,bytes32,uint256,bytes)')

type Federation = Awaited<ReturnType<typeof startFederation>>

async function runRound({ id, terms, members }: Federation, round: number) {
  for (const [index, member] of members.entries()) {
    const payload = someUpdate(terms, index + round).payload
    await submitDirect(member, { id, round, payloads: [payload] })
  }
  await passSecond(client)
  return aggregateDirect(client, { id, round, shard: 0 })
}

/** Overwrites the hash of shard 0 in the aggregator's storage, whose place is checked by its content. */
async function tamper({ id, terms }: Federation): Promise<void> {
  const { hashes } = await readModelState(client, { id })
  const keyed = (key: Hex, slot: Hex) => keccak256(concatHex([pad(key), slot]))
  const model = keyed(id, keyed(client.core, pad('0x00')))
  const slot = keyed('0x00', numberToHex(hexToBigInt(model) + 5n, { size: 32 }))
  assert.equal(await client.public.getStorageAt({ address: terms.aggregator, slot }), hashes[0])
  const changed = numberToHex(hexToBigInt(hashes[0]!) ^ 1n, { size: 32 })
  await anvil('anvil_setStorageAt', [terms.aggregator, slot, changed])
}

async function anvil(method: string, params: unknown[]): Promise<void> {
  const request = client.public.request as unknown as (request: { method: string; params: unknown[] }) => Promise<Hex>
  await request({ method, params })
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

test('a hash that no transaction wrote is found, with the last transaction that wrote there; nobody can go on from it', async () => {
  const federation = await startFederation(chain, client, { terms: { salt: `0x${'03'.repeat(32)}` } })
  const { id, terms, members } = federation
  const { hash } = await runRound(federation, 0)
  const { words } = await readDirectModel(client, { id })
  await tamper(federation)
  const { isConsistent, firstMismatch, finding } = await replayDirect(client, { id })
  assert.equal(isConsistent, false)
  assert.deepEqual([firstMismatch?.shard, firstMismatch?.round, firstMismatch?.transactionHash], [0, 0, hash])
  assert.match(finding, /^Inconsistent: the hash in storage is not what the updates imply/)
  await assert.rejects(readDirectModel(client, { id }), WordsMissingError)
  for (const member of members) await submitDirect(member, { id, round: 1, payloads: [someUpdate(terms, 1).payload] })
  await passSecond(client)
  const stale = { errorName: 'StaleModel', isRetryable: true }
  await assert.rejects(aggregateDirect(client, { id, round: 1, shard: 0, words }), stale)
})

test('a log of words that are not what the step computed is found, and so is one that is missing', async () => {
  const federation = await startFederation(chain, client, { terms: { salt: `0x${'04'.repeat(32)}` } })
  const { hash } = await runRound(federation, 0)
  for (const [bend, what] of [
    [
      (log: Log) => ({ ...log, data: `${log.data.slice(0, -1)}${log.data.endsWith('0') ? 1 : 0}` }),
      /are not what it computed/,
    ],
    [() => undefined, /this step logged no words/],
  ] as const) {
    const endpoint = await startEndpoint(chain.rpcUrl, {
      bend: ({ method }, result) =>
        method !== 'eth_getLogs'
          ? result
          : result.flatMap((log: Log) => (isOfModel(log) && log.transactionHash === hash ? (bend(log) ?? []) : [log])),
    })
    try {
      const looking = await connect({ rpcUrl: endpoint.url, retries: 0 })
      const { firstMismatch } = await replayDirect(looking, { id: federation.id })
      assert.match(firstMismatch?.what ?? '', what)
      assert.deepEqual([firstMismatch?.round, firstMismatch?.shard, firstMismatch?.transactionHash], [0, 0, hash])
    } finally {
      await endpoint.close()
    }
  }
})

test('sealed code is held against the model of its version, older versions too', async () => {
  const federation = await startFederation(chain, client, { terms: { salt: `0x${'06'.repeat(32)}` } })
  const { id } = federation
  await sealModel(client, { id })
  await runRound(federation, 0)
  const { writes } = await sealModel(client, { id })
  await runRound(federation, 1)
  const { isConsistent, pieces, finding } = await replayDirect(client, { id })
  assert.deepEqual([isConsistent, pieces], [true, 2], finding)
  assert.match(finding, /hashes and logs agree with all 1 words, and so do all 2 sealed pieces\.$/)
  const args = [id, 1, 0n, 0n] as const
  const piece = { address: client.core, abi: federationAbi, functionName: 'pieceOf', args } as const
  const address = await client.public.readContract(piece)
  const code = await client.public.getCode({ address })
  await anvil('anvil_setCode', [address, `${code!.slice(0, -2)}ff`])
  const { firstMismatch } = await replayDirect(client, { id })
  assert.equal(firstMismatch?.what, 'the sealed code of piece 0 is not the model of version 1')
  assert.equal(firstMismatch?.transactionHash, writes[0]?.hash)
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
