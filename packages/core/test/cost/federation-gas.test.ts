import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { estimatePlayedRound, estimateStart } from '../../src/cost/federation-gas.ts'
import { estimateMemberCost } from '../../src/cost/member-cost.ts'
import { AMSTERDAM_PRICES, BERLIN_PRICES } from '../../src/cost/prices.ts'
import { termsOf } from '../terms-of.ts'

const terms = termsOf()
const round = { members: 8, cohort: 8, updates: 8, isSettled: true }

test('a creating and a round of the digits, in gas', () => {
  const at = { path: 'direct' as const, publishedBytes: 8_000, members: 8, prices: BERLIN_PRICES }
  assert.deepEqual(estimateStart(terms, at), { create: 1_020_000, initialise: 305_516, joins: 2_000_000 })
  // Handing the words in costs their calldata, and checking them lane by lane.
  assert.ok(estimateStart(terms, { ...at, isGiven: true }).initialise > 305_516)
  const { gas, blobGas } = estimatePlayedRound(terms, 'direct', round, BERLIN_PRICES)
  assert.deepEqual([gas > 5_000_000 && gas < 10_000_000, blobGas], [true, 0])
})

test('one update more costs a member’s own part; a draw, and settling, cost more than none', () => {
  for (const path of ['direct', 'blob'] as const) {
    const laneBits = path === 'blob' ? 24 : 16
    const own = estimateMemberCost({ ...terms, laneBits }, path)
    const of = (change: Partial<typeof round>) =>
      estimatePlayedRound({ ...terms, laneBits }, path, { ...round, ...change }, BERLIN_PRICES)
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 7 }), (updates) => {
        assert.equal(of({ updates: updates + 1 }).gas - of({ updates }).gas, own.gas)
        assert.equal(of({ updates: updates + 1 }).blobGas - of({ updates }).blobGas, own.blobGas)
      }),
    )
    assert.ok(of({ members: 9 }).gas > of({}).gas && of({}).gas > of({ isSettled: false }).gas)
  }
})

test('dearer rules cost more', () => {
  const at = { path: 'direct' as const, publishedBytes: 8_000, members: 8 }
  const [now, then] = [BERLIN_PRICES, AMSTERDAM_PRICES].map((prices) => estimateStart(terms, { ...at, prices }))
  assert.ok(then!.create > now!.create && then!.initialise > now!.initialise && then!.joins > now!.joins)
})
