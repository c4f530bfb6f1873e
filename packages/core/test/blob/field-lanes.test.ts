import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  FIELD_MODULUS,
  FieldLaneBitsError,
  fieldBias,
  fieldLanesPerWord,
  fromFieldWord,
  NotCanonicalError,
  toFieldWord,
} from '../../src/blob/field-lanes.ts'
import { LaneRangeError, TooManyLanesError } from '../../src/direct/lanes.ts'

const lane = (laneBits: number) => {
  const limit = 2 ** (laneBits - 1)
  return fc.oneof(fc.integer({ min: -limit, max: limit - 1 }), fc.constantFrom(-limit, limit - 1, -1, 0, 1))
}
const word = fc.integer({ min: 8, max: 32 }).chain((laneBits) => {
  const maxLength = fieldLanesPerWord(laneBits)
  return fc.record({ laneBits: fc.constant(laneBits), lanes: fc.array(lane(laneBits), { maxLength }) })
})

test('a word holds ⌊253 / laneBits⌋ lanes', () => {
  assert.deepEqual([8, 11, 16, 23, 24, 32].map(fieldLanesPerWord), [31, 23, 15, 11, 10, 7])
  for (const laneBits of [0, 7, 33, 24.5]) assert.throws(() => fieldLanesPerWord(laneBits), FieldLaneBitsError)
})

test('fromFieldWord(toFieldWord(v)) ≡ v, and a word is canonical', () => {
  fc.assert(
    fc.property(word, ({ laneBits, lanes }) => {
      const packed = toFieldWord(lanes, laneBits)
      assert.ok(packed >= 0n && packed < FIELD_MODULUS)
      const read = fromFieldWord(packed, laneBits)!
      assert.deepEqual([...read], [...lanes, ...new Array(read.length - lanes.length).fill(0)])
    }),
  )
})

test('toFieldWord(a) + toFieldWord(b) mod r ≡ toFieldWord(a + b) while every lane stays inside its range', () => {
  const pairs = fc.integer({ min: 9, max: 32 }).chain((laneBits) =>
    fc.record({
      laneBits: fc.constant(laneBits),
      lanes: fc.array(fc.tuple(lane(laneBits - 1), lane(laneBits - 1)), { maxLength: fieldLanesPerWord(laneBits) }),
    }),
  )
  fc.assert(
    fc.property(pairs, ({ laneBits, lanes }) => {
      const of = (take: (pair: [number, number]) => number) => toFieldWord(lanes.map(take), laneBits)
      assert.equal(
        (of(([a]) => a) + of(([, b]) => b)) % FIELD_MODULUS,
        of(([a, b]) => a + b),
      )
    }),
  )
})

test('a word whose biased form does not fit its lanes is out of packing range, at either end', () => {
  for (const laneBits of [8, 16, 24, 32]) {
    const span = 1n << BigInt(laneBits * fieldLanesPerWord(laneBits))
    const highest = span - 1n - fieldBias(laneBits)
    const lowest = FIELD_MODULUS - fieldBias(laneBits)
    for (const inside of [0n, 1n, highest, lowest, FIELD_MODULUS - 1n]) {
      assert.notEqual(fromFieldWord(inside, laneBits), undefined)
    }
    for (const outside of [highest + 1n, lowest - 1n, FIELD_MODULUS / 2n]) {
      assert.equal(fromFieldWord(outside, laneBits), undefined)
    }
  }
})

test('lanes out of range, too many of them, and what is no field element are refused', () => {
  assert.throws(
    () => toFieldWord([0, 2 ** 23], 24),
    (error) => error instanceof LaneRangeError && error.index === 1,
  )
  assert.throws(() => toFieldWord([-(2 ** 23) - 1], 24), LaneRangeError)
  assert.throws(() => toFieldWord([0.5], 24), LaneRangeError)
  assert.throws(() => toFieldWord(new Int32Array(11), 24), TooManyLanesError)
  assert.throws(() => fromFieldWord(FIELD_MODULUS, 24), NotCanonicalError)
  assert.throws(() => fromFieldWord(-1n, 24), NotCanonicalError)
})
