/**
 * Runs a program with all that it starts as one process group, its output in a file, until it ends, its time is up, or
 * somebody aborts. When {@link runGroup} returns, nothing of the group is left.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { endWithParent } from '@tutti/chain/local'

/** What to run. */
export interface GroupOptions {
  /** Program and arguments. */
  words: readonly string[]
  /** Takes standard output and standard error, one after the other as they come. */
  logPath: string
  env: NodeJS.ProcessEnv
  limitMilliseconds: number
  signal: AbortSignal
}

/** How the program ended. */
export type GroupEnd =
  | { kind: 'exited'; code: number }
  | { kind: 'killed'; by: string }
  /** It never ran: there is no such program, or it may not be executed. */
  | { kind: 'not-started'; reason: string }
  | { kind: 'timed-out' }

/** Between the request to end and the end by force, in milliseconds. */
const GRACE_MILLISECONDS = 3_000

/**
 * Runs a program to its end.
 *
 * @throws The reason of the signal once it has aborted and the group is gone.
 */
export async function runGroup(options: GroupOptions): Promise<GroupEnd> {
  const { words, logPath, env, limitMilliseconds, signal } = options
  signal.throwIfAborted()
  const [program = '', ...args] = words
  const log = openSync(logPath, 'a', 0o600)
  let child: ChildProcess
  try {
    // Detached: a group of its own, so that what the program starts can be ended with it.
    child = spawn(program, args, { stdio: ['ignore', log, log], detached: true, env })
  } catch (error) {
    return { kind: 'not-started', reason: (error as Error).message }
  } finally {
    closeSync(log)
  }
  const end = (by: NodeJS.Signals) => killGroup(child, by)
  // Where this process ends at once, no trainer may go on running.
  const onExit = () => end('SIGKILL')
  process.once('exit', onExit)
  // The same where this process is killed.
  const letGo = child.pid === undefined ? () => undefined : endWithParent(-child.pid, 'TERM')
  let force: NodeJS.Timeout | undefined
  let isTimedOut = false
  const stop = () => {
    end('SIGTERM')
    force ??= setTimeout(() => end('SIGKILL'), GRACE_MILLISECONDS)
  }
  const limit = setTimeout(() => {
    isTimedOut = true
    stop()
  }, limitMilliseconds)
  signal.addEventListener('abort', stop, { once: true })
  try {
    const ended = await new Promise<GroupEnd>((resolve) => {
      child.once('error', (error) => resolve({ kind: 'not-started', reason: error.message }))
      child.once('exit', (code, by) =>
        resolve(code === null ? { kind: 'killed', by: by ?? 'a signal' } : { kind: 'exited', code }),
      )
    })
    signal.throwIfAborted()
    return isTimedOut ? { kind: 'timed-out' } : ended
  } finally {
    clearTimeout(limit)
    clearTimeout(force)
    signal.removeEventListener('abort', stop)
    process.off('exit', onExit)
    end('SIGKILL')
    letGo()
  }
}

/** Signals the whole group; nothing happens if nobody of it is left. */
function killGroup({ pid }: ChildProcess, by: NodeJS.Signals): void {
  if (pid === undefined) return
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, by)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'ESRCH' && code !== 'EPERM') throw error
  }
}
