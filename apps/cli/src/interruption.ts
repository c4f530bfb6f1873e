/** Ctrl-C and termination as an AbortSignal: the first asks for a graceful end, the second ends at once. */
import { exitCodes } from './exit-codes.ts'

/** What a command watches, and how it stops watching. */
export interface Interruption {
  signal: AbortSignal
  release(): void
}

/**
 * Listens for SIGINT and SIGTERM.
 *
 * @param onFirst - Called at the first one, to say that the command is ending.
 */
export function watchInterruption(onFirst: () => void = () => undefined): Interruption {
  const controller = new AbortController()
  const onSignal = () => {
    if (controller.signal.aborted) process.exit(exitCodes.interrupted)
    onFirst()
    controller.abort(new DOMException('Interrupted.', 'AbortError'))
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  return {
    signal: controller.signal,
    release: () => {
      process.off('SIGINT', onSignal)
      process.off('SIGTERM', onSignal)
    },
  }
}
