import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { exportSafetensors, importSafetensors } from '../../src/export/export.ts'
import { countParameters, mlp, NonFiniteWeightError, WeightCountError } from '../../src/model/model.ts'
import { readSafetensors, SafetensorsError, writeSafetensors } from '../../src/model/safetensors.ts'

test('readSafetensors(writeSafetensors(t)) ≡ t', () => {
  const tensor = fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { maxLength: 20 })
  fc.assert(
    fc.property(
      fc.dictionary(
        fc.string({ minLength: 1 }).filter((n) => n !== '__metadata__'),
        tensor,
        { maxKeys: 5 },
      ),
      (values) => {
        const tensors = Object.entries(values).map(([name, list]) => ({
          name,
          shape: [list.length],
          values: Float32Array.from(list),
        }))
        const { tensors: read } = readSafetensors(writeSafetensors(tensors, { made: 'here' }))
        const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1)
        assert.deepEqual(read.sort(byName), tensors.sort(byName))
      },
    ),
  )
})

test('a number that is not finite is refused by tensor and place', () => {
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
    const bytes = writeSafetensors([{ name: 'a', shape: [2], values: Float32Array.of(1, value) }])
    assert.throws(() => readSafetensors(bytes), new RegExp(`value 1 of tensor "a" is ${value}`))
  }
})

test('a known file has the bytes of the format', () => {
  const bytes = writeSafetensors([{ name: 'a', shape: [1], values: Float32Array.of(1) }])
  const header = '{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}'
  assert.equal(Buffer.from(bytes.subarray(8, 8 + header.length)).toString(), header)
  assert.equal(bytes[0], Math.ceil(header.length / 8) * 8)
  assert.deepEqual([...bytes.subarray(-4)], [0, 0, 0x80, 0x3f])
})

function file(header: string, data = 0): Uint8Array {
  const json = new TextEncoder().encode(header)
  const bytes = new Uint8Array(8 + json.length + data)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true)
  bytes.set(json, 8)
  return bytes
}

const entry = (shape: unknown, offsets: unknown, dtype = 'F32') =>
  JSON.stringify({ a: { dtype, shape, data_offsets: offsets } })

const HOSTILE: [string, Uint8Array][] = [
  ['an empty file', new Uint8Array(0)],
  ['a header length beyond the file', Uint8Array.of(255, 255, 255, 255, 255, 255, 255, 127, 0)],
  ['a header that is no JSON', file('{')],
  ['a header that is a list', file('[]')],
  ['a header that is no UTF-8', Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0, 0xff)],
  ['another type', file(entry([1], [0, 4], 'I64'), 4)],
  ['a negative size', file(entry([-1], [0, 4]), 4)],
  ['a fractional size', file(entry([0.5], [0, 2]), 2)],
  ['a shape that does not fit its bytes', file(entry([2], [0, 4]), 4)],
  ['a shape whose product overflows', file(entry([2 ** 53 - 1, 2 ** 53 - 1], [0, 4]), 4)],
  ['offsets beyond the file', file(entry([2], [0, 8]), 4)],
  ['a hole before the data', file(entry([1], [4, 8]), 8)],
  ['bytes after the data', file(entry([1], [0, 4]), 8)],
  ['offsets backwards', file(entry([1], [4, 0]), 4)],
  [
    'overlapping tensors',
    file(
      '{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}',
      4,
    ),
  ],
  ['metadata that is no text', file('{"__metadata__":{"a":1}}')],
  ['an entry that is null', file('{"a":null}')],
]

for (const [what, bytes] of HOSTILE) {
  test(`safetensors with ${what} are refused`, () => {
    assert.throws(() => readSafetensors(bytes), SafetensorsError)
  })
}

test('no bytes make the reader throw anything but SafetensorsError', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), fc.string(), (noise, text) => {
      for (const bytes of [noise, file(text, 4)]) {
        try {
          readSafetensors(bytes)
        } catch (error) {
          assert.ok(error instanceof SafetensorsError, String(error))
        }
      }
    }),
  )
})

test('a model comes back from safetensors; another model, NaN and wrong counts are refused', () => {
  const model = mlp([3, 2, 1], 'logistic')
  const weights = Float32Array.from({ length: countParameters(model) }, (_, i) => i / 7)
  const bytes = exportSafetensors(model, weights)
  assert.deepEqual(importSafetensors(model, bytes), weights)
  assert.throws(() => importSafetensors(mlp([3, 3, 1], 'logistic'), bytes), SafetensorsError)
  assert.throws(() => importSafetensors(mlp([3, 2, 1, 1], 'logistic'), bytes), /missing/)
  assert.throws(() => exportSafetensors(model, weights.subarray(1)), WeightCountError)
  assert.throws(
    () =>
      exportSafetensors(
        model,
        weights.map((w, i) => (i === 2 ? Number.NaN : w)),
      ),
    NonFiniteWeightError,
  )
  assert.throws(() => writeSafetensors([{ name: 'a', shape: [2], values: new Float32Array(1) }]), SafetensorsError)
})
