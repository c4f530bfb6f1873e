import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fromSeed } from '@tutti/core'
import { simulate, type Weather } from './simulator.ts'

const fair: Weather = {
  seed: 1,
  members: 8,
  dropout: 0,
  awaySeconds: 0,
  lateness: 0,
  loss: 0,
  crash: 0,
  reorganisation: 0,
}

/** Weather that gets rougher in every way that chance picks. */
function rough(seed: number): Weather {
  const random = fromSeed(seed)
  const isSometimes = () => random() < 0.5
  return {
    seed,
    members: 2 + Math.floor(random() * 15),
    terms: {
      commitSeconds: isSometimes() ? 30 : 0,
      challengeSeconds: isSometimes() ? 15 : 0,
      keeperSeconds: isSometimes() ? 12 : 0,
      minimumUpdates: isSometimes() ? 1 : 2,
      dimension: 64 * (1 + Math.floor(random() * 6)),
    },
    dropout: random() * 0.02,
    awaySeconds: random() * 200,
    lateness: random() * 0.3,
    loss: random() * 0.4,
    crash: random() * 0.3,
    reorganisation: isSometimes() ? 0.01 : 0,
  }
}

test('in fair weather every round has every update, ends early, and nobody pays for a race', () => {
  for (const members of [2, 3, 8, 100]) {
    for (const commitSeconds of [0, 30]) {
      const course = simulate({ ...fair, members, terms: { commitSeconds, keeperSeconds: 10 } })
      assert.ok(course.isFinished)
      assert.deepEqual(
        course.rounds.map(({ updates }) => updates),
        Array(5).fill(members),
      )
      assert.deepEqual(course.refused, [])
    }
  }
})

test('through dropouts, lateness, losses and crashes nobody signs two updates for a round, and the federation ends', () => {
  for (let seed = 1; seed <= 150; seed++) {
    const course = simulate(rough(seed))
    assert.ok(course.isFinished, `seed ${seed}: not finished after ${course.seconds} s`)
    for (const [key, signed] of course.signed) assert.equal(signed, 1, `seed ${seed}: ${key} signed ${signed} times`)
    for (const [key, accepted] of course.accepted) assert.equal(accepted, 1, `seed ${seed}: ${key}`)
  }
})

test('a thousand members finish a round', () => {
  const course = simulate({ ...fair, members: 1000, terms: { rounds: 1, cohortSize: 1000 } })
  assert.ok(course.isFinished)
  assert.equal(course.rounds[0]!.updates, 1000)
})

test('a round whose every member is late is closed, and the next one goes on', () => {
  const course = simulate({ ...fair, lateness: 1, terms: { rounds: 3 } })
  assert.ok(course.isFinished)
  assert.ok(course.rounds.every(({ isSettled }) => !isSettled))
  assert.deepEqual(course.refused, [])
})
