import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  BYTES_LIMIT,
  estimateAggregate,
  estimateRound,
  estimateSubmit,
  isWithinLimits,
  largestShardSize,
} from '../src/estimate.ts'
import { shardCount } from '../src/terms.ts'
import { termsOf } from './terms-of.ts'

test('bytes are those of the payloads and what stands around them', () => {
  assert.equal(estimateAggregate({ cohort: 8, updates: 8, length: 2410, laneBits: 16, bits: 4 }).bytes, 8 * 1216 + 448)
  assert.equal(estimateSubmit({ shards: 2, length: 2410, bits: 4 }).bytes, 2 * (1216 + 64) + 1792)
})

test('calldata costs at least its floor of 40 gas a byte (EIP-7623)', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 100_000 }), fc.constantFrom(1, 2, 4, 8), (length, bits) => {
      const { gas, bytes } = estimateSubmit({ shards: 1, length, bits })
      assert.ok(gas >= 21_000 + 40 * (bytes - 256))
    }),
  )
})

test('more members, updates or parameters never cost less', () => {
  const step = fc.record({
    cohort: fc.integer({ min: 1, max: 255 }),
    updates: fc.integer({ min: 1, max: 255 }),
    length: fc.integer({ min: 1, max: 30_000 }),
    laneBits: fc.constantFrom(16, 32),
    bits: fc.constantFrom(1, 2, 4, 8),
  })
  fc.assert(
    fc.property(step, (smaller) => {
      const { gas } = estimateAggregate(smaller)
      for (const field of ['cohort', 'updates', 'length'] as const) {
        assert.ok(estimateAggregate({ ...smaller, [field]: smaller[field] + 1 }).gas >= gas)
      }
    }),
  )
})

test('the largest shard fits, and one payload word more does not', () => {
  for (const changes of [{}, { cohortSize: 64 }, { bits: 8 }, { laneBits: 32 }, { commitSeconds: 60 }]) {
    const terms = termsOf({ dimension: 500_000, shardSize: 500_000, ...changes })
    const shardSize = largestShardSize(terms)
    const estimatesOf = (size: number) => {
      const resized = { ...terms, shardSize: size }
      return estimateRound({ ...resized, shardsPerMember: shardCount(resized) })
    }
    const isFitting = (size: number) => Object.values(estimatesOf(size)).every(isWithinLimits)
    if (shardSize > 0) assert.ok(isFitting(shardSize))
    assert.ok(!isFitting(shardSize + 256 / terms.bits))
  }
  assert.ok(largestShardSize(termsOf()) >= 2410)
  assert.equal(BYTES_LIMIT, 128 * 1024)
})
