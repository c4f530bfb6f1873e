/**
 * Lanes: many signed integers in one 256-bit word, added by one addition.
 *
 * A word is `Σ_j v_j · 2^(laneBits·j) mod 2^256`. A model is stored biased: `word + BIAS`, so that each field of
 * `laneBits` bits is `v_j + 2^(laneBits−1)` and a stored word is never zero. Lane 0 is the least significant.
 * Twin of `direct/lanes/Lanes.sol`; vectors in `vectors/lanes.json`.
 *
 * @example
 * ```ts
 * import { lanesPerWord, packModel, unpackModel, wordsFor } from '@tutti/core'
 *
 * lanesPerWord(16) // → 16
 * wordsFor(151 * 16, 16) // → 151
 * const words = packModel(Int32Array.of(3, -2), 16)
 * words.length // → 32
 * unpackModel(words, 16, 2) // → Int32Array.of(3, -2)
 * ```
 */

const WORD_BYTES = 32

/**
 * Lanes in a word: `256 / laneBits`.
 *
 * @param laneBits - Width of a lane: 16 or 32.
 * @throws {@link UnsupportedLaneBitsError}
 */
export function lanesPerWord(laneBits: number): number {
  if (laneBits !== 16 && laneBits !== 32) throw new UnsupportedLaneBitsError(laneBits)
  return 256 / laneBits
}

/** Words that hold `length` lanes: `⌈length / lanesPerWord⌉`. */
export function wordsFor(length: number, laneBits: number): number {
  return Math.ceil(length / lanesPerWord(laneBits))
}

/**
 * Packs integers as stored words: 32 big-endian bytes each, biased, the lanes beyond the last integer 0.
 *
 * @param values - Model integers, shape [length], each in `[−2^(laneBits−1), 2^(laneBits−1))`.
 * @returns `⌈length / lanesPerWord⌉ · 32` bytes: what the contract's `model` returns for a shard.
 * @throws {@link UnsupportedLaneBitsError}, {@link LaneRangeError}
 */
export function packModel(values: Int32Array, laneBits: number): Uint8Array {
  const lanes = lanesPerWord(laneBits)
  const words = wordsFor(values.length, laneBits)
  const bytes = new Uint8Array(words * WORD_BYTES)
  const view = new DataView(bytes.buffer)
  const width = laneBits / 8
  const half = 2 ** (laneBits - 1)
  for (let w = 0, p = 0; w < words; w++) {
    for (let j = 0; j < lanes; j++, p++) {
      const value = p < values.length ? values[p]! : 0
      if (value < -half || value >= half) throw new LaneRangeError(p, value, laneBits)
      const offset = (w + 1) * WORD_BYTES - (j + 1) * width
      if (width === 2) view.setUint16(offset, value + half)
      else view.setUint32(offset, value + half)
    }
  }
  return bytes
}

/**
 * Unpacks stored words: the inverse of {@link packModel}.
 *
 * @param bytes - `⌈length / lanesPerWord⌉ · 32` bytes, big-endian words, biased.
 * @param length - Integers to read.
 * @returns Integers, shape [length].
 * @throws {@link UnsupportedLaneBitsError}, {@link ModelLengthError}, {@link ModelPaddingError}
 */
export function unpackModel(bytes: Uint8Array, laneBits: number, length: number): Int32Array {
  const lanes = lanesPerWord(laneBits)
  const words = wordsFor(length, laneBits)
  if (bytes.length !== words * WORD_BYTES) throw new ModelLengthError(bytes.length, words * WORD_BYTES, length)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const width = laneBits / 8
  const half = 2 ** (laneBits - 1)
  const values = new Int32Array(length)
  for (let w = 0, p = 0; w < words; w++) {
    for (let j = 0; j < lanes; j++, p++) {
      const offset = (w + 1) * WORD_BYTES - (j + 1) * width
      const value = (width === 2 ? view.getUint16(offset) : view.getUint32(offset)) - half
      if (p < length) values[p] = value
      else if (value !== 0) throw new ModelPaddingError(p, value)
    }
  }
  return values
}

/** A lane width that the direct path does not know. */
export class UnsupportedLaneBitsError extends Error {
  override readonly name = 'UnsupportedLaneBitsError'
  readonly laneBits: number
  constructor(laneBits: number) {
    super(`A lane of ${laneBits} bits is not supported. Use 16 or 32.`)
    this.laneBits = laneBits
  }
}

/** More lanes than a word holds. */
export class TooManyLanesError extends Error {
  override readonly name = 'TooManyLanesError'
  readonly count: number
  constructor(count: number, laneBits: number) {
    super(
      `${count} lanes do not fit one word, which holds ${256 / laneBits} of ${laneBits} bits. Split them into words.`,
    )
    this.count = count
  }
}

/** An integer that its lane cannot hold. */
export class LaneRangeError extends Error {
  override readonly name = 'LaneRangeError'
  readonly index: number
  readonly value: number
  constructor(index: number, value: number, laneBits: number) {
    super(
      `Value ${value} at index ${index} does not fit a lane of ${laneBits} bits (−2^${laneBits - 1} to 2^${laneBits - 1} − 1). Use wider lanes or a larger step.`,
    )
    this.index = index
    this.value = value
  }
}

/** The bytes of a model are not as many as its length demands. */
export class ModelLengthError extends Error {
  override readonly name = 'ModelLengthError'
  readonly bytes: number
  readonly expected: number
  constructor(bytes: number, expected: number, length: number) {
    super(
      `Model has ${bytes} bytes; ${length} integers take ${expected}. Check shard and lane width against the federation's terms.`,
    )
    this.bytes = bytes
    this.expected = expected
  }
}

/** A lane beyond the last parameter is not 0. */
export class ModelPaddingError extends Error {
  override readonly name = 'ModelPaddingError'
  readonly index: number
  readonly value: number
  constructor(index: number, value: number) {
    super(`Lane ${index} lies beyond the model and holds ${value} instead of 0. The bytes are not this model's words.`)
    this.index = index
    this.value = value
  }
}
