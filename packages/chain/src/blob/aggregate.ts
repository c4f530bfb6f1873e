/** Aggregation by commitment: the points of a shard's blobs, handed to the contract, which adds them. */

import { concat, setBits, type Terms } from '@tutti/core'
import { callToAggregate, type RoundTarget } from '../actions/calls.ts'
import type { ChainClient } from '../client.ts'
import { readRound, readTerms } from '../reads/federation.ts'
import { readSubmissions, type Submission } from '../reads/logs.ts'
import { sendCall, type WriteResult } from '../transactions.ts'
import { toAffine } from './commitments.ts'
import { type BlobAccess, fetchCommitments } from './fetch.ts'
import { locateUpdates, type UpdateSelection } from './updates.ts'

/**
 * Folds one shard's updates into the model. Commitments come from the archive, from beacon blocks, or are computed from
 * the blobs: a blob that expired does not stop a round as long as anyone has its commitment.
 *
 * @throws {@link BlobsMissingError}, {@link MissingPayloadError}, {@link ContractError}
 */
export async function aggregateBlobs(
  client: ChainClient,
  target: RoundTarget & {
    shard: number
    access: BlobAccess
    submissions?: readonly Submission[]
    terms?: Terms
  },
): Promise<WriteResult> {
  const { round, shard, access } = target
  const [terms, record, submissions] = await Promise.all([
    target.terms ?? readTerms(client, target),
    readRound(client, target),
    target.submissions ?? readSubmissions(client, target),
  ])
  const positions = setBits(record.submitted)
  const payloads = await collectPoints(access, { terms, round, shard, positions, submissions })
  return sendCall(client, callToAggregate(client, { ...target, payloads }))
}

/** Per update, in order of position, the affine commitments of its blobs one after the other, 96 bytes each. */
export async function collectPoints(
  access: BlobAccess,
  selection: UpdateSelection & { shard: number },
): Promise<Uint8Array[]> {
  return Promise.all(
    locateUpdates(selection).map(async ({ location }) => {
      const commitments = await fetchCommitments(access, location)
      return concat(commitments.map(toAffine))
    }),
  )
}
