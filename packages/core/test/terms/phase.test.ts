import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { countBits, overdueAt, PHASES, phaseAt, type Round, setBits } from '../../src/terms/phase.ts'
import { readVectors } from '../read-vectors.ts'
import { termsOf } from '../terms-of.ts'

function roundOf(changes: Partial<Round> = {}): Round {
  return {
    number: 0,
    members: 4,
    cohort: 4,
    shardsDone: 0,
    openedAt: 1000,
    startedAt: 1000,
    committedAt: 0,
    submittedAt: 0,
    seedBlock: 1n,
    endVotes: 0,
    aggregatedAt: 0,
    seed: `0x${'00'.repeat(32)}`,
    committed: 0n,
    submitted: 0n,
    shards: 0n,
    ...changes,
  }
}

test('phases agree with the vectors', () => {
  const columns = readVectors('phase')
  for (let i = 0; i < columns.count; i++) {
    const number = (field: string): number => Number(columns[field][i])
    const round = roundOf({
      openedAt: number('openedAt'),
      startedAt: number('startedAt'),
      committedAt: number('committedAt'),
      submittedAt: number('submittedAt'),
      submitted: BigInt(columns.submitted[i]),
      shardsDone: number('shardsDone'),
      aggregatedAt: number('aggregatedAt'),
    })
    const terms = termsOf({
      dimension: number('shards') * 64,
      shardSize: 64,
      commitSeconds: number('commitSeconds'),
      submitSeconds: number('submitSeconds'),
      challengeSeconds: number('challengeSeconds'),
      minimumUpdates: number('minimumUpdates'),
      joinSeconds: number('joinSeconds'),
      keeperSeconds: number('keeperSeconds'),
      idleSeconds: number('idleSeconds'),
    })
    const expected = { phase: PHASES[number('phase')], endsAt: number('endsAt') }
    assert.deepEqual(phaseAt(round, terms, number('now'), number('isFinished') === 1), expected, `case ${i}`)
    const overdue = number('overdueAt') === 0 ? Number.POSITIVE_INFINITY : number('overdueAt')
    assert.equal(overdueAt(round, terms, expected.phase!, number('joiningSince')), overdue, `case ${i}`)
  }
})

const story = fc.record({
  commitSeconds: fc.integer({ min: 0, max: 20 }),
  submitSeconds: fc.integer({ min: 1, max: 20 }),
  challengeSeconds: fc.integer({ min: 0, max: 20 }),
  drawSeconds: fc.integer({ min: 0, max: 10 }),
  commitsAfter: fc.integer({ min: 0, max: 30 }),
  submitsAfter: fc.integer({ min: 0, max: 30 }),
  updates: fc.integer({ min: 0, max: 4 }),
})

test('phases never regress in time, whenever the cohort acts, and end when they said', () => {
  fc.assert(
    fc.property(story, ({ drawSeconds, commitsAfter, submitsAfter, updates, ...seconds }) => {
      const terms = termsOf({ ...seconds, minimumUpdates: 2 })
      let round = roundOf({ startedAt: 0 })
      let last = 0
      let promisedEnd = 0
      for (let now = 1000; now < 1100; now++) {
        // Members act as soon as both the phase and their own pace allow.
        if (round.startedAt === 0 && now >= 1000 + drawSeconds) round = { ...round, startedAt: now }
        const commits = now >= round.startedAt + commitsAfter
        if (commits && phaseAt(round, terms, now).phase === 'commit') round = { ...round, committedAt: now }
        if (phaseAt(round, terms, now).phase === 'submit') {
          round = { ...round, submitted: (1n << BigInt(updates)) - 1n }
          if (now >= round.startedAt + submitsAfter) round = { ...round, submittedAt: now }
        }
        const { phase, endsAt } = phaseAt(round, terms, now)
        const order = PHASES.indexOf(phase)
        assert.ok(order >= last, `${PHASES[last]} → ${phase}`)
        if (order === last && promisedEnd !== 0) assert.ok(now < promisedEnd)
        assert.ok(endsAt === 0 || endsAt > now)
        last = order
        promisedEnd = endsAt
      }
      assert.equal(PHASES[last], updates < 2 ? 'close' : 'aggregate')
    }),
  )
})

test('a challenge window has its full length from the second after the last submission', () => {
  const terms = termsOf({ commitSeconds: 10, submitSeconds: 20, challengeSeconds: 30 })
  const early = roundOf({ committedAt: 1001, submittedAt: 1005, submitted: 15n })
  assert.deepEqual(phaseAt(early, terms, 1005), { phase: 'submit', endsAt: 1006 })
  assert.deepEqual(phaseAt(early, terms, 1006), { phase: 'challenge', endsAt: 1036 })
  assert.deepEqual(phaseAt(early, terms, 1036), { phase: 'aggregate', endsAt: 0 })
})

test('an action is overdue as long after it became possible as the terms call idle; phases that end by themselves never are', () => {
  const terms = termsOf({ joinSeconds: 5, submitSeconds: 20, challengeSeconds: 30, keeperSeconds: 7, idleSeconds: 100 })
  const round = roundOf({})
  assert.equal(overdueAt(round, terms, 'joining', 900), 1_005)
  assert.equal(overdueAt(round, terms, 'draw', 900), 1_100)
  for (const phase of ['aggregate', 'settle', 'close'] as const) {
    assert.equal(overdueAt(round, terms, phase, 900), 1_050 + 14 + 100)
  }
  // Each aggregated shard is progress.
  assert.equal(overdueAt(roundOf({ aggregatedAt: 1_500 }), terms, 'aggregate', 900), 1_500 + 14 + 100)
  for (const phase of ['commit', 'submit', 'challenge', 'finished'] as const) {
    assert.equal(overdueAt(round, terms, phase, 900), Number.POSITIVE_INFINITY)
  }
})

test('countBits counts what setBits lists', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 255 })), (places) => {
      const bitmap = places.reduce((bits, place) => bits | (1n << BigInt(place)), 0n)
      assert.deepEqual(
        setBits(bitmap),
        [...places].sort((a, b) => a - b),
      )
      assert.equal(countBits(bitmap), places.length)
    }),
  )
})
