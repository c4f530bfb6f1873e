/** A second node beside a member's own, and what limits a process from outside. */
import { spawn, spawnSync } from 'node:child_process'
import { appendFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { endWithParent } from '@tutti/chain/local'
import { pause } from './pause.ts'
import { signal as send } from './processes.ts'

const entry = fileURLToPath(new URL('../../bin/tutti.js', import.meta.url))

/** Runs `tutti` for so long at the most. Returns how it ended, undefined if by force, and its last words. */
export async function runBeside(options: {
  words: readonly string[]
  env: NodeJS.ProcessEnv
  cwd: string
  log: string
  forMs: number
  signal: AbortSignal
}): Promise<{ code: number | string | undefined; text: string }> {
  const { words, env, cwd, log, forMs, signal } = options
  const child = spawn(process.execPath, [entry, ...words], { env, cwd, stdio: ['ignore', 'pipe', 'pipe'] })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      appendFileSync(log, chunk)
      text = (text + chunk.toString()).slice(-600)
    })
  }
  const letGo = child.pid === undefined ? () => undefined : endWithParent(child.pid, 'KILL')
  let isForced = false
  const ended = new Promise<number | string>((resolve) => child.once('close', (code, by) => resolve(code ?? by ?? -1)))
  const limit = new AbortController()
  const force = () => {
    isForced = true
    if (child.pid !== undefined) send(child.pid, 'SIGKILL')
  }
  void pause(forMs, AbortSignal.any([signal, limit.signal])).then(force, () => signal.aborted && force())
  const code = await ended
  letGo()
  limit.abort()
  return { code: isForced ? undefined : code, text: text.trim() }
}

/** Whether {@link limitFileSize} works here. @see prlimit(1) */
export function hasLimits(): boolean {
  return spawnSync('prlimit', ['--version']).status === 0
}

/** From now on a process cannot write a file beyond this size, in bytes; undefined lifts it. */
export function limitFileSize(pid: number, bytes: number | undefined): void {
  spawnSync('prlimit', ['--pid', String(pid), `--fsize=${bytes ?? 'unlimited'}:unlimited`])
}
