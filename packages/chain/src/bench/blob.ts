/**
 * `tutti bench blob`, the part that needs no training: gas of the blob path's steps on a real chain, what packing and
 * committing a blob takes, and the same update on the direct path and as plain calldata.
 *
 * A submission carries six blobs of 40,960 lanes. Blob gas has a price of its own and is told in notes.
 */

import {
  assignedShards,
  encodeBlobSetup,
  fromSeed,
  keccak256,
  packBlobs,
  packGains,
  packUpdate,
  parametersPerBlob,
  type Random,
  shardCount,
  type Terms,
} from '@tutti/core'
import { bytesToHex, type Hex, toHex, zeroAddress, zeroHash } from 'viem'
import { aggregateDirect } from '../actions/aggregate.ts'
import { createFederation } from '../actions/create.ts'
import { join } from '../actions/join.ts'
import { openRound, submitDirect } from '../actions/round-actions.ts'
import { mintDemoTokens } from '../actions/tokens.ts'
import type { BlobAccess } from '../blob/archive/fetch.ts'
import { localSource } from '../blob/archive/sources.ts'
import type { Kzg } from '../blob/kzg/kzg.ts'
import { loadKzg } from '../blob/kzg/kzg-node.ts'
import { aggregateBlobs } from '../blob/submit/aggregate.ts'
import { initialiseBlobModel } from '../blob/submit/model.ts'
import { callToSubmitBlobs, submitBlobs } from '../blob/submit/submit.ts'
import { challengeFault, checkRound } from '../blob/watch/challenge.ts'
import { type ChainClient, connect, withAccount } from '../client/client.ts'
import { deployment } from '../client/deployment.ts'
import { deployContracts } from '../deployment/deploy.ts'
import { deployBlobAggregator } from '../deployment/deploy-blob.ts'
import { advanceTime, type LocalChain, startLocalChain } from '../local/local.ts'
import { sendBlobCall, sendCall } from '../transactions/send.ts'
import { bundleBlobs } from '../transactions/sidecar.ts'
import { benchSetup, benchTerms, startBenchFederation } from './federation.ts'
import type { Benchmark, Figure } from './figures.ts'

/** What a benchmark of the blob path needs. */
export type BenchBlobOptions = {
  /** Called with a line whenever something is under way. */
  onProgress?: (line: string) => void
}

const LANE_BITS = 24
const BITS = 8
const BLOBS = 6
const CAPACITY = parametersPerBlob(LANE_BITS)
const DIMENSION = BLOBS * CAPACITY
const FEW = 4
const MANY = 16
/** Of the result: three slots a blob, non-zero to non-zero (EIP-2929), and the round of the shard. */
const RESULT_GAS = BLOBS * 3 * 5_000 + 5_000
const COMMIT_SAMPLES = 15
const SUBMIT_SECONDS = 600
const CHALLENGE_SECONDS = 600

/** Runs the benchmark on a chain of its own; about a minute. */
export async function benchBlob({ onProgress }: BenchBlobOptions = {}): Promise<Benchmark> {
  const [chain, kzg] = await Promise.all([startLocalChain({ port: 0, accounts: MANY + 2 }), loadKzg()])
  try {
    const client = await connect({ rpcUrl: chain.rpcUrl, account: chain.accounts[0]!, receiptTimeoutMs: 120_000 })
    await deployContracts(client)
    const { address: aggregator } = await deployBlobAggregator(client)
    const bench: Bench = { chain, client, kzg, aggregator, access: { kzg, sources: [localSource(client)] } }
    onProgress?.('packing and committing')
    const committing = await measureCommit(kzg)
    onProgress?.(`the same update as plain calldata`)
    const calldata = await measureCalldata(client)
    onProgress?.(`the direct path with ${DIMENSION} parameters and ${FEW} members`)
    const direct = await measureDirect(bench)
    onProgress?.(`${FEW} members with ${BLOBS} blobs each, three rounds`)
    const few = await measureRounds(bench, FEW)
    onProgress?.(`${MANY} members with ${BLOBS} blobs each, three rounds`)
    const many = await measureRounds(bench, MANY)
    onProgress?.('a challenge')
    const challenge = await measureChallenge(bench)
    return {
      bench: 'blob',
      figures: [...describeRounds(few, many, { calldata, direct }), challenge, ...committing],
    }
  } finally {
    await chain.stop()
  }
}

type Bench = { chain: LocalChain; client: ChainClient; kzg: Kzg; aggregator: Hex; access: BlobAccess }

/** Gas of the submissions and the aggregation of each round. */
type RoundsGas = { submits: number[]; aggregate: number }[]

function describeRounds(few: RoundsGas, many: RoundsGas, baselines: { calldata: number; direct: DirectGas }): Figure[] {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  const later = few.at(-1)!
  const { calldata, direct } = baselines
  const perBlob = (gas: number) => gas / BLOBS
  const ofResult = ({ aggregate }: RoundsGas[number], members: number) => (aggregate - RESULT_GAS) / (members * BLOBS)
  const marginal = (many.at(-1)!.aggregate - later.aggregate) / ((MANY - FEW) * BLOBS)
  const total = (mean(later.submits) * FEW + later.aggregate) / (DIMENSION * FEW)
  const posted = `${Math.round(calldata)} as plain calldata; ${Math.round(direct.submit * CAPACITY)} on the direct path`
  const submission = (id: string, limit: number, ofMany: RoundsGas[number], ofFew: RoundsGas[number]) => {
    const note =
      `mean of ${MANY} members, dearest ${Math.round(perBlob(Math.max(...ofMany.submits)))}, mean of ${FEW} members ` +
      `${Math.round(perBlob(mean(ofFew.submits)))}; ${(perBlob(mean(ofMany.submits)) / CAPACITY).toFixed(3)} a parameter; ` +
      '131,072 blob gas a blob apart'
    return { id, value: perBlob(mean(ofMany.submits)), unit: 'gas a blob', limit, baseline: posted, note }
  }
  return [
    submission('gas.blob.submit.first', 18_000, many[0]!, few[0]!),
    submission('gas.blob.submit.later', 10_000, many.at(-1)!, later),
    {
      id: 'gas.blob.aggregate',
      value: ofResult(many.at(-1)!, MANY),
      unit: 'gas a blob and member',
      limit: 7_000,
      baseline: `${Math.round(direct.aggregate * CAPACITY)} on the direct path, words and log included`,
      note:
        `${MANY} members, ${BLOBS} blobs, all included but ${RESULT_GAS} for the storage of the result; with ${FEW} members ` +
        `${Math.round(ofResult(later, FEW))}, for one more member ${Math.round(marginal)}`,
    },
    {
      id: 'gas.blob.round',
      value: total,
      unit: 'gas a parameter and member',
      limit: null,
      baseline: `${(direct.submit + direct.aggregate).toFixed(1)} on the direct path`,
      note: `a steady round of ${FEW} members with ${DIMENSION} parameters, storage included; blob gas apart`,
    },
    {
      id: 'gas.direct.round',
      value: direct.submit + direct.aggregate,
      unit: 'gas a parameter and member',
      limit: null,
      baseline: 'none',
      note: `the direct path in the same run: ${DIMENSION} parameters, ${FEW} members, ${BITS}-bit updates, 32-bit lanes`,
    },
  ]
}

const manifest = new TextEncoder().encode('{"name":"blob benchmark"}')

function blobTerms(aggregator: Hex, overrides: Partial<Terms>): Terms {
  return {
    manifestHash: keccak256(manifest),
    setupHash: keccak256(encodeBlobSetup({ baseModelHash: zeroHash })),
    salt: zeroHash,
    gains: packGains([{ fromRound: 0, gain: 1 }]),
    stake: 10n ** 18n,
    bounty: 10n ** 21n,
    keeperPay: 10n ** 15n,
    joinSeconds: 0,
    commitSeconds: 0,
    idleSeconds: 600_000,
    aggregator,
    dimension: DIMENSION,
    shardSize: DIMENSION,
    rounds: 4,
    token: deployment().demoToken,
    cohortSize: FEW,
    minimumUpdates: 1,
    shardsPerMember: 1,
    endQuorum: 0,
    laneBits: LANE_BITS,
    bits: BITS,
    rule: 0,
    isPrivateNetwork: true,
    gate: zeroAddress,
    submitSeconds: SUBMIT_SECONDS,
    challengeSeconds: CHALLENGE_SECONDS,
    keeperSeconds: 0,
    judge: zeroAddress,
    sealPay: 0n,
    ...overrides,
  }
}

async function startFederation({ chain, client, aggregator }: Bench, overrides: Partial<Terms>) {
  const terms = blobTerms(aggregator, overrides)
  await mintDemoTokens(client, { to: client.account!.address, amount: terms.bounty })
  const setup = encodeBlobSetup({ baseModelHash: zeroHash })
  const { id } = await createFederation(client, { terms, manifest, setup })
  await initialiseBlobModel(client, { id })
  const members = chain.accounts.slice(1, 1 + terms.cohortSize).map((account) => withAccount(client, account))
  for (const member of members) {
    await mintDemoTokens(client, { to: member.account!.address, amount: terms.stake })
    await join(member, { id })
  }
  await openRound(client, { id })
  return { id, terms, members }
}

/** Three rounds in which everybody sends six blobs; the proofs of version 0, since gas does not depend on them. */
async function measureRounds(bench: Bench, members: number): Promise<RoundsGas> {
  const { client, kzg, access } = bench
  const federation = await startFederation(bench, { cohortSize: members, salt: toHex(members, { size: 32 }) })
  const { id, terms } = federation
  // Blobs of a few dense updates take turns: gas does not depend on their content.
  const random = fromSeed(members)
  const bundles = await Promise.all(
    [0, 1, 2].map(() => bundleBlobs(kzg, packBlobs(denseValues(DIMENSION, random), terms))),
  )
  const rounds: RoundsGas = []
  for (let round = 0; round < 3; round++) {
    const submits: number[] = []
    for (const [index, member] of federation.members.entries()) {
      const call = callToSubmitBlobs(client, { id, round, bundle: bundles[(index + round) % bundles.length]! })
      submits.push(Number((await sendBlobCall(member, call, { kzg, version: 0 })).gasUsed))
    }
    await advanceTime(client, SUBMIT_SECONDS + CHALLENGE_SECONDS + 1)
    const { gasUsed } = await aggregateBlobs(client, { id, round, shard: 0, access, terms })
    rounds.push({ submits, aggregate: Number(gasUsed) })
  }
  return rounds
}

/** One lane over its bound among three members, found and proven. */
async function measureChallenge(bench: Bench): Promise<Figure> {
  const { client, kzg, access } = bench
  const { id, terms, members } = await startFederation(bench, {
    dimension: CAPACITY,
    shardSize: CAPACITY,
    cohortSize: 3,
    salt: toHex(1, { size: 32 }),
  })
  const random = fromSeed(9)
  for (const [position, member] of members.entries()) {
    const values = Int32Array.from(denseValues(CAPACITY, random))
    if (position === 1) values[12_345] = 128
    await submitBlobs(member, { id, round: 0, updates: [values], kzg, version: 0, terms })
  }
  await advanceTime(client, SUBMIT_SECONDS + 1)
  const { faults } = await checkRound(client, { id, round: 0, access, terms })
  const { bound, challenged } = await challengeFault(members[2]!, { id, round: 0, kzg, fault: faults[0]! })
  return {
    id: 'gas.blob.challenge',
    value: Number(challenged.gasUsed),
    unit: 'gas',
    limit: 200_000,
    baseline: 'the 50,000 of the point evaluation alone (EIP-4844)',
    note: `one transaction; binding beforehand took ${bound.gasUsed}`,
  }
}

/** Packing and committing, one blob after the other. */
async function measureCommit(kzg: Kzg): Promise<Figure[]> {
  const values = denseValues(CAPACITY, fromSeed(3))
  const packing: number[] = []
  const committing: number[] = []
  const both: number[] = []
  for (let sample = 0; sample < COMMIT_SAMPLES; sample++) {
    const start = performance.now()
    const [blob] = packBlobs(values, { laneBits: LANE_BITS })
    const packed = performance.now()
    await kzg.commit(blob!)
    const end = performance.now()
    packing.push(packed - start)
    committing.push(end - packed)
    both.push(end - start)
  }
  const median = (samples: number[]) => samples.sort((a, b) => a - b)[samples.length >> 1]!
  const note =
    `median of ${COMMIT_SAMPLES}, one thread: packing ${median(packing).toFixed(2)} ms, ` +
    `KZG ${median(committing).toFixed(1)} ms`
  const unit = `ms a blob of ${CAPACITY} parameters`
  return [{ id: 'ms.blob.commit', value: median(both), unit, limit: 60, baseline: 'KZG alone: 41', note }]
}

/** Gas of posting the bytes of one blob's update as the calldata of a transaction that does nothing. */
async function measureCalldata(client: ChainClient): Promise<number> {
  const payload = packUpdate(denseValues(CAPACITY, fromSeed(4)), { bits: BITS, laneBits: 16 })
  const to: Hex = `0x${'00'.repeat(18)}dead`
  const { gasUsed } = await sendCall(client, { to, data: bytesToHex(payload) })
  return Number(gasUsed)
}

/** Gas for one parameter of one member. */
type DirectGas = { submit: number; aggregate: number }

/** A steady round of the direct path with as many parameters, members and bits. */
async function measureDirect({ chain, client }: Bench): Promise<DirectGas> {
  // (511 + 1) · 480 = 6 · 40,960.
  const layers = [{ inputs: 511, outputs: 480, biasMultiplier: 1, shift: 0 }]
  const setup = benchSetup(layers)
  const terms = benchTerms(
    { dimension: DIMENSION, shardSize: 15_360, cohortSize: FEW, bits: BITS, laneBits: 32, rounds: 4 },
    setup,
  )
  const { id, members } = await startBenchFederation(client, chain.accounts, terms, setup)
  const random = fromSeed(5)
  const gas = { submit: 0n, aggregate: 0n }
  for (const [position, member] of members.entries()) {
    const payloads = assignedShards(terms, position, 0).map(() =>
      packUpdate(denseValues(terms.shardSize, random), terms),
    )
    for (let first = 0; first < payloads.length; first += SHARDS_A_SUBMISSION) {
      const part = payloads.slice(first, first + SHARDS_A_SUBMISSION)
      gas.submit += (await submitDirect(member, { id, round: 0, first, payloads: part })).gasUsed
    }
  }
  for (let shard = 0; shard < shardCount(terms); shard++) {
    gas.aggregate += (await aggregateDirect(client, { id, round: 0, shard, terms })).gasUsed
  }
  const of = (value: bigint) => Number(value) / (DIMENSION * FEW)
  return { submit: of(gas.submit), aggregate: of(gas.aggregate) }
}

/** Of 15,360 bytes each, as many as fit the 128 KB of a transaction. */
const SHARDS_A_SUBMISSION = 6

/** Integers that use their whole width, none of them zero. */
function denseValues(length: number, random: Random): Int8Array {
  return Int8Array.from({ length }, () => {
    const value = Math.floor(random() * 255) - 128
    return value >= 0 ? value + 1 : value
  })
}
