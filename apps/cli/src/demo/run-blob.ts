/**
 * The demo of the blob path: the same life of a federation, its model in blobs and its commitment in the contract.
 *
 * A challenge window lasts hours where it matters. Here the clock of the local chain is moved past it as soon as every
 * member has looked through the round's blobs, and the result says so.
 */
import { join } from 'node:path'
import {
  type ChainClient,
  claim,
  createFederation,
  deployBlobAggregator,
  type GasReport,
  gasReport,
  initialiseBlobModel,
  readRound,
  readStatus,
  replayBlobs,
} from '@tutti/chain'
import { advanceTime } from '@tutti/chain/local'
import { type Hex, phaseEnds, type Terms } from '@tutti/core'
import { type Dataset, type Manifest, toBaseWeights, toWeights } from '@tutti/learn'
import { createTrainer, loadTask, proposeFederation, type Task } from '@tutti/learn/node'
import { type NodeEvent, type NodeSummary, openBlobAccess } from '@tutti/node'
import { type Baselines, toAccuracy, trainBaselines, trainFedAvg } from './baselines.ts'
import { type StartMember, sumSaturated } from './members.ts'
import { type DemoRewards, demoStake, joinMembers, type PreparedDemo, prepareDemo, readRewards } from './preparation.ts'
import { playRounds } from './rounds.ts'
import type { DemoOptions } from './run.ts'

/** Mean seconds that one member spent in one round, by what it did. */
export interface RoundSplit {
  training: number
  packing: number
  committing: number
  proving: number
  /** Fetching, verifying and decoding the blobs of the others. */
  checking: number
  /** Signing, sending, waiting for inclusion, reading. */
  chain: number
}

/** What a demo of the blob path ends with. */
export interface BlobDemoResult {
  path: 'blob'
  federation: Hex
  task: string
  terms: Terms
  manifest: Manifest
  heldOut: Dataset
  /** `pulled`: of the integers whose commitment the contract holds, evaluated on this machine. */
  accuracy: { pulled: number; fedAvg: number } & Partial<Baselines>
  saturatedLanes: { count: number; of: number }
  gas: GasReport
  /** Blobs of one member's update. */
  blobsAnUpdate: number
  rewards: DemoRewards
  roundsSettled: number
  verified: boolean
  finding: string
  seconds: number
  roundSeconds: number
  trainingSeconds: number
  split: RoundSplit
}

/** From this size on, only FedAvg is trained for comparison: pooled and alone would take as long again each. */
const LARGE_MODEL = 500_000
const SUBMIT_SECONDS = 3_600
const CHALLENGE_SECONDS = 600

type BlobDemoOptions = DemoOptions & { startMember?: StartMember }

/** Runs the demo. Ends early, with the chain stopped, when the signal aborts. */
export async function runBlobDemo(options: BlobDemoOptions): Promise<BlobDemoResult> {
  const started = performance.now()
  const { onProgress, seed } = options
  onProgress('reading the data…')
  const path = options.dataPath === undefined ? {} : { path: options.dataPath }
  const task = loadTask(options.task, { ...path, seed, size: 'blob' })
  const prepared = await prepareDemo(task, options)
  try {
    const federation = await createDemoFederation(prepared, task, options)
    const { id, terms, manifest } = federation
    const report = await trainMembers(prepared, federation, options)
    await claim(prepared.creator, { id })
    const compared = await compareModels(prepared, federation, task, options)
    const gas = await gasReport(prepared.creator, { id })
    const { roundsSettled } = await readStatus(prepared.creator, { id })
    return {
      path: 'blob',
      ...{ federation: id, task: task.name, terms, manifest, heldOut: task.heldOut },
      ...compared,
      saturatedLanes: sumSaturated(report.summaries),
      gas,
      blobsAnUpdate: Number(gas.blobGas / 131_072n) / Math.max(1, report.members.length * roundsSettled),
      rewards: await readRewards(prepared.creator, id, terms, report.members),
      roundsSettled,
      seconds: (performance.now() - started) / 1000,
      roundSeconds: report.seconds,
      trainingSeconds: report.trainingSeconds,
      split: splitRound(report.summaries, roundsSettled),
    }
  } finally {
    await prepared.chain.stop()
  }
}

/** A federation of the demo that is on the chain. */
interface DemoFederation {
  id: Hex
  terms: Terms
  manifest: Manifest
}

/** Creates the federation, its steps calibrated on the creator's part of the data. */
async function createDemoFederation(
  { creator, addresses, datasets, bounty }: PreparedDemo,
  task: Task,
  { members, rounds, bits, seed, onProgress }: DemoOptions,
): Promise<DemoFederation> {
  const { address: aggregator } = await deployBlobAggregator(creator)
  onProgress('the creator rehearses on its own data, to calibrate steps…')
  const proposal = await proposeFederation({ ...task, contact: 'none: a demonstration' }, datasets[0]!, {
    path: 'blob',
    ...{ aggregator, token: addresses.demoToken, members, isPrivateNetwork: true, rounds, bits },
    ...{ stake: demoStake, bounty, seed },
    submitSeconds: SUBMIT_SECONDS,
    challengeSeconds: CHALLENGE_SECONDS,
  })
  const { terms, manifest, manifestBytes, setupBytes: setup } = proposal
  onProgress('creating the federation…')
  const { id } = await createFederation(creator, { terms, manifest: manifestBytes, setup })
  await initialiseBlobModel(creator, { id })
  return { id, terms, manifest }
}

/** Has the members join and train to the end; what they did. */
async function trainMembers(prepared: PreparedDemo, { id, terms }: DemoFederation, options: BlobDemoOptions) {
  const { chain, creator } = prepared
  const { seed, signal, onProgress, startMember } = options
  const members = await joinMembers(prepared, id, onProgress)
  const nodes = join(options.directory, 'nodes')
  const skipWindow = createWindowSkipper(creator, id, terms, members.length)
  const report = await playRounds({
    ...{ rpcUrl: chain.rpcUrl, chainId: creator.chainId, core: creator.core, id, terms, members },
    storeDirectory: nodes,
    ...{ seed, signal, onProgress },
    // Each member keeps the blobs of all, as it would on a machine of its own.
    behaviour: (member) => ({ archive: join(nodes, `blobs-${member}`) }),
    onEvent: skipWindow.note,
    ...(startMember === undefined ? {} : { startMember }),
  })
  await skipWindow.end()
  return { ...report, members }
}

/** Puts the model together from the first member's blobs, judges it, and trains on the same data for comparison. */
async function compareModels(
  { creator, datasets }: PreparedDemo,
  { id, terms, manifest }: DemoFederation,
  { heldOut, train }: Task,
  { directory, rounds, seed, signal, onProgress }: DemoOptions,
): Promise<Pick<BlobDemoResult, 'accuracy' | 'verified' | 'finding'>> {
  onProgress('replaying the history from the blobs of member 1…')
  const { access } = await openBlobAccess({ client: creator, directory: join(directory, 'nodes', 'blobs-0') })
  const replay = await replayBlobs(creator, { id, access })
  const weights = toBaseWeights(manifest)
  let pulled = Number.NaN
  if (replay.model !== undefined) {
    onProgress(`evaluating the model on ${heldOut.count} held-out examples…`)
    pulled = await evaluate(manifest, toWeights(manifest, replay.model, weights), heldOut)
  }
  const baselines = { manifest, members: datasets, heldOut, weights, rounds, seed, signal, onProgress }
  const compared =
    terms.dimension >= LARGE_MODEL
      ? { fedAvg: await trainFedAvg(baselines) }
      : await trainBaselines({ ...baselines, pooled: train })
  return {
    accuracy: { pulled, ...compared },
    verified: replay.isConsistent && replay.model !== undefined && replay.missing.length === 0,
    finding: replay.finding,
  }
}

/** Mean over members and rounds of what their nodes' time went into. */
export function splitRound(summaries: readonly NodeSummary[], rounds: number): RoundSplit {
  const divisor = Math.max(1, summaries.length * rounds)
  const mean = (pick: (seconds: NodeSummary['seconds']) => number) =>
    summaries.reduce((sum, { seconds }) => sum + pick(seconds), 0) / divisor
  return {
    training: mean(({ training }) => training),
    packing: mean(({ packing }) => packing),
    committing: mean(({ committing }) => committing),
    proving: mean(({ proving }) => proving),
    checking: mean(({ checking }) => checking),
    chain: mean(({ sending, observing, preparing }) => sending + observing + preparing),
  }
}

/** Moves the chain's clock past a challenge window when every member has looked through the round. */
export function createWindowSkipper(client: ChainClient, id: Hex, terms: Terms, members: number) {
  const checked = new Map<number, Set<string>>()
  let moving: Promise<void> = Promise.resolve()
  const skip = async (number: number): Promise<void> => {
    const [round, block] = await Promise.all([readRound(client, { id }), client.public.getBlock()])
    if (round.number !== number) return
    const { challengeEnd } = phaseEnds(round, terms)
    const left = challengeEnd - Number(block.timestamp)
    if (left > 0) await advanceTime(client, left)
  }
  return {
    note: (event: NodeEvent): void => {
      if (event.kind !== 'checked' || event.faults > 0) return
      const seen = checked.get(event.round) ?? new Set()
      checked.set(event.round, seen)
      if (seen.has(event.account)) return
      seen.add(event.account)
      if (seen.size === members) moving = moving.then(() => skip(event.round))
    },
    end: () => moving,
  }
}

async function evaluate(manifest: Manifest, weights: Float32Array, heldOut: Dataset): Promise<number> {
  const trainer = await createTrainer(manifest.model, manifest.training, {})
  try {
    return toAccuracy(await trainer.evaluate(weights, heldOut))
  } finally {
    await trainer.release()
  }
}
