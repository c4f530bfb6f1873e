import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { fromHex, keccak256, toHex } from '../../src/arithmetic/hex.ts'
import { aggregateShard, UpdateLengthError } from '../../src/direct/aggregate.ts'
import { packUpdate, payloadBytes, unpackUpdate } from '../../src/direct/codec.ts'
import { packModel, unpackModel } from '../../src/direct/lanes.ts'
import { updateRange } from '../../src/terms/bits.ts'
import { readVectors, toNumbers, toWords } from '../read-vectors.ts'
import { aggregateWords } from './words.ts'

/** Both twins of one aggregation; the words must be those of the integers. */
function assertTwins(model: Int32Array, updates: Int8Array[], bits: number, laneBits: number, gain: number): void {
  const payloads = updates.map((update) => toWords(toHex(packUpdate(update, { bits, laneBits }))))
  const before = toWords(toHex(packModel(model, laneBits)))
  const after = aggregateWords(before, payloads, { bits, laneBits, length: model.length, gain })
  const plain = model.slice()
  aggregateShard(plain, updates, gain)
  assert.deepEqual(after, toWords(toHex(packModel(plain, laneBits))))
}

test('both twins agree with the vectors', () => {
  for (const entry of readVectors('sum').cases) {
    const [bits, laneBits, length, gain] = toNumbers([entry.bits, entry.laneBits, entry.length, entry.gain]) as [
      number,
      number,
      number,
      number,
    ]
    const size = payloadBytes(length, bits)
    const data = fromHex(entry.data)
    const payloads = Array.from({ length: Number(entry.members) }, (_, m) => data.subarray(m * size, (m + 1) * size))

    const model = unpackModel(fromHex(entry.before), laneBits, length)
    aggregateShard(
      model,
      payloads.map((payload) => unpackUpdate(payload, { bits, laneBits, length })),
      gain,
    )
    const stored = packModel(model, laneBits)
    assert.equal(toHex(stored), entry.after)
    assert.equal(keccak256(stored), entry.modelHash)

    const words = payloads.map((payload) => toWords(toHex(payload)))
    assert.deepEqual(
      aggregateWords(toWords(entry.before), words, { bits, laneBits, length, gain }),
      toWords(entry.after),
    )
  }
})

const widths = fc.record({ bits: fc.constantFrom(1, 2, 4, 8), laneBits: fc.constantFrom(16, 32) })
const aggregation = widths.chain(({ bits, laneBits }) => {
  const [lowest, highest] = updateRange(bits)
  const value =
    bits === 1
      ? fc.constantFrom(-1, 1)
      : fc.oneof(fc.integer({ min: lowest, max: highest }), fc.constantFrom(lowest, highest))
  return fc
    .record({
      length: fc.integer({ min: 1, max: 300 }),
      members: fc.integer({ min: 0, max: 20 }),
      gain: fc.integer({ min: 1, max: 5 }),
    })
    .chain(({ length, members, gain }) => {
      const room = 2 ** (laneBits - 1) - 1 - gain * members * 2 ** (bits - 1)
      return fc.record({
        bits: fc.constant(bits),
        laneBits: fc.constant(laneBits),
        gain: fc.constant(gain),
        model: fc.array(fc.oneof(fc.integer({ min: -room, max: room }), fc.constantFrom(-room, room)), {
          minLength: length,
          maxLength: length,
        }),
        updates: fc.array(fc.array(value, { minLength: length, maxLength: length }), {
          minLength: members,
          maxLength: members,
        }),
      })
    })
})

test('aggregateWords ≡ aggregateShard', () => {
  fc.assert(
    fc.property(aggregation, ({ model, updates, bits, laneBits, gain }) =>
      assertTwins(
        Int32Array.from(model),
        updates.map((update) => Int8Array.from(update)),
        bits,
        laneBits,
        gain,
      ),
    ),
    { numRuns: 60 },
  )
})

test('aggregateWords ≡ aggregateShard at the extremes: −2^(bits−1), 256 members, the top lane, all lanes negative', () => {
  for (const laneBits of [16, 32]) {
    for (const bits of [1, 2, 4, 8]) {
      const [lowest, highest] = updateRange(bits)
      const lanes = 256 / laneBits
      // 255 members of 8 bits take a lane of 16 bits from the top of its range to the bottom, and no further.
      const members = bits === 8 ? 255 : 256
      for (const length of [1, lanes, lanes + 1, 256 / bits, 256 / bits + 1]) {
        for (const value of [lowest, highest]) {
          const updates = Array.from({ length: members }, () => new Int8Array(length).fill(value))
          assertTwins(
            new Int32Array(length).fill(value < 0 ? 2 ** (laneBits - 1) - 1 : -(2 ** (laneBits - 1))),
            updates,
            bits,
            laneBits,
            1,
          )
          const topLane = Int8Array.from({ length }, (_, p) => (p % lanes === lanes - 1 ? lowest : bits === 1 ? 1 : 0))
          assertTwins(new Int32Array(length).fill(-1), [topLane], bits, laneBits, 1)
        }
      }
    }
  }
})

test('no update leaves the model as it is', () => {
  const model = Int32Array.of(1, -2, 3)
  aggregateShard(model, [], 7)
  assert.deepEqual(model, Int32Array.of(1, -2, 3))
})

test('an update of another length is refused and the model unchanged', () => {
  const model = Int32Array.of(1, 2)
  assert.throws(
    () => aggregateShard(model, [Int8Array.of(1, 1), Int8Array.of(1)], 1),
    (error) => error instanceof UpdateLengthError && error.member === 1,
  )
  assert.deepEqual(model, Int32Array.of(1, 2))
})
