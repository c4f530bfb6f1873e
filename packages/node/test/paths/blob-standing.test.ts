/** A fault that nobody proved in time: what the chain accepted is the model, and everybody goes on with it. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import {
  bundleBlobs,
  callToSubmitBlobs,
  findStandingFaults,
  localSource,
  readManifest,
  readRound,
  replayBlobs,
  sendBlobCall,
  syncModel,
} from '@tutti/chain'
import { loadKzg } from '@tutti/chain/kzg'
import { advanceTime, archiveSource, openBlobArchive } from '@tutti/chain/local'
import { packBlobs, phaseEnds, toBytes32 } from '@tutti/core'
import { skipWindows, startBlobFederation } from '../blob-fixture.ts'
import { start } from '../nodes.ts'

test('word 3 = 2^250, and nobody watches: the other member aggregates, submits in later rounds, and claims', async () => {
  const fixture = await startBlobFederation({ members: 2, terms: { rounds: 3 } })
  try {
    const { clients, federationId: id, terms, storeDirectory } = fixture
    const [honest, cheat] = [clients[0]!, clients[1]!]
    const archive = join(storeDirectory, 'blobs')
    // The machine of the only watcher goes off as soon as it has submitted, and comes back when the window is over.
    const off = new AbortController()
    const before = start(fixture, 0, {
      archive,
      sidecarVersion: 0,
      signal: off.signal,
      onEvent: ({ kind }) => kind === 'submitted' && off.abort(),
    })
    await before.done
    const kzg = await loadKzg()
    const [blob] = packBlobs(new Int32Array(163), terms)
    blob!.set(toBytes32(1n << 250n), 32 * 3)
    const bundle = await bundleBlobs(kzg, [blob!])
    await sendBlobCall(cheat, callToSubmitBlobs(cheat, { id, round: 0, bundle }), { kzg, version: 0 })
    const { timestamp } = await honest.public.getBlock()
    await advanceTime(honest, phaseEnds(await readRound(honest, { id }), terms).challengeEnd - Number(timestamp))

    const node = start(fixture, 0, { archive, sidecarVersion: 0 })
    const end = skipWindows(fixture, [node])
    // The cheat stays away from now on, so submission lasts its full time.
    const hurry = setInterval(async () => {
      const round = await readRound(honest, { id }).catch(() => undefined)
      if (round === undefined || round.number === 0 || round.submitted !== 1n) return
      const { timestamp: now } = await honest.public.getBlock()
      const left = phaseEnds(round, terms).submitEnd - Number(now)
      if (left > 0) await advanceTime(honest, left).catch(() => undefined)
    }, 200)
    const summary = await node.done
    clearInterval(hurry)
    await end()
    assert.deepEqual([summary.roundsTaken, summary.reason], [3, 'the federation is finished'])
    assert.ok(summary.claimed > 0n)

    const what = 'packing in word 3 of blob 0'
    const told = node.events.filter((event) => event.kind === 'fault-standing')
    assert.deepEqual(
      told.map(({ round, member, what: where }) => [round, member, where]),
      [[0, cheat.account.address, what]],
    )
    const access = { kzg, sources: [localSource(honest)] }
    const replay = await replayBlobs(honest, { id, access })
    assert.deepEqual([replay.isConsistent, replay.updates, replay.faults.length], [true, 4, 1], replay.finding)
    assert.match(replay.finding, new RegExp(`${cheat.account.address} in round 1, shard 0 \\(${what}\\)`))
    const pulled = await syncModel(honest, { id, access })
    assert.deepEqual(pulled.values, replay.model)
    assert.deepEqual([...pulled.strays.keys()], [3])
    // What is at hand in the archive shows it to a quick look.
    const look = await findStandingFaults(honest, {
      creation: await readManifest(honest, { id }),
      source: archiveSource(archive),
      archive: () => openBlobArchive({ directory: archive, kzg }),
      most: 100,
    })
    assert.deepEqual([look.faults, look.blobs, look.left], [replay.faults, 4, 0])
  } finally {
    await fixture.end()
  }
})
