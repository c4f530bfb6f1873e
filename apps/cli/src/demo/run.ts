/**
 * The demo: a federation from its creation to its last payment, on a local chain, and what it is compared with.
 */
import { join } from 'node:path'
import {
  ask,
  type ChainClient,
  claim,
  createFederation,
  type GasReport,
  gasReport,
  initialiseDirectModel,
  readDirectModel,
  readStatus,
  replayDirect,
  sealModel,
} from '@tutti/chain'
import { classify as classifyByTwin, type DirectSetup, type Hex, type Terms } from '@tutti/core'
import { type Dataset, evaluateIntegers, exampleInput, type Manifest, toInitialLanes, toWeights } from '@tutti/learn'
import { loadTask, proposeFederation, type Task, type TaskName } from '@tutti/learn/node'
import { type Baselines, toAccuracy, trainBaselines } from './baselines.ts'
import { sumSaturated } from './members.ts'
import {
  type DemoRewards,
  demoStake,
  joinMembers,
  type PreparationOptions,
  type PreparedDemo,
  prepareDemo,
  readRewards,
} from './preparation.ts'
import { playRounds } from './rounds.ts'

/** What a demo can be asked for. */
export interface DemoOptions extends PreparationOptions {
  task: TaskName
  /** Folder or file of the data; digits and breast-cancer are shipped. */
  dataPath?: string
  bits: number
  signal: AbortSignal
}

/** What the contract answered to one held-out example. */
export interface Answer {
  index: number
  label: number
  answer: number
}

/** What a demo ends with. */
export interface DemoResult {
  federation: Hex
  task: string
  terms: Terms
  manifest: Manifest
  heldOut: Dataset
  accuracy: { onChain: number } & Baselines
  answers: Answer[]
  saturatedLanes: { count: number; of: number }
  gas: GasReport
  rewards: DemoRewards
  roundsSettled: number
  verified: boolean
  finding: string
  /** Seconds: the whole demo, its rounds, and the time in them that was training. */
  seconds: number
  roundSeconds: number
  trainingSeconds: number
}

/** Runs the demo. Ends early, with the chain stopped, when the signal aborts. */
export async function runDemo(options: DemoOptions): Promise<DemoResult> {
  const started = performance.now()
  const { onProgress, seed } = options
  onProgress('reading the data…')
  const task = loadTask(options.task, options.dataPath === undefined ? { seed } : { path: options.dataPath, seed })
  const prepared = await prepareDemo(task, options)
  try {
    const federation = await createDemoFederation(prepared, task, options)
    const report = await trainMembers(prepared, federation, task, options)
    await claim(prepared.creator, { id: federation.id })
    onProgress('sealing the finished model in code…')
    await sealModel(prepared.creator, federation)
    const judged = await judgeContract(prepared.creator, federation, { heldOut: task.heldOut, onProgress })
    const gas = await gasReport(prepared.creator, { id: federation.id })
    const { id, terms, manifest } = federation
    const rewards = await readRewards(prepared.creator, id, terms, report.members)
    const { roundsSettled } = await readStatus(prepared.creator, { id })
    const baselines = await trainBaselines({
      manifest,
      members: prepared.datasets,
      pooled: task.train,
      heldOut: task.heldOut,
      weights: toWeights(manifest, toInitialLanes(manifest, terms.laneBits)),
      rounds: options.rounds,
      ...{ seed, signal: options.signal, onProgress },
    })
    const { accuracy: onChain, ...answered } = judged
    return {
      ...{ federation: id, task: task.name, terms, manifest, heldOut: task.heldOut },
      accuracy: { onChain, ...baselines },
      saturatedLanes: sumSaturated(report.summaries),
      ...answered,
      ...{ gas, rewards, roundsSettled },
      seconds: (performance.now() - started) / 1000,
      roundSeconds: report.seconds,
      trainingSeconds: report.trainingSeconds,
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
  setup: DirectSetup
}

/** Creates the federation, its steps calibrated on the creator's part of the data, and writes its initial model. */
async function createDemoFederation(
  { creator, addresses, datasets, bounty }: PreparedDemo,
  task: Task,
  { members, rounds, bits, seed, onProgress }: DemoOptions,
): Promise<DemoFederation> {
  onProgress('the creator rehearses on its own data, to calibrate steps…')
  const proposal = await proposeFederation({ ...task, contact: 'none: a demonstration' }, datasets[0]!, {
    aggregator: addresses.directAggregator,
    token: addresses.demoToken,
    isPrivateNetwork: true,
    laneBits: task.terms.laneBits,
    stake: demoStake,
    ...{ members, rounds, bits, bounty, seed },
  })
  const { terms, manifest, manifestBytes, setupBytes, setup } = proposal
  onProgress('creating the federation…')
  const { id } = await createFederation(creator, { terms, manifest: manifestBytes, setup: setupBytes })
  await initialiseDirectModel(creator, {
    id,
    onShard: (done, total) => onProgress(`initial model, shard ${done} of ${total}…`),
  })
  return { id, terms, manifest, setup: setup! }
}

/** Has the members join and train to the end; what they did. */
async function trainMembers(
  prepared: PreparedDemo,
  { id, terms, manifest }: DemoFederation,
  { heldOut }: Task,
  { directory, seed, signal, onProgress }: DemoOptions,
) {
  const { chain, creator } = prepared
  const members = await joinMembers(prepared, id, onProgress)
  const report = await playRounds({
    ...{ rpcUrl: chain.rpcUrl, chainId: creator.chainId, core: creator.core, id, terms, members },
    storeDirectory: join(directory, 'nodes'),
    ...{ seed, signal, onProgress },
    judge: async () => {
      const { lanes } = await readDirectModel(creator, { id, terms })
      return toAccuracy(evaluateIntegers(manifest, lanes, heldOut))
    },
  })
  return { ...report, members }
}

/** Asks the contract about every held-out example, and replays its history. */
async function judgeContract(
  creator: ChainClient,
  { id, terms, setup }: DemoFederation,
  { heldOut, onProgress }: { heldOut: Dataset; onProgress: (text: string) => void },
): Promise<Pick<DemoResult, 'answers' | 'verified' | 'finding'> & { accuracy: number }> {
  onProgress(`asking the contract about ${heldOut.count} held-out examples…`)
  const answers = await askContract(creator, id, heldOut)
  const { lanes } = await readDirectModel(creator, { id, terms })
  const differing = countDiffering(answers, lanes, setup, heldOut)
  onProgress('replaying the chain’s history…')
  const replay = await replayDirect(creator, { id })
  const correct = answers.filter(({ label, answer }) => label === answer).length
  return {
    answers,
    accuracy: correct / answers.length,
    verified: replay.isConsistent && differing === 0,
    finding:
      differing === 0
        ? replay.finding
        : `${differing} of the contract's answers differ from those of its TypeScript twin. ${replay.finding}`,
  }
}

/** Examples asked for in one batch of calls. */
const batch = 60

async function askContract(client: ChainClient, id: Hex, heldOut: Dataset): Promise<Answer[]> {
  const answers: Answer[] = []
  for (let start = 0; start < heldOut.count; start += batch) {
    const indices = Array.from({ length: Math.min(batch, heldOut.count - start) }, (_, i) => start + i)
    answers.push(
      ...(await Promise.all(
        indices.map(async (index) => {
          const { class: answer } = await ask(client, { id, input: exampleInput(heldOut, index) })
          return { index, label: heldOut.labels[index]!, answer: Number(answer) }
        }),
      )),
    )
  }
  return answers
}

/** Answers of the contract that its TypeScript twin does not give on the same integers. There should be none. */
function countDiffering(answers: readonly Answer[], lanes: Int32Array, setup: DirectSetup, heldOut: Dataset): number {
  return answers.filter(({ index, answer }) => {
    const twin = classifyByTwin(lanes, setup, exampleInput(heldOut, index))
    return Number(twin.class) !== answer
  }).length
}
