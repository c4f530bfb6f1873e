import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import fc from 'fast-check'
import { hashBase } from '../src/base-hash.ts'
import type { Dataset } from '../src/dataset.ts'
import { importOnnx, OnnxModelError, UnsupportedOperatorError } from '../src/import-onnx.ts'
import type { TrainingSpec } from '../src/manifest.ts'
import { type OutputKind, tensorLayout } from '../src/model.ts'
import { createTrainer } from '../src/trainer.ts'

const SGD: TrainingSpec = { optimizer: 'sgd', learningRate: 0.1, momentum: 0, epochs: 1, batchSize: 100, proximal: 0 }

/** What PyTorch did with a file: written by `fixtures/make_onnx.py`. */
interface Reference {
  output: OutputKind
  shape: number[]
  learningRate: number
  inputs: number[]
  labels: number[]
  losses: number[]
  tensors: Record<string, number[]>
}

function readFixture(name: string): { bytes: Uint8Array; reference: Reference; dataset: Dataset } {
  const path = (ending: string) => new URL(`./fixtures/${name}.${ending}`, import.meta.url)
  const reference = JSON.parse(readFileSync(path('json'), 'utf8')) as Reference
  const features = reference.shape.reduce((product, size) => product * size, 1)
  const isWhole = name.startsWith('transformer')
  const dataset: Dataset = {
    count: reference.labels.length,
    features,
    inputs: Uint8Array.from(reference.inputs),
    labels: Int32Array.from(reference.labels),
    inputZero: isWhole ? 0 : 128,
    inputScale: isWhole ? [1, 1] : [1, 64],
    labelCenter: 0,
    labelSpread: 1,
  }
  return { bytes: new Uint8Array(readFileSync(path('onnx'))), reference, dataset }
}

const FILES: [name: string, what: string, trainable: string[] | undefined][] = [
  ['perceptron', 'the last layer of a perceptron', ['4.*']],
  ['convolutional', 'convolutions in groups over frozen batch normalisation', undefined],
  ['transformer', 'embedding, causal attention, layer normalisation and GELU', undefined],
  ['transformer-folded', 'the same with layer normalisation in its parts and constants folded', undefined],
  ['vision', 'patches, a class token and PyTorch’s own attention', undefined],
  ['transformer-fixed', 'a file whose batch was fixed at export', undefined],
]

for (const [name, what, trainable] of FILES) {
  test(`${what}: five steps agree with PyTorch’s`, async () => {
    const { bytes, reference, dataset } = readFixture(name)
    const model = importOnnx(bytes, { output: reference.output, ...(trainable === undefined ? {} : { trainable }) })
    const trainer = await createTrainer(model, { ...SGD, learningRate: reference.learningRate })
    let { weights } = model
    for (const expected of reference.losses) {
      const step = await trainer.fit(weights, dataset, { seed: 1 })
      assert.ok(Math.abs(step.loss - expected) < 1e-4 * expected, `${step.loss} is not ${expected}`)
      weights = step.weights
    }
    for (const [tensor, values] of Object.entries(reference.tensors)) {
      const layout = tensorLayout(model).find((entry) => entry.name === tensor)
      assert.ok(layout, `${tensor} is not among ${model.tensors.map((entry) => entry.name)}`)
      for (const [index, value] of values.entries()) {
        const actual = weights[layout.offset + index]!
        assert.ok(Math.abs(actual - value) < 1e-4 * (1 + Math.abs(value)), `${tensor}[${index}] ${actual} is not ${value}`)
      }
    }
    await trainer.release()
  })
}
