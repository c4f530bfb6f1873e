import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { decide } from '../../src/decide/next-action.ts'
import type { FaultWatch, Observation } from '../../src/decide/state.ts'
import { newRound, ownState, termsForTest } from '../terms.ts'

const terms = termsForTest({ submitSeconds: 40, challengeSeconds: 400 })
/** The window of the round below is from 1040 to 1440. */
const windowStart = 1040

function seen(position: number | undefined, change: Partial<Observation['round']> = {}): Observation {
  return {
    block: { number: 100n, timestamp: windowStart },
    terms,
    status: { createdAt: 900, isInitialised: true, isFinished: false, members: 4, roundsClosed: 2 },
    round: newRound({
      number: 2,
      members: 4,
      cohort: 4,
      openedAt: 1000,
      startedAt: 1000,
      submittedAt: windowStart - 1,
      submitted: 15n,
      ...change,
    }),
    member: { index: position ?? 3, isMember: true, isLeaving: false, owed: 0n, stake: 5n },
    position,
  }
}

const own = (watch: FaultWatch) => ownState({ watch, since: windowStart, isKeeper: false, staggerSeconds: 10 })

const checked = (change: Partial<Extract<FaultWatch, { kind: 'checked' }>> = {}): FaultWatch => {
  return { kind: 'checked', faults: [], again: undefined, ...change }
}
const fault = { position: 1, assigned: 0, isBound: false }

test('updates are looked through once they are final, by every member and keeper or not', () => {
  for (const position of [0, 3, undefined]) {
    assert.equal(decide(seen(position), own({ kind: 'due' }), windowStart).kind, 'check')
  }
  assert.equal(decide(seen(0), own({ kind: 'unneeded' }), windowStart).kind, 'wait')
})

test('where nothing is wrong the window is waited out, and where a blob was missing it is looked for again', () => {
  const quiet = decide(seen(0), own(checked()), windowStart)
  assert.deepEqual([quiet.kind, quiet.kind === 'wait' && quiet.until], ['wait', 1440])
  const before = decide(seen(0), own(checked({ again: 1100 })), 1099)
  assert.deepEqual([before.kind, before.kind === 'wait' && before.until], ['wait', 1100])
  assert.equal(decide(seen(0), own(checked({ again: 1100 })), 1100).kind, 'check')
})

test('of all members one binds itself first, and what is bound is proven', () => {
  const watch = checked({ faults: [fault] })
  const binding = [0, 1, 2, 3].filter((position) => decide(seen(position), own(watch), windowStart).kind === 'bind')
  assert.deepEqual(binding, [2])
  const bound = decide(seen(3), own(checked({ faults: [{ ...fault, isBound: true }] })), windowStart)
  assert.deepEqual([bound.kind, bound.kind === 'challenge' && bound.position], ['challenge', 1])
})

test('a watcher that comes late, in a later turn, binds itself while there is time for both transactions', () => {
  const { challengeSeconds } = seen(3).terms
  const end = windowStart + challengeSeconds
  const late = (left: number) => {
    const now = end - left
    return decide(seen(3), { ...own(checked({ faults: [fault] })), since: now, staggerSeconds: 600 }, now).kind
  }
  assert.equal(late(challengeSeconds / 4), 'bind')
  assert.equal(late(challengeSeconds / 8), 'bind')
  assert.equal(late(challengeSeconds / 2), 'wait')
})

test('a proof counts in a later block than its binding: where none comes, the challenger has one mined', () => {
  const at = (now: number) => {
    const state = { ...own(checked({ faults: [{ ...fault, isBound: true }] })), nudgeAt: windowStart + 5 }
    return decide(seen(3), state, now).kind
  }
  assert.deepEqual([at(windowStart + 4), at(windowStart + 5)], ['challenge', 'nudge'])
})

test('a fault that somebody proved in the meantime is left alone', () => {
  const watch = checked({ faults: [{ ...fault, isBound: true }] })
  assert.equal(decide(seen(2, { submitted: 13n }), own(watch), windowStart).kind, 'wait')
})

test('a member that is left alone with a fault proves it within the window, however short that is', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 100_000 }),
      fc.nat(3),
      fc.integer({ min: 1, max: 10_000 }),
      (window, position, stagger) => {
        const observation = { ...seen(position), terms: { ...terms, challengeSeconds: window } }
        const state = { ...own(checked({ faults: [fault] })), staggerSeconds: stagger }
        assert.equal(decide(observation, state, windowStart + window / 2).kind, 'bind')
      },
    ),
  )
})
