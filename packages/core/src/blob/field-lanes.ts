/**
 * Lanes of the blob path: many signed integers in one element of the BLS12-381 scalar field, added by one addition.
 *
 * A word is `Σ_j v_j · 2^(laneBits·j) mod r`. Reading: `u = (word + BIAS) mod r`, `BIAS = Σ_j 2^(laneBits−1)·2^(laneBits·j)`;
 * the word is in packing range iff `u < 2^(laneBits·L)`, and then each field of u less `2^(laneBits−1)` is a lane.
 * These are the definitions, in plain integers; `blob.ts` does the same to whole blobs in limbs. Twin of
 * `blob/FieldLanes.sol`.
 *
 * @example
 * ```ts
 * import { FIELD_MODULUS, fieldLanesPerWord, fromFieldWord, toFieldWord } from '@tutti/core'
 *
 * fieldLanesPerWord(16) // → 15
 * const sum = (toFieldWord([3, -2], 16) + toFieldWord([1, 5], 16)) % FIELD_MODULUS
 * fromFieldWord(sum, 16)?.subarray(0, 2) // → Int32Array.of(4, 3)
 * ```
 */
import { LaneRangeError, TooManyLanesError } from '../direct/lanes.ts'

/** Order r of the BLS12-381 scalar field: what blob words are taken modulo (EIP-4844 `BLS_MODULUS`). */
export const FIELD_MODULUS = 0x73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001n

/** Bits of a word that lanes may fill: any value of 253 bits, and its negative, is told apart modulo r. */
const FIELD_BITS = 253

/**
 * Lanes in a field element: `⌊253 / laneBits⌋`.
 *
 * @param laneBits - Width of a lane: 8 to 32.
 * @throws {@link FieldLaneBitsError}
 */
export function fieldLanesPerWord(laneBits: number): number {
  if (!Number.isInteger(laneBits) || laneBits < 8 || laneBits > 32) throw new FieldLaneBitsError(laneBits)
  return Math.floor(FIELD_BITS / laneBits)
}

/**
 * The bias that turns a word into fields one can read: `Σ_j 2^(laneBits−1) · 2^(laneBits·j)`.
 *
 * @throws {@link FieldLaneBitsError}
 */
export function fieldBias(laneBits: number): bigint {
  let bias = 0n
  for (let j = 0; j < fieldLanesPerWord(laneBits); j++) bias |= 1n << BigInt(laneBits * j + laneBits - 1)
  return bias
}

/**
 * Packs lanes into a field element: `Σ_j lanes[j] · 2^(laneBits·j) mod r`. Missing lanes are 0.
 *
 * @param lanes - At most `fieldLanesPerWord` integers, each in `[−2^(laneBits−1), 2^(laneBits−1))`.
 * @returns The canonical representative, `0 ≤ word < r`.
 * @throws {@link FieldLaneBitsError}, `TooManyLanesError`, `LaneRangeError`
 */
export function toFieldWord(lanes: ArrayLike<number>, laneBits: number): bigint {
  const limit = 2 ** (laneBits - 1)
  if (lanes.length > fieldLanesPerWord(laneBits)) throw new TooManyLanesError(lanes.length, laneBits)
  let word = 0n
  for (let j = 0; j < lanes.length; j++) {
    const value = lanes[j]!
    if (!Number.isInteger(value) || value < -limit || value >= limit) throw new LaneRangeError(j, value, laneBits)
    word += BigInt(value) << BigInt(laneBits * j)
  }
  return word < 0n ? word + FIELD_MODULUS : word
}

/**
 * Reads the lanes of a field element: the inverse of {@link toFieldWord}.
 *
 * @param word - Integer in `[0, r)`.
 * @returns Lanes, shape [fieldLanesPerWord]; undefined if the word is out of packing range: no lanes give it.
 * @throws {@link FieldLaneBitsError}, {@link NotCanonicalError}
 */
export function fromFieldWord(word: bigint, laneBits: number): Int32Array | undefined {
  const bits = BigInt(laneBits * fieldLanesPerWord(laneBits))
  const lanes = readFieldWord(word, laneBits)
  return biasedWord(word, laneBits) >> bits === 0n ? lanes : undefined
}

/**
 * Reads the lanes of any field element: of one in packing range those that give it, of any other the same fields of
 * `(word + BIAS) mod r`, what lies above the highest lane left out. So a word `packed + k · 2^(laneBits·L)` reads as
 * `packed` does, as long as nothing passes r.
 *
 * A fault that nobody proved in time is part of the model for good: sums are taken of words, modulo r, as the contract
 * takes them of commitments, and only then read.
 *
 * @param word - Integer in `[0, r)`.
 * @returns Lanes, shape [fieldLanesPerWord].
 * @throws {@link FieldLaneBitsError}, {@link NotCanonicalError}
 */
export function readFieldWord(word: bigint, laneBits: number): Int32Array {
  const lanes = new Int32Array(fieldLanesPerWord(laneBits))
  const biased = biasedWord(word, laneBits)
  const half = 2 ** (laneBits - 1)
  for (let j = 0; j < lanes.length; j++) {
    lanes[j] = Number(BigInt.asUintN(laneBits, biased >> BigInt(laneBits * j))) - half
  }
  return lanes
}

function biasedWord(word: bigint, laneBits: number): bigint {
  if (word < 0n || word >= FIELD_MODULUS) throw new NotCanonicalError()
  return (word + fieldBias(laneBits)) % FIELD_MODULUS
}

/** A lane width that the blob path does not know. */
export class FieldLaneBitsError extends Error {
  override readonly name = 'FieldLaneBitsError'
  readonly laneBits: number
  constructor(laneBits: number) {
    super(`A lane of ${laneBits} bits is not supported in blobs. Use 8 to 32.`)
    this.laneBits = laneBits
  }
}

/** An integer that is no field element. */
export class NotCanonicalError extends Error {
  override readonly name = 'NotCanonicalError'
  readonly word: number | undefined
  constructor(word?: number) {
    const which = word === undefined ? 'The word' : `Word ${word} of the blob`
    super(`${which} is not below the modulus of the field, so these bytes are no blob. Fetch it again from elsewhere.`)
    this.word = word
  }
}
