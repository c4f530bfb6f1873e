/**
 * The words of a blob in 32-bit limbs: the arithmetic of `field-lanes.ts` where packing and reading must not be what one
 * waits for.
 *
 * @example
 * ```ts
 * import { BLOB_BYTES, BLOB_WORDS } from '@tutti/core'
 *
 * BLOB_BYTES / BLOB_WORDS // → 32
 * ```
 */
import { FIELD_MODULUS, fieldLanesPerWord } from './field-lanes.ts'

/** Field elements in a blob. */
export const BLOB_WORDS = 4096

/** Bytes of a blob. */
export const BLOB_BYTES = BLOB_WORDS * 32

/** Limbs of a word, the least significant first. */
export const LIMBS = 8

const LIMB_SPAN = 2 ** 32

/** Writes the lowest `laneBits` bits of an integer at `bit`; returns −1 if it was negative, which the next lane owes. */
export function putLane(limbs: Uint32Array, bit: number, laneBits: number, value: number): number {
  const field = value & (-1 >>> (32 - laneBits))
  const limb = bit >>> 5
  const shift = bit & 31
  limbs[limb] = limbs[limb]! | (field << shift)
  if (shift + laneBits > 32) limbs[limb + 1] = limbs[limb + 1]! | (field >>> (32 - shift))
  return value < 0 ? -1 : 0
}

/** How reading a word went. */
export const Reading = { Fine: 0, NotCanonical: 1, OutOfRange: 2 } as const

/**
 * Reads a word of a blob into lanes and says how that went. Of a word out of packing range the lanes are read all the
 * same, as `readFieldWord` defines it; of one that is no field element none are.
 */
export type ReadWord = (word: number, lanes: Int32Array) => number

/**
 * A function that reads word after word of a blob into lanes.
 *
 * @throws {@link BlobLengthError}, `FieldLaneBitsError`
 */
export function wordReader(blob: Uint8Array, laneBits: number): ReadWord {
  if (blob.length !== BLOB_BYTES) throw new BlobLengthError(blob.length)
  const count = fieldLanesPerWord(laneBits)
  const bits = laneBits * count
  const view = new DataView(blob.buffer, blob.byteOffset, blob.byteLength)
  const modulus = limbsOf(FIELD_MODULUS)
  const limbs = new Uint32Array(LIMBS)
  const half = 2 ** (laneBits - 1)
  const bias = new Uint32Array(LIMBS)
  for (let j = 0; j < count; j++) putLane(bias, laneBits * j, laneBits, half)
  const mask = -1 >>> (32 - laneBits)
  return (word, lanes) => {
    const at = word * 32
    for (let i = 0; i < LIMBS; i++) limbs[i] = view.getUint32(at + 28 - 4 * i)
    if (isAtLeast(limbs, modulus)) return Reading.NotCanonical
    addLimbs(limbs, bias)
    if (isAtLeast(limbs, modulus)) subtractLimbs(limbs, modulus)
    for (let j = 0, bit = 0; j < count; j++, bit += laneBits) {
      const limb = bit >>> 5
      const shift = bit & 31
      let field = limbs[limb]! >>> shift
      if (shift + laneBits > 32) field |= limbs[limb + 1]! << (32 - shift)
      lanes[j] = ((field & mask) >>> 0) - half
    }
    if (limbs[bits >>> 5]! >>> (bits & 31) !== 0) return Reading.OutOfRange
    for (let i = (bits >>> 5) + 1; i < LIMBS; i++) if (limbs[i] !== 0) return Reading.OutOfRange
    return Reading.Fine
  }
}

/** Little-endian limbs of an integer below 2^256. */
export function limbsOf(value: bigint): Uint32Array {
  return Uint32Array.from({ length: LIMBS }, (_, i) => Number(BigInt.asUintN(32, value >> BigInt(32 * i))))
}

/** `limbs ← limbs + other`, modulo 2^256. */
export function addLimbs(limbs: Uint32Array, other: Uint32Array): void {
  for (let i = 0, carry = 0; i < LIMBS; i++) {
    const sum = limbs[i]! + other[i]! + carry
    limbs[i] = sum
    carry = sum >= LIMB_SPAN ? 1 : 0
  }
}

function subtractLimbs(limbs: Uint32Array, other: Uint32Array): void {
  for (let i = 0, borrow = 0; i < LIMBS; i++) {
    const difference = limbs[i]! - other[i]! - borrow
    limbs[i] = difference
    borrow = difference < 0 ? 1 : 0
  }
}

function isAtLeast(limbs: Uint32Array, other: Uint32Array): boolean {
  for (let i = LIMBS - 1; i >= 0; i--) if (limbs[i] !== other[i]) return limbs[i]! > other[i]!
  return true
}

/** A blob of the wrong size. */
export class BlobLengthError extends Error {
  override readonly name = 'BlobLengthError'
  readonly bytes: number
  constructor(bytes: number) {
    super(`A blob has ${BLOB_BYTES} bytes; this one has ${bytes}. Fetch it again from elsewhere.`)
    this.bytes = bytes
  }
}
