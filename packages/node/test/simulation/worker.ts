/** A thread of the simulation: one seed after another. */
import { parentPort, workerData } from 'node:worker_threads'
import type { Violation } from './invariants.ts'
import { simulate } from './simulate.ts'
import { roughWeather } from './weather.ts'

/** What a seed came to. */
export interface SimulatedSeed {
  seed: number
  updates: number
  failedRounds: number
  reorganisations: number
  decisions: number
  violations: Violation[]
}

const { members, rounds } = workerData as { members: number; rounds: number }

parentPort?.on('message', (seed: number | undefined) => {
  if (seed === undefined) {
    parentPort?.close()
    return
  }
  const course = simulate(roughWeather(seed, members, rounds))
  const { reorganisations, decisions, violations } = course
  const result: SimulatedSeed = {
    seed,
    updates: course.rounds.reduce((sum, updates) => sum + Math.max(0, updates), 0),
    failedRounds: course.rounds.filter((updates) => updates < 0).length,
    reorganisations,
    decisions,
    violations,
  }
  parentPort?.postMessage(result)
})
