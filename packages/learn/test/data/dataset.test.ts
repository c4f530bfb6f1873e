import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Dataset, ExampleIndexError, joinDatasets, selectExamples, viewExamples } from '../../src/data/dataset.ts'

const scale = { inputZero: 0, inputScale: [1, 1] as [number, number], labelCenter: 0, labelSpread: 1 }
const rows: Dataset = {
  count: 5,
  features: 2,
  inputs: Uint8Array.from({ length: 10 }, (_, i) => i),
  labels: Int32Array.of(4, 3, 2, 1, 0),
  ...scale,
}

test('a view holds what a copy would, in the same memory', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 5 }), (start, count) => {
      fc.pre(start + count <= 5)
      const view = viewExamples(rows, start, count)
      const indices = Array.from({ length: count }, (_, i) => start + i)
      assert.deepEqual(view, selectExamples(rows, indices))
      assert.equal(view.inputs.buffer, rows.inputs.buffer)
    }),
  )
  for (const [start, count] of [
    [-1, 2],
    [4, 2],
    [0.5, 1],
  ] as const) {
    assert.throws(() => viewExamples(rows, start, count), ExampleIndexError)
  }
})

test('join(views of a division) ≡ the whole', () => {
  assert.deepEqual(joinDatasets([viewExamples(rows, 0, 2), viewExamples(rows, 2, 0), viewExamples(rows, 2, 3)]), rows)
  assert.throws(() => joinDatasets([]), ExampleIndexError)
})
