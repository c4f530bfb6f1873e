/**
 * A command within the process of its test: Node starts in a third of a second and loads as long again, which counts over
 * hundreds of commands. What a process is for (signals, kills, the entry itself) tests run in one of its own.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { main } from '../src/main.ts'
import type { Ended } from './tutti.ts'

type Printed = { stdout: string; stderr: string }

/** What the command prints is told from what the test does by who wrote it. */
const printed = new AsyncLocalStorage<Printed>()
for (const name of ['stdout', 'stderr'] as const) {
  const stream = process[name]
  const write = stream.write.bind(stream) as (...args: unknown[]) => boolean
  stream.write = (chunk: string | Uint8Array, ...rest: unknown[]) => {
    const sink = printed.getStore()
    if (sink === undefined) return write(chunk, ...rest)
    sink[name] += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString()
    for (const done of rest) if (typeof done === 'function') done()
    return true
  }
}

let turn: Promise<unknown> = Promise.resolve()

/** Runs a command where and as whom it is told to; one after the other, since a process has one folder and environment. */
export function runInProcess(args: readonly string[], cwd: string, environment: NodeJS.ProcessEnv): Promise<Ended> {
  const result = turn.then(() => runAlone(args, cwd, environment))
  turn = result.catch(() => undefined)
  return result
}

async function runAlone(args: readonly string[], cwd: string, environment: NodeJS.ProcessEnv): Promise<Ended> {
  const before = { cwd: process.cwd(), environment: { ...process.env }, exitCode: process.exitCode }
  const listeners = keepListeners()
  process.chdir(cwd)
  setEnvironment(environment)
  process.exitCode = undefined
  const sink: Printed = { stdout: '', stderr: '' }
  try {
    const code = await printed.run(sink, () => main(args))
    return { code, ...sink }
  } finally {
    process.chdir(before.cwd)
    setEnvironment(before.environment)
    process.exitCode = before.exitCode
    listeners.restore()
  }
}

function setEnvironment(environment: NodeJS.ProcessEnv): void {
  for (const name of Object.keys(process.env)) if (environment[name] === undefined) delete process.env[name]
  for (const [name, value] of Object.entries(environment)) if (value !== undefined) process.env[name] = value
}

/** A command listens to signals and its output until its process ends; here it must not listen on. */
function keepListeners() {
  const watched = [
    { emitter: process, event: 'SIGINT' },
    { emitter: process, event: 'SIGTERM' },
    { emitter: process.stdout, event: 'error' },
    { emitter: process.stderr, event: 'error' },
  ].map(({ emitter, event }) => ({
    emitter: emitter as NodeJS.EventEmitter,
    event,
    kept: (emitter as NodeJS.EventEmitter).listeners(event),
  }))
  return {
    restore: () => {
      for (const { emitter, event, kept } of watched) {
        for (const listener of emitter.listeners(event)) {
          if (!kept.includes(listener)) emitter.off(event, listener as () => void)
        }
      }
    },
  }
}
