/**
 * The model's integers for whoever comes late: from the latest checkpoint that can be had, and the updates after it,
 * or from a vector that somebody gives. Nothing is believed but what has the contract's commitment.
 */

import { gainAt, setBits, shardBlobs, shardCount, type Terms, unpackBlobs } from '@tutti/core'
import type { Hex } from 'viem'
import type { ChainClient } from '../client.ts'
import { withChainErrors } from '../errors.ts'
import { type Creation, readManifest } from '../reads/logs.ts'
import { type RoundEvents, readRoundEvents } from '../replay/rounds.ts'
import { type Checkpoint, readCheckpoints } from './events.ts'
import { type BlobAccess, BlobsMissingError, findBlobs, type MissingBlob, type VerifiedBlob } from './fetch.ts'
import { compareModel, StaleModelError } from './model.ts'
import { locateUpdates } from './updates.ts'

/** Integers of a model, and the last round that is in each shard of them. */
export type ModelState = {
  /** Integers, shape [dimension]. */
  values: Int32Array
  /** For each shard the round it was last aggregated in, −1 before the first. */
  rounds: number[]
}

/** A model as of one block. */
export type SyncedModel = ModelState & {
  blockNumber: bigint
  /** Blobs that were read: of checkpoints and of updates. */
  blobs: number
}

/**
 * Puts the model together as of the latest block and holds it against the contract.
 *
 * @param parameters - `start`: a model that was the chain's once, from which fewer updates are left to add. It is not
 *   trusted: the outcome has the contract's commitments or is refused.
 * @throws {@link BlobsMissingError} naming every blob that is needed and cannot be had; {@link StaleModelError} if the
 *   sum is not the chain's model; `PackingRangeError` if an update that nobody challenged cannot be read
 */
export async function syncModel(
  client: ChainClient,
  parameters: { id: Hex; access: BlobAccess; fromBlock?: bigint; start?: ModelState },
): Promise<SyncedModel> {
  const { id, access, fromBlock, start } = parameters
  const blockNumber = await withChainErrors(client, () => client.public.getBlockNumber())
  const creation = await readManifest(client, fromBlock === undefined ? { id } : { id, fromBlock })
  const { terms } = creation
  const events = await readRoundEvents(client, creation, blockNumber)
  const range = { aggregator: terms.aggregator, id, fromBlock: creation.blockNumber, toBlock: blockNumber }
  const checkpoints = await readCheckpoints(client, range)
  const values = new Int32Array(terms.dimension)
  const missing: MissingBlob[] = []
  const rounds: number[] = []
  let blobs = 0
  for (let shard = 0; shard < shardCount(terms); shard++) {
    const result = await syncShard(access, { creation, events, checkpoints, shard, values, known: start })
    blobs += result.blobs
    missing.push(...result.missing)
    rounds.push(result.round)
  }
  if (missing.length > 0) throw new BlobsMissingError(missing)
  const different = await compareModel(client, { id, blockNumber, terms, kzg: access.kzg, values })
  if (different !== undefined) throw new StaleModelError(different.shard, different.blob)
  return { values, rounds, blockNumber, blobs }
}

type ShardSync = {
  creation: Creation
  events: RoundEvents
  checkpoints: readonly Checkpoint[]
  shard: number
  values: Int32Array
  known: ModelState | undefined
}

async function syncShard(
  access: BlobAccess,
  { creation, events, checkpoints, shard, values, known }: ShardSync,
): Promise<{ blobs: number; missing: MissingBlob[]; round: number }> {
  const { terms } = creation
  const missing: MissingBlob[] = []
  let blobs = 0
  let round = known?.rounds[shard] ?? -1
  if (round >= 0 && known !== undefined) {
    const { start, length } = shardBlobs(terms, shard)
    values.set(known.values.subarray(start, start + length), start)
  } else {
    const checkpoint = await findCheckpoint(access, checkpoints, shard)
    if (checkpoint !== undefined) {
      addShard(values, terms, shard, checkpoint.blobs, 1)
      blobs += checkpoint.blobs.length
      round = checkpoint.round
    }
  }
  for (const { args } of events.aggregated) {
    if (args.shard !== shard || args.round <= round) continue
    round = args.round
    const positions = setBits(args.updates)
    const selection = { terms, round: args.round, shard, positions, submissions: events.submissions }
    for (const { location } of locateUpdates(selection)) {
      const result = await findBlobs(access, location)
      missing.push(...result.missing)
      // Once a blob is missing, the rest is only looked up so that the error can name everything.
      if (missing.length > 0) continue
      const found = location.versionedHashes.map((hash) => result.found.get(hash)!)
      addShard(values, terms, shard, found, gainAt(terms.gains, args.round))
      blobs += found.length
    }
  }
  return { blobs, missing, round }
}

/** The latest checkpoint of a shard whose blobs can all be had. */
async function findCheckpoint(
  access: BlobAccess,
  checkpoints: readonly Checkpoint[],
  shard: number,
): Promise<{ round: number; blobs: VerifiedBlob[] } | undefined> {
  for (const checkpoint of checkpoints.filter((entry) => entry.shard === shard).toReversed()) {
    const { found, missing } = await findBlobs(access, checkpoint)
    if (missing.length > 0) continue
    return { round: checkpoint.round, blobs: checkpoint.versionedHashes.map((hash) => found.get(hash)!) }
  }
  return undefined
}

/** `values[p] += gain · blobs[p]` over a shard. */
function addShard(values: Int32Array, terms: Terms, shard: number, blobs: readonly VerifiedBlob[], gain: number): void {
  const { start, length } = shardBlobs(terms, shard)
  const lanes = unpackBlobs(
    blobs.map(({ blob }) => blob),
    { laneBits: terms.laneBits, length },
  )
  for (let p = 0; p < length; p++) values[start + p] = values[start + p]! + gain * lanes[p]!
}
