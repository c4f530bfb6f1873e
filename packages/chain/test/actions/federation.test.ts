import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { initialModel, toId } from '@tutti/core'
import type { Hex } from 'viem'
import {
  aggregateDirect,
  ask,
  askWith,
  type ChainClient,
  ContractError,
  claim,
  closeRound,
  deployContracts,
  federationAbi,
  InsufficientTokensError,
  join,
  leave,
  listFederations,
  openRound,
  predict,
  predictWith,
  readBalance,
  readCohort,
  readDirectModel,
  readHistory,
  readKeeper,
  readManifest,
  readMembers,
  readModelStatus,
  readPhase,
  readStatus,
  readSubmissions,
  readTerms,
  sealModel,
  submitDirect,
  voteToEnd,
  withAccount,
} from '../../src/index.ts'
import { advanceTime, type LocalChain } from '../../src/local/local.ts'
import { manifest, passSecond, someUpdate, startFederation, startFixture } from '../fixture.ts'

let chain: LocalChain
let client: ChainClient
before(async () => {
  ;({ chain, client } = await startFixture())
})
after(() => chain.stop())

test('deploying twice deploys once', async () => {
  const { writes } = await deployContracts(client)
  assert.equal(writes.length, 0)
})

test('the core says which version it is, and which interfaces it has', async () => {
  const { version } = JSON.parse(readFileSync(new URL('../../../../package.json', import.meta.url), 'utf8'))
  const core = { address: client.core, abi: federationAbi } as const
  assert.equal(await client.public.readContract({ ...core, functionName: 'version' }), version)
  const supports = (interfaceId: Hex) =>
    client.public.readContract({ ...core, functionName: 'supportsInterface', args: [interfaceId] })
  assert.equal(await supports('0x01ffc9a7'), true)
  assert.equal(await supports('0xffffffff'), false)
})

test('a federation runs from creation to the last claim, and every token is accounted for', async () => {
  const { id, terms, setup, members } = await startFederation(chain, client)
  assert.equal(id, toId(client.chainId, client.core, terms))
  assert.deepEqual(await readTerms(client, { id }), terms)
  const creation = await readManifest(client, { id })
  assert.deepEqual(creation.manifest, manifest)
  assert.ok((await listFederations(client)).some((federation) => federation.id === id))
  assert.equal((await readMembers(client, { id })).length, 3)
  assert.equal((await readCohort(client, { id })).length, 3)

  const expected = initialModel(setup, terms)
  assert.deepEqual((await readDirectModel(client, { id })).lanes, expected)

  for (const [index, member] of members.entries()) {
    const { values, payload } = someUpdate(terms, index)
    await submitDirect(member, { id, round: 0, payloads: [payload], metrics: new Uint8Array([index]) })
    for (const [p, value] of values.entries()) expected[p] = expected[p]! + value
  }
  await passSecond(client)
  const submissions = await readSubmissions(client, { id, round: 0 })
  assert.deepEqual(
    submissions.map(({ position, metrics }) => [position, metrics[0]]),
    [
      [0, 0],
      [1, 1],
      [2, 2],
    ],
  )
  assert.equal((await readPhase(client, { id })).phase, 'aggregate')
  assert.equal((await readKeeper(client, { id, shard: 0 })).pay > 0n, true)
  await aggregateDirect(withAccount(client, chain.accounts[9]!), { id, round: 0, shard: 0 })
  assert.deepEqual((await readDirectModel(client, { id })).lanes, expected)
  assert.equal((await readHistory(client, { id })).length, 1)

  const input = Uint8Array.from([1, 2, 3, 4, 5, 6])
  const outputs = [0, 1].map((i) => {
    let sum = expected[12 + i]!
    for (const [j, x] of input.entries()) sum += expected[6 * i + j]! * x
    return BigInt(sum)
  })
  assert.deepEqual(await predictWith(client, { id, input }), outputs)
  const answer = await askWith(client, { id, input })
  assert.deepEqual(answer, { class: outputs[1]! > outputs[0]! ? 1n : 0n, outputs, version: 1 })
  await assert.rejects(ask(client, { id, input }), { errorName: 'NotSealed' })
  const { writes } = await sealModel(withAccount(client, chain.accounts[8]!), { id })
  assert.deepEqual(
    writes.map(({ step: { shard, first, count, words }, pay }) => [shard, first, count, words, pay]),
    [[0, 0, 1, 1, 0n]],
  )
  assert.deepEqual(await ask(client, { id, input }), answer)
  assert.deepEqual(await ask(client, { id, input, version: 1 }), answer)
  assert.deepEqual(await predict(client, { id, input }), outputs)
  assert.deepEqual(await predict(client, { id, input, version: 1 }), outputs)
  await assert.rejects(ask(client, { id, input, version: 0 }), { errorName: 'VersionNotSealed' })
  const network = { hasNetwork: true, inputs: 6, outputs: 2, classes: 2, outputKind: 0, isInitialised: true }
  assert.deepEqual(await readModelStatus(client, { id }), {
    ...{ ...network, isTrained: true, isInMotion: false, round: 1 },
    ...{ version: 1, isSealed: true, sealedVersion: 1 },
  })

  await submitDirect(members[0]!, { id, round: 1, payloads: [someUpdate(terms, 1).payload] })
  await advanceTime(client, 301)
  assert.equal((await readPhase(client, { id })).phase, 'close')
  await closeRound(client, { id, round: 1 })
  assert.deepEqual((await readDirectModel(client, { id })).lanes, expected)

  await voteToEnd(members[0]!, { id, round: 2 })
  await voteToEnd(members[1]!, { id, round: 2 })
  assert.equal((await readStatus(client, { id })).isEnding, true)
  await advanceTime(client, 301)
  await closeRound(client, { id, round: 2 })
  assert.equal((await readStatus(client, { id })).isFinished, true)

  for (const payee of [client, ...members, withAccount(client, chain.accounts[9]!)]) {
    const before = await readBalance(client, { token: terms.token, account: payee.account!.address })
    const { amount } = await claim(payee, { id })
    const after = await readBalance(client, { token: terms.token, account: payee.account!.address })
    assert.equal(after - before, amount)
    assert.ok(amount > 0n)
  }
  const status = await readStatus(client, { id })
  assert.deepEqual([status.staked, status.owed, status.unspent], [0n, 0n, 0n])
})

test("the contract's refusals come back named, with a remedy, and say whether to try again", async () => {
  const { id, terms, members } = await startFederation(chain, client, { terms: { salt: `0x${'02'.repeat(32)}` } })
  const { payload } = someUpdate(terms, 0)
  const refusal = async (run: () => Promise<unknown>) => {
    const error = await run().then(
      () => assert.fail('it should have been refused'),
      (reason: unknown) => reason,
    )
    assert.ok(error instanceof ContractError, String(error))
    assert.ok(error.message.includes(error.remedy) && error.remedy.endsWith('.'))
    return [error.errorName, error.isRetryable]
  }
  const submit = (member: ChainClient, round = 0, payloads = [payload]) => submitDirect(member, { id, round, payloads })
  assert.deepEqual(await refusal(() => submit(members[0]!, 1)), ['WrongRound', true])
  assert.deepEqual(await refusal(() => submit(client)), ['NotInCohort', true])
  assert.deepEqual(await refusal(() => submit(members[0]!, 0, [payload.subarray(32)])), ['WrongPayloadLength', false])
  assert.deepEqual(await refusal(() => closeRound(client, { id, round: 0 })), ['WrongPhase', true])
  assert.deepEqual(await refusal(() => join(members[0]!, { id })), ['AlreadyMember', false])
  assert.deepEqual(await refusal(() => leave(client, { id })), ['NotMember', false])
  assert.deepEqual(await refusal(() => openRound(client, { id })), ['WrongPhase', true])
  assert.deepEqual(await refusal(() => readTerms(client, { id: `0x${'ff'.repeat(32)}` })), ['UnknownFederation', false])
  await submit(members[0]!)
  assert.deepEqual(await refusal(() => submit(members[0]!)), ['AlreadySubmitted', false])
  await assert.rejects(join(withAccount(client, chain.accounts[15]!), { id }), InsufficientTokensError)
})
