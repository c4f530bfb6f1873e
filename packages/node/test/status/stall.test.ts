/** Ending a federation early by vote: when nodes want it, and that a real one ends. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readStatus } from '@tutti/chain'
import { fromSeed } from '@tutti/core'
import fc from 'fast-check'
import { decide } from '../../src/decide/next-action.ts'
import type { Observation } from '../../src/decide/state.ts'
import { encodeMetrics } from '../../src/status/reported-metrics.ts'
import { hasStalled, summariseReports, toReports } from '../../src/status/stall.ts'
import type { ModelTrainer } from '../../src/trainers/interface.ts'
import { startFederation } from '../fixture.ts'
import { start } from '../nodes.ts'
import { newRound, ownState, termsForTest } from '../terms.ts'

const accuracies = (...values: number[]) => values.map((accuracy, round) => ({ round, accuracy }))

test('stalled is: the last k reports are no better than the best before them', () => {
  assert.equal(hasStalled(accuracies(0.5, 0.6, 0.6, 0.55), 2), true)
  assert.equal(hasStalled(accuracies(0.5, 0.6, 0.61, 0.55), 2), false)
  assert.equal(hasStalled(accuracies(0.5, 0.5), 2), false)
  assert.equal(hasStalled(accuracies(0.5, 0.5, 0.5), 2), true)
  const losses = [2, 1, 1.1, 1.2].map((loss, round) => ({ round, loss }))
  assert.equal(hasStalled(losses, 2), true)
  assert.equal(hasStalled(losses, 3), false)
  // Rounds in which nobody reported do not count.
  assert.equal(hasStalled([...accuracies(0.5, 0.4), { round: 2 }, { round: 3 }], 2), false)
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true })), fc.integer({ min: 1, max: 5 }), (values, k) => {
      // Who is patient for longer votes no sooner.
      if (hasStalled(accuracies(...values), k + 1)) assert.ok(hasStalled(accuracies(...values), k))
      assert.equal(hasStalled(accuracies(...values, 2), k), false)
    }),
  )
})

test('the middle report of a round counts, and what cannot be does not', () => {
  const report = (correct: number, loss: number) => encodeMetrics({ examples: 10, correct, loss })
  const honest = [report(5, 1), report(6, 2), report(7, 3)]
  assert.deepEqual(summariseReports(4, honest), { round: 4, accuracy: 0.6, loss: 2 })
  const lies = [report(11, -1), new Uint8Array([1, 2]), encodeMetrics({ examples: 0, correct: 0 })]
  assert.deepEqual(summariseReports(4, [...honest, ...lies]), { round: 4, accuracy: 0.6, loss: 2 })
  // Of rows that were held out, where there are some.
  const heldOut = encodeMetrics({ examples: 100, heldOut: 10, correct: 9 })
  assert.deepEqual(summariseReports(4, [heldOut]), { round: 4, accuracy: 0.9 })
  const training = encodeMetrics({ examples: 10, correct: 10 })
  assert.deepEqual(summariseReports(4, [heldOut, heldOut, training]), { round: 4, accuracy: 0.9 })
  assert.deepEqual(summariseReports(4, []), { round: 4 })
})

test('what a store kept of reports is read again, and anything else is nothing', () => {
  const reports = [{ round: 0, accuracy: 0.5 }, { round: 1, loss: 2 }, { round: 2 }]
  assert.deepEqual(toReports({ version: 1, reports }), reports)
  for (const wrong of [undefined, null, [], { reports: 3 }, { reports: [null] }, { reports: [{ round: 0.5 }] }]) {
    assert.deepEqual(toReports(wrong), [])
  }
})

test('a member of the round votes once for the end, before it trains, where the terms allow it', () => {
  const seen = (change: { endQuorum?: number; isEnding?: boolean; index?: number; stake?: bigint }): Observation => ({
    block: { number: 100n, timestamp: 1000 },
    terms: termsForTest({ endQuorum: change.endQuorum ?? 6_667 }),
    status: {
      createdAt: 900,
      isInitialised: true,
      isFinished: false,
      members: 4,
      roundsClosed: 2,
      isEnding: change.isEnding ?? false,
    },
    round: newRound({ number: 2, members: 4, cohort: 4, openedAt: 1000, startedAt: 1000 }),
    member: { index: change.index ?? 1, isMember: true, isLeaving: false, owed: 0n, stake: change.stake ?? 5n },
    position: 1,
  })
  const own = ownState({ wantsToEnd: true })
  assert.deepEqual(
    [{}, { endQuorum: 0 }, { isEnding: true }, { index: 4 }, { stake: 0n }].map(
      (change) => decide(seen(change), own, 1001).kind,
    ),
    ['vote', 'train', 'train', 'train', 'wait'],
  )
  assert.equal(decide(seen({}), ownState({}), 1001).kind, 'train')
})

test('nodes end a real federation that gets no better, each by its owner’s policy', async () => {
  const rounds = 10
  const fixture = await startFederation({ members: 3, terms: { rounds, endQuorum: 6_000, joinSeconds: 0 } })
  const { clients, federationId: id } = fixture
  /** Moves weights by chance, and reports the same again and again. */
  const idle = (seed: number): ModelTrainer => ({
    train: async ({ weights, round }) => {
      const random = fromSeed(seed * 100 + round)
      const trained = weights.map((weight) => weight + (random() - 0.5) / 10)
      return { weights: trained, metrics: { examples: 10, loss: 1, correct: 5 } }
    },
  })
  try {
    const nodes = [0, 1, 2].map((member) =>
      start(fixture, member, {
        trainer: idle(member),
        staggerSeconds: 1,
        // The third owner does not mind.
        ...(member < 2 ? { stopsAfterRounds: 2 } : {}),
      }),
    )
    await Promise.all(nodes.map(({ done }) => done))
    const { roundsClosed, isFinished } = await readStatus(clients[0]!, { id })
    assert.equal(isFinished, true)
    assert.ok(roundsClosed >= 4 && roundsClosed < rounds, `it ended after ${roundsClosed} rounds`)
    const votes = nodes.map(({ events }) => events.filter(({ kind }) => kind === 'voted').length)
    assert.ok(votes[0]! >= 1 && votes[1]! >= 1)
    assert.equal(votes[2], 0)
  } finally {
    await fixture.end()
  }
})
