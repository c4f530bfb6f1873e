/** A model whose values lie in files beside it, as PyTorch's exporter writes it. */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import fc from 'fast-check'
import { readBaseFile } from '../../src/import/base-file.ts'
import { importOnnx } from '../../src/import/import-onnx.ts'
import { BaseBundleError, packBase, unpackBase } from '../../src/onnx/base-bundle.ts'
import { OnnxFileError } from '../../src/onnx/reader.ts'
import { modelType } from '../../src/onnx/writer.ts'

const parent = mkdtempSync(join(tmpdir(), 'tutti-base-'))
const folder = join(parent, 'models')
mkdirSync(folder)
after(() => rmSync(parent, { recursive: true, force: true }))

const W = Float32Array.from({ length: 12 }, (_, i) => Math.sin(i))
const B = Float32Array.from([1, 2, 3])

/** A dense layer whose weights lie where the entries say. */
function toModel(entries: Record<string, string>): Uint8Array {
  const value = (name: string, shape: object[]) => ({
    name,
    type: { tensorType: { elemType: 1, shape: { dim: shape } } },
  })
  return modelType
    .encode({
      irVersion: 10,
      opsetImport: [{ domain: '', version: 20 }],
      graph: {
        name: 'g',
        input: [value('x', [{ dimParam: 'n' }, { dimValue: 4 }])],
        output: [value('y', [{ dimParam: 'n' }, { dimValue: 3 }])],
        initializer: [
          {
            name: 'w',
            dims: [4, 3],
            dataType: 1,
            dataLocation: 1,
            externalData: Object.entries(entries).map(([key, text]) => ({ key, value: text })),
          },
          { name: 'b', dims: [3], dataType: 1, rawData: new Uint8Array(B.buffer) },
        ],
        node: [{ opType: 'Gemm', input: ['x', 'w', 'b'], output: ['y'] }],
      },
    })
    .finish()
}

const write = (entries: Record<string, string>, name = 'model.onnx') => {
  const path = join(folder, name)
  writeFileSync(path, toModel(entries))
  return path
}

const data = new Uint8Array(100)
data.set(new Uint8Array(W.buffer), 8)
writeFileSync(join(folder, 'model.onnx.data'), data)
const sound = { location: 'model.onnx.data', offset: '8', length: '48' }

test('values in a second file are read, and both files are one base', () => {
  const base = readBaseFile(write(sound))
  const model = importOnnx(base, { output: 'softmax' })
  assert.deepEqual(model.weights, Float32Array.from([...W, ...B]))
  // Under another name of its own it is the same base; with another value in the second file it is another.
  assert.deepEqual(readBaseFile(write(sound, 'renamed.onnx')), base)
  writeFileSync(join(folder, 'model.onnx.data'), data.with(99, 1))
  const other = importOnnx(readBaseFile(join(folder, 'model.onnx')), { output: 'softmax' })
  writeFileSync(join(folder, 'model.onnx.data'), data)
  assert.notEqual(other.baseHash, model.baseHash)
  assert.deepEqual(other.weights, model.weights)
})

test('a file in one piece is its own base', () => {
  const path = join(folder, 'plain.bin')
  writeFileSync(path, data)
  assert.deepEqual(readBaseFile(path), data)
  assert.deepEqual(unpackBase(data), { file: data, external: new Map() })
})

test('offsets and lengths beyond the second file are refused', () => {
  for (const wrong of [
    { offset: '60' },
    { offset: '101', length: '0' },
    { length: '1000' },
    { offset: '-8' },
    { length: '1e2' },
    { offset: '9'.repeat(30) },
    { length: '44' },
  ]) {
    const base = readBaseFile(write({ ...sound, ...wrong }))
    assert.throws(() => importOnnx(base, { output: 'softmax' }), OnnxFileError, JSON.stringify(wrong))
  }
})

test('a second file outside the folder of the first, or none, is refused', () => {
  writeFileSync(join(parent, 'secret'), data)
  symlinkSync(join(parent, 'secret'), join(folder, 'link'))
  for (const location of [
    '../secret',
    join(parent, 'secret'),
    'a/../../secret',
    'link',
    '',
    '..',
    'C:\\secret',
    '..\\secret',
  ]) {
    assert.throws(() => readBaseFile(write({ ...sound, location })), /outside its own folder/, location)
  }
  assert.throws(
    () => readBaseFile(write({ ...sound, location: 'gone.data' })),
    /"gone.data", which is not beside it.*external_data=False/,
  )
  assert.throws(() => importOnnx(toModel(sound), { output: 'softmax' }), /was not given.*external_data=False/)
})

test('unpackBase(packBase(b)) ≡ b, and what is cut is refused', () => {
  const bundles = fc.record({
    file: fc.uint8Array(),
    names: fc.uniqueArray(fc.string({ minLength: 1 }), { maxLength: 3 }),
    content: fc.uint8Array(),
  })
  fc.assert(
    fc.property(bundles, ({ file, names, content }) => {
      fc.pre(names.length > 0)
      const bundle = { file, external: new Map(names.sort((a, b) => (a < b ? -1 : 1)).map((name) => [name, content])) }
      const bytes = packBase(bundle)
      assert.deepEqual(unpackBase(bytes), bundle)
      assert.throws(() => unpackBase(Uint8Array.of(...bytes, 0)), BaseBundleError)
      if (content.length > 0) assert.throws(() => unpackBase(bytes.subarray(0, bytes.length - 1)), BaseBundleError)
    }),
  )
})
