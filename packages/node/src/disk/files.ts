/**
 * Files that are either whole or absent: written beside their place, forced to the disk (`fsync`), then renamed.
 *
 * What a node is about to send must survive the loss of power at any instant, so each part of a write is a method of {@link Disk}:
 * tests stop the machine between any two of them.
 */
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { threadId } from 'node:worker_threads'

/** The parts of a durable write, and what is needed to read back. Paths are absolute. */
export interface Disk {
  /** Creates a directory and its parents; nothing happens if it is there. */
  makeDirectory(path: string): void
  /** Writes a file and forces its content to the disk (`fsync`). */
  writeSynced(path: string, content: Uint8Array): void
  /** Puts `from` in the place of `to` at once (`rename(2)`). */
  rename(from: string, to: string): void
  /** Forces the names in a directory to the disk. */
  syncDirectory(path: string): void
  /** Removes a file or a directory with all in it; nothing happens if it is absent. */
  remove(path: string): void
  /** Content of a file in a buffer of its own, or undefined if there is none. */
  read(path: string): Uint8Array | undefined
  /** Names in a directory, sorted; empty if there is none. */
  list(path: string): string[]
}

/** The disk of this machine. */
export const localDisk: Disk = {
  makeDirectory: (path) => {
    mkdirSync(path, { recursive: true, mode: 0o700 })
  },
  writeSynced: (path, content) => {
    const file = openSync(path, 'w', 0o600)
    try {
      let written = 0
      while (written < content.length) written += writeSync(file, content, written)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
  },
  rename: (from, to) => renameSync(from, to),
  syncDirectory: (path) => {
    // Windows cannot open a directory; there a rename is durable without it.
    if (process.platform === 'win32') return
    const directory = openSync(path, 'r')
    try {
      fsyncSync(directory)
    } finally {
      closeSync(directory)
    }
  },
  remove: (path) => rmSync(path, { recursive: true, force: true }),
  // A copy of its own: what Node hands out may be a view of a buffer that holds other files too, and such a view is
  // neither aligned nor alone in its `buffer`.
  read: (path) => (existsSync(path) ? Uint8Array.from(readFileSync(path)) : undefined),
  list: (path) => (existsSync(path) ? readdirSync(path).sort() : []),
}

/**
 * Replaces a file at once: temporary file, `fsync`, `rename`, `fsync` of the directory.
 *
 * Several nodes may share a store directory, so each writes beside the place under a name of its own.
 *
 * @param disk - Where to write.
 * @param path - The file; its directory exists.
 * @param content - Its new content. After a crash the file holds the old content or this one, never a part.
 */
export function writeAtomically(disk: Disk, path: string, content: Uint8Array): void {
  const temporary = `${path}.${process.pid}-${threadId}.new`
  disk.writeSynced(temporary, content)
  disk.rename(temporary, path)
  disk.syncDirectory(dirname(path))
}
