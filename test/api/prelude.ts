/** Two finished small federations on a local chain: one keeps its model in the contract, the other in blobs. */
import {
  aggregateBlobs,
  aggregateDirect,
  type BlobAccess,
  type BlobLocation,
  claim,
  connect,
  createFederation,
  deployBlobAggregator,
  deployContracts,
  deployment,
  encodeSetup,
  initialiseBlobModel,
  initialiseDirectModel,
  join,
  localSource,
  mintDemoTokens,
  openRound,
  readSubmissions,
  submitBlobs,
  submitDirect,
  toHashes,
  withAccount,
} from '@tutti/chain'
import { loadKzg } from '@tutti/chain/kzg'
import { advanceTime, startLocalChain } from '@tutti/chain/local'
import {
  type DirectSetup,
  encodeBlobSetup,
  keccak256,
  OutputKind,
  packGains,
  packUpdate,
  Start,
  type Terms,
} from '@tutti/core'

/** A chain of its own, which ends with the program. */
export const chain = await startLocalChain({ port: 0 })
export const account = chain.accounts[0]!
/** Signs as `account`, who created the federation. */
export const client = await connect({ rpcUrl: chain.rpcUrl, account })
await deployContracts(client)

export const manifest = new TextEncoder().encode('{"name":"a federation of the examples"}')

/** One layer from 6 inputs to 2 classes: 12 weights and 2 biases, drawn from the seed. */
export const setup: DirectSetup = {
  start: Start.Seeded,
  seed: keccak256(new Uint8Array([1])),
  bound: 0,
  tensors: [
    { length: 12, amplitude: 100 },
    { length: 2, amplitude: 0 },
  ],
  chunks: [],
  layers: [{ inputs: 6, outputs: 2, biasMultiplier: 1, shift: 0 }],
  outputKind: OutputKind.Softmax,
  inputZero: 0,
  outputMultiplier: 1n,
  outputOffset: 0n,
}

const nobody = `0x${'00'.repeat(20)}` as const

/** Three members, two rounds of five minutes, updates of 4 bits. */
export const terms: Terms = {
  manifestHash: keccak256(manifest),
  setupHash: keccak256(encodeSetup(setup)),
  salt: `0x${'00'.repeat(32)}`,
  aggregator: deployment().directAggregator,
  token: deployment().demoToken,
  gate: nobody,
  judge: nobody,
  stake: 1_000n,
  bounty: 9_000n,
  keeperPay: 100n,
  dimension: 14,
  shardSize: 14,
  laneBits: 16,
  bits: 4,
  rule: 0,
  gains: packGains([{ fromRound: 0, gain: 1 }]),
  rounds: 2,
  cohortSize: 3,
  minimumUpdates: 2,
  shardsPerMember: 1,
  endQuorum: 5_000,
  joinSeconds: 0,
  commitSeconds: 0,
  submitSeconds: 300,
  challengeSeconds: 0,
  keeperSeconds: 0,
  idleSeconds: 600,
  isPrivateNetwork: true,
}

await mintDemoTokens(client, { to: account.address, amount: terms.bounty })
const created = await createFederation(client, { terms, manifest, setup: encodeSetup(setup) })
export const federationId = created.id
await initialiseDirectModel(client, { id: federationId })

/** Clients that sign as the three members. */
export const members = chain.accounts.slice(1, 4).map((member) => withAccount(client, member))
for (const member of members) {
  await mintDemoTokens(client, { to: member.account!.address, amount: terms.stake })
  await join(member, { id: federationId })
}
await openRound(client, { id: federationId })

for (let round = 0; round < terms.rounds; round++) {
  for (const [index, member] of members.entries()) {
    const update = Int8Array.from({ length: terms.dimension }, (_, p) => ((p + index) % 3) - 1)
    await submitDirect(member, { id: federationId, round, payloads: [packUpdate(update, terms)] })
  }
  await advanceTime(client, 1)
  await aggregateDirect(client, { id: federationId, round, shard: 0 })
}
await claim(members[0]!, { id: federationId })

/** Makes and checks commitments of blobs; blobs are looked for at the local chain. */
export const kzg = await loadKzg()
export const access: BlobAccess = { kzg, sources: [localSource(client)] }

const blobSetup = encodeBlobSetup({ baseModelHash: `0x${'00'.repeat(32)}` })
const { address: blobAggregator } = await deployBlobAggregator(client)

/** The same in blobs, for one round, in which faults can be proven for an hour. */
export const blobTerms: Terms = {
  ...terms,
  setupHash: keccak256(blobSetup),
  aggregator: blobAggregator,
  laneBits: 24,
  rounds: 1,
  keeperPay: 0n,
  challengeSeconds: 3_600,
}

await mintDemoTokens(client, { to: account.address, amount: terms.bounty })
const inBlobs = await createFederation(client, { terms: blobTerms, manifest, setup: blobSetup })
export const blobFederationId = inBlobs.id
await initialiseBlobModel(client, { id: blobFederationId })
for (const member of members) {
  await mintDemoTokens(client, { to: member.account!.address, amount: terms.stake })
  await join(member, { id: blobFederationId })
}
await openRound(client, { id: blobFederationId })
for (const member of members) {
  const updates = [Int8Array.from({ length: terms.dimension }, (_, p) => (p % 3) - 1)]
  await submitBlobs(member, { id: blobFederationId, round: 0, updates, kzg })
}
await advanceTime(client, 3_601)
await aggregateBlobs(client, { id: blobFederationId, round: 0, shard: 0, access })

/** Where the first member's blob is. */
const [submission] = await readSubmissions(client, { id: blobFederationId, round: 0 })
const { transactionHash, blockNumber, payloads } = submission!
export const location: BlobLocation = { versionedHashes: toHashes(payloads[0]!), transactionHash, blockNumber }
