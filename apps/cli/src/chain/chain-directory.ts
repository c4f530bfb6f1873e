/** The directory in which a local chain keeps its state: one chain's at a time, since each writes the whole of it. */
import { mkdirSync } from 'node:fs'
import { lockDirectory, StoreLockedError } from '@tutti/node'
import { CommandError, exitCodes } from '../terminal/exit-codes.ts'

/**
 * Takes a directory for a chain, made if there is none.
 *
 * @returns Gives it back.
 * @throws `CommandError` if a living process has it.
 */
export function holdChainDirectory(directory: string): () => void {
  mkdirSync(directory, { recursive: true })
  try {
    return lockDirectory(directory)
  } catch (error) {
    if (!(error instanceof StoreLockedError)) throw error
    throw new CommandError(
      `Another local chain keeps its state in ${directory}, and each would write over the other's. Use that one, stop it, ` +
        'or give this one a directory of its own (--directory).',
      exitCodes.failed,
    )
  }
}
