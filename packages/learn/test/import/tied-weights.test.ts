/** Tensors that stay one: what the exporter merged, or wrote twice, and its owner ties. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import type { Dataset } from '../../src/data/dataset.ts'
import { BaseModelError, openModel, toSpec } from '../../src/import/base-weights.ts'
import { importOnnx } from '../../src/import/import-onnx.ts'
import { hashBase } from '../../src/model/base-hash.ts'
import { type ImportedModel, isOnnxModel, tensorLayout } from '../../src/model/model.ts'
import { createTrainer } from '../../src/training/trainer.ts'
import { toOnnxFile } from '../onnx-file.ts'

const weight = Array.from({ length: 16 }, (_, index) => Math.fround(Math.sin(index + 1)))
const gain = { shape: [4], values: [1, 1, 1, 1] }
const dataset: Dataset = {
  count: 2,
  features: 4,
  inputs: Uint8Array.of(12, 250, 99, 3, 77, 5, 180, 41),
  labels: Int32Array.of(1, 3),
  inputZero: 128,
  inputScale: [1, 64],
  labelCenter: 0,
  labelSpread: 1,
}

/** Two layers of the same weight, and two gains of ones: written twice, or as `Identity`, as PyTorch's exporter merges. */
function twinFile(isMerged: boolean, second = weight): Uint8Array {
  const twins = { 'out.weight': { shape: [4, 4], values: second }, 'out.gain': gain }
  const merged = Object.keys(twins).map((name) => ({
    op: 'Identity',
    inputs: [name.replace('out', 'in')],
    outputs: [name],
  }))
  return toOnnxFile({
    input: { name: 'x', shape: ['n', 4] },
    constants: { 'in.weight': { shape: [4, 4], values: weight }, 'in.gain': gain, ...(isMerged ? {} : twins) },
    nodes: [
      ...(isMerged ? merged : []),
      { op: 'MatMul', inputs: ['x', 'in.weight'], outputs: ['a'] },
      { op: 'Mul', inputs: ['a', 'in.gain'], outputs: ['b'] },
      { op: 'MatMul', inputs: ['b', 'out.weight'], outputs: ['c'] },
      { op: 'Mul', inputs: ['c', 'out.gain'], outputs: ['y'] },
    ],
    output: { name: 'y', shape: ['n', 4] },
  })
}

/** By how much a step of rate 1 changes each tensor. */
async function step(model: ImportedModel): Promise<Map<string, Float32Array>> {
  const training = { optimizer: 'sgd', learningRate: 1, momentum: 0, epochs: 1, batchSize: 2, proximal: 0 } as const
  const trainer = await createTrainer(model, training)
  const { weights } = await trainer.fit(model.weights, dataset, { seed: 1 })
  await trainer.release()
  const change = weights.map((value, index) => value - model.weights[index]!)
  return new Map(
    tensorLayout(model).map(({ name, offset, length }) => [name, change.subarray(offset, offset + length)]),
  )
}

const namesOf = ({ tensors }: ImportedModel) => tensors.map(({ name }) => name).sort()

for (const isMerged of [false, true]) {
  test(`tensors that are tied are trained as one, ${isMerged ? 'merged by the exporter' : 'written twice'}`, async () => {
    const file = twinFile(isMerged)
    const apart = importOnnx(file, { output: 'softmax' })
    assert.deepEqual(namesOf(apart), ['in.gain', 'in.weight', 'out.gain', 'out.weight'])
    assert.equal(apart.ties, undefined)
    const tied = importOnnx(file, { output: 'softmax', ties: [['in.weight', 'out.weight']] })
    assert.deepEqual(namesOf(tied), ['in.gain', 'in.weight', 'out.gain'])
    assert.ok(tied.notes.some((note) => /^Trained as one, as asked for: .*in\.weight.*out\.weight/.test(note)))
    // The gradient of what is used twice is the sum of those that the two would have apart.
    const [one, two] = [await step(tied), await step(apart)]
    for (const [index, change] of one.get('in.weight')!.entries()) {
      assert.ok(Math.abs(change - two.get('in.weight')![index]! - two.get('out.weight')![index]!) < 1e-5)
    }
  })
}

test('a manifest names the ties, and the file opens as the creator imported it', () => {
  const file = twinFile(true)
  const ties = [['in.weight', 'out.weight']]
  const model = toSpec(importOnnx(file, { output: 'softmax', ties }))
  assert.ok(isOnnxModel(model))
  assert.deepEqual(model.ties, ties)
  const initialisation = { kind: 'base', hash: hashBase(file) } as const
  const opened = openModel({ model, initialisation }, file)
  assert.deepEqual(toSpec(opened), model)
  const { ties: _, ...untied } = model
  assert.notDeepEqual(toSpec(importOnnx(file, { output: 'softmax' })), untied)
  assert.throws(() => openModel({ model: { ...model, inputs: 5 }, initialisation }, file), BaseModelError)
})

test('a tensor that the exporter knows by two names is one, says so, and answers to both', () => {
  const file = readFileSync(new URL('../fixtures/matrix/tied-batch.onnx', import.meta.url))
  const read = (options: object = {}) => importOnnx(file, { output: 'softmax', ...options })
  const plain = read()
  assert.deepEqual(namesOf(plain), ['head.bias', 'head.weight', 'middle.bias', 'middle.weight'])
  assert.deepEqual(plain.notes, ['"head.weight" is also "embedding.weight": one tensor, trained as one.'])
  for (const tie of [
    ['embedding.weight', 'head.weight'],
    ['head.weight', 'embedding.weight'],
  ]) {
    assert.deepEqual(toSpec(read({ ties: [tie] })), toSpec(plain))
  }
  assert.deepEqual(namesOf(read({ trainable: ['embedding.*'] })), ['head.weight'])
  assert.throws(() => read({ ties: [['embedding.weight', 'embedding.weight']] }), /"head\.weight" is tied twice/)
  assert.throws(() => read({ ties: [['embedding.weight', 'middle.weight']] }), /their shapes are \[5, 3\] and \[3, 3\]/)
})

test('what cannot be tied is refused by name', () => {
  const tie = (ties: string[][], file = twinFile(false)) => {
    return () => importOnnx(file, { output: 'softmax', ties })
  }
  assert.throws(tie([['in.weight', 'head']]), /no tensor of floats is named "head", which is to be tied/)
  assert.throws(tie([['in.weight']]), /a tie needs two tensors; one names "in\.weight" alone/)
  assert.throws(tie([[]]), /a tie needs two tensors; one names none/)
  assert.throws(tie([['in.weight', 'in.gain']]), /their shapes are \[4, 4\] and \[4\]/)
  const twice = [
    ['in.weight', 'out.weight'],
    ['out.weight', 'in.weight'],
  ]
  assert.throws(tie(twice), /tensor "out\.weight" is tied twice/)
  assert.throws(tie([['in.weight', 'in.weight']]), /tensor "in\.weight" is tied twice/)
  const other = twinFile(
    false,
    weight.map((value) => value + 1),
  )
  assert.throws(tie([['in.weight', 'out.weight']], other), /cannot be tied: their values differ/)
})
