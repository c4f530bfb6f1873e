/**
 * Blobs on disk, since the chain forgets them after some weeks. Node only.
 *
 * One file a blob, `<versioned hash>.blob`: the compressed commitment, 48 bytes, then the blob. The name is the proof:
 * the commitment must have the hash of the name, and the blob must have the commitment. A file that does not is moved
 * aside and counts as absent, so that the blob is fetched again. Files may be copied between members as they are.
 *
 * @example
 * ```ts
 * import { mkdtempSync, rmSync } from 'node:fs'
 * import { fetchBlobs } from '@tutti/chain'
 * import { openBlobArchive } from '@tutti/chain/local'
 *
 * const directory = mkdtempSync('/tmp/archive-')
 * const archive = await openBlobArchive({ directory, kzg })
 * const [blob] = await fetchBlobs({ ...access, archive }, location) // kept as soon as they are verified
 * const kept = await archive.get(blob!.versionedHash)
 * kept?.blob // → blob!.blob
 * rmSync(directory, { recursive: true })
 * ```
 */

import { BLOB_BYTES, concat, versionedHash } from '@tutti/core'
import { bytesToHex, type Hex, sha256 } from 'viem'
import { type FileOptions, openFiles } from '../../archive/files.ts'
import { COMMITMENT_BYTES } from '../kzg/commitments.ts'
import type { Kzg } from '../kzg/kzg.ts'
import type { BlobArchive, VerifiedBlob } from './fetch.ts'

/** Where the archive is, what verifies it, and what to tell about damaged files. */
export type ArchiveOptions = FileOptions & { kzg: Kzg }

/** Opens an archive, creating its directory if there is none and it is to be written to. */
export async function openBlobArchive(options: ArchiveOptions): Promise<BlobArchive> {
  const { kzg } = options
  const files = await openFiles(options, '.blob')
  // Verified once by arithmetic; after that the hash of the file tells whether it is still the same.
  const verified = new Map<Hex, Hex>()
  const refuse = (hash: Hex): Promise<undefined> => {
    verified.delete(hash)
    return files.refuse(hash)
  }

  return {
    put: async (parts) => {
      const content = concat([parts.commitment, parts.blob])
      await files.write(parts.versionedHash, content)
      verified.set(parts.versionedHash, sha256(content))
    },
    get: async (hash) => {
      const content = await files.read(hash)
      if (content === undefined) return undefined
      const parts = split(hash, content)
      if (parts === undefined) return refuse(hash)
      const checksum = sha256(content)
      if (verified.get(hash) === checksum) return parts
      if (!(await isCommitmentOf(kzg, parts))) return refuse(hash)
      verified.set(hash, checksum)
      return parts
    },
    commitment: async (hash) => {
      const content = await files.read(hash)
      if (content === undefined) return undefined
      const commitment = content.slice(0, COMMITMENT_BYTES)
      return versionedHash(commitment) === hash.toLowerCase() ? commitment : refuse(hash)
    },
    list: files.list,
  }
}

/** The parts of a file; undefined unless it is whole and its commitment has the hash of its name. */
function split(hash: Hex, content: Uint8Array): VerifiedBlob | undefined {
  if (content.length !== COMMITMENT_BYTES + BLOB_BYTES) return undefined
  const commitment = content.slice(0, COMMITMENT_BYTES)
  if (versionedHash(commitment) !== hash.toLowerCase()) return undefined
  return { versionedHash: hash, commitment, blob: content.slice(COMMITMENT_BYTES) }
}

async function isCommitmentOf(kzg: Kzg, { blob, commitment }: VerifiedBlob): Promise<boolean> {
  try {
    return bytesToHex(await kzg.commit(blob)) === bytesToHex(commitment)
  } catch {
    return false
  }
}
