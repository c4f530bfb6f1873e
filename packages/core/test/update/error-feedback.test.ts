import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { fromSeed } from '../../src/arithmetic/random.ts'
import {
  commitResidual,
  compensate,
  dropResidual,
  FeedbackOptionError,
  hasFeedback,
  noteResidual,
  settleResiduals,
  startFeedback,
} from '../../src/update/error-feedback.ts'
import { quantize } from '../../src/update/quantize.ts'

const wanted = Float32Array.of(0.75, -0.25, 9)
const noted = (options = {}) =>
  noteResidual(startFeedback(options), { shard: 2, round: 5, wanted, values: Int8Array.of(1, 0, 7), scale: 1 })

test('a residual counts only once its round was aggregated', () => {
  const update = Float32Array.of(1, 1, 1)
  assert.deepEqual(compensate(noted(), 2, update), update)
  assert.deepEqual(compensate(dropResidual(noted(), 2, 5), 2, update), update)
  assert.deepEqual(compensate(commitResidual(noted(), 2, 4), 2, update), update)
  const committed = commitResidual(noted({ decay: 1, bound: 9 }), 2, 5)
  assert.deepEqual(compensate(committed, 2, update), Float32Array.of(0.75, 0.75, 3))
  assert.equal(committed.pending.size, 0)
})

test('residuals are carried at one and two bits', () => {
  assert.deepEqual([1, 2, 4, 8].filter(hasFeedback), [1, 2])
})

test('settling makes the residuals of rounds that counted the shards’ own and forgets the others', () => {
  const both = noteResidual(noted(), { shard: 3, round: 6, wanted, values: Int8Array.of(1, 0, 7), scale: 1 })
  const settled = settleResiduals(both, (round) => round === 5)
  assert.deepEqual([...settled.residuals.keys()], [2])
  assert.equal(settled.pending.size, 0)
})

test('residuals belong to their shard', () => {
  const update = Float32Array.of(1, 1, 1)
  assert.deepEqual(compensate(commitResidual(noted(), 2, 5), 1, update), update)
})

test('a residual decays and is bounded in units of the scale', () => {
  const { residuals } = commitResidual(noted({ decay: 0.5, bound: 1 }), 2, 5)
  assert.deepEqual(residuals.get(2), Float32Array.of(-0.125, -0.125, 0.5))
})

test('no sequence of updates takes a residual beyond decay · bound · scale', () => {
  const updates = fc.array(fc.float({ min: -100, max: 100, noNaN: true }), { minLength: 1, maxLength: 30 })
  fc.assert(
    fc.property(updates, fc.integer(), (values, seed) => {
      const random = fromSeed(seed)
      let feedback = startFeedback({ decay: 0.9, bound: 2 })
      for (const [round, value] of values.entries()) {
        const wanted = compensate(feedback, 0, Float32Array.of(value))
        const { values: sent } = quantize(wanted, { scale: 0.5, bits: 4, random })
        feedback = noteResidual(feedback, { shard: 0, round, wanted, values: sent, scale: 0.5 })
        feedback = commitResidual(feedback, 0, round)
        assert.ok(Math.abs(feedback.residuals.get(0)![0]!) <= 0.9 * 2 * 0.5 + 1e-6)
      }
    }),
  )
})

test('what is carried makes up for what is lost: a constant update below half an integer gets through', () => {
  let feedback = startFeedback({ decay: 1, bound: 1 })
  let sum = 0
  for (let round = 0; round < 100; round++) {
    const wanted = compensate(feedback, 0, Float32Array.of(0.3))
    const { values } = quantize(wanted, { scale: 1, bits: 4, random: () => 0.5 })
    sum += values[0]!
    feedback = commitResidual(noteResidual(feedback, { shard: 0, round, wanted, values, scale: 1 }), 0, round)
  }
  assert.ok(Math.abs(sum - 30) <= 1)
})

test('options outside their range are refused', () => {
  for (const options of [{ decay: -0.1 }, { decay: 1.1 }, { decay: Number.NaN }, { bound: -1 }]) {
    assert.throws(() => startFeedback(options), FeedbackOptionError)
  }
})
