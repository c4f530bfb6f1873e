import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { fromSeed } from '../../src/arithmetic/random.ts'
import { packUpdate } from '../../src/direct/codec.ts'
import { UnsupportedBitsError, updateRange } from '../../src/terms/bits.ts'
import { countClamped, dequantize, NonFiniteValueError, quantize, ScaleError } from '../../src/update/quantize.ts'

const half = () => 0.5

test('values on integers stay, those between are rounded by the draw, those beyond are clamped', () => {
  const update = Float32Array.of(0, 0.5, -0.5, 1.75, -1.75, 2.25, 99, -99)
  const { values, clamped } = quantize(update, { scale: 0.25, bits: 4, random: half })
  assert.deepEqual(values, Int8Array.of(0, 2, -2, 7, -7, 7, 7, -8))
  assert.equal(clamped, 3)
  const between = Float32Array.of(0.3, 0.7, -0.3, -0.7)
  assert.deepEqual(quantize(between, { scale: 1, bits: 4, random: half }).values, Int8Array.of(0, 1, 0, -1))
})

test('countClamped(u) ≡ what quantize clamps, and what is no number is refused', () => {
  const update = fc.array(fc.float({ min: -200, max: 200, noNaN: true }), { maxLength: 50 })
  fc.assert(
    fc.property(fc.constantFrom(1, 2, 4, 8), update, (bits, values) => {
      const options = { scale: 0.5, bits }
      const list = Float32Array.from(values)
      assert.equal(countClamped(list, options), quantize(list, { ...options, random: half }).clamped)
    }),
  )
  assert.throws(() => countClamped(Float32Array.of(Number.NaN), { scale: 1, bits: 2 }), NonFiniteValueError)
  assert.throws(() => countClamped(Float32Array.of(1), { scale: 0, bits: 2 }), ScaleError)
})

test('one bit is a stochastic sign', () => {
  const update = Float32Array.of(3, -3, 0.5, -0.5)
  assert.deepEqual(quantize(update, { scale: 1, bits: 1, random: half }), {
    values: Int8Array.of(1, -1, 1, -1),
    clamped: 2,
  })
})

test('integers are within their width and pack, and each is less than one integer away', () => {
  const setting = fc.record({
    bits: fc.constantFrom(1, 2, 4, 8),
    seed: fc.integer(),
    update: fc.array(fc.float({ min: -200, max: 200, noNaN: true }), { maxLength: 50 }),
  })
  fc.assert(
    fc.property(setting, ({ bits, seed, update }) => {
      const [lowest, highest] = updateRange(bits)
      const { values } = quantize(Float32Array.from(update), { scale: 1, bits, random: fromSeed(seed) })
      packUpdate(values, { bits, laneBits: 16 })
      if (bits === 1) return
      values.forEach((value, i) => {
        assert.ok(Math.abs(value - Math.min(highest, Math.max(lowest, Math.fround(update[i]!)))) < 1)
      })
    }),
  )
})

test('the quantiser is unbiased inside its range: the mean of 20,000 draws is within five standard errors', () => {
  const draws = 20_000
  for (const bits of [1, 2, 4, 8]) {
    const random = fromSeed(bits)
    for (const x of [-0.9, -0.25, 0, 0.1, 0.6, 0.99]) {
      const { values, clamped } = quantize(new Float32Array(draws).fill(x * 0.5), { scale: 0.5, bits, random })
      const mean = values.reduce((sum, value) => sum + value, 0) / draws
      assert.equal(clamped, 0)
      assert.ok(Math.abs(mean - x) <= 5 / Math.sqrt(draws), `${bits} bits, ${x}: ${mean}`)
    }
  }
})

test('a scale for each parameter, as an array or an accessor, is used at its index', () => {
  const update = Float32Array.of(1, 1, 1)
  const scale = Float32Array.of(1, 0.5, 0.25)
  const expected = Int8Array.of(1, 2, 4)
  assert.deepEqual(quantize(update, { scale, bits: 8, random: half }).values, expected)
  assert.deepEqual(quantize(update, { scale: (i) => scale[i]!, bits: 8, random: half }).values, expected)
  assert.deepEqual(dequantize(expected, { scale }), update)
})

test('NaN and infinities are refused with their index', () => {
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
    assert.throws(
      () => quantize(Float32Array.of(0, value), { scale: 1, bits: 4, random: half }),
      (error) => error instanceof NonFiniteValueError && error.index === 1,
    )
  }
})

test('a scale that is missing or not positive, and an unknown width, are refused', () => {
  const update = Float32Array.of(0, 0)
  for (const scale of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, Float32Array.of(1)]) {
    assert.throws(() => quantize(update, { scale, bits: 4, random: half }), ScaleError)
  }
  assert.throws(() => quantize(update, { scale: 1, bits: 5, random: half }), UnsupportedBitsError)
})
