/**
 * Ctrl-C and termination as an AbortSignal: the first asks for a graceful end, the second ends at once.
 *
 * A supervisor (systemd, Docker, Kubernetes) stops a service with SIGTERM and takes any exit code but 0 for a failure.
 */
import { exitCodes } from './exit-codes.ts'

/** What a command watches, and how it stops watching. */
export interface Interruption {
  signal: AbortSignal
  /** Exit code of a service that was asked to end: 0 after SIGTERM, 130 after Ctrl-C; undefined if nobody asked. */
  exitCode(): number | undefined
  release(): void
}

/**
 * Listens for SIGINT and SIGTERM.
 *
 * @param onFirst - Called at the first one, to say that the command is ending.
 */
export function watchInterruption(onFirst: () => void = () => undefined): Interruption {
  const controller = new AbortController()
  let exitCode: number | undefined
  const onSignal = (name: NodeJS.Signals) => {
    if (controller.signal.aborted) process.exit(exitCodes.interrupted)
    exitCode = name === 'SIGTERM' ? exitCodes.done : exitCodes.interrupted
    onFirst()
    controller.abort(new DOMException('Interrupted.', 'AbortError'))
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  return {
    signal: controller.signal,
    exitCode: () => exitCode,
    release: () => {
      process.off('SIGINT', onSignal)
      process.off('SIGTERM', onSignal)
    },
  }
}
