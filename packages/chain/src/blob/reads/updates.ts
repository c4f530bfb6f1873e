/**
 * The updates of a round as the logs have them: who sent which blobs for which shard, in which transaction.
 *
 * @example
 * ```ts
 * import { locateUpdates, readSubmissions } from '@tutti/chain'
 *
 * const submissions = await readSubmissions(client, { id: blobFederationId, round: 0 })
 * const updates = locateUpdates({ terms: blobTerms, round: 0, positions: [0, 1, 2], submissions })
 * updates.map(({ shard, location }) => [shard, location.versionedHashes.length]) // → [[0, 1], [0, 1], [0, 1]]
 * ```
 */

import { assignedShards, shardBlobs, type Terms } from '@tutti/core'
import { bytesToHex, type Hex } from 'viem'
import { MissingPayloadError } from '../../actions/aggregate.ts'
import type { Submission } from '../../reads/logs.ts'
import type { BlobLocation } from '../archive/sources.ts'

/** One member's update of one shard. */
export type BlobUpdate = {
  position: number
  member: Hex
  /** Which of the member's assigned shards, from zero. */
  assigned: number
  shard: number
  /** Parameters in each blob. */
  lengths: readonly number[]
  location: BlobLocation
}

/** Which updates: of the positions that count, for one shard or for all. */
export type UpdateSelection = {
  terms: Terms
  round: number
  positions: readonly number[]
  submissions: readonly Submission[]
  shard?: number
}

/**
 * The updates of a round, in order of position and assigned shard.
 *
 * @throws {@link MissingPayloadError} if the logs do not hold what the round counts
 */
export function locateUpdates(selection: UpdateSelection): BlobUpdate[] {
  const { terms, round, positions, shard: wanted } = selection
  return positions.flatMap((position) =>
    [...assignedShards(terms, position, round)].flatMap((shard, assigned) => {
      if (wanted !== undefined && shard !== wanted) return []
      const submission = findSubmission(selection, position, assigned)
      if (submission === undefined) throw new MissingPayloadError(round, shard, position)
      const payload = submission.payloads[assigned - submission.first]!
      const { member, transactionHash, blockNumber } = submission
      const { lengths } = shardBlobs(terms, shard)
      const location: BlobLocation = {
        versionedHashes: toHashes(payload),
        transactionHash,
        blockNumber,
        update: { round, shard, member },
      }
      return [{ position, member, assigned, shard, lengths, location }]
    }),
  )
}

/** The payload of a submission: the versioned hashes of its blobs, 32 bytes each. */
export function toHashes(payload: Uint8Array): Hex[] {
  return Array.from({ length: payload.length / 32 }, (_, i) => bytesToHex(payload.subarray(32 * i, 32 * i + 32)))
}

function findSubmission({ round, submissions }: UpdateSelection, position: number, assigned: number) {
  return submissions.find(
    (submission) =>
      submission.round === round &&
      submission.position === position &&
      submission.payloads[assigned - submission.first] !== undefined,
  )
}
