import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { fromHex, toHex } from '../../src/arithmetic/hex.ts'
import {
  isBlankUpdate,
  PaddingNotZeroError,
  PayloadLengthError,
  packUpdate,
  payloadBytes,
  UpdateRangeError,
  unpackUpdate,
} from '../../src/direct/codec.ts'
import { UnsupportedBitsError, updateRange } from '../../src/terms/bits.ts'
import { readVectors, toNumbers } from '../read-vectors.ts'

const { cases, refused } = readVectors('codec')

test('packUpdate and unpackUpdate agree with the vectors', () => {
  for (const entry of cases) {
    const [bits, laneBits, length] = toNumbers([entry.bits, entry.laneBits, entry.length]) as [number, number, number]
    const values = Int8Array.from(toNumbers(entry.values))
    assert.equal(toHex(packUpdate(values, { bits, laneBits })), entry.payload)
    assert.deepEqual(unpackUpdate(fromHex(entry.payload), { bits, laneBits, length }), values)
  }
})

test('payloads of the wrong length or with padding are refused as the vectors say', () => {
  for (const entry of refused) {
    const [bits, laneBits, length] = toNumbers([entry.bits, entry.laneBits, entry.length]) as [number, number, number]
    assert.throws(
      () => unpackUpdate(fromHex(entry.payload), { bits, laneBits, length }),
      entry.reason === 'length' ? PayloadLengthError : PaddingNotZeroError,
    )
  }
})

test('unpackUpdate(packUpdate(v)) ≡ v', () => {
  const update = fc.record({ bits: fc.constantFrom(1, 2, 4, 8), laneBits: fc.constantFrom(16, 32) }).chain((widths) => {
    const [lowest, highest] = updateRange(widths.bits)
    const value = widths.bits === 1 ? fc.constantFrom(-1, 1) : fc.integer({ min: lowest, max: highest })
    return fc.record({ widths: fc.constant(widths), values: fc.array(value, { maxLength: 600 }) })
  })
  fc.assert(
    fc.property(update, ({ widths, values }) => {
      const packed = packUpdate(Int8Array.from(values), widths)
      assert.equal(packed.length, payloadBytes(values.length, widths.bits))
      assert.deepEqual([...unpackUpdate(packed, { ...widths, length: values.length })], values)
    }),
  )
})

test('an update of zeros is a payload of zero bytes', () => {
  for (const bits of [2, 4, 8]) {
    assert.ok(packUpdate(new Int8Array(300), { bits, laneBits: 16 }).every((byte) => byte === 0))
  }
})

test('a value that bits cannot hold is refused with its index', () => {
  const refuse = (value: number, bits: number) =>
    assert.throws(
      () => packUpdate(Int8Array.of(1, value), { bits, laneBits: 16 }),
      (error) => error instanceof UpdateRangeError && error.index === 1 && error.value === value,
    )
  refuse(8, 4)
  refuse(-9, 4)
  refuse(2, 2)
  refuse(0, 1)
  refuse(-2, 1)
})

test('a width other than 1, 2, 4 and 8 is refused', () => {
  for (const bits of [0, 3, 16]) assert.throws(() => payloadBytes(1, bits), UnsupportedBitsError)
})

test('an update is blank if all of it is zero or, with enough signs, the same sign', () => {
  assert.equal(isBlankUpdate(new Int8Array(5), 2), true)
  assert.equal(isBlankUpdate(Int8Array.of(0, 0, 1), 4), false)
  assert.equal(isBlankUpdate(Int8Array.of(-1, -1, -1), 2), false)
  assert.equal(isBlankUpdate(new Int8Array(32).fill(-1), 1), true)
  assert.equal(isBlankUpdate(new Int8Array(32).fill(1), 1), true)
  assert.equal(isBlankUpdate(new Int8Array(31).fill(1), 1), false)
  assert.equal(isBlankUpdate(new Int8Array(32).fill(1).fill(-1, 31), 1), false)
})
