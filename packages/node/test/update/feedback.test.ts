/** What quantisation lost is carried on, once, whatever happens to the node or to the file that holds it. */
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { readDirectModel } from '@tutti/chain'
import { commitResidual, type ErrorFeedback, fromSeed, noteResidual, packGains, startFeedback } from '@tutti/core'
import fc from 'fast-check'
import { decodeFeedback, encodeFeedback } from '../../src/disk/feedback-file.ts'
import { openStore, storeDirectory } from '../../src/disk/store.ts'
import type { NodeEvent } from '../../src/status/events.ts'
import { prepareUpdate } from '../../src/update/prepare.ts'
import { damages } from '../damages.ts'
import { type Fixture, startFederation } from '../fixture.ts'
import { runUntilKilled } from '../kill.ts'
import { start } from '../nodes.ts'
import { termsForTest } from '../terms.ts'

const id = `0x${'ab'.repeat(32)}` as const
const account = `0x${'cd'.repeat(20)}` as const

const noted = noteResidual(startFeedback(), {
  shard: 2,
  round: 4,
  wanted: Float32Array.of(0.25, -0.5, 9),
  values: Int8Array.of(0, 0, 1),
  scale: 1,
})
const both: ErrorFeedback = { ...commitResidual(noted, 2, 4), pending: noted.pending }

test('decodeFeedback(encodeFeedback(f)) ≡ f, wherever in a buffer the bytes lie', () => {
  const residual = fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { maxLength: 20 })
  const entries = fc.array(fc.tuple(fc.nat(300), residual, fc.option(fc.nat(1_000))), { maxLength: 6 })
  fc.assert(
    fc.property(entries, fc.nat(9), (list, offset) => {
      const residuals = new Map<number, Float32Array>()
      const pending = new Map<number, { round: number; residual: Float32Array }>()
      for (const [shard, values, round] of list) {
        if (round === null) residuals.set(shard, Float32Array.from(values))
        else pending.set(shard, { round, residual: Float32Array.from(values) })
      }
      const feedback = { decay: 0.9, bound: 1, residuals, pending }
      const bytes = encodeFeedback(feedback)
      const around = new Uint8Array(bytes.length + 20).fill(10)
      around.set(bytes, offset)
      assert.deepEqual(decodeFeedback(around.subarray(offset, offset + bytes.length)), feedback)
    }),
  )
})

test('every bit of the file counts, and so does its length', () => {
  const bytes = encodeFeedback(both)
  assert.deepEqual(decodeFeedback(bytes), both)
  for (let bit = 0; bit < 8 * bytes.length; bit++) {
    const altered = Uint8Array.from(bytes)
    altered[bit >> 3]! ^= 1 << (bit & 7)
    assert.equal(decodeFeedback(altered), undefined, `bit ${bit}`)
  }
  for (let length = 0; length < bytes.length; length++) {
    assert.equal(decodeFeedback(bytes.subarray(0, length)), undefined)
  }
})

test('a damaged file is named once and done without', () => {
  const root = mkdtempSync(join(tmpdir(), 'tutti-feedback-'))
  try {
    const told: string[] = []
    const options = { root, chainId: 1, federationId: id, account, onDamage: (file: string) => told.push(file) }
    const file = join(storeDirectory(options), 'feedback.bin')
    const store = openStore(options)
    try {
      for (const [what, damage] of damages) {
        store.saveFeedback(both)
        assert.deepEqual(store.loadFeedback(), both)
        writeFileSync(file, damage(readFileSync(file)))
        assert.equal(store.loadFeedback(), undefined, what)
        assert.equal(store.loadFeedback(), undefined, what)
      }
      assert.deepEqual(
        told,
        damages.map(() => file),
      )
    } finally {
      store.close()
    }
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
})

test('an update too small to be sent gets through in the end, as much of it as there was', () => {
  const gains = packGains([{ fromRound: 0, gain: 1 }])
  const terms = termsForTest({ dimension: 64, shardSize: 64, shardsPerMember: 1, cohortSize: 1, bits: 2, gains })
  const training = {
    before: new Float32Array(64),
    after: new Float32Array(64).fill(0.3),
    steps: new Float64Array(64).fill(1),
  }
  const rounds = 60
  const carried = new Float64Array(64)
  let feedback = startFeedback({ decay: 1, bound: 1 })
  for (let round = 0; round < rounds; round++) {
    const place = { terms, round, cohort: 1, position: 0 }
    const update = prepareUpdate({ ...training, feedback }, place, fromSeed(round))
    update.values[0]!.forEach((value, i) => {
      carried[i] = carried[i]! + value
    })
    assert.equal(update.feedback!.pending.get(0)!.round, round)
    feedback = commitResidual(update.feedback!, 0, round)
  }
  for (const sum of carried) assert.ok(Math.abs(sum - 0.3 * rounds) <= 1.0001, `${sum}`)
  const alone = prepareUpdate(training, { terms, round: 0, cohort: 1, position: 0 }, fromSeed(1))
  assert.equal(alone.feedback, undefined)
})

const roundingSeed = 5

/** The integers that a federation of one member with two bits ends at, after what happened to its first node. */
async function lanesAfter(event?: NodeEvent['kind'], meanwhile?: (left: string[]) => void): Promise<Int32Array> {
  const fixture: Fixture = await startFederation({
    members: 1,
    terms: { rounds: 3, bits: 2, shardSize: 128, shardsPerMember: 2 },
  })
  try {
    const { clients, federationId, terms, storeDirectory: root } = fixture
    const client = clients[0]!
    if (event !== undefined) meanwhile?.(await runUntilKilled(fixture, event, { roundingSeed }))
    await start(fixture, 0, { roundingSeed }).done
    const place = { root, chainId: client.chainId, federationId, account: client.account.address }
    const feedback = decodeFeedback(readFileSync(join(storeDirectory(place), 'feedback.bin')))!
    assert.deepEqual([...feedback.residuals.keys()].sort(), [0, 1])
    assert.deepEqual(
      [...feedback.pending.values()].map(({ round }) => round),
      [2, 2],
    )
    assert.ok([...feedback.residuals.values()].some((residual) => residual.some((value) => value !== 0)))
    return (await readDirectModel(client, { id: federationId, terms })).lanes
  } finally {
    await fixture.end()
  }
}

test('a node that is killed carries on what one that was not killed does, each residual once', async () => {
  const undisturbed = await lanesAfter()
  assert.deepEqual(await lanesAfter('round-settled'), undisturbed)
  assert.deepEqual(await lanesAfter('sent'), undisturbed)
  // The residual is on disk and the update is not: it is made anew, from what was carried before.
  const loseUpdate = (left: string[]) => rmSync(left.find((path) => path.endsWith('update.json'))!)
  assert.deepEqual(await lanesAfter('update-prepared', loseUpdate), undisturbed)
})
