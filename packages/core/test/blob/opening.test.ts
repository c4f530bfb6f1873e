import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { fromBytes } from '../../src/arithmetic/hex.ts'
import { packBlobs } from '../../src/blob/blob.ts'
import { FIELD_MODULUS } from '../../src/blob/field-lanes.ts'
import { openingPoint, quotientOf, rootOfUnity, UnknownWordError, wordOf } from '../../src/blob/opening.ts'
import { BLOB_WORDS, BlobLengthError } from '../../src/blob/word-limbs.ts'

const word = fc.integer({ min: 0, max: BLOB_WORDS - 1 })
const power = (base: bigint, exponent: number) => {
  let result = 1n
  for (let i = 0; i < exponent; i++) result = (result * base) % FIELD_MODULUS
  return result
}

test('the points of words 0, 1 and 2 are 1, −1 and a square root of −1: bit-reversal order', () => {
  assert.equal(rootOfUnity(0), 1n)
  assert.equal(rootOfUnity(1), FIELD_MODULUS - 1n)
  assert.equal((rootOfUnity(2) * rootOfUnity(2)) % FIELD_MODULUS, FIELD_MODULUS - 1n)
  assert.equal((rootOfUnity(2) + rootOfUnity(3)) % FIELD_MODULUS, 0n)
})

test('ω of the consensus specification is the point of word 2048', () => {
  assert.equal(rootOfUnity(2048), 39033254847818212395286706435128746857159659164139250548781411570340225835782n)
})

test('all points are 4096th roots of unity, and no two are the same', () => {
  const points = new Set(Array.from({ length: BLOB_WORDS }, (_, k) => rootOfUnity(k)))
  assert.equal(points.size, BLOB_WORDS)
  fc.assert(
    fc.property(word, (k) => assert.equal(power(rootOfUnity(k), BLOB_WORDS), 1n)),
    { numRuns: 5 },
  )
})

test('openingPoint is the root in 32 big-endian bytes, wordOf the word', () => {
  const [blob] = packBlobs(Int32Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7), { laneBits: 24 })
  assert.equal(fromBytes(openingPoint(5)), rootOfUnity(5))
  assert.equal(fromBytes(wordOf(blob!, 1)), 7n)
})

test('the quotient of a constant blob is zero, of the blob whose polynomial is X it is one', () => {
  const constant = packBlobs(
    new Int32Array(40_960).fill(0).map((_, p) => (p % 10 === 0 ? 9 : 0)),
    { laneBits: 24 },
  )
  assert.ok(quotientOf(constant[0]!, 17).every((byte) => byte === 0))
  const identity = new Uint8Array(BLOB_WORDS * 32)
  for (let k = 0; k < BLOB_WORDS; k++) identity.set(openingPoint(k), k * 32)
  const quotient = quotientOf(identity, 1234)
  for (let k = 0; k < BLOB_WORDS; k++) assert.equal(fromBytes(wordOf(quotient, k)), 1n)
})

test('words that no blob has, and what is no blob, are refused', () => {
  for (const k of [-1, BLOB_WORDS, 0.5]) assert.throws(() => rootOfUnity(k), UnknownWordError)
  assert.throws(() => wordOf(new Uint8Array(5), 0), BlobLengthError)
})
