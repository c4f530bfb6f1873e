/**
 * Submission: an update packed into blobs, kept in the archive, and sent, one shard a transaction.
 *
 * @example
 * ```ts
 * import { bundleBlobs, callToSubmitBlobs, submitBlobs, toHashes, toPayload } from '@tutti/chain'
 * import { packBlobs } from '@tutti/core'
 *
 * const bundle = await bundleBlobs(kzg, packBlobs(new Int8Array(14), blobTerms))
 * toHashes(toPayload(bundle)) // → bundle.versionedHashes
 * callToSubmitBlobs(client, { id: blobFederationId, round: 0, bundle }).to // → client.core
 * const late = { id: blobFederationId, round: 0, updates: [new Int8Array(14)], kzg }
 * await submitBlobs(members[0]!, late) // throws NotInRoundError
 * ```
 */

import { assignedShards, concat, packBlobs, shardBlobs, type Terms } from '@tutti/core'
import { type Hex, hexToBytes } from 'viem'
import { callToSubmit, type RoundTarget } from '../../actions/calls.ts'
import type { ChainClient } from '../../client/client.ts'
import { ChainError, NoAccountError } from '../../client/errors.ts'
import { readPosition, readTerms } from '../../reads/federation.ts'
import { type Attempt, readFields } from '../../transactions/attempts.ts'
import type { BlobCall } from '../../transactions/prepare.ts'
import { type BlobSendOptions, type BlobWriteResult, sendBlobCall } from '../../transactions/send.ts'
import { type BlobBundle, bundleBlobs } from '../../transactions/sidecar.ts'
import type { BlobArchive } from '../archive/fetch.ts'
import type { Kzg } from '../kzg/kzg.ts'

/** What goes with a submission besides its blobs. */
export type SubmissionExtras = {
  /** Of the commitment, where the terms have a commit phase: then a member has one shard a round. */
  salt?: Hex
  /** Self-reported; logged, shown, never paid for. */
  metrics?: Uint8Array
}

/** The payload of a shard's update: the versioned hashes of its blobs, 32 bytes each. */
export function toPayload({ versionedHashes }: Pick<BlobBundle, 'versionedHashes'>): Uint8Array {
  return concat(versionedHashes.map((hash) => hexToBytes(hash)))
}

/** Sends the blobs of one assigned shard. */
export function callToSubmitBlobs(
  client: Pick<ChainClient, 'core'>,
  { bundle, first = 0, ...rest }: RoundTarget & SubmissionExtras & { bundle: BlobBundle; first?: number },
): BlobCall {
  return { ...callToSubmit(client, { ...rest, first, payloads: [toPayload(bundle)] }), to: client.core, bundle }
}

/** An update, one vector a shard. */
export type SubmitBlobsParameters = RoundTarget &
  SubmissionExtras &
  BlobSendOptions & {
    kzg: Kzg
    /** For the signer's assigned shards `first`, `first + 1`, …: each of the shard's length. */
    updates: readonly (Int8Array | Int32Array)[]
    first?: number
    archive?: BlobArchive
    terms?: Terms
  }

/**
 * Packs an update, keeps its blobs in the archive, and submits it: one transaction a shard, each waited for before the
 * next. A member's round counts when all its shards have come.
 *
 * @returns One result a shard.
 * @throws {@link NotInRoundError}, {@link ShardUpdateLengthError}, `LaneRangeError`, and what `sendBlobCall` throws.
 */
export async function submitBlobs(client: ChainClient, parameters: SubmitBlobsParameters): Promise<BlobWriteResult[]> {
  const { id, round, updates, first = 0, archive, kzg } = parameters
  const account = client.account?.address
  if (account === undefined) throw new NoAccountError()
  const terms = parameters.terms ?? (await readTerms(client, { id }))
  const position = await readPosition(client, { id, account })
  if (position === undefined) throw new NotInRoundError(round)
  const shards = assignedShards(terms, position, round)
  for (const [i, update] of updates.entries()) {
    const shard = shards[first + i]
    if (shard === undefined) throw new ShardUpdateLengthError(first + i, update.length, 0)
    const { length } = shardBlobs(terms, shard)
    if (update.length !== length) throw new ShardUpdateLengthError(first + i, update.length, length)
  }
  const extras = {
    ...(parameters.salt === undefined ? {} : { salt: parameters.salt }),
    ...(parameters.metrics === undefined ? {} : { metrics: parameters.metrics }),
  }
  const results: BlobWriteResult[] = []
  for (const [i, update] of updates.entries()) {
    const bundle = await bundleBlobs(kzg, packBlobs(update, terms))
    await keepBundle(archive, bundle)
    const call = callToSubmitBlobs(client, { id, round, first: first + i, bundle, ...extras })
    results.push(await sendBlobCall(client, call, parameters))
  }
  return results
}

/** Keeps the blobs of a bundle: before they are sent, so that a crash loses none. */
export async function keepBundle(archive: BlobArchive | undefined, bundle: BlobBundle): Promise<void> {
  for (const [i, blob] of bundle.blobs.entries()) {
    await archive?.put({ versionedHash: bundle.versionedHashes[i]!, commitment: bundle.commitments[i]!, blob })
  }
}

/**
 * The blobs of a signed transaction, from the archive: what a node needs to send after a crash what it had signed.
 *
 * @throws {@link BundleLostError}
 */
export function restoreBundle(archive: BlobArchive, { raw }: Pick<Attempt, 'raw'>): Promise<BlobBundle> {
  return readBundle(archive, readFields({ raw }).blobs?.versionedHashes ?? [])
}

/**
 * Blobs that were kept before, in the order of their hashes.
 *
 * @throws {@link BundleLostError}
 */
export async function readBundle(archive: BlobArchive, versionedHashes: readonly Hex[]): Promise<BlobBundle> {
  const kept = await Promise.all(
    versionedHashes.map(async (versionedHash) => {
      const found = await archive.get(versionedHash)
      if (found === undefined) throw new BundleLostError(versionedHash)
      return found
    }),
  )
  return {
    blobs: kept.map(({ blob }) => blob),
    commitments: kept.map(({ commitment }) => commitment),
    versionedHashes,
  }
}

/** The archive does not hold what is to be sent. */
export class BundleLostError extends ChainError {
  constructor(versionedHash: Hex) {
    super(
      `The archive holds no blob ${versionedHash}, which is to be sent. ` +
        'Pack the update again, and sign a new transaction.',
      false,
    )
  }
}

/** The signer does not take part in the round in progress. */
export class NotInRoundError extends ChainError {
  constructor(round: number) {
    super(`The account is not in the cohort of round ${round}. Wait for the next one.`, true)
  }
}

/** A vector that is not as long as its shard. */
export class ShardUpdateLengthError extends ChainError {
  constructor(assigned: number, values: number, expected: number) {
    super(
      `The update of assigned shard ${assigned} has ${values} values; the terms expect ${expected}. ` +
        'Check shard size and the shards assigned in this round.',
      false,
    )
  }
}
