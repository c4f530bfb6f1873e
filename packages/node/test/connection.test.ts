import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createPublicClient, http } from 'viem'
import { createChainClock } from '../src/clock.ts'
import { backOffMilliseconds, isChainOutOfReach, sleep, untilReached } from '../src/connection.ts'

const quick = { firstMilliseconds: 1, mostMilliseconds: 8, random: () => 0 }

test('waits double from the first to the largest, less at most a half by chance', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 60 }), fc.double({ min: 0, max: 0.999, noNaN: true }), (failures, chance) => {
      const backOff = { firstMilliseconds: 250, mostMilliseconds: 15_000, random: () => chance }
      const full = Math.min(15_000, 250 * 2 ** (failures - 1))
      const wait = backOffMilliseconds(backOff, failures)
      assert.ok(wait <= full && wait >= full / 2)
    }),
  )
})

test('a chain out of reach is asked again until it answers, and its return is told', async () => {
  const client = createPublicClient({ transport: http('http://127.0.0.1:9', { retryCount: 0, timeout: 500 }) })
  let attempts = 0
  const told: string[] = []
  const answer = await untilReached(
    async () => {
      attempts++
      return attempts < 4 ? await client.getBlockNumber() : 7n
    },
    {
      backOff: quick,
      signal: new AbortController().signal,
      onWait: ({ failures, milliseconds }) => told.push(`wait ${failures} ${milliseconds}`),
      onBack: (failures) => told.push(`back ${failures}`),
    },
  )
  assert.equal(answer, 7n)
  assert.deepEqual(told, ['wait 1 1', 'wait 2 2', 'wait 3 4', 'back 3'])
})

test('an answer that is an error is not asked for again', async () => {
  let attempts = 0
  const refuse = async () => {
    attempts++
    throw new Error('execution reverted')
  }
  await assert.rejects(untilReached(refuse, { backOff: quick, signal: new AbortController().signal }), /reverted/)
  assert.equal(attempts, 1)
  assert.equal(isChainOutOfReach(new Error('execution reverted')), false)
})

test('a wait ends at once when the node is stopped', async () => {
  const stop = new AbortController()
  const waiting = sleep(60_000, stop.signal)
  stop.abort(new Error('stopped'))
  await assert.rejects(waiting, /stopped/)
  await assert.rejects(sleep(0, stop.signal), /stopped/)
})

test('chain time goes on with the local clock, keeps a lead, and never falls behind the last block', () => {
  let local = 1000
  const clock = createChainClock(() => local)
  clock.observe({ number: 1n, timestamp: 900 })
  assert.equal(clock.now(), 1000)
  local = 1010
  clock.observe({ number: 2n, timestamp: 4010 })
  assert.equal(clock.now(), 4010)
  local = 1020
  assert.equal(clock.now(), 4020)
  clock.observe({ number: 2n, timestamp: 4010 })
  assert.equal(clock.now(), 4020)
  local = 5000
  clock.observe({ number: 3n, timestamp: 5000 })
  assert.equal(clock.now(), 5000)
})
