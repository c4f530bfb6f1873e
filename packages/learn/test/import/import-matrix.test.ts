/**
 * Models as PyTorch 2.15 exports them, in three ways, against one step of its own: exact to 1e-5, or refused by name.
 * `fixtures/make_matrix.py` wrote them.
 */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { Dataset } from '../../src/data/dataset.ts'
import { readBaseFile } from '../../src/import/base-file.ts'
import { importOnnx, UnsupportedOperatorError } from '../../src/import/import-onnx.ts'
import { OnnxModelError } from '../../src/import/tensor-selection.ts'
import { type ImportedModel, tensorLayout } from '../../src/model/model.ts'
import { createTrainer } from '../../src/training/trainer.ts'

/** What PyTorch made of a model. */
interface Reference {
  shape: number[]
  isWhole: boolean
  learningRate: number
  inputs: number[]
  labels: number[]
  before: number[]
  after: number[]
  /** Shape and values after the step of each trained parameter. */
  tensors: Record<string, [number[], number[]]>
}

/** Files that are refused, and why: no word of another file may be so. */
const REFUSED: Record<string, RegExp> = {}

/** Files that are trained otherwise than PyTorch does, and say so. */
const SAID: Record<string, RegExp> = {
  'batch-norm-batch': /folded batch normalisation/,
  'batch-norm-fixed': /folded batch normalisation/,
  'batch-norm-old': /folded batch normalisation/,
}

const CLOSE = 1e-5
const folder = new URL('../fixtures/matrix/', import.meta.url)
/** PyTorch's default as it stands, with values in a second file, is one of them. */
const files = [...readdirSync(folder).filter((name) => name.endsWith('.onnx')), 'default/model.onnx']

function isClose(actual: ArrayLike<number>, expected: number[]): boolean {
  return expected.every((value, index) => Math.abs(actual[index]! - value) <= CLOSE * (1 + Math.abs(value)))
}

function distance(actual: ArrayLike<number>, expected: number[]): number {
  return Math.max(...expected.map((value, index) => Math.abs(actual[index]! - value)))
}

for (const file of files) {
  const name = file.replace(/\.onnx$/, '')
  const bytes = () => readBaseFile(fileURLToPath(new URL(file, folder)))
  const refused = REFUSED[name]
  if (refused !== undefined) {
    test(`${name} is refused by name`, () => {
      assert.throws(
        () => importOnnx(bytes(), { output: 'softmax' }),
        (error) =>
          (error instanceof UnsupportedOperatorError || error instanceof OnnxModelError) && refused.test(error.message),
      )
    })
    continue
  }
  test(`${name}: a step is PyTorch’s`, async () => {
    const reference = JSON.parse(
      readFileSync(
        new URL(`${file.includes('/') ? 'language' : name.replace(/-(batch|fixed|old)$/, '')}.json`, folder),
        'utf8',
      ),
    ) as Reference
    const { inputs, labels, shape, isWhole, learningRate } = reference
    const model = importOnnx(bytes(), { output: 'softmax' })
    const dataset: Dataset = {
      count: labels.length,
      features: shape.reduce((product, size) => product * size, 1),
      inputs: Uint8Array.from(inputs),
      labels: Int32Array.from(labels),
      inputZero: isWhole ? 0 : 128,
      inputScale: isWhole ? [1, 1] : [1, 64],
      labelCenter: 0,
      labelSpread: 1,
    }
    const training = { optimizer: 'sgd', learningRate, momentum: 0, epochs: 1, batchSize: 100, proximal: 0 } as const
    const trainer = await createTrainer(model, training)
    try {
      const before = await trainer.predict(model.weights, dataset)
      assert.ok(isClose(before, reference.before), `before: off by ${distance(before, reference.before)}`)
      const { weights } = await trainer.fit(model.weights, dataset, { seed: 1 })
      const after = await trainer.predict(weights, dataset)
      const said = SAID[name]
      if (said !== undefined) {
        assert.match(model.notes.join('\n'), said)
        return
      }
      assert.ok(distance(reference.after, reference.before) > 1e-3, 'the step moves nothing')
      assert.ok(isClose(after, reference.after), `after: off by ${distance(after, reference.after)}`)
      if (!name.endsWith('-old')) assertTensors(model, weights, reference)
    } finally {
      await trainer.release()
    }
  })
}

/** Every parameter under its own name and shape, but for those that recurrent layers are put together from. */
function assertTensors(model: ImportedModel, weights: Float32Array, { tensors }: Reference): void {
  const found = new Map(tensorLayout(model).map((tensor) => [tensor.name, tensor]))
  for (const [name, [shape, values]] of Object.entries(tensors)) {
    if (/^rnn\./.test(name)) continue
    // A weight that two modules share has both names; the exporter keeps the other.
    const tensor = found.get(name) ?? (/^(tokens|embedding)\.weight$/.test(name) ? found.get('head.weight') : undefined)
    assert.ok(tensor, `${name} is not among ${[...found.keys()]}`)
    assert.deepEqual(tensor.shape, shape, name)
    const actual = weights.subarray(tensor.offset, tensor.offset + tensor.length)
    assert.ok(isClose(actual, values), `${name}: off by ${distance(actual, values)}`)
  }
}
