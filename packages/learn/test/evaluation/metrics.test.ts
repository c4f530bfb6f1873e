import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { studentQuantile, upperInterval } from '../../src/bench/interval.ts'
import { median } from '../../src/data/median.ts'
import { judgeConstant } from '../../src/evaluation/constant-answer.ts'
import { judge, NonFiniteOutputError } from '../../src/evaluation/judge.ts'
import {
  accuracy,
  auroc,
  balancedAccuracy,
  labelF1,
  MetricInputError,
  macroF1,
  meanAbsoluteError,
} from '../../src/evaluation/metrics.ts'
import { mlp } from '../../src/model/model.ts'

const LABELS = [0, 0, 0, 0, 1, 1, 2, 2]
const ANSWERS = [0, 0, 0, 1, 1, 2, 2, 2]

// Reference values computed by hand; they equal scikit-learn's accuracy_score, balanced_accuracy_score and f1_score.
test('accuracy, balanced accuracy and macro F1 of a worked example', () => {
  assert.equal(accuracy(ANSWERS, LABELS), 6 / 8)
  assert.equal(balancedAccuracy(ANSWERS, LABELS), (3 / 4 + 1 / 2 + 1) / 3)
  assert.ok(Math.abs(macroF1(ANSWERS, LABELS) - (6 / 7 + 1 / 2 + 4 / 5) / 3) < 1e-12)
})

test('a class that is never labelled has no recall but counts in F1', () => {
  assert.equal(balancedAccuracy([0, 1], [0, 0]), 1 / 2)
  assert.equal(macroF1([0, 1], [0, 0]), (2 / 3 + 0) / 2)
})

test('AUROC is the share of pairs in the right order, ties counting half', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 0, max: 5 }), fc.boolean()), { minLength: 1, maxLength: 40 }),
      (pairs) => {
        let right = 0
        let total = 0
        for (const [a, positive] of pairs) {
          for (const [b, other] of pairs) {
            if (!positive || other) continue
            total++
            right += a > b ? 1 : a === b ? 0.5 : 0
          }
        }
        const value = auroc(
          pairs.map(([score]) => score),
          pairs.map(([, positive]) => positive),
        )
        if (total === 0) assert.ok(Number.isNaN(value))
        else assert.ok(Math.abs(value - right / total) < 1e-12)
      },
    ),
  )
})

// By hand, as scikit-learn defines f1_score([[1,0,0],[1,1,0],[0,1,0],[0,0,0]], [[1,1,0],[1,0,0],[0,1,0],[0,1,0]], average='macro')
test('macro F1 of labels is the mean of the F1 of having each, 0 for a label that nobody has', () => {
  const columns = [
    [
      [1, 1, 0, 0],
      [1, 1, 0, 0],
    ],
    [
      [1, 0, 1, 1],
      [0, 1, 1, 0],
    ],
    [
      [0, 0, 0, 0],
      [0, 0, 0, 0],
    ],
  ] as const
  assert.deepEqual(
    columns.map(([answers, labels]) => labelF1(answers, labels)),
    [1, 2 / 5, 0],
  )
  const dataset = { ...DATASET, count: 4, inputs: new Uint8Array(4), labelCenter: 0, labelSpread: 1 }
  const outputs = [0, 1, 2, 3].flatMap((row) => columns.map(([answers]) => (answers[row] === 1 ? 1 : -1)))
  const { f1 } = judge(mlp([1, 3], 'multi-label'), outputs, { ...dataset, labels: Int32Array.of(1, 3, 2, 0) })
  assert.ok(Math.abs(f1! - (1 + 2 / 5 + 0) / 3) < 1e-12)
})

test('every metric ends, and refuses what is not finite', () => {
  for (const metric of [accuracy, balancedAccuracy, macroF1, auroc, meanAbsoluteError]) {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      assert.throws(() => metric([0.5, value, 0.5], [0, 1, 1]), /answer 1 is/)
      assert.throws(() => metric([0, 1, 1], [0.5, value, 0.5]), /label 1 is/)
    }
  }
})

test('outputs that are not finite are refused by example', () => {
  const dataset = { ...DATASET, labels: Int32Array.of(0, 1), labelCenter: 0, labelSpread: 1 }
  for (const output of ['softmax', 'multi-label'] as const) {
    assert.throws(() => judge(mlp([1, 2], output), [0, 1, 0, Number.NaN], dataset), NonFiniteOutputError)
  }
})

test('mean absolute error of a worked example', () => {
  assert.equal(meanAbsoluteError([1, 2, 5], [1, 4, 1]), 2)
})

test('no examples and unequal lengths are refused', () => {
  for (const metric of [accuracy, balancedAccuracy, macroF1, auroc, meanAbsoluteError]) {
    assert.throws(() => metric([], []), MetricInputError)
    assert.throws(() => metric([1], [1, 2]), MetricInputError)
  }
})

const DATASET = {
  count: 2,
  features: 1,
  inputs: new Uint8Array(2),
  inputZero: 0,
  inputScale: [1, 255] as [number, number],
}

test('judging answers ties with the lowest class, zero logits with no, and labels bit by bit', () => {
  const plain = { ...DATASET, labelCenter: 0, labelSpread: 1 }
  assert.equal(judge(mlp([1, 2], 'softmax'), [1, 1, 0, 1], { ...plain, labels: Int32Array.of(0, 1) }).accuracy, 1)
  assert.equal(judge(mlp([1, 1], 'logistic'), [0, 1], { ...plain, labels: Int32Array.of(0, 1) }).accuracy, 1)
  const labels = judge(mlp([1, 2], 'multi-label'), [1, -1, 1, 1], { ...plain, labels: Int32Array.of(1, 2) })
  assert.deepEqual([labels.accuracy, labels.correct], [3 / 4, 3])
})

test('a regression is judged in the unit of its label', () => {
  const dataset = { ...DATASET, labels: Float64Array.of(10, 20), labelCenter: 15, labelSpread: 5 }
  const metrics = judge(mlp([1, 1], 'linear'), [-1, 2], dataset)
  assert.equal(metrics.mae, 2.5)
  assert.equal(metrics.loss, 0.5)
})

test("Student's t and the interval agree with the tables", () => {
  assert.ok(Math.abs(studentQuantile(0.95, 19) - 1.7291) < 1e-4)
  assert.ok(Math.abs(studentQuantile(0.95, 1) - 6.3138) < 1e-3)
  assert.ok(Math.abs(studentQuantile(0.975, 4) - 2.7764) < 1e-4)
  const { mean, standardError, upper } = upperInterval([1, 2, 3, 4, 5])
  assert.equal(mean, 3)
  assert.ok(Math.abs(upper - (mean + 2.1318 * standardError)) < 1e-3)
  assert.throws(() => upperInterval([1]), RangeError)
  assert.equal(median([3, 1, 2]), 2)
  assert.equal(median([4, 1, 2, 3]), 2.5)
})

test('the best constant answer is the commonest class, the commonest answer to each label, the median', () => {
  const classes = { count: 5, labels: Int32Array.from([0, 0, 2, 0, 1]) }
  assert.deepEqual(judgeConstant(mlp([1, 3], 'softmax'), classes), { accuracy: 0.6 })
  // Masks: the first label in three of four, the second in one.
  const masks = { count: 4, labels: Int32Array.from([1, 3, 1, 0]) }
  assert.deepEqual(judgeConstant(mlp([1, 2], 'multi-label'), masks), { accuracy: 6 / 8 })
  const numbers = { count: 3, labels: Float64Array.from([10, 1, 3]) }
  assert.deepEqual(judgeConstant(mlp([1, 1], 'linear'), numbers), { mae: 3 })
  assert.throws(() => judgeConstant(mlp([1, 1], 'linear'), { count: 0, labels: new Float64Array(0) }), MetricInputError)
})
