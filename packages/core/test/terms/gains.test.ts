import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { validateDirectTerms } from '../../src/direct/validate.ts'
import { expectedUpdates } from '../../src/terms/cohort.ts'
import {
  effectiveGain,
  GainsMalformedError,
  gainAt,
  IndivisibleLaneError,
  packGains,
  UpdatesOutOfRangeError,
  unpackGains,
  unscaleSum,
} from '../../src/terms/gains.ts'
import { gainOfRound, maxUpdates } from '../../src/terms/terms.ts'
import { GainsBeyondRoundsError } from '../../src/terms/validate.ts'
import { readVectors, toNumbers } from '../read-vectors.ts'
import { termsOf } from '../terms-of.ts'

const { cases, malformed, effective } = readVectors('gains')

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
      () => validateDirectTerms(termsOf({ gains: BigInt(gains), rounds: Number(rounds) })),
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

test('maxUpdates and gainOfRound agree with the vectors', () => {
  for (const row of effective) {
    const [shards, gain] = [Number(row.shards), Number(row.gain)]
    const terms = termsOf({
      dimension: shards * 64,
      shardSize: 64,
      shardsPerMember: Number(row.shardsPerMember),
      cohortSize: Number(row.cohortSize),
      gains: packGains([{ fromRound: 0, gain }]),
    })
    assert.equal(maxUpdates(terms), Number(row.most))
    const cohorts = toNumbers(row.cohorts)
    assert.deepEqual(
      cohorts.map((cohort) => maxUpdates(terms, cohort)),
      toNumbers(row.expected),
    )
    assert.deepEqual(
      cohorts.map((cohort) => gainOfRound(terms, 3, cohort)),
      toNumbers(row.effective),
    )
  }
})

test('no shard expects more than maxUpdates(cohort), one expects as many, and none more than one fewer: all n, k, s', () => {
  for (let shards = 1; shards <= 256; shards++) {
    const sizes = { dimension: shards * 64, shardSize: 64, cohortSize: 256 }
    for (let shardsPerMember = 1; shardsPerMember <= shards; shardsPerMember++) {
      const terms = { ...sizes, shardsPerMember }
      // All rounds and shards differ in one number, (shard − round · k) mod s, of which the updates fall monotonically.
      for (let cohort = 1; cohort <= 256; cohort++) {
        const [most, fewest] = [expectedUpdates(terms, 0, 0, cohort), expectedUpdates(terms, shards - 1, 0, cohort)]
        if (most !== maxUpdates(terms, cohort) || most - fewest > 1)
          assert.fail(`${cohort} · ${shardsPerMember} / ${shards}`)
      }
    }
  }
})

test('effective · expected ≤ gain · most < (effective + 1) · expected: no lane reaches further than creation proved', () => {
  const gains = [...Array.from({ length: 300 }, (_, i) => i + 1), 1_000, 4_095, 4_096, 32_767, 32_768, 65_534, 65_535]
  for (let most = 1; most <= 256; most++) {
    for (let expected = 1; expected <= most; expected++) {
      for (const gain of gains) {
        const effective = effectiveGain(gain, { most, expected })
        const isKept = effective * expected <= gain * most && gain * most < (effective + 1) * expected
        if (!isKept || effective < gain)
          assert.fail(`gain ${gain}, ${most} allowed, ${expected} expected: ${effective}`)
      }
    }
  }
})

test('a cohort of nobody, or of more than the terms allow, has no gain', () => {
  for (const expected of [0, -1, 9, 1.5, Number.NaN]) {
    assert.throws(() => effectiveGain(1, { most: 8, expected }), UpdatesOutOfRangeError)
  }
})

test('unscaleSum(gain · sum, gain) ≡ sum, and what is no such multiple is refused', () => {
  const sums = fc.array(fc.integer({ min: -32_768, max: 32_767 }), { maxLength: 20 })
  fc.assert(
    fc.property(sums, fc.integer({ min: 1, max: 65_535 }), (sum, gain) => {
      assert.deepEqual(
        [
          ...unscaleSum(
            Int32Array.from(sum, (value) => value * gain),
            gain,
          ),
        ],
        sum.map((value) => value + 0),
      )
    }),
  )
  assert.throws(() => unscaleSum(Int32Array.of(4, 6, -7), 2), IndivisibleLaneError)
})
