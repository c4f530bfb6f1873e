import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  dirichlet,
  fromSeed,
  fromSystem,
  GammaShapeError,
  gamma,
  integer,
  normal,
  shuffle,
  uniform,
} from '../../src/arithmetic/random.ts'

/** Mean and variance of draws. */
function momentsOf(draw: () => number, count = 50_000): { mean: number; variance: number } {
  const draws = Float64Array.from({ length: count }, draw)
  const mean = draws.reduce((sum, x) => sum + x, 0) / count
  return { mean, variance: draws.reduce((sum, x) => sum + (x - mean) ** 2, 0) / count }
}

function assertNear(actual: number, expected: number, tolerance: number): void {
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not within ${tolerance} of ${expected}`)
}

test('xoshiro128** agrees with its reference implementation over a splitmix64 state', () => {
  // By the reference C code: splitmix64 from 0, then xoshiro128** from its low and high halves, in bigint.
  const mask32 = 0xffffffffn
  const mask64 = 0xffffffffffffffffn
  let state = 0n
  const splitmix = () => {
    state = (state + 0x9e3779b97f4a7c15n) & mask64
    let z = state
    z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & mask64
    z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & mask64
    return z ^ (z >> 31n)
  }
  const first = splitmix()
  assert.equal(first, 0xe220a8397b1dcdafn)
  const second = splitmix()
  const s = [first & mask32, first >> 32n, second & mask32, second >> 32n] as [bigint, bigint, bigint, bigint]
  const rotl = (x: bigint, k: bigint) => ((x << k) | (x >> (32n - k))) & mask32
  const random = fromSeed(0)
  for (let i = 0; i < 100; i++) {
    const result = (rotl((s[1] * 5n) & mask32, 7n) * 9n) & mask32
    const t = (s[1] << 9n) & mask32
    s[2] ^= s[0]
    s[3] ^= s[1]
    s[1] ^= s[2]
    s[0] ^= s[3]
    s[2] ^= t
    s[3] = rotl(s[3], 11n)
    assert.equal(random() * 2 ** 32, Number(result))
  }
})

test('the same seed gives the same numbers, another seed others', () => {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const take = (s: number) => Array.from({ length: 5 }, fromSeed(s))
      assert.deepEqual(take(seed), take(seed))
      assert.notDeepEqual(take(seed), take(seed + 1))
    }),
  )
})

test('a system generator reads its source in order and asks again when the block is used up', () => {
  let blocks = 0
  const random = fromSystem((block) => block.fill(++blocks * 2 ** 30))
  const draws = Array.from({ length: 2048 }, random)
  assert.equal(blocks, 2)
  assert.deepEqual([draws[0], draws[1023], draws[1024]], [0.25, 0.25, 0.5])
})

test('uniform, normal and gamma have their moments', () => {
  const random = fromSeed(7)
  const flat = momentsOf(() => uniform(random, -1, 3))
  assertNear(flat.mean, 1, 0.03)
  assertNear(flat.variance, 16 / 12, 0.03)
  const bell = momentsOf(() => normal(random))
  assertNear(bell.mean, 0, 0.03)
  assertNear(bell.variance, 1, 0.04)
  for (const shape of [0.1, 0.5, 1, 2.5, 30]) {
    const skewed = momentsOf(() => gamma(random, shape))
    assertNear(skewed.mean, shape, 6 * Math.sqrt(shape / 50_000))
    assertNear(skewed.variance / shape, 1, 0.15)
  }
})

test('Dirichlet shares are shares, and the more unequal the smaller alpha', () => {
  const random = fromSeed(3)
  const largest = (alpha: number) => momentsOf(() => Math.max(...dirichlet(random, alpha, 10)), 500).mean
  fc.assert(
    fc.property(fc.constantFrom(1e-9, 0.05, 0.5, 1, 100), fc.integer({ min: 1, max: 20 }), (alpha, size) => {
      const shares = dirichlet(random, alpha, size)
      assertNear(
        shares.reduce((sum, share) => sum + share, 0),
        1,
        1e-9,
      )
      assert.ok(shares.every((share) => share >= 0))
    }),
  )
  assert.ok(largest(0.05) > largest(0.5) && largest(0.5) > largest(100))
})

test('integers are below their bound and reach all of it', () => {
  const random = fromSeed(11)
  const counts = new Array<number>(6).fill(0)
  for (let i = 0; i < 6000; i++) counts[integer(random, 6)]!++
  for (const count of counts) assertNear(count, 1000, 150)
})

test('a shuffle keeps its items and moves them with equal chances', () => {
  const random = fromSeed(5)
  const firsts = new Array<number>(4).fill(0)
  for (let i = 0; i < 4000; i++) {
    const shuffled = shuffle(random, [0, 1, 2, 3])
    assert.deepEqual([...shuffled].sort(), [0, 1, 2, 3])
    firsts[shuffled[0]!]!++
  }
  for (const count of firsts) assertNear(count, 1000, 150)
})

test('a gamma without a positive shape is refused', () => {
  for (const shape of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
    assert.throws(() => gamma(fromSeed(1), shape), GammaShapeError)
  }
})
