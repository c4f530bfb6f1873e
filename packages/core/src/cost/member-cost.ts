/**
 * Upper bounds on what a member's own part of a round costs, on either path.
 *
 * @example
 * ```ts
 * import { estimateMemberCost, estimateSubmitBlobs } from '@tutti/core'
 *
 * estimateMemberCost(terms, 'direct').blobGas // → 0
 * estimateMemberCost(terms, 'blob').blobGas // → 131072
 * estimateSubmitBlobs(6).gas > estimateSubmitBlobs(1).gas // → true
 * ```
 */
import { blobsFor } from '../blob/blob.ts'
import {
  ENVELOPE_BYTES,
  estimateCommit,
  estimateSubmit,
  LOGGED_BYTE_GAS,
  SUBMIT_HEAD_BYTES,
  type TransactionBound,
  transactionGas,
} from '../direct/estimate.ts'
import type { Terms } from '../terms/terms.ts'

const CORE_SUBMIT_BLOBS_GAS = 72_000
const BLOB_HASH_GAS = 100

/** Blob gas of a blob, which has a price of its own (EIP-4844 `GAS_PER_BLOB`). */
export const BLOB_GAS = 131_072

/**
 * Bounds on the transaction that submits the blobs of one shard. What binds to a fault and proves it is not in it: rare,
 * and paid out of the stake behind the fault.
 */
export function estimateSubmitBlobs(blobs: number): TransactionBound {
  const calldata = 32 * blobs + 64 + SUBMIT_HEAD_BYTES
  const execution = CORE_SUBMIT_BLOBS_GAS + blobs * BLOB_HASH_GAS + calldata * LOGGED_BYTE_GAS
  return { gas: transactionGas(calldata, execution), bytes: calldata + ENVELOPE_BYTES }
}

/**
 * Bounds on a member's own part of a round: committing where the terms ask for it, and submitting all assigned shards.
 * On the blob path that is one transaction a shard, and blob gas beside the gas.
 */
export function estimateMemberCost(terms: Terms, path: 'direct' | 'blob'): { gas: number; blobGas: number } {
  const { shardsPerMember: shards, bits, laneBits } = terms
  const commit = terms.commitSeconds > 0 ? estimateCommit() : 0
  const length = Math.min(terms.dimension, terms.shardSize)
  if (path === 'direct') return { gas: commit + estimateSubmit({ shards, length, bits }).gas, blobGas: 0 }
  const blobs = blobsFor(length, laneBits)
  return { gas: commit + shards * estimateSubmitBlobs(blobs).gas, blobGas: shards * blobs * BLOB_GAS }
}
