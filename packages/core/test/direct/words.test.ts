import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { concat, fromHex, type Hex, keccak256 } from '../../src/arithmetic/hex.ts'
import { ModelLengthError, packModel } from '../../src/direct/lanes.ts'
import {
  modelHash,
  modelWordCount,
  PIECE_WORDS,
  pieceCount,
  shardHashes,
  shardWordCount,
  shardWordRange,
  wordsOfShard,
} from '../../src/direct/words.ts'
import { shardCount, shardRange, UnknownShardError } from '../../src/terms/terms.ts'
import { readVectors } from '../read-vectors.ts'

test('hashes of shards and of the whole model agree with the vectors', () => {
  for (const entry of readVectors('words').cases) {
    const shape = {
      dimension: Number(entry.dimension),
      shardSize: Number(entry.shardSize),
      laneBits: Number(entry.laneBits),
    }
    const hashes = shardHashes(fromHex(entry.words), shape)
    assert.deepEqual(hashes, entry.hashes)
    assert.equal(modelHash(hashes), entry.modelHash)
  }
})

/** Shards begin at whole payload words of 8 bits, so at whole words. */
const shape = fc
  .record({ laneBits: fc.constantFrom(16, 32), dimension: fc.integer({ min: 1, max: 3_000 }), blocks: fc.nat(99) })
  .map(({ blocks, ...rest }) => ({ ...rest, shardSize: 32 * (blocks + 1) }))

test('the words of all shards, one after the other, are those of the model', () => {
  fc.assert(
    fc.property(shape, (at) => {
      const model = Int32Array.from({ length: at.dimension }, (_, p) => (p % 201) - 100)
      const words = packModel(model, at.laneBits)
      const shards = Array.from({ length: shardCount(at) }, (_, shard) => wordsOfShard(words, at, shard))
      assert.deepEqual(concat(shards), words)
      for (const [shard, own] of shards.entries()) {
        const { start, length } = shardRange(at, shard)
        assert.deepEqual(own.slice(), packModel(model.subarray(start, start + length), at.laneBits))
        assert.equal(own.length, 32 * shardWordCount(at, shard))
        assert.equal(own.length, 32 * shardWordRange(at, shard).length)
      }
      assert.equal(words.length, 32 * modelWordCount(at))
    }),
  )
})

test('one bit of one shard changes its hash and the model’s, and no other shard’s', () => {
  const at = { dimension: 96, shardSize: 32, laneBits: 16 }
  const words = packModel(new Int32Array(96), 16)
  const before = shardHashes(words, at)
  words[70]! ^= 1
  const after = shardHashes(words, at)
  assert.deepEqual(
    after.map((hash, shard) => hash === before[shard]),
    [true, false, true],
  )
  assert.notEqual(modelHash(after), modelHash(before))
})

test('the hash of one shard is the model’s; of more, the hash of their hashes', () => {
  const [a, b] = [`0x${'aa'.repeat(32)}`, `0x${'bb'.repeat(32)}`] as [Hex, Hex]
  assert.equal(modelHash([a]), a)
  assert.equal(modelHash([a, b]), keccak256(concat([fromHex(a), fromHex(b)])))
})

test('words that are not the model’s, and shards that it does not have, are refused', () => {
  const at = { dimension: 96, shardSize: 64, laneBits: 16 }
  for (const bytes of [0, 32 * 6 - 1, 32 * 7]) {
    assert.throws(() => wordsOfShard(new Uint8Array(bytes), at, 0), ModelLengthError)
  }
  for (const shard of [-1, 2, 0.5]) {
    assert.throws(() => wordsOfShard(new Uint8Array(32 * 6), at, shard), UnknownShardError)
    assert.throws(() => shardWordCount(at, shard), UnknownShardError)
  }
})

test('a piece is what fits the code of one contract beside a byte that stops it', () => {
  assert.ok(1 + 32 * PIECE_WORDS <= 24_576 && 1 + 32 * (PIECE_WORDS + 1) > 24_576)
  assert.deepEqual([1, 767, 768, 1_591].map(pieceCount), [1, 1, 2, 3])
})
