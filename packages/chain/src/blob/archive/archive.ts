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

import { randomBytes } from 'node:crypto'
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { BLOB_BYTES, concat, versionedHash } from '@tutti/core'
import { bytesToHex, type Hex, sha256 } from 'viem'
import { COMMITMENT_BYTES } from '../kzg/commitments.ts'
import type { Kzg } from '../kzg/kzg.ts'
import type { BlobArchive, VerifiedBlob } from './fetch.ts'

const ending = '.blob'

/** Where the archive is, and what to tell about damaged files. */
export type ArchiveOptions = {
  directory: string
  kzg: Kzg
  /** Called with the name of a file that was refused and where it was moved; undefined where it cannot be moved. */
  onRefused?: (file: string, movedTo: string | undefined) => void
  /** Somebody only looks: no directory is made, and a disk that takes nothing is no obstacle. Default: false. */
  isReading?: boolean
}

/** Opens an archive, creating its directory if there is none and it is to be written to. */
export async function openBlobArchive(options: ArchiveOptions): Promise<BlobArchive> {
  const { directory, kzg, isReading = false } = options
  if (!isReading) await mkdir(directory, { recursive: true })
  // Verified once by arithmetic; after that the hash of the file tells whether it is still the same.
  const verified = new Map<Hex, Hex>()
  const pathOf = (hash: Hex) => join(directory, `${hash.toLowerCase()}${ending}`)

  const refuse = async (hash: Hex): Promise<undefined> => {
    verified.delete(hash)
    await setAside(pathOf(hash), options)
    return undefined
  }

  return {
    put: async (parts) => {
      const hash = parts.versionedHash
      const content = concat([parts.commitment, parts.blob])
      const checksum = sha256(content)
      const kept = await readIfPresent(pathOf(hash))
      if (kept === undefined || sha256(kept) !== checksum) {
        await writeAtomically(directory, pathOf(hash), content).catch((error: unknown) => {
          if (!isReading) throw error
        })
      }
      verified.set(hash, checksum)
    },
    get: async (hash) => {
      const content = await readIfPresent(pathOf(hash))
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
      const content = await readIfPresent(pathOf(hash))
      if (content === undefined) return undefined
      const commitment = content.slice(0, COMMITMENT_BYTES)
      return versionedHash(commitment) === hash.toLowerCase() ? commitment : refuse(hash)
    },
    list: async () => {
      const names = await readdir(directory).catch((error: NodeJS.ErrnoException) => {
        if (isReading && error.code === 'ENOENT') return []
        throw error
      })
      return names.filter((name) => name.endsWith(ending)).map((name) => name.slice(0, -ending.length) as Hex)
    },
  }
}

/** Moves a file that was refused out of the way, and tells of it. */
async function setAside(path: string, { onRefused, isReading }: ArchiveOptions): Promise<void> {
  const movedTo = `${path}.refused`
  try {
    if (!isReading) await rename(path, movedTo)
    onRefused?.(path, isReading ? undefined : movedTo)
  } catch (error) {
    // Gone: another process was quicker. What cannot be moved is not used all the same.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') onRefused?.(path, undefined)
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

async function readIfPresent(path: string): Promise<Uint8Array | undefined> {
  try {
    return Uint8Array.from(await readFile(path))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** A file is whole or absent: written beside its place, forced to disk, then renamed. */
async function writeAtomically(directory: string, path: string, content: Uint8Array): Promise<void> {
  // Several processes may keep the same blob at the same time.
  const temporary = `${path}.${randomBytes(4).toString('hex')}.new`
  try {
    const file = await open(temporary, 'wx')
    try {
      await file.writeFile(content)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
  await syncDirectory(directory)
}

async function syncDirectory(directory: string): Promise<void> {
  // Windows cannot open a directory; there a rename is durable without it.
  if (process.platform === 'win32') return
  const handle = await open(directory, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
