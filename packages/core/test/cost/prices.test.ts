import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { estimateMemberCost } from '../../src/cost/member-cost.ts'
import { AMSTERDAM_PRICES, BERLIN_PRICES, estimateMemberCostAt, estimateRoundAt } from '../../src/cost/prices.ts'
import { estimateRound, GAS_LIMIT, gasToSign } from '../../src/direct/estimate.ts'
import { termsOf } from '../terms-of.ts'

test("by Berlin's prices a round takes what the contracts assume", () => {
  const terms = termsOf({ dimension: 2_410, shardSize: 2_410, cohortSize: 8, bits: 4, laneBits: 16 })
  assert.deepEqual(estimateRoundAt(terms, BERLIN_PRICES), estimateRound(terms))
})

test("by Amsterdam's prices every rewritten slot costs 7,100 more, and the model has none but its hash", () => {
  const terms = termsOf({ dimension: 2_410, shardSize: 2_410, cohortSize: 8, bits: 4, laneBits: 16 })
  const [usual, dear] = [estimateRound(terms), estimateRoundAt(terms, AMSTERDAM_PRICES)]
  // 3 slots for each of 8 members, 15 of the round and the shard.
  assert.equal(dear.aggregate.gas - usual.aggregate.gas, (3 * 8 + 15) * 7_100)
  assert.equal(dear.aggregate.bytes, usual.aggregate.bytes)
})

test('dearer prices never make a round cheaper, and calldata costs at least its floor', () => {
  const prices = fc.record({
    newSlotGas: fc.integer({ min: 0, max: 1_000_000 }),
    rewrittenSlotGas: fc.integer({ min: 0, max: 100_000 }),
    floorByteGas: fc.integer({ min: 0, max: 500 }),
    codeByteGas: fc.integer({ min: 0, max: 10_000 }),
  })
  fc.assert(
    fc.property(prices, fc.integer({ min: 1, max: 20_000 }), (at, dimension) => {
      const terms = termsOf({ dimension, shardSize: dimension, cohortSize: 4, bits: 4, laneBits: 16 })
      const [usual, priced] = [estimateRound(terms), estimateRoundAt(terms, at)]
      for (const step of ['aggregate', 'submit'] as const) {
        assert.ok(priced[step].gas >= usual[step].gas)
        assert.ok(priced[step].gas >= 21_000 + at.floorByteGas * priced[step].bytes)
      }
    }),
  )
})

test('a transaction is signed within the most that its chain allows', () => {
  assert.deepEqual(
    [gasToSign(37_000_000n, 0n, 60_000_000n), gasToSign(50_000_000n, 0n, 60_000_000n), gasToSign(37_000_000n)],
    [46_250_000n, 60_000_000n, BigInt(GAS_LIMIT)],
  )
})

test("a member's own part by Amsterdam's prices is above what it was measured to take on go-ethereum 1.17.10", () => {
  const direct = termsOf({ dimension: 2_410, shardSize: 2_410, shardsPerMember: 1, bits: 4, laneBits: 16 })
  assert.deepEqual(estimateMemberCostAt(direct, 'direct', BERLIN_PRICES), estimateMemberCost(direct, 'direct'))
  assert.ok(estimateMemberCostAt(direct, 'direct', AMSTERDAM_PRICES).gas > 202_009)
  const blob = termsOf({ dimension: 2_410, shardSize: 2_410, shardsPerMember: 1, bits: 8, laneBits: 24 })
  const { gas, blobGas } = estimateMemberCostAt(blob, 'blob', AMSTERDAM_PRICES)
  assert.ok(gas > 164_832 && blobGas === 131_072)
  // By the prices until Osaka the bound would have been passed.
  assert.ok(estimateMemberCost(blob, 'blob').gas < 164_832)
})
