import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { AMSTERDAM_PRICES, BERLIN_PRICES } from '../../src/cost/prices.ts'
import { estimateSealing, planSealSteps } from '../../src/cost/sealing.ts'
import { GAS_LIMIT } from '../../src/direct/estimate.ts'
import { PIECE_WORDS, pieceCount, shardWordCount } from '../../src/direct/words.ts'
import { shardCount } from '../../src/terms/terms.ts'
import { termsOf } from '../terms-of.ts'

const limits = { transactionGas: GAS_LIMIT, executionGas: GAS_LIMIT }

test('steps write every piece that is missing once, in order, whatever was there before', () => {
  const sizes = fc.record({
    dimension: fc.integer({ min: 1, max: 120_000 }),
    blocks: fc.integer({ min: 100, max: 960 }),
  })
  fc.assert(
    fc.property(sizes, fc.integer(), ({ dimension, blocks }, seed) => {
      const terms = termsOf({ dimension, shardSize: 64 * blocks })
      const isSealed = ({ shard, piece }: { shard: number; piece: number }) =>
        ((seed >> ((shard + piece) % 31)) & 1) === 1
      const steps = planSealSteps(terms, { prices: BERLIN_PRICES, limits, isSealed })
      const written = steps.flatMap(({ shard, first, count }) =>
        Array.from({ length: count }, (_, k) => `${shard}/${first + k}`),
      )
      const expected: string[] = []
      let words = 0
      for (let shard = 0; shard < shardCount(terms); shard++) {
        const total = shardWordCount(terms, shard)
        for (let piece = 0; piece < pieceCount(total); piece++) {
          if (isSealed({ shard, piece })) continue
          expected.push(`${shard}/${piece}`)
          words += Math.min(PIECE_WORDS, total - piece * PIECE_WORDS)
        }
      }
      assert.deepEqual(written, expected)
      assert.equal(
        steps.reduce((sum, step) => sum + step.words, 0),
        words,
      )
      for (const { bound } of steps) assert.ok(bound.gas <= GAS_LIMIT)
    }),
  )
})

test('three pieces fit a transaction of 2^24 gas, a fourth does not', () => {
  const terms = termsOf({ dimension: 4 * 767 * 16, shardSize: 4 * 767 * 16 })
  const steps = planSealSteps(terms, { prices: BERLIN_PRICES, limits })
  assert.deepEqual(
    steps.map(({ count }) => count),
    [3, 1],
  )
})

test('where code is paid apart, execution alone is held against its limit', () => {
  const terms = termsOf({ dimension: 25_450, shardSize: 25_450 })
  const apart = { transactionGas: 200_000_000, executionGas: GAS_LIMIT }
  assert.equal(estimateSealing(terms, AMSTERDAM_PRICES, apart).transactions, 1)
  // A piece that fits nowhere is planned all the same: who sends it is told by the chain.
  assert.equal(estimateSealing(terms, AMSTERDAM_PRICES).transactions, 3)
})

test('sealing the digits and the benchmark’s model, today and after Amsterdam, in millions of gas', () => {
  const digits = termsOf({ dimension: 2_410, shardSize: 2_410 })
  const mnist = termsOf({ dimension: 25_450, shardSize: 25_450 })
  const apart = { transactionGas: 200_000_000, executionGas: GAS_LIMIT }
  const millions = (terms: typeof digits, prices: typeof BERLIN_PRICES) =>
    Math.round(estimateSealing(terms, prices, apart).gas / 1e6)
  assert.deepEqual([millions(digits, BERLIN_PRICES), millions(mnist, BERLIN_PRICES)], [1, 11])
  assert.deepEqual([millions(digits, AMSTERDAM_PRICES), millions(mnist, AMSTERDAM_PRICES)], [8, 80])
  assert.equal(estimateSealing(digits, BERLIN_PRICES).codeBytes, 151 * 32 + 21 + 8 * 32)
})
