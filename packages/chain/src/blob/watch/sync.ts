/**
 * The model's integers for those who come late: from the latest checkpoint that can be had, and the updates after it,
 * or from a vector that somebody gives. Nothing is believed but what has the contract's commitment.
 *
 * @example
 * ```ts
 * import { syncModel } from '@tutti/chain'
 *
 * const { values, blobs, faults } = await syncModel(client, { id: blobFederationId, access })
 * values.subarray(0, 3) // → Int32Array.of(-3, 0, 3)
 * blobs // → 3
 * faults // → []
 * ```
 */

import { addBlobs, type BlobSum, copyShard, createBlobSum, isBlobSum, setBits, shardCount } from '@tutti/core'
import type { Hex } from 'viem'
import type { ChainClient } from '../../client/client.ts'
import { withChainErrors } from '../../client/errors.ts'
import { type Creation, locateCreation } from '../../reads/logs.ts'
import { findGain, type RoundEvents, readRoundEvents } from '../../replay/rounds.ts'
import { type BlobAccess, BlobsMissingError, findBlobs, type MissingBlob, type VerifiedBlob } from '../archive/fetch.ts'
import { type Checkpoint, readCheckpoints } from '../reads/events.ts'
import { locateUpdates } from '../reads/updates.ts'
import { compareModel, StaleModelError } from '../submit/model.ts'
import { findUpdateFault, type StandingFault, toStandingFault } from './challenge.ts'

/** A model, and the last round that is in each shard of it. */
export type ModelState = BlobSum & {
  /** For each shard the round it was last aggregated in, −1 before the first. */
  rounds: number[]
}

/** A model as of one block. */
export type SyncedModel = ModelState & {
  blockNumber: bigint
  /** Blobs that were read: of checkpoints and of updates. */
  blobs: number
  /** Faults in the updates that were added: nobody proved them in time, so they are part of the model. */
  faults: StandingFault[]
}

/**
 * Puts the model together as of the latest block and holds it against the contract.
 *
 * @param parameters - `start`: a model that was the chain's once, from which fewer updates are left to add. It is not
 *   trusted: the outcome has the contract's commitments or is refused.
 * @throws {@link BlobsMissingError} naming every blob that is needed and cannot be had; {@link StaleModelError} if the
 *   sum is not the chain's model
 */
export async function syncModel(
  client: ChainClient,
  parameters: { id: Hex; access: BlobAccess; fromBlock?: bigint; start?: ModelState },
): Promise<SyncedModel> {
  const { id, access, fromBlock, start } = parameters
  const blockNumber = await withChainErrors(client, () => client.public.getBlockNumber())
  const creation = await locateCreation(client, { id, fromBlock })
  const { terms } = creation
  const events = await readRoundEvents(client, creation, blockNumber)
  const range = { aggregator: terms.aggregator, id, fromBlock: creation.blockNumber, toBlock: blockNumber }
  const checkpoints = await readCheckpoints(client, range)
  if (start !== undefined && (start.rounds.length !== shardCount(terms) || !isBlobSum(start, terms))) {
    throw new StaleModelError(0, 0)
  }
  const model = createBlobSum(terms)
  const missing: MissingBlob[] = []
  const faults: StandingFault[] = []
  const rounds: number[] = []
  let blobs = 0
  for (let shard = 0; shard < shardCount(terms); shard++) {
    const result = await syncShard(access, { creation, events, checkpoints, shard, model, known: start })
    blobs += result.blobs
    missing.push(...result.missing)
    faults.push(...result.faults)
    rounds.push(result.round)
  }
  if (missing.length > 0) throw new BlobsMissingError(missing)
  const different = await compareModel(client, { id, blockNumber, terms, kzg: access.kzg, model })
  if (different !== undefined) throw new StaleModelError(different.shard, different.blob)
  return { ...model, rounds, blockNumber, blobs, faults }
}

type ShardSync = {
  creation: Creation
  events: RoundEvents
  checkpoints: readonly Checkpoint[]
  shard: number
  model: BlobSum
  known: ModelState | undefined
}

async function syncShard(
  access: BlobAccess,
  { creation, events, checkpoints, shard, model, known }: ShardSync,
): Promise<{ blobs: number; missing: MissingBlob[]; faults: StandingFault[]; round: number }> {
  const { terms } = creation
  const missing: MissingBlob[] = []
  const faults: StandingFault[] = []
  const add = (added: readonly VerifiedBlob[], gain: number) =>
    addBlobs(model, { terms, shard, blobs: added.map(({ blob }) => blob), gain })
  let blobs = 0
  let round = known?.rounds[shard] ?? -1
  if (round >= 0 && known !== undefined) {
    copyShard(known, model, terms, shard)
  } else {
    const checkpoint = await findCheckpoint(access, checkpoints, shard)
    if (checkpoint !== undefined) {
      add(checkpoint.blobs, 1)
      blobs += checkpoint.blobs.length
      round = checkpoint.round
    }
  }
  for (const { args } of events.aggregated) {
    if (args.shard !== shard || args.round <= round) continue
    round = args.round
    const gain = findGain(terms, events, round)
    if (gain === undefined) throw new StaleModelError(shard, 0)
    const positions = setBits(args.updates)
    const selection = { terms, round: args.round, shard, positions, submissions: events.submissions }
    for (const update of locateUpdates(selection)) {
      const { location } = update
      const result = await findBlobs(access, location)
      missing.push(...result.missing)
      // Once a blob is missing, the rest is only looked up so that the error can name everything.
      if (missing.length > 0) continue
      const found = location.versionedHashes.map((hash) => result.found.get(hash)!)
      add(found, gain)
      blobs += found.length
      const fault = findUpdateFault(terms, update, result.found)
      if (fault !== undefined) faults.push(toStandingFault(args.round, fault))
    }
  }
  return { blobs, missing, faults, round }
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
