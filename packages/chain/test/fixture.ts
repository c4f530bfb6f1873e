/** A small federation on a chain of its own: what the tests of this package start from. */

import {
  type DirectSetup,
  encodeSetup,
  keccak256,
  OutputKind,
  packGains,
  packUpdate,
  Start,
  shardRange,
  type Terms,
} from '@tutti/core'
import { type Hex, zeroAddress, zeroHash } from 'viem'
import {
  type ChainClient,
  connect,
  createFederation,
  deployContracts,
  deployment,
  initialiseDirectModel,
  join,
  mintDemoTokens,
  openRound,
  withAccount,
} from '../src/index.ts'
import { advanceTime, type LocalChain, startLocalChain } from '../src/local/local.ts'

/** A local chain with the contracts deployed, and a client that signs as its first account. */
export async function startFixture(): Promise<{ chain: LocalChain; client: ChainClient }> {
  const chain = await startLocalChain({ port: 0, accounts: 20 })
  const client = await connect({ rpcUrl: chain.rpcUrl, account: chain.accounts[0]! })
  await deployContracts(client)
  return { chain, client }
}

export const manifest = new TextEncoder().encode('{"name":"a federation of the tests"}')

/** A network of 6 inputs and 2 outputs in 14 parameters, seeded. */
const layers = [{ inputs: 6, outputs: 2, biasMultiplier: 1, shift: 0 }]

export function smallSetup(overrides: Partial<DirectSetup> = {}): DirectSetup {
  return {
    start: Start.Seeded,
    outputKind: OutputKind.Softmax,
    inputZero: 0,
    seed: keccak256(new Uint8Array([1])),
    bound: 0,
    outputMultiplier: 1n,
    outputOffset: 0n,
    tensors: [
      { length: 12, amplitude: 100 },
      { length: 2, amplitude: 0 },
    ],
    hashes: [],
    layers,
    ...overrides,
  }
}

export function smallTerms(setup: DirectSetup, overrides: Partial<Terms> = {}): Terms {
  const { directAggregator, demoToken } = deployment()
  return {
    manifestHash: keccak256(manifest),
    setupHash: keccak256(encodeSetup(setup)),
    salt: zeroHash,
    gains: packGains([{ fromRound: 0, gain: 1 }]),
    stake: 1_000n,
    bounty: 9_000n,
    keeperPay: 100n,
    joinSeconds: 0,
    commitSeconds: 0,
    idleSeconds: 600,
    aggregator: directAggregator,
    dimension: 14,
    shardSize: 14,
    rounds: 3,
    token: demoToken,
    cohortSize: 3,
    minimumUpdates: 2,
    shardsPerMember: 1,
    endQuorum: 5_000,
    laneBits: 16,
    bits: 4,
    rule: 0,
    isPrivateNetwork: true,
    gate: zeroAddress,
    submitSeconds: 300,
    challengeSeconds: 0,
    keeperSeconds: 0,
    judge: zeroAddress,
    sealPay: 0n,
    ...overrides,
  }
}

/** Creates, initialises, has `memberCount` accounts join, opens the first round. */
export async function startFederation(
  chain: Pick<LocalChain, 'accounts'>,
  client: ChainClient,
  { terms: termOverrides = {}, setup: setupOverrides = {}, memberCount = 3 }: FederationOverrides = {},
): Promise<{ id: Hex; terms: Terms; setup: DirectSetup; members: ChainClient[] }> {
  const setup = smallSetup(setupOverrides)
  const terms = smallTerms(setup, termOverrides)
  const creator = client.account!.address
  await mintDemoTokens(client, { to: creator, amount: terms.bounty + terms.sealPay })
  const { id } = await createFederation(client, { terms, manifest, setup: encodeSetup(setup) })
  await initialiseDirectModel(client, { id })
  const members = chain.accounts.slice(1, 1 + memberCount).map((account) => withAccount(client, account))
  for (const member of members) {
    await mintDemoTokens(client, { to: member.account!.address, amount: terms.stake })
    await join(member, { id })
  }
  await openRound(client, { id })
  return { id, terms, setup, members }
}

/** Lets a phase end in which all have acted: it does with the second of the last act. */
export const passSecond = (client: ChainClient): Promise<void> => advanceTime(client, 1)

type FederationOverrides = { terms?: Partial<Terms>; setup?: Partial<DirectSetup>; memberCount?: number }

/** An update of a shard whose value at p is `(p + seed) mod 16 − 8`, or `mod 2^bits` for other widths. */
export function someUpdate(terms: Terms, seed: number, shard = 0): { values: Int8Array; payload: Uint8Array } {
  const { length } = shardRange(terms, shard)
  const span = 2 ** terms.bits
  const values = Int8Array.from({ length }, (_, p) => ((p * 7 + seed * 3) % span) - span / 2)
  return { values, payload: packUpdate(values, terms) }
}
