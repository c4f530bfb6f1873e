import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  assignedShards,
  encodeBlobSetup,
  FIELD_MODULUS,
  fieldBias,
  packBlobs,
  packGains,
  shardCount,
  toBytes32,
  toCommitment,
  toPayloadHash,
} from '@tutti/core'
import { encodeAbiParameters, type Hex, hexToBigInt, keccak256, numberToHex, stringToHex, toHex, zeroHash } from 'viem'
import {
  aggregateBlobs,
  bundleBlobs,
  type ChainClient,
  ContractError,
  callToInitialise,
  callToSubmitBlobs,
  challengeFault,
  checkpointModel,
  checkRound,
  commitUpdate,
  compareModel,
  createFederation,
  type FoundFault,
  initialiseBlobModel,
  locateUpdates,
  ModelDimensionError,
  NotInRoundError,
  readCommitments,
  readMember,
  readRound,
  readShardCommitments,
  readStatus,
  readSubmissions,
  replayBlobs,
  ShardUpdateLengthError,
  StaleModelError,
  sendBlobCall,
  sendCall,
  submitBlobs,
  sumCommitments,
  syncModel,
  toPayload,
  withAccount,
} from '../../src/index.ts'
import { advanceTime } from '../../src/local/local.ts'
import {
  type BlobFixture,
  blobManifest,
  blobTerms,
  blobUpdate,
  startBlobFederation,
  startBlobFixture,
} from '../blob-fixture.ts'
import { passSecond } from '../fixture.ts'

let fixture: BlobFixture
let client: ChainClient
before(async () => {
  fixture = await startBlobFixture()
  client = fixture.client
})
after(() => fixture.chain.stop())

let salts = 0
type Overrides = Parameters<typeof startBlobFederation>[1]
const start = (overrides: Overrides = {}) =>
  startBlobFederation(fixture, { salt: toHex(++salts, { size: 32 }), ...overrides })
type Federation = Awaited<ReturnType<typeof start>>

/** A model that its integers give. */
const whole = (values: Int32Array) => ({ values, strays: new Map<number, bigint>() })

/** All members submit; with version 0, whose proofs are quicker. */
async function submitAll({ id, terms, members }: Federation, round: number) {
  for (const [seed, member] of members.entries()) {
    const updates = assignedShards(terms, seed, round).map((shard) => blobUpdate(terms, seed + round, shard))
    await submitBlobs(member, { id, round, updates, kzg: fixture.kzg, version: 0, terms })
  }
}

/** Lets submission and challenge windows pass. */
const passWindows = () => advanceTime(client, 7_300)

async function submitBundle({ id }: Federation, member: ChainClient, blobs: Uint8Array[]) {
  const bundle = await bundleBlobs(fixture.kzg, blobs)
  const call = callToSubmitBlobs(client, { id, round: 0, bundle })
  return sendBlobCall(member, call, { kzg: fixture.kzg, version: 0 })
}

test('the commitment of the model is the commitment of the sum of all members, in each round', async () => {
  const federation = await start({
    gains: packGains([
      { fromRound: 0, gain: 1 },
      { fromRound: 1, gain: 3 },
    ]),
  })
  const { id, terms, members } = federation
  const model = new Int32Array(terms.dimension)
  for (const [round, gain] of [1, 3].entries()) {
    await submitAll(federation, round)
    await passWindows()
    await aggregateBlobs(client, { id, round, shard: 0, access: fixture.access })
    for (const seed of members.keys()) {
      for (const [p, value] of blobUpdate(terms, seed + round).entries()) model[p]! += gain * value
    }
    const { commitments } = await bundleBlobs(fixture.kzg, packBlobs(model, terms))
    const stored = await readShardCommitments(client, { id, shard: 0 })
    assert.deepEqual(
      stored.map((point) => toHex(point)),
      commitments.map((point) => toHex(point)),
    )
    assert.equal(await compareModel(client, { id, kzg: fixture.kzg, model: whole(model) }), undefined)
  }
  const logged = await readCommitments(client, { aggregator: terms.aggregator, id, fromBlock: 0n })
  assert.equal(logged.length, 2)
  const [first, second] = logged
  const expected = sumCommitments([first!.modelCommitments[0]!, second!.roundCommitments[0]!], [1, 3])
  assert.equal(toHex(second!.modelCommitments[0]!), toHex(expected))

  const replay = await replayBlobs(client, { id, access: fixture.access })
  assert.equal(replay.finding.startsWith('Consistent'), true, replay.finding)
  assert.deepEqual([replay.rounds, replay.updates, replay.blobs, replay.missing, replay.faults], [2, 6, 12, [], []])
  assert.deepEqual(replay.model, model)
  assert.deepEqual((await syncModel(client, { id, access: fixture.access })).values, model)

  model[17]! += 1
  const different = await compareModel(client, { id, kzg: fixture.kzg, model: whole(model) })
  assert.deepEqual([different?.shard, different?.blob], [0, 0])
  await assert.rejects(
    compareModel(client, { id, kzg: fixture.kzg, model: whole(new Int32Array(3)) }),
    ModelDimensionError,
  )
})

test('a federation is initialised by a transaction that carries a blob, and by no other', async () => {
  const terms = blobTerms(fixture.aggregator, { salt: toHex(++salts, { size: 32 }), bounty: 0n })
  const setup = encodeBlobSetup({ baseModelHash: zeroHash })
  const { id } = await createFederation(client, { terms, manifest: blobManifest, setup })
  const call = callToInitialise(client, { id, shard: 0 })
  await assert.rejects(
    sendCall(client, call),
    (error) => error instanceof ContractError && error.errorName === 'NoBlob',
  )
  assert.equal((await initialiseBlobModel(client, { id })).blobGasUsed, 131_072n)
  assert.equal((await readStatus(client, { id })).isInitialised, true)
})

test('several shards go in a transaction each, and a member counts when all have come', async () => {
  const federation = await start({ dimension: 50_000, shardSize: 40_960, shardsPerMember: 2, cohortSize: 2 })
  const { id, terms, members } = federation
  assert.equal(shardCount(terms), 2)
  const order = assignedShards(terms, 0, 0)
  const update = (assigned: number) => blobUpdate(terms, 0, order[assigned]!)
  const common = { id, round: 0, kzg: fixture.kzg, version: 0 as const }
  await submitBlobs(members[0]!, { ...common, updates: [update(0)] })
  assert.equal((await readRound(client, { id })).submitted, 0n)
  await submitBlobs(members[0]!, { ...common, first: 1, updates: [update(1)] })
  assert.equal((await readRound(client, { id })).submitted, 1n)
  await submitBlobs(members[1]!, {
    ...common,
    updates: [...assignedShards(terms, 1, 0)].map((s) => blobUpdate(terms, 1, s)),
  })
  await passWindows()
  for (const shard of [0, 1]) await aggregateBlobs(client, { id, round: 0, shard, access: fixture.access })
  const replay = await replayBlobs(client, { id, access: fixture.access })
  assert.equal(replay.isConsistent, true, replay.finding)
  assert.equal(replay.updates, 4)
})

test('what a member may not send is refused before anything is paid', async () => {
  const { id, terms, members } = await start()
  const common = { id, round: 0, kzg: fixture.kzg, version: 0 as const }
  await assert.rejects(submitBlobs(members[0]!, { ...common, updates: [new Int8Array(7)] }), ShardUpdateLengthError)
  const twice = [blobUpdate(terms, 0), blobUpdate(terms, 1)]
  await assert.rejects(submitBlobs(members[0]!, { ...common, updates: twice }), ShardUpdateLengthError)
  const stranger = withAccount(client, fixture.chain.accounts[15]!)
  await assert.rejects(submitBlobs(stranger, { ...common, updates: [blobUpdate(terms, 0)] }), NotInRoundError)
  const bundle = await bundleBlobs(fixture.kzg, packBlobs(blobUpdate(terms, 0), terms))
  const call = callToSubmitBlobs(client, { id, round: 0, bundle })
  const swapped = { ...call, bundle: { ...bundle, versionedHashes: [...bundle.versionedHashes].reverse() } }
  await assert.rejects(sendBlobCall(members[0]!, swapped, { kzg: fixture.kzg }), (error) => {
    return error instanceof ContractError && error.errorName === 'BlobMismatch'
  })
})

const faults: [string, FoundFault['fault']['kind'], (values: Int32Array) => Uint8Array[]][] = [
  ['a lane over its bound', 'bound', (values) => packBlobs(values.with(44_321, 128), { laneBits: 24 })],
  ['a word out of packing range', 'packing', (values) => withWord(packBlobs(values, { laneBits: 24 }), 0, 9)],
  ['padding that is not zero', 'padding', (values) => packBlobsOf([...values, 1])],
]
function packBlobsOf(values: readonly number[]): Uint8Array[] {
  return packBlobs(Int32Array.from(values), { laneBits: 24 })
}
const outOfRange = FIELD_MODULUS - fieldBias(24) - 1n
function withWord(blobs: Uint8Array[], blob: number, word: number, value = outOfRange): Uint8Array[] {
  const changed = blobs[blob]!.slice()
  changed.set(toBytes32(value), 32 * word)
  return blobs.map((other, b) => (b === blob ? changed : other))
}

for (const [what, kind, spoil] of faults) {
  test(`${what} is found, proven and slashed; the round goes on without it`, async () => {
    const federation = await start()
    const { id, terms, members } = federation
    const [honest, cheat, watcher] = members as [ChainClient, ChainClient, ChainClient]
    const common = { id, round: 0, kzg: fixture.kzg, version: 0 as const }
    await submitBlobs(honest, { ...common, updates: [blobUpdate(terms, 0)] })
    await submitBundle(federation, cheat, spoil(Int32Array.from(blobUpdate(terms, 1))))
    const check = await checkRound(watcher, { id, round: 0, access: fixture.access })
    assert.equal(check.checked, 4)
    assert.deepEqual(check.missing, [])
    const [fault] = check.faults
    assert.deepEqual([check.faults.length, fault?.fault.kind, fault?.update.position], [1, kind, 1])

    await advanceTime(client, 3_700)
    await challengeFault(watcher, { id, round: 0, kzg: fixture.kzg, fault: fault! })
    assert.equal((await readMember(client, { id, account: cheat.account!.address })).stake, 0n)
    assert.equal((await readMember(client, { id, account: honest.account!.address })).stake, 1_000n)
    assert.ok((await readMember(client, { id, account: watcher.account!.address })).owed > 0n)
    assert.equal((await readRound(client, { id })).submitted, 1n)

    await passWindows()
    await aggregateBlobs(client, { id, round: 0, shard: 0, access: fixture.access })
    const values = Int32Array.from(blobUpdate(terms, 0))
    assert.equal(await compareModel(client, { id, kzg: fixture.kzg, model: whole(values) }), undefined)
    const replay = await replayBlobs(client, { id, access: fixture.access })
    assert.deepEqual([replay.isConsistent, replay.updates, replay.faults], [true, 1, []], replay.finding)
  })
}

test('an honest update cannot be challenged, whatever is claimed of it', async () => {
  const federation = await start()
  const { id } = federation
  await submitAll(federation, 0)
  await passSecond(client)
  const { faults: none } = await checkRound(client, { id, round: 0, access: fixture.access })
  assert.deepEqual(none, [])
  const { submissions, updates } = await located(federation)
  assert.equal(submissions.length, 3)
  const [update] = updates
  const [content] = await import('../../src/index.ts').then(({ fetchBlobs }) =>
    fetchBlobs(fixture.access, update!.location),
  )
  const claim = (word: number): FoundFault => {
    return { update: update!, blob: 0, fault: { kind: 'bound', word, lane: 0 }, content: content! }
  }
  const refused = (error: unknown) => error instanceof ContractError && error.errorName === 'FaultNotProven'
  for (const word of [0, 4095]) {
    await assert.rejects(challengeFault(client, { id, round: 0, kzg: fixture.kzg, fault: claim(word) }), refused)
  }
  const proof = new Uint8Array(700).fill(1)
  await assert.rejects(challengeFault(client, { id, round: 0, kzg: fixture.kzg, fault: claim(1), proof }), refused)
})

async function located({ id, terms }: Federation) {
  const submissions = await readSubmissions(client, { id, round: 0 })
  const positions = submissions.map(({ position }) => position)
  return { submissions, updates: locateUpdates({ terms, round: 0, positions, submissions }) }
}

type Place = { blob: number; word: number; lane?: number }
const standing: [kind: FoundFault['fault']['kind'], place: Place, spoil: (values: Int32Array) => Uint8Array[]][] = [
  ['bound', { blob: 0, word: 1, lane: 2 }, (values) => packBlobs(values.with(12, 5_000), { laneBits: 24 })],
  ['packing', { blob: 0, word: 3 }, (values) => withWord(packBlobs(values, { laneBits: 24 }), 0, 3, 1n << 250n)],
  [
    'padding',
    { blob: 1, word: 404, lane: 0 },
    // 4,040 parameters in the second blob: word 404 is beyond the last of them.
    (values) => packBlobsOf([...values, 77]),
  ],
]

for (const [kind, place, spoilUpdate] of standing) {
  test(`a ${kind} fault that nobody challenged is part of the model: named, replayed, pulled and posted again`, async () => {
    const federation = await start({ cohortSize: 2, rounds: 2 })
    const { id, terms, members } = federation
    const { access, kzg } = fixture
    await submitBundle(federation, members[0]!, spoilUpdate(Int32Array.from(blobUpdate(terms, 1))))
    await submitBlobs(members[1]!, { id, round: 0, updates: [blobUpdate(terms, 2)], kzg, version: 0 })
    await passWindows()
    await aggregateBlobs(client, { id, round: 0, shard: 0, access })
    const first = await syncModel(client, { id, access })
    await submitAll(federation, 1)
    await passWindows()
    await aggregateBlobs(client, { id, round: 1, shard: 0, access })

    const fault = { round: 0, shard: 0, position: 0, member: members[0]!.account!.address, kind, ...place }
    const replay = await replayBlobs(client, { id, access })
    assert.equal(replay.isConsistent, true, replay.finding)
    assert.deepEqual(replay.faults, [fault])
    assert.match(
      replay.finding,
      /unchallenged and part of the model for good: 1 update out of bounds, of 0x\w{40} in round 1/,
    )
    const pulled = await syncModel(client, { id, access })
    assert.deepEqual(pulled.faults, [fault])
    assert.deepEqual(pulled.values, replay.model)
    // What stands beside the faulty word is the sum of what the members sent.
    const p = 2_000
    const sent = [blobUpdate(terms, 1), blobUpdate(terms, 2), blobUpdate(terms, 1), blobUpdate(terms, 2)]
    assert.equal(
      pulled.values[p],
      sent.reduce((sum, update) => sum + update[p]!, 0),
    )
    // A model that was known before goes on from there.
    const { blobs, faults, ...state } = await syncModel(client, { id, access, start: first })
    assert.deepEqual([blobs, faults], [4, []])
    assert.deepEqual([state.values, state.strays], [pulled.values, pulled.strays])
    await checkpointModel(client, { id, shard: 0, model: pulled, kzg, terms, version: 0 })
    const posted = await syncModel(client, { id, access })
    assert.deepEqual([posted.blobs, posted.values, posted.strays], [2, pulled.values, pulled.strays])
  })
}

test('blobs that nobody has any more are vouched for by the points that were handed in when they were added', async () => {
  const federation = await start({ cohortSize: 2, rounds: 1 })
  const { id } = federation
  await submitAll(federation, 0)
  await passWindows()
  await aggregateBlobs(client, { id, round: 0, shard: 0, access: fixture.access })
  const replay = await replayBlobs(client, { id, access: { kzg: fixture.kzg, sources: [] } })
  assert.deepEqual([replay.isConsistent, replay.updates, replay.blobs, replay.missing.length], [true, 2, 0, 4])
  assert.equal(replay.model, undefined)
  assert.match(replay.finding, /4 blobs are missing and vouched for by their commitments alone/)
})

test('a commitment that no transaction wrote is found', async () => {
  const federation = await start({ cohortSize: 1 })
  const { id, terms } = federation
  await submitAll(federation, 0)
  await passWindows()
  await aggregateBlobs(client, { id, round: 0, shard: 0, access: fixture.access })
  const types = [{ type: 'bytes32' }, { type: 'address' }, { type: 'bytes32' }] as const
  const domain = keccak256(stringToHex('tutti.blob.model'))
  const first = hexToBigInt(keccak256(encodeAbiParameters(types, [domain, client.core, id])))
  const request = client.public.request as unknown as (request: { method: string; params: unknown[] }) => Promise<Hex>
  // The second blob's point takes the place of the first: a point of the curve, and not this model's.
  for (const slot of [0n, 1n, 2n]) {
    const from = numberToHex(first + 3n + slot, { size: 32 })
    const stored = await client.public.getStorageAt({ address: terms.aggregator, slot: from })
    await request({
      method: 'anvil_setStorageAt',
      params: [terms.aggregator, numberToHex(first + slot, { size: 32 }), stored],
    })
  }
  await request({ method: 'evm_mine', params: [] })
  const { isConsistent, firstMismatch, model } = await replayBlobs(client, { id, access: fixture.access })
  assert.deepEqual([isConsistent, firstMismatch?.shard, model], [false, 0, undefined])
  assert.match(firstMismatch!.what, /storage/)
})

test('a checkpoint posts the model, a newcomer starts from it, and another vector is refused', async () => {
  const federation = await start({ cohortSize: 2 })
  const { id } = federation
  await submitAll(federation, 0)
  await passWindows()
  await aggregateBlobs(client, { id, round: 0, shard: 0, access: fixture.access })
  const { values } = await syncModel(client, { id, access: fixture.access })
  const options = { id, shard: 0, kzg: fixture.kzg, version: 0 as const }
  await assert.rejects(
    checkpointModel(client, { ...options, model: whole(values.with(44_999, values[44_999]! + 1)) }),
    (error) => {
      return error instanceof StaleModelError && error.blob === 1
    },
  )
  const posted = await checkpointModel(client, { ...options, model: whole(values) })
  assert.equal(posted.blobGasUsed, 262_144n)
  await submitAll(federation, 1)
  await passWindows()
  await aggregateBlobs(client, { id, round: 1, shard: 0, access: fixture.access })
  // The updates of the first round are gone; the checkpoint and the second round are enough.
  const [local] = fixture.access.sources
  const blobs: NonNullable<typeof local>['blobs'] = async (location) =>
    location.blockNumber < posted.receipt.blockNumber ? [] : local!.blobs(location)
  const synced = await syncModel(client, {
    id,
    access: { kzg: fixture.kzg, sources: [{ name: 'a young node', blobs }] },
  })
  const all = await replayBlobs(client, { id, access: fixture.access })
  assert.deepEqual(synced.values, all.model)
  assert.equal(synced.blobs, 2 + 4)
})

test('the same blobs from two members, and an update and its negative, add up as vectors do; no change at all is refused', async () => {
  const { id, terms, members } = await start()
  const update = blobUpdate(terms, 4).map((value) => Math.max(value, -127))
  const common = { id, kzg: fixture.kzg, version: 0 as const, terms }
  const run = async (round: number, updates: (Int8Array | undefined)[]) => {
    for (const [m, update] of updates.entries()) {
      if (update !== undefined) await submitBlobs(members[m]!, { ...common, round, updates: [update] })
    }
    await passWindows()
    await aggregateBlobs(client, { id, round, shard: 0, access: fixture.access })
    const replay = await replayBlobs(client, { id, access: fixture.access })
    assert.equal(replay.isConsistent, true, replay.finding)
    return replay.model!
  }
  const none = new Int8Array(terms.dimension)
  await assert.rejects(submitBlobs(members[2]!, { ...common, round: 0, updates: [none] }), (error) => {
    return error instanceof ContractError && error.errorName === 'BlankUpdate'
  })
  const negative = update.map((value) => -value)
  assert.deepEqual(await run(0, [update, negative]), new Int32Array(terms.dimension))
  const infinity = `0xc0${'00'.repeat(47)}`
  const stored = await readShardCommitments(client, { id, shard: 0 })
  assert.deepEqual(
    stored.map((point) => toHex(point)),
    [infinity, infinity],
  )
  assert.deepEqual(
    await run(1, [update, update]),
    Int32Array.from(update, (value) => 2 * value),
  )
  assert.deepEqual(await run(2, [negative, undefined, negative]), new Int32Array(terms.dimension))
})

test('with a commit phase, the blobs must be those that were committed to', async () => {
  const { id, terms, members } = await start({ commitSeconds: 600, cohortSize: 1 })
  const member = members[0]!
  const account = member.account!.address
  const update = blobUpdate(terms, 6)
  const bundle = await bundleBlobs(fixture.kzg, packBlobs(update, terms))
  const salt: Hex = `0x${'5a'.repeat(32)}`
  const occasion = { chainId: client.chainId, core: client.core, id, round: 0, member: account }
  const commitment = toCommitment({ ...occasion, salt, payloadHash: toPayloadHash([toPayload(bundle)]) })
  await commitUpdate(member, { id, round: 0, commitment })
  await passSecond(client)
  const common = { id, round: 0, kzg: fixture.kzg, version: 0 as const, terms, salt }
  await assert.rejects(submitBlobs(member, { ...common, updates: [blobUpdate(terms, 7)] }), (error) => {
    return error instanceof ContractError && error.errorName === 'CommitmentMismatch'
  })
  await submitBlobs(member, { ...common, updates: [update] })
  assert.equal((await readRound(client, { id })).submitted, 1n)
})
