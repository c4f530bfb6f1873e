import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { fromBytes, fromHex, toHex } from '../../src/arithmetic/hex.ts'
import {
  LaneRangeError,
  lanesPerWord,
  ModelLengthError,
  ModelPaddingError,
  packModel,
  TooManyLanesError,
  UnsupportedLaneBitsError,
  unpackModel,
} from '../../src/direct/lanes.ts'
import { readVectors, toNumbers } from '../read-vectors.ts'
import { fromWord, toWord, wordBias } from './words.ts'

const { cases, models } = readVectors('lanes')
const laneBits = fc.constantFrom(16, 32)
const lane = (bits: number) => {
  const limit = 2 ** (bits - 1)
  return fc.oneof(fc.integer({ min: -limit, max: limit - 1 }), fc.constantFrom(-limit, limit - 1, -1, 0, 1))
}
const modelOf = (most: number) =>
  laneBits.chain((bits) => fc.record({ bits: fc.constant(bits), values: fc.array(lane(bits), { maxLength: most }) }))

test('toWord and fromWord agree with the vectors', () => {
  for (const { laneBits, lanes, word, stored } of cases) {
    const bits = Number(laneBits)
    assert.equal(toWord(toNumbers(lanes), bits), BigInt(word))
    assert.deepEqual(fromWord(BigInt(word), bits), Int32Array.from(toNumbers(lanes)))
    assert.equal(BigInt.asUintN(256, BigInt(word) + wordBias(bits)), BigInt(stored))
  }
})

test('packModel and unpackModel agree with the vectors', () => {
  for (const { laneBits, length, values, stored } of models) {
    const model = Int32Array.from(toNumbers(values))
    assert.equal(toHex(packModel(model, Number(laneBits))), stored)
    assert.deepEqual(unpackModel(fromHex(stored), Number(laneBits), Number(length)), model)
  }
})

test('unpackModel(packModel(v)) ≡ v', () => {
  fc.assert(
    fc.property(modelOf(70), ({ bits, values }) => {
      const model = Int32Array.from(values)
      assert.deepEqual(unpackModel(packModel(model, bits), bits, model.length), model)
    }),
  )
})

test('fromWord(toWord(v)) ≡ v', () => {
  fc.assert(
    fc.property(modelOf(8), ({ bits, values }) => {
      assert.deepEqual([...fromWord(toWord(values, bits), bits)].slice(0, values.length), values)
    }),
  )
})

test('fromWord(toWord(a) + toWord(b)) ≡ a + b while every lane stays inside its range', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(lane(15), lane(15)), { minLength: 16, maxLength: 16 }), (pairs) => {
      const sum =
        toWord(
          pairs.map(([a]) => a),
          16,
        ) +
        toWord(
          pairs.map(([, b]) => b),
          16,
        )
      assert.deepEqual(
        [...fromWord(sum, 16)],
        pairs.map(([a, b]) => a + b),
      )
    }),
  )
})

test('a stored word is the Σ form plus the bias', () => {
  fc.assert(
    fc.property(modelOf(8), ({ bits, values }) => {
      if (values.length === 0) return
      const stored = fromBytes(packModel(Int32Array.from(values), bits))
      assert.equal(stored, BigInt.asUintN(256, toWord(values, bits) + wordBias(bits)))
    }),
  )
})

test('a width other than 16 and 32 is refused', () => {
  for (const bits of [0, 8, 15, 64]) assert.throws(() => lanesPerWord(bits), UnsupportedLaneBitsError)
})

test('a lane out of range is refused with its index', () => {
  assert.throws(
    () => packModel(Int32Array.of(0, 32768), 16),
    (error) => error instanceof LaneRangeError && error.index === 1,
  )
  assert.throws(() => toWord([-32769], 16), LaneRangeError)
  assert.throws(() => toWord([0.5], 16), LaneRangeError)
  assert.throws(() => toWord(new Int32Array(9), 32), TooManyLanesError)
})

test('bytes of the wrong length, or with padding that is not zero, are refused', () => {
  const bytes = packModel(Int32Array.of(1, 2, 3), 16)
  assert.throws(() => unpackModel(bytes.subarray(1), 16, 3), ModelLengthError)
  assert.throws(() => unpackModel(bytes, 16, 17), ModelLengthError)
  assert.throws(() => unpackModel(bytes, 16, 2), ModelPaddingError)
})
