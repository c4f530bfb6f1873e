import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { fromBytes, toBytes32 } from '../../src/arithmetic/hex.ts'
import { packBlobs, parametersPerBlob, shardBlobs } from '../../src/blob/blob.ts'
import {
  FIELD_MODULUS,
  fieldLanesPerWord,
  fromFieldWord,
  NotCanonicalError,
  readFieldWord,
  toFieldWord,
} from '../../src/blob/field-lanes.ts'
import { addBlobs, type BlobSum, copyShard, createBlobSum, isBlobSum, toShardBlobs } from '../../src/blob/sum.ts'
import { BLOB_WORDS } from '../../src/blob/word-limbs.ts'
import { UnknownShardError } from '../../src/terms/terms.ts'

const runs = { numRuns: 30 }
const wordAt = (blob: Uint8Array, word: number) => fromBytes(blob.subarray(32 * word, 32 * word + 32))
const fieldElement = fc.oneof(
  fc.bigInt({ min: 0n, max: FIELD_MODULUS - 1n }),
  fc.constantFrom(0n, 1n, 1n << 250n, FIELD_MODULUS - 1n, FIELD_MODULUS >> 1n),
)

/** Blobs of one shard whose words are these, the rest zero. */
function blobsOf(words: ReadonlyMap<number, bigint>, count = 1): Uint8Array[] {
  const blobs = Array.from({ length: count }, () => new Uint8Array(32 * BLOB_WORDS))
  for (const [word, value] of words)
    blobs[Math.floor(word / BLOB_WORDS)]!.set(toBytes32(value), 32 * (word % BLOB_WORDS))
  return blobs
}

test('every field element has lanes: those that give it where there are such', () => {
  fc.assert(
    fc.property(fc.integer({ min: 8, max: 32 }), fieldElement, (laneBits, word) => {
      const lanes = readFieldWord(word, laneBits)
      assert.equal(lanes.length, fieldLanesPerWord(laneBits))
      const strict = fromFieldWord(word, laneBits)
      if (strict === undefined) assert.notEqual(toFieldWord(lanes, laneBits), word)
      else assert.deepEqual([lanes, toFieldWord(lanes, laneBits)], [strict, word])
    }),
  )
  assert.throws(() => readFieldWord(FIELD_MODULUS, 24), NotCanonicalError)
})

test('what lies above the highest lane leaves the lanes as they were', () => {
  const lanes = Int32Array.of(5, -7, 0, 1, -(2 ** 23), 2 ** 23 - 1, -1, 2, 3, -4)
  const word = (toFieldWord(lanes, 24) + (1n << 250n)) % FIELD_MODULUS
  assert.equal(fromFieldWord(word, 24), undefined)
  assert.deepEqual(readFieldWord(word, 24), lanes)
})

const additions = fc.array(
  fc.record({
    gain: fc.integer({ min: 0, max: 1_000 }),
    words: fc.array(fc.tuple(fc.constantFrom(0, 3, 9, 10, 11, BLOB_WORDS - 1), fieldElement), { maxLength: 6 }),
  }),
  { minLength: 1, maxLength: 5 },
)

test('a sum is Σ gain · word modulo r in every word, whatever the blobs hold, and its integers are those of the words', () => {
  fc.assert(
    fc.property(fc.constantFrom(8, 11, 24, 32), additions, (laneBits, added) => {
      const perWord = fieldLanesPerWord(laneBits)
      // The model ends in the middle of word 10.
      const terms = { dimension: 10 * perWord + 1, shardSize: 10 * perWord + 1, laneBits }
      const sum = createBlobSum(terms)
      const expected = new Map<number, bigint>()
      for (const { gain, words } of added) {
        addBlobs(sum, { terms, shard: 0, blobs: blobsOf(new Map(words)), gain })
        for (const [word, value] of new Map(words)) {
          expected.set(word, ((expected.get(word) ?? 0n) + BigInt(gain) * value) % FIELD_MODULUS)
        }
      }
      assert.ok(isBlobSum(sum, terms))
      const [blob] = toShardBlobs(sum, terms, 0)
      for (let word = 0; word < BLOB_WORDS; word++) assert.equal(wordAt(blob!, word), expected.get(word) ?? 0n)
      for (const [word, value] of expected) {
        const lanes = readFieldWord(value, laneBits)
        lanes.forEach((lane, j) => {
          const p = word * perWord + j
          if (p < terms.dimension) assert.equal(sum.values[p], lane)
        })
      }
    }),
    runs,
  )
})

test('sums of updates in range are sums of integers, without strays, over several blobs and shards', () => {
  const laneBits = 24
  const capacity = parametersPerBlob(laneBits)
  const terms = { dimension: 3 * capacity + 25, shardSize: 2 * capacity, laneBits }
  const sum = createBlobSum(terms)
  const expected = new Int32Array(terms.dimension)
  for (const [seed, gain] of [
    [3, 1],
    [5, 1],
    [7, 200],
  ] as const) {
    for (const shard of [0, 1]) {
      const { start, length } = shardBlobs(terms, shard)
      const update = Int8Array.from({ length }, (_, p) => ((p * seed) % 256) - 128)
      addBlobs(sum, { terms, shard, blobs: packBlobs(update, terms), gain })
      for (let p = 0; p < length; p++) expected[start + p]! += gain * update[p]!
    }
  }
  assert.deepEqual(sum, { values: expected, strays: new Map() })
})

test('word 3 = 2^250: its integers are those of the others’ updates, and a later subtraction of it leaves no trace', () => {
  const terms = { dimension: 100, shardSize: 100, laneBits: 24 }
  const update = Int8Array.from({ length: 100 }, (_, p) => p - 50)
  const sum = createBlobSum(terms)
  addBlobs(sum, { terms, shard: 0, blobs: packBlobs(update, terms), gain: 1 })
  addBlobs(sum, { terms, shard: 0, blobs: blobsOf(new Map([[3, 1n << 250n]])), gain: 1 })
  assert.deepEqual(sum.values, Int32Array.from(update))
  assert.deepEqual([...sum.strays.keys()], [3])
  addBlobs(sum, { terms, shard: 0, blobs: packBlobs(update, terms), gain: 2 })
  assert.deepEqual(
    sum.values,
    Int32Array.from(update, (value) => 3 * value),
  )
  addBlobs(sum, { terms, shard: 0, blobs: blobsOf(new Map([[3, FIELD_MODULUS - (1n << 250n)]])), gain: 1 })
  assert.deepEqual(sum, { values: Int32Array.from(update, (value) => 3 * value), strays: new Map() })
})

test('lanes that outgrow their width carry into the next, as they do in the commitment', () => {
  const terms = { dimension: 10, shardSize: 10, laneBits: 24 }
  const most = new Int32Array(10).fill(2 ** 23 - 1)
  const sum = createBlobSum(terms)
  for (let i = 0; i < 3; i++) addBlobs(sum, { terms, shard: 0, blobs: packBlobs(most, terms), gain: 1 })
  assert.deepEqual(sum.values, readFieldWord((3n * toFieldWord(most, 24)) % FIELD_MODULUS, 24))
  assert.ok(isBlobSum(sum, terms))
})

test('copyShard takes a shard with its strays and leaves the others', () => {
  const capacity = parametersPerBlob(24)
  const terms = { dimension: 2 * capacity, shardSize: capacity, laneBits: 24 }
  const [from, to] = [createBlobSum(terms), createBlobSum(terms)]
  for (const shard of [0, 1]) {
    addBlobs(from, {
      terms,
      shard,
      blobs: blobsOf(
        new Map([
          [7, 1n << 250n],
          [8, 5n],
        ]),
      ),
      gain: 1,
    })
  }
  to.strays.set(BLOB_WORDS + 1, 1n << 251n)
  copyShard(from, to, terms, 1)
  assert.deepEqual([...to.strays], [[BLOB_WORDS + 7, 1n << 250n]])
  assert.deepEqual([to.values[80], to.values[capacity + 80]], [0, 5])
})

test('a sum from elsewhere is one only if it fits the terms; what is no blob is refused', () => {
  const terms = { dimension: 10, shardSize: 10, laneBits: 24 }
  const withStray = (place: number, word: bigint): BlobSum => ({
    ...createBlobSum(terms),
    strays: new Map([[place, word]]),
  })
  assert.ok(isBlobSum(createBlobSum(terms), terms))
  assert.ok(isBlobSum(withStray(BLOB_WORDS - 1, FIELD_MODULUS - 1n), terms))
  for (const wrong of [
    { values: new Int32Array(9), strays: new Map() },
    { values: new Int32Array(10).fill(2 ** 23), strays: new Map() },
    ...[
      withStray(-1, 1n),
      withStray(BLOB_WORDS, 1n),
      withStray(0.5, 1n),
      withStray(0, FIELD_MODULUS),
      withStray(0, -1n),
    ],
  ]) {
    assert.equal(isBlobSum(wrong, terms), false)
  }
  const add = (blob: Uint8Array, shard = 0) => addBlobs(createBlobSum(terms), { terms, shard, blobs: [blob], gain: 1 })
  assert.throws(() => add(blobsOf(new Map([[2, FIELD_MODULUS]]))[0]!), NotCanonicalError)
  assert.throws(() => add(blobsOf(new Map())[0]!, 1), UnknownShardError)
})
