/** A member's node in a process of its own, as a user starts it, and what it takes of the machine. */
import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { NodeEvent } from '@tutti/node'

const entry = fileURLToPath(new URL('../../bin/tutti.js', import.meta.url))

/** A running node. */
export interface NodeProcess {
  readonly pid: number
  /** Events so far. */
  readonly events: NodeEvent[]
  /** Memory now, in bytes; undefined when it has ended, or where the system does not tell. */
  memory(): Memory | undefined
  /** Resolves when it has ended. */
  readonly ended: Promise<{ code: number | null; complaint: string }>
  stop(): void
}

/** Resident set (RSS), and its share after what is common to several processes is divided among them (PSS). */
export interface Memory {
  resident: number
  proportional: number
}

/**
 * Starts `tutti node` with these words.
 *
 * @param privateKey - Handed over in the environment, as a user would.
 */
export function startNodeProcess(words: readonly string[], privateKey: string): NodeProcess {
  const child: ChildProcess = spawn(process.execPath, [entry, 'node', ...words, '--json'], {
    env: { ...process.env, TUTTI_PRIVATE_KEY: privateKey },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const events: NodeEvent[] = []
  let complaint = ''
  createInterface({ input: child.stderr! }).on('line', (line) => {
    try {
      events.push(JSON.parse(line) as NodeEvent)
    } catch {
      complaint = `${complaint}${line}\n`.slice(-2_000)
    }
  })
  const ended = new Promise<{ code: number | null; complaint: string }>((resolve) => {
    child.once('exit', (code) => resolve({ code, complaint }))
    child.once('error', (error) => resolve({ code: null, complaint: error.message }))
  })
  return {
    pid: child.pid ?? 0,
    events,
    ended,
    memory: () => readMemory(child.pid),
    stop: () => void child.kill('SIGINT'),
  }
}

/** @see proc(5), `/proc/pid/smaps_rollup` */
function readMemory(pid: number | undefined): Memory | undefined {
  if (pid === undefined) return undefined
  try {
    const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
    const kilobytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? Number.NaN)
    return { resident: kilobytes('Rss') * 1024, proportional: kilobytes('Pss') * 1024 }
  } catch {
    return undefined
  }
}
