import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { fromBytes, fromHex, toBytes32 } from '../../src/arithmetic/hex.ts'
import { blobsFor, findFault, packBlobs, parametersPerBlob, shardBlobs, versionedHash } from '../../src/blob/blob.ts'
import {
  FIELD_MODULUS,
  FieldLaneBitsError,
  fieldBias,
  fieldLanesPerWord,
  NotCanonicalError,
  toFieldWord,
} from '../../src/blob/field-lanes.ts'
import { addBlobs, BlobCountError, createBlobSum } from '../../src/blob/sum.ts'
import { BLOB_BYTES, BLOB_WORDS, BlobLengthError } from '../../src/blob/word-limbs.ts'
import { LaneRangeError } from '../../src/direct/lanes.ts'
import { UnknownShardError } from '../../src/terms/terms.ts'

const runs = { numRuns: 40 }
const laneBits = fc.oneof(fc.constantFrom(8, 16, 24, 32), fc.integer({ min: 8, max: 32 }))
const lane = (bits: number) => {
  const limit = 2 ** (bits - 1)
  return fc.oneof(fc.integer({ min: -limit, max: limit - 1 }), fc.constantFrom(-limit, limit - 1, -1, 0, 1))
}
const vectorOf = (bits: number) => fc.array(lane(bits), { minLength: 1, maxLength: 200 })
const packable = laneBits.chain((bits) => fc.record({ bits: fc.constant(bits), values: vectorOf(bits) }))

const wordAt = (blob: Uint8Array, word: number) => fromBytes(blob.subarray(word * 32, word * 32 + 32))
const withWord = (blob: Uint8Array, word: number, value: bigint) => {
  const changed = blob.slice()
  changed.set(toBytes32(value), word * 32)
  return changed
}

/** Values all over a vector a little longer than a blob, the extremes among them. */
function longVector(bits: number): Int32Array {
  const half = 2 ** (bits - 1)
  const length = parametersPerBlob(bits) + 2 * fieldLanesPerWord(bits) + 1
  return Int32Array.from({ length }, (_, p) => {
    if (p % 11 === 0) return -half
    if (p % 13 === 0) return half - 1
    return ((p * 2_654_435_761) % (2 * half)) - half
  })
}

/** What blobs hold, read as a sum of them alone. */
function unpack(blobs: Uint8Array[], { laneBits, length }: { laneBits: number; length: number }) {
  const terms = { dimension: length, shardSize: length, laneBits }
  const sum = createBlobSum(terms)
  addBlobs(sum, { terms, shard: 0, blobs, gain: 1 })
  return sum
}
const noStrays = new Map<number, bigint>()

test('unpack(packBlobs(v)) ≡ v', () => {
  fc.assert(
    fc.property(packable, ({ bits, values }) => {
      const vector = Int32Array.from(values)
      const options = { laneBits: bits, length: vector.length }
      assert.deepEqual(unpack(packBlobs(vector, options), options), { values: vector, strays: noStrays })
    }),
    runs,
  )
})

test('unpack(packBlobs(v)) ≡ v over more than one blob, at every width', () => {
  for (let bits = 8; bits <= 32; bits++) {
    const vector = longVector(bits)
    const blobs = packBlobs(vector, { laneBits: bits })
    assert.equal(blobs.length, 2)
    const sum = unpack(blobs, { laneBits: bits, length: vector.length })
    assert.deepEqual(sum, { values: vector, strays: noStrays })
  }
})

test('the limbs agree with plain integers: every word of a blob is Σ v_j · 2^(laneBits·j) mod r', () => {
  for (const bits of [8, 11, 16, 23, 24, 31, 32]) {
    const vector = longVector(bits)
    const lanes = fieldLanesPerWord(bits)
    for (const [b, blob] of packBlobs(vector, { laneBits: bits }).entries()) {
      for (let k = 0; k < BLOB_WORDS; k++) {
        const at = b * parametersPerBlob(bits) + k * lanes
        assert.equal(wordAt(blob, k), toFieldWord(vector.subarray(at, at + lanes), bits), `${bits} bits, word ${k}`)
      }
    }
  }
})

test('every word is canonical, and words of packed sums are the sums of words modulo r', () => {
  const pair = fc.record({ a: vectorOf(23), b: vectorOf(23) })
  fc.assert(
    fc.property(pair, ({ a, b }) => {
      const length = Math.max(a.length, b.length)
      const packed = (value: (p: number) => number) =>
        packBlobs(
          Int32Array.from({ length }, (_, p) => value(p)),
          { laneBits: 24 },
        )[0]!
      const [first, second] = [packed((p) => a[p] ?? 0), packed((p) => b[p] ?? 0)]
      const sum = packed((p) => (a[p] ?? 0) + (b[p] ?? 0))
      for (let k = 0; k * 10 < length; k++) {
        assert.ok(wordAt(first, k) < FIELD_MODULUS)
        assert.equal((wordAt(first, k) + wordAt(second, k)) % FIELD_MODULUS, wordAt(sum, k))
      }
    }),
    runs,
  )
})

test('an honest update has no fault, at the bounds included', () => {
  for (const bits of [2, 4, 8]) {
    const used = 12_345
    const values = Int8Array.from({ length: used }, (_, p) => (p % 2 === 0 ? -(2 ** (bits - 1)) : 2 ** (bits - 1) - 1))
    const [blob] = packBlobs(values, { laneBits: 24 })
    assert.equal(findFault(blob!, { laneBits: 24, bits, used }), undefined)
  }
})

const fault = fc.record({
  laneBits,
  bits: fc.constantFrom(2, 4, 8),
  used: fc.double({ min: 0.001, max: 1, noNaN: true }),
  place: fc.double({ min: 0, max: 0.999_999, noNaN: true }),
  isAbove: fc.boolean(),
})

test('findFault finds a planted fault, and it alone: a lane over its bound, padding that is not zero', () => {
  fc.assert(
    fc.property(fault, ({ laneBits, bits, used, place, isAbove }) => {
      // Eight-bit lanes hold no integer over the bound of eight-bit updates.
      const width = laneBits === 8 && bits === 8 ? 4 : bits
      const capacity = parametersPerBlob(laneBits)
      const lanes = fieldLanesPerWord(laneBits)
      const count = Math.ceil(used * capacity)
      const p = Math.floor(place * capacity)
      const values = new Int32Array(capacity)
      for (let i = 0; i < count; i++) values[i] = (i % 2 ** width) - 2 ** (width - 1)
      values[p] = isAbove ? 2 ** (width - 1) : -(2 ** (width - 1)) - 1
      const [blob] = packBlobs(values, { laneBits })
      const kind = p < count ? 'bound' : 'padding'
      const expected = { kind, word: Math.floor(p / lanes), lane: p % lanes }
      assert.deepEqual(findFault(blob!, { laneBits, bits: width, used: count }), expected)
    }),
    runs,
  )
})

test('findFault finds words out of packing range and words that are no field elements', () => {
  const values = Int8Array.from({ length: 1_000 }, (_, p) => (p % 255) - 127)
  const [blob] = packBlobs(values, { laneBits: 24 })
  const options = { laneBits: 24, bits: 8, used: 1_000 }
  const highest = (1n << 240n) - 1n - fieldBias(24)
  for (const value of [highest + 1n, FIELD_MODULUS - fieldBias(24) - 1n, FIELD_MODULUS >> 1n]) {
    for (const word of [0, 57, BLOB_WORDS - 1]) {
      assert.deepEqual(findFault(withWord(blob!, word, value), options), { kind: 'packing', word })
      const { strays } = unpack([withWord(blob!, word, value)], { laneBits: 24, length: 1_000 })
      assert.deepEqual([...strays], [[word, value]])
    }
  }
  for (const value of [FIELD_MODULUS, (1n << 256n) - 1n]) {
    const broken = withWord(blob!, 3, value)
    assert.deepEqual(findFault(broken, options), { kind: 'canonical', word: 3 })
    assert.throws(() => unpack([broken], { laneBits: 24, length: 1_000 }), NotCanonicalError)
  }
})

test('a shard lies in as many blobs as it fills, the last one in part', () => {
  const terms = { dimension: 1_663_370, shardSize: 6 * 40_960, laneBits: 24 }
  assert.deepEqual(shardBlobs(terms, 0), { start: 0, length: 245_760, lengths: new Array(6).fill(40_960) })
  const last = shardBlobs(terms, 6)
  assert.deepEqual(last, { start: 1_474_560, length: 188_810, lengths: [40_960, 40_960, 40_960, 40_960, 24_970] })
  assert.throws(() => shardBlobs(terms, 7), UnknownShardError)
  assert.equal(blobsFor(40_960, 24), 1)
  assert.equal(blobsFor(40_961, 24), 2)
})

test('versionedHash agrees with EIP-4844 for the commitment at infinity', () => {
  const infinity = fromHex(`0xc0${'00'.repeat(47)}`)
  assert.equal(versionedHash(infinity), '0x010657f37554c781402a22917dee2f75def7ab966d7b770905398eba3c444014')
})

test('blobs of the wrong number or size, padding and lanes that do not fit are refused', () => {
  const values = Int32Array.of(1, 2, 3)
  const blobs = packBlobs(values, { laneBits: 24 })
  assert.throws(() => unpack(blobs, { laneBits: 24, length: 40_961 }), BlobCountError)
  assert.throws(() => unpack([blobs[0]!.subarray(1)], { laneBits: 24, length: 3 }), BlobLengthError)
  assert.throws(() => findFault(new Uint8Array(BLOB_BYTES + 1), { laneBits: 24, bits: 8, used: 3 }), BlobLengthError)
  // A lane beyond the last parameter is kept in its word.
  assert.deepEqual([...unpack(blobs, { laneBits: 24, length: 2 }).strays], [[0, toFieldWord(values, 24)]])
  assert.throws(
    () => packBlobs(Int32Array.of(0, 2 ** 23), { laneBits: 24 }),
    (error) => error instanceof LaneRangeError && error.index === 1,
  )
  assert.throws(() => packBlobs(values, { laneBits: 33 }), FieldLaneBitsError)
})
