/**
 * Openings: where the words of a blob lie on its polynomial, and the quotient that proves one of them.
 *
 * A blob's word k is the value of its polynomial at `ω^(brp(k))`: ω a primitive 4096th root of unity, brp the reversal
 * of 12 bits. The proof of `p(z) = y` is the commitment of `(p(X) − y) / (X − z)`, which is a blob like any other, so
 * a library that can commit to blobs can prove words.
 *
 * @see EIP-4844 and the consensus specification of Deneb, polynomial-commitments.md
 * @example
 * ```ts
 * import { openingPoint, packBlobs, quotientOf, toHex, wordOf } from '@tutti/core'
 *
 * const [blob] = packBlobs(Int8Array.of(3), { laneBits: 16 })
 * toHex(wordOf(blob!, 0)).slice(-4) // → '0003'
 * toHex(openingPoint(0)).slice(-4) // → '0001'
 * quotientOf(blob!, 0).length // → 131072
 * wordOf(blob!, 4096) // throws UnknownWordError
 * ```
 */

import { fromBytes, toBytes32 } from '../arithmetic/hex.ts'
import { FIELD_MODULUS } from './field-lanes.ts'
import { BLOB_BYTES, BLOB_WORDS, BlobLengthError } from './word-limbs.ts'

const WORD_BITS = 12

/** ω: `7^((r−1)/4096) mod r`. */
const PRIMITIVE_ROOT = power(7n, (FIELD_MODULUS - 1n) / BigInt(BLOB_WORDS))

let roots: bigint[] | undefined

/** All points in the order of a blob's words, computed once. */
function allRoots(): readonly bigint[] {
  if (roots === undefined) {
    roots = new Array<bigint>(BLOB_WORDS)
    for (let i = 0, root = 1n; i < BLOB_WORDS; i++, root = (root * PRIMITIVE_ROOT) % FIELD_MODULUS) {
      roots[reverseBits(i)] = root
    }
  }
  return roots
}

/**
 * The point at which a blob's polynomial takes the value of its word: `ω^(brp(word))`.
 *
 * @param word - 0 to 4095.
 * @throws {@link UnknownWordError}
 */
export function rootOfUnity(word: number): bigint {
  checkWord(word)
  return power(PRIMITIVE_ROOT, BigInt(reverseBits(word)))
}

/** The opening point of a word as the precompile of EIP-4844 takes it: 32 big-endian bytes of {@link rootOfUnity}. */
export function openingPoint(word: number): Uint8Array {
  return toBytes32(rootOfUnity(word))
}

/**
 * The 32 bytes of a word: what an opening shows.
 *
 * @throws {@link UnknownWordError}, `BlobLengthError`
 */
export function wordOf(blob: Uint8Array, word: number): Uint8Array {
  checkWord(word)
  if (blob.length !== BLOB_BYTES) throw new BlobLengthError(blob.length)
  return blob.slice(word * 32, word * 32 + 32)
}

/**
 * The quotient whose commitment proves a word: with y its value, z its point and ω_i the point of word i,
 * `q_i = (p_i − y) / (ω_i − z)`, and at the word itself `q_m = Σ_{i≠m} (p_i − y)·ω_i / (z·(z − ω_i))`.
 *
 * @param blob - 4,096 canonical words.
 * @returns The quotient as a blob.
 * @throws {@link UnknownWordError}, `BlobLengthError`
 * @see consensus specification, `compute_quotient_eval_within_domain`
 */
export function quotientOf(blob: Uint8Array, word: number): Uint8Array {
  const y = fromBytes(wordOf(blob, word))
  const points = allRoots()
  const z = points[word]!
  const inverses = invertAll(points.map((point, i) => (i === word ? 1n : modulo(point - z))))
  const overPoint = modulo(-power(z, FIELD_MODULUS - 2n))
  const quotient = new Uint8Array(BLOB_BYTES)
  let own = 0n
  for (let i = 0; i < BLOB_WORDS; i++) {
    if (i === word) continue
    const part = modulo((fromBytes(blob.subarray(i * 32, i * 32 + 32)) - y) * inverses[i]!)
    quotient.set(toBytes32(part), i * 32)
    own += part * points[i]!
  }
  quotient.set(toBytes32(modulo(own * overPoint)), word * 32)
  return quotient
}

/** Inverts many field elements with one exponentiation (Montgomery's trick). */
function invertAll(values: readonly bigint[]): bigint[] {
  const before = new Array<bigint>(values.length)
  let product = 1n
  for (const [i, value] of values.entries()) {
    before[i] = product
    product = (product * value) % FIELD_MODULUS
  }
  let inverse = power(product, FIELD_MODULUS - 2n)
  const inverses = new Array<bigint>(values.length)
  for (let i = values.length - 1; i >= 0; i--) {
    inverses[i] = (inverse * before[i]!) % FIELD_MODULUS
    inverse = (inverse * values[i]!) % FIELD_MODULUS
  }
  return inverses
}

function reverseBits(index: number): number {
  let reversed = 0
  for (let bit = 0; bit < WORD_BITS; bit++) reversed |= ((index >> bit) & 1) << (WORD_BITS - 1 - bit)
  return reversed
}

function modulo(value: bigint): bigint {
  const rest = value % FIELD_MODULUS
  return rest < 0n ? rest + FIELD_MODULUS : rest
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n
  for (let square = base, rest = exponent; rest > 0n; rest >>= 1n, square = (square * square) % FIELD_MODULUS) {
    if (rest & 1n) result = (result * square) % FIELD_MODULUS
  }
  return result
}

function checkWord(word: number): void {
  if (!Number.isInteger(word) || word < 0 || word >= BLOB_WORDS) throw new UnknownWordError(word)
}

/** A word that no blob has. */
export class UnknownWordError extends Error {
  override readonly name = 'UnknownWordError'
  readonly word: number
  constructor(word: number) {
    super(`Word ${word} does not exist; a blob has ${BLOB_WORDS}, counted from 0.`)
    this.word = word
  }
}
