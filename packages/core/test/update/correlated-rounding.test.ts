import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { fromSeed } from '../../src/arithmetic/random.ts'
import { RankError, sharedSeed, stratify } from '../../src/update/correlated-rounding.ts'
import { quantize } from '../../src/update/quantize.ts'

const manifest = `0x${'11'.repeat(32)}` as const

/** What members of ranks 0 to `of − 1` draw, each with randomness of its own. */
const drawsOf = (of: number, seed: number) =>
  Array.from({ length: of }, (_, rank) =>
    stratify({ shared: fromSeed(seed), own: fromSeed(seed * 1_000 + rank + 1), rank, of }),
  )

test('a draw is frac(v + ((a · rank mod of) + w) / of), and the first factor coprime to 6 is 1, the second 5', () => {
  const numbers = (...values: number[]) => {
    let next = 0
    return () => values[next++]!
  }
  assert.equal(stratify({ shared: numbers(0, 0.25), own: () => 0.5, rank: 2, of: 8 })(), 0.5625)
  assert.ok(Math.abs(stratify({ shared: numbers(0.5, 0), own: () => 0, rank: 2, of: 6 })() - 4 / 6) < 1e-12)
  assert.equal(stratify({ shared: numbers(0, 0), own: () => 0.75, rank: 0, of: 1 })(), 0.75)
})

test('the sum of equal values that all round is less than two integers from exact, whatever was drawn', () => {
  const setting = fc.record({
    of: fc.integer({ min: 1, max: 40 }),
    seed: fc.nat(1_000_000),
    bits: fc.constantFrom(1, 2, 4, 8),
    x: fc.float({ min: -1, max: 1, noNaN: true }),
  })
  fc.assert(
    fc.property(setting, ({ of, seed, bits, x }) => {
      const update = new Float32Array(20).fill(x)
      const sums = new Float64Array(20)
      for (const random of drawsOf(of, seed)) {
        quantize(update, { scale: 1, bits, random }).values.forEach((value, i) => {
          sums[i] = sums[i]! + value
        })
      }
      // One bit steps by two: −1 or 1.
      const step = bits === 1 ? 2 : 1
      for (const sum of sums) assert.ok(Math.abs(sum - of * update[0]!) < 2 * step, `${sum} for ${of * x}`)
    }),
  )
})

test('each draw alone is uniform: mean and variance of 20,000 are within five standard errors', () => {
  const draws = 20_000
  for (const random of drawsOf(6, 3)) {
    const values = Array.from({ length: draws }, random)
    const mean = values.reduce((sum, value) => sum + value, 0) / draws
    const variance = values.reduce((sum, value) => sum + (value - 0.5) ** 2, 0) / draws
    assert.ok(Math.abs(mean - 0.5) <= 5 / Math.sqrt(12 * draws), `${mean}`)
    assert.ok(Math.abs(variance - 1 / 12) <= 5 / Math.sqrt(180 * draws), `${variance}`)
    assert.ok(values.every((value) => value >= 0 && value < 1))
  }
})

test('members of a round share a seed that no other shard, round or manifest has', () => {
  assert.equal(sharedSeed(manifest, 3, 1), sharedSeed(manifest, 3, 1))
  const other = `0x${'12'.repeat(32)}` as const
  const seeds = [
    sharedSeed(manifest, 3, 1),
    sharedSeed(manifest, 1, 3),
    sharedSeed(manifest, 3, 0),
    sharedSeed(other, 3, 1),
  ]
  assert.equal(new Set(seeds).size, 4)
  assert.ok(seeds.every((seed) => seed >= 0n && seed < 1n << 64n))
})

test('a rank that there is not is refused', () => {
  for (const [rank, of] of [
    [2, 2],
    [-1, 2],
    [0.5, 2],
    [0, 0],
  ] as const) {
    assert.throws(() => stratify({ shared: fromSeed(1), own: fromSeed(2), rank, of }), RankError)
  }
})
