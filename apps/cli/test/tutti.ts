/** Runs the command line as a user does: its words, its folder, its environment; its output and exit code. */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { runInProcess } from './in-process.ts'

const entry = fileURLToPath(new URL('../bin/tutti.js', import.meta.url))

/** How a command ended. */
export interface Ended {
  code: number
  stdout: string
  stderr: string
}

/** A running command. */
export interface Running {
  process: ChildProcess
  ended: Promise<Ended>
  /** Resolves with what standard output holds once it matches. */
  until(pattern: RegExp): Promise<string>
}

/** Where a command runs, and as whom. */
interface Surroundings {
  cwd: string
  env?: Record<string, string>
  uid?: number
  gid?: number
}

/** Keys of the surrounding environment are not passed on. */
function environmentFor({ env }: Surroundings): NodeJS.ProcessEnv {
  const { TUTTI_PRIVATE_KEY: _key, TUTTI_PASSWORD: _password, TUTTI_RPC: _rpc, ...inherited } = process.env
  return { ...inherited, ...env }
}

/** Starts `tutti` with these words, as a process of its own. */
export function startTutti(args: readonly string[], options: Surroundings): Running {
  const child = spawn(process.execPath, [entry, ...args], {
    cwd: options.cwd,
    env: environmentFor(options),
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.gid }),
  })
  let stdout = ''
  let stderr = ''
  const waiting: { pattern: RegExp; resolve: (text: string) => void }[] = []
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString()
    for (const { pattern, resolve } of waiting) if (pattern.test(stdout)) resolve(stdout)
  })
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString()
  })
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (code) => resolve({ code: code ?? -1, stdout, stderr }))
  })
  return {
    process: child,
    ended,
    until: (pattern) =>
      new Promise((resolve, reject) => {
        if (pattern.test(stdout)) resolve(stdout)
        waiting.push({ pattern, resolve })
        void ended.then(() => reject(new Error(`tutti ${args.join(' ')} ended first:\n${stdout}\n${stderr}`)))
      }),
  }
}

/** Commands that run on beside others, or fill their process with work. */
const ofTheirOwn = new Set(['bench', 'chain', 'demo', 'node', 'simulate'])

/** Runs `tutti` to its end: within this process where the command is a short one. */
export function runTutti(args: readonly string[], options: { cwd: string; env?: Record<string, string> }) {
  const isLong = ofTheirOwn.has(args[0] ?? '') && !args.includes('--dry-run')
  return isLong ? startTutti(args, options).ended : runBriefly(args, options)
}

/** Runs `tutti` within this process: for commands that end at once, as `node` with settings that make no sense. */
export function runBriefly(args: readonly string[], options: { cwd: string; env?: Record<string, string> }) {
  return runInProcess(args, options.cwd, environmentFor(options))
}

/** What `tutti … --json` says, which must end well. */
export async function readTutti(args: readonly string[], options: { cwd: string; env?: Record<string, string> }) {
  const { code, stdout, stderr } = await runTutti([...args, '--json'], options)
  assert.equal(code, 0, `tutti ${args.join(' ')}\n${stderr}`)
  return JSON.parse(stdout)
}
