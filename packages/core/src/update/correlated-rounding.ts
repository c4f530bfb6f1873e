/**
 * Correlated rounding: the members of a round draw the rounding of a parameter from different strata of [0, 1).
 *
 * Each draw is uniform, so each member's rounding is as unbiased as alone; together they are spread evenly, so that what
 * one rounds up another rounds down, and the sum loses less. Who stays silent takes nothing from the others but that.
 *
 * @see Suresh, Sun, Ro and Yu, Correlated Quantization for Distributed Mean Estimation and Optimization, ICML 2022
 * @example
 * ```ts
 * import { fromSeed, keccak256, sharedSeed, stratify } from '@tutti/core'
 *
 * const seed = sharedSeed(keccak256(Uint8Array.of(1)), 0, 0)
 * const draws = [0, 1, 2, 3].map((rank) => stratify({ shared: fromSeed(seed), own: fromSeed(rank), rank, of: 4 })())
 * new Set(draws.map((draw) => Math.floor(4 * draw))).size >= 3 // → true
 * stratify({ shared: Math.random, own: Math.random, rank: 4, of: 4 }) // throws RankError
 * ```
 */
import { encodeStatic, type Hex, keccak256 } from '../arithmetic/hex.ts'
import type { Random } from '../arithmetic/random.ts'

/** Where the draws of {@link stratify} come from. */
export interface Strata {
  /** The same for all members of a round: see {@link sharedSeed}. */
  readonly shared: Random
  /** The member's own. */
  readonly own: Random
  /** The member's place among those that update the shard, 0 ≤ rank < of. */
  readonly rank: number
  /** Updates that the shard expects. */
  readonly of: number
}

/**
 * Draws `u = frac(v + ((a · rank mod of) + w) / of)`: `a`, coprime to `of`, and `v` are shared and new for each draw, `w` is
 * the member's own. All of them uniform in [0, 1); those of ranks 0 to `of − 1` lie one in each stratum from `v` on.
 *
 * @throws {@link RankError}
 */
export function stratify({ shared, own, rank, of }: Strata): Random {
  if (!(Number.isInteger(of) && of >= 1 && Number.isInteger(rank) && rank >= 0 && rank < of)) {
    throw new RankError(rank, of)
  }
  const factors = Array.from({ length: of }, (_, index) => index + 1).filter((factor) => isCoprime(factor, of))
  const places = Uint32Array.from(factors, (factor) => (factor * rank) % of)
  return () => {
    const place = places[Math.floor(shared() * places.length)]!
    return (shared() + (place + own()) / of) % 1
  }
}

/**
 * Seed of the shared draws of a shard in a round: the first 64 bits of `keccak256(abi.encode(manifestHash, round, shard))`.
 * Runs of the same manifest can be repeated.
 */
export function sharedSeed(manifestHash: Hex, round: number, shard: number): bigint {
  return BigInt(keccak256(encodeStatic([manifestHash, round, shard]))) >> 192n
}

function isCoprime(a: number, b: number): boolean {
  return b === 0 ? a === 1 : isCoprime(b, a % b)
}

/** A rank outside its strata. */
export class RankError extends Error {
  override readonly name = 'RankError'
  constructor(rank: number, of: number) {
    super(`Rank ${rank} of ${of} strata does not exist: it counts from 0. Check position and cohort.`)
  }
}
