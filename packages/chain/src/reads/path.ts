/**
 * Which path a federation takes: words that the contract computes with and keeps the hash of, or commitments of blobs.
 *
 * @example
 * ```ts
 * import { pathOf, readManifest } from '@tutti/chain'
 *
 * pathOf(await readManifest(client, { id: federationId })) // → 'direct'
 * pathOf(await readManifest(client, { id: blobFederationId })) // → 'blob'
 * ```
 */

import type { Creation } from './logs.ts'

/** `direct`: the contract adds the integers, and keeps the hash of their words. `blob`: it keeps their KZG commitments. */
export type PathName = 'direct' | 'blob'

/** Bytes of a blob-path setup: `abi.encode(bytes32 baseModelHash)`. */
const BLOB_SETUP_BYTES = 32

/**
 * The path of a federation, told by its published setup: a blob path's is one hash, a direct path's describes a whole
 * network and is longer. The setup is hashed into the terms, so nobody can pass one off as the other.
 */
export function pathOf({ setup }: Pick<Creation, 'setup'>): PathName {
  return setup.length === BLOB_SETUP_BYTES ? 'blob' : 'direct'
}
