/**
 * The words of a model by shard, and the hashes that the chain keeps of them: `hash_s = keccak256(words of shard s)`, and
 * of the whole model `keccak256(hash_0 ‖ hash_1 ‖ …)`, or `hash_0` where there is one shard.
 *
 * With several shards each begins at a whole word, so that the words of all shards, one after the other, are the words of
 * the model. What is sealed is written in pieces of {@link PIECE_WORDS} words, counted within the shard. Twin of
 * `direct/model/Words.sol`; vectors in `vectors/words.json`.
 *
 * @example
 * ```ts
 * import { modelHash, packModel, pieceCount, shardHashes, shardWordCount, wordsOfShard } from '@tutti/core'
 *
 * const shape = { dimension: 96, shardSize: 64, laneBits: 16 }
 * const words = packModel(new Int32Array(96), 16)
 * shardWordCount(shape, 1) // → 2
 * wordsOfShard(words, shape, 1).length // → 64
 * const hashes = shardHashes(words, shape)
 * modelHash(hashes.slice(0, 1)) // → hashes[0]
 * pieceCount(1_591) // → 3
 * ```
 */
import { concat, fromHex, type Hex, keccak256 } from '../arithmetic/hex.ts'
import { type ShardRange, shardCount, shardRange, type Terms } from '../terms/terms.ts'
import { ModelLengthError, wordsFor } from './lanes.ts'

/** What of the terms says how a model lies in words. */
export type WordShape = Pick<Terms, 'dimension' | 'shardSize' | 'laneBits'>

/** Words of a piece of sealed code: what a contract of 24,576 bytes holds beside {@link PIECE_HEAD_BYTES}. */
export const PIECE_WORDS = 767

/** Bytes of a piece before its words: one that stops it from being run, and the address of the piece before it. */
export const PIECE_HEAD_BYTES = 21

/** Most words of a network behind those of a model in its last piece: five layers. */
export const MAX_TAIL_WORDS = 8

/** Words of the whole model. */
export function modelWordCount({ dimension, laneBits }: Pick<WordShape, 'dimension' | 'laneBits'>): number {
  return wordsFor(dimension, laneBits)
}

/**
 * Words of a shard.
 *
 * @throws `UnknownShardError`
 */
export function shardWordCount(shape: WordShape, shard: number): number {
  return wordsFor(shardRange(shape, shard).length, shape.laneBits)
}

/**
 * The words of a shard within those of the model: `[start, start + length)`.
 *
 * @throws `UnknownShardError`
 */
export function shardWordRange(shape: WordShape, shard: number): ShardRange {
  const { start, length } = shardRange(shape, shard)
  return { start: wordsFor(start, shape.laneBits), length: wordsFor(length, shape.laneBits) }
}

/**
 * The words of one shard, out of those of the whole model (`packModel`); a view, not a copy.
 *
 * @param words - 32 bytes each, all shards one after the other.
 * @throws `ModelLengthError`, `UnknownShardError`
 */
export function wordsOfShard(words: Uint8Array, shape: WordShape, shard: number): Uint8Array {
  const expected = 32 * modelWordCount(shape)
  if (words.length !== expected) throw new ModelLengthError(words.length, expected, shape.dimension)
  const { start, length } = shardWordRange(shape, shard)
  return words.subarray(32 * start, 32 * (start + length))
}

/**
 * keccak256 of each shard's words: what the aggregator keeps, and what `setup.hashes` holds of a given start.
 *
 * @param words - Of the whole model.
 * @throws `ModelLengthError`
 */
export function shardHashes(words: Uint8Array, shape: WordShape): Hex[] {
  return Array.from({ length: shardCount(shape) }, (_, shard) => keccak256(wordsOfShard(words, shape, shard)))
}

/** Hash of the whole model, of its shards' hashes in order: `keccak256(hash_0 ‖ hash_1 ‖ …)`; the hash of the one shard. */
export function modelHash(hashes: readonly Hex[]): Hex {
  return hashes.length === 1 ? hashes[0]! : keccak256(concat(hashes.map(fromHex)))
}

/** Pieces of sealed code that so many words of a shard take: `⌈words / 767⌉`. */
export function pieceCount(words: number): number {
  return Math.ceil(words / PIECE_WORDS)
}
