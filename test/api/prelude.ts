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
import { encodeBlobSetup, encodeSetup, keccak256, packGains, packUpdate, type Terms } from '@tutti/core'
import { type DataSchema, mlp, serializeManifest, synthesizeData, toSetup } from '@tutti/learn'
import { calibrateManifest } from '@tutti/learn/node'

/** A chain of its own, which ends with the program. */
export const chain = await startLocalChain({ port: 0 })
export const account = chain.accounts[0]!
/** Signs as `account`, who created the federation. */
export const client = await connect({ rpcUrl: chain.rpcUrl, account })
await deployContracts(client)

/** Six numbers a row, and one of two classes. */
export const schema: DataSchema = {
  version: 1,
  features: ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => ({
    name,
    kind: 'number',
    minimum: -1_000,
    maximum: 1_000,
    center: 0,
    spread: 1,
    missing: 'refuse',
  })),
  label: { name: 'failed', kind: 'class', classes: ['no', 'yes'] },
  inputZero: 128,
  inputScale: [1, 32],
}
/** Made-up rows of this form. */
export const rows = synthesizeData(schema, { count: 60, seed: 1 })

/** One layer from 6 inputs to 2 classes, 12 weights and 2 biases, its steps measured on the rows. */
export const manifest = await calibrateManifest(
  {
    name: 'pumps',
    purpose: 'examples',
    licence: 'MIT',
    contact: 'nobody',
    kind: 'multi-class',
    schema,
    model: mlp([6, 2], 'softmax'),
    training: { optimizer: 'sgd', learningRate: 0.1, momentum: 0, epochs: 2, batchSize: 10, proximal: 0 },
  },
  rows,
  {
    members: 3,
    arithmetic: { laneBits: 16, bits: 4, gains: [{ fromRound: 0, gain: 1 }] },
    startsFromFloats: false,
    seed: 1,
    initialisation: new Uint8Array(32).fill(7),
  },
)
export const manifestBytes = serializeManifest(manifest)
export const setup = toSetup(manifest)

const nobody = `0x${'00'.repeat(20)}` as const

/** Three members, two rounds of five minutes, updates of 4 bits. */
export const terms: Terms = {
  manifestHash: keccak256(manifestBytes),
  setupHash: keccak256(encodeSetup(setup)),
  salt: `0x${'00'.repeat(32)}`,
  aggregator: deployment().directAggregator,
  token: deployment().demoToken,
  gate: nobody,
  judge: nobody,
  sealPay: 0n,
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
const created = await createFederation(client, { terms, manifest: manifestBytes, setup: encodeSetup(setup) })
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
const inBlobs = await createFederation(client, { terms: blobTerms, manifest: manifestBytes, setup: blobSetup })
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
