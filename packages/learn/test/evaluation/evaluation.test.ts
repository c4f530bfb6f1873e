/** Judging on held-out rows: intervals against published values, figures by class against hand counts. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Dataset } from '../../src/data/dataset.ts'
import { splitHoldout } from '../../src/data/partition.ts'
import {
  areaInterval,
  EvaluationError,
  evaluateOutputs,
  meanInterval,
  wilsonInterval,
} from '../../src/evaluation/evaluation.ts'
import { mlp } from '../../src/model/model.ts'
import { toProbabilities } from '../../src/model/probabilities.ts'

const near = (found: number, expected: number, within = 1e-4) =>
  assert.ok(Math.abs(found - expected) < within, `${found} is not ${expected}`)

test('Wilson’s interval has the published values, and stays within 0 and 1', () => {
  // Newcombe, Two-sided confidence intervals for the single proportion, 1998, table I, method 3.
  for (const [successes, trials, lower, upper] of [
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ] as const) {
    const interval = wilsonInterval(successes, trials)
    near(interval.lower, lower)
    near(interval.upper, upper)
  }
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 10_000 }), fc.double({ min: 0, max: 1, noNaN: true }), (trials, share) => {
      const successes = Math.round(share * trials)
      const { value, lower, upper } = wilsonInterval(successes, trials)
      assert.ok(0 <= lower && lower <= value && value <= upper && upper <= 1)
      const mirrored = wilsonInterval(trials - successes, trials)
      near(mirrored.lower, 1 - upper, 1e-9)
    }),
  )
  for (const [successes, trials] of [
    [0, 0],
    [2, 1],
    [-1, 1],
    [Number.NaN, 1],
  ] as const) {
    assert.throws(() => wilsonInterval(successes, trials), EvaluationError)
  }
})

test('the interval of an area has Hanley and McNeil’s standard error', () => {
  // Their 1982 paper, example of 51 abnormal and 58 normal images: area 0.893, standard error 0.032.
  const { lower, upper } = areaInterval(0.893, 51, 58)
  near((upper - lower) / 2 / 1.96, 0.032, 1e-3)
  assert.deepEqual(areaInterval(1, 5, 5), { value: 1, lower: 1, upper: 1 })
  assert.throws(() => areaInterval(0.5, 0, 5), EvaluationError)
})

test('the interval of a mean is that of its spread', () => {
  const { value, lower, upper } = meanInterval([1, 2, 3, 4])
  assert.equal(value, 2.5)
  near((upper - lower) / 2, 1.959964 * Math.sqrt(5 / 3 / 4), 1e-6)
  assert.deepEqual(meanInterval([7]), { value: 7, lower: Number.NEGATIVE_INFINITY, upper: Number.POSITIVE_INFINITY })
  assert.throws(() => meanInterval([]), EvaluationError)
})

const datasetOf = (labels: Int32Array | Float64Array): Dataset => ({
  count: labels.length,
  features: 1,
  inputs: new Uint8Array(labels.length),
  labels,
  inputZero: 0,
  inputScale: [1, 1],
  labelCenter: 0,
  labelSpread: 1,
})

test('figures by class are those counted by hand', () => {
  const outputs = [3, 1, 0, 0, 2, 1, 5, 1, 0, 0, 1, 2]
  const { accuracy, classes, auroc } = evaluateOutputs(
    mlp([1, 3], 'softmax'),
    outputs,
    datasetOf(Int32Array.of(0, 1, 1, 2)),
  )
  assert.equal(accuracy!.value, 3 / 4)
  assert.equal(auroc, undefined)
  assert.deepEqual(
    classes.map(({ examples, answered, precision, recall, f1 }) => [
      examples,
      answered,
      precision?.value,
      recall?.value,
      f1,
    ]),
    [
      [1, 2, 1 / 2, 1, 2 / 3],
      [2, 1, 1, 1 / 2, 2 / 3],
      [1, 1, 1, 1, 1],
    ],
  )
})

test('two classes have an area, several labels a figure each, numbers an error', () => {
  const two = evaluateOutputs(mlp([1, 1], 'logistic'), [-1, 1, 2, -2], datasetOf(Int32Array.of(0, 1, 1, 1)))
  assert.deepEqual([two.accuracy!.value, two.auroc!.value], [3 / 4, 2 / 3])
  assert.deepEqual(
    two.classes.map(({ examples }) => examples),
    [1, 3],
  )
  const labels = evaluateOutputs(mlp([1, 2], 'multi-label'), [1, -1, 1, 1], datasetOf(Int32Array.of(1, 2)))
  assert.equal(labels.accuracy, undefined)
  assert.deepEqual(
    labels.classes.map(({ precision, recall }) => [precision?.value, recall?.value]),
    [
      [1 / 2, 1],
      [1, 1],
    ],
  )
  const one = evaluateOutputs(mlp([1, 1], 'linear'), [1, 3], datasetOf(Float64Array.of(2, 3)))
  assert.deepEqual([one.mae!.value, one.classes], [0.5, []])
  const none = evaluateOutputs(mlp([1, 3], 'softmax'), [1, 0, 0], datasetOf(Int32Array.of(0)))
  assert.deepEqual(
    [none.classes[1]!.precision, none.classes[1]!.recall, none.classes[1]!.f1],
    [undefined, undefined, 0],
  )
})

test('probabilities add up to one, and stay finite', () => {
  const logits = [1_000, 0, -1_000, 0, 0, 0]
  assert.deepEqual([...toProbabilities(mlp([1, 3], 'softmax'), logits)!], [1, 0, 0, 1 / 3, 1 / 3, 1 / 3])
  assert.deepEqual([...toProbabilities(mlp([1, 1], 'logistic'), [0, -1_000])!], [0.5, 0.5, 1, 0])
  assert.deepEqual([...toProbabilities(mlp([1, 2], 'multi-label'), [0, 1_000])!], [0.5, 1])
  assert.equal(toProbabilities(mlp([1, 1], 'linear'), [3]), undefined)
})

test('rows are held out alike of each class, and of small and large numbers; the same for a seed', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 10, maxLength: 200 }),
      fc.double({ min: 0.05, max: 0.9, noNaN: true }),
      fc.integer({ min: 0, max: 1_000 }),
      (classes, fraction, seed) => {
        for (const labels of [Int32Array.from(classes), Float64Array.from(classes, (value, i) => value + i / 1e3)]) {
          const split = splitHoldout(datasetOf(labels), { fraction, seed })
          const all = [...split.train, ...split.heldOut].sort((a, b) => a - b)
          assert.deepEqual(all, [...labels.keys()])
          assert.deepEqual(splitHoldout(datasetOf(labels), { fraction, seed }), split)
        }
        const labels = Int32Array.from(classes)
        const { heldOut } = splitHoldout(datasetOf(labels), { fraction, seed })
        for (const value of new Set(classes)) {
          const of = classes.filter((each) => each === value).length
          assert.equal([...heldOut].filter((row) => labels[row] === value).length, Math.round(of * fraction))
        }
      },
    ),
  )
  const numbers = datasetOf(Float64Array.from({ length: 100 }, (_, i) => (i * 37) % 100))
  const { heldOut } = splitHoldout(numbers, { fraction: 0.2, seed: 1 })
  assert.equal(heldOut.length, 20)
  for (let quarter = 0; quarter < 4; quarter++) {
    const inside = [...heldOut].filter((row) => Math.floor(numbers.labels[row]! / 25) === quarter)
    assert.ok(inside.length >= 4, String(inside.length))
  }
})
