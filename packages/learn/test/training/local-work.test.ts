import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Dataset } from '../../src/data/dataset.ts'
import { trainingSchema } from '../../src/manifest/manifest-schema.ts'
import { mlp } from '../../src/model/model.ts'
import { chooseWork, countSteps, exampleWeight, TrainingOptionError } from '../../src/training/local-work.ts'
import { createTrainer } from '../../src/training/trainer.ts'

const spec = { optimizer: 'sgd', learningRate: 0.1, momentum: 0, batchSize: 4, proximal: 0 } as const

/** Ten rows, two batches of four and one of two. */
const rows: Dataset = {
  count: 10,
  features: 2,
  inputs: Uint8Array.from({ length: 20 }, (_, i) => (i * 37) % 256),
  labels: Int32Array.from({ length: 10 }, (_, i) => i % 2),
  inputZero: 0,
  inputScale: [1, 256],
  labelCenter: 0,
  labelSpread: 1,
}

test('a manifest gives passes or steps, one of them', () => {
  assert.equal(trainingSchema.safeParse({ ...spec, epochs: 2 }).success, true)
  assert.equal(trainingSchema.safeParse({ ...spec, steps: 7 }).success, true)
  for (const wrong of [{ ...spec }, { ...spec, epochs: 2, steps: 7 }]) {
    assert.match(String(trainingSchema.safeParse(wrong).error), /give epochs or steps, one of them/)
  }
  assert.deepEqual(chooseWork({ epochs: 2 }), { epochs: 2 })
  assert.deepEqual(chooseWork({ epochs: 2 }, { steps: 5 }), { steps: 5 })
  assert.deepEqual(chooseWork({ steps: 5 }, { epochs: 3 }), { epochs: 3 })
  assert.throws(() => chooseWork({ epochs: 2 }, { steps: 0 }), TrainingOptionError)
  assert.throws(() => chooseWork({}), TrainingOptionError)
  assert.equal(countSteps({ epochs: 3 }, { rows: 10, batchSize: 4 }), 9)
  assert.equal(countSteps({ steps: 5 }, { rows: 10, batchSize: 4 }), 5)
})

test('as many steps are taken as asked, whatever the rows: k passes ≡ k · ⌈rows / batch⌉ steps, word for word', async () => {
  const model = mlp([2, 3, 2], 'softmax')
  const byEpochs = await createTrainer(model, { ...spec, epochs: 2 })
  const bySteps = await createTrainer(model, { ...spec, steps: 6 })
  const start = Float32Array.from({ length: 17 }, (_, i) => Math.sin(i))
  try {
    const [passes, steps] = [await byEpochs.fit(start, rows, { seed: 3 }), await bySteps.fit(start, rows, { seed: 3 })]
    assert.deepEqual([passes.steps, steps.steps], [6, 6])
    assert.deepEqual(steps.weights, passes.weights)
    for (const count of [1, 2, 3, 4, 7]) {
      const { steps: taken, loss } = await byEpochs.fit(start, rows, { seed: 3, steps: count })
      assert.equal(taken, count)
      assert.ok(Number.isFinite(loss))
    }
    const first = await byEpochs.fit(start, rows, { seed: 3, steps: 3 })
    assert.deepEqual(first.weights, (await byEpochs.fit(start, rows, { seed: 3, epochs: 1 })).weights)
  } finally {
    await byEpochs.release()
    await bySteps.release()
  }
})

test('a weight is rows next to the reference, never outside its bounds, and 1 where nothing is weighed', () => {
  const weighting = { reference: 100, most: 4 }
  assert.deepEqual(
    [0, 10, 25, 50, 100, 250, 400, 1e9].map((count) => exampleWeight(weighting, count)),
    [0.25, 0.25, 0.25, 0.5, 1, 2.5, 4, 4],
  )
  assert.equal(exampleWeight(undefined, 1e9), 1)
  fc.assert(
    fc.property(
      fc.nat(),
      fc.nat(),
      fc.integer({ min: 1, max: 1_000 }),
      fc.integer({ min: 1, max: 64 }),
      (a, b, reference, most) => {
        const [small, large] = [Math.min(a, b), Math.max(a, b)].map((count) =>
          exampleWeight({ reference, most }, count),
        )
        assert.ok(small! <= large! && large! <= most && small! >= 1 / most)
      },
    ),
  )
})
