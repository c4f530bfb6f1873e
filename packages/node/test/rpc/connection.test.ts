import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { test } from 'node:test'
import { askedWaitMilliseconds } from '@tutti/chain'
import fc from 'fast-check'
import { createPublicClient, HttpRequestError, http } from 'viem'
import { createChainClock } from '../../src/decide/clock.ts'
import { backOffMilliseconds, isChainOutOfReach, sleep, untilReached } from '../../src/rpc/connection.ts'

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

test('what is interrupted is no failure of the chain, and nothing is told of it', async () => {
  const stop = new AbortController()
  const told: number[] = []
  const interrupted = untilReached(
    async () => {
      stop.abort(new Error('stopped'))
      throw new Error('The request was interrupted.')
    },
    { backOff: quick, signal: stop.signal, isPassing: () => true, onWait: ({ failures }) => told.push(failures) },
  )
  await assert.rejects(interrupted, /stopped/)
  assert.deepEqual(told, [])
})

test('a wait ends at once when the node is stopped', async () => {
  const stop = new AbortController()
  const waiting = sleep(60_000, stop.signal)
  stop.abort(new Error('stopped'))
  await assert.rejects(waiting, /stopped/)
  await assert.rejects(sleep(0, stop.signal), /stopped/)
})

test('a server that limits its callers is asked again no sooner than it says, by seconds or by date', async () => {
  const now = Date.parse('2026-01-01T00:00:00Z')
  const asked = (text: string | undefined, status = 429) =>
    askedWaitMilliseconds(
      new Error('outer', {
        cause: new HttpRequestError({
          url: 'http://127.0.0.1',
          status,
          ...(text === undefined ? {} : { headers: new Headers({ 'retry-after': text }) }),
        }),
      }),
      now,
    )
  assert.equal(asked('7'), 7_000)
  assert.equal(asked('Thu, 01 Jan 2026 00:00:20 GMT', 503), 20_000)
  assert.deepEqual([asked(undefined), asked('soon'), asked('Thu, 01 Jan 1970 00:00:00 GMT')], [0, 0, 0])
  assert.equal(asked('100000'), 120_000)
  // A real answer of a real server, through the client that a node uses.
  const server = createServer((_, response) => response.writeHead(429, { 'retry-after': '1' }).end())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  const client = createPublicClient({ transport: http(`http://127.0.0.1:${port}`, { retryCount: 0 }) })
  const waits: number[] = []
  let attempts = 0
  const attempt = async () => (attempts++ === 0 ? await client.getBlockNumber() : 1n)
  await untilReached(attempt, {
    backOff: quick,
    signal: new AbortController().signal,
    onWait: ({ milliseconds }) => waits.push(milliseconds),
  })
  server.close()
  assert.deepEqual(waits, [1_000])
})

test('chain time goes on with the local clock, keeps a lead, and never falls behind the last block', () => {
  let local = 1000
  let elapsed = 0
  const clock = createChainClock(
    () => local,
    () => elapsed,
  )
  const pass = (seconds: number) => {
    local += seconds
    elapsed += seconds
  }
  clock.observe({ number: 1n, timestamp: 990 })
  assert.equal(clock.now(), 1000)
  pass(10)
  clock.observe({ number: 2n, timestamp: 4010 })
  assert.equal(clock.now(), 4010)
  pass(10)
  assert.equal(clock.now(), 4020)
  clock.observe({ number: 2n, timestamp: 4010 })
  assert.equal(clock.now(), 4020)
  pass(980)
  clock.observe({ number: 3n, timestamp: 5000 })
  assert.equal(clock.now(), 5000)
})

test('a clock an hour ahead of the chain is not believed: it may be fifteen seconds ahead at the most', () => {
  let elapsed = 0
  const clock = createChainClock(
    () => 3600 + 1000 + elapsed,
    () => elapsed,
  )
  clock.observe({ number: 1n, timestamp: 1000 })
  assert.equal(clock.now(), 1015)
  elapsed = 30
  assert.equal(clock.now(), 1045)
})
