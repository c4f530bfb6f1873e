/** A real disk whose power fails at a chosen part of a write. */
import { type Disk, localDisk } from '../src/disk/files.ts'

/** Thrown by the part of a write at which the power fails. */
export class PowerLoss extends Error {}

/**
 * A disk that loses power at its `last`-th operation, counted from 0, and has none from then on; a write is cut in the
 * middle then. `operations` says how many were done or tried.
 */
export function failingDisk(last: number): Disk & { operations: () => number } {
  let operations = 0
  const operate = (cut?: () => void) => {
    if (operations++ < last) return
    if (operations === last + 1) cut?.()
    throw new PowerLoss()
  }
  return {
    ...localDisk,
    operations: () => operations,
    makeDirectory: (path) => {
      operate()
      localDisk.makeDirectory(path)
    },
    writeSynced: (path, content) => {
      operate(() => localDisk.writeSynced(path, content.subarray(0, content.length >> 1)))
      localDisk.writeSynced(path, content)
    },
    rename: (from, to) => {
      operate()
      localDisk.rename(from, to)
    },
    syncDirectory: (path) => {
      operate()
      localDisk.syncDirectory(path)
    },
    remove: (path) => {
      operate()
      localDisk.remove(path)
    },
  }
}
