/**
 * Aggregation by commitment: the points of a shard's blobs, handed to the contract, which adds them. They stay in the
 * transaction, where they can be had when the blobs cannot any more.
 *
 * @example
 * ```ts
 * import { aggregateBlobs, collectPoints, readSubmissions } from '@tutti/chain'
 *
 * const submissions = await readSubmissions(client, { id: blobFederationId, round: 0 })
 * const updates = { terms: blobTerms, round: 0, shard: 0, positions: [0, 1, 2], submissions }
 * const points = await collectPoints(access, updates)
 * points.map(({ length }) => length) // → [96, 96, 96]
 * await aggregateBlobs(client, { id: blobFederationId, round: 0, shard: 0, access }) // throws ContractError
 * ```
 */

import { concat, setBits, type Terms } from '@tutti/core'
import { decodeFunctionData, type Hex, hexToBytes } from 'viem'
import { federationAbi } from '../../abi/federation.ts'
import { callToAggregate, type RoundTarget } from '../../actions/calls.ts'
import type { ChainClient } from '../../client/client.ts'
import { withChainErrors } from '../../client/errors.ts'
import { readRound, readTerms } from '../../reads/federation.ts'
import { readSubmissions, type Submission } from '../../reads/logs.ts'
import { sendCall, type WriteResult } from '../../transactions/send.ts'
import { type BlobAccess, fetchCommitments } from '../archive/fetch.ts'
import type { BlobSource } from '../archive/sources.ts'
import { AFFINE_BYTES, fromAffine, toAffine } from '../kzg/commitments.ts'
import { locateUpdates, type UpdateSelection } from '../reads/updates.ts'

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
  return sendCall(client, callToAggregate(client, { ...target, words: noWords, payloads }))
}

/** The contract keeps commitments, and is handed no words of its model. */
const noWords = new Uint8Array()

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

/** The points that a transaction handed to `aggregate`, as a source of commitments; it has no blobs. */
export function aggregationSource(client: ChainClient, transactionHash: Hex): BlobSource {
  let known: Promise<Uint8Array[]> | undefined
  const read = async (): Promise<Uint8Array[]> => {
    const { input } = await withChainErrors(client, () => client.public.getTransaction({ hash: transactionHash }))
    try {
      const call = decodeFunctionData({ abi: federationAbi, data: input })
      if (call.functionName !== 'aggregate') return []
      const points = hexToBytes(call.args[3])
      return Array.from({ length: points.length / AFFINE_BYTES }, (_, i) =>
        fromAffine(points.subarray(i * AFFINE_BYTES, (i + 1) * AFFINE_BYTES)),
      )
    } catch {
      // Another contract made the call: the points are somewhere in its input.
      return []
    }
  }
  return {
    name: `the transaction ${transactionHash}`,
    blobs: async () => [],
    commitments: () => {
      known ??= read()
      return known
    },
  }
}
