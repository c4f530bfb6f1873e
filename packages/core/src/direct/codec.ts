/**
 * The payload of an update: `bits`-wide two's-complement integers, `256 / bits` a word, so laid out that the contract
 * spreads a word into lanes with one shift and one mask each.
 *
 * Parameter p lies in word `⌊p/V⌋`, V = 256/bits; with q = p mod V, lane j = q mod L of lane word i = ⌊q/L⌋, at bits
 * `[laneBits·j + bits·i, +bits)`. A zero value costs zero bits. One bit means a sign: 0 is +1, 1 is −1.
 * Twin of `direct/lanes/Codec.sol`; vectors in `vectors/codec.json`.
 *
 * @example
 * ```ts
 * import { packUpdate, payloadBytes, unpackUpdate } from '@tutti/core'
 *
 * const widths = { bits: 4, laneBits: 16 }
 * const payload = packUpdate(Int8Array.of(7, -8, 0), widths)
 * payload.length // → 32
 * unpackUpdate(payload, { ...widths, length: 3 }) // → Int8Array.of(7, -8, 0)
 * payloadBytes(1_000, 2) // → 256
 * packUpdate(Int8Array.of(8), widths) // throws UpdateRangeError
 * ```
 */
import { checkBits, updateRange } from '../terms/bits.ts'
import { lanesPerWord } from './lanes.ts'

/** Widths of an update's integers and of the lanes they are added to. */
export type CodecWidths = { readonly bits: number; readonly laneBits: number }

const WORD_BYTES = 32

/**
 * Bytes of a payload: `⌈length / (256/bits)⌉ · 32`.
 *
 * @param length - Parameters in the shard.
 * @param bits - Width of an integer: 1, 2, 4 or 8.
 * @throws {@link UnsupportedBitsError}
 */
export function payloadBytes(length: number, bits: number): number {
  checkBits(bits)
  return Math.ceil(length / (256 / bits)) * WORD_BYTES
}

/**
 * Packs an update.
 *
 * @param values - Integers, shape [length], each within {@link updateRange}; ±1 for one bit.
 * @returns Payload of `payloadBytes(length, bits)` bytes, unused positions zero.
 * @throws {@link UpdateRangeError}, {@link UnsupportedBitsError}, `UnsupportedLaneBitsError`
 */
export function packUpdate(values: Int8Array, { bits, laneBits }: CodecWidths): Uint8Array {
  const { perWord, byteOf, shiftOf } = layout(bits, laneBits)
  const [lowest, highest] = updateRange(bits)
  const mask = 2 ** bits - 1
  const payload = new Uint8Array(payloadBytes(values.length, bits))
  for (let start = 0, word = 0; start < values.length; start += perWord, word += WORD_BYTES) {
    const count = Math.min(perWord, values.length - start)
    for (let q = 0; q < count; q++) {
      const value = values[start + q]!
      if (value < lowest || value > highest || (bits === 1 && value === 0)) {
        throw new UpdateRangeError(start + q, value, bits)
      }
      const field = bits === 1 ? (value < 0 ? 1 : 0) : value & mask
      const at = word + byteOf[q]!
      payload[at] = payload[at]! | (field << shiftOf[q]!)
    }
  }
  return payload
}

/** Fewer signs than these are equal by chance. */
const BLANK_SIGNS = 32

/**
 * Whether an update of a shard says nothing: all integers are zero or, with one bit and 32 parameters or more, equal. The
 * contract takes no update of which all shards are blank. Twin of `Codec.isBlank`.
 *
 * @param values - Integers, shape [length]; ±1 for one bit.
 */
export function isBlankUpdate(values: Int8Array, bits: number): boolean {
  if (bits === 1) return values.length >= BLANK_SIGNS && values.every((value) => value === values[0])
  return values.every((value) => value === 0)
}

/**
 * Unpacks an update: the inverse of {@link packUpdate}.
 *
 * @param bytes - Payload.
 * @param length - Parameters in the shard.
 * @returns Integers, shape [length].
 * @throws {@link PayloadLengthError}, {@link PaddingNotZeroError}, {@link UnsupportedBitsError}
 */
export function unpackUpdate(
  bytes: Uint8Array,
  { bits, laneBits, length }: CodecWidths & { readonly length: number },
): Int8Array {
  const { perWord, byteOf, shiftOf } = layout(bits, laneBits)
  const expected = payloadBytes(length, bits)
  if (bytes.length !== expected) throw new PayloadLengthError(bytes.length, expected, length)
  const mask = 2 ** bits - 1
  const signShift = 32 - bits
  const values = new Int8Array(length)
  for (let start = 0, word = 0; start < length; start += perWord, word += WORD_BYTES) {
    for (let q = 0; q < perWord; q++) {
      const field = (bytes[word + byteOf[q]!]! >> shiftOf[q]!) & mask
      if (start + q < length) values[start + q] = bits === 1 ? 1 - 2 * field : (field << signShift) >> signShift
      else if (field !== 0) throw new PaddingNotZeroError(word / WORD_BYTES, q)
    }
  }
  return values
}

/** Where position q of a word lies: its byte within the 32 (big-endian) and the shift within that byte. */
function layout(bits: number, laneBits: number): { perWord: number; byteOf: Uint8Array; shiftOf: Uint8Array } {
  checkBits(bits)
  const lanes = lanesPerWord(laneBits)
  const perWord = 256 / bits
  const byteOf = new Uint8Array(perWord)
  const shiftOf = new Uint8Array(perWord)
  for (let q = 0; q < perWord; q++) {
    const bit = laneBits * (q % lanes) + bits * Math.floor(q / lanes)
    byteOf[q] = WORD_BYTES - 1 - (bit >> 3)
    shiftOf[q] = bit & 7
  }
  return { perWord, byteOf, shiftOf }
}

/** A payload of the wrong length. */
export class PayloadLengthError extends Error {
  override readonly name = 'PayloadLengthError'
  readonly bytes: number
  readonly expected: number
  constructor(bytes: number, expected: number, length: number) {
    super(
      `Payload has ${bytes} bytes; a shard of ${length} parameters takes ${expected}. Check shard and bits in the terms.`,
    )
    this.bytes = bytes
    this.expected = expected
  }
}

/** A position beyond the shard's last parameter is not zero. */
export class PaddingNotZeroError extends Error {
  override readonly name = 'PaddingNotZeroError'
  readonly word: number
  readonly position: number
  constructor(word: number, position: number) {
    super(`Position ${position} of payload word ${word} lies beyond the shard and is not zero. Pack the update again.`)
    this.word = word
    this.position = position
  }
}

/** An integer that `bits` cannot hold. */
export class UpdateRangeError extends Error {
  override readonly name = 'UpdateRangeError'
  readonly index: number
  readonly value: number
  constructor(index: number, value: number, bits: number) {
    const range = bits === 1 ? 'either −1 or 1' : `−${2 ** (bits - 1)} to ${2 ** (bits - 1) - 1}`
    super(`Update value ${value} at index ${index} does not fit ${bits} bits (${range}). Quantise the update first.`)
    this.index = index
    this.value = value
  }
}
