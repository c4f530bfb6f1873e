import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { buildManifest } from '../../src/calibration/build-manifest.ts'
import { calibrate } from '../../src/calibration/calibrate.ts'
import { calibrateSteps } from '../../src/calibration/steps.ts'
import { selectExamples } from '../../src/data/dataset.ts'
import { partitionIid } from '../../src/data/partition.ts'
import { evaluateIntegers } from '../../src/evaluation/integer-model.ts'
import { exportSafetensors } from '../../src/export/export.ts'
import { toBaseWeights } from '../../src/import/base-weights.ts'
import {
  type Manifest,
  ManifestError,
  parseManifest,
  serializeManifest,
  validateManifest,
} from '../../src/manifest/manifest.ts'
import {
  addLanes,
  BaseLengthError,
  FloatStartError,
  NotDenseError,
  toSetup,
  toWeights,
} from '../../src/manifest/setup.ts'
import { BaseHashError, hashBase, MissingBaseError } from '../../src/model/base-hash.ts'
import { initialRange, initialWeights } from '../../src/model/initial-weights.ts'
import { countParameters, type LayeredModel, mlp, tensorLayout } from '../../src/model/model.ts'
import { SafetensorsError } from '../../src/model/safetensors.ts'
import { loadTask } from '../../src/tasks/tasks.ts'
import { federatedAveraging } from '../../src/training/federated-averaging.ts'
import { quantizedAveraging } from '../../src/training/quantized-averaging.ts'
import { createTrainer } from '../../src/training/trainer.ts'

const CNN: LayeredModel = {
  inputs: 64,
  shape: [1, 8, 8],
  layers: [
    { kind: 'convolution', channels: 8, kernel: [3, 3], padding: 'same', activation: 'relu' },
    { kind: 'max-pooling', window: [2, 2] },
    { kind: 'dense', outputs: 32, activation: 'relu' },
    { kind: 'dense', outputs: 10, activation: 'none' },
  ],
  output: 'softmax',
}
const TASK = { ...loadTask('digits', { size: 'blob' }), model: CNN }
const SEED = `0x${'5a'.repeat(32)}` as const
const TENSORS = tensorLayout(CNN).map(({ name, shape }) => ({ name, shape, step: [1, 512] as [number, number] }))

function floatManifest(initialisation: Manifest['initialisation'] = { kind: 'float', seed: SEED }): Manifest {
  return buildManifest({ task: TASK, calibration: { tensors: TENSORS }, initialisation })
}

test('digits: a convolutional network in 8-bit updates over float weights comes close to floating point', async () => {
  const members = partitionIid(TASK.train.count, { members: 4, seed: 1 }).map((list) =>
    selectExamples(TASK.train, list),
  )
  const trainer = await createTrainer(CNN, { ...TASK.training, learningRate: 0.2, epochs: 2 })
  const start = initialWeights(CNN, BigInt(SEED))
  const { terms } = TASK
  const rehearsal = { model: CNN, trainer, members: members.slice(0, 1), expectedUpdates: 4, terms, seed: 1 }
  const tensors = await calibrateSteps({ ...rehearsal, rehearsalRounds: 2 }, start)
  const manifest = buildManifest({
    task: TASK,
    calibration: { tensors },
    initialisation: new Uint8Array(32).fill(0x5a),
  })
  const base = toBaseWeights(manifest)
  assert.deepEqual(base, start)
  const zeros = new Int32Array(countParameters(CNN))
  const loop = { trainer, members, rounds: 6, seed: 1 }
  const { lanes, clampedShare } = await quantizedAveraging({ ...loop, manifest, terms, lanes: zeros, base })
  const float = await federatedAveraging({ ...loop, weights: base, weighting: 'uniform' })
  const accuracyOf = async (weights: Float32Array) => (await trainer.evaluate(weights, TASK.heldOut)).accuracy!
  const [chain, fedAvg] = [await accuracyOf(toWeights(manifest, lanes, base)), await accuracyOf(float)]
  assert.ok(fedAvg > 0.9, `${fedAvg}`)
  assert.ok(fedAvg - chain < 0.015, `${chain} against ${fedAvg}`)
  assert.ok(clampedShare < 0.05, `${clampedShare}`)
  await trainer.release()
})

test('weights = base + step · lane, in single precision', () => {
  const manifest = floatManifest()
  const base = toBaseWeights(manifest)
  fc.assert(
    fc.property(fc.nat(base.length - 1), fc.integer({ min: -(2 ** 23), max: 2 ** 23 - 1 }), (p, lane) => {
      const weights = toWeights(manifest, new Int32Array(base.length).with(p, lane), base)
      assert.equal(weights[p], Math.fround(base[p]! + lane / 512))
      assert.ok(weights.every((weight, q) => q === p || weight === base[q]))
    }),
    { numRuns: 20 },
  )
  assert.throws(() => toWeights(manifest, new Int32Array(base.length)), FloatStartError)
  assert.throws(() => addLanes(base.subarray(1), [], new Int32Array(base.length)), BaseLengthError)
})

test('seeded floats repeat, stay in their range, and leave biases at zero', () => {
  const weights = initialWeights(CNN, BigInt(SEED))
  assert.deepEqual(initialWeights(CNN, BigInt(SEED)), weights)
  assert.notDeepEqual(initialWeights(CNN, 1n), weights)
  // The first values of this seed, as another machine must draw them.
  assert.deepEqual([...weights.subarray(0, 3)], [-0.2573980987071991, 0.050474487245082855, 0.01938280090689659])
  for (const { shape, offset, length } of tensorLayout(CNN)) {
    const tensor = weights.subarray(offset, offset + length)
    const range = shape.length === 1 ? 0 : initialRange(shape.slice(1).reduce((a, b) => a * b))
    assert.ok(tensor.every((weight) => Math.abs(weight) <= Math.fround(range)))
    if (shape.length > 1) assert.ok(tensor.some((weight) => Math.abs(weight) > range / 2))
  }
})

test('a base file is taken only with the hash that the manifest names', () => {
  const weights = initialWeights(CNN, 9)
  const file = exportSafetensors(CNN, weights)
  const manifest = floatManifest({ kind: 'base', hash: hashBase(file) })
  assert.deepEqual(toBaseWeights(manifest, file), weights)
  assert.throws(() => toBaseWeights(manifest), MissingBaseError)
  assert.throws(() => toBaseWeights(manifest, file.with(file.length - 1, 1)), BaseHashError)
  const other = exportSafetensors(mlp([64, 10], 'softmax'), new Float32Array(650))
  const wrong = floatManifest({ kind: 'base', hash: hashBase(other) })
  assert.throws(() => toBaseWeights(wrong, other), SafetensorsError)
})

test('a manifest of version 2 survives publication, and the direct path refuses its model by type', async () => {
  const manifest = floatManifest()
  assert.equal(manifest.version, 2)
  assert.deepEqual(parseManifest(serializeManifest(manifest)), manifest)
  assert.throws(() => toSetup(manifest), NotDenseError)
  const lanes = new Int32Array(countParameters(CNN))
  assert.throws(() => evaluateIntegers(manifest, lanes, TASK.heldOut), NotDenseError)
  const dense = { ...TASK, model: mlp([64, 10], 'softmax') }
  const tensors = tensorLayout(dense.model).map(({ name, shape }) => ({
    name,
    shape,
    step: [1, 512] as [number, number],
  }))
  const flat = buildManifest({ task: dense, calibration: { tensors }, initialisation: { kind: 'float', seed: SEED } })
  assert.throws(() => toSetup(flat), FloatStartError)
  const trainer = await createTrainer(CNN, TASK.training)
  const { model, schema, terms, train } = TASK
  await assert.rejects(calibrate({ model, schema, trainer, members: [train], terms, seed: 1 }), NotDenseError)
  await trainer.release()
})

const BROKEN: [key: string, change: (manifest: Manifest) => unknown][] = [
  ['version', (manifest) => ({ ...manifest, version: 3 })],
  ['model.shape', (manifest) => ({ ...manifest, version: 1 })],
  ['model.shape', (manifest) => ({ ...manifest, model: { ...CNN, shape: [1, 8, 9] } })],
  ['model.layers[1]', (manifest) => ({ ...manifest, model: withLayer(1, { kind: 'max-pooling', window: [9, 9] }) })],
  ['model.layers[1].kind', (manifest) => ({ ...manifest, model: withLayer(1, { kind: 'recurrent' }) })],
  [
    'model.layers[3].kind',
    (manifest) => ({ ...manifest, model: withLayer(3, { kind: 'max-pooling', window: [1, 1] }) }),
  ],
  [
    'model.layers[0].activation',
    (manifest) => ({ ...manifest, model: withLayer(0, { ...CNN.layers[0], activation: 'none' }) }),
  ],
  ['model.layers[0].kernel', (manifest) => ({ ...manifest, model: withLayer(0, { ...CNN.layers[0], kernel: [3] }) })],
  [
    'tensors[0].shape',
    (manifest) => ({ ...manifest, tensors: [{ ...TENSORS[0]!, shape: [8, 9] }, ...TENSORS.slice(1)] }),
  ],
  ['initialisation.kind', (manifest) => ({ ...manifest, initialisation: { kind: 'zero' } })],
  ['initialisation.seed', (manifest) => ({ ...manifest, initialisation: { kind: 'float', seed: '0x12' } })],
]

function withLayer(index: number, layer: object): unknown {
  return { ...CNN, layers: CNN.layers.map((other, at) => (at === index ? layer : other)) }
}

for (const [key, change] of BROKEN) {
  test(`a manifest of version 2 with a wrong ${key} is refused by that name`, () => {
    assert.throws(
      () => validateManifest(change(floatManifest())),
      (error) => error instanceof ManifestError && error.key.startsWith(key),
    )
  })
}
