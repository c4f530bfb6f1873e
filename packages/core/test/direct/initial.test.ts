import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { fromHex, type Hex, toHex } from '../../src/arithmetic/hex.ts'
import { GivenStartError, initialModel } from '../../src/direct/initial.ts'
import { packModel, unpackModel } from '../../src/direct/lanes.ts'
import { Start } from '../../src/direct/setup.ts'
import { readVectors, toNumbers } from '../read-vectors.ts'

const seed: Hex = `0x${'5e'.repeat(32)}`

test('a seeded start agrees with the vectors', () => {
  for (const entry of readVectors('initial').cases) {
    const laneBits = Number(entry.laneBits)
    const tensors = entry.tensorLengths.map((length: string, t: number) => ({
      length: Number(length),
      amplitude: Number(entry.tensorAmplitudes[t]),
    }))
    const shape = { laneBits, dimension: Number(entry.dimension) }
    const model = initialModel({ start: Start.Seeded, seed: entry.seed, tensors }, shape)
    assert.deepEqual([...model], toNumbers(entry.values))
    assert.equal(toHex(packModel(model, laneBits)), entry.stored)
    assert.deepEqual(unpackModel(fromHex(entry.stored), laneBits, shape.dimension), model)
  }
})

test('a seeded start stays within the amplitude and reaches both ends of it', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 20 }), fc.constantFrom(16, 32), (amplitude, laneBits) => {
      const setup = { start: Start.Seeded, seed, tensors: [{ length: 2000, amplitude }] }
      const model = initialModel(setup, { laneBits, dimension: 2000 })
      assert.equal(Math.min(...model), 0 - amplitude)
      assert.equal(Math.max(...model), amplitude)
    }),
    { numRuns: 20 },
  )
})

test('a zero start is zero', () => {
  const setup = { start: Start.Zero, seed, tensors: [{ length: 5, amplitude: 3 }] }
  assert.deepEqual(initialModel(setup, { laneBits: 16, dimension: 5 }), new Int32Array(5))
})

test('a given start has no formula', () => {
  const setup = { start: Start.Given, seed, tensors: [] }
  assert.throws(() => initialModel(setup, { laneBits: 16, dimension: 5 }), GivenStartError)
})
