/** The federations that gas is measured on: 784-32-10, and 64-32-10 of the digits, with stake, bounty and keepers. */

import {
  type DirectSetup,
  encodeSetup,
  keccak256,
  layerParameters,
  OutputKind,
  packGains,
  Start,
  shardCount,
  type Terms,
} from '@tutti/core'
import { type Hash, type Hex, zeroAddress, zeroHash } from 'viem'
import { aggregateDirect } from '../actions/aggregate.ts'
import { createFederation, initialiseDirectModel } from '../actions/create.ts'
import { join } from '../actions/join.ts'
import { openRound, submitDirect } from '../actions/round-actions.ts'
import { mintDemoTokens } from '../actions/tokens.ts'
import { type ChainClient, withAccount } from '../client/client.ts'
import { deployment } from '../client/deployment.ts'
import { advanceTime } from '../local/local.ts'

const layers = [
  { inputs: 784, outputs: 32, biasMultiplier: 1, shift: 8 },
  { inputs: 32, outputs: 10, biasMultiplier: 1, shift: 0 },
]

/** Parameters of the benchmark's model: 25,450. */
export const benchDimension = layers.reduce((sum, layer) => sum + layerParameters(layer), 0)

const digitsLayers = [
  { inputs: 64, outputs: 32, biasMultiplier: 1, shift: 8 },
  { inputs: 32, outputs: 10, biasMultiplier: 1, shift: 0 },
]

/** Parameters of the digits: 2,410. */
export const digitsDimension = digitsLayers.reduce((sum, layer) => sum + layerParameters(layer), 0)

const manifest = new TextEncoder().encode('{"name":"gas benchmark"}')

/** A setup of dense layers, its start seeded. */
export function benchSetup(dense: DirectSetup['layers']): DirectSetup {
  return {
    start: Start.Seeded,
    outputKind: OutputKind.Softmax,
    inputZero: 0,
    seed: keccak256(manifest),
    bound: 0,
    outputMultiplier: 1n,
    outputOffset: 0n,
    tensors: dense.flatMap(({ inputs, outputs }) => [
      { length: inputs * outputs, amplitude: 300 },
      { length: outputs, amplitude: 0 },
    ]),
    hashes: [],
    layers: dense,
  }
}

const setup = benchSetup(layers)

/** The setup of the digits. */
export function digitsSetup(): DirectSetup {
  return benchSetup(digitsLayers)
}

/** Terms of the benchmark; every member trains every shard. */
export function benchTerms(overrides: Partial<Terms> = {}, given: DirectSetup = setup): Terms {
  const { directAggregator, demoToken } = deployment()
  const terms = {
    manifestHash: keccak256(manifest),
    setupHash: keccak256(encodeSetup(given)),
    salt: keccak256(new Uint8Array()),
    gains: packGains([{ fromRound: 0, gain: 1 }]),
    stake: 10n ** 18n,
    bounty: 10n ** 21n,
    keeperPay: 10n ** 15n,
    joinSeconds: 0,
    commitSeconds: 0,
    idleSeconds: 3_600,
    aggregator: directAggregator,
    dimension: benchDimension,
    shardSize: benchDimension,
    rounds: 12,
    token: demoToken,
    cohortSize: 8,
    minimumUpdates: 2,
    shardsPerMember: 1,
    endQuorum: 0,
    laneBits: 16,
    bits: 4,
    rule: 0,
    isPrivateNetwork: true,
    gate: zeroAddress,
    submitSeconds: 600,
    challengeSeconds: 0,
    keeperSeconds: 0,
    judge: zeroAddress,
    sealPay: 0n,
    ...overrides,
  }
  return { ...terms, shardsPerMember: shardCount(terms) }
}

/** A federation in its first round. */
export type BenchFederation = { id: Hex; terms: Terms; members: ChainClient[]; keeper: ChainClient }

/** Creates the federation, writes the initial model, lets everybody join and opens the first round. */
export async function startBenchFederation(
  client: ChainClient,
  accounts: readonly NonNullable<ChainClient['account']>[],
  terms: Terms,
  given: DirectSetup = setup,
): Promise<BenchFederation> {
  await mintDemoTokens(client, { to: client.account!.address, amount: terms.bounty + terms.sealPay })
  const { id } = await createFederation(client, { terms, manifest, setup: encodeSetup(given) })
  await initialiseDirectModel(client, { id })
  const members = accounts.slice(1, 1 + terms.cohortSize).map((account) => withAccount(client, account))
  for (const member of members) {
    await mintDemoTokens(client, { to: member.account!.address, amount: terms.stake })
    await join(member, { id })
  }
  await openRound(client, { id })
  return { id, terms, members, keeper: client }
}

/** Gas of a round's steps, and its transactions. */
export type RoundGas = { submit: bigint; aggregate: bigint; hashes: Hash[] }

/** Runs a round: everybody submits, one keeper aggregates shard by shard; the last shard settles and opens the next. */
export async function runBenchRound(
  { id, terms, members, keeper }: BenchFederation,
  round: number,
  payloadsOf: (member: number) => Uint8Array[],
  salt: Hex = zeroHash,
): Promise<RoundGas> {
  const gas: RoundGas = { submit: 0n, aggregate: 0n, hashes: [] }
  for (const [index, member] of members.entries()) {
    const { gasUsed, hash } = await submitDirect(member, { id, round, payloads: payloadsOf(index), salt })
    gas.submit += gasUsed
    gas.hashes.push(hash)
  }
  // A phase ends a second after the last act, and blocks here come faster than that.
  await advanceTime(keeper, 2)
  for (let shard = 0; shard < shardCount(terms); shard++) {
    const { gasUsed, hash } = await aggregateDirect(keeper, { id, round, shard, terms })
    gas.aggregate += gasUsed
    gas.hashes.push(hash)
  }
  return gas
}
