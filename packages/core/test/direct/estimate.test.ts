import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import fc from 'fast-check'
import { estimateMemberCost, estimateSubmitBlobs } from '../../src/cost/member-cost.ts'
import {
  BYTES_LIMIT,
  estimateAggregate,
  estimateCommit,
  estimateRound,
  estimateSubmit,
  GAS_LIMIT,
  gasToSign,
  isWithinLimits,
  largestShardSize,
  largestShards,
} from '../../src/direct/estimate.ts'
import { AggregateTooLongError } from '../../src/direct/validate.ts'
import { shardCount } from '../../src/terms/terms.ts'
import { termsOf } from '../terms-of.ts'

test('bytes are those of the words, the payloads and what stands around them', () => {
  assert.equal(
    estimateAggregate({ cohort: 8, updates: 8, length: 2410, laneBits: 16, bits: 4 }).bytes,
    151 * 32 + 8 * 1216 + 448,
  )
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

test('what a member of the blob path was measured to pay is within its bounds, and these are not twice as much', () => {
  const measured = (group: string): Record<string, string> =>
    JSON.parse(readFileSync(new URL(`../../../../contracts/snapshots/${group}.json`, import.meta.url), 'utf8'))
  const submits = Object.entries(measured('BlobAggregator')).filter(([name]) => name.startsWith('submit of 6 blobs'))
  assert.ok(submits.length >= 5)
  const bound = estimateSubmitBlobs(6).gas
  const dearest = Math.max(...submits.map(([, gas]) => Number(gas)))
  assert.ok(dearest <= bound && bound < 2 * dearest, `${bound} for ${dearest}`)
  const commit = Number(measured('Federation')['commit, first of all rounds'])
  assert.ok(commit <= estimateCommit() && estimateCommit() < 2 * commit)
})

test('a part of a round in blobs is one transaction a shard and 131,072 blob gas a blob; commitments come on top', () => {
  const terms = termsOf({ dimension: 500_000, shardSize: 245_760, shardsPerMember: 2, laneBits: 24, bits: 8 })
  assert.deepEqual(estimateMemberCost(terms, 'blob'), { gas: 2 * estimateSubmitBlobs(6).gas, blobGas: 12 * 131_072 })
  const { gas } = estimateMemberCost({ ...terms, commitSeconds: 60 }, 'blob')
  assert.equal(gas, 2 * estimateSubmitBlobs(6).gas + estimateCommit())
  const direct = termsOf({ dimension: 4_820, shardSize: 2_410, shardsPerMember: 2, bits: 4 })
  const submit = estimateSubmit({ shards: 2, length: 2_410, bits: 4 }).gas
  assert.deepEqual(estimateMemberCost(direct, 'direct'), { gas: submit, blobGas: 0 })
  assert.equal(estimateMemberCost({ ...direct, commitSeconds: 60 }, 'direct').gas, submit + estimateCommit())
})

test('a transaction is signed with a quarter more than it needs, and never above the cap', () => {
  assert.deepEqual([gasToSign(100n), gasToSign(100n, 7n), gasToSign(16_000_000n)], [125n, 132n, BigInt(GAS_LIMIT)])
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

test('an aggregation that nodes relay stays below the gas cap, whatever its cohort and widths', () => {
  const sizes = fc.record({
    cohort: fc.integer({ min: 1, max: 256 }),
    share: fc.integer({ min: 1, max: 256 }),
    laneBits: fc.constantFrom(16, 32),
    bits: fc.constantFrom(1, 2, 4, 8),
  })
  fc.assert(
    fc.property(sizes, ({ cohort, share, laneBits, bits }) => {
      const updates = Math.min(cohort, share)
      const perWord = 256 / bits
      // Bytes of one payload word of all updates, and of the lane words that it is spread over.
      const words = Math.floor((BYTES_LIMIT - 448) / (32 * (updates + laneBits / bits)))
      if (words === 0) return
      const bound = estimateAggregate({ cohort, updates, length: words * perWord, laneBits, bits })
      assert.ok(isWithinLimits(bound), JSON.stringify(bound))
    }),
  )
})

test('the largest shard by bytes and by gas; the smaller of them decides', () => {
  const terms = termsOf({ dimension: 500_000, shardSize: 500_000 })
  const { byBytes, byGas } = largestShards(terms)
  assert.ok(byBytes < byGas)
  assert.equal(largestShardSize(terms), byBytes)
  assert.ok(largestShards(terms, 2_000_000).byGas < byBytes)
  assert.equal(largestShards(terms, 100_000).byGas, 0)
  assert.match(new AggregateTooLongError(200_000, byBytes).message, new RegExp(`Use shards of at most ${byBytes} `))
  assert.match(new AggregateTooLongError(200_000, 0).message, /No shard fits: use a smaller cohort/)
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
