/**
 * How much a member trains in a round, and what its update weighs: the same rules for nodes, simulations, rehearsals and
 * trainers in other languages, which read them from the manifest.
 *
 * @example
 * ```ts
 * import { chooseWork, countSteps, exampleWeight } from '@tutti/learn'
 *
 * countSteps(chooseWork({ epochs: 2 }), { rows: 60, batchSize: 16 }) // → 8
 * countSteps(chooseWork({ epochs: 2 }, { steps: 5 }), { rows: 60, batchSize: 16 }) // → 5
 * exampleWeight({ reference: 100, most: 4 }, 50) // → 0.5
 * exampleWeight({ reference: 100, most: 4 }, 1_000) // → 4
 * chooseWork({ epochs: 0 }) // throws TrainingOptionError
 * ```
 */
import type { TrainingSpec } from '../manifest/manifest.ts'

/** Passes over a member's rows, or a number of steps, whatever its rows. */
export type LocalWork = { epochs: number; steps?: undefined } | { steps: number; epochs?: undefined }

/** What a member chooses; absent: as the manifest says. */
export interface WorkChoice {
  epochs?: number | undefined
  steps?: number | undefined
}

/**
 * The work of a round: what is chosen, else what the manifest says. Steps come before passes where both are given.
 *
 * @throws {@link TrainingOptionError} unless it is a positive integer.
 */
export function chooseWork(training: Pick<TrainingSpec, 'epochs' | 'steps'>, chosen: WorkChoice = {}): LocalWork {
  const isChosen = chosen.epochs !== undefined || chosen.steps !== undefined
  const { epochs, steps } = isChosen ? chosen : training
  const work = steps === undefined ? { epochs: epochs ?? Number.NaN } : { steps }
  for (const [name, value] of Object.entries(work)) atLeastOne(name, value)
  return work
}

/**
 * Steps of a round: `epochs · ⌈rows / batchSize⌉`, or as many as the work says.
 *
 * @param batchSize - Rows a step; a member with fewer rows takes all of them in each.
 */
export function countSteps(work: LocalWork, { rows, batchSize }: { rows: number; batchSize: number }): number {
  return work.steps ?? work.epochs * Math.ceil(rows / batchSize)
}

/** How updates are weighed by rows: `reference` rows weigh 1; nobody weighs more than `most` times that, or less. */
export type ExampleWeighting = NonNullable<TrainingSpec['weighting']>

/**
 * What a member's update is multiplied by before it is rounded: `clamp(rows / reference, 1 / most, most)`; 1 where nothing is
 * weighed. The rows are the member's word: nobody can prove them.
 *
 * @param rows - Rows trained on, ≥ 0.
 */
export function exampleWeight(weighting: ExampleWeighting | undefined, rows: number): number {
  if (weighting === undefined) return 1
  const { reference, most } = weighting
  return Math.min(most, Math.max(1 / most, rows / reference))
}

/** The value, if it is a positive integer. @throws {@link TrainingOptionError} */
export function atLeastOne(option: string, value: number): number {
  if (!Number.isInteger(value) || value < 1) throw new TrainingOptionError(option, value)
  return value
}

/** A count that training needs is not a positive integer. */
export class TrainingOptionError extends Error {
  override name = 'TrainingOptionError'
  constructor(option: string, value: number) {
    super(`Option ${option} is ${value}; give a positive integer.`)
  }
}
