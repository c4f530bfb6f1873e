/** Decisions of many members through everything that may happen to them; `npm run simulate` is the same at full size. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Action } from '../../src/decide/action.ts'
import { decide } from '../../src/decide/next-action.ts'
import type { Observation, OwnState } from '../../src/decide/state.ts'
import type { Violation } from '../simulation/invariants.ts'
import { simulate } from '../simulation/simulate.ts'
import { fairWeather, roughWeather } from '../simulation/weather.ts'

test('in fair weather every round has every update, and nobody pays for a race', () => {
  for (const members of [2, 3, 8, 100]) {
    for (const commitSeconds of [0, 480]) {
      const course = simulate(fairWeather(7, members, { commitSeconds }))
      assert.ok(course.isFinished)
      assert.deepEqual(course.violations, [])
      assert.deepEqual(course.rounds, Array(5).fill(members))
      assert.deepEqual([...course.refused], [])
    }
  }
})

test('through dropouts, lateness, malice, losses, reorganisations and wrong clocks no invariant breaks', () => {
  for (let seed = 1; seed <= 60; seed++) {
    const course = simulate(roughWeather(seed, 40, 20))
    assert.deepEqual(course.violations, [], `seed ${seed}`)
    assert.ok(course.isFinished, `seed ${seed}`)
  }
})

test('a thousand members go through rough weather', () => {
  for (const seed of [2, 3]) assert.deepEqual(simulate(roughWeather(seed, 1_000, 20)).violations, [], `seed ${seed}`)
})

test('seeds that once broke an invariant stay', () => {
  for (const [seed, members, rounds, found] of [
    [2, 20, 20, 'a commitment mined before its round, after a reorganisation, was taken for refused'],
    [15, 30, 20, 'a claim was taken back after its node had ended; a lost transaction left a gap below a claim'],
    [139, 40, 30, 'an update made for another place in the cohort was sent'],
    [171, 40, 30, 'the same with a commitment'],
    [4, 20, 20, 'a clock that ran ahead made its node give up before the end of the phase'],
  ] as const) {
    assert.deepEqual(simulate(roughWeather(seed, members, rounds)).violations, [], `seed ${seed}: ${found}`)
  }
})

test('looking only when something changes comes to the same as looking in every slot', () => {
  // A look that changes nothing still sees a block, which sets the clock: where clocks are wrong or blocks late, turns
  // come a slot sooner or later.
  const calm = { skewSeconds: 0, missedSlot: 0, hostile: 0, leaving: 0, joining: 0 }
  for (const seed of [1, 5, 8, 15]) {
    const weather = { ...roughWeather(seed, 30, 12), ...calm }
    const { decisions: few, ...lazy } = simulate(weather)
    const { decisions: many, ...eager } = simulate(weather, { isEager: true })
    assert.deepEqual(lazy, eager, `seed ${seed}`)
    assert.ok(few < many)
  }
})

test('a round whose every member is late is closed, and the next one goes on', () => {
  const course = simulate({ ...fairWeather(1, 8, { rounds: 3 }), late: 1 })
  assert.ok(course.isFinished)
  assert.deepEqual(course.violations, [])
  assert.deepEqual(course.rounds, [-1, -1, -1])
})

test('a federation whose next action nobody takes is given up once when it is overdue, and every stake comes back', () => {
  for (const [kind, members] of [
    ['aggregate', 3],
    ['open', 8],
    ['close', 8],
  ] as const) {
    const weather = { ...fairWeather(3, members, { rounds: 2, idleSeconds: 1_000 }), late: kind === 'close' ? 1 : 0 }
    const idle: typeof decide = (seen, own, now) => {
      const action = decide(seen, own, now)
      return action.kind === kind ? { kind: 'wait', until: now + 60, reason: 'broken' } : action
    }
    const course = simulate(weather, { decide: idle })
    assert.ok(course.isFinished, kind)
    assert.deepEqual(course.violations, [], kind)
    assert.deepEqual([...course.refused], [], kind)
    // The same without anyone who gives it up: it stays as it is, with all its stakes.
    const stuck = simulate(weather, {
      decide: (seen, own, now) => {
        const action = idle(seen, own, now)
        return action.kind === 'abandon' ? { kind: 'wait', until: undefined, reason: 'broken' } : action
      },
    })
    assert.ok(!stuck.isFinished, kind)
  }
})

test('through rough weather no federation is given up before its next action is overdue, and every one ends', () => {
  for (let seed = 1; seed <= 20; seed++) {
    const rough = roughWeather(seed, 20, 10)
    const course = simulate({ ...rough, terms: { ...rough.terms, idleSeconds: 1_000 } })
    assert.deepEqual(course.violations, [], `seed ${seed}`)
    assert.ok(course.isFinished, `seed ${seed}`)
    assert.equal(course.refused.get('abandon: NotOverdue') ?? 0, 0, `seed ${seed}`)
  }
})

/** A decision that goes wrong in one way, and the law that must find it out. */
const mutations: [what: string, law: Violation['law'], broken: typeof decide][] = [
  [
    'trains anew while an update is on its way',
    'nobody submits twice',
    (seen, own, now) => {
      const action = decide(seen, own, now)
      return action.kind === 'confirm' ? { kind: 'train', round: action.round, until: now + 400, reason: '' } : action
    },
  ],
  [
    'signs again what was sent and not heard of',
    'nobody submits twice',
    (seen, own, now) => {
      const action = decide(seen, own, now)
      if (action.kind !== 'confirm' || own.record.kind !== 'update') return action
      const { kind } = own.record.update.sendings[action.sending]!
      if (kind === 'commit') return { kind, round: action.round, reason: '' }
      return { kind, round: action.round, sending: action.sending, reason: '' }
    },
  ],
  ['never asks what became of what it sent', 'a living member misses no round it could have made', without('confirm')],
  ['does not train', 'a living member misses no round it could have made', without('train')],
  [
    'takes an hour for the end of a phase',
    'a living member misses no round it could have made',
    (seen, own, now) => decide(seen, { ...own, marginSeconds: 3600 }, now),
  ],
  ['claims nothing', 'honest stake is never lost', without('claim')],
  [
    'ends as soon as it has claimed',
    'honest stake is never lost',
    (seen, own, now) => decide(seen, { ...own, finalitySeconds: 0 }, now),
  ],
  ['leaves aggregation to others, as all do', 'a federation ends', without('aggregate')],
  ['never opens the first round', 'a federation ends', without('open')],
]

function without(kind: Action['kind']): typeof decide {
  return (seen: Observation, own: OwnState, now: number): Action => {
    const action = decide(seen, own, now)
    return action.kind === kind ? { kind: 'wait', until: undefined, reason: 'broken' } : action
  }
}

for (const [what, law, broken] of mutations) {
  test(`a decision that ${what} is found out`, () => {
    for (let seed = 1; seed <= 40; seed++) {
      const { violations } = simulate(roughWeather(seed, 30, 10), { decide: broken })
      if (violations.some((violation) => violation.law === law)) return
    }
    assert.fail(`forty seeds, and nothing breaks "${law}"`)
  })
}
