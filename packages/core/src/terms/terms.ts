/**
 * The terms of a federation, field by field as `types/Terms.sol` has them, and the geometry they imply:
 * shards, updates a shard can receive, and how many rounds fit before a lane could overflow.
 *
 * Integers to 32 bits are numbers, wider ones bigints, addresses and hashes hexadecimal strings: what viem decodes.
 *
 * @example
 * ```ts
 * import { gainOfRound, largestLane, roundsBeforeOverflow, shardCount, shardRange } from '@tutti/core'
 *
 * shardCount({ dimension: 40, shardSize: 16 }) // → 3
 * shardRange({ dimension: 40, shardSize: 16 }, 2) // → { start: 32, length: 8 }
 * gainOfRound(terms, 0, 2) // → 1
 * largestLane(terms, 100n) // → 148n
 * roundsBeforeOverflow(terms, 100n) // → 1361n
 * ```
 */

import type { Hex } from '../arithmetic/hex.ts'
import { largestUpdate } from './bits.ts'
import { effectiveGain, gainAt, gainRuns, totalGain, unpackGains } from './gains.ts'

/** What the members of a federation agree to. Seconds are durations; amounts are in the token's smallest unit. */
export type Terms = {
  /** keccak256 of the manifest published at creation. */
  readonly manifestHash: Hex
  /** keccak256 of the aggregator's setup published at creation. */
  readonly setupHash: Hex
  /** Tells otherwise equal federations apart. */
  readonly salt: Hex
  /** Gain schedule: see `packGains`. */
  readonly gains: bigint
  /** What a member deposits on joining. */
  readonly stake: bigint
  /** What the creator deposits on creation. */
  readonly bounty: bigint
  /** The most that a keeper is paid for one action, out of the round's pot. */
  readonly keeperPay: bigint
  /** From creation until the first round may open with fewer members than `cohortSize`. */
  readonly joinSeconds: number
  /** Length of the commit phase; zero: none. */
  readonly commitSeconds: number
  /** How long an action may be overdue before anyone may abandon the federation. */
  readonly idleSeconds: number
  /** Keeps the model. */
  readonly aggregator: Hex
  /** Parameters in the model. */
  readonly dimension: number
  /** Parameters in a shard; the last shard may be shorter. */
  readonly shardSize: number
  /** The most rounds, failed ones included. */
  readonly rounds: number
  /** ERC-20 of stake, bounty and pay; zero if all three are zero. */
  readonly token: Hex
  /** The most members that train in a round, 1 to 256. */
  readonly cohortSize: number
  /** Fewer updates than this close a round without changing the model. */
  readonly minimumUpdates: number
  /** Shards that a member trains in a round; all of them, or fewer, rotating. */
  readonly shardsPerMember: number
  /** Basis points of a round's members whose votes end the federation early; zero: never. */
  readonly endQuorum: number
  /** Width of a model integer: 16 or 32. */
  readonly laneBits: number
  /** Width of an update integer: 1, 2, 4 or 8. */
  readonly bits: number
  /** Aggregation rule: 0 is the sum. */
  readonly rule: number
  /** For trials and networks of one's own: durations may be as short as anyone likes. */
  readonly isPrivateNetwork: boolean
  /** Says who may join; zero: everyone. */
  readonly gate: Hex
  /** Length of the submission phase. */
  readonly submitSeconds: number
  /** Length of the challenge window; zero: none. */
  readonly challengeSeconds: number
  /** Exclusive window of the chosen keeper; then pay rises for as long again. */
  readonly keeperSeconds: number
  /** Splits a settled round's pot; zero: equally. */
  readonly judge: Hex
  /** What the creator sets aside for those who seal the finished model in code; zero: nothing. */
  readonly sealPay: bigint
}

/** A contiguous slice of the parameter vector: `[start, start + length)`. */
export type ShardRange = { readonly start: number; readonly length: number }

/** Shards in the model: `S = ⌈dimension / shardSize⌉`. */
export function shardCount(terms: Pick<Terms, 'dimension' | 'shardSize'>): number {
  return Math.ceil(terms.dimension / terms.shardSize)
}

/**
 * The parameters of a shard: `start = shard · shardSize`, `length = min(shardSize, dimension − start)`.
 *
 * @throws {@link UnknownShardError}
 */
export function shardRange(terms: Pick<Terms, 'dimension' | 'shardSize'>, shard: number): ShardRange {
  const shards = shardCount(terms)
  if (!Number.isInteger(shard) || shard < 0 || shard >= shards) throw new UnknownShardError(shard, shards)
  const start = shard * terms.shardSize
  return { start, length: Math.min(terms.shardSize, terms.dimension - start) }
}

/** What of the terms decides how many updates a shard can receive. */
export type CohortTerms = Pick<Terms, 'dimension' | 'shardSize' | 'cohortSize' | 'shardsPerMember'>

/**
 * The most updates that a shard can receive in a round: `U(n) = ⌈n · shardsPerMember / S⌉`.
 *
 * @param cohort - n: members of the round; `terms.cohortSize`, the most there can be, if it is left out.
 */
export function maxUpdates(terms: CohortTerms, cohort: number = terms.cohortSize): number {
  return Math.ceil((cohort * terms.shardsPerMember) / shardCount(terms))
}

/**
 * What the sum of a round's updates is multiplied by: `⌊gain_r · U(C) / U(n)⌋`, with n the members frozen into the round
 * and C = `terms.cohortSize`; see {@link effectiveGain}.
 *
 * @param cohort - n, 1 to `terms.cohortSize`.
 * @throws `GainsMalformedError`, `UpdatesOutOfRangeError`
 */
export function gainOfRound(terms: CohortTerms & Pick<Terms, 'gains'>, round: number, cohort: number): number {
  return effectiveGain(gainAt(terms.gains, round), { most: maxUpdates(terms), expected: maxUpdates(terms, cohort) })
}

/** The largest |output| of the sum rule in a round, gain left out: `maxUpdates · 2^(bits−1)`; `maxUpdates` for one bit. */
export function largestOutput(terms: CohortTerms & Pick<Terms, 'bits'>): bigint {
  return BigInt(maxUpdates(terms)) * BigInt(largestUpdate(terms.bits))
}

/**
 * The largest |lane| that any sequence of accepted updates can reach:
 * `initialBound + Σ_{r < rounds} gain_r · largestOutput`. Creation demands that it be below `2^(laneBits−1)`.
 *
 * @param initialBound - Largest |initial integer|: 0, the largest amplitude of a seeded start, or a given start's bound.
 */
export function largestLane(terms: Terms, initialBound: bigint): bigint {
  return initialBound + BigInt(totalGain(unpackGains(terms.gains), terms.rounds)) * largestOutput(terms)
}

/**
 * How many rounds fit before a lane could overflow: the largest R with
 * `initialBound + Σ_{r < R} gain_r · largestOutput < 2^(laneBits−1)`, the last gain holding on after `terms.rounds`.
 *
 * @param initialBound - Largest |initial integer|.
 * @returns Zero if the initial integers already do not fit.
 */
export function roundsBeforeOverflow(terms: Terms, initialBound: bigint): bigint {
  const limit = 1n << BigInt(terms.laneBits - 1)
  const output = largestOutput(terms)
  let room = limit - 1n - initialBound
  if (room < 0n) return 0n
  const runs = gainRuns(unpackGains(terms.gains), terms.rounds)
  for (const [i, { from, to, gain }] of runs.entries()) {
    const cost = BigInt(gain) * output
    const fitting = room / cost
    if (i === runs.length - 1 || fitting < BigInt(to - from)) return BigInt(from) + fitting
    room -= BigInt(to - from) * cost
  }
  return 0n
}

/** A shard that the model does not have. */
export class UnknownShardError extends Error {
  override readonly name = 'UnknownShardError'
  readonly shard: number
  readonly shards: number
  constructor(shard: number, shards: number) {
    super(`Shard ${shard} does not exist; the model has ${shards}, counted from 0.`)
    this.shard = shard
    this.shards = shards
  }
}
