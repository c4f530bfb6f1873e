/**
 * Upper bounds on the size and gas of a direct-path round's transactions, so that no terms are accepted whose rounds
 * could not run. Twin of `direct/Estimate.sol`, whose constants bound what its tests measure; they are not prices.
 *
 * Calldata is counted as if no byte were zero: 16 gas a byte plus execution, or 40 a byte in all, whichever is more
 * (EIP-7623).
 *
 * @example
 * ```ts
 * import { estimateRound, isWithinLimits, largestShardSize } from '@tutti/core'
 *
 * const { aggregate, submit } = estimateRound(terms)
 * isWithinLimits(aggregate) && isWithinLimits(submit) // → true
 * largestShardSize(terms) > terms.shardSize // → true
 * ```
 */

import { maxUpdates, shardCount, type Terms } from '../terms/terms.ts'
import { payloadBytes } from './codec.ts'
import { wordsFor } from './lanes.ts'

/** Most gas of a transaction: 2^24 (EIP-7825). */
export const GAS_LIMIT = 16_777_216
/** Most bytes of a transaction that nodes relay (`txMaxSize` of geth's pool). */
export const BYTES_LIMIT = 131_072

const TRANSACTION_GAS = 21_000
const BYTE_GAS = 16
const FLOOR_BYTE_GAS = 40
/** Bytes of a transaction beside its calldata. */
export const ENVELOPE_BYTES = 256
const AGGREGATE_HEAD_BYTES = 192
/** Calldata of a submission beside its payloads. */
export const SUBMIT_HEAD_BYTES = 1_536
const CORE_AGGREGATE_GAS = 300_000
const CORE_MEMBER_GAS = 36_000
const CORE_SETTLE_GAS = 300_000
const SETTLE_MEMBER_GAS = 36_000
const LEAVER_GAS = 70_000
const LEAVERS = 16
const WALK_GAS = 800
const UNLUCKY_WALKS = 128
const CORE_SUBMIT_GAS = 200_000
const CORE_PAYLOAD_GAS = 45_000
/** Of a byte that is logged: the log, and the copy to memory. */
export const LOGGED_BYTE_GAS = 12
/** Of a model word: hashed as it comes, scaled, hashed again and logged (256). */
const WORD_GAS = 420
const ADD_GAS = 96
const SPREAD_GAS = 60
const GROUP_GAS = 260
const DIGEST_GAS = 700
const COMMIT_GAS = 90_000
/** The transaction that aggregates one shard, whether or not it settles the round. */
export type AggregateSize = {
  /** Members in a round, who are all paid. */
  readonly cohort: number
  /** Updates of the shard. */
  readonly updates: number
  /** Parameters of the shard. */
  readonly length: number
  readonly laneBits: number
  readonly bits: number
}

/** The transaction that submits `shards` shards of `length` parameters. */
export type SubmitSize = { readonly shards: number; readonly length: number; readonly bits: number }

/** Bounds on one transaction. */
export type TransactionBound = { readonly gas: number; readonly bytes: number }

/** Bounds on the transaction that aggregates one shard: it is handed the shard's words, then the payloads. */
export function estimateAggregate({ cohort, updates, length, laneBits, bits }: AggregateSize): TransactionBound {
  const payload = payloadBytes(length, bits)
  const payloadWords = payload / 32
  const groups = Math.floor(updates / (2 ** bits + 1)) + 1
  const words = wordsFor(length, laneBits)
  const execution =
    CORE_AGGREGATE_GAS +
    cohort * CORE_MEMBER_GAS +
    updates * (DIGEST_GAS + 12 * payloadWords) +
    words * WORD_GAS +
    payloadWords * (updates * ADD_GAS + groups * (GROUP_GAS + SPREAD_GAS * (laneBits / bits))) +
    memoryGas(words + payloadWords) +
    2 * memoryGas(words + updates * payloadWords)
  const calldata = 32 * words + updates * payload + AGGREGATE_HEAD_BYTES
  return { gas: transactionGas(calldata, execution), bytes: calldata + ENVELOPE_BYTES }
}

/** Bound on the gas of the transaction that settles a round by itself, a judge's part aside. */
export function estimateSettle(cohort: number): number {
  const members = cohort * SETTLE_MEMBER_GAS + UNLUCKY_WALKS * WALK_GAS
  return TRANSACTION_GAS + CORE_SETTLE_GAS + members + LEAVERS * LEAVER_GAS
}

/** Bounds on the transaction that submits shards. */
export function estimateSubmit({ shards, length, bits }: SubmitSize): TransactionBound {
  const calldata = shards * (payloadBytes(length, bits) + 64) + SUBMIT_HEAD_BYTES
  const execution =
    CORE_SUBMIT_GAS +
    shards * CORE_PAYLOAD_GAS +
    calldata * LOGGED_BYTE_GAS +
    2 * memoryGas(Math.floor(calldata / 32) + 1)
  return { gas: transactionGas(calldata, execution), bytes: calldata + ENVELOPE_BYTES }
}

/** Bound on the gas of the transaction that commits to an update. */
export function estimateCommit(): number {
  return COMMIT_GAS
}

/**
 * Gas that a transaction is signed with: a quarter above what the chain estimates, and `spare` for what is included
 * before it, within the most that a transaction may have.
 *
 * @param most - Of the chain at hand; {@link GAS_LIMIT} unless told otherwise.
 */
export function gasToSign(estimate: bigint, spare = 0n, most = BigInt(GAS_LIMIT)): bigint {
  const wanted = (estimate * 5n) / 4n + spare
  return wanted < most ? wanted : most
}

/**
 * Bounds on a round's largest transactions under these terms. Committed updates come in one transaction, since the
 * commitment binds them all; others may come shard by shard.
 */
export function estimateRound(terms: Terms): { aggregate: TransactionBound; submit: TransactionBound } {
  const { cohortSize, laneBits, bits } = terms
  const length = Math.min(terms.dimension, terms.shardSize)
  return {
    aggregate: estimateAggregate({ cohort: cohortSize, updates: maxUpdates(terms), length, laneBits, bits }),
    submit: estimateSubmit({ shards: terms.commitSeconds === 0 ? 1 : terms.shardsPerMember, length, bits }),
  }
}

/** Whether a transaction stays within {@link GAS_LIMIT} and {@link BYTES_LIMIT}. */
export function isWithinLimits({ gas, bytes }: TransactionBound): boolean {
  return gas <= GAS_LIMIT && bytes <= BYTES_LIMIT
}

/** The largest shards that a round's transactions can carry: see {@link largestShards}. */
export type LargestShards = { readonly byBytes: number; readonly byGas: number }

/**
 * The largest shard that a round's transactions can carry: the smaller of {@link largestShards}.
 *
 * @returns Zero if not even the smallest shard fits.
 */
export function largestShardSize(terms: Terms): number {
  const { byBytes, byGas } = largestShards(terms)
  return Math.min(byBytes, byGas)
}

/**
 * The largest shards that a round's transactions can carry by their size and by their gas: multiples of `256 / bits`
 * parameters, for terms that leave the rest as it is. Every member trains every shard when `shardsPerMember` is the number
 * of shards. With many members the gas decides, with few of them the bytes.
 *
 * @param mostGas - Of the chain at hand; {@link GAS_LIMIT} unless told otherwise.
 * @returns Zero where not even the smallest shard fits.
 */
export function largestShards(terms: Terms, mostGas = GAS_LIMIT): LargestShards {
  return {
    byBytes: largestShardThat(terms, ({ bytes }) => bytes <= BYTES_LIMIT),
    byGas: largestShardThat(terms, ({ gas }) => gas <= mostGas),
  }
}

function largestShardThat(terms: Terms, isWithin: (bound: TransactionBound) => boolean): number {
  const multiple = 256 / terms.bits
  const trainsAll = terms.shardsPerMember === shardCount(terms)
  const fits = (blocks: number): boolean => {
    const resized = { ...terms, shardSize: blocks * multiple }
    const shards = shardCount(resized)
    const shardsPerMember = trainsAll ? shards : Math.min(terms.shardsPerMember, shards)
    const { aggregate, submit } = estimateRound({ ...resized, shardsPerMember })
    return isWithin(aggregate) && isWithin(submit)
  }
  // Larger shards cost more to aggregate, so from the largest one down the first that fits is found by bisection.
  let low = 0
  let high = Math.ceil(terms.dimension / multiple)
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (fits(middle)) low = middle
    else high = middle - 1
  }
  return low * multiple
}

/** EIP-7623. */
export function transactionGas(bytes: number, execution: number): number {
  return TRANSACTION_GAS + Math.max(bytes * BYTE_GAS + execution, bytes * FLOOR_BYTE_GAS)
}

/** Copying into and expanding memory by `words` words: `6·words + words² / 512` (yellow paper, appendix H). */
export function memoryGas(words: number): number {
  return 6 * words + Math.floor((words * words) / 512)
}
