/** What is looked at when a federation has ended, beside the chain's log: stores, logs, processes, `verify`. */
import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Hex } from '@tutti/core'
import { openStore } from '../../../../packages/node/src/disk/store.ts'
import type { Violation } from './laws.ts'
import { findProcesses, isBelow, MARK } from './processes.ts'

const entry = fileURLToPath(new URL('../../bin/tutti.js', import.meta.url))
/** What watches over a child sleeps so long once before it uses force. */
const MOST_LEFT_MS = 15_000

/** Runs `tutti verify`, which must end with 0. */
export async function verify(
  id: Hex,
  words: readonly string[],
  { cwd, env }: { cwd: string; env: NodeJS.ProcessEnv },
): Promise<Violation[]> {
  const child = spawn(process.execPath, [entry, 'verify', id, ...words], {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      said += chunk.toString()
    })
  }
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  return code === 0
    ? []
    : [{ law: 'the model is what its history implies', what: `verify ended with ${code}: ${said.trim().slice(-600)}` }]
}

/** Opens a member's store as its node would at the next start: nothing in it may be damaged, nobody may hold it. */
export function checkStore(
  root: string,
  chainId: number,
  federationId: Hex,
  account: Hex,
  rounds: number,
): Violation[] {
  const found: Violation[] = []
  const blame = (what: string) => found.push({ law: 'a store stays readable', what: `${root}: ${what}` })
  try {
    const onDamage = (_file: string, message: string) => blame(message)
    const store = openStore({ root, chainId, federationId, account, onDamage })
    for (let round = 0; round < rounds; round++) {
      const record = store.load(round)
      if (record.kind === 'forfeited' && /damaged/.test(record.reason)) blame(record.reason)
    }
    store.loadFeedback()
    store.close()
  } catch (error) {
    blame((error as Error).message)
  }
  return found
}

/** Searches every log under a directory. */
export function searchLogs(directory: string, secrets: readonly string[]): { logs: number; found: Violation[] } {
  const logs = readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile() && file.name.endsWith('.log'))
    .map((file) => join(file.parentPath, file.name))
  const found = logs.flatMap((path): Violation[] => {
    const text = readFileSync(path, 'utf8').toLowerCase()
    const isTold = secrets.some((secret) => text.includes(secret.toLowerCase()))
    return isTold ? [{ law: 'no secret is in a log', what: path }] : []
  })
  return { logs: logs.length, found }
}

/** Waits for all processes with the mark to end, but this one and what it has started. */
export async function awaitEnds(mark: string, staying: number | undefined): Promise<Violation[]> {
  const until = Date.now() + MOST_LEFT_MS
  for (;;) {
    const living = findProcesses(mark)
    const left = living.filter((process) => !isBelow(living, process, staying))
    if (left.length === 0) return []
    if (Date.now() > until) {
      return left.map(({ pid, command }) => ({
        law: 'no process is left behind',
        what: `${pid}: ${command.slice(0, 200)} (${MARK}=${mark})`,
      }))
    }
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}
