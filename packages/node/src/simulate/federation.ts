/**
 * A federation in one process, with the chain's exact arithmetic and no chain: the cohort is drawn, each member of it
 * trains, rounds and sends, and the integers are folded, all by the functions that nodes and verifiers run.
 *
 * Given the chain's own seeds and silences, the words are those that the contract holds (`test/simulate/simulate.test.ts`).
 *
 * @example
 * ```ts
 * import { keccak256 } from '@tutti/core'
 * import { toInitialLanes } from '@tutti/learn'
 * import { createTrainer } from '@tutti/learn/node'
 * import { simulateFederation } from '@tutti/node'
 *
 * const trainer = await createTrainer(manifest.model, manifest.training)
 * const settled: boolean[] = []
 * const lanes = await simulateFederation({
 *   ...{ terms, manifest, trainer, members: [rows, rows, rows], lanes: toInitialLanes(manifest, 16), seed: 1 },
 *   seedOf: (round) => keccak256(Uint8Array.of(round)),
 *   onRound: ({ isSettled }) => void settled.push(isSettled),
 * })
 * lanes.length // → 14
 * settled // → [true, true]
 * await trainer.release()
 * ```
 */
import {
  aggregateShard,
  type CohortTerms,
  cohortIndices,
  gainOfRound,
  type Hex,
  isBlankUpdate,
  shardCount,
  shardRange,
  type Terms,
} from '@tutti/core'
import { type Dataset, exampleWeight, type Manifest, memberSeed, toWeights } from '@tutti/learn'
import type { FitOptions, Trainer } from '@tutti/learn/node'
import { stepsOf } from '../joining/federation.ts'
import { prepareUpdate, roundingOf } from '../update/prepare.ts'
import { createResidualStore, type ResidualStore } from './residual-store.ts'

/** The terms that the integers depend on. */
export type SimulatedTerms = CohortTerms &
  Pick<Terms, 'laneBits' | 'bits' | 'gains' | 'manifestHash' | 'rounds' | 'minimumUpdates'>

/** What a simulation needs. */
export interface SimulationOptions {
  terms: SimulatedTerms
  manifest: Manifest
  /** Trains the manifest's model; shared by all members. */
  trainer: Trainer
  /** Data of each member, in the order in which they joined; views of one array will do. */
  members: readonly Dataset[]
  /** Integers before the first round, shape [dimension]. */
  lanes: Int32Array
  /** Float weights that the lanes are added to, where the manifest starts from floats. */
  base?: Float32Array
  /** Seeds the order of the examples and the rounding. */
  seed: number
  /** The randomness of a round: on the chain the hash of a block. */
  seedOf: (round: number) => Hex
  /** Whether a member that was drawn sends nothing in a round; nobody is silent when absent. */
  isSilent?: (round: number, member: number) => boolean
  /** How members train; what is absent is as the manifest says. */
  how?: Pick<FitOptions, 'epochs' | 'steps' | 'batchSize' | 'learningRate'>
  /** Where members' residuals are kept; in memory when absent. */
  residualStore?: ResidualStore
  signal?: AbortSignal
  /** Called before each member trains. */
  onMember?: (place: { round: number; position: number; cohort: number }) => void
  onRound?: (round: SimulatedRound) => void | Promise<void>
}

/** A round as it ended. */
export interface SimulatedRound {
  /** From 0. */
  round: number
  /** Indices of the members that were drawn, in order of position. */
  cohort: number[]
  /** Members whose updates came. */
  updates: number
  /** Whether it changed the model: enough updates came. */
  isSettled: boolean
  /** What the sums were multiplied by. */
  gain: number
  /** Integers after the round, shape [dimension]; overwritten by the next. */
  lanes: Int32Array
  /** Values that were clamped, of `quantisedLanes` in all. */
  saturatedLanes: number
  quantisedLanes: number
  /** Mean training loss of those that trained, in the last pass over their data; NaN if nobody did. */
  loss: number
}

/** Integers of one member's update, on its way to be folded. */
interface SentUpdate {
  member: number
  shards: number[]
  values: Int8Array[]
}

/**
 * Plays all rounds.
 *
 * @returns Integers after the last round, shape [dimension].
 * @throws {@link SimulatedTrainingError} naming member and round; the signal's reason between members.
 */
export async function simulateFederation(options: SimulationOptions): Promise<Int32Array> {
  const { terms, manifest, members, seedOf, residualStore = createResidualStore(), onRound } = options
  const lanes = options.lanes.slice()
  const steps = stepsOf(manifest)
  for (let round = 0; round < terms.rounds; round++) {
    const size = Math.min(members.length, terms.cohortSize)
    const cohort = cohortIndices({ seed: seedOf(round), members: members.length, cohort: size })
    const played = await playRound(options, { round, cohort, lanes, steps, residualStore })
    const { sent, ...figures } = played
    const isSettled = sent.length >= terms.minimumUpdates
    const gain = gainOfRound(terms, round, cohort.length)
    if (isSettled) foldRound(terms, lanes, sent, gain)
    for (const member of cohort) {
      const isCounted = isSettled && sent.some((update) => update.member === member)
      residualStore.resolve(member, round, isCounted)
    }
    await onRound?.({ round, cohort, updates: sent.length, isSettled, gain, lanes, ...figures })
  }
  return lanes
}

/** Everybody in the cohort trains, one after the other: the runtime's session is one for all. */
async function playRound(
  options: SimulationOptions,
  place: { round: number; cohort: number[]; lanes: Int32Array; steps: Float64Array; residualStore: ResidualStore },
) {
  const { terms, manifest, trainer, members, base, seed, isSilent = () => false, how, signal } = options
  const { round, cohort, lanes, steps, residualStore } = place
  const before = toWeights(manifest, lanes, base)
  const sent: SentUpdate[] = []
  let [saturatedLanes, quantisedLanes, loss, trained] = [0, 0, 0, 0]
  for (const [position, member] of cohort.entries()) {
    signal?.throwIfAborted()
    if (isSilent(round, member)) continue
    options.onMember?.({ round, position, cohort: cohort.length })
    const fitted = await fit(trainer, before, members[member]!, {
      ...how,
      seed: memberSeed(seed, round, member),
      round,
      ...(signal === undefined ? {} : { signal }),
    }).catch((error: Error) => {
      throw signal?.aborted ? error : new SimulatedTrainingError(member, round, error)
    })
    trained++
    loss += fitted.loss
    const feedback = residualStore.load(member, terms.bits)
    const weight = exampleWeight(manifest.training.weighting, members[member]!.count)
    const update = prepareUpdate(
      { before, after: fitted.weights, steps, weight, ...(feedback === undefined ? {} : { feedback }) },
      { terms, round, cohort: cohort.length, position },
      roundingOf(roundingSeed(seed, member), round, position),
    )
    // The contract takes no update of which all shards are blank.
    if (update.values.every((values) => isBlankUpdate(values, terms.bits))) continue
    if (update.feedback !== undefined) residualStore.save(member, update.feedback)
    saturatedLanes += update.saturatedLanes
    quantisedLanes += update.quantisedLanes
    sent.push({ member, shards: update.shards, values: update.values })
  }
  return { sent, saturatedLanes, quantisedLanes, loss: loss / trained }
}

/** A microtask between members lets signals through. */
async function fit(trainer: Trainer, weights: Float32Array, dataset: Dataset, how: FitOptions) {
  await new Promise((resolve) => setImmediate(resolve))
  return trainer.fit(weights, dataset, how)
}

function foldRound(terms: SimulatedTerms, lanes: Int32Array, sent: readonly SentUpdate[], gain: number): void {
  for (let shard = 0; shard < shardCount(terms); shard++) {
    const { start, length } = shardRange(terms, shard)
    const updates = sent.flatMap(({ shards, values }) => values[shards.indexOf(shard)] ?? [])
    aggregateShard(lanes.subarray(start, start + length), updates, gain)
  }
}

/** Seed of a member's own part of the rounding: that of the demo's members. */
export function roundingSeed(seed: number, member: number): number {
  return seed * 512 + member
}

/** A member's training failed in a simulation. */
export class SimulatedTrainingError extends Error {
  override readonly name = 'SimulatedTrainingError'
  readonly member: number
  readonly round: number
  constructor(member: number, round: number, cause: Error) {
    super(`Member ${member + 1} cannot train in round ${round + 1}: ${cause.message}`, { cause })
    this.member = member
    this.round = round
  }
}
