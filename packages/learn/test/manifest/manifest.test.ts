import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { toCanonicalJson } from '../../src/manifest/canonical-json.ts'
import {
  type Manifest,
  ManifestError,
  parseManifest,
  serializeManifest,
  validateManifest,
} from '../../src/manifest/manifest.ts'
import { toParameterSteps, toSetup, toTensorSteps, toWeights } from '../../src/manifest/setup.ts'
import { mlp } from '../../src/model/model.ts'
import { digitsSchema } from '../../src/tasks/tasks.ts'

function digitsManifest(): Manifest {
  return {
    version: 1,
    name: 'digits',
    purpose: 'read digits',
    licence: 'CC BY 4.0',
    contact: '',
    publicity: 'updates are public',
    task: { kind: 'multi-class', metrics: ['accuracy'] },
    data: digitsSchema(),
    model: mlp([64, 32, 10], 'softmax'),
    tensors: [
      { name: 'layer0.weight', shape: [32, 64], step: [1, 512] },
      { name: 'layer0.bias', shape: [32], step: [1, 512] },
      { name: 'layer1.weight', shape: [10, 32], step: [1, 512] },
      // scale of the hidden layer: 1/240 · 1/512 · 2^12 = 1/30
      { name: 'layer1.bias', shape: [10], step: [30, 15360] },
    ],
    initialisation: { kind: 'seeded', seed: `0x${'11'.repeat(32)}`, amplitudes: [111, 0, 78, 0] },
    network: {
      inputScale: [1, 240],
      inputZero: 0,
      layers: [
        { shift: 12, biasMultiplier: 240 },
        { shift: 0, biasMultiplier: 30 },
      ],
      outputMultiplier: '65104166666667',
      outputOffset: '0',
    },
    loss: {},
    training: { optimizer: 'sgd', learningRate: 0.1, momentum: 0, epochs: 5, batchSize: 10, proximal: 0 },
  }
}

/** A copy of the manifest with one value replaced. */
function withValue(path: (string | number)[], value: unknown): unknown {
  const copy = structuredClone(digitsManifest()) as never
  let at: Record<string | number, unknown> = copy
  for (const key of path.slice(0, -1)) at = at[key] as Record<string | number, unknown>
  at[path.at(-1)!] = value
  return copy
}

test('parseManifest(serializeManifest(m)) ≡ m', () => {
  assert.deepEqual(parseManifest(serializeManifest(digitsManifest())), digitsManifest())
})

test('a manifest that names no statistics round has the bytes it had before it could, and one that does is read back', () => {
  const without = createHash('sha256').update(serializeManifest(digitsManifest())).digest('hex')
  assert.equal(without, '9168fdf46b726ac0fbb103cd73a2589308a56f0b0f1240d67397d5eb000bcfe5')
  const statistics = { chainId: 31337, id: `0x${'22'.repeat(32)}`, manifestHash: `0x${'33'.repeat(32)}` }
  const sourced = { ...digitsManifest(), statistics }
  assert.deepEqual(parseManifest(serializeManifest(sourced)), sourced)
})

test('the order in which keys were written does not change the bytes', () => {
  const reversed = Object.fromEntries(Object.entries(digitsManifest()).reverse()) as Manifest
  assert.deepEqual(serializeManifest(reversed), serializeManifest(digitsManifest()))
})

test('a manifest that is not canonical, not JSON or not UTF-8 is refused', () => {
  const encode = (text: string) => new TextEncoder().encode(text)
  assert.throws(() => parseManifest(encode(JSON.stringify(digitsManifest(), null, 2))), /canonical/)
  assert.throws(() => parseManifest(encode('{"version":1')), ManifestError)
  assert.throws(() => parseManifest(Uint8Array.of(0xff, 0xfe)), /UTF-8/)
  const bom = new Uint8Array([0xef, 0xbb, 0xbf, ...serializeManifest(digitsManifest())])
  assert.throws(() => parseManifest(bom), ManifestError)
})

const BROKEN: [key: string, path: (string | number)[], value: unknown][] = [
  ['version', ['version'], 3],
  ['training.learningRate', ['training', 'learningRate'], Number.NaN],
  ['training.momentum', ['training', 'momentum'], 1],
  ['tensors[0].step[0]', ['tensors', 0, 'step'], [1.5, 2]],
  ['tensors[0].name', ['tensors', 0, 'name'], 'weights'],
  ['tensors[1].shape', ['tensors', 1, 'shape'], [31]],
  ['tensors', ['tensors'], digitsManifest().tensors.slice(1)],
  ['model.inputs', ['model', 'inputs'], 65],
  ['model.output', ['model', 'output'], 'linear'],
  ['model.layers[0].activation', ['model', 'layers', 0, 'activation'], 'none'],
  ['model.layers[1].outputs', ['model', 'layers', 1, 'outputs'], 9],
  ['network.layers[0].biasMultiplier', ['network', 'layers', 0, 'biasMultiplier'], 241],
  ['network.layers[0].shift', ['network', 'layers', 0, 'shift'], 0],
  ['network.layers[1].shift', ['network', 'layers', 1, 'shift'], 3],
  ['network.outputMultiplier', ['network', 'outputMultiplier'], '-1'],
  ['network.outputOffset', ['network', 'outputOffset'], '0x10'],
  ['network.inputScale', ['network', 'inputScale'], [1, 255]],
  ['loss.classWeights', ['loss', 'classWeights'], [1, 2]],
  ['initialisation.amplitudes', ['initialisation', 'amplitudes'], [1]],
  ['statistics.id', ['statistics'], { chainId: 1, id: '0x12', manifestHash: `0x${'33'.repeat(32)}` }],
  [
    'statistics.chainId',
    ['statistics'],
    { chainId: 0, id: `0x${'22'.repeat(32)}`, manifestHash: `0x${'33'.repeat(32)}` },
  ],
  ['statistics.manifestHash', ['statistics'], { chainId: 1, id: `0x${'22'.repeat(32)}` }],
  ['data.features[1].name', ['data', 'features', 1, 'name'], 'p00'],
]

for (const [key, path, value] of BROKEN) {
  test(`a manifest with a wrong ${key} is refused by that name`, () => {
    assert.throws(
      () => validateManifest(withValue(path, value)),
      (error) => error instanceof ManifestError && error.key === key,
    )
  })
}

test('an unknown key is refused', () => {
  assert.throws(() => validateManifest({ ...digitsManifest(), surprise: 1 }), /surprise/)
})

test('toSetup says of layers and tensors what the manifest says', () => {
  const setup = toSetup(digitsManifest())
  assert.deepEqual(setup.layers, [
    { inputs: 64, outputs: 32, biasMultiplier: 240, shift: 12 },
    { inputs: 32, outputs: 10, biasMultiplier: 30, shift: 0 },
  ])
  assert.deepEqual(
    setup.tensors.map(({ length }) => length),
    [2048, 32, 320, 10],
  )
  assert.deepEqual(
    setup.tensors.map(({ amplitude }) => amplitude),
    [111, 0, 78, 0],
  )
  assert.equal(setup.outputMultiplier, 65104166666667n)
  assert.equal(setup.start, 1)
})

test('weights are step · lane for every parameter', () => {
  const manifest = digitsManifest()
  const lanes = Int32Array.from({ length: 2410 }, (_, p) => p - 1000)
  const weights = toWeights(manifest, lanes)
  const steps = toParameterSteps(manifest)
  for (const { offset, length, step } of toTensorSteps(manifest)) {
    for (let p = offset; p < offset + length; p++) {
      assert.equal(steps[p], step)
      assert.equal(weights[p], Math.fround(step * lanes[p]!))
    }
  }
})

test('canonical JSON is read back as the same value, whatever the order of keys', () => {
  fc.assert(
    fc.property(fc.jsonValue({ noUnicodeString: false } as never), (value) => {
      const text = toCanonicalJson(value)
      assert.equal(toCanonicalJson(JSON.parse(text)), text)
    }),
  )
})

test('canonical JSON follows the examples of RFC 8785', () => {
  const value = {
    '\u20ac': 1,
    '\r': 2,
    '\ufb33': 3,
    '1': 4,
    '\ud83d\ude00': 5,
    '\u00f6': 6,
    numbers: [1e30, 4.5, 2e-3],
  }
  assert.equal(
    toCanonicalJson(value),
    '{"\\r":2,"1":4,"numbers":[1e+30,4.5,0.002],"\u00f6":6,"\u20ac":1,"\ud83d\ude00":5,"\ufb33":3}',
  )
  assert.throws(() => toCanonicalJson({ a: Number.POSITIVE_INFINITY }), /"a"/)
  assert.throws(() => toCanonicalJson('\ud800'), /surrogate/)
})
