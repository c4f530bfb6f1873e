import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fromSeed, normal } from '@tutti/core'
import fc from 'fast-check'
import { buildManifest } from '../../src/calibration/build-manifest.ts'
import { calibrate } from '../../src/calibration/calibrate.ts'
import { roundToBits } from '../../src/calibration/steps.ts'
import { readTable } from '../../src/data/csv.ts'
import { selectExamples } from '../../src/data/dataset.ts'
import { readCsv } from '../../src/data/examples.ts'
import { inferSchema } from '../../src/data/infer-schema.ts'
import { partitionIid } from '../../src/data/partition.ts'
import type { DataSchema } from '../../src/data/schema.ts'
import { evaluateIntegers, toInitialLanes } from '../../src/evaluation/integer-model.ts'
import type { TaskKind, TrainingSpec } from '../../src/manifest/manifest.ts'
import {
  divide,
  fromNumber,
  fromRatio,
  isEqual,
  multiply,
  rational,
  toNumber,
  toRatio,
} from '../../src/manifest/rational.ts'
import { toWeights } from '../../src/manifest/setup.ts'
import { type ModelSpec, mlp } from '../../src/model/model.ts'
import { quantizedAveraging } from '../../src/training/quantized-averaging.ts'
import { createTrainer } from '../../src/training/trainer.ts'

const TRAINING: TrainingSpec = {
  optimizer: 'sgd',
  learningRate: 0.1,
  momentum: 0,
  epochs: 3,
  batchSize: 16,
  proximal: 0,
}

/** 400 examples of two features and what `answer` makes of them, as CSV. */
function table(answer: (a: number, b: number) => string): string {
  const random = fromSeed(11)
  const rows = Array.from({ length: 400 }, () => {
    const [a, b] = [normal(random), normal(random)]
    return `${(3 + 2 * a).toFixed(4)},${(-5 + b).toFixed(4)},${answer(a, b)}`
  })
  return `a,b,y\n${rows.join('\n')}\n`
}

/** Trains a task in integers and returns the integers' figures beside those of the floats they stand for. */
async function train(text: string, schema: DataSchema, model: ModelSpec, kind: TaskKind) {
  const dataset = readCsv(text, schema)
  const members = partitionIid(dataset.count, { members: 4, seed: 1 }).map((list) => selectExamples(dataset, list))
  const trainer = await createTrainer(model, TRAINING)
  const terms = {
    laneBits: 16,
    bits: 4,
    gains: [
      { fromRound: 0, gain: 2 },
      { fromRound: 10, gain: 1 },
    ],
  }
  const calibration = await calibrate({ model, schema, trainer, members, terms, seed: 1 })
  const task = { name: 'test', purpose: '', licence: '', kind, schema, model, training: TRAINING }
  const manifest = buildManifest({ task, calibration, initialisation: new Uint8Array(32).fill(7) })
  const lanes = toInitialLanes(manifest, 16)
  const trained = await quantizedAveraging({ trainer, members, manifest, terms, lanes, rounds: 20, seed: 1 })
  const integers = evaluateIntegers(manifest, trained.lanes, dataset)
  const float = await trainer.evaluate(toWeights(manifest, trained.lanes), dataset)
  await trainer.release()
  return { integers, float, calibration }
}

test('a regression answers in the unit of its label, offset and multiplier included', async () => {
  const text = table((a, b) => (-200 + 50 * a + 20 * Math.abs(b)).toFixed(3))
  const schema = inferSchema(readTable(text), { label: 'y' })
  const { integers, float, calibration } = await train(text, schema, mlp([2, 16, 1], 'linear'), 'regression')
  assert.ok(BigInt(calibration.network.outputOffset) < -100n * 10n ** 18n)
  assert.ok(integers.mae! < 8, `${integers.mae}`)
  assert.ok(Math.abs(integers.mae! - float.mae!) < 1, `${integers.mae} against ${float.mae}`)
})

test('a model of several labels is calibrated and trained', async () => {
  const text = table((a, b) => [a > 0 ? 'high' : '', b > 0 ? 'wide' : ''].filter((part) => part !== '').join(';'))
  const inferred = inferSchema(readTable(text), { label: 'y', kind: 'class' })
  const schema: DataSchema = { ...inferred, label: { name: 'y', kind: 'labels', classes: ['high', 'wide'] } }
  const { integers, float } = await train(text, schema, mlp([2, 8, 2], 'multi-label'), 'multi-label')
  assert.ok(integers.accuracy! > 0.95, `${integers.accuracy}`)
  assert.ok(Math.abs(integers.accuracy! - float.accuracy!) < 0.02)
})

test('a model of one layer needs no shift', async () => {
  const text = table((a, b) => (a + b > 0 ? 'yes' : 'no'))
  const schema = inferSchema(readTable(text), { label: 'y' })
  const { integers, calibration } = await train(text, schema, mlp([2, 1], 'logistic'), 'binary')
  assert.deepEqual(
    calibration.network.layers.map(({ shift }) => shift),
    [0],
  )
  assert.ok(integers.accuracy! > 0.95, `${integers.accuracy}`)
})

test('toNumber(fromNumber(x)) ≡ x, and what is no number from 0 is refused', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1e15, noNaN: true }), (x) => {
      // Beneath 2^−1000 the denominator alone is no double.
      fc.pre(x === 0 || x > 2 ** -900)
      assert.equal(toNumber(fromNumber(x)), x)
    }),
  )
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY, -1]) {
    assert.throws(() => fromNumber(value), RangeError)
    assert.throws(() => roundToBits(value), RangeError)
  }
})

test('(a · b) / b ≡ a for rationals, and ratios keep their value', () => {
  const part = fc.bigInt({ min: 1n, max: 2n ** 40n })
  fc.assert(
    fc.property(part, part, part, part, (a, b, c, d) => {
      const [x, y] = [rational(a, b), rational(c, d)]
      assert.ok(isEqual(divide(multiply(x, y), y), x))
      assert.deepEqual(fromRatio(toRatio(x)), x)
      assert.ok(Math.abs(toNumber(x) / (Number(a) / Number(b)) - 1) < 1e-12)
    }),
  )
  assert.throws(() => rational(1n, 0n), RangeError)
  assert.throws(() => toRatio(rational(2n ** 60n, 1n)), /manifest/)
})
