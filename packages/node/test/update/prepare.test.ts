import assert from 'node:assert/strict'
import { test } from 'node:test'
import { expectedUpdates, fromSeed, packGains, shardRange, startFeedback } from '@tutti/core'
import fc from 'fast-check'
import { planBlobSendings, planSendings } from '../../src/sending/sendings.ts'
import { createReport } from '../../src/status/report.ts'
import { decodeMetrics, encodeMetrics, reportedAccuracy, summariseMetrics } from '../../src/status/reported-metrics.ts'
import { prepareUpdate, UpdateLengthError, warnOfClamping } from '../../src/update/prepare.ts'
import { termsForTest } from '../terms.ts'

const terms = termsForTest({
  dimension: 300,
  shardSize: 128,
  shardsPerMember: 2,
  gains: packGains([{ fromRound: 0, gain: 3 }]),
})

const id = `0x${'ab'.repeat(32)}` as const

test('the update of a shard, times step · D · gain, is within one integer of what training changed', () => {
  fc.assert(
    fc.property(fc.nat(20), fc.nat(3), fc.integer(), (round, position, seed) => {
      const random = fromSeed(seed)
      const steps = Float64Array.from({ length: 300 }, (_, p) => (p < 200 ? 0.01 : 0.002))
      const before = Float32Array.from({ length: 300 }, () => random())
      const after = before.map((weight, p) => weight + (random() - 0.5) * steps[p]! * 4)
      const place = { terms, round, cohort: 4, position }
      const update = prepareUpdate({ before, after, steps }, place, random)
      assert.equal(update.saturatedLanes, 0)
      assert.equal(update.shards.length, 2)
      for (const [k, shard] of update.shards.entries()) {
        const { start, length } = shardRange(terms, shard)
        const scale = expectedUpdates(terms, shard, round, 4) * 3
        const values = update.values[k]!
        assert.equal(values.length, length)
        for (let i = 0; i < length; i++) {
          const worth = values[i]! * steps[start + i]! * scale
          const wanted = after[start + i]! - before[start + i]!
          assert.ok(Math.abs(worth - wanted) <= steps[start + i]! * scale * (1 + 1e-4))
        }
      }
    }),
    { numRuns: 50 },
  )
})

test('a weight of w gives the update of w times the change', () => {
  const steps = new Float64Array(300).fill(0.01)
  const before = new Float32Array(300)
  const after = Float32Array.from({ length: 300 }, (_, p) => Math.fround(Math.sin(p) / 64))
  const place = { terms, round: 0, cohort: 4, position: 1 }
  const doubled = after.map((value) => 2 * value)
  const weighed = prepareUpdate({ before, after, steps, weight: 2 }, place, fromSeed(1))
  assert.deepEqual(weighed, prepareUpdate({ before, after: doubled, steps }, place, fromSeed(1)))
  assert.notDeepEqual(weighed, prepareUpdate({ before, after, steps }, place, fromSeed(1)))
})

test('what a width cannot hold is clamped and counted', () => {
  const before = new Float32Array(300)
  const after = new Float32Array(300).fill(1000)
  const steps = new Float64Array(300).fill(1)
  const update = prepareUpdate({ before, after, steps }, { terms, round: 0, cohort: 4, position: 0 }, fromSeed(1))
  assert.equal(update.quantisedLanes, 256)
  assert.equal(update.saturatedLanes, 256)
})

test('what is carried on is not counted as clamped', () => {
  const before = new Float32Array(300)
  const after = new Float32Array(300).fill(5)
  const steps = new Float64Array(300).fill(1)
  const residuals = new Map([0, 1, 2].map((shard) => [shard, new Float32Array(128).fill(10_000)]))
  const feedback = { ...startFeedback(), residuals }
  const place = { terms, round: 0, cohort: 4, position: 0 }
  const update = prepareUpdate({ before, after, steps, feedback }, place, fromSeed(1))
  assert.equal(update.saturatedLanes, 0)
  assert.ok(update.values.every((values) => values.every((value) => value === 7)))
})

test('more than a hundredth of clamped values is warned of, with what to do, and again only when it has doubled', () => {
  assert.equal(warnOfClamping(0, 0), undefined)
  assert.equal(warnOfClamping(10, 1_000), undefined)
  const message = warnOfClamping(11, 1_000)!
  assert.match(message, /^1\.1% of the values .* --learning-rate .* --data .* --bits\.$/)
  const told: number[] = []
  const report = createReport(id, id, (event) => {
    if (event.kind === 'clamped') told.push(event.saturatedLanes)
  })
  for (const saturatedLanes of [11, 20, 22, 30, 43, 44]) {
    report.tell({ kind: 'clamped', round: 0, saturatedLanes, parameters: 1_000, message })
  }
  assert.deepEqual(told, [11, 22, 44])
})

test('a vector of another length than the model is refused', () => {
  const training = { before: new Float32Array(300), after: new Float32Array(299), steps: new Float64Array(300).fill(1) }
  assert.throws(
    () => prepareUpdate(training, { terms, round: 0, cohort: 4, position: 0 }, fromSeed(1)),
    UpdateLengthError,
  )
})

test('the transactions of an update hold all its shards once, in order, and are as few as their size allows', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(500), { minLength: 1, maxLength: 12 }),
      fc.integer({ min: 1, max: 1500 }),
      (sizes, most) => {
        const payloads = sizes.map((size) => new Uint8Array(size))
        const sendings = planSendings(payloads, false, most)
        const sizeOf = ({ first, count }: { first: number; count: number }) =>
          sizes.slice(first, first + count).reduce((sum, size) => sum + size + 64, 0)
        let next = 0
        for (const [i, sending] of sendings.entries()) {
          assert.equal(sending.first, next)
          assert.ok(sending.count === 1 || sizeOf(sending) <= most)
          const following = sendings[i + 1]
          if (following !== undefined) assert.ok(sizeOf(sending) + sizes[following.first]! + 64 > most)
          next += sending.count
        }
        assert.equal(next, sizes.length)
        const committed = planSendings(payloads, true, most)
        assert.deepEqual(
          committed.map(({ kind, count }) => [kind, count]),
          [
            ['commit', sizes.length],
            ['submit', sizes.length],
          ],
        )
      },
    ),
  )
})

test('decode(encode(metrics)) ≡ metrics, to six digits', () => {
  const metrics = { examples: 120, loss: 0.123456, correct: 80, perClass: [60, 60], saturated: 3, lanes: 2410 }
  assert.deepEqual(decodeMetrics(encodeMetrics(metrics)), metrics)
})

test('metrics that are no number are left out, and foreign bytes are no error', () => {
  assert.deepEqual(decodeMetrics(encodeMetrics({ examples: 5, loss: Number.NaN })), { examples: 5 })
  assert.deepEqual(decodeMetrics(new TextEncoder().encode('{"examples":"many","loss":1}')), { loss: 1 })
  fc.assert(fc.property(fc.uint8Array(), (bytes) => void decodeMetrics(bytes)))
})

test('reports of a round are weighed by examples, and what cannot be is not counted', () => {
  const reports = [
    { examples: 100, loss: 1, correct: 50, saturated: 10, lanes: 1_000 },
    { examples: 300, loss: 2, correct: 240, saturated: 0, lanes: 1_000 },
    { examples: 0, loss: 99, correct: 0 },
    { examples: -5, loss: 99, saturated: -1, lanes: 10 },
    { examples: 100, loss: -1, correct: 101, saturated: 11, lanes: 10 },
    { examples: 0.5, loss: 99 },
  ].map(encodeMetrics)
  const { accuracy, loss, ...rest } = summariseMetrics([...reports, Uint8Array.of(1, 2), new Uint8Array()])
  assert.deepEqual(rest, {
    members: 3,
    examples: 500,
    heldOut: 0,
    measuredOn: 'training',
    measuredBy: 2,
    clampedShare: 0.005,
  })
  assert.ok(Math.abs(loss! - 1.75) < 1e-12 && Math.abs(accuracy! - 290 / 400) < 1e-12)
  assert.deepEqual(summariseMetrics([]), { members: 0, examples: 0, heldOut: 0, measuredBy: 0 })
  fc.assert(
    fc.property(fc.array(fc.record({ examples: fc.double(), loss: fc.double(), correct: fc.double() })), (list) => {
      const summary = summariseMetrics(list.map((report) => encodeMetrics(report)))
      assert.ok(summary.accuracy === undefined || (summary.accuracy >= 0 && summary.accuracy <= 1 + 1e-9))
      assert.ok(summary.loss === undefined || summary.loss >= 0)
      assert.ok(Number.isFinite(summary.examples))
    }),
  )
})

test('figures of held-out rows weigh by those and are never mixed with figures of training rows; labels are answers', () => {
  const heldOut = [
    { examples: 80, heldOut: 20, loss: 1, correct: 10 },
    { examples: 900, heldOut: 60, loss: 2, correct: 45 },
  ]
  const training = [{ examples: 60, loss: 9, correct: 60 }]
  const { accuracy, loss, ...rest } = summariseMetrics([...heldOut, ...training].map(encodeMetrics))
  assert.deepEqual(rest, { members: 3, examples: 1_040, heldOut: 80, measuredOn: 'held-out', measuredBy: 2 })
  assert.ok(Math.abs(loss! - (20 * 1 + 60 * 2) / 80) < 1e-12 && Math.abs(accuracy! - 55 / 80) < 1e-12)
  const most = summariseMetrics([...heldOut, ...training, ...training, ...training].map(encodeMetrics))
  assert.deepEqual([most.measuredOn, most.measuredBy, most.loss, most.heldOut], ['training', 3, 9, 80])
  // A member without figures decides nothing.
  assert.equal(
    summariseMetrics([...heldOut, { examples: 5 }, { examples: 5 }, { examples: 5 }].map(encodeMetrics)).measuredBy,
    2,
  )
  assert.equal(reportedAccuracy({ examples: 46, correct: 120, labels: 3 }), 120 / 138)
  assert.equal(reportedAccuracy({ examples: 46, correct: 120 }), undefined)
  assert.equal(reportedAccuracy({ examples: 46, heldOut: 0, correct: 23 }), 0.5)
  assert.equal(reportedAccuracy({ heldOut: 10, correct: 11 }), undefined)
})

test('in blobs every shard goes in a transaction of its own, after the commitment where there is one', () => {
  const payloads = [new Uint8Array(192), new Uint8Array(192), new Uint8Array(32)]
  const parts = planBlobSendings(payloads, false).map(({ kind, first, count }) => [kind, first, count])
  assert.deepEqual(parts, [
    ['submit', 0, 1],
    ['submit', 1, 1],
    ['submit', 2, 1],
  ])
  const committed = planBlobSendings(payloads.slice(0, 1), true).map(({ kind, count }) => [kind, count])
  assert.deepEqual(committed, [
    ['commit', 1],
    ['submit', 1],
  ])
})
