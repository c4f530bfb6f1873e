/** A small federation of the blob path on a chain of its own: what the blob tests start from. */

import { encodeBlobSetup, keccak256, packGains, shardBlobs, type Terms } from '@tutti/core'
import { type Hex, zeroAddress, zeroHash } from 'viem'
import { loadKzg } from '../src/blob/kzg/kzg-node.ts'
import {
  type BlobAccess,
  type ChainClient,
  connect,
  createFederation,
  deployBlobAggregator,
  deployContracts,
  deployment,
  initialiseBlobModel,
  join,
  localSource,
  mintDemoTokens,
  openRound,
  withAccount,
} from '../src/index.ts'
import { type LocalChain, type LocalChainOptions, startLocalChain } from '../src/local/local.ts'

/** A local chain with the contracts of both paths, a client that signs as its first account, and KZG. */
export async function startBlobFixture(options: LocalChainOptions = {}) {
  const [chain, kzg] = await Promise.all([startLocalChain({ port: 0, accounts: 20, ...options }), loadKzg()])
  const client = await connect({ rpcUrl: chain.rpcUrl, account: chain.accounts[0]!, receiptTimeoutMs: 120_000 })
  await deployContracts(client)
  const { address: aggregator } = await deployBlobAggregator(client)
  const access: BlobAccess = { kzg, sources: [localSource(client)] }
  return { chain, client, kzg, aggregator, access }
}

export type BlobFixture = Awaited<ReturnType<typeof startBlobFixture>>

export const blobManifest = new TextEncoder().encode('{"name":"a blob federation of the tests"}')

/** 45,000 parameters: two blobs in one shard, the second a tenth full. */
export function blobTerms(aggregator: Hex, overrides: Partial<Terms> = {}): Terms {
  return {
    manifestHash: keccak256(blobManifest),
    setupHash: keccak256(encodeBlobSetup({ baseModelHash: zeroHash })),
    salt: zeroHash,
    gains: packGains([{ fromRound: 0, gain: 1 }]),
    stake: 1_000n,
    bounty: 9_000n,
    keeperPay: 0n,
    joinSeconds: 0,
    commitSeconds: 0,
    idleSeconds: 600_000,
    aggregator,
    dimension: 45_000,
    shardSize: 45_000,
    rounds: 3,
    token: deployment().demoToken,
    cohortSize: 3,
    minimumUpdates: 1,
    shardsPerMember: 1,
    endQuorum: 0,
    laneBits: 24,
    bits: 8,
    rule: 0,
    isPrivateNetwork: true,
    gate: zeroAddress,
    submitSeconds: 3_600,
    challengeSeconds: 3_600,
    keeperSeconds: 0,
    judge: zeroAddress,
    sealPay: 0n,
    ...overrides,
  }
}

/** Creates, initialises, has members join, opens the first round. */
export async function startBlobFederation(
  { chain, client, aggregator }: BlobFixture,
  overrides: Partial<Terms> = {},
): Promise<{ id: Hex; terms: Terms; members: ChainClient[] }> {
  const terms = blobTerms(aggregator, overrides)
  await mintDemoTokens(client, { to: client.account!.address, amount: terms.bounty })
  const setup = encodeBlobSetup({ baseModelHash: zeroHash })
  const { id } = await createFederation(client, { terms, manifest: blobManifest, setup })
  await initialiseBlobModel(client, { id })
  const members = chain.accounts.slice(1, 1 + terms.cohortSize).map((account) => withAccount(client, account))
  for (const member of members) {
    await mintDemoTokens(client, { to: member.account!.address, amount: terms.stake })
    await join(member, { id })
  }
  await openRound(client, { id })
  return { id, terms, members }
}

/** An update of a shard within 8 bits, both bounds among its values. */
export function blobUpdate(terms: Terms, seed: number, shard = 0): Int8Array {
  const { length } = shardBlobs(terms, shard)
  return Int8Array.from({ length }, (_, p) => ((p * 7 + seed * 31 + shard) % 256) - 128)
}

export type { LocalChain }
