import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { BERLIN_PRICES } from '../../src/cost/prices.ts'
import { planSealSteps } from '../../src/cost/sealing.ts'
import { BYTES_LIMIT, GAS_LIMIT, isWithinLimits, largestShardSize } from '../../src/direct/estimate.ts'
import { estimateInitialise, estimateSeal, sealedBytes } from '../../src/direct/estimate-model.ts'
import { validateDirectTerms } from '../../src/direct/validate.ts'
import { PIECE_WORDS } from '../../src/direct/words.ts'
import type { Terms } from '../../src/terms/terms.ts'
import { termsOf } from '../terms-of.ts'

test('a given start hands in its words, another nothing', () => {
  const size = { length: 2_410, laneBits: 16 }
  const [given, seeded] = [true, false].map((isGiven) => estimateInitialise({ ...size, isGiven }))
  assert.equal(given!.bytes - seeded!.bytes, 151 * 32)
  assert.ok(given!.gas > seeded!.gas)
})

test('the largest shard whose words fit a transaction can be initialised, and sealed piece by piece', () => {
  // Its words leave room for one update of a bit.
  const length = 61_440
  const words = length / 16
  assert.ok(32 * words < BYTES_LIMIT)
  for (const isGiven of [true, false]) {
    assert.ok(isWithinLimits(estimateInitialise({ length, laneBits: 16, isGiven })))
    assert.ok(isWithinLimits(estimateInitialise({ length: length / 2, laneBits: 32, isGiven })))
  }
  assert.ok(isWithinLimits(estimateSeal({ words, writtenWords: PIECE_WORDS })))
})

test('code has one byte a piece beside the words', () => {
  assert.deepEqual(
    [1, 767, 768].map((words) => sealedBytes(words)),
    [53, 24_565, 24_618],
  )
})

test('more words or dearer code never cost less', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 4_000 }), fc.integer({ min: 1, max: 2_000 }), (words, codeByteGas) => {
      const at = (writtenWords: number, price = codeByteGas) => estimateSeal({ words, writtenWords }, price).gas
      assert.ok(at(words) >= at(Math.ceil(words / 2)))
      assert.ok(at(words, codeByteGas + 1) >= at(words))
    }),
  )
})

test('the benchmark’s model is sealed in one transaction', () => {
  const { gas } = estimateSeal({ words: 1_591, writtenWords: 1_591 })
  assert.ok(gas < GAS_LIMIT && gas > 200 * 32 * 1_591)
})

test('whatever shard the terms allow can be initialised, given or not, and sealed in steps that fit a transaction', () => {
  const choices = fc.record({
    cohortSize: fc.integer({ min: 1, max: 256 }),
    bits: fc.constantFrom(1, 2, 4, 8),
    laneBits: fc.constantFrom(16, 32),
    commitSeconds: fc.constantFrom(0, 60),
    dimension: fc.integer({ min: 1, max: 2_097_152 }),
  })
  let accepted = 0
  fc.assert(
    fc.property(choices, (chosen) => {
      const largest = {
        ...termsOf({ ...chosen, shardSize: chosen.dimension, shardsPerMember: 1, rounds: 2 }),
        minimumUpdates: 1,
      }
      const shardSize = Math.min(largestShardSize(largest), chosen.dimension)
      if (shardSize === 0) return
      const terms = { ...largest, shardSize }
      if (!isAccepted(terms)) return
      accepted++
      for (const isGiven of [true, false]) {
        const bound = estimateInitialise({ length: shardSize, laneBits: terms.laneBits, isGiven })
        assert.ok(isWithinLimits(bound), JSON.stringify({ bound, isGiven, chosen, shardSize }))
      }
      const limits = { transactionGas: GAS_LIMIT, executionGas: GAS_LIMIT }
      for (const { bound } of planSealSteps(terms, { prices: BERLIN_PRICES, limits })) {
        assert.ok(isWithinLimits(bound), JSON.stringify({ bound, chosen, shardSize }))
      }
    }),
    { numRuns: 300 },
  )
  assert.ok(accepted > 50, `${accepted} of 300 were terms`)
})

function isAccepted(terms: Terms): boolean {
  try {
    validateDirectTerms(terms)
    return true
  } catch {
    return false
  }
}
