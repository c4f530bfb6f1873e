/**
 * Lanes and the sum rule on whole 256-bit words, as the contract has them: what the tests hold the plain integers of
 * `lanes.ts` and `aggregate.ts` against.
 */
import type { CodecWidths } from '../../src/direct/codec.ts'
import { LaneRangeError, lanesPerWord, TooManyLanesError, wordsFor } from '../../src/direct/lanes.ts'
import { largestUpdate } from '../../src/terms/bits.ts'

/**
 * The bias that turns a word into fields one can read: `Σ_j 2^(laneBits−1) · 2^(laneBits·j)`.
 *
 * @throws {@link UnsupportedLaneBitsError}
 */
export function wordBias(laneBits: number): bigint {
  let bias = 0n
  for (let j = 0; j < lanesPerWord(laneBits); j++) bias |= 1n << BigInt(laneBits * j + laneBits - 1)
  return bias
}

/**
 * Packs lanes into a word: `Σ_j lanes[j] · 2^(laneBits·j) mod 2^256`. Missing lanes are 0.
 *
 * @param lanes - At most `lanesPerWord` integers, each in `[−2^(laneBits−1), 2^(laneBits−1))`.
 * @throws {@link UnsupportedLaneBitsError}, {@link TooManyLanesError}, {@link LaneRangeError}
 */
export function toWord(lanes: ArrayLike<number>, laneBits: number): bigint {
  const limit = 2 ** (laneBits - 1)
  if (lanes.length > lanesPerWord(laneBits)) throw new TooManyLanesError(lanes.length, laneBits)
  let word = 0n
  for (let j = 0; j < lanes.length; j++) {
    const value = lanes[j]!
    if (!Number.isInteger(value) || value < -limit || value >= limit) throw new LaneRangeError(j, value, laneBits)
    word += BigInt(value) << BigInt(laneBits * j)
  }
  return BigInt.asUintN(256, word)
}

/**
 * Reads the lanes of a word in the Σ form: adds the bias, then takes each field less `2^(laneBits−1)`.
 * (Shifting before the bias is added is wrong whenever a lower lane is negative.)
 *
 * @param word - Integer modulo 2^256.
 * @returns Lanes, shape [lanesPerWord].
 * @throws {@link UnsupportedLaneBitsError}
 */
export function fromWord(word: bigint, laneBits: number): Int32Array {
  const lanes = new Int32Array(lanesPerWord(laneBits))
  const biased = BigInt.asUintN(256, word + wordBias(laneBits))
  const half = 2 ** (laneBits - 1)
  for (let j = 0; j < lanes.length; j++) {
    lanes[j] = Number(BigInt.asUintN(laneBits, biased >> BigInt(laneBits * j))) - half
  }
  return lanes
}

/**
 * The same on whole words: each payload word is turned to offset binary by one XOR, spread into lane words by one
 * shift and one mask each, added over the members; then the bias is subtracted once and the gain multiplied in.
 *
 * @param stored - Stored (biased) words of the shard, shape [⌈length / lanes⌉].
 * @param payloads - One a member, as words, shape [⌈length / (256/bits)⌉].
 * @param options.length - Parameters in the shard.
 * @returns Stored words after it.
 */
export function aggregateWords(
  stored: readonly bigint[],
  payloads: readonly (readonly bigint[])[],
  { bits, laneBits, length, gain }: CodecWidths & { readonly length: number; readonly gain: number },
): bigint[] {
  const width = BigInt(bits)
  const signs = repeated(1n << (width - 1n), bits)
  const fields = repeated((1n << width) - 1n, laneBits)
  const scale = bits === 1 ? 2n : 1n
  const members = BigInt(payloads.length)
  const offset = members * BigInt(largestUpdate(bits))
  const lanes = lanesPerWord(laneBits)
  const blocks = laneBits / bits

  const bias = wordBias(laneBits)
  return stored.slice(0, wordsFor(length, laneBits)).map((word, w) => {
    const shift = width * BigInt(w % blocks)
    let sum = 0n
    for (const payload of payloads) sum += ((payload[Math.floor(w / blocks)]! ^ signs) >> shift) & fields
    // Lanes beyond the shard are zero bits, which one-bit updates read as +1: they are masked out of sum and offset.
    const inside = repeatedBelow(Math.min(lanes, length - w * lanes), laneBits)
    const output = scale * (sum & (inside * ((1n << BigInt(laneBits)) - 1n))) - inside * offset
    return BigInt.asUintN(256, BigInt.asUintN(256, word - bias) + BigInt(gain) * output + bias)
  })
}

/** `field` at every multiple of `width` bits. */
function repeated(field: bigint, width: number): bigint {
  return field * repeatedBelow(256 / width, width)
}

/** 1 at the lowest `count` multiples of `width` bits. */
function repeatedBelow(count: number, width: number): bigint {
  let word = 0n
  for (let j = 0; j < count; j++) word |= 1n << BigInt(width * j)
  return word
}
