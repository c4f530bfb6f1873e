import assert from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import {
  bundleBlobs,
  callToSubmitBlobs,
  readHistory,
  readMember,
  replayBlobs,
  sendBlobCall,
  syncModel,
} from '@tutti/chain'
import { loadKzg } from '@tutti/chain/kzg'
import { archiveSource } from '@tutti/chain/local'
import { estimateMemberCost, packBlobs, toHex } from '@tutti/core'
import { skipWindows, startBlobFederation } from '../blob-fixture.ts'
import type { Fixture } from '../fixture.ts'
import { start } from '../nodes.ts'

type Running = ReturnType<typeof start>

const archiveOf = (fixture: Fixture, member: number) => join(fixture.storeDirectory, `blobs-${member}`)
/** A node whose blobs are its own, as on a machine of its own; with the quicker proofs of version 0. */
const startNode = (fixture: Fixture, member: number, change: Parameters<typeof start>[2] = {}): Running =>
  start(fixture, member, { archive: archiveOf(fixture, member), sidecarVersion: 0, ...change })
const until = async (holds: () => boolean | Promise<boolean>) => {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 20))
}

test('members of the blob path train, submit, check and aggregate; a node that comes later believes only what matches', async () => {
  const fixture = await startBlobFederation({ members: 3 })
  try {
    const { clients, federationId: id } = fixture
    const client = clients[0]!
    const nodes = [startNode(fixture, 0, { sidecarVersion: 1 }), startNode(fixture, 1), startNode(fixture, 2)]
    const end = skipWindows(fixture, nodes)
    const summaries = await Promise.all(nodes.map(({ done }) => done))
    await end()
    assert.deepEqual(
      summaries.map(({ roundsTaken, submitted }) => [roundsTaken, submitted]),
      [
        [2, 2],
        [2, 2],
        [2, 2],
      ],
    )
    const bound = estimateMemberCost(fixture.terms, 'blob')
    for (const { events } of nodes) {
      const costs = events.flatMap((event) => (event.kind === 'submitted' ? [Number(event.cost.gasUsed)] : []))
      assert.equal(costs.length, 2)
      assert.ok(Math.max(...costs) <= bound.gas, `${costs} of at most ${bound.gas} gas`)
    }
    assert.equal(bound.blobGas, 131_072)
    for (const { events } of nodes) {
      const checks = events.filter((event) => event.kind === 'checked')
      assert.deepEqual(
        checks.map(({ round, blobs, missing, faults }) => [round, blobs, missing, faults]),
        [
          [0, 3, 0, 0],
          [1, 3, 0, 0],
        ],
      )
    }
    const kzg = await loadKzg()
    // The archive of any one member is enough, without the chain's blobs.
    const access = { kzg, sources: [archiveSource(archiveOf(fixture, 2))] }
    const replay = await replayBlobs(client, { id, access })
    assert.deepEqual([replay.isConsistent, replay.updates, replay.missing.length], [true, 6, 0], replay.finding)
    const synced = await syncModel(client, { id, access })
    assert.deepEqual(synced.values, replay.model)
    assert.ok(synced.values.some((value) => value !== 0))

    // A file of a peer that was tampered with is no blob of that name, and what lacks is said by member and hash.
    const [name] = readdirSync(archiveOf(fixture, 2)).filter((file) => file.endsWith('.blob'))
    const path = join(archiveOf(fixture, 2), name!)
    const bytes = readFileSync(path)
    bytes[48 + 31] = bytes[48 + 31]! ^ 1
    writeFileSync(path, bytes)
    await assert.rejects(syncModel(client, { id, access }), (error: Error) => {
      const hash = name!.slice(0, -'.blob'.length)
      return (
        error.name === 'BlobsMissingError' &&
        new RegExp(`round \\d, shard 0, member 0x\\w+: ${hash}`).test(error.message)
      )
    })
  } finally {
    await fixture.end()
  }
})

test('a lane over its bound is challenged by the nodes themselves: one stake is slashed, nobody else’s is touched', async () => {
  const fixture = await startBlobFederation({ members: 3, terms: { rounds: 1 } })
  try {
    const { clients, federationId: id, terms } = fixture
    const cheat = clients[2]!
    const nodes = [startNode(fixture, 0, { claims: false }), startNode(fixture, 1, { claims: false })]
    const end = skipWindows(fixture, nodes)
    await until(() => nodes[0]!.kinds().includes('round-opened'))
    const kzg = await loadKzg()
    const values = new Int32Array(163)
    values[77] = 128
    const bundle = await bundleBlobs(kzg, packBlobs(values, terms))
    await sendBlobCall(cheat, callToSubmitBlobs(cheat, { id, round: 0, bundle }), { kzg, version: 0 })
    await Promise.all(nodes.map(({ done }) => done))
    await end()

    const found = nodes.flatMap(({ events }) => events.filter((event) => event.kind === 'fault-found'))
    assert.ok(
      found.every(({ member, what }) => member === cheat.account.address && /^bound in word 7, lane 7/.test(what)),
    )
    assert.equal(nodes.flatMap(({ kinds }) => kinds().filter((kind) => kind === 'challenged')).length, 1)
    const members = await Promise.all(
      clients.map(({ account }) => readMember(clients[0]!, { id, account: account.address })),
    )
    assert.deepEqual(
      members.slice(0, 3).map(({ stake }) => stake),
      [1_000n, 1_000n, 0n],
    )
    const [round] = await readHistory(clients[0]!, { id })
    assert.equal(round!.updates, 2)
    const replay = await replayBlobs(clients[0]!, {
      id,
      access: { kzg, sources: [archiveSource(archiveOf(fixture, 0))] },
    })
    assert.deepEqual([replay.isConsistent, replay.updates, replay.faults], [true, 2, []], replay.finding)
  } finally {
    await fixture.end()
  }
})

test('a beacon endpoint that lies withholds nothing and adds nothing', async () => {
  const fixture = await startBlobFederation({ members: 2, terms: { rounds: 1 } })
  const asked: string[] = []
  const [lie] = packBlobs(
    Int32Array.from({ length: 163 }, () => 100_000),
    { laneBits: 24 },
  )
  const server = createServer((request, response) => {
    asked.push(request.url ?? '')
    if (!/\/eth\/v1\/beacon\/blobs\//.test(request.url ?? '')) return response.writeHead(404).end()
    return response.end(JSON.stringify({ data: [toHex(lie!), '0x00'] }))
  })
  try {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const beaconUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const nodes = [startNode(fixture, 0, { beaconUrl }), startNode(fixture, 1)]
    const end = skipWindows(fixture, nodes)
    await Promise.all(nodes.map(({ done }) => done))
    await end()
    assert.ok(asked.some((url) => url.startsWith('/eth/v1/beacon/blobs/')))
    const [check] = nodes[0]!.events.filter((event) => event.kind === 'checked')
    assert.deepEqual([check?.blobs, check?.missing, check?.faults], [2, 0, 0])
    assert.equal(readdirSync(archiveOf(fixture, 0)).length, 2)
  } finally {
    server.close()
    await fixture.end()
  }
})
