/** The directory in which a local chain keeps its state. Only one chain may use it, because each writes the whole state. */
import { mkdirSync } from 'node:fs'
import { lockDirectory, StoreLockedError } from '@tutti/node'
import { CommandError, exitCodes } from '../terminal/exit-codes.ts'

/**
 * Takes a directory for a chain; it is made if there is none.
 *
 * @returns A function that gives it back.
 * @throws `CommandError` if a living process has it.
 */
export function holdChainDirectory(directory: string): () => void {
  mkdirSync(directory, { recursive: true })
  try {
    return lockDirectory(directory)
  } catch (error) {
    if (!(error instanceof StoreLockedError)) throw error
    throw new CommandError(
      `Another local chain keeps its state in ${directory}; both would write over each other's. Use that chain, stop it, ` +
        'or give this one its own directory (--directory).',
      exitCodes.failed,
    )
  }
}
