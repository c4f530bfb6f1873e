/**
 * Refuses terms that the direct path could not live by, one error class each: widths, sizes, the overflow guarantee,
 * and a round that would not fit its transactions. Twin of `direct/DirectTerms.sol`.
 *
 * @example
 * ```ts
 * import { validateDirectTerms } from '@tutti/core'
 *
 * validateDirectTerms(terms, 100n) // → undefined
 * validateDirectTerms({ ...terms, bits: 8, rounds: 1_000, keeperPay: 0n }, 100n) // throws LaneOverflowError
 * ```
 */
import { checkBits } from '../terms/bits.ts'
import { largestLane, roundsBeforeOverflow, shardCount, type Terms } from '../terms/terms.ts'
import { validateTerms } from '../terms/validate.ts'
import { BYTES_LIMIT, estimateRound, GAS_LIMIT, largestShards } from './estimate.ts'
import { wordsFor } from './lanes.ts'

/** Words of the largest model: 2,097,152 parameters in lanes of 16 bits. */
export const MOST_MODEL_WORDS = 131_072

/**
 * Throws at the first term that the core or the direct path refuses.
 *
 * @param initialBound - Largest |initial integer| of the setup.
 * @throws what `validateTerms` throws, `UnsupportedLaneBitsError`, `UnsupportedBitsError`, {@link UnsupportedRuleError},
 * {@link UnsupportedChallengeError}, {@link ModelTooLargeError}, {@link MisalignedShardError},
 * {@link LaneOverflowError}, {@link AggregateTooLongError},
 * {@link SubmitTooLongError}, {@link SubmitTooCostlyError}
 */
export function validateDirectTerms(terms: Terms, initialBound = 0n): void {
  validateTerms(terms)
  const { laneBits, bits, shardSize } = terms
  const words = wordsFor(terms.dimension, laneBits)
  checkBits(bits)
  if (terms.rule !== 0) throw new UnsupportedRuleError(terms.rule)
  if (terms.challengeSeconds !== 0) throw new UnsupportedChallengeError(terms.challengeSeconds)
  if (words > MOST_MODEL_WORDS) throw new ModelTooLargeError(words)
  const multiple = 256 / bits
  if (shardCount(terms) > 1 && shardSize % multiple !== 0) throw new MisalignedShardError(shardSize, multiple)
  validateOverflow(terms, initialBound)

  const { aggregate, submit } = estimateRound(terms)
  // What fits in bytes fits in gas: an aggregation of 131,072 bytes is bounded by 15,119,212 gas, swept over all widths.
  if (aggregate.bytes > BYTES_LIMIT) throw new AggregateTooLongError(aggregate.bytes, largestShards(terms).byBytes)
  if (submit.bytes > BYTES_LIMIT) throw new SubmitTooLongError(submit.bytes)
  if (submit.gas > GAS_LIMIT) throw new SubmitTooCostlyError(submit.gas)
}

/**
 * Throws unless no sequence of accepted updates can overflow a lane.
 *
 * @throws {@link LaneOverflowError}
 */
export function validateOverflow(terms: Terms, initialBound: bigint): void {
  const largest = largestLane(terms, initialBound)
  const limit = 1n << BigInt(terms.laneBits - 1)
  if (largest >= limit) throw new LaneOverflowError(largest, limit, roundsBeforeOverflow(terms, initialBound))
}

/** What to do about an aggregation that fits no transaction. */
function adviseOnShards(largest: number | undefined): string {
  if (largest === undefined) return 'Use smaller shards.'
  return largest === 0 ? 'No shard fits: use a smaller cohort.' : `Use shards of at most ${largest} parameters.`
}

/** A rule that the direct path does not know. */
export class UnsupportedRuleError extends Error {
  override readonly name = 'UnsupportedRuleError'
  constructor(rule: number) {
    super(`Rule ${rule} is not supported. Use 0, the sum.`)
  }
}

/** A challenge window where there is nothing to challenge. */
export class UnsupportedChallengeError extends Error {
  override readonly name = 'UnsupportedChallengeError'
  constructor(challengeSeconds: number) {
    super(
      `challengeSeconds is ${challengeSeconds}; the direct path checks updates as they come and has no challenges. Use 0.`,
    )
  }
}

/** A model of more words than the direct path holds. */
export class ModelTooLargeError extends Error {
  override readonly name = 'ModelTooLargeError'
  constructor(words: number) {
    super(
      `The model has ${words} words; the direct path holds ${MOST_MODEL_WORDS}. Use narrower lanes or a smaller model.`,
    )
  }
}

/** Shards that do not begin at whole payload words. */
export class MisalignedShardError extends Error {
  override readonly name = 'MisalignedShardError'
  constructor(shardSize: number, multiple: number) {
    super(`shardSize is ${shardSize}; with several shards it must be a multiple of 256 / bits = ${multiple}.`)
  }
}

/** Accepted updates could overflow a lane. */
export class LaneOverflowError extends Error {
  override readonly name = 'LaneOverflowError'
  readonly largest: bigint
  readonly limit: bigint
  readonly rounds: bigint
  constructor(largest: bigint, limit: bigint, rounds: bigint) {
    super(
      `A lane could reach ${largest}; it holds less than ${limit}, enough for ${rounds} rounds. Use fewer rounds, fewer members in a cohort, narrower updates, lower gains or lanes of 32 bits.`,
    )
    this.largest = largest
    this.limit = limit
    this.rounds = rounds
  }
}

/** Aggregating a shard takes more bytes than nodes relay. */
export class AggregateTooLongError extends Error {
  override readonly name = 'AggregateTooLongError'
  /** @param largest - Parameters of the largest shard that would fit, where it is known. */
  constructor(bytes: number, largest?: number) {
    super(`Aggregating a shard takes up to ${bytes} bytes; nodes relay ${BYTES_LIMIT}. ${adviseOnShards(largest)}`)
  }
}

/** Submitting takes more bytes than nodes relay. */
export class SubmitTooLongError extends Error {
  override readonly name = 'SubmitTooLongError'
  constructor(bytes: number) {
    super(
      `Submitting takes up to ${bytes} bytes; nodes relay ${BYTES_LIMIT}. Use smaller shards, or fewer of them a member where there is a commit phase.`,
    )
  }
}

/** Submitting takes more gas than a transaction may use. */
export class SubmitTooCostlyError extends Error {
  override readonly name = 'SubmitTooCostlyError'
  constructor(gas: number) {
    super(
      `Submitting takes up to ${gas} gas; a transaction may use ${GAS_LIMIT}. Use smaller shards, or fewer of them a member where there is a commit phase.`,
    )
  }
}
