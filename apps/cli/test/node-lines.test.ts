import assert from 'node:assert/strict'
import { test } from 'node:test'
import { noToken } from '@tutti/core'
import { describeEvent, tellEvents } from '../src/node-lines.ts'
import { createOutput } from '../src/output.ts'

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
