/**
 * A lock file against two nodes on one store: two of them would send two updates in one round.
 *
 * The file names the process and thread that hold it. A holder that no longer runs is no holder: on Linux the start
 * time of the process tells a survivor from a new process that was given the same number, as in every container.
 */
import { closeSync, linkSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { threadId } from 'node:worker_threads'

interface Holder {
  pid: number
  thread: number
  /** Start of the process in clock ticks since boot; empty where the system does not tell. */
  started: string
}

/** Longest time that taking over a lock of a dead process lasts, in milliseconds; older traces of it are debris. */
const TAKEOVER_MILLISECONDS = 10_000

const heldByThisThread = new Set<string>()

/**
 * Takes the lock of a directory.
 *
 * @param directory - An existing directory.
 * @returns Gives the lock back; calling it again does nothing.
 * @throws {@link StoreLockedError} if a living process or thread holds it.
 */
export function lockDirectory(directory: string): () => void {
  const path = join(directory, 'lock')
  if (heldByThisThread.has(path)) throw new StoreLockedError(directory, process.pid)
  if (!createLock(path)) {
    takeOverDeadLock(directory, path)
    if (!createLock(path)) throw new StoreLockedError(directory, readHolder(path)?.pid ?? 0)
  }
  heldByThisThread.add(path)
  return () => {
    if (!heldByThisThread.delete(path)) return
    rmSync(path, { force: true })
  }
}

/**
 * Removes the lock that a thread of this process left behind when it was terminated; other locks stay.
 *
 * @param directory - The locked directory.
 * @param thread - The `threadId` of the worker that has ended.
 */
export function unlockAfterThread(directory: string, thread: number): void {
  const path = join(directory, 'lock')
  const holder = readHolder(path)
  if (holder?.pid === process.pid && holder.thread === thread) rmSync(path, { force: true })
}

function createLock(path: string): boolean {
  const holder: Holder = { pid: process.pid, thread: threadId, started: startOf(process.pid) ?? '' }
  const draft = `${path}.${holder.pid}.${holder.thread}`
  writeFileSync(draft, JSON.stringify(holder), { mode: 0o600 })
  try {
    // A link appears with its content or not at all: a lock that is still empty would look like a dead one.
    linkSync(draft, path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  } finally {
    rmSync(draft, { force: true })
  }
}

/** Only one may judge a dead lock at a time: else a slow one removes the fresh lock of a quick one. */
function takeOverDeadLock(directory: string, path: string): void {
  const guard = `${path}.takeover`
  try {
    if (Date.now() - statSync(guard).mtimeMs > TAKEOVER_MILLISECONDS) rmSync(guard, { force: true })
  } catch {
    // No guard: nobody is taking over.
  }
  let file: number
  try {
    file = openSync(guard, 'wx', 0o600)
  } catch {
    throw new StoreLockedError(directory, readHolder(path)?.pid ?? 0)
  }
  try {
    const holder = readHolder(path)
    if (holder !== undefined && isAlive(holder)) throw new StoreLockedError(directory, holder.pid)
    rmSync(path, { force: true })
  } finally {
    closeSync(file)
    rmSync(guard, { force: true })
  }
}

function readHolder(path: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Holder
  } catch {
    // Damaged or gone: nobody that runs can be named as its holder.
    return undefined
  }
}

function isAlive(holder: Holder): boolean {
  const isOwnThread = holder.pid === process.pid && holder.thread === threadId
  // This thread would know of its own lock: the file is left from an earlier process of the same number.
  if (isOwnThread) return false
  try {
    process.kill(holder.pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
  const started = startOf(holder.pid)
  return started === undefined || holder.started === '' || started === holder.started
}

/** Field 22 of `/proc/PID/stat`, counted after the name in parentheses, which may hold blanks. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  } catch {
    return undefined
  }
}

/** Another node works on this store. Do not retry: two nodes of one member would pay for the same round twice. */
export class StoreLockedError extends Error {
  override readonly name = 'StoreLockedError'
  readonly isRetryable = false

  constructor(directory: string, pid: number) {
    const who = pid === 0 ? 'Another node' : `Process ${pid}`
    super(`${who} already works on the store ${directory}. Stop it, or give this node a directory of its own.`)
  }
}
