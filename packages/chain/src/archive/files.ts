/**
 * Contents on disk under the hash that proves them, a file each: whole or absent, never half written. Node only.
 *
 * What the hash is of, and whether a file is what its name says, is for those who keep them: see `blob/archive/archive.ts`
 * and `model/archive.ts`. A file that is not is moved aside, counts as absent, and is fetched again. Files may be copied
 * between members as they are.
 */

import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type Hex, sha256 } from 'viem'

/** Where files are, and what to tell about damaged ones. */
export type FileOptions = {
  directory: string
  /** Called with the name of a file that was refused and where it was moved; undefined where it cannot be moved. */
  onRefused?: (file: string, movedTo: string | undefined) => void
  /** Somebody only looks: no directory is made, and a disk that takes nothing is no obstacle. Default: false. */
  isReading?: boolean
}

/** Files by the hash that names them. */
export type ContentFiles = {
  /** The bytes as they are on disk, unverified; undefined if there are none. */
  read: (hash: Hex) => Promise<Uint8Array | undefined>
  /** Writes durably what is not there yet. */
  write: (hash: Hex, content: Uint8Array) => Promise<void>
  /** Removes a file; nothing happens if there is none. */
  remove: (hash: Hex) => Promise<void>
  /** Moves a file out of the way that is not what its name says. */
  refuse: (hash: Hex) => Promise<undefined>
  /** The hashes of the files that are there, unverified. */
  list: () => Promise<Hex[]>
}

/**
 * Opens a directory of files, creating it if there is none and it is to be written to.
 *
 * @param ending - Of the files' names, as `.blob`.
 */
export async function openFiles(options: FileOptions, ending: string): Promise<ContentFiles> {
  const { directory, isReading = false } = options
  if (!isReading) await mkdir(directory, { recursive: true })
  const pathOf = (hash: Hex) => join(directory, `${hash.toLowerCase()}${ending}`)
  return {
    read: (hash) => readIfPresent(pathOf(hash)),
    write: async (hash, content) => {
      const kept = await readIfPresent(pathOf(hash))
      if (kept !== undefined && sha256(kept) === sha256(content)) return
      await writeAtomically(directory, pathOf(hash), content).catch((error: unknown) => {
        if (!isReading) throw error
      })
    },
    remove: (hash) => rm(pathOf(hash), { force: true }),
    refuse: async (hash) => {
      await setAside(pathOf(hash), options)
      return undefined
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

/** No content is larger: a model has 131,072 words at the most, and a blob 131,072 bytes. */
const MOST_BYTES = 131_072 * 32

/**
 * The bytes of a file; undefined if there is none. What is no file, as a pipe or a device, or larger than any content,
 * counts as absent: a directory of somebody else's may hold anything.
 */
export async function readIfPresent(path: string): Promise<Uint8Array | undefined> {
  try {
    // A pipe that nobody writes to would not open otherwise.
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
    try {
      const found = await file.stat()
      if (!found.isFile() || found.size > MOST_BYTES) return undefined
      return Uint8Array.from(await file.readFile())
    } finally {
      await file.close()
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** Moves a file that was refused out of the way, and tells of it. */
async function setAside(path: string, { onRefused, isReading }: FileOptions): Promise<void> {
  const movedTo = `${path}.refused`
  try {
    if (!isReading) await rename(path, movedTo)
    onRefused?.(path, isReading ? undefined : movedTo)
  } catch (error) {
    // Gone: another process was quicker. What cannot be moved is not used all the same.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') onRefused?.(path, undefined)
  }
}

/** A file is whole or absent: written beside its place, forced to disk, then renamed. */
async function writeAtomically(directory: string, path: string, content: Uint8Array): Promise<void> {
  // Several processes may keep the same content at the same time.
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
