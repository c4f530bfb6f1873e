/**
 * A member's node as a supervisor runs it: a process of the command line that is started again whenever it has ended, until
 * it ends in order. What it prints is kept in one log, with a line for each start and each end.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { appendFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { endWithParent } from '@tutti/chain/local'
import { type Span, without } from './laws.ts'
import { signal } from './processes.ts'

const entry = fileURLToPath(new URL('../../bin/tutti.js', import.meta.url))
/** Between an end that nobody asked for and the next start. */
const RESTART_MS = 300

/** What a process is and where its words go. */
export interface SupervisedOptions {
  words: readonly string[]
  env: NodeJS.ProcessEnv
  cwd: string
  log: string
  /** An end that no signal of the campaign's caused, with its code; not told when the code is 0. */
  onUnexpected: (code: number | null, by: NodeJS.Signals | null, lastWords: string) => void
}

/** A node under supervision. */
export interface Supervised {
  /** Of the process that runs now; undefined between two. */
  pid(): number | undefined
  /** Kills the process that runs now, and starts the next one after a while. Returns whether there was one. */
  kill(downMs: number, whileDown?: () => unknown): boolean
  /** Notes that something is done to it, or to what it needs, from now until the returned function is called. */
  disturb(): () => void
  /** From now on, for so long, it may end by itself with one of these codes: something was done to it that ends nodes. */
  excuse(codes: readonly number[], forMs: number): void
  /** Whether it has ended in order, and was not started again since. */
  isDone(): boolean
  /** Starts it again if it has ended in order: the chain may have lost what it had done by then. */
  revive(): void
  /** When it ran in peace. */
  peace(): Span[]
  starts(): number
  /** Ends it for good. */
  close(): Promise<void>
}

/** Starts `tutti` and keeps it running. */
export function supervise(options: SupervisedOptions): Supervised {
  const { words, env, cwd, log, onUnexpected } = options
  const lives: Span[] = []
  const disturbances: Span[] = []
  const excuses: { codes: readonly number[]; until: number }[] = []
  let child: ChildProcess | undefined
  let starts = 0
  let isKilled = false
  let isClosed = false
  let isDone = false
  let downMs = RESTART_MS
  let whileDown: (() => unknown) | undefined
  const note = (text: string) => appendFileSync(log, `--- ${new Date().toISOString()} ${text}\n`)

  const start = () => {
    if (isClosed) return
    const life = { from: Date.now(), to: Number.POSITIVE_INFINITY }
    const process_ = spawn(process.execPath, [entry, ...words], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
    child = process_
    starts++
    lives.push(life)
    isKilled = false
    downMs = RESTART_MS
    let lastWords = ''
    // Should the campaign itself be killed.
    const letGo = process_.pid === undefined ? () => undefined : endWithParent(process_.pid, 'KILL')
    note(`start ${starts}, process ${process_.pid}`)
    for (const stream of [process_.stdout, process_.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        appendFileSync(log, chunk)
        lastWords = (lastWords + chunk.toString()).slice(-600)
      })
    }
    const end = (code: number | null, by: NodeJS.Signals | null) => {
      letGo()
      if (child !== process_) return
      child = undefined
      life.to = Math.min(life.to, Date.now())
      note(`end by ${by ?? `exit code ${code}`}`)
      if (isClosed) return
      if (code === 0) {
        isDone = true
        return
      }
      const now = Date.now()
      const isExcused = excuses.some(({ codes, until }) => now <= until && code !== null && codes.includes(code))
      if (!isKilled && !isExcused) onUnexpected(code, by, lastWords.trim())
      whileDown?.()
      whileDown = undefined
      setTimeout(start, downMs)
    }
    process_.once('close', end)
    process_.once('error', () => end(null, null))
  }
  start()

  return {
    pid: () => child?.pid,
    kill: (ms, meanwhile) => {
      if (child?.pid === undefined || isKilled) return false
      isKilled = true
      downMs = ms
      whileDown = meanwhile
      lives.at(-1)!.to = Date.now()
      note('SIGKILL')
      signal(child.pid, 'SIGKILL')
      return true
    },
    disturb: () => {
      const span = { from: Date.now(), to: Number.POSITIVE_INFINITY }
      disturbances.push(span)
      return () => {
        span.to = Date.now()
      }
    },
    excuse: (codes, forMs) => void excuses.push({ codes, until: Date.now() + forMs }),
    isDone: () => isDone,
    revive: () => {
      if (!isDone) return
      isDone = false
      start()
    },
    peace: () => without(lives, disturbances),
    starts: () => starts,
    close: async () => {
      isClosed = true
      const running = child
      if (running?.pid === undefined) return
      const ended = new Promise<void>((resolve) => running.once('close', () => resolve()))
      signal(running.pid, 'SIGCONT')
      signal(running.pid, 'SIGKILL')
      await ended
    },
  }
}
