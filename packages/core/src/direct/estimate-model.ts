/**
 * Upper bounds on the transactions that write a model as a whole: `initialise`, one a shard, and `seal`, which puts words
 * into code. The contracts need none of them: whatever fits an aggregation fits these.
 *
 * @example
 * ```ts
 * import { estimateInitialise, estimateSeal, GAS_LIMIT, isWithinLimits } from '@tutti/core'
 *
 * isWithinLimits(estimateInitialise({ length: 25_450, laneBits: 16, isGiven: true })) // → true
 * const seal = estimateSeal({ words: 1_591, writtenWords: 1_591 })
 * seal.gas < GAS_LIMIT // → true
 * ```
 */
import { ENVELOPE_BYTES, memoryGas, type TransactionBound, transactionGas } from './estimate.ts'
import { wordsFor } from './lanes.ts'
import { MAX_TAIL_WORDS, PIECE_HEAD_BYTES, PIECE_WORDS, pieceCount } from './words.ts'

/** Calldata of `initialise` and of `seal` beside the words. */
const WRITE_HEAD_BYTES = 256
/** Measured with few tensors, on which the gas of a seeded start depends a little. */
const INITIALISE_GAS = 200_000
/** Of a word of an initial model that is drawn from the seed, hashed and logged; of one that is checked lane by lane. */
const INITIAL_WORD_GAS = 520
const GIVEN_WORD_GAS = 1_060
const SEAL_GAS = 150_000
/** Of a piece beside its code: CREATE (32,000), the new slot of its address, the copy to memory. */
const PIECE_GAS = 75_000
/** Of a byte of code (EIP-170's price since Homestead). */
const CODE_BYTE_GAS = 200

/** The transaction that initialises one shard. */
export type InitialiseSize = {
  /** Parameters of the shard. */
  readonly length: number
  readonly laneBits: number
  /** Whether the words are handed in. */
  readonly isGiven: boolean
}

/** The transaction that seals some pieces of one shard. */
export type SealSize = {
  /** Words of the shard, all of which are handed in. */
  readonly words: number
  /** Words of the pieces that are written. */
  readonly writtenWords: number
  /** Whether the last piece of the model is among them, which may hold the network as well. Default: it is not. */
  readonly isLast?: boolean
}

/** Bounds on the transaction that initialises one shard. */
export function estimateInitialise({ length, laneBits, isGiven }: InitialiseSize): TransactionBound {
  const words = wordsFor(length, laneBits)
  const calldata = (isGiven ? 32 * words : 0) + WRITE_HEAD_BYTES
  const execution = INITIALISE_GAS + words * (isGiven ? GIVEN_WORD_GAS : INITIAL_WORD_GAS) + 2 * memoryGas(words)
  return { gas: transactionGas(calldata, execution), bytes: calldata + ENVELOPE_BYTES }
}

/**
 * Bytes of code of sealed words.
 *
 * @param isLast - Whether they end the model: then as many more as a network may take behind them.
 */
export function sealedBytes(words: number, isLast = false): number {
  return 32 * words + PIECE_HEAD_BYTES * pieceCount(words) + (isLast ? 32 * MAX_TAIL_WORDS : 0)
}

/**
 * Bounds on the transaction that seals pieces of a shard.
 *
 * @param codeByteGas - Of a byte of code on the chain at hand; 200 from Homestead to Osaka.
 */
export function estimateSeal({ words, writtenWords, isLast }: SealSize, codeByteGas = CODE_BYTE_GAS): TransactionBound {
  const calldata = 32 * words + WRITE_HEAD_BYTES
  const pieces = pieceCount(writtenWords)
  const execution =
    SEAL_GAS +
    pieces * PIECE_GAS +
    sealedBytes(writtenWords, isLast) * codeByteGas +
    memoryGas(words) +
    pieces * memoryGas(PIECE_WORDS)
  return { gas: transactionGas(calldata, execution), bytes: calldata + ENVELOPE_BYTES }
}
