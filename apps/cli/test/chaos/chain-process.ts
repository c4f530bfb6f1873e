/**
 * `tutti chain` as a process of its own: killed, started again from the state that it wrote, stopped in order.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { appendFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { endWithParent } from '@tutti/chain/local'
import { signal } from './processes.ts'

const entry = fileURLToPath(new URL('../../bin/tutti.js', import.meta.url))
const RETRY_MS = 300
/** Within which it must be back. */
const MOST_START_MS = 60_000

/** A running local chain. */
export interface ChainProcess {
  readonly url: string
  pid(): number | undefined
  /** Kills it; it is started again `downMs` later. Resolves when it answers again. */
  kill(downMs: number): Promise<void>
  /** Stops it in order, which writes its state, and starts it again. */
  renew(): Promise<void>
  /** Stops it in order. */
  stop(): Promise<void>
  /** Kills it for good. */
  abort(): void
}

/** Starts a chain whose state is kept in a directory. */
export async function startChainProcess(options: {
  directory: string
  log: string
  env: NodeJS.ProcessEnv
}): Promise<ChainProcess> {
  const { directory, log, env } = options
  const note = (text: string) => appendFileSync(log, `--- ${new Date().toISOString()} ${text}\n`)
  let child: ChildProcess | undefined
  let isAborted = false

  /** Resolves with its address when it is ready; undefined if it ended before. */
  const tryStart = (port: string) =>
    new Promise<string | undefined>((resolve) => {
      const words = ['chain', '--directory', directory, '--port', port, '--accounts', '3', '--json']
      const started = spawn(process.execPath, [entry, ...words], { env, stdio: ['ignore', 'pipe', 'pipe'] })
      child = started
      // Should the campaign itself be killed.
      const letGo = started.pid === undefined ? () => undefined : endWithParent(started.pid, 'KILL')
      note(`start, process ${started.pid}`)
      let stdout = ''
      started.stdout.on('data', (chunk: Buffer) => {
        stdout += chunk.toString()
        if (stdout.endsWith('}\n')) resolve((JSON.parse(stdout) as { rpcUrl: string }).rpcUrl)
      })
      started.stderr.on('data', (chunk: Buffer) => appendFileSync(log, chunk))
      started.once('close', (code, by) => {
        letGo()
        note(`end by ${by ?? `exit code ${code}`}`)
        resolve(undefined)
      })
    })
  const start = async (port: string) => {
    const until = Date.now() + MOST_START_MS
    while (!isAborted && Date.now() < until) {
      const url = await tryStart(port)
      if (url !== undefined) return url
      // The chain below it may still hold the port: it ends with its parent, a moment later.
      await pause(RETRY_MS)
    }
    throw new Error(`The chain did not start within ${MOST_START_MS / 1_000} s; its log: ${log}`)
  }
  const end = async (name: NodeJS.Signals) => {
    const running = child
    if (running?.pid === undefined || running.exitCode !== null || running.signalCode !== null) return
    const ended = new Promise<void>((resolve) => running.once('close', () => resolve()))
    note(name)
    signal(running.pid, name)
    await ended
  }
  const url = await start('0')
  const { port } = new URL(url)
  return {
    url,
    pid: () => child?.pid,
    kill: async (downMs) => {
      await end('SIGKILL')
      await pause(downMs)
      await start(port)
    },
    renew: async () => {
      await end('SIGTERM')
      await start(port)
    },
    stop: () => end('SIGTERM'),
    abort: () => {
      isAborted = true
      if (child?.pid !== undefined && child.exitCode === null && child.signalCode === null) signal(child.pid, 'SIGKILL')
    },
  }
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))
