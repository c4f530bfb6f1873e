/** Sealing on a real chain: planned to the gas cap, gone on with, paid for, and refused when the model moves. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { encodeSetup, GAS_LIMIT, PIECE_WORDS, sealedBytes, wordsOfShard } from '@tutti/core'
import {
  aggregateDirect,
  ask,
  askWith,
  type ChainClient,
  callToSeal,
  claim,
  createFederation,
  ModelMovedError,
  mintDemoTokens,
  planCreation,
  planSealing,
  readBalance,
  readLimits,
  readSealing,
  readStatus,
  readWords,
  replayDirect,
  sealModel,
  sendCall,
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

/** 60,000 parameters: two shards of three pieces, the last of each shorter. */
const large = {
  terms: { dimension: 60_000, shardSize: 30_080, shardsPerMember: 2, bits: 2, rounds: 2 },
  setup: { tensors: [{ length: 60_000, amplitude: 100 }], layers: [] },
}
const salted = (byte: number) => ({ salt: `0x${byte.toString(16).padStart(2, '0').repeat(32)}` as const })

async function runRound({ id, terms, members }: Awaited<ReturnType<typeof startFederation>>, round: number) {
  const shards = Array.from({ length: terms.shardsPerMember }, (_, shard) => shard)
  for (const [index, member] of members.entries()) {
    const payloads = shards.map((shard) => someUpdate(terms, index + round, shard).payload)
    await submitDirect(member, { id, round, payloads })
  }
  await passSecond(client)
  for (const shard of shards) await aggregateDirect(client, { id, round, shard })
}

test('a plan says what is left in which transactions, and each takes no more than it says', async () => {
  const { id, terms } = await startFederation(chain, client, large)
  const plan = await planSealing(client, { id })
  const words = [1_880, 1_870]
  assert.deepEqual([plan.isSealed, plan.version, plan.done, plan.total], [false, 0, 0, 3_750])
  assert.deepEqual(
    plan.steps.map(({ shard, first, count }) => [shard, first, count]),
    [
      [0, 0, 3],
      [1, 0, 3],
    ],
  )
  assert.equal(plan.cost.codeBytes, sealedBytes(words[0]!) + sealedBytes(words[1]!, true))
  assert.equal(plan.cost.codeByteGas, 200)
  assert.ok(plan.cost.amsterdam.gas > 6 * plan.cost.now.gas)
  const { version, writes } = await sealModel(client, { id })
  assert.equal(version, 0)
  for (const { gasUsed, step } of writes) {
    assert.ok(gasUsed <= step.bound.gas && step.bound.gas <= GAS_LIMIT)
    assert.ok(Number(gasUsed) > 0.9 * step.bound.gas, `${gasUsed} of ${step.bound.gas}`)
  }
  assert.equal((await readSealing(client, { id })).isSealed, true)
  assert.deepEqual((await planSealing(client, { id })).steps, [])
  assert.deepEqual((await sealModel(client, { id, terms })).writes, [])
})

test('what another began is gone on with, and a piece that somebody writes meanwhile is passed over', async () => {
  const { id, terms } = await startFederation(chain, client, { ...large, terms: { ...large.terms, ...salted(1) } })
  const { words } = await readWords(client, { id })
  const other = withAccount(client, chain.accounts[7]!)
  const piece = (shard: number, first: number) =>
    sendCall(other, callToSeal(other, { id, shard, first, count: 1, words: wordsOfShard(words, terms, shard) }))
  await piece(0, 1)
  const { steps, done } = await planSealing(client, { id })
  assert.equal(done, PIECE_WORDS)
  assert.deepEqual(
    steps.map(({ shard, first, count }) => [shard, first, count]),
    [
      [0, 0, 1],
      [0, 2, 1],
      [1, 0, 3],
    ],
  )
  let left = 1
  const { writes } = await sealModel(client, {
    id,
    // Between two transactions another account writes what the third was to begin with.
    onStep: async () => {
      if (left-- > 0) await piece(1, 0)
    },
  })
  assert.deepEqual(
    writes.map(({ step: { shard, first, count } }) => [shard, first, count]),
    [
      [0, 0, 1],
      [0, 2, 1],
      [1, 1, 2],
    ],
  )
  assert.equal((await readSealing(client, { id })).isSealed, true)
  assert.ok((await replayDirect(client, { id })).isConsistent)
})

test('a model that goes on while it is sealed is told from one that is, and its words are stale', async () => {
  const federation = await startFederation(chain, client, { ...large, terms: { ...large.terms, ...salted(2) } })
  const { id, terms } = federation
  const { words } = await readWords(client, { id })
  await assert.rejects(sealModel(client, { id, onStep: () => runRound(federation, 0) }), (error) => {
    assert.ok(error instanceof ModelMovedError && error.isRetryable)
    assert.match(error.message, /version 0 to 1 while it was being sealed, after 1 transaction\b/)
    return true
  })
  const stale = callToSeal(client, { id, shard: 1, first: 0, count: 1, words: wordsOfShard(words, terms, 1) })
  await assert.rejects(sendCall(client, stale), { errorName: 'StaleModel', isRetryable: true })
  assert.deepEqual(
    [(await readSealing(client, { id })).isSealed, (await sealModel(client, { id })).version],
    [false, 1],
  )
})

test('pieces that are there, are none, or are sealed in motion are refused by name', async () => {
  const federation = await startFederation(chain, client, { ...large, terms: { ...large.terms, ...salted(3) } })
  const { id, terms, members } = federation
  const { words } = await readWords(client, { id })
  const target = { id, shard: 0, first: 0, count: 1, words: wordsOfShard(words, terms, 0) }
  const refused = (changes: Partial<typeof target>, errorName: string) =>
    assert.rejects(sendCall(client, callToSeal(client, { ...target, ...changes })), { errorName })
  await refused({ first: 3 }, 'PieceOutOfRange')
  await refused({ count: 4 }, 'PieceOutOfRange')
  await refused({ words: target.words.subarray(32) }, 'WrongModelLength')
  await sendCall(client, callToSeal(client, target))
  await refused({}, 'PieceAlreadySealed')
  for (const [index, member] of members.entries()) {
    const payloads = [0, 1].map((shard) => someUpdate(terms, index, shard).payload)
    await submitDirect(member, { id, round: 0, payloads })
  }
  await passSecond(client)
  await aggregateDirect(client, { id, round: 0, shard: 0 })
  await refused({}, 'ModelInMotion')
  await assert.rejects(sealModel(client, { id }), { errorName: 'ModelInMotion', isRetryable: true })
})

test('the account that seals the finished model is credited what was set aside, which its creator pays beside the bounty', async () => {
  const federation = await startFederation(chain, client, { terms: { ...salted(4), rounds: 1, sealPay: 700n } })
  const { id, terms } = federation
  assert.equal((await readStatus(client, { id })).sealPot, 700n)
  await runRound(federation, 0)
  assert.equal((await readStatus(client, { id })).isFinished, true)
  const sealer = withAccount(client, chain.accounts[9]!)
  const { writes } = await sealModel(sealer, { id })
  assert.deepEqual(
    writes.map(({ pay }) => pay),
    [700n],
  )
  assert.equal((await readStatus(client, { id })).sealPot, 0n)
  const before = await readBalance(client, { token: terms.token, account: sealer.account!.address })
  await claim(sealer, { id })
  assert.equal((await readBalance(client, { token: terms.token, account: sealer.account!.address })) - before, 700n)
  const input = Uint8Array.of(1, 2, 3, 4, 5, 6)
  assert.deepEqual(await ask(client, { id, input }), await askWith(client, { id, input }))
})

test('a creation takes bounty and pay for sealing, and its plan says what sealing would cost and how large shards may be', async () => {
  const setup = smallSetup()
  const terms = smallTerms(setup, { ...salted(5), sealPay: 5n })
  const plan = await planCreation(client, { terms, manifest, setup: encodeSetup(setup) })
  assert.equal(plan.shards, 1)
  assert.deepEqual([plan.sealing?.now.transactions, plan.sealing?.codeBytes], [1, 32 + 21 + 8 * 32])
  assert.ok(plan.largest!.byBytes >= 14 && plan.largest!.byGas >= 14)
  const poor = withAccount(client, chain.accounts[15]!)
  await mintDemoTokens(client, { to: poor.account!.address, amount: terms.bounty })
  const creation = { terms, manifest, setup: encodeSetup(setup) }
  await assert.rejects(createFederation(poor, creation), { name: 'InsufficientTokensError' })
  await mintDemoTokens(client, { to: poor.account!.address, amount: 5n })
  const { id } = await createFederation(poor, creation)
  const { sealPot, unspent } = await readStatus(client, { id })
  assert.deepEqual([sealPot, unspent], [5n, terms.bounty])
  assert.equal((await readLimits(client)).prices.codeByteGas, 200)
})
