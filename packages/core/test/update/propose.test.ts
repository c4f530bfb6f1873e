import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { gainAt, packGains } from '../../src/terms/gains.ts'
import { proposeBits, proposeGains } from '../../src/update/propose.ts'

test('two bits are proposed, four where fewer than eight members train in a round, and eight in blobs', () => {
  const all = [1, 2, 7, 8, 256]
  assert.deepEqual(
    all.map((members) => proposeBits(members)),
    [4, 4, 4, 2, 2],
  )
  assert.ok(all.every((members) => proposeBits(members, 'blob') === 8))
})

test('gains of narrow updates halve from the first round to the seventeenth; those of wide ones stay', () => {
  const long = { bits: 2, rounds: 30, updates: 8 }
  assert.deepEqual(proposeGains(long), [
    { fromRound: 0, gain: 4 },
    { fromRound: 8, gain: 3 },
    { fromRound: 16, gain: 2 },
  ])
  assert.deepEqual(proposeGains({ ...long, updates: 256 }), [
    { fromRound: 0, gain: 2 },
    { fromRound: 12, gain: 1 },
  ])
  assert.deepEqual(proposeGains({ ...long, updates: 256, rounds: 1_000 }), [{ fromRound: 0, gain: 1 }])
  for (const bits of [4, 8]) assert.deepEqual(proposeGains({ ...long, bits }), [{ fromRound: 0, gain: 1 }])
})

test('a schedule packs, falls, starts before the last round, and leaves a quarter of a narrow lane unless it is plain', () => {
  const setting = fc.record({
    bits: fc.constantFrom(1, 2, 4, 8),
    rounds: fc.integer({ min: 1, max: 2_000 }),
    updates: fc.integer({ min: 1, max: 256 }),
  })
  fc.assert(
    fc.property(setting, (chosen) => {
      const gains = proposeGains(chosen)
      const packed = packGains(gains)
      assert.ok(gains.every(({ fromRound }) => fromRound < chosen.rounds))
      const all = Array.from({ length: chosen.rounds }, (_, round) => gainAt(packed, round))
      assert.deepEqual(
        [...all].sort((a, b) => b - a),
        all,
      )
      if (gains.length === 1 && gains[0]!.gain === 1) return
      const largest = chosen.updates * (chosen.bits === 1 ? 1 : 2 ** (chosen.bits - 1))
      assert.ok(largest * all.reduce((sum, gain) => sum + gain, 0) <= 24_576)
    }),
  )
})
