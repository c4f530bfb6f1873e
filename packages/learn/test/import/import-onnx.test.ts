import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import fc from 'fast-check'
import { buildManifest } from '../../src/calibration/build-manifest.ts'
import type { Dataset } from '../../src/data/dataset.ts'
import { exportOnnx, exportSafetensors, importSafetensors } from '../../src/export/export.ts'
import { BaseModelError, openModel, toBaseWeights, toSpec } from '../../src/import/base-weights.ts'
import { importOnnx, UnsupportedOperatorError } from '../../src/import/import-onnx.ts'
import { OnnxModelError } from '../../src/import/tensor-selection.ts'
import {
  ManifestError,
  parseManifest,
  serializeManifest,
  type TrainingSpec,
  validateManifest,
} from '../../src/manifest/manifest.ts'
import { NotDenseError, toSetup, toWeights } from '../../src/manifest/setup.ts'
import { BaseHashError, hashBase, MissingBaseError } from '../../src/model/base-hash.ts'
import { countParameters, NonFiniteWeightError, type OutputKind, tensorLayout } from '../../src/model/model.ts'
import { createGraph, emit, floatConstant, integerConstant } from '../../src/onnx/graph.ts'
import { decodeModel, OnnxFileError } from '../../src/onnx/reader.ts'
import { openSession, Tensor } from '../../src/onnx/runtime.ts'
import { type Attribute, encodeModel, type Graph } from '../../src/onnx/writer.ts'
import { loadTask } from '../../src/tasks/tasks.ts'
import { createTrainer, FixedBatchError } from '../../src/training/trainer.ts'

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
  const path = (ending: string) => new URL(`../fixtures/${name}.${ending}`, import.meta.url)
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
        assert.ok(
          Math.abs(actual - value) < 1e-4 * (1 + Math.abs(value)),
          `${tensor}[${index}] ${actual} is not ${value}`,
        )
      }
    }
    await trainer.release()
  })
}

/** A file whose `w` [4, 3] meets the input [batch, 4] before the operations of `build`, which gives [batch, 3]. */
function toFile(build: (graph: Graph, value: string) => string, batch: number | string = 'n', w = 0.25): Uint8Array {
  const graph = createGraph('g')
  graph.inputs.push({ name: 'given', type: 'float', shape: [batch, 4] })
  const values = Float32Array.from({ length: 12 }, (_, i) => Math.sin(7 * i) * w)
  graph.constants.push({ name: 'w', type: 'float', shape: [4, 3], bytes: new Uint8Array(values.buffer) })
  const result = build(graph, emit(graph, 'MatMul', ['given', 'w']))
  graph.outputs.push({ name: result, type: 'float', shape: [batch, 3] })
  return encodeModel(graph)
}

const constant = (graph: Graph, name: string, values: number[]): string => {
  const bytes = new Uint8Array(Float32Array.from(values).buffer)
  graph.constants.push({ name, type: 'float', shape: [values.length], bytes })
  return name
}

const EXAMPLES: Dataset = {
  count: 5,
  features: 4,
  inputs: Uint8Array.from({ length: 20 }, (_, i) => (i * 67) % 256),
  labels: Int32Array.from({ length: 5 }, (_, i) => i % 3),
  inputZero: 128,
  inputScale: [1, 64],
  labelCenter: 0,
  labelSpread: 1,
}

const simple = (op: string, attributes: Record<string, Attribute> = {}) => {
  return (graph: Graph, value: string) => emit(graph, op, [value], attributes)
}

const COMPOSED: Record<string, (graph: Graph, value: string) => string> = {
  Gelu: simple('Gelu'),
  'Gelu by tanh': simple('Gelu', { approximate: { text: 'tanh' } }),
  HardSwish: simple('HardSwish'),
  HardSigmoid: simple('HardSigmoid', { alpha: { float: 0.3 } }),
  Dropout: simple('Dropout'),
  Cast: simple('Cast', { to: { int: 1 } }),
  'BatchNormalization with its scale trained': (graph, value) =>
    emit(graph, 'BatchNormalization', [
      value,
      constant(graph, 'scale', [1, 0.5, 2]),
      constant(graph, 'shift', [0, 0.1, -0.2]),
      constant(graph, 'mean', [0.1, 0.2, 0.3]),
      constant(graph, 'variance', [1, 2, 0.5]),
    ]),
  'Slice backwards': (graph, value) => {
    const bounds = [[-1], [-(2 ** 31)], [1], [-1]].map((values) => integerConstant(graph, values))
    return emit(graph, 'Slice', [value, ...bounds])
  },
  'a softmax that ends the graph': simple('Softmax', { axis: { int: -1 } }),
}

for (const [name, build] of Object.entries(COMPOSED)) {
  test(`${name}: a step is the finite-difference gradient`, async () => {
    const trainable = name.startsWith('Batch') ? ['w', 'scale', 'shift'] : ['w']
    const model = importOnnx(toFile(build), { output: 'softmax', trainable })
    assert.deepEqual(
      model.tensors.map((tensor) => tensor.name),
      trainable,
    )
    const trainer = await createTrainer(model, SGD)
    const { weights } = await trainer.fit(model.weights, EXAMPLES, { seed: 1, learningRate: 1 })
    const h = 2 ** -7
    for (const [p, weight] of model.weights.entries()) {
      const lossAt = async (by: number) => (await trainer.evaluate(model.weights.with(p, weight + by), EXAMPLES)).loss!
      const expected = ((await lossAt(h)) - (await lossAt(-h))) / (2 * h)
      assert.ok(Math.abs(weight - weights[p]! - expected) < 1e-3, `[${p}] ${weight - weights[p]!} is not ${expected}`)
    }
    await trainer.release()
  })
}

test('batch normalisation stays frozen unless its scale is asked for, and its statistics always', () => {
  const file = toFile(COMPOSED['BatchNormalization with its scale trained']!)
  const names = (trainable?: string[]) =>
    importOnnx(file, { output: 'softmax', ...(trainable === undefined ? {} : { trainable }) }).tensors.map(
      ({ name }) => name,
    )
  assert.deepEqual(names(), ['w'])
  assert.deepEqual(names(['s*']), ['scale', 'shift'])
  assert.throws(() => names(['mean']), /statistic/)
  assert.throws(() => names(['*']), OnnxModelError)
  assert.throws(() => names(['*']), /"\*" asks to train it; choose patterns that leave it out/)
})

test('an operator that cannot be trained through is named, with its node and place', () => {
  const file = toFile((graph, value) => emit(graph, 'Relu', [emit(graph, 'NonMaxSuppression', [value])]))
  assert.throws(
    () => importOnnx(file, { output: 'softmax' }),
    (error) =>
      error instanceof UnsupportedOperatorError &&
      error.op === 'NonMaxSuppression' &&
      /node "NonMaxSuppression_1", 2 of 3/.test(error.message),
  )
  const both = toFile((graph, value) =>
    emit(graph, 'Resize', [emit(graph, 'Relu', [emit(graph, 'RoiAlign', [value])])]),
  )
  assert.throws(() => importOnnx(both, { output: 'softmax' }), /operator RoiAlign .* trained through, nor is Resize\./)
})

const REFUSED: [what: string, file: () => Uint8Array, trainable: string[] | undefined, reason: RegExp][] = [
  ['a tensor that is not there', () => toFile((_, value) => value), ['head.*'], /"head\.\*".*"w"/],
  ['an empty choice', () => toFile((_, value) => value), [], /no tensor is left/],
  [
    'a tensor that reaches no output',
    () =>
      toFile((graph, value) => {
        constant(graph, 'idle', [1])
        return value
      }),
    ['w', 'idle'],
    /"idle" does not influence/,
  ],
  [
    'two inputs',
    () =>
      toFile((graph, value) => {
        graph.inputs.push({ name: 'other', type: 'float', shape: ['n', 3] })
        return emit(graph, 'Add', [value, 'other'])
      }),
    undefined,
    /"given", "other"/,
  ],
  [
    'an output of another shape',
    () => toFile((graph, value) => emit(graph, 'Unsqueeze', [value, integerConstant(graph, [1])])),
    undefined,
    /\[batch, 1, 3\]/,
  ],
  [
    'shapes that do not fit',
    () => toFile((graph, value) => emit(graph, 'Add', [value, floatConstant(graph, [1, 2], [2])])),
    undefined,
    /\[batch, 3\], \[2\]/,
  ],
]

for (const [what, file, trainable, reason] of REFUSED) {
  test(`${what} is refused and said`, () => {
    assert.throws(
      () => importOnnx(file(), { output: 'softmax', ...(trainable === undefined ? {} : { trainable }) }),
      (error) =>
        (error instanceof OnnxModelError || error instanceof UnsupportedOperatorError) && reason.test(error.message),
    )
  })
}

test('weights that are NaN or infinite are refused', () => {
  const importOf = (value: number) =>
    importOnnx(
      toFile((_, input) => input, 'n', value),
      { output: 'softmax', trainable: ['w'] },
    )
  assert.throws(() => importOf(Number.NaN), OnnxFileError)
  // Beyond float32: infinite once stored.
  assert.throws(() => importOf(1e40), NonFiniteWeightError)
})

test('a file that fixes the batch and mixes its examples is refused before training', async () => {
  const mixing = (graph: Graph, value: string) => {
    const sum = emit(graph, 'ReduceSum', [value, integerConstant(graph, [0])], { keepdims: { int: 1 } })
    return emit(graph, 'Add', [value, sum])
  }
  await assert.rejects(createTrainer(importOnnx(toFile(mixing, 1), { output: 'softmax' }), SGD), FixedBatchError)
  const trainer = await createTrainer(importOnnx(toFile(simple('Tanh'), 1), { output: 'softmax' }), SGD)
  assert.equal(
    (await trainer.fit(importOnnx(toFile(simple('Tanh')), { output: 'softmax' }).weights, EXAMPLES, { seed: 1 })).steps,
    1,
  )
  await trainer.release()
})

test('a truncated file is refused, wherever it ends, and so is anything else that is no ONNX', () => {
  const { bytes } = readFixture('perceptron')
  for (let end = 0; end < bytes.length; end += 7) {
    assert.throws(() => importOnnx(bytes.subarray(0, end), { output: 'logistic' }), isOurs)
  }
  assert.throws(() => decodeModel(bytes.subarray(0, bytes.length - 9)), OnnxFileError)
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 200 }),
      (junk) => void assert.throws(() => decodeModel(junk), OnnxFileError),
    ),
  )
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.nat(255), (at, byte) => {
      try {
        importOnnx(bytes.with(at, byte), { output: 'logistic' })
      } catch (error) {
        assert.ok(isOurs(error), `${(error as Error).stack}`)
      }
    }),
    { numRuns: 500 },
  )
})

function isOurs(error: unknown): boolean {
  return [OnnxFileError, OnnxModelError, UnsupportedOperatorError, NonFiniteWeightError].some(
    (kind) => error instanceof kind,
  )
}

/** A federation over digits whose model is a file: one tensor trained, one frozen. */
function digitsFile(): Uint8Array {
  const graph = createGraph('g')
  graph.inputs.push({ name: 'pixels', type: 'float', shape: ['n', 64] })
  const weight = (name: string, shape: [number, number]) => {
    const values = Float32Array.from({ length: shape[0] * shape[1] }, (_, i) => Math.sin(i * i) / 8)
    graph.constants.push({ name, type: 'float', shape, bytes: new Uint8Array(values.buffer) })
    return name
  }
  const hidden = emit(graph, 'Relu', [emit(graph, 'MatMul', ['pixels', weight('body', [64, 32])])])
  emit(graph, 'Gemm', [hidden, weight('head', [10, 32])], { transB: { int: 1 } }, 'answer')
  graph.outputs.push({ name: 'answer', type: 'float', shape: ['n', 10] })
  return encodeModel(graph)
}

test('a file becomes a federation’s model: manifest, base weights, training, export', async () => {
  const file = digitsFile()
  const model = importOnnx(file, { output: 'softmax', trainable: ['head'] })
  assert.equal(countParameters(model), 320)
  const task = { ...loadTask('digits', { size: 'blob' }), model }
  const tensors = model.tensors.map(({ name, shape }) => ({ name, shape, step: [1, 512] as [number, number] }))
  const manifest = buildManifest({
    task,
    calibration: { tensors },
    initialisation: { kind: 'base', hash: hashBase(file) },
  })
  assert.deepEqual(manifest.model, toSpec(model))
  assert.deepEqual(parseManifest(serializeManifest(manifest)), manifest)
  assert.throws(() => toSetup(manifest), NotDenseError)

  const base = toBaseWeights(manifest, file)
  assert.deepEqual(base, model.weights)
  assert.throws(() => openModel(manifest), MissingBaseError)
  assert.throws(() => openModel(manifest, file.with(file.length - 1, 3)), BaseHashError)
  const lying = { ...manifest, model: { ...toSpec(model), shape: [8, 8] } as typeof manifest.model }
  assert.throws(() => openModel(lying, file), BaseModelError)

  const opened = openModel(manifest, file)
  const trainer = await createTrainer(opened, manifest.training)
  const before = (await trainer.evaluate(base, task.heldOut)).accuracy!
  const { weights } = await trainer.fit(base, task.train, { seed: 1, epochs: 3 })
  assert.ok((await trainer.evaluate(weights, task.heldOut)).accuracy! > Math.max(0.7, before))
  assert.deepEqual(importSafetensors(model, exportSafetensors(model, weights)), weights)
  assert.deepEqual(toWeights(manifest, new Int32Array(320), base), base)

  const session = await openSession(exportOnnx({ model: opened, data: manifest.data }, weights))
  const logits = await trainer.predict(weights, { ...task.heldOut, count: 1, inputs: task.heldOut.inputs.slice(0, 64) })
  const pixels = Float32Array.from(task.heldOut.inputs.subarray(0, 64), (byte) => byte / 240)
  // Input and output keep the names that the file gave them.
  assert.deepEqual([session.inputNames, session.outputNames], [['pixels'], ['answer']])
  const { answer: output } = await session.run({ pixels: new Tensor('float32', pixels, [1, 64]) })
  const total = logits.reduce((sum, value) => sum + Math.exp(value), 0)
  for (const [index, value] of logits.entries()) {
    assert.ok(Math.abs((output!.data as Float32Array)[index]! - Math.exp(value) / total) < 1e-5)
  }
  await session.release()
  await trainer.release()
})

test('a manifest that describes an ONNX model wrongly is refused by the key', () => {
  const file = digitsFile()
  const model = importOnnx(file, { output: 'softmax', trainable: ['head'] })
  const tensors = model.tensors.map(({ name, shape }) => ({ name, shape, step: [1, 512] as [number, number] }))
  const initialisation = { kind: 'base', hash: hashBase(file) } as const
  const task = { ...loadTask('digits'), model }
  const manifest = buildManifest({ task, calibration: { tensors }, initialisation })
  const wrong: [string, unknown][] = [
    ['model.shape', { ...manifest, model: { ...manifest.model, shape: [8, 9] } }],
    ['model.outputs', { ...manifest, model: { ...manifest.model, outputs: 11 } }],
    ['model.kind', { ...manifest, model: { ...manifest.model, kind: 'torch' } }],
    ['data.inputScale', { ...manifest, model: { ...manifest.model, inputType: 'integer' } }],
    ['tensors[0].name', { ...manifest, tensors: [{ ...tensors[0]!, name: 'tail' }] }],
    ['initialisation.kind', { ...manifest, initialisation: { kind: 'float', seed: `0x${'11'.repeat(32)}` } }],
    ['model.kind', { ...manifest, version: 1 }],
  ]
  for (const [key, value] of wrong) {
    assert.throws(
      () => validateManifest(value),
      (error) => error instanceof ManifestError && error.key === key,
      key,
    )
  }
})
