import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  aggregateDirect,
  type ChainClient,
  closeRound,
  costAt,
  gasPrices,
  gasReport,
  readManifest,
  submitDirect,
} from '../../src/index.ts'
import { advanceTime, type LocalChain } from '../../src/local/local.ts'
import { passSecond, someUpdate, startFederation, startFixture } from '../fixture.ts'

let chain: LocalChain
let client: ChainClient
before(async () => {
  ;({ chain, client } = await startFixture())
})
after(() => chain.stop())

test('a report counts every transaction of the core once, under its step', async () => {
  const { id, terms, members } = await startFederation(chain, client)
  let steady = 0n
  for (let round = 0; round < 2; round++) {
    for (const [index, member] of members.entries()) {
      const { gasUsed } = await submitDirect(member, { id, round, payloads: [someUpdate(terms, index).payload] })
      if (round > 0) steady += gasUsed
    }
    await passSecond(client)
    const { gasUsed } = await aggregateDirect(client, { id, round, shard: 0 })
    if (round > 0) steady += gasUsed
  }
  await advanceTime(client, 301)
  const { gasUsed } = await closeRound(client, { id, round: 2 })

  const report = await gasReport(client, { id })
  const counts = Object.fromEntries(report.steps.map(({ step, transactions }) => [step, transactions]))
  assert.deepEqual(counts, { create: 1, initialise: 1, join: 3, open: 1, submit: 6, aggregate: 2, close: 1 })
  const { transactionHash } = await readManifest(client, { id })
  const { gasUsed: creation } = await client.public.getTransactionReceipt({ hash: transactionHash })
  assert.equal(report.steps[0]?.total, creation)
  assert.equal(report.steps.at(-1)?.mean, gasUsed)
  assert.equal(
    report.total,
    report.steps.reduce((sum, { total }) => sum + total, 0n),
  )
  assert.equal(report.steadyRounds, 1)
  assert.equal(report.perParameterAndMember, Number(steady) / (3 * terms.dimension))
})

test('costAt: a million gas at 1 gwei and 3,000 dollars costs three dollars', () => {
  assert.equal(costAt(1_000_000n, 1, 3_000), 3)
  assert.deepEqual(
    gasPrices.map(({ chain: name }) => name),
    ['L1', 'L2', 'cheap L2'],
  )
})
