import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Action } from '../../src/decide/action.ts'
import { decide } from '../../src/decide/next-action.ts'
import type { Observation } from '../../src/decide/state.ts'
import type { RoundRecord, Sending } from '../../src/disk/round-record.ts'
import { newRound, ownState as own, termsForTest } from '../terms.ts'

const bit = (position: number) => 1n << BigInt(position)

function observation(change: {
  terms?: Partial<Observation['terms']>
  round?: Partial<Observation['round']>
  status?: Partial<Observation['status']>
  member?: Partial<Observation['member']>
  position?: number | undefined
  block?: Observation['block']
}): Observation {
  return {
    block: change.block ?? { number: 100n, timestamp: 1000 },
    terms: { ...termsForTest(), ...change.terms },
    status: { createdAt: 900, isInitialised: true, isFinished: false, members: 4, roundsClosed: 2, ...change.status },
    round: { ...newRound({ number: 2, members: 4, cohort: 4, openedAt: 1000, startedAt: 1000 }), ...change.round },
    member: { index: 1, isMember: true, isLeaving: false, owed: 0n, stake: 5n, ...change.member },
    position: 'position' in change ? change.position : 1,
  }
}

function updateRecord(...states: [Sending['kind'], Sending['state']][]): RoundRecord {
  const sendings = states.map(([kind, state]) => ({ kind, state, first: 0, count: 1, attempts: [] }))
  const salt = `0x${'00'.repeat(32)}` as const
  const update = {
    round: 2,
    shards: [0, 1],
    payloads: [new Uint8Array(32), new Uint8Array(32)],
    salt,
    metrics: new Uint8Array(),
    sendings,
  }
  return { kind: 'update', update }
}

const forfeited: RoundRecord = { kind: 'forfeited', reason: 'its record is damaged' }

test('a round without an update is trained for, until the submission ends', () => {
  const action = decide(observation({}), own(), 1001)
  assert.deepEqual(
    [action.kind, action.kind === 'train' && action.until],
    ['train', 1000 + termsForTest().submitSeconds],
  )
})

test('a round that the terms do not have is sat out: an endpoint may make rounds up', () => {
  for (const number of [0, 1, 2, 5]) {
    const { kind } = decide(observation({ round: { number }, terms: { rounds: 2 } }), own(), 1001)
    assert.equal(kind, number < 2 ? 'train' : 'wait', String(number))
  }
})

test('an update that is ready is submitted, one that is on its way is asked about', () => {
  const ready = decide(observation({}), own({ record: updateRecord(['submit', 'unsent']) }), 1001)
  assert.deepEqual([ready.kind, ready.kind === 'submit' && ready.sending], ['submit', 0])
  const sent = decide(observation({}), own({ record: updateRecord(['submit', 'confirmed'], ['submit', 'sent']) }), 1001)
  assert.deepEqual([sent.kind, sent.kind === 'confirm' && sent.sending], ['confirm', 1])
})

test('an update that a reorganisation dropped is asked about, which sends the same bytes again', () => {
  assert.equal(decide(observation({}), own({ record: updateRecord(['submit', 'confirmed']) }), 1001).kind, 'confirm')
})

test('an update that was mined in vain is sent again while there is time', () => {
  const record = updateRecord(['submit', 'confirmed'], ['submit', 'failed'])
  const again = decide(observation({}), own({ record }), 1001)
  assert.deepEqual([again.kind, again.kind === 'submit' && again.sending], ['submit', 1])
  assert.equal(decide(observation({}), own({ record, marginSeconds: 15 }), 1030).kind, 'wait')
})

test('an update made for another place in the cohort is made anew, unless it may be on its way', () => {
  const place = { shards: [1, 0] }
  const moved = (state: Sending['state']) => {
    const record = updateRecord(['submit', state])
    if (record.kind === 'update') Object.assign(record.update, place)
    return decide(observation({}), own({ record }), 1001).kind
  }
  assert.deepEqual([moved('unsent'), moved('sent'), moved('confirmed')], ['train', 'wait', 'wait'])
})

test('a forfeited round and a round one is not drawn into are sat out', () => {
  assert.equal(decide(observation({}), own({ record: forfeited }), 1001).kind, 'wait')
  assert.equal(decide(observation({ position: undefined }), own(), 1001).kind, 'wait')
})

test('in the last seconds of a phase nothing new is signed, and what is on its way is still asked about', () => {
  const end = 1000 + termsForTest().submitSeconds
  const at = (record: RoundRecord, now: number) => decide(observation({}), own({ record, marginSeconds: 15 }), now).kind
  const unsent = updateRecord(['submit', 'unsent'])
  assert.deepEqual([at(unsent, end - 15), at(unsent, end - 14)], ['submit', 'wait'])
  assert.deepEqual([at({ kind: 'none' }, end - 15), at({ kind: 'none' }, end - 14)], ['train', 'wait'])
  assert.equal(at(updateRecord(['submit', 'sent']), end - 1), 'confirm')
})

test('a member whose stake was slashed takes no further part', () => {
  assert.equal(decide(observation({ member: { stake: 0n } }), own(), 1001).kind, 'wait')
})

test('where terms have a commit phase, the update is committed to first and only then submitted', () => {
  const terms = { commitSeconds: 50 }
  const record = updateRecord(['commit', 'unsent'], ['submit', 'unsent'])
  assert.equal(decide(observation({ terms }), own(), 1001).kind, 'train')
  assert.equal(decide(observation({ terms }), own({ record }), 1001).kind, 'commit')
  assert.equal(decide(observation({ terms, round: { committed: bit(1) } }), own({ record }), 1001).kind, 'wait')
  const missed = decide(observation({ terms }), own({ record }), 1051)
  assert.deepEqual([missed.kind, missed.reason], ['wait', 'nothing was committed to in this round'])
  const committed = updateRecord(['commit', 'confirmed'], ['submit', 'unsent'])
  assert.equal(
    decide(observation({ terms, round: { committed: bit(1) } }), own({ record: committed }), 1051).kind,
    'submit',
  )
})

test('a lost update is never trained again after a commitment to it', () => {
  const action = decide(observation({ terms: { commitSeconds: 50 }, round: { committed: bit(1) } }), own(), 1051)
  assert.deepEqual([action.kind, action.reason], ['wait', 'the update committed to is lost'])
})

test('exactly one member is first at every action that anyone may take', () => {
  const end = 1000 + termsForTest().submitSeconds
  for (const round of [{ submitted: 0b1111n, submittedAt: 1009 }, { submitted: 0b1n }]) {
    for (let number = 0; number < 5; number++) {
      const kinds = [0, 1, 2, 3].map((position) => {
        const seen = observation({ round: { ...round, number }, position, member: { index: position } })
        return decide(seen, own({ since: end }), round.submittedAt === undefined ? end : 1010).kind
      })
      assert.equal(kinds.filter((kind) => kind !== 'wait').length, 1, `${kinds}`)
    }
  }
})

test('every member may take an action in the end, each at another time', () => {
  const seen = (position: number) =>
    observation({ round: { submitted: 0b1111n, submittedAt: 1009 }, position, member: { index: position } })
  const times = [0, 1, 2, 3].map((position) => {
    const action = decide(seen(position), own(), 1010)
    return action.kind === 'wait' ? action.until! : 0
  })
  assert.equal(new Set(times).size, 4)
  for (const [position, time] of times.entries())
    assert.equal(decide(seen(position), own(), time || 1010).kind, 'aggregate')
})

test('a node that is no keeper takes part and leaves the other actions alone', () => {
  const round = { submitted: 0b1111n, submittedAt: 1009 }
  assert.equal(decide(observation({ round }), own({ isKeeper: false }), 2000).kind, 'wait')
  assert.equal(decide(observation({}), own({ isKeeper: false }), 1001).kind, 'train')
})

test('the first round opens when the cohort is full, or when joining ends with enough members', () => {
  const round = newRound({})
  const at = (members: number, now: number, member = {}) =>
    decide(
      observation({ round, status: { members }, member: { index: 0, ...member }, position: undefined }),
      own(),
      now,
    )
  const { cohortSize, joinSeconds, minimumUpdates } = termsForTest()
  assert.equal(at(cohortSize, 1000).kind, 'open')
  assert.deepEqual(at(minimumUpdates, 950), { kind: 'wait', until: 900 + joinSeconds, reason: 'more members may join' })
  assert.equal(at(minimumUpdates, 1000 + joinSeconds).kind, 'open')
  assert.equal(at(minimumUpdates - 1, 1000 + joinSeconds).kind, 'wait')
})

test('a member who wants to leave asks once, takes part until the round is over, claims and stops', () => {
  const wants = { wantsToLeave: true }
  assert.equal(decide(observation({}), own(wants), 1001).kind, 'leave')
  assert.equal(decide(observation({ member: { isLeaving: true } }), own(wants), 1001).kind, 'train')
  assert.equal(decide(observation({ member: { isMember: false } }), own(wants), 1001).kind, 'claim')
  assert.equal(decide(observation({ member: { isMember: false, stake: 0n } }), own(wants), 1001).kind, 'stop')
})

test('a member whose joining the chain took back waits until the chain is past it, and a while for it to come again', () => {
  const lost = (number: bigint) =>
    observation({ member: { isMember: false, stake: 0n }, block: { number, timestamp: 1000 } })
  assert.equal(decide(lost(90n), own({ seatSeenAt: 100n }), 9_999).kind, 'wait')
  const soon = decide(lost(100n), own({ seatSeenAt: 100n }), 1_119)
  assert.deepEqual([soon.kind, soon.kind === 'wait' && soon.until], ['wait', 1_120])
  assert.equal(decide(lost(100n), own({ seatSeenAt: 100n }), 1_120).kind, 'stop')
  assert.equal(decide(lost(90n), own(), 1_001).kind, 'stop')
})

test('a finished federation is claimed from, and left alone when the claim is old enough to stay', () => {
  const status = { isFinished: true }
  assert.equal(decide(observation({ status }), own(), 1001).kind, 'claim')
  assert.equal(decide(observation({ status }), own({ claims: false }), 1001).kind, 'stop')
  const paid = observation({ status, member: { stake: 0n } })
  assert.equal(decide(paid, own({ isClaimed: true }), 1001).kind, 'stop')
  // Due again after it was paid: a reorganisation took the claim back.
  assert.equal(decide(observation({ status }), own({ isClaimed: true }), 1001).kind, 'claim')
  assert.equal(decide(paid, own({ isClaimed: true, finalitySeconds: 120 }), 1001).kind, 'wait')
  assert.equal(decide(paid, own({ isClaimed: true, finalitySeconds: 120 }), 1120).kind, 'stop')
})

const anyRecord = fc.oneof(
  fc.constant<RoundRecord>({ kind: 'none' }),
  fc.constant(forfeited),
  fc
    .array(
      fc.tuple(
        fc.constantFrom('commit' as const, 'submit' as const),
        fc.constantFrom('unsent' as const, 'sent' as const, 'confirmed' as const, 'failed' as const),
      ),
      { maxLength: 4 },
    )
    .map((states) => updateRecord(...states)),
)

const anyObservation = fc
  .record({
    commitSeconds: fc.constantFrom(0, 30),
    challengeSeconds: fc.constantFrom(0, 20),
    keeperSeconds: fc.constantFrom(0, 10),
    committed: fc.bigInt(0n, 15n),
    submitted: fc.bigInt(0n, 15n),
    shards: fc.bigInt(0n, 3n),
    position: fc.option(fc.nat(3), { nil: undefined }),
    isMember: fc.boolean(),
    isLeaving: fc.boolean(),
    isFinished: fc.boolean(),
    isInitialised: fc.boolean(),
    openedAt: fc.constantFrom(0, 1000),
    isStarted: fc.boolean(),
    owed: fc.bigInt(0n, 2n),
  })
  .map((value) => {
    const isStarted = value.isStarted && value.openedAt > 0
    const submittedAt = value.submitted === 15n && isStarted ? 1020 : 0
    return observation({
      terms: {
        commitSeconds: value.commitSeconds,
        challengeSeconds: value.challengeSeconds,
        keeperSeconds: value.keeperSeconds,
      },
      round: {
        openedAt: value.openedAt,
        startedAt: isStarted ? value.openedAt : 0,
        committed: value.committed,
        submitted: value.submitted,
        submittedAt,
        shards: submittedAt > 0 ? value.shards : 0n,
        shardsDone: submittedAt > 0 ? [0, 1, 1, 2][Number(value.shards)]! : 0,
      },
      status: { isFinished: value.isFinished, isInitialised: value.isInitialised },
      member: { isMember: value.isMember, isLeaving: value.isLeaving, owed: value.owed, index: 2 },
      position: isStarted ? value.position : undefined,
    })
  })

const anyOwn = fc
  .record({
    record: anyRecord,
    since: fc.nat(1200),
    isKeeper: fc.boolean(),
    wantsToLeave: fc.boolean(),
    claims: fc.boolean(),
    isClaimed: fc.boolean(),
  })
  .map((value) => own(value))

const anyNow = fc.integer({ min: 1000, max: 1200 })

test('whatever happens, training and new transactions of an update need a record that proves that none is on its way', () => {
  fc.assert(
    fc.property(anyObservation, anyOwn, anyNow, (seen, state, now) => {
      const action = decide(seen, state, now)
      const { record } = state
      if (action.kind === 'train') assert.equal(record.kind, 'none')
      if (action.kind === 'submit' || action.kind === 'commit') {
        assert.equal(record.kind, 'update')
        if (record.kind !== 'update') return
        const same = record.update.sendings.filter(({ kind }) => kind === action.kind)
        const isLeft = (sent: string) => sent === 'unsent' || sent === 'failed'
        assert.ok(same.some(({ state: sent }) => isLeft(sent)))
        assert.ok(same.every(({ state: sent }) => isLeft(sent) || sent === 'confirmed'))
      }
    }),
    { numRuns: 3000 },
  )
})

test('whatever happens, no update is trained or sent when it is in, or by a member outside the cohort', () => {
  fc.assert(
    fc.property(anyObservation, anyOwn, anyNow, (seen, state, now) => {
      const { kind } = decide(seen, state, now)
      const isIn = seen.position !== undefined && (seen.round.submitted & bit(seen.position)) !== 0n
      const takesPart: Action['kind'][] = ['train', 'commit', 'submit', 'confirm']
      if (isIn || seen.position === undefined || !seen.member.isMember) assert.ok(!takesPart.includes(kind), kind)
    }),
    { numRuns: 3000 },
  )
})

test('whatever happens, a wait ends in the future or with the next change of the chain', () => {
  fc.assert(
    fc.property(anyObservation, anyOwn, anyNow, (seen, state, now) => {
      const action = decide(seen, state, now)
      if (action.kind === 'wait' && action.until !== undefined) assert.ok(action.until > now, action.reason)
      assert.ok(action.reason.length > 0)
    }),
    { numRuns: 3000 },
  )
})

test('deciding changes nothing it is given', () => {
  fc.assert(
    fc.property(anyObservation, anyOwn, anyNow, (seen, state, now) => {
      const before = structuredClone({ seen, state })
      decide(seen, state, now)
      assert.deepEqual({ seen, state }, before)
    }),
    { numRuns: 300 },
  )
})
