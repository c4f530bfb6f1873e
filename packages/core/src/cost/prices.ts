/**
 * What storage and calldata cost by the rules of a chain, and what that does to a direct-path round.
 *
 * The contracts' own bounds (`direct/Estimate.sol`, twin `estimate.ts`) are fixed numbers for the prices that hold
 * from Berlin to Osaka. Where rewriting a slot or sending a byte is dearer, a round needs more than they say, and its
 * terms must leave more room.
 *
 * @see EIP-2929, EIP-7623 (Osaka and before); EIP-7976, EIP-8037, EIP-8038 (Amsterdam)
 * @example
 * ```ts
 * import { AMSTERDAM_PRICES, BERLIN_PRICES, estimateRoundAt } from '@tutti/core'
 *
 * const now = estimateRoundAt(terms, BERLIN_PRICES)
 * const later = estimateRoundAt(terms, AMSTERDAM_PRICES)
 * later.aggregate.gas > now.aggregate.gas // → true
 * ```
 */

import { estimateRound, type TransactionBound } from '../direct/estimate.ts'
import type { Terms } from '../terms/terms.ts'
import { estimateMemberCost } from './member-cost.ts'

/** Gas of what a round does most. */
export interface GasPrices {
  /** A slot that was zero, cold. */
  readonly newSlotGas: number
  /** A slot that was not, cold. */
  readonly rewrittenSlotGas: number
  /** A byte of calldata at the least, whatever the transaction does. */
  readonly floorByteGas: number
  /** A byte of code. */
  readonly codeByteGas: number
}

/** Prices of the rules from Berlin to Osaka. */
export const BERLIN_PRICES: GasPrices = {
  newSlotGas: 22_100,
  rewrittenSlotGas: 5_000,
  floorByteGas: 40,
  codeByteGas: 200,
}

/** Prices of Amsterdam's rules as go-ethereum 1.17 has them; of a new slot, 97,920 do not count as execution, and code not at all. */
export const AMSTERDAM_PRICES: GasPrices = {
  newSlotGas: 110_020,
  rewrittenSlotGas: 12_100,
  floorByteGas: 64,
  codeByteGas: 1_530,
}

/**
 * Slots that aggregation and settling rewrite in the core for each member, and for the round; the shard's hash, block and
 * count in the aggregator are three of these.
 */
const MEMBER_SLOTS = 3
const ROUND_SLOTS = 15
/** Slots that a submission rewrites, and those that are new to it at the most. */
const SUBMIT_SLOTS = 4
const NEW_SUBMIT_SLOTS = 2

/**
 * Bounds on a round's largest transactions by a chain's prices: those of `estimateRound`, and what slots that are
 * rewritten cost beyond Berlin's price; at least the floor for calldata. Execution gas: what new state costs apart is
 * not in it.
 */
export function estimateRoundAt(
  terms: Terms,
  prices: GasPrices,
): { aggregate: TransactionBound; submit: TransactionBound } {
  const { aggregate, submit } = estimateRound(terms)
  const dearer = Math.max(0, prices.rewrittenSlotGas - BERLIN_PRICES.rewrittenSlotGas)
  const at = ({ gas, bytes }: TransactionBound, slots: number): TransactionBound => ({
    gas: Math.max(gas + slots * dearer, 21_000 + bytes * prices.floorByteGas),
    bytes,
  })
  return {
    aggregate: at(aggregate, MEMBER_SLOTS * terms.cohortSize + ROUND_SLOTS),
    submit: at(submit, SUBMIT_SLOTS),
  }
}

/**
 * Bounds on a member's own part of a round by a chain's prices, new state included: those of `estimateMemberCost`, and what
 * the slots of each transaction cost beyond Berlin's price.
 */
export function estimateMemberCostAt(
  terms: Terms,
  path: 'direct' | 'blob',
  prices: GasPrices,
): { gas: number; blobGas: number } {
  const { gas, blobGas } = estimateMemberCost(terms, path)
  const { newSlotGas, rewrittenSlotGas, floorByteGas } = BERLIN_PRICES
  const slots =
    SUBMIT_SLOTS * Math.max(0, prices.rewrittenSlotGas - rewrittenSlotGas) +
    NEW_SUBMIT_SLOTS * Math.max(0, prices.newSlotGas - newSlotGas)
  const transactions = (terms.commitSeconds > 0 ? 1 : 0) + terms.shardsPerMember
  // The floor is the dearest part of any transaction that it decides.
  const dearerBytes = Math.max(1, prices.floorByteGas / floorByteGas)
  return { gas: Math.ceil(gas * dearerBytes) + transactions * slots, blobGas }
}
