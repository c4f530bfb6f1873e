/**
 * How much: the pot of a round, a keeper's pay, a member's share. All amounts are in the token's smallest unit and
 * rounded down; what is left of all pots goes to the keeper who settles the last round. Twin of `terms/Reward.sol`;
 * vectors in `reward.json`.
 *
 * @example
 * ```ts
 * import { equalShareRoundedDown, keeperPayAt, potOf } from '@tutti/core'
 *
 * const terms = { bounty: 100n, rounds: 3, keeperPay: 8n, keeperSeconds: 60 }
 * const pots = [0, 1, 2].map((round) => potOf(terms, round)) // → [33n, 33n, 34n]
 * equalShareRoundedDown(pots[2]!, 3) // → 11n
 * keeperPayAt(terms, 0) <= keeperPayAt(terms, 600) // → true
 * ```
 */
import { shardCount, type Terms } from './terms.ts'

/** Actions of a round that pay a keeper, besides one a shard: draw, settle or close, and one in reserve. */
export const ACTIONS_BESIDES_SHARDS = 3

/**
 * The pot of a round: `⌊bounty · (number + 1) / rounds⌋ − ⌊bounty · number / rounds⌋`. All pots together are the bounty.
 *
 * @param number - Of the round, from zero, below `terms.rounds`.
 */
export function potOf(terms: Pick<Terms, 'bounty' | 'rounds'>, number: number): bigint {
  const upTo = (rounds: number) => (terms.bounty * BigInt(rounds)) / BigInt(terms.rounds)
  return upTo(number + 1) - upTo(number)
}

/** The least pot of any round: `⌊bounty / rounds⌋`. */
export function potRoundedDown(terms: Pick<Terms, 'bounty' | 'rounds'>): bigint {
  return terms.bounty / BigInt(terms.rounds)
}

/** The most that a round's keepers can be paid: `keeperPay · (S + 3)`. */
export function keeperBudget(terms: Pick<Terms, 'keeperPay' | 'dimension' | 'shardSize'>): bigint {
  return terms.keeperPay * BigInt(shardCount(terms) + ACTIONS_BESIDES_SHARDS)
}

/**
 * What an action pays `elapsed` seconds after it became possible: `⌊keeperPay / 2⌋` within the first `keeperSeconds`, then
 * rising to `keeperPay` over as long again, rounded down.
 */
export function keeperPayAt(terms: Pick<Terms, 'keeperPay' | 'keeperSeconds'>, elapsed: number): bigint {
  const seconds = BigInt(terms.keeperSeconds)
  const since = BigInt(elapsed)
  if (since >= 2n * seconds) return terms.keeperPay
  const half = terms.keeperPay / 2n
  if (since < seconds) return half
  return half + ((terms.keeperPay - half) * (since - seconds)) / seconds
}

/**
 * Shares of a pot in proportion to weights: `⌊pot · weight / Σ weights⌋`, never more than the pot together.
 *
 * @param weights - Non-negative; what a judge answers.
 * @returns Shares, one a weight; empty when the weights cannot be used: one is 2^128 or more, or all are zero.
 */
export function splitRoundedDown(pot: bigint, weights: readonly bigint[]): bigint[] {
  if (weights.some((weight) => weight >> 128n !== 0n)) return []
  const total = weights.reduce((sum, weight) => sum + weight, 0n)
  return total === 0n ? [] : weights.map((weight) => (pot * weight) / total)
}

/** Each member's share when the pot is split equally: `⌊pot / members⌋`; nothing when nobody's update was aggregated. */
export function equalShareRoundedDown(pot: bigint, members: number): bigint {
  return members === 0 ? 0n : pot / BigInt(members)
}
