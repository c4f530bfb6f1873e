/**
 * Randomness as an argument: a generator is a function that returns the next number, uniform in [0, 1).
 *
 * `fromSeed` is reproducible (experiments, tests, simulation); `fromSystem` draws from a source of the caller's, for
 * whatever must not be guessed. Nothing in this package reaches for randomness by itself.
 *
 * @example
 * ```ts
 * import { fromSeed, integer, shuffle } from '@tutti/core'
 *
 * const random = fromSeed(7)
 * const dice = Array.from({ length: 5 }, () => 1 + integer(random, 6)) // → [6, 5, 3, 3, 1]
 * shuffle(fromSeed(7), dice).sort() // → dice.sort()
 * integer(random, 0) // throws BoundError
 * ```
 */

/** The next number, uniform in [0, 1), a multiple of 2^−32. */
export type Random = () => number

/** Fills an array with unpredictable numbers: `crypto.getRandomValues` is one. */
export type Source = (block: Uint32Array) => unknown

const TO_UNIT = 2 ** -32
const BLOCK = 1024

/**
 * A reproducible generator: xoshiro128** 1.1, its state filled by splitmix64 from the seed.
 * Not for secrets, nor for the noise of differential privacy.
 *
 * @param seed - Any integer, taken modulo 2^64.
 * @see Blackman and Vigna, Scrambled Linear Pseudorandom Number Generators, ACM TOMS 47(4), 2021
 */
export function fromSeed(seed: number | bigint): Random {
  let mix = BigInt.asUintN(64, BigInt(seed))
  const next64 = (): bigint => {
    mix = BigInt.asUintN(64, mix + 0x9e3779b97f4a7c15n)
    let z = mix
    z = BigInt.asUintN(64, (z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n)
    z = BigInt.asUintN(64, (z ^ (z >> 27n)) * 0x94d049bb133111ebn)
    return z ^ (z >> 31n)
  }
  const low = next64()
  const high = next64()
  let a = Number(low & 0xffffffffn)
  let b = Number(low >> 32n)
  let c = Number(high & 0xffffffffn)
  let d = Number(high >> 32n)
  return () => {
    const result = Math.imul(rotate(Math.imul(b, 5), 7), 9)
    const t = b << 9
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= t
    d = rotate(d, 11)
    return (result >>> 0) * TO_UNIT
  }
}

/**
 * A generator over a source of the caller's, read in blocks of 1,024 numbers.
 *
 * @param source - For example `(block) => crypto.getRandomValues(block)`.
 */
export function fromSystem(source: Source): Random {
  const block = new Uint32Array(BLOCK)
  let next = BLOCK
  return () => {
    if (next === BLOCK) {
      source(block)
      next = 0
    }
    return block[next++]! * TO_UNIT
  }
}

/** Uniform in [low, high). */
export function uniform(random: Random, low = 0, high = 1): number {
  return low + (high - low) * random()
}

/**
 * Integer uniform in [0, bound).
 *
 * @param bound - 1 to 2^32.
 * @throws {@link BoundError}
 */
export function integer(random: Random, bound: number): number {
  if (!(Number.isInteger(bound) && bound >= 1 && bound <= 2 ** 32)) throw new BoundError(bound)
  const limit = 2 ** 32 - (2 ** 32 % bound)
  let draw = random() * 2 ** 32
  while (draw >= limit) draw = random() * 2 ** 32
  return draw % bound
}

/**
 * Standard normal, by the polar method.
 *
 * @see Marsaglia and Bray, A Convenient Method for Generating Normal Variables, SIAM Review 6(3), 1964
 */
export function normal(random: Random): number {
  for (;;) {
    const x = 2 * random() - 1
    const y = 2 * random() - 1
    const square = x * x + y * y
    if (square > 0 && square < 1) return x * Math.sqrt((-2 * Math.log(square)) / square)
  }
}

/**
 * Gamma with unit scale: mean `shape`, variance `shape`.
 *
 * @param shape - > 0; below 1 by `gamma(shape + 1) · u^(1/shape)`.
 * @throws {@link GammaShapeError}
 * @see Marsaglia and Tsang, A Simple Method for Generating Gamma Variables, ACM TOMS 26(3), 2000
 */
export function gamma(random: Random, shape: number): number {
  if (!(shape > 0 && Number.isFinite(shape))) throw new GammaShapeError(shape)
  if (shape < 1) return gamma(random, shape + 1) * positive(random) ** (1 / shape)
  const d = shape - 1 / 3
  const c = 1 / Math.sqrt(9 * d)
  for (;;) {
    const x = normal(random)
    const v = (1 + c * x) ** 3
    if (v > 0 && Math.log(positive(random)) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v
  }
}

/**
 * Symmetric Dirichlet: `size` shares that sum to 1, the more unequal the smaller `alpha`.
 *
 * @param alpha - > 0.
 * @throws {@link GammaShapeError}
 */
export function dirichlet(random: Random, alpha: number, size: number): Float64Array {
  const shares = Float64Array.from({ length: size }, () => gamma(random, alpha))
  const total = shares.reduce((sum, share) => sum + share, 0)
  if (total > 0) return shares.map((share) => share / total)
  // Every draw underflowed, which a tiny alpha makes likely: its limit puts all weight on one share.
  shares[integer(random, size)] = 1
  return shares
}

/** A copy of `items` in uniformly random order (Fisher and Yates). */
export function shuffle<T>(random: Random, items: Iterable<T>): T[] {
  const shuffled = [...items]
  for (let i = shuffled.length - 1; i > 0; i--) {
    const j = integer(random, i + 1)
    const item = shuffled[i]!
    shuffled[i] = shuffled[j]!
    shuffled[j] = item
  }
  return shuffled
}

/** Uniform in (0, 1): safe under a logarithm. */
function positive(random: Random): number {
  return random() + TO_UNIT / 2
}

function rotate(x: number, by: number): number {
  return (x << by) | (x >>> (32 - by))
}

/** A bound below which no integer can be drawn. */
export class BoundError extends RangeError {
  override readonly name = 'BoundError'
  constructor(bound: number) {
    super(`Bound ${bound} is not an integer from 1 to 2^32.`)
  }
}

/** A gamma distribution whose shape is not a positive number. */
export class GammaShapeError extends Error {
  override readonly name = 'GammaShapeError'
  readonly shape: number
  constructor(shape: number) {
    super(`Shape ${shape} is not a positive number. Choose alpha > 0; smaller is more unequal.`)
    this.shape = shape
  }
}
