import assert from 'node:assert/strict'
import { test } from 'node:test'
import { noToken } from '@tutti/core'
import { formatDuration } from '../../src/federation/waiting-lines.ts'
import { describeEvent, tellEvents } from '../../src/node/event-lines.ts'
import { createOutput } from '../../src/terminal/output.ts'

const who = { account: `0x${'11'.repeat(20)}`, federationId: `0x${'22'.repeat(32)}` } as const

test('a log level tells what is at least so important; the endpoint hears of everything', () => {
  for (const [level, told] of [
    ['warning', ['sat-out']],
    ['info', ['claimed', 'sat-out']],
    ['debug', ['looked', 'claimed', 'sat-out']],
  ] as const) {
    const lines: string[] = []
    const heard: string[] = []
    const output = {
      ...createOutput({ isJson: true }),
      event: (value: unknown) => lines.push((value as { kind: string }).kind),
    }
    const tell = tellEvents(output, level, ({ kind }) => heard.push(kind))
    const about = { ...who, time: 0 }
    tell({ ...about, kind: 'looked', round: 0, block: 1n })
    tell({ ...about, kind: 'claimed', amount: 1n, cost: { gasUsed: 1n, fee: 1n } as never })
    tell({ ...about, kind: 'sat-out', round: 0, reason: 'a test' })
    assert.deepEqual(lines, told)
    assert.deepEqual(heard, ['looked', 'claimed', 'sat-out'])
  }
})

test("how long a node stays is told by the chain's clock, however far it is ahead of this machine's", () => {
  const ahead = 13_941
  const time = 1_800_000_000_000
  const chainTime = time / 1_000 + ahead
  const phase = { ...who, time, kind: 'phase', round: 2, phase: 'finished', reason: 'all is claimed' } as const
  assert.equal(
    describeEvent({ ...phase, chainTime, endsAt: chainTime + 20 }, noToken),
    'round 3: finished (all is claimed); ending in 20 s',
  )
  assert.equal(describeEvent({ ...phase, chainTime, endsAt: chainTime }, noToken), 'round 3: finished (all is claimed)')
})

test('clamped values are told in text by round, with what to do', () => {
  const event = { ...who, time: 0, kind: 'clamped', round: 2, saturatedLanes: 40, parameters: 1_000 } as const
  assert.equal(describeEvent({ ...event, message: 'Do this.' }, noToken), 'round 3: Do this.')
})

test('a wait says what for, who is missing, and until when by the clock here', () => {
  const time = new Date(2026, 10, 29, 17, 14, 56).getTime()
  const chainTime = 5_000
  const missing = [`0x9965${'0'.repeat(36)}`, who.account, `0x70997970${'0'.repeat(32)}`] as const
  const event = { ...who, time, kind: 'waiting', round: 0, chainTime, missing: [] as `0x${string}`[] } as const
  const ends = { endsAt: chainTime + 580, phase: 'submit', reason: 'the update is in' }
  const one = { count: { what: 'updates', came: 3, of: 4 } as const, missing: [missing[0]] }
  assert.equal(
    describeEvent({ ...event, ...ends, ...one }, noToken),
    'round 1: the update is in; 3 of 4 updates have come, missing: 0x9965…; waiting until 17:24:36 local time at the latest, 9 min 40 s',
  )
  const many = { count: { what: 'updates', came: 1, of: 9 } as const, missing: [...missing] }
  assert.match(
    describeEvent({ ...event, ...ends, ...many }, noToken)!,
    /1 of 9 updates have come, missing: 0x9965…, this member, 0x7099…, 5 more;/,
  )
  const window = { endsAt: chainTime + 10_800, phase: 'challenge', reason: 'faults can be proven' }
  assert.equal(
    describeEvent({ ...event, ...window }, noToken),
    'round 1: faults can be proven; waiting until 20:14:56 local time, 3 h (--challenge-seconds of the creator)',
  )
  const tomorrow = { ...window, phase: 'joining', endsAt: chainTime + 86_400 }
  assert.match(describeEvent({ ...event, ...tomorrow }, noToken)!, /waiting until 2026-11-30 17:14:56 local time, 1 d$/)
  const open = { endsAt: 0, phase: 'joining', reason: 'too few members have joined' }
  assert.equal(
    describeEvent({ ...event, ...open, count: { what: 'members', came: 1, of: 2 } }, noToken),
    'round 1: too few members have joined; 1 of 2 members are there; waiting for them',
  )
})

test('durations have their two largest units', () => {
  const cases: [number, string][] = [
    [0, '0 s'],
    [9.2, '10 s'],
    [60, '1 min'],
    [10_800, '3 h'],
    [90_061, '1 d 1 h'],
    [86_460, '1 d'],
  ]
  for (const [seconds, text] of cases) assert.equal(formatDuration(seconds), text)
})
