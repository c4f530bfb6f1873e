/**
 * A lock file against two nodes on one store: two of them would send two updates in one round.
 *
 * The file names the process and thread that hold it. A process that no longer runs holds nothing: on Linux the
 * start time of the process tells it from a new process that was given the same number, as happens in every container.
 * A process of another container or machine cannot be looked up by its number. So a holder touches the file every few
 * seconds while it lives, and the file system's own clock says how long ago that was.
 *
 * @example
 * ```ts
 * import { mkdtempSync, rmSync } from 'node:fs'
 * import { lockDirectory } from '@tutti/node'
 *
 * const directory = mkdtempSync('/tmp/store-')
 * const unlock = lockDirectory(directory)
 * lockDirectory(directory) // throws StoreLockedError
 * unlock()
 * rmSync(directory, { recursive: true })
 * ```
 */
import {
  closeSync,
  fstatSync,
  linkSync,
  openSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { threadId } from 'node:worker_threads'

interface Holder {
  pid: number
  thread: number
  /** Start of the process in clock ticks since boot; empty where the system does not tell. */
  started: string
  /** Where its number means something: machine and process namespace. Absent in locks of earlier versions. */
  place?: string
}

/** Longest time that taking over a lock of a dead process lasts, in milliseconds; older traces of it are left over. */
const TAKEOVER_MILLISECONDS = 10_000

/** Between two touches of a lock that is held, in milliseconds. */
const TOUCH_MILLISECONDS = 5_000
/**
 * A holder elsewhere that has not touched its lock for so long, in milliseconds, is dead. Training keeps a process from
 * touching for as long as one pass over the data takes, so it is far longer than the pause between two touches.
 */
const SILENCE_MILLISECONDS = 120_000

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
  const stopTouching = keepTouching(path)
  heldByThisThread.add(path)
  return () => {
    if (!heldByThisThread.delete(path)) return
    stopTouching()
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
  const holder: Holder = { pid: process.pid, thread: threadId, started: startOf(process.pid) ?? '', place: placeOf() }
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

/** Only one may take over a dead lock at a time, so that a slow one does not remove the fresh lock of a quick one. */
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
    if (holder?.place !== undefined && holder.place !== placeOf()) {
      if (silenceOf(path, file) < SILENCE_MILLISECONDS) throw new StoreHeldElsewhereError(directory)
    } else if (holder !== undefined && isAlive(holder)) throw new StoreLockedError(directory, holder.pid)
    rmSync(path, { force: true })
  } finally {
    closeSync(file)
    rmSync(guard, { force: true })
  }
}

/** Machine and process namespace of this process: two containers may both be process 1 of one machine. */
function placeOf(): string {
  let namespace = ''
  try {
    namespace = readlinkSync('/proc/self/ns/pid')
  } catch {
    // No Linux: one namespace a machine.
  }
  return `${hostname()} ${namespace}`
}

/** Writes the lock's first byte over itself now and then: the file system dates it by its own clock. */
function keepTouching(path: string): () => void {
  // The file stays open: what is touched is this lock, never one that has taken its place.
  const file = openSync(path, 'r+')
  const first = Buffer.from('{')
  const timer = setInterval(() => {
    try {
      writeSync(file, first, 0, 1, 0)
    } catch {
      // The disk fails for a moment: what the node writes next says so.
    }
  }, TOUCH_MILLISECONDS)
  timer.unref()
  return () => {
    clearInterval(timer)
    closeSync(file)
  }
}

/** Milliseconds since a lock was last touched, by the clock that dates the files of this directory. */
function silenceOf(path: string, guard: number): number {
  return fstatSync(guard).mtimeMs - statSync(path).mtimeMs
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

/** A node of another container or machine works on this store, or did until a moment ago. */
export class StoreHeldElsewhereError extends Error {
  override readonly name = 'StoreHeldElsewhereError'
  readonly isRetryable = true

  constructor(directory: string) {
    super(
      `Stop the other node, or give this one a directory of its own: a node in another container or on another machine works ` +
        `on the store ${directory}. If that node was killed, start again in ${SILENCE_MILLISECONDS / 60_000} minutes.`,
    )
  }
}

/** Another node works on this store. Do not retry: two nodes of one member would pay for the same round twice. */
export class StoreLockedError extends Error {
  override readonly name = 'StoreLockedError'
  readonly isRetryable = false

  constructor(directory: string, pid: number) {
    const who = pid === 0 ? 'a node' : `process ${pid}`
    super(
      `Stop the other node, or give this one a directory of its own: ${who} already works on the store ${directory}.`,
    )
  }
}
