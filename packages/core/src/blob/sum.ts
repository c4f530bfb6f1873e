/**
 * Sums of blobs, exact modulo r: what a commitment of the contract commits to, whatever the blobs hold.
 *
 * A sum is integers, as long as they give its words, and beside them the words that they do not give: strays. A fault
 * that nobody proved in time makes them (a word out of packing range, a lane beyond the last parameter, lanes that grew
 * over their width). Their integers are read by `readFieldWord`, and every later sum is taken of the words themselves.
 *
 * @example
 * ```ts
 * import { addBlobs, createBlobSum, packBlobs } from '@tutti/core'
 *
 * const terms = { dimension: 3, shardSize: 3, laneBits: 16 }
 * const sum = createBlobSum(terms)
 * for (const update of [Int8Array.of(1, -2, 3), Int8Array.of(4, 0, -3)]) {
 *   addBlobs(sum, { terms, shard: 0, blobs: packBlobs(update, terms), gain: 2 })
 * }
 * sum.values // → Int32Array.of(10, -4, 0)
 * sum.strays.size // → 0
 * ```
 */

import { fromBytes, toBytes32 } from '../arithmetic/hex.ts'
import { shardCount, type Terms } from '../terms/terms.ts'
import { packBlobs, parametersPerBlob, shardBlobs } from './blob.ts'
import { FIELD_MODULUS, fieldLanesPerWord, NotCanonicalError, readFieldWord, toFieldWord } from './field-lanes.ts'
import { BLOB_WORDS, Reading, wordReader } from './word-limbs.ts'

/** What of the terms a sum depends on. */
export type SumTerms = Pick<Terms, 'dimension' | 'shardSize' | 'laneBits'>

/** A model of the blob path. */
export type BlobSum = {
  /** Integers, shape [dimension], each within its lane. */
  values: Int32Array
  /** Words that the integers do not give, each in `[0, r)`, by place: blob of the model · 4,096 + word in the blob. */
  strays: Map<number, bigint>
}

/** The model before the first round: zero. */
export function createBlobSum({ dimension }: Pick<SumTerms, 'dimension'>): BlobSum {
  return { values: new Int32Array(dimension), strays: new Map() }
}

/**
 * Whether a sum from elsewhere is one of these terms: as many integers, each within its lane, and strays where there are
 * words.
 */
export function isBlobSum({ values, strays }: BlobSum, terms: SumTerms): boolean {
  const half = 2 ** (terms.laneBits - 1)
  if (values.length !== terms.dimension) return false
  for (const value of values) if (value < -half || value >= half) return false
  const last = shardBlobs(terms, shardCount(terms) - 1)
  const places = BLOB_WORDS * (blobOf(terms, last.start) + last.lengths.length)
  const isStray = (place: number, word: bigint) =>
    Number.isInteger(place) && place >= 0 && place < places && word >= 0n && word < FIELD_MODULUS
  return [...strays].every(([place, word]) => isStray(place, word))
}

/**
 * `sum ← sum + gain · blobs` over a shard, word by word modulo r.
 *
 * @param addition.blobs - As many as the shard has, of 131,072 bytes.
 * @param addition.gain - A non-negative integer.
 * @throws {@link BlobCountError}, `BlobLengthError`, `NotCanonicalError`, `UnknownShardError`; the sum is spoilt then
 */
export function addBlobs(
  sum: BlobSum,
  { terms, shard, blobs, gain }: { terms: SumTerms; shard: number; blobs: readonly Uint8Array[]; gain: number },
): void {
  const { laneBits } = terms
  const { values, strays } = sum
  const { start, length, lengths } = shardBlobs(terms, shard)
  if (blobs.length !== lengths.length) throw new BlobCountError(blobs.length, lengths.length, length)
  const perWord = fieldLanesPerWord(laneBits)
  const half = 2 ** (laneBits - 1)
  const lanes = new Int32Array(perWord)
  const sums = new Float64Array(perWord)
  for (const [b, used] of lengths.entries()) {
    const blob = blobs[b]!
    const read = wordReader(blob, laneBits)
    const first = start + b * parametersPerBlob(laneBits)
    const placeOfFirst = BLOB_WORDS * (blobOf(terms, start) + b)
    for (let word = 0; word < BLOB_WORDS; word++) {
      const at = first + word * perWord
      const count = Math.max(0, Math.min(perWord, used - word * perWord))
      const reading = read(word, lanes)
      if (reading === Reading.NotCanonical) throw new NotCanonicalError(word)
      let isExact = reading === Reading.Fine && !strays.has(placeOfFirst + word)
      for (let j = 0; isExact && j < perWord; j++) {
        const value = (j < count ? values[at + j]! : 0) + gain * lanes[j]!
        sums[j] = value
        isExact = j < count ? value >= -half && value < half : value === 0
      }
      if (isExact) {
        for (let j = 0; j < count; j++) values[at + j] = sums[j]!
        continue
      }
      const added = BigInt(gain) * fromBytes(blob.subarray(32 * word, 32 * word + 32))
      const place = placeOfFirst + word
      const before = strays.get(place) ?? toFieldWord(values.subarray(at, at + count), laneBits)
      setWord(sum, { place, at, count, laneBits }, (before + added) % FIELD_MODULUS)
    }
  }
}

/**
 * The blobs of a shard of a sum: their commitments are the sums of the commitments.
 *
 * @throws `LaneRangeError` unless `isBlobSum`
 */
export function toShardBlobs({ values, strays }: BlobSum, terms: SumTerms, shard: number): Uint8Array[] {
  const { start, length } = shardBlobs(terms, shard)
  const blobs = packBlobs(values.subarray(start, start + length), terms)
  for (const [place, word] of strays) {
    const blob = blobs[Math.floor(place / BLOB_WORDS) - blobOf(terms, start)]
    blob?.set(toBytes32(word), 32 * (place % BLOB_WORDS))
  }
  return blobs
}

/** Puts a shard of one sum in the place of the same shard of another. */
export function copyShard(from: BlobSum, to: BlobSum, terms: SumTerms, shard: number): void {
  const { start, length, lengths } = shardBlobs(terms, shard)
  to.values.set(from.values.subarray(start, start + length), start)
  const firstPlace = BLOB_WORDS * blobOf(terms, start)
  const end = firstPlace + BLOB_WORDS * lengths.length
  const isInside = (place: number) => place >= firstPlace && place < end
  for (const place of [...to.strays.keys()].filter(isInside)) to.strays.delete(place)
  for (const [place, word] of from.strays) if (isInside(place)) to.strays.set(place, word)
}

/** Which blob of the model a parameter lies in; shards begin at whole blobs. */
function blobOf({ laneBits }: Pick<SumTerms, 'laneBits'>, parameter: number): number {
  return Math.floor(parameter / parametersPerBlob(laneBits))
}

function setWord(
  { values, strays }: BlobSum,
  { place, at, count, laneBits }: { place: number; at: number; count: number; laneBits: number },
  word: bigint,
): void {
  const lanes = readFieldWord(word, laneBits).subarray(0, count)
  // Words beyond the last parameter begin past the end of the integers.
  if (count > 0) values.set(lanes, at)
  if (toFieldWord(lanes, laneBits) === word) strays.delete(place)
  else strays.set(place, word)
}

/** Another number of blobs than the shard has. */
export class BlobCountError extends Error {
  override readonly name = 'BlobCountError'
  readonly blobs: number
  readonly expected: number
  constructor(blobs: number, expected: number, length: number) {
    super(`${blobs} blobs were given; ${length} parameters take ${expected}. Check shard and lane width in the terms.`)
    this.blobs = blobs
    this.expected = expected
  }
}
