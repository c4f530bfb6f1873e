/** What a member does about a federation that does not open, and about an action that nobody takes. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Round, Terms } from '@tutti/core'
import fc from 'fast-check'
import { decide } from '../../src/decide/next-action.ts'
import type { Observation, OwnState } from '../../src/decide/state.ts'
import { newRound, ownState, termsForTest } from '../terms.ts'

const DAY = 86_400

function seen(change: {
  terms?: Partial<Terms>
  round?: Partial<Round>
  status?: Partial<Observation['status']>
  member?: Partial<Observation['member']>
}): Observation {
  return {
    block: { number: 100n, timestamp: 1_000 },
    terms: { ...termsForTest({ idleSeconds: 7 * DAY }), ...change.terms },
    status: { createdAt: 1_000, isInitialised: true, isFinished: false, members: 1, roundsClosed: 0, ...change.status },
    round: newRound(change.round ?? {}),
    member: { index: 0, isMember: true, isLeaving: false, owed: 0n, stake: 5n, ...change.member },
    position: undefined,
  }
}

const own = (change: Partial<OwnState> = {}) => ownState({ maximumWaitSeconds: DAY, ...change })

const limit = 1_000 + 60 + DAY

test('a federation that does not open is left when its owner has waited long enough, not before', () => {
  assert.deepEqual(decide(seen({}), own(), 1_100), {
    kind: 'wait',
    until: limit,
    reason: 'too few members have joined',
  })
  assert.deepEqual(decide(seen({}), own(), 1_010), { kind: 'wait', until: 1_060, reason: 'more members may join' })
  assert.equal(decide(seen({}), own(), limit - 1).kind, 'wait')
  assert.equal(decide(seen({}), own(), limit).kind, 'leave')
  assert.equal(decide(seen({ status: { isInitialised: false, members: 4 } }), own(), limit).kind, 'leave')
  assert.equal(decide(seen({}), own({ maximumWaitSeconds: undefined }), limit).kind, 'wait')
  // A node whose account has left is no member, is owed nothing, and ends.
  assert.equal(decide(seen({ member: { isMember: false, stake: 0n } }), own(), limit).kind, 'stop')
})

test('one that has members enough is opened, by those who keep for no pay too, and nobody leaves it', () => {
  assert.equal(decide(seen({ status: { members: 2 } }), own(), limit + 9).kind, 'open')
  const idle = own({ isKeeper: false })
  assert.deepEqual(decide(seen({ status: { members: 2 } }), idle, 1_100), {
    kind: 'wait',
    until: limit,
    reason: 'enough members have joined; keepers act',
  })
  assert.equal(decide(seen({ status: { members: 2 } }), idle, limit).kind, 'open')
})

test('an action that is overdue by the terms is tried for an hour, and then the federation is abandoned, in turn', () => {
  const cohort = { members: 4, cohort: 4, openedAt: 1_000, startedAt: 1_000, submittedAt: 1_009, submitted: 15n }
  const overdue = 1_010 + 2 * 10 + 7 * DAY
  const at = (now: number, index: number, since: number) =>
    decide(seen({ round: cohort, status: { members: 4 }, member: { index } }), own({ isKeeper: false, since }), now)
  assert.deepEqual(at(5_000, 2, 1_010), { kind: 'wait', until: overdue + 4, reason: 'keepers aggregate' })
  assert.deepEqual([at(overdue, 0, 1_010).kind, at(overdue, 2, 1_010).kind], ['abandon', 'wait'])
  assert.equal(at(overdue + 4, 2, 1_010).kind, 'abandon')
  // A node that was away for all that time looks first whether the others still wait for it.
  assert.equal(at(overdue, 0, overdue).kind, 'wait')
  const keeper = (now: number) => decide(seen({ round: cohort, status: { members: 4 } }), own({ since: overdue }), now)
  assert.equal(keeper(overdue + 3_599).kind, 'aggregate')
  assert.equal(keeper(overdue + 3_600).kind, 'abandon')
})

test('a federation that waits for members for ever is abandoned by those who wait without end', () => {
  const overdue = 1_000 + 60 + 7 * DAY
  const patient = own({ maximumWaitSeconds: undefined })
  assert.deepEqual(decide(seen({}), patient, 5_000), {
    kind: 'wait',
    until: overdue,
    reason: 'too few members have joined',
  })
  assert.equal(decide(seen({}), patient, overdue).kind, 'abandon')
  // The chain does not say since when a federation that has lost its members waits.
  assert.equal(decide(seen({ round: { number: 3 } }), patient, overdue).kind, 'wait')
})

test('nobody abandons while a phase ends by itself', () => {
  const number = fc.integer({ min: 0, max: 100 })
  fc.assert(
    fc.property(number, fc.boolean(), number, (into, isKeeper, since) => {
      const terms = { commitSeconds: 40, submitSeconds: 40, challengeSeconds: 40, idleSeconds: 1, keeperSeconds: 0 }
      const round = { members: 4, cohort: 4, openedAt: 1_000, startedAt: 1_000 }
      const observed = seen({ terms, round, status: { members: 4 } })
      assert.notEqual(decide(observed, own({ isKeeper, since }), 1_000 + into).kind, 'abandon')
    }),
  )
})

test('where no block comes, one member after the other has one mined for the draw; where blocks come, nobody does', () => {
  const round = { number: 2, members: 4, cohort: 2, openedAt: 1_000, startedAt: 0, seedBlock: 101n }
  const at = (block: bigint, now: number, index: number, nudgeAt: number | undefined, since = 1_000) => {
    const observation = {
      ...seen({ round, member: { index }, status: { members: 4 } }),
      block: { number: block, timestamp: 1_000 },
    }
    return decide(observation, own({ nudgeAt, since, staggerSeconds: 2 }), now)
  }
  assert.deepEqual(at(100n, 1_001, 2, 1_002), {
    kind: 'wait',
    until: 1_002,
    reason: 'the block that seeds the cohort is not mined yet',
  })
  // Turns rotate with the round: in round 2 the third member goes first.
  assert.equal(at(100n, 1_002, 2, 1_002).kind, 'nudge')
  assert.equal(at(100n, 1_002, 3, 1_002).kind, 'nudge')
  assert.equal(at(100n, 1_002, 0, 1_002).kind, 'wait')
  assert.equal(at(100n, 1_004, 0, 1_002).kind, 'nudge')
  assert.equal(at(100n, 9_000, 2, undefined).kind, 'wait')
  // Once the block is there the cohort is drawn, and only a client that refuses that gets one more.
  assert.equal(at(101n, 1_002, 2, 1_004).kind, 'draw')
  assert.equal(at(101n, 1_004, 2, 1_004).kind, 'nudge')
  assert.equal(at(102n, 1_004, 2, 1_004).kind, 'draw')
})
