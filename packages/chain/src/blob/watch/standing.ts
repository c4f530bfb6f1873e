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
import { BLOB_BYTES, setBits } from '@tutti/core'
import type { Hex } from 'viem'
import type { ChainClient } from '../../client/client.ts'
import { withChainErrors } from '../../client/errors.ts'
import type { Creation } from '../../reads/logs.ts'
import { readRoundEvents } from '../../replay/rounds.ts'
import type { BlobArchive, VerifiedBlob } from '../archive/fetch.ts'
import type { BlobSource } from '../archive/sources.ts'
import { locateUpdates } from '../reads/updates.ts'
import { findUpdateFault, type StandingFault, toStandingFault } from './challenge.ts'

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
      const found = new Map<Hex, VerifiedBlob>()
      for (const versionedHash of update.location.versionedHashes) {
        const [blob] =
          result.blobs < most ? await source.blobs({ ...update.location, versionedHashes: [versionedHash] }) : []
        if (blob === undefined) result.left++
        else found.set(versionedHash, { versionedHash, commitment: new Uint8Array(), blob })
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

/** A damaged file need not even be a blob. */
function findSuspect(...parameters: Parameters<typeof findUpdateFault>): ReturnType<typeof findUpdateFault> {
  const [terms, update, blobs] = parameters
  const whole = new Map([...blobs].filter(([, { blob }]) => blob.length === BLOB_BYTES))
  return findUpdateFault(terms, update, whole)
}
