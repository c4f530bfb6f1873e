/**
 * Recomputes a blob-path federation from logs and archived blobs, and compares every commitment with the chain's.
 *
 * Nobody is trusted: terms are checked against the id, each blob against the versioned hash that was submitted (its
 * commitment is computed from it), the sum of a round's commitments against the aggregator's log, the model's against
 * log, hash and storage. Where every blob can be had, the integers are added too, and their commitment is compared.
 *
 * @example
 * ```ts
 * import { replayBlobs } from '@tutti/chain'
 *
 * const { isConsistent, blobs, missing, model } = await replayBlobs(client, { id: blobFederationId, access })
 * isConsistent // → true
 * blobs // → 3
 * missing // → []
 * model?.subarray(0, 3) // → Int32Array.of(-3, 0, 3)
 * ```
 */

import {
  addBlobs,
  type BlobSum,
  concat,
  createBlobSum,
  formatCount,
  keccak256,
  setBits,
  shardBlobs,
  shardCount,
  type Terms,
  toId,
} from '@tutti/core'
import { bytesToHex, type Hex } from 'viem'
import { type BlobAccess, fetchCommitments, findBlobs, type MissingBlob } from '../../blob/archive/fetch.ts'
import type { BlobSource } from '../../blob/archive/sources.ts'
import { sumCommitments, toAffine } from '../../blob/kzg/commitments.ts'
import { type RoundCommitments, readCommitments } from '../../blob/reads/events.ts'
import { type BlobUpdate, locateUpdates } from '../../blob/reads/updates.ts'
import { aggregationSource } from '../../blob/submit/aggregate.ts'
import { compareModel, readShardCommitments } from '../../blob/submit/model.ts'
import { describeFault, findUpdateFault, type StandingFault, toStandingFault } from '../../blob/watch/challenge.ts'
import type { ChainClient } from '../../client/client.ts'
import { ChainError, withChainErrors } from '../../client/errors.ts'
import { readStatus } from '../../reads/federation.ts'
import { type Creation, locateCreation } from '../../reads/logs.ts'
import { describeMismatch, type Mismatch, MismatchFound } from '../mismatch.ts'
import { gainAtStep, type ReplayProgress, type RoundEvents, readRoundEvents } from '../rounds.ts'

/** The outcome of a replay. */
export type BlobReplay = {
  /** No commitment differs. */
  isConsistent: boolean
  /** Rounds that are over, failed ones included. */
  rounds: number
  /** Updates that were added, one a member, shard and round. */
  updates: number
  /** Blobs whose commitment was computed. */
  blobs: number
  /** Blobs that could not be had; their commitments were, and are proven by their hash. */
  missing: MissingBlob[]
  /** Faults in aggregated updates. */
  faults: StandingFault[]
  /** The model's integers, shape [dimension]: of all blobs; undefined if any is missing. */
  model: Int32Array | undefined
  firstMismatch?: Mismatch
  /** One line for people. */
  finding: string
}

/** What to replay, and where blobs are had from. */
export type BlobReplayParameters = {
  id: Hex
  access: BlobAccess
  fromBlock?: bigint
  onProgress?: (progress: ReplayProgress) => void
}

/**
 * Replays a federation of the blob path as of the latest block.
 *
 * @throws {@link FederationNotFoundError}, {@link ChainUnreachableError}; {@link BlobsMissingError} if a blob is missing
 *   and its commitment too
 */
export async function replayBlobs(client: ChainClient, parameters: BlobReplayParameters): Promise<BlobReplay> {
  const { id, fromBlock, access, onProgress } = parameters
  const blockNumber = await withChainErrors(client, () => client.public.getBlockNumber())
  const creation = await locateCreation(client, { id, fromBlock })
  const status = await readStatus(client, { id, blockNumber })
  const state: ReplayState = {
    points: new Map(),
    sum: createBlobSum(creation.terms),
    isWhole: true,
    replay: { rounds: status.roundsClosed, updates: 0, blobs: 0, missing: [], faults: [] },
  }
  const { replay } = state
  try {
    checkIdentity(client, creation)
    const events = await readRoundEvents(client, creation, blockNumber)
    const aggregator = creation.terms.aggregator
    const range = { aggregator, id, fromBlock: creation.blockNumber, toBlock: blockNumber }
    const logged = await readCommitments(client, range)
    for (const event of events.aggregated) {
      await replayStep(state, { client, access, creation, events, logged, event })
      onProgress?.({ round: event.args.round, rounds: status.roundsClosed })
    }
    if (status.isInitialised) await checkStored(client, creation, state, blockNumber)
    if (state.isWhole && status.isInitialised) {
      const { terms } = creation
      const different = await compareModel(client, { id, blockNumber, terms, kzg: access.kzg, model: state.sum })
      if (different !== undefined) {
        throw new MismatchFound({ what: 'the sum of the integers is not what is committed to', shard: different.shard })
      }
    }
  } catch (error) {
    if (!(error instanceof MismatchFound)) throw error
    const firstMismatch = error.mismatch
    const finding = describeMismatch(firstMismatch)
    return { isConsistent: false, ...replay, model: undefined, firstMismatch, finding }
  }
  const model = state.isWhole ? state.sum.values : undefined
  return { isConsistent: true, ...replay, model, finding: describe(replay) }
}

type ReplayState = {
  /** Commitments of the model, a list for each shard that was aggregated. */
  points: Map<number, Uint8Array[]>
  sum: BlobSum
  /** Whether all updates so far are in `sum`. */
  isWhole: boolean
  replay: Pick<BlobReplay, 'rounds' | 'updates' | 'blobs' | 'missing' | 'faults'>
}

type Step = {
  client: ChainClient
  access: BlobAccess
  creation: Creation
  events: RoundEvents
  logged: readonly RoundCommitments[]
  event: RoundEvents['aggregated'][number]
}

/** One aggregation: the updates it counts, their sum, the model after it. */
async function replayStep(
  state: ReplayState,
  { client, access, creation, events, logged, event }: Step,
): Promise<void> {
  const { terms } = creation
  const { round, shard, updates: bitmap, modelHash } = event.args
  const { transactionHash } = event
  const place = { round, shard, transactionHash }
  const log = logged.find((entry) => entry.round === round && entry.shard === shard)
  if (log === undefined) throw new MismatchFound({ what: 'the aggregator logged no commitments', ...place })
  if (events.failed.some((failed) => failed.args.round === round)) {
    throw new MismatchFound({ what: 'a round that failed changed the model', ...place })
  }
  const gain = gainAtStep(terms, events, place)
  const { lengths } = shardBlobs(terms, shard)
  const columns: Uint8Array[][] = lengths.map(() => [])
  const positions = setBits(bitmap)
  const handedIn = aggregationSource(client, transactionHash)
  for (const update of locate({ terms, round, shard, positions, submissions: events.submissions }, place)) {
    const commitments = await readUpdate(state, access, { terms, round, update, gain, handedIn })
    for (const [b, commitment] of commitments.entries()) columns[b]!.push(commitment)
    state.replay.updates++
  }
  const sums = columns.map((column) => sumCommitments(column))
  compareAll(sums, log.roundCommitments, 'the sum of the updates is not what the aggregator logged', place)
  const before = state.points.get(shard) ?? lengths.map(() => sumCommitments([]))
  const after = before.map((commitment, b) => sumCommitments([commitment, sums[b]!], [1, gain]))
  compareAll(after, log.modelCommitments, 'the model after this aggregation is not what the updates imply', place)
  if (keccak256(concat(after.map(toAffine))) !== modelHash.toLowerCase()) {
    throw new MismatchFound({ what: 'the hash of the model is not that of its commitments', ...place })
  }
  state.points.set(shard, after)
}

function locate(selection: Parameters<typeof locateUpdates>[0], place: Omit<Mismatch, 'what'>): BlobUpdate[] {
  try {
    return locateUpdates(selection)
  } catch (error) {
    if (!(error instanceof ChainError)) throw error
    throw new MismatchFound({ what: 'an update was counted that nobody had submitted', ...place })
  }
}

type UpdateReading = { terms: Terms; round: number; update: BlobUpdate; gain: number; handedIn: BlobSource }

/** The commitments of one update; its integers are added to the model where its blobs are there. */
async function readUpdate(
  state: ReplayState,
  access: BlobAccess,
  { terms, round, update, gain, handedIn }: UpdateReading,
): Promise<Uint8Array[]> {
  const { shard, location } = update
  const { found, missing } = await findBlobs(access, location)
  state.replay.blobs += found.size
  state.replay.missing.push(...missing)
  const fault = findUpdateFault(terms, update, found)
  if (fault !== undefined) state.replay.faults.push(toStandingFault(round, fault))
  if (missing.length > 0) state.isWhole = false
  if (missing.length > 0) return fetchCommitments({ ...access, sources: [handedIn, ...access.sources] }, location)
  const kept = location.versionedHashes.map((hash) => found.get(hash)!)
  if (state.isWhole) addBlobs(state.sum, { terms, shard, blobs: kept.map(({ blob }) => blob), gain })
  return kept.map(({ commitment }) => commitment)
}

function compareAll(
  actual: readonly Uint8Array[],
  expected: readonly Uint8Array[],
  what: string,
  place: Omit<Mismatch, 'what'>,
): void {
  const isSame =
    actual.length === expected.length && actual.every((point, b) => bytesToHex(point) === bytesToHex(expected[b]!))
  if (!isSame) throw new MismatchFound({ what, ...place })
}

/** The id is the hash of chain, core and terms; manifest and setup are those the terms name. */
function checkIdentity(client: ChainClient, { id, terms, manifest, setup, transactionHash }: Creation): void {
  const checks: [boolean, string][] = [
    [toId(client.chainId, client.core, terms) === id.toLowerCase(), 'the id is not the hash of chain, core and terms'],
    [keccak256(manifest) === terms.manifestHash.toLowerCase(), 'the manifest is not the one that the terms name'],
    [keccak256(setup) === terms.setupHash.toLowerCase(), 'the setup is not the one that the terms name'],
  ]
  for (const [holds, what] of checks) if (!holds) throw new MismatchFound({ what, transactionHash })
}

/** Every commitment in storage against the recomputed one. */
async function checkStored(
  client: ChainClient,
  { id, terms }: Creation,
  { points }: ReplayState,
  blockNumber: bigint,
): Promise<void> {
  for (let shard = 0; shard < shardCount(terms); shard++) {
    const stored = await readShardCommitments(client, { id, shard, blockNumber })
    const expected = points.get(shard) ?? stored.map(() => sumCommitments([]))
    const what = 'a commitment in storage is not what the updates imply, though it was after the last aggregation'
    compareAll(stored, expected, what, { shard })
  }
}

function describe({ rounds, updates, blobs, missing, faults }: ReplayState['replay']): string {
  const parts = [
    `Consistent: the chain's commitment of the model is that of ${formatCount(updates, 'accepted update')} of ${formatCount(rounds, 'round')}, ` +
      `recomputed from ${formatCount(blobs, 'blob')}`,
  ]
  if (missing.length > 0) parts.push(`${missing.length} blobs are missing and vouched for by their commitments alone`)
  if (faults.length > 0) parts.push(describeStanding(faults))
  return `${parts.join('; ')}.`
}

/** Faults that one sentence names. */
const MOST_NAMED = 12

/** Updates that broke their bounds and are part of the model for good: whose, of which round, where. */
export function describeStanding(faults: readonly StandingFault[]): string {
  const named = faults
    .slice(0, MOST_NAMED)
    .map((fault) => `${fault.member} in round ${fault.round + 1}, shard ${fault.shard} (${describeFault(fault)})`)
  if (faults.length > MOST_NAMED) named.push(`and ${faults.length - MOST_NAMED} more`)
  return `unchallenged and part of the model for good: ${formatCount(faults.length, 'update')} out of bounds, of ${named.join(', ')}`
}
