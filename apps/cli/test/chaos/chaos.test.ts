/** The pure parts of the campaign of kills: what is drawn from a seed, and what counts as broken. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { type Evidence, judge, type LoggedEvent, type Span, without } from './laws.ts'
import { drawFederation } from './plan.ts'

const [ann, bob, creator] = ['0xa', '0xb', '0xc']

/** A federation of two members and two rounds in which all is well. */
function wholeEvents(): LoggedEvent[] {
  const round = (number: number): LoggedEvent[] => [
    { name: 'Submitted', round: number, member: ann, first: 0, digest: `a${number}` },
    { name: 'Submitted', round: number, member: bob, first: 0, digest: `b${number}` },
    { name: 'KeeperPaid', round: number, member: bob, amount: 1n },
    { name: 'Rewarded', round: number, member: ann, amount: 2n },
    { name: 'Rewarded', round: number, member: bob, amount: 2n },
    { name: 'RoundSettled', round: number, updates: 2 },
  ]
  return [
    ...round(0),
    ...round(1),
    { name: 'Finished', isAbandoned: false, refund: 1n },
    { name: 'Claimed', member: ann, amount: 14n },
    { name: 'Claimed', member: bob, amount: 16n },
    { name: 'Claimed', member: creator, amount: 1n },
  ]
}

function evidenceOf(events: LoggedEvent[], change: Partial<Evidence> = {}): Evidence {
  const peace = [{ from: 0, to: 100_000 }]
  return {
    events,
    everSubmitted: events.filter((event) => event.name === 'Submitted'),
    windows: new Map([
      [0, { from: 0, to: 30_000 }],
      [1, { from: 40_000, to: 60_000 }],
    ]),
    members: [ann, bob].map((member) => ({ member, hasForgotten: false, peace })),
    creator,
    rounds: 2,
    stake: 10n,
    bounty: 11n,
    heldMore: 0n,
    enoughMs: 18_000,
    ...change,
  }
}

const lawsOf = (evidence: Evidence) => [...new Set(judge(evidence).map(({ law }) => law))]
const isNot = (name: LoggedEvent['name'], member: string) => (event: LoggedEvent) =>
  event.name !== name || !('member' in event) || event.member !== member

describe('the laws of a campaign', () => {
  test('a federation in which all is well breaks none', () => {
    assert.deepEqual(judge(evidenceOf(wholeEvents())), [])
  })

  test('each law is broken by what it forbids, and by that alone', () => {
    const events = wholeEvents()
    const again: LoggedEvent = { name: 'Submitted', round: 0, member: ann, first: 0, digest: 'a0' }
    const other: LoggedEvent = { ...again, digest: 'another' } as LoggedEvent
    const cases: [Evidence, string[]][] = [
      [evidenceOf([...events, again]), ['nobody submits twice in a round']],
      [
        evidenceOf(events, { everSubmitted: [again, other] as Evidence['everSubmitted'] }),
        ['nobody makes two updates of one round'],
      ],
      [evidenceOf(events.filter(isNot('Submitted', ann))), ['a living node loses no round']],
      [evidenceOf([...events, { name: 'Slashed', round: 1, member: bob }]), ['no honest stake is lost']],
      [evidenceOf(events.filter(isNot('Claimed', ann))), ['no honest stake is lost', 'everything is paid out']],
      [evidenceOf(events.filter(isNot('Claimed', creator))), ['everything is paid out']],
      [evidenceOf(events, { heldMore: 1n }), ['everything is paid out']],
      [evidenceOf(events.filter(({ name }) => name !== 'Finished')), ['a federation ends']],
      [
        evidenceOf(events.map((event) => (event.name === 'Finished' ? { ...event, isAbandoned: true } : event))),
        ['a federation ends'],
      ],
    ]
    for (const [evidence, laws] of cases) assert.deepEqual(lawsOf(evidence), laws)
  })

  test('who was not left in peace long enough may miss a round, and who forgot may make it anew', () => {
    const absent = wholeEvents().filter(isNot('Submitted', ann))
    const members = evidenceOf([]).members.map((record) => ({ ...record, peace: [{ from: 13_000, to: 57_000 }] }))
    assert.deepEqual(judge(evidenceOf(absent, { members })), [])
    const twice = ['a0', 'another'].map((digest) => ({ name: 'Submitted', round: 0, member: ann, first: 0, digest }))
    const forgetful = evidenceOf([]).members.map((record) => ({ ...record, hasForgotten: true }))
    const change = { everSubmitted: twice as Evidence['everSubmitted'], members: forgetful }
    assert.deepEqual(judge(evidenceOf(wholeEvents(), change)), [])
  })
})

describe('time in peace', () => {
  test('a disturbance cuts a life in two, or off at an end, or away', () => {
    const life = [{ from: 0, to: 10 }]
    assert.deepEqual(without(life, [{ from: 3, to: 5 }]), [
      { from: 0, to: 3 },
      { from: 5, to: 10 },
    ])
    assert.deepEqual(without(life, [{ from: -1, to: 4 }]), [{ from: 4, to: 10 }])
    assert.deepEqual(without(life, [{ from: 6, to: Infinity }]), [{ from: 0, to: 6 }])
    assert.deepEqual(without(life, [{ from: 0, to: 10 }]), [])
    assert.deepEqual(without(life, [{ from: 11, to: 12 }]), life)
  })

  test('an instant is in peace ⇔ it is within a life and within no disturbance', () => {
    const span = fc
      .tuple(fc.nat(60), fc.integer({ min: 1, max: 20 }))
      .map(([from, length]) => ({ from, to: from + length }))
    const holds = (spans: readonly Span[], at: number) => spans.some(({ from, to }) => from < at && at < to)
    fc.assert(
      fc.property(
        fc.array(span, { maxLength: 4 }),
        fc.array(span, { maxLength: 4 }),
        fc.nat(80),
        (lives, taken, at) => {
          const instant = at + 0.5
          assert.equal(holds(without(lives, taken), instant), holds(lives, instant) && !holds(taken, instant))
        },
      ),
    )
  })
})

describe('what a seed draws', () => {
  test('a seed draws the same again; seeds and federations differ; all members and trainers exist', () => {
    fc.assert(
      fc.property(fc.nat(2 ** 32 - 1), fc.nat(1_000), (seed, index) => {
        const plan = drawFederation(seed, index)
        assert.deepEqual(drawFederation(seed, index), plan)
        assert.notDeepEqual(drawFederation(seed + 1, index).faults, plan.faults)
        assert.notDeepEqual(drawFederation(seed, index + 1).faults, plan.faults)
        const isMember = (member: number) => Number.isInteger(member) && member >= 0 && member < plan.members
        assert.ok(isMember(plan.keystore) && plan.trainers.length > 0 && plan.trainers.every(isMember))
        for (const { afterMs, fault } of plan.faults) {
          assert.ok(afterMs > 0 && Number.isFinite(afterMs))
          assert.ok(!('member' in fault) || isMember(fault.member))
          assert.ok(fault.kind !== 'kill-trainer' || plan.trainers.includes(fault.member))
          assert.ok(plan.weather === 'history' || fault.kind !== 'kill-chain')
        }
      }),
      { numRuns: 30 },
    )
  })

  test('within four federations every path meets every weather', () => {
    const met = [0, 1, 2, 3].map((index) => drawFederation(5, index)).map(({ path, weather }) => `${path} ${weather}`)
    assert.deepEqual(met.sort(), ['blob history', 'blob stores', 'direct history', 'direct stores'])
  })

  test('what is no whole number from 0 draws nothing', () => {
    for (const [seed, index] of [
      [-1, 0],
      [0, -1],
      [0.5, 0],
      [Number.NaN, 0],
    ] as const) {
      assert.throws(() => drawFederation(seed, index), RangeError)
    }
  })
})
