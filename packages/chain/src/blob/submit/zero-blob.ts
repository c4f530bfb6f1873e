/**
 * The blob of zeros, for steps that need a blob and not what is in it. Its commitment and all its proofs are the point at
 * infinity, so that no KZG library is needed to send it.
 *
 * @see EIP-4844 (`blob_to_kzg_commitment` of the zero polynomial), EIP-7594
 */

import { BLOB_WORDS, versionedHash } from '@tutti/core'
import type { BlobBundle } from '../../transactions/sidecar.ts'
import { CELLS_PER_BLOB, type Prover } from '../kzg/kzg.ts'

/** G1's point at infinity, compressed, 48 bytes. */
const infinity = Uint8Array.of(0xc0, ...new Uint8Array(47))

/** One blob of zeros, as a transaction carries it. */
export const zeroBundle: BlobBundle = {
  blobs: [new Uint8Array(BLOB_WORDS * 32)],
  commitments: [infinity],
  versionedHashes: [versionedHash(infinity)],
}

/** Proves blobs of zeros, and no others. */
export const zeroProver: Prover = {
  blobProof: async () => infinity,
  cellProofs: async () => Array.from({ length: CELLS_PER_BLOB }, () => infinity),
}
