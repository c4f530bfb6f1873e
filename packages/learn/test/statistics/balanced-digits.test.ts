import assert from 'node:assert/strict'
import { test } from 'node:test'
import { updateRange } from '@tutti/core'
import fc from 'fast-check'
import {
  countDigits,
  DigitRangeError,
  DigitWidthError,
  digitRange,
  fromDigits,
  toDigits,
} from '../../src/statistics/balanced-digits.ts'

const bits = fc.constantFrom(2, 4, 8)
const count = fc.integer({ min: 1, max: 16 })
/** Widths, a number of digits, and integers that they hold. */
const held = fc.tuple(bits, count).chain(([width, digits]) => {
  const [min, max] = digitRange(digits, width)
  return fc.tuple(
    fc.constant(width),
    fc.constant(digits),
    fc.array(fc.bigInt({ min, max }), { minLength: 1, maxLength: 9 }),
  )
})

test('fromDigits(toDigits(v)) ≡ v, and every digit fits an update', () => {
  fc.assert(
    fc.property(held, ([width, digits, values]) => {
      const [lowest, highest] = updateRange(width)
      for (const value of values) {
        const encoded = toDigits(value, digits, width)
        assert.equal(fromDigits(encoded, width), value)
        assert.ok(encoded.every((digit) => digit >= lowest && digit <= highest))
      }
    }),
  )
})

test('sums of digits decode to the sum of the integers', () => {
  fc.assert(
    fc.property(held, ([width, digits, values]) => {
      const sums = new Int32Array(digits)
      for (const value of values) for (const [i, digit] of toDigits(value, digits, width).entries()) sums[i]! += digit
      assert.equal(
        fromDigits(sums, width),
        values.reduce((sum, value) => sum + value, 0n),
      )
    }),
  )
})

test('the bounds of a range are held, and nothing beyond', () => {
  fc.assert(
    fc.property(bits, count, (width, digits) => {
      const [lowest, highest] = digitRange(digits, width)
      assert.equal(fromDigits(toDigits(lowest, digits, width), width), lowest)
      assert.equal(fromDigits(toDigits(highest, digits, width), width), highest)
      assert.throws(() => toDigits(lowest - 1n, digits, width), DigitRangeError)
      assert.throws(() => toDigits(highest + 1n, digits, width), DigitRangeError)
    }),
  )
})

test('countDigits is the fewest that hold an integer of either sign', () => {
  fc.assert(
    fc.property(bits, fc.bigInt({ min: 0n, max: 2n ** 80n }), (width, largest) => {
      const digits = countDigits(largest, width)
      for (const value of [largest, -largest]) assert.equal(fromDigits(toDigits(value, digits, width), width), value)
      if (digits > 1) assert.throws(() => toDigits(largest, digits - 1, width), DigitRangeError)
    }),
  )
})

test('digits of a known integer', () => {
  // 300 = 1·256 + 44; 200 = 1·256 − 56
  assert.deepEqual([...toDigits(300n, 2, 8)], [44, 1])
  assert.deepEqual([...toDigits(200n, 2, 8)], [-56, 1])
  assert.deepEqual([...toDigits(-1n, 3, 4)], [-1, 0, 0])
})

test('one bit, and widths that no update has, hold no digits', () => {
  for (const width of [1, 3, 16]) {
    assert.throws(() => digitRange(1, width), DigitWidthError)
    assert.throws(() => fromDigits([1], width), DigitWidthError)
  }
})
