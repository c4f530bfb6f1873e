/**
 * What travels beside a blob transaction: blobs, commitments and proofs.
 *
 * Version 1, since Osaka: `0x03 ‖ rlp([signed, 0x01, blobs, commitments, cellProofs])`, 128 proofs a blob.
 * Version 0, before: `0x03 ‖ rlp([signed, blobs, commitments, proofs])`, one proof a blob.
 *
 * @see EIP-7594, EIP-4844 (networking)
 * @example
 * ```ts
 * import { bundleBlobs, proveBundle } from '@tutti/chain'
 * import { packBlobs } from '@tutti/core'
 *
 * const bundle = await bundleBlobs(kzg, packBlobs(Int8Array.of(3), { laneBits: 16 }))
 * bundle.versionedHashes[0]!.slice(0, 4) // → '0x01'
 * const proofs = await proveBundle(kzg, bundle, 1)
 * proofs.length // → 128
 * ```
 */

import { versionedHash } from '@tutti/core'
import { bytesToHex, concatHex, fromRlp, type Hex, toRlp } from 'viem'
import type { Kzg, Prover } from '../blob/kzg/kzg.ts'

/** Blobs with their commitments and names: all that a transaction needs but the proofs. */
export type BlobBundle = {
  blobs: readonly Uint8Array[]
  /** Compressed, 48 bytes each. */
  commitments: readonly Uint8Array[]
  versionedHashes: readonly Hex[]
}

/** Which proofs travel along. */
export type SidecarVersion = 0 | 1

/** Commits to blobs, all at the same time. */
export async function bundleBlobs(kzg: Kzg, blobs: readonly Uint8Array[]): Promise<BlobBundle> {
  const commitments = await Promise.all(blobs.map((blob) => kzg.commit(blob)))
  return { blobs, commitments, versionedHashes: commitments.map(versionedHash) }
}

/** The proofs of a sidecar, in the order of its blobs. */
export async function proveBundle(kzg: Prover, bundle: BlobBundle, version: SidecarVersion): Promise<Uint8Array[]> {
  if (version === 1) return (await Promise.all(bundle.blobs.map((blob) => kzg.cellProofs(blob)))).flat()
  return Promise.all(bundle.blobs.map((blob, i) => kzg.blobProof(blob, bundle.commitments[i]!)))
}

/**
 * A signed blob transaction with its sidecar, as nodes take it.
 *
 * @param signed - `0x03 ‖ rlp(fields)`, without a sidecar.
 * @param proofs - Of {@link proveBundle} with the same version.
 */
export function toEnvelope(
  signed: Hex,
  { blobs, commitments, proofs, version }: BlobBundle & { proofs: readonly Uint8Array[]; version: SidecarVersion },
): Hex {
  const fields = fromRlp(`0x${signed.slice(4)}`, 'hex')
  const [blobHexes, commitmentHexes, proofHexes] = [blobs, commitments, proofs].map((part) =>
    part.map((bytes) => bytesToHex(bytes)),
  )
  const rest = [blobHexes!, commitmentHexes!, proofHexes!]
  return concatHex(['0x03', toRlp(version === 1 ? [fields, '0x01', ...rest] : [fields, ...rest])])
}
