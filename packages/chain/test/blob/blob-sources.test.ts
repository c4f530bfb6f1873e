import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { type Hex, toHex } from 'viem'
import {
  aggregateBlobs,
  BlobSourceError,
  BlobsMissingError,
  type BlobUpdate,
  beaconSource,
  blobSources,
  type ChainClient,
  checkRound,
  fetchBlobs,
  fetchCommitments,
  findBlobs,
  localSource,
  locateUpdates,
  readSubmissions,
  replayBlobs,
  type Submission,
  submitBlobs,
  syncModel,
} from '../../src/index.ts'
import { advanceTime, openBlobArchive } from '../../src/local/local.ts'
import { type BlobFixture, blobUpdate, startBlobFederation, startBlobFixture } from '../blob-fixture.ts'

let fixture: BlobFixture
let root: string
let federation: Awaited<ReturnType<typeof startBlobFederation>>
let updates: BlobUpdate[]
before(async () => {
  fixture = await startBlobFixture()
  root = await mkdtemp(join(tmpdir(), 'tutti-sources-'))
  federation = await startBlobFederation(fixture, { cohortSize: 2 })
  const { id, terms, members } = federation
  for (const [seed, member] of members.entries()) {
    await submitBlobs(member, { id, round: 0, updates: [blobUpdate(terms, seed)], kzg: fixture.kzg, version: 0 })
  }
  const submissions = await readSubmissions(fixture.client, { id, round: 0 })
  updates = locateUpdates({ terms, round: 0, positions: [0, 1], submissions })
})
after(async () => {
  await fixture.chain.stop()
  await rm(root, { recursive: true, force: true })
})

type Answer = { status?: number; body: unknown }

/** A beacon node of its own mind. */
async function startBeacon(answer: (path: string, query: URLSearchParams) => Answer | Promise<Answer>) {
  const asked: string[] = []
  const server = createServer(async (request, response) => {
    const url = new URL(request.url!, 'http://beacon')
    asked.push(url.pathname)
    const { status = 200, body } = await answer(url.pathname, url.searchParams)
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  return { url: `http://127.0.0.1:${port}/`, asked, stop: () => server.close() }
}

const blobsOf = async ({ location }: BlobUpdate) => (await fetchBlobs(fixture.access, location)).map(({ blob }) => blob)
const notFound: Answer = { status: 404, body: { code: 404, message: 'not found' } }

test('the beacon endpoint of a local chain gives the blobs of a block, by versioned hash', async () => {
  const source = beaconSource(fixture.client, { url: fixture.chain.rpcUrl })
  for (const { location } of updates) {
    const ours = await fetchBlobs({ kzg: fixture.kzg, sources: [source] }, location)
    const theirs = await fetchBlobs(fixture.access, location)
    assert.deepEqual(
      ours.map(({ blob }) => Buffer.from(blob)),
      theirs.map(({ blob }) => Buffer.from(blob)),
    )
    assert.equal((await source.blobs({ ...location, versionedHashes: location.versionedHashes.slice(1) })).length, 1)
  }
})

test('the beacon node that is named is asked first, then a local chain; elsewhere there is no default', () => {
  const names = (client: ChainClient, beaconUrl?: string) =>
    blobSources(client, beaconUrl === undefined ? {} : { beaconUrl }).map(({ name }) => name)
  const local = `the local chain at ${fixture.client.url}`
  const elsewhere = { ...fixture.client, chainId: 1 }
  assert.deepEqual(names(fixture.client), [local])
  assert.deepEqual(names(fixture.client, 'http://beacon/'), ['the beacon node at http://beacon', local])
  assert.deepEqual(names(elsewhere), [])
  assert.deepEqual(names(elsewhere, 'http://beacon'), ['the beacon node at http://beacon'])
})

test('a beacon node with slots is asked for the slot of the block', async () => {
  const [update] = updates as [BlobUpdate]
  const { timestamp } = await fixture.client.public.getBlock({ blockNumber: update.location.blockNumber })
  const blobs = (await blobsOf(update)).map((blob) => toHex(blob))
  const genesis = timestamp - 12n * 1_000n
  const beacon = await startBeacon((path) => {
    if (path === '/eth/v1/config/spec') return { body: { data: { SECONDS_PER_SLOT: '12' } } }
    if (path === '/eth/v1/beacon/genesis') return { body: { data: { genesis_time: String(genesis) } } }
    return path === '/eth/v1/beacon/blobs/1000' ? { body: { data: blobs } } : notFound
  })
  try {
    const source = beaconSource(fixture.client, { url: beacon.url })
    assert.equal((await fetchBlobs({ kzg: fixture.kzg, sources: [source] }, update.location)).length, 2)
  } finally {
    beacon.stop()
  }
})

const lies: [string, (blobs: Hex[], others: Hex[]) => Answer, RegExp][] = [
  ['gives another member’s blobs', (_, others) => ({ body: { data: others } }), /gave 2 blobs, 0 of them/],
  ['alters a blob', (blobs) => ({ body: { data: blobs.map(alter) } }), /gave 2 blobs, 0 of them/],
  ['leaves one out', (blobs) => ({ body: { data: [blobs[1]] } }), /gave 1 blob, 1 of them/],
  ['gives no field elements', () => ({ body: { data: [`0x${'ff'.repeat(131_072)}`] } }), /gave 1 blob, 0 of them/],
  [
    'cuts a blob',
    (blobs) => ({ body: { data: blobs.map((blob) => blob.slice(0, 1_000)) } }),
    /gave 2 blobs, 0 of them/,
  ],
  ['gives no hexadecimal', () => ({ body: { data: ['blob'] } }), /no list of hexadecimal/],
  ['gives no list', () => ({ body: { data: null } }), /no list of hexadecimal/],
  ['gives no JSON', () => ({ body: '<html>' }), /gave no answer/],
  ['has nothing', () => notFound, /answered 404/],
  ['fails', () => ({ status: 500, body: {} }), /answered 500/],
]
function alter(blob: Hex): Hex {
  const at = 2 + 64 * 20 + 63
  return `${blob.slice(0, at)}${blob[at] === '0' ? '1' : '0'}${blob.slice(at + 1)}` as Hex
}

for (const [what, lie, answer] of lies) {
  test(`a beacon node that ${what} is not believed, and the next source is asked`, async () => {
    const [update, other] = updates as [BlobUpdate, BlobUpdate]
    const [blobs, others] = await Promise.all([blobsOf(update), blobsOf(other)])
    const hex = (list: Uint8Array[]) => list.map((blob) => toHex(blob))
    const beacon = await startBeacon((path) =>
      path.startsWith('/eth/v1/beacon/blobs/') ? lie(hex(blobs), hex(others)) : notFound,
    )
    try {
      const liar = beaconSource(fixture.client, { url: beacon.url })
      const honest = localSource(fixture.client)
      const { found, missing } = await findBlobs({ kzg: fixture.kzg, sources: [liar, honest] }, update.location)
      assert.deepEqual([found.size, missing], [2, []])
      await assert.rejects(fetchBlobs({ kzg: fixture.kzg, sources: [liar] }, update.location), (error) => {
        assert.ok(error instanceof BlobsMissingError)
        assert.match(error.message, answer)
        return true
      })
      // A round is aggregated from commitments, and those cannot be lied about either.
      const commitments = await fetchCommitments({ kzg: fixture.kzg, sources: [liar, honest] }, update.location)
      assert.equal(commitments.length, 2)
    } finally {
      beacon.stop()
    }
  })
}

test('a beacon node that is not there is said to give no answer', async () => {
  const source = beaconSource(fixture.client, { url: 'http://127.0.0.1:9', timeoutMs: 1_000 })
  await assert.rejects(source.blobs(updates[0]!.location), BlobSourceError)
})

test('commitments outlive blobs in beacon blocks, and are enough to aggregate', async () => {
  const { id } = federation
  const known = await Promise.all(
    updates.map(async ({ location }) => [location, await fetchBlobs(fixture.access, location)] as const),
  )
  const beacon = await startBeacon((path) => {
    const found = known.find(([{ blockNumber }]) => path === `/eth/v2/beacon/blocks/${blockNumber}`)
    if (found === undefined) return notFound
    const commitments = found[1].map(({ commitment }) => toHex(commitment))
    const strangers = [`0x${'00'.repeat(48)}`, '0x1234']
    return { body: { data: { message: { body: { blob_kzg_commitments: [...strangers, ...commitments] } } } } }
  })
  try {
    const source = beaconSource(fixture.client, { url: beacon.url })
    const access = { kzg: fixture.kzg, sources: [source] }
    const check = await checkRound(fixture.client, { id, round: 0, access })
    assert.deepEqual([check.checked, check.missing.length], [0, 4])
    await advanceTime(fixture.client, 7_300)
    await aggregateBlobs(fixture.client, { id, round: 0, shard: 0, access })
    const replay = await replayBlobs(fixture.client, { id, access })
    assert.deepEqual([replay.isConsistent, replay.missing.length, replay.model], [true, 4, undefined], replay.finding)
    assert.match(replay.finding, /4 blobs are missing and vouched for by their commitments alone/)
    await assert.rejects(syncModel(fixture.client, { id, access }), (error) => {
      return error instanceof BlobsMissingError && error.missing.length === 4
    })
  } finally {
    beacon.stop()
  }
})

test('blobs that the chain forgot come from the archive, or what is missing is said exactly', async () => {
  const short = await startBlobFixture({ blocksKept: 40 })
  try {
    const { id, terms, members } = await startBlobFederation(short, { cohortSize: 1 })
    const archive = await openBlobArchive({ directory: join(root, 'kept'), kzg: short.kzg })
    const [member] = members
    const options = { id, round: 0, kzg: short.kzg, version: 0 as const, archive, terms }
    await submitBlobs(member!, { ...options, updates: [blobUpdate(terms, 3)] })
    const submissions: Submission[] = await readSubmissions(short.client, { id, round: 0 })
    const [update] = locateUpdates({ terms, round: 0, positions: [0], submissions })
    assert.equal((await fetchBlobs(short.access, update!.location)).length, 2)
    for (let block = 0; block < 60; block++) await advanceTime(short.client, 1)
    await assert.rejects(fetchBlobs(short.access, update!.location), (error) => {
      assert.ok(error instanceof BlobsMissingError)
      assert.deepEqual(
        error.missing.map((blob) => blob.versionedHash),
        update!.location.versionedHashes,
      )
      for (const hash of update!.location.versionedHashes) assert.match(error.message, new RegExp(hash))
      return true
    })
    await advanceTime(short.client, 7_300)
    const access = { ...short.access, archive }
    assert.equal((await fetchBlobs(access, update!.location)).length, 2)
    await aggregateBlobs(short.client, { id, round: 0, shard: 0, access, submissions, terms })
  } finally {
    await short.chain.stop()
  }
})
