/** A real disk whose power fails at a step of one's choice. */
import { type Disk, localDisk } from '../src/disk/files.ts'

/** What a step at which the power fails throws. */
export class PowerLoss extends Error {}

/**
 * A disk that loses power at its `last`-th step, counted from 0, and has none from then on; a write then is cut in the
 * middle. `steps` says how many were taken or tried.
 */
export function failingDisk(last: number): Disk & { steps: () => number } {
  let steps = 0
  const step = (cut?: () => void) => {
    if (steps++ < last) return
    if (steps === last + 1) cut?.()
    throw new PowerLoss()
  }
  return {
    ...localDisk,
    steps: () => steps,
    makeDirectory: (path) => {
      step()
      localDisk.makeDirectory(path)
    },
    writeSynced: (path, content) => {
      step(() => localDisk.writeSynced(path, content.subarray(0, content.length >> 1)))
      localDisk.writeSynced(path, content)
    },
    rename: (from, to) => {
      step()
      localDisk.rename(from, to)
    },
    syncDirectory: (path) => {
      step()
      localDisk.syncDirectory(path)
    },
    remove: (path) => {
      step()
      localDisk.remove(path)
    },
  }
}
