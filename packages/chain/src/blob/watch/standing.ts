/**
 * Faults that nobody proved in time, as far as the blobs at hand show them: for a look that must be quick. A replay
 * (`replayBlobs`) names them all.
 *
 * @example
 * ```ts
 * import { findStandingFaults, readManifest } from '@tutti/chain'
 *
 * const creation = await readManifest(client, { id: blobFederationId })
 * const archive = () => Promise.reject(new Error('asked for suspects only'))
 * const { faults, blobs } = await findStandingFaults(client, { creation, source: access.sources[0]!, archive, most: 10 })
 * faults // → []
 * blobs // → 3
 * ```
 */
import { BLOB_BYTES, setBits, type Terms } from '@tutti/core'
import type { Hex } from 'viem'
import type { ChainClient } from '../../client/client.ts'
import { withChainErrors } from '../../client/errors.ts'
import type { Creation } from '../../reads/logs.ts'
import { readRoundEvents } from '../../replay/rounds.ts'
import type { BlobArchive, VerifiedBlob } from '../archive/fetch.ts'
import type { BlobSource } from '../archive/sources.ts'
import { type BlobUpdate, locateUpdates } from '../reads/updates.ts'
import { type FoundFault, findUpdateFault, type StandingFault, toStandingFault } from './challenge.ts'

/** What a quick look brought. */
export type StandingFaults = {
  faults: StandingFault[]
  /** Blobs that were decoded. */
  blobs: number
  /** Blobs of aggregated updates that are not at hand, or were left out because there are too many. */
  left: number
}

/**
 * Looks through the aggregated updates whose blobs are at hand, the latest rounds first.
 *
 * @param parameters - `source`: read first and not believed: what shows a fault there is asked of `archive`, which
 *   verifies it. `most`: blobs that are read.
 */
export async function findStandingFaults(
  client: ChainClient,
  parameters: { creation: Creation; source: BlobSource; archive: () => Promise<BlobArchive>; most: number },
): Promise<StandingFaults> {
  const { creation, source, archive, most } = parameters
  const { terms } = creation
  const blockNumber = await withChainErrors(client, () => client.public.getBlockNumber())
  const events = await readRoundEvents(client, creation, blockNumber)
  const result: StandingFaults = { faults: [], blobs: 0, left: 0 }
  for (const { args } of events.aggregated.toReversed()) {
    const { round, shard } = args
    const positions = setBits(args.updates)
    for (const update of locateUpdates({ terms, round, shard, positions, submissions: events.submissions })) {
      const found = new Map<Hex, SeenBlob>()
      for (const versionedHash of update.location.versionedHashes) {
        const [blob] =
          result.blobs < most ? await source.blobs({ ...update.location, versionedHashes: [versionedHash] }) : []
        if (blob === undefined) result.left++
        else found.set(versionedHash, { versionedHash, blob })
        if (blob !== undefined) result.blobs++
      }
      const suspected = findSuspect(terms, update, found)
      if (suspected === undefined) continue
      const { versionedHash } = suspected.content
      const verified = await (await archive()).get(versionedHash)
      const fault = verified && findUpdateFault(terms, update, new Map([[versionedHash, verified]]))
      if (fault !== undefined) result.faults.push(toStandingFault(round, fault))
    }
  }
  return { ...result, faults: result.faults.toReversed() }
}

/** A blob as a source gave it, not verified. */
type SeenBlob = Pick<VerifiedBlob, 'versionedHash' | 'blob'>

/** The first fault that blobs seem to show. A damaged file may not even have the length of a blob. */
function findSuspect(
  terms: Terms,
  update: BlobUpdate,
  blobs: ReadonlyMap<Hex, SeenBlob>,
): FoundFault<SeenBlob> | undefined {
  const whole = new Map([...blobs].filter(([, { blob }]) => blob.length === BLOB_BYTES))
  return findUpdateFault(terms, update, whole)
}
