/**
 * Blobs: 4,096 field elements of 32 big-endian bytes, each a word of lanes, and vectors to and from them.
 *
 * A word's sum of lanes is negative exactly if a borrow is left over after its highest lane; then r is added.
 *
 * @see EIP-4844
 * @example
 * ```ts
 * import { blobsFor, findFault, packBlobs, parametersPerBlob } from '@tutti/core'
 *
 * parametersPerBlob(16) // → 61440
 * blobsFor(1_663_370, 16) // → 28
 * const blobs = packBlobs(Int8Array.of(3, -2, 0), { laneBits: 16 })
 * blobs.length // → 1
 * findFault(blobs[0]!, { laneBits: 16, bits: 4, used: 3 }) // → undefined
 * ```
 */
import { sha256 } from '@noble/hashes/sha2.js'
import { type Hex, toHex } from '../arithmetic/hex.ts'
import { LaneRangeError } from '../direct/lanes.ts'
import { shardRange, type Terms } from '../terms/terms.ts'
import { FIELD_MODULUS, fieldLanesPerWord } from './field-lanes.ts'
import { addLimbs, BLOB_BYTES, BLOB_WORDS, LIMBS, limbsOf, putLane, Reading, wordReader } from './word-limbs.ts'

/** The most blobs one transaction carries (EIP-7594). */
export const BLOBS_PER_TRANSACTION = 6

/** Width of a lane; `fieldLanesPerWord` of them make a word. */
export type BlobWidths = { readonly laneBits: number }

/**
 * Parameters that a blob holds: `4096 · ⌊253 / laneBits⌋`.
 *
 * @throws `FieldLaneBitsError`
 */
export function parametersPerBlob(laneBits: number): number {
  return BLOB_WORDS * fieldLanesPerWord(laneBits)
}

/** Blobs that hold `length` parameters: `⌈length / parametersPerBlob⌉`. */
export function blobsFor(length: number, laneBits: number): number {
  return Math.ceil(length / parametersPerBlob(laneBits))
}

/** How a shard lies in blobs. */
export type ShardBlobs = {
  /** First parameter of the shard in the model. */
  readonly start: number
  /** Parameters of the shard. */
  readonly length: number
  /** Parameters that each blob holds: all full but the last. What lies beyond is zero. */
  readonly lengths: readonly number[]
}

/**
 * The blobs of a shard: parameter q of it lies in blob `⌊q/B⌋`, word `⌊(q mod B)/L⌋`, lane `q mod L`, with L lanes a
 * word and B = 4096·L.
 *
 * @throws `UnknownShardError`, `FieldLaneBitsError`
 */
export function shardBlobs(terms: Pick<Terms, 'dimension' | 'shardSize' | 'laneBits'>, shard: number): ShardBlobs {
  const { start, length } = shardRange(terms, shard)
  const capacity = parametersPerBlob(terms.laneBits)
  const lengths = Array.from({ length: blobsFor(length, terms.laneBits) }, (_, blob) =>
    Math.min(capacity, length - blob * capacity),
  )
  return { start, length, lengths }
}

/**
 * Packs integers into as many blobs as they need, the lanes beyond the last integer 0.
 *
 * @param values - Shape [length], each in `[−2^(laneBits−1), 2^(laneBits−1))`.
 * @returns `blobsFor(length)` blobs, every word canonical.
 * @throws `FieldLaneBitsError`, `LaneRangeError` with the index in `values`
 */
export function packBlobs(values: Int32Array | Int8Array, { laneBits }: BlobWidths): Uint8Array[] {
  const lanes = fieldLanesPerWord(laneBits)
  const capacity = BLOB_WORDS * lanes
  const raise = limbsOf(FIELD_MODULUS - (1n << BigInt(laneBits * lanes)))
  const half = 2 ** (laneBits - 1)
  const limbs = new Uint32Array(LIMBS)
  const blobs: Uint8Array[] = []
  for (let first = 0; first < values.length; first += capacity) {
    const blob = new Uint8Array(BLOB_BYTES)
    const view = new DataView(blob.buffer)
    const end = Math.min(first + capacity, values.length)
    for (let p = first, at = 0; p < end; at += 32) {
      limbs.fill(0)
      const count = Math.min(lanes, end - p)
      let borrow = 0
      for (let j = 0, bit = 0; j < count; j++, p++, bit += laneBits) {
        const value = values[p]!
        if (value < -half || value >= half) throw new LaneRangeError(p, value, laneBits)
        borrow = putLane(limbs, bit, laneBits, value + borrow)
      }
      for (let j = count, bit = count * laneBits; borrow !== 0 && j < lanes; j++, bit += laneBits) {
        putLane(limbs, bit, laneBits, -1)
      }
      if (borrow !== 0) addLimbs(limbs, raise)
      for (let i = 0; i < LIMBS; i++) view.setUint32(at + 28 - 4 * i, limbs[i]!)
    }
    blobs.push(blob)
  }
  return blobs
}

/** What is wrong with a word: see {@link findFault}. */
export type BlobFault =
  /** The word is not below the modulus: not a blob at all, and refused by every node of the chain. */
  | { readonly kind: 'canonical'; readonly word: number }
  /** The word is out of packing range: no lanes give it. */
  | { readonly kind: 'packing'; readonly word: number }
  /** A lane is larger than an update's integers may be. */
  | { readonly kind: 'bound'; readonly word: number; readonly lane: number }
  /** A lane beyond the last parameter is not zero. */
  | { readonly kind: 'padding'; readonly word: number; readonly lane: number }

/**
 * Finds the first fault in a blob of an update: a word out of packing range, a lane outside
 * `[−2^(bits−1), 2^(bits−1) − 1]`, or a lane beyond `used` that is not zero.
 *
 * @param blob - 131,072 bytes.
 * @param options.used - Parameters that the blob holds: see {@link shardBlobs}.
 * @returns The first faulty word, with its first faulty lane where the lanes can be read; undefined if it is faultless.
 * @throws {@link BlobLengthError}, `FieldLaneBitsError`
 */
export function findFault(
  blob: Uint8Array,
  { laneBits, bits, used }: BlobWidths & { readonly bits: number; readonly used: number },
): BlobFault | undefined {
  const lanes = new Int32Array(fieldLanesPerWord(laneBits))
  const highest = 2 ** (bits - 1) - 1
  const read = wordReader(blob, laneBits)
  for (let word = 0, p = 0; word < BLOB_WORDS; word++, p += lanes.length) {
    const reading = read(word, lanes)
    if (reading === Reading.NotCanonical) return { kind: 'canonical', word }
    if (reading === Reading.OutOfRange) return { kind: 'packing', word }
    for (let lane = 0; lane < lanes.length; lane++) {
      const value = lanes[lane]!
      if (p + lane >= used) {
        if (value !== 0) return { kind: 'padding', word, lane }
      } else if (value > highest || value < -highest - 1) return { kind: 'bound', word, lane }
    }
  }
  return undefined
}

/**
 * What the chain calls a blob by: `0x01 ‖ sha256(commitment)[1:]`.
 *
 * @param commitment - Compressed KZG commitment, 48 bytes.
 * @see EIP-4844 `kzg_to_versioned_hash`
 */
export function versionedHash(commitment: Uint8Array): Hex {
  const hash = sha256(commitment)
  hash[0] = 0x01
  return toHex(hash)
}
