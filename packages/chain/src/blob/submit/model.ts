/**
 * The model of the blob path: its commitments in the contract, and vectors held against them.
 *
 * @example
 * ```ts
 * import { compareModel, readShardCommitments, syncModel } from '@tutti/chain'
 *
 * const commitments = await readShardCommitments(client, { id: blobFederationId, shard: 0 })
 * commitments.length // → 1
 * const model = await syncModel(client, { id: blobFederationId, access })
 * await compareModel(client, { id: blobFederationId, kzg, model }) // → undefined
 * ```
 */

import { type BlobSum, shardCount, type Terms, toShardBlobs, versionedHash } from '@tutti/core'
import { bytesToHex, encodeFunctionData, type Hex, hexToBytes } from 'viem'
import { blobAggregatorAbi } from '../../abi/blobAggregator.ts'
import { federationAbi } from '../../abi/federation.ts'
import { callToInitialise, type FederationTarget } from '../../actions/calls.ts'
import type { ChainClient } from '../../client/client.ts'
import { ChainError } from '../../client/errors.ts'
import { atBlock, type FederationQuery, readCore, readTerms } from '../../reads/federation.ts'
import type { BlobCall } from '../../transactions/prepare.ts'
import { type BlobSendOptions, type BlobWriteResult, sendBlobCall } from '../../transactions/send.ts'
import { type BlobBundle, bundleBlobs } from '../../transactions/sidecar.ts'
import type { BlobArchive } from '../archive/fetch.ts'
import { AFFINE_BYTES, fromAffine } from '../kzg/commitments.ts'
import type { Kzg } from '../kzg/kzg.ts'
import { keepBundle } from './submit.ts'
import { zeroBundle, zeroProver } from './zero-blob.ts'

/** The commitments of one shard of the model, compressed, one a blob. */
export async function readShardCommitments(
  client: ChainClient,
  query: FederationQuery & { shard: number },
): Promise<Uint8Array[]> {
  const model = await readCore(client, (core) =>
    client.public.readContract({
      ...core,
      abi: federationAbi,
      functionName: 'commitments',
      args: [query.id, BigInt(query.shard)],
      ...atBlock(query),
    }),
  )
  const bytes = hexToBytes(model)
  return Array.from({ length: bytes.length / AFFINE_BYTES }, (_, i) =>
    fromAffine(bytes.subarray(i * AFFINE_BYTES, (i + 1) * AFFINE_BYTES)),
  )
}

/**
 * Completes the initial model, which is zero: one call for shard 0, in a transaction that carries a blob, so that no federation
 * of this path gets members where there are no blobs. Anyone may.
 *
 * @throws What {@link sendBlobCall} throws.
 */
export function initialiseBlobModel(client: ChainClient, { id }: FederationTarget): Promise<BlobWriteResult> {
  const call = { ...callToInitialise(client, { id, shard: 0 }), to: client.core, bundle: zeroBundle }
  return sendBlobCall(client, call, { kzg: zeroProver })
}

/** Where a vector is not the chain's model. */
export type ModelDifference = { shard: number; blob: number; expected: Uint8Array; actual: Uint8Array }

/**
 * Holds a vector against the contract's commitments: this is how a model from anyone becomes one to believe.
 *
 * @param parameters - `model`: the whole of it, each integer within its lane.
 * @returns The first blob that differs; undefined if it is the model.
 * @throws {@link ModelDimensionError}
 */
export async function compareModel(
  client: ChainClient,
  parameters: FederationQuery & { kzg: Kzg; model: BlobSum; terms?: Terms },
): Promise<ModelDifference | undefined> {
  const { kzg, model } = parameters
  const { values } = model
  const terms = parameters.terms ?? (await readTerms(client, parameters))
  if (values.length !== terms.dimension) throw new ModelDimensionError(values.length, terms.dimension)
  for (let shard = 0; shard < shardCount(terms); shard++) {
    const committed = await readShardCommitments(client, { ...parameters, shard })
    const { commitments } = await bundleBlobs(kzg, toShardBlobs(model, terms, shard))
    const blob = commitments.findIndex((commitment, b) => bytesToHex(commitment) !== bytesToHex(committed[b]!))
    if (blob >= 0) return { shard, blob, expected: committed[blob]!, actual: commitments[blob]! }
  }
  return undefined
}

/** Posts a shard of the model as blobs. */
export function callToCheckpoint(
  { core }: Pick<ChainClient, 'core'>,
  { id, shard, aggregator, bundle }: FederationTarget & { shard: number; aggregator: Hex; bundle: BlobBundle },
): BlobCall {
  const args = [core, id, BigInt(shard)] as const
  const data = encodeFunctionData({ abi: blobAggregatorAbi, functionName: 'checkpoint', args })
  return { to: aggregator, data, bundle }
}

/**
 * Posts a shard of the model as blobs again, so that who joins later can fetch it from the chain. Anyone may.
 *
 * @param parameters - `model`: the whole of it, of which the shard is posted.
 * @throws {@link StaleModelError} before anything is paid, if the values are not the chain's model.
 */
export async function checkpointModel(
  client: ChainClient,
  parameters: FederationTarget &
    BlobSendOptions & { kzg: Kzg; shard: number; model: BlobSum; archive?: BlobArchive; terms?: Terms },
): Promise<BlobWriteResult> {
  const { id, shard, model, kzg, archive } = parameters
  const { values } = model
  const terms = parameters.terms ?? (await readTerms(client, { id }))
  if (values.length !== terms.dimension) throw new ModelDimensionError(values.length, terms.dimension)
  const [committed, bundle] = await Promise.all([
    readShardCommitments(client, { id, shard }),
    bundleBlobs(kzg, toShardBlobs(model, terms, shard)),
  ])
  const differing = committed.findIndex((commitment, b) => versionedHash(commitment) !== bundle.versionedHashes[b])
  if (differing >= 0) throw new StaleModelError(shard, differing)
  await keepBundle(archive, bundle)
  const call = callToCheckpoint(client, { id, shard, aggregator: terms.aggregator, bundle })
  return sendBlobCall(client, call, parameters)
}

/** Values that are not what the contract's commitment commits to. */
export class StaleModelError extends ChainError {
  readonly shard: number
  readonly blob: number
  constructor(shard: number, blob: number) {
    super(
      `Blob ${blob} of shard ${shard} is not the chain's model: its commitment differs. ` +
        'Synchronise the model again; a round may have been aggregated in the meantime.',
      true,
    )
    this.shard = shard
    this.blob = blob
  }
}

/** A vector that is not as long as the model. */
export class ModelDimensionError extends ChainError {
  constructor(values: number, dimension: number) {
    super(`The vector has ${values} values; the model has ${dimension}. Check the federation.`, false)
  }
}
