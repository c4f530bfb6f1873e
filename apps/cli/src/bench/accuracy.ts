/**
 * `tutti bench accuracy` on all processors: pairs are independent, and the runtime blocks its process while it trains, so
 * each processor gets a process of its own. They end with this one, when the channel to it closes.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import type { BenchReport } from '@tutti/learn'
import {
  type AccuracyBenchOptions,
  type AccuracyJob,
  type AccuracyScores,
  benchAccuracy,
  measureAccuracy,
} from '@tutti/learn/node'
import { CommandError, exitCodes } from '../terminal/exit-codes.ts'

const entry = fileURLToPath(new URL('../../bin/tutti.js', import.meta.url))

/** What a measuring process answers to a job. */
type Answer = { scores: AccuracyScores } | { message: string }

/** Measures `accuracy.*` with as many processes as there are processors. */
export async function benchAccuracyOnAll(
  options: Omit<AccuracyBenchOptions, 'measure' | 'atOnce'>,
): Promise<BenchReport> {
  const atOnce = availableParallelism()
  const idle = Array.from({ length: atOnce }, startProcess)
  const all = [...idle]
  const measure = async (job: AccuracyJob): Promise<AccuracyScores> => {
    const child = idle.pop()
    if (child === undefined) throw new Error('More pairs are under way than there are processes to measure them.')
    try {
      return await ask(child, job)
    } finally {
      idle.push(child)
    }
  }
  try {
    return await benchAccuracy({ ...options, measure, atOnce })
  } finally {
    for (const child of all) child.disconnect()
  }
}

/** The other side: measures what it is sent until the channel closes. */
export async function serveAccuracy(): Promise<void> {
  if (process.send === undefined) {
    throw new CommandError('--serve is for processes that the benchmark starts: leave it out.', exitCodes.usage)
  }
  // In the middle of a measurement, too; and a terminal's Ctrl-C is the other process's to answer.
  process.on('disconnect', () => process.exit())
  process.on('SIGINT', () => undefined)
  process.on('message', (job: AccuracyJob) => {
    const answer = (result: Answer) => process.send?.(result)
    measureAccuracy(job).then(
      (scores) => answer({ scores }),
      (error: Error) => answer({ message: error.message }),
    )
  })
  await new Promise(() => undefined)
}

function startProcess(): ChildProcess {
  return fork(entry, ['bench', 'accuracy', '--serve'], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
}

function ask(child: ChildProcess, job: AccuracyJob): Promise<AccuracyScores> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void) => {
      child.off('message', onMessage)
      child.off('exit', onExit)
      act()
    }
    const onMessage = (answer: Answer) =>
      settle(() => ('scores' in answer ? resolve(answer.scores) : reject(new Error(answer.message))))
    const onExit = (code: number | null, signal: string | null) =>
      settle(() => reject(new Error(`A measuring process ended (${signal ?? code}) before it answered.`)))
    child.once('message', onMessage)
    child.once('exit', onExit)
    child.send(job)
  })
}
