import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Action } from '../../src/decide/action.ts'
import type { Observation } from '../../src/decide/state.ts'
import { createBackoff } from '../../src/loop/action-backoff.ts'
import { newRound, termsForTest } from '../terms.ts'

const action: Action = { kind: 'aggregate', round: 2, shard: 1, reason: '' }

function seenAt(number: bigint, submitted = 0n): Observation {
  return {
    block: { number, timestamp: Number(number) },
    terms: termsForTest(),
    status: { createdAt: 900, isInitialised: true, isFinished: false, members: 4, roundsClosed: 2 },
    round: newRound({ number: 2, submitted }),
    member: { index: 1, isMember: true, isLeaving: false, owed: 0n, stake: 5n },
    position: 1,
  }
}

test('waits double with each refusal up to 32 times, and begin anew when the chain shows something new', () => {
  const backoff = createBackoff()
  backoff.note(seenAt(10n))
  const waits = Array.from({ length: 7 }, () => {
    backoff.count(action)
    return backoff.waitMs(action, 100)
  })
  assert.deepEqual(waits, [200, 400, 800, 1_600, 3_200, 3_200, 3_200])
  backoff.note(seenAt(11n))
  assert.equal(backoff.waitMs(action, 100), 3_200)
  backoff.note(seenAt(12n, 1n))
  assert.equal(backoff.waitMs(action, 100), 100)
  assert.equal(backoff.count(action), 8)
})

test('a chain that goes back has refused nothing', () => {
  const backoff = createBackoff()
  backoff.note(seenAt(10n))
  backoff.count(action)
  backoff.note(seenAt(9n))
  assert.equal(backoff.waitMs(action, 100), 100)
  assert.equal(backoff.count(action), 1)
})
