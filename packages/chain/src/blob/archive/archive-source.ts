/**
 * A directory of somebody else's blobs as a source: read, never written, and believed no more than any other. Node only.
 *
 * @example
 * ```ts
 * import { archiveSource } from '@tutti/chain/local'
 *
 * const source = archiveSource('/srv/somebody-elses-archive')
 * await source.blobs(location) // → []
 * ```
 */

import { join } from 'node:path'
import type { Hex } from 'viem'
import { readIfPresent } from '../../archive/files.ts'
import { COMMITMENT_BYTES } from '../kzg/commitments.ts'
import { type BlobSource, BlobSourceError } from './sources.ts'

/**
 * The archive of another member, as a directory on this machine or mounted from another: files as `openBlobArchive`
 * writes them.
 */
export function archiveSource(directory: string): BlobSource {
  const name = `the archive ${directory}`
  const read = async (hash: Hex): Promise<Uint8Array[]> => {
    try {
      const content = await readIfPresent(join(directory, `${hash.toLowerCase()}.blob`))
      return content === undefined ? [] : [content]
    } catch (error) {
      throw new BlobSourceError(name, (error as Error).message)
    }
  }
  const readAll = async (hashes: readonly Hex[]) => (await Promise.all(hashes.map(read))).flat()
  return {
    name,
    blobs: async ({ versionedHashes }) =>
      (await readAll(versionedHashes)).map((content) => content.slice(COMMITMENT_BYTES)),
    commitments: async ({ versionedHashes }) =>
      (await readAll(versionedHashes)).map((content) => content.slice(0, COMMITMENT_BYTES)),
  }
}
