/** One simulation: founds as `create` does, plays the rounds, judges each model on rows that nobody trained on. */
import { tmpdir } from 'node:os'
import { blobAggregatorAddress, deployment } from '@tutti/chain'
import { encodeStatic, formatCount, type Hex, keccak256, packModel, type Terms } from '@tutti/core'
import {
  type ConstantFigures,
  type Dataset,
  evaluateIntegers,
  type FederationProposal,
  fitToPrices,
  joinDatasets,
  judgeConstant,
  type Manifest,
  type Metrics,
  openModel,
  proposeMinimum,
  type TermChoices,
  toBaseWeights,
  toInitialLanes,
  toWeights,
  trainAlone,
} from '@tutti/learn'
import { createTrainer, type LearningTask, proposeFederation, type Trainer } from '@tutti/learn/node'
import { createResidualStore, type SimulatedRound, SimulatedTrainingError, simulateFederation } from '@tutti/node'
import { checkProposal, checkShards } from '../create/term-checks.ts'
import { CommandError, exitCodes } from '../terminal/exit-codes.ts'
import { type CostEstimate, estimateCost, estimateRoundCost, type Pricing } from './costs.ts'
import { describeMain } from './figures.ts'
import { type DivisionOptions, divideRows, type SimulationRows } from './rows.ts'

/** What one simulation depends on. */
export interface PlayOptions {
  /** What is learnt. */
  task: LearningTask
  rows: SimulationRows
  division: DivisionOptions
  /** Terms as `create` would be asked for them; `members` is the largest cohort. */
  terms: Pick<TermChoices, 'members' | 'rounds' | 'bits' | 'shards' | 'shardsPerMember'> & {
    minimumUpdates: number
    laneBits?: number
    gain?: number
  }
  path: 'direct' | 'blob'
  /** Share of the cohort that sends nothing in a round. */
  dropout: number
  pricing: Pricing
  /** Whether all rows are trained in one place too, for as many passes. */
  hasBaseline: boolean
  /** Seeds everything. */
  seed: number
  signal: AbortSignal
  onProgress: (text: string) => void
  /** Called before the first round. */
  onStart?: (facts: SimulatedFacts) => void
  onRound?: (round: PlayedFigures) => void
}

/** A round as it is shown. Rounds count from 0. */
export interface PlayedFigures {
  round: number
  cohort: number
  updates: number
  isSettled: boolean
  /** Of the model after the round, on the rows held out. */
  metrics: Metrics
  /** Share of the values sent that their bits could not hold. */
  clampedShare: number
  /** Bound on the round's gas. */
  gas: number
  blobGas: number
}

/** What is played. */
export interface SimulatedFacts {
  proposal: FederationProposal
  members: number
  /** Rows of the member with fewest, in the middle, and with most. */
  examples: { least: number; median: number; most: number }
  heldOut: number
  /** Of the one answer for all rows held out that is best. */
  constant: ConstantFigures
}

/** What a simulation came to. */
export interface Simulated extends SimulatedFacts {
  rounds: PlayedFigures[]
  /** keccak256 of the model's words; of its integers on the blob path. */
  modelHash: Hex
  /** Direct path: figures of the answers that the contract would give. */
  onChain?: Metrics
  /** All rows in one place. */
  pooled?: Metrics
  cost: CostEstimate
  clampedShare: number
  /** Why it ended before its last round; undefined if it did not. */
  ended?: 'interrupted' | 'diverged'
  /** What a member's training failed of. */
  failure?: string
}

/** Fewer rows measure no steps: the creator is the member with most then. */
const LEAST_REHEARSED = 50
/** Residuals above this go to files. */
const MOST_RESIDUAL_BYTES = 2 ** 29

/** Plays it. What was reached by an interruption, or until training diverged, is the result. */
export async function playSimulation(options: PlayOptions): Promise<Simulated> {
  const { task, rows, division, path, pricing, onProgress } = options
  const members = divideRows(rows, division)
  checkMinimum(options.terms, members.length)
  onProgress('rehearsing, to calibrate steps…')
  const proposal = await found(options, members)
  const { terms, manifest } = proposal
  const facts: SimulatedFacts = {
    proposal,
    members: members.length,
    examples: describeSizes(members),
    heldOut: rows.heldOut.count,
    constant: judgeConstant(manifest.model, rows.heldOut),
  }
  options.onStart?.(facts)
  const trainer = await createTrainer(openModel(manifest, task.baseFile), manifest.training, weightsOf(manifest))
  const base = path === 'blob' ? toBaseWeights(manifest, task.baseFile) : undefined
  const start = path === 'blob' ? new Int32Array(terms.dimension) : toInitialLanes(manifest, terms.laneBits)
  const federation: SimulatedFederation = { terms, manifest, trainer, members, base, start }
  try {
    const played = await playRounds(federation, options)
    const { lanes, rounds } = played
    const pooled =
      options.hasBaseline && played.ended === undefined ? await trainPooled(federation, rounds.length, options) : {}
    const publishedBytes = proposal.manifestBytes.length + proposal.setupBytes.length
    return {
      ...facts,
      rounds,
      modelHash: hashModel(lanes, terms.laneBits),
      ...(path === 'direct' ? { onChain: evaluateIntegers(manifest, lanes, rows.heldOut) } : {}),
      cost: estimateCost(terms, path, { rounds, publishedBytes, members: members.length }, pricing),
      clampedShare: rounds.reduce((sum, { clampedShare }) => sum + clampedShare, 0) / Math.max(1, rounds.length),
      ...(played.ended === undefined ? {} : { ended: played.ended }),
      ...(played.failure === undefined ? {} : { failure: played.failure }),
      ...pooled,
    }
  } finally {
    await trainer.release()
  }
}

/** What rounds are played with. */
interface SimulatedFederation {
  terms: Terms
  manifest: Manifest
  trainer: Trainer
  /** Rows by member. */
  members: readonly Dataset[]
  /** Blob path: what lanes are added to. */
  base: Float32Array | undefined
  /** Lanes before the first round, shape [dimension]. */
  start: Int32Array
}

/** What was played, to the last round or until it ended early. */
interface Played extends Pick<Simulated, 'rounds' | 'ended' | 'failure'> {
  lanes: Int32Array
}

async function playRounds(federation: SimulatedFederation, options: PlayOptions): Promise<Played> {
  const { terms, manifest, trainer, members, base, start } = federation
  const { seed, signal, onProgress } = options
  const isLarge = members.length * terms.dimension * 4 > MOST_RESIDUAL_BYTES
  const residualStore = createResidualStore(isLarge ? tmpdir() : undefined)
  const played: Played = { rounds: [], lanes: start }
  let standing = ''
  try {
    await simulateFederation({
      ...{ terms, manifest, trainer, members, lanes: start, seed, residualStore, signal },
      ...(base === undefined ? {} : { base }),
      seedOf: (round) => keccak256(encodeStatic([seed, round])),
      isSilent: (round, member) => chanceOf(seed, round, member) < options.dropout,
      onMember: ({ round, position, cohort }) =>
        onProgress(`round ${round + 1}/${terms.rounds} · member ${position + 1} of ${cohort}${standing}`),
      onRound: async (round) => {
        played.lanes = round.lanes.slice()
        const figures = await describeRound(round, federation, options)
        standing = ` · ${describeMain(figures.metrics)}`
        played.rounds.push(figures)
        options.onRound?.(figures)
      },
    })
    return played
  } catch (error) {
    if (signal.aborted) return { ...played, ended: 'interrupted' }
    if (!(error instanceof SimulatedTrainingError)) throw error
    return { ...played, ended: 'diverged', failure: error.message }
  } finally {
    residualStore.close()
  }
}

/** A round's figures: of the model after it, on the rows held out. */
async function describeRound(
  played: SimulatedRound,
  { terms, manifest, trainer, members, base }: SimulatedFederation,
  { rows, path, pricing }: PlayOptions,
): Promise<PlayedFigures> {
  const { round, updates, isSettled, saturatedLanes, quantisedLanes } = played
  const cohort = played.cohort.length
  const metrics = await trainer.evaluate(toWeights(manifest, played.lanes, base), rows.heldOut)
  const clampedShare = quantisedLanes === 0 ? 0 : saturatedLanes / quantisedLanes
  const cost = estimateRoundCost(terms, path, { members: members.length, cohort, updates, isSettled }, pricing)
  return { round, cohort, updates, isSettled, metrics, clampedShare, ...cost }
}

/** Trains all rows in one place, for as many passes; says that it was interrupted if it was. */
async function trainPooled(
  { manifest, trainer, base, start }: SimulatedFederation,
  rounds: number,
  { rows, seed, signal, onProgress }: PlayOptions,
): Promise<Pick<Simulated, 'pooled' | 'ended'>> {
  const onRound = ({ round }: { round: number }) =>
    onProgress(`for comparison: all rows in one place, ${round + 1} of ${rounds}…`)
  const weights = toWeights(manifest, start, base)
  const dataset = joinDatasets(rows.train)
  try {
    const trained = await trainAlone({ trainer, weights, rounds, seed, signal, dataset, onRound })
    return { pooled: await trainer.evaluate(trained, rows.heldOut) }
  } catch (error) {
    if (!signal.aborted) throw error
    return { ended: 'interrupted' }
  }
}

/** @throws `CommandError` where no round could have as many updates as are needed, so that the model would never change. */
function checkMinimum({ members: cohort, minimumUpdates }: PlayOptions['terms'], members: number): void {
  const most = Math.min(members, cohort)
  if (minimumUpdates <= most) return
  throw new CommandError(
    `A round here has at most ${formatCount(most, 'update')}, and ${minimumUpdates} are needed: no round would change the model. ` +
      `Pass --minimum-updates ${proposeMinimum(most)}, or play more members.`,
    exitCodes.usage,
  )
}

/** Founds as `create` would on the rows of the first member, who is the creator. */
async function found(options: PlayOptions, members: readonly Dataset[]): Promise<FederationProposal> {
  const { task, terms, path, pricing, seed } = options
  const most = members.reduce((best, member) => (member.count > best.count ? member : best))
  const creator = members[0]!.count >= LEAST_REHEARSED ? members[0]! : most
  const { directAggregator, demoToken } = deployment()
  const aggregator = path === 'blob' ? blobAggregatorAddress() : directAggregator
  const choices = { ...terms, path, aggregator, token: demoToken, seed }
  const proposed = await proposeFederation(task, creator, choices)
  const { prices, executionGas } = pricing
  const proposal = executionGas === undefined ? proposed : fitToPrices(proposed, choices, { prices, executionGas })
  checkShards(proposal.terms, terms)
  checkProposal(proposal)
  return proposal
}

function weightsOf({ loss: { classWeights } }: Manifest) {
  return classWeights === undefined ? {} : { classWeights }
}

/** Uniform in [0, 1): of a member in a round, the same for the same seed, with any other members. */
function chanceOf(seed: number, round: number, member: number): number {
  return Number.parseInt(keccak256(encodeStatic([seed, round, member])).slice(2, 10), 16) / 2 ** 32
}

function hashModel(lanes: Int32Array, laneBits: number): Hex {
  if (laneBits === 16 || laneBits === 32) return keccak256(packModel(lanes, laneBits))
  return keccak256(new Uint8Array(lanes.buffer, lanes.byteOffset, lanes.byteLength))
}

function describeSizes(members: readonly Dataset[]): SimulatedFacts['examples'] {
  const sizes = members.map(({ count }) => count).sort((a, b) => a - b)
  return { least: sizes[0]!, median: sizes[sizes.length >> 1]!, most: sizes.at(-1)! }
}
