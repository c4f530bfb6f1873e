import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { cohortIndices, encodeSetup, overdueAt, type Terms, toCommitment, toPayloadHash } from '@tutti/core'
import { type Hex, toHex } from 'viem'
import {
  abandon,
  aggregateDirect,
  type ChainClient,
  ContractError,
  claim,
  commitUpdate,
  createFederation,
  drawCohort,
  join,
  leave,
  mintDemoTokens,
  readBalance,
  readCohort,
  readKeeper,
  readMember,
  readMembers,
  readPhase,
  readRound,
  readStatus,
  replayDirect,
  settleRound,
  submitDirect,
} from '../../src/index.ts'
import { advanceTime, type LocalChain } from '../../src/local/local.ts'
import { manifest, passSecond, someUpdate, startFederation, startFixture } from '../fixture.ts'

let chain: LocalChain
let client: ChainClient
before(async () => {
  ;({ chain, client } = await startFixture())
})
after(() => chain.stop())

test('a sampled cohort is the one that the seed implies; it commits, submits and is aggregated', async () => {
  const terms = { cohortSize: 2, commitSeconds: 100 }
  const { id, members, ...federation } = await startFederation(chain, client, { terms, memberCount: 5 })
  assert.equal((await readPhase(client, { id })).phase, 'draw')
  await advanceTime(client, 1)
  await advanceTime(client, 1)
  await drawCohort(client, { id, round: 0 })

  const round = await readRound(client, { id })
  const cohort = await readCohort(client, { id })
  const all = await readMembers(client, { id })
  assert.deepEqual(
    cohort,
    cohortIndices(round).map((index) => all[index]),
  )
  const acting = cohort.map((address) => members.find(({ account }) => account?.address === address)!)

  const salt = toHex(5, { size: 32 })
  const updates = acting.map((_, position) => [someUpdate(federation.terms, position).payload])
  for (const [position, member] of acting.entries()) {
    const occasion = { chainId: client.chainId, core: client.core, id, round: 0, member: member.account!.address }
    const commitment = toCommitment({ ...occasion, salt, payloadHash: toPayloadHash(updates[position]!) })
    await commitUpdate(member, { id, round: 0, commitment })
    assert.equal((await readRound(client, { id })).committed, 2n ** BigInt(position + 1) - 1n)
  }
  await passSecond(client)
  const other = { id, round: 0, payloads: updates[1]!, salt }
  await assert.rejects(submitDirect(acting[0]!, other), (error: ContractError) => {
    assert.equal(error.errorName, 'CommitmentMismatch')
    return true
  })
  for (const [position, member] of acting.entries()) {
    await submitDirect(member, { id, round: 0, payloads: updates[position]!, salt })
  }
  await passSecond(client)
  assert.equal((await readPhase(client, { id })).phase, 'aggregate')
  assert.ok(cohort.includes((await readKeeper(client, { id, shard: 0 })).keeper))
  await aggregateDirect(client, { id, round: 0, shard: 0 })
  const replay = await replayDirect(client, { id })
  assert.ok(replay.isConsistent, replay.finding)
})

test('a member that is frozen leaves when the next round opens; one that is not leaves at once, with its stake', async () => {
  const { id, terms, members } = await startFederation(chain, client, { terms: { salt: `0x${'07'.repeat(32)}` } })
  const late = { ...client, account: chain.accounts[12]! }
  await mintDemoTokens(client, { to: late.account.address, amount: terms.stake })
  await join(late, { id })
  await leave(late, { id })
  assert.equal((await readMember(client, { id, account: late.account.address })).isMember, false)
  await leave(members[2]!, { id })
  assert.equal((await readMember(client, { id, account: members[2]!.account!.address })).isLeaving, true)
  for (const [index, member] of members.entries()) {
    await submitDirect(member, { id, round: 0, payloads: [someUpdate(terms, index).payload] })
  }
  await passSecond(client)
  await aggregateDirect(client, { id, round: 0, shard: 0 })
  // With leavers to remove, settling is a step of its own.
  assert.equal((await readPhase(client, { id })).phase, 'settle')
  await settleRound(client, { id, round: 0 })
  assert.equal((await readMember(client, { id, account: members[2]!.account!.address })).isMember, false)
  assert.ok((await claim(members[2]!, { id })).amount >= terms.stake)
})

test('a federation whose step is overdue can be abandoned, and stakes go back', async () => {
  const { id, terms, members } = await startFederation(chain, client, { terms: { salt: `0x${'08'.repeat(32)}` } })
  const isNotOverdue = (error: ContractError) => error.isRetryable && ['NotOverdue'].includes(error.errorName)
  await assert.rejects(abandon(client, { id }), isNotOverdue)
  await advanceTime(client, terms.submitSeconds + terms.idleSeconds + 1)
  await abandon(client, { id })
  assert.equal((await readStatus(client, { id })).isFinished, true)
  for (const member of members) assert.equal((await claim(member, { id })).amount, terms.stake)
  // What is owed may go to another account than the one that it is owed to.
  const recipient = `0x${'5a'.repeat(20)}` as const
  assert.equal((await claim(client, { id, recipient })).amount, terms.bounty)
  assert.equal(await readBalance(client, { token: terms.token, account: recipient }), terms.bounty)
  assert.ok((await replayDirect(client, { id })).isConsistent)
})

test('the contract calls a step overdue from the second on that its twin says, in every phase', async () => {
  const overdueOnChain = async (id: Hex): Promise<number> => {
    const refusal = await abandon(client, { id }).then(
      () => assert.fail('abandoned before it was overdue'),
      (error: ContractError) => error,
    )
    assert.equal(refusal.errorName, 'NotOverdue')
    return Number(refusal.args[0])
  }
  const expected = async (id: Hex, terms: Terms): Promise<[string, number]> => {
    const [{ phase }, round, { createdAt }] = await Promise.all([
      readPhase(client, { id }),
      readRound(client, { id }),
      readStatus(client, { id }),
    ])
    return [phase, overdueAt(round, terms, phase, createdAt)]
  }
  const seen: string[] = []
  const compare = async (id: Hex, terms: Terms) => {
    const [phase, at] = await expected(id, terms)
    seen.push(phase)
    const found = await overdueOnChain(id)
    if (at === Number.POSITIVE_INFINITY) assert.ok(found > 2 ** 52, phase)
    else assert.equal(found, at, phase)
  }
  const salted = (salt: string, change: Partial<Terms> = {}): Partial<Terms> => ({
    salt: `0x${salt.repeat(32)}`,
    keeperSeconds: 7,
    ...change,
  })
  const sampled = await startFederation(chain, client, { terms: salted('21', { cohortSize: 2 }), memberCount: 3 })
  await compare(sampled.id, sampled.terms)
  const { id, terms, members } = await startFederation(chain, client, { terms: salted('22') })
  await compare(id, terms)
  for (const [index, member] of members.entries()) {
    await submitDirect(member, { id, round: 0, payloads: [someUpdate(terms, index).payload] })
  }
  await passSecond(client)
  await compare(id, terms)
  const silent = await startFederation(chain, client, { terms: salted('23') })
  await advanceTime(client, silent.terms.submitSeconds + 1)
  await compare(silent.id, silent.terms)
  const setup = encodeSetup(silent.setup)
  await mintDemoTokens(client, { to: client.account!.address, amount: silent.terms.bounty })
  const joining = { ...silent.terms, ...salted('24') }
  const { id: waiting } = await createFederation(client, { terms: joining, manifest, setup })
  await compare(waiting, joining)
  assert.deepEqual(seen, ['draw', 'submit', 'aggregate', 'close', 'joining'])
})

test('a round without a judge has nothing to settle', async () => {
  const { id } = await startFederation(chain, client, { terms: { salt: `0x${'09'.repeat(32)}` } })
  const isWrongPhase = (error: unknown) => error instanceof ContractError && error.errorName === 'WrongPhase'
  await assert.rejects(settleRound(client, { id, round: 0 }), isWrongPhase)
})
