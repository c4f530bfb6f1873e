import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { GainsMalformedError, gainAt, packGains, unpackGains } from '../src/gains.ts'
import { GainsBeyondRoundsError, validateTerms } from '../src/validate-terms.ts'
import { readVectors, toNumbers } from './read-vectors.ts'
import { termsOf } from './terms-of.ts'

const { cases, malformed } = readVectors('gains')

test('packGains, unpackGains and gainAt agree with the vectors', () => {
  for (const { gains, fromRounds, gainValues, rounds, expected } of cases) {
    const entries = fromRounds.map((from: string, i: number) => ({
      fromRound: Number(from),
      gain: Number(gainValues[i]),
    }))
    assert.equal(packGains(entries), BigInt(gains))
    assert.deepEqual(unpackGains(BigInt(gains)), entries)
    assert.deepEqual(
      toNumbers(rounds).map((round) => gainAt(BigInt(gains), round)),
      toNumbers(expected),
    )
  }
})

test('malformed schedules are refused as the vectors say', () => {
  for (const { gains, rounds, reason } of malformed) {
    assert.throws(
      () => validateTerms(termsOf({ gains: BigInt(gains), rounds: Number(rounds) })),
      (error) => error instanceof GainsMalformedError || error instanceof GainsBeyondRoundsError,
      reason,
    )
  }
})

test('unpackGains(packGains(entries)) ≡ entries', () => {
  const entries = fc
    .record({
      starts: fc.uniqueArray(fc.integer({ min: 1, max: 2 ** 32 - 1 }), { maxLength: 4 }),
      gains: fc.array(fc.integer({ min: 1, max: 65_535 }), { minLength: 5, maxLength: 5 }),
    })
    .map(({ starts, gains }) =>
      [0, ...starts.sort((a, b) => a - b)].map((fromRound, i) => ({ fromRound, gain: gains[i]! })),
    )
  fc.assert(fc.property(entries, (list) => assert.deepEqual(unpackGains(packGains(list)), list)))
})

test('entries that do not fit the form are refused', () => {
  for (const entries of [
    [],
    [{ fromRound: 1, gain: 1 }],
    [{ fromRound: 0, gain: 0 }],
    [{ fromRound: 0, gain: 65_536 }],
    [{ fromRound: 0, gain: 1.5 }],
    [
      { fromRound: 0, gain: 1 },
      { fromRound: 0, gain: 2 },
    ],
    [
      { fromRound: 0, gain: 1 },
      { fromRound: 2 ** 32, gain: 2 },
    ],
    [0, 1, 2, 3, 4, 5].map((fromRound) => ({ fromRound, gain: 1 })),
  ]) {
    assert.throws(() => packGains(entries), GainsMalformedError)
  }
})
