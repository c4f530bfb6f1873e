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
  initialiseModel,
  readModel,
  readStatus,
  replayFederation,
} from '@tutti/chain'
import { classify as classifyByTwin, type Hex, type Setup, type Terms } from '@tutti/core'
import { type Dataset, evaluateIntegers, exampleInput, type Manifest, toInitialLanes, toWeights } from '@tutti/learn'
import { loadTask, type TaskName } from '@tutti/learn/node'
import { foundFederation } from '../create/founding.ts'
import { type Baselines, toAccuracy, trainBaselines } from './baselines.ts'
import { type DemoRewards, demoStake, enrol, openStage, readRewards, type StageOptions } from './preparation.ts'
import { playRounds } from './rounds.ts'

/** What a demo can be asked for. */
export interface DemoOptions extends StageOptions {
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
  const { onProgress, signal, seed } = options
  onProgress('reading the data…')
  const task = loadTask(options.task, options.dataPath === undefined ? { seed } : { path: options.dataPath, seed })
  const stage = await openStage(task, options)
  const { chain, creator, addresses, datasets, bounty } = stage
  try {
    onProgress('the creator rehearses on its own data, to calibrate steps…')
    const founding = await foundFederation({ ...task, contact: 'none: a demonstration' }, datasets[0]!, {
      aggregator: addresses.directAggregator,
      token: addresses.demoToken,
      members: options.members,
      isPrivateNetwork: true,
      rounds: options.rounds,
      bits: options.bits,
      laneBits: task.terms.laneBits,
      stake: demoStake,
      bounty,
      seed,
    })
    const { terms, manifest } = founding
    onProgress('creating the federation…')
    const { id } = await createFederation(creator, {
      terms,
      manifest: founding.manifestBytes,
      setup: founding.setupBytes,
    })
    await initialiseModel(creator, {
      id,
      onChunk: (done, total) => onProgress(`initial model, part ${done} of ${total}…`),
    })
    const members = await enrol(stage, id, onProgress)
    const { chainId, core } = creator
    const report = await playRounds({
      rpcUrl: chain.rpcUrl,
      chainId,
      core,
      id,
      terms,
      members,
      storeDirectory: join(options.directory, 'nodes'),
      seed,
      signal,
      onProgress,
      judge: async () => {
        const { lanes } = await readModel(creator, { id, terms })
        return toAccuracy(evaluateIntegers(manifest, lanes, task.heldOut))
      },
    })
    await claim(creator, { id })
    onProgress(`asking the contract about ${task.heldOut.count} held-out examples…`)
    const answers = await askContract(creator, id, task.heldOut)
    const { lanes } = await readModel(creator, { id, terms })
    const differing = countDiffering(answers, lanes, founding.setup!, task.heldOut)
    onProgress('replaying the chain’s history…')
    const replay = await replayFederation(creator, { id })
    const gas = await gasReport(creator, { id })
    const rewards = await readRewards(creator, id, founding.terms, members)
    const { roundsSettled } = await readStatus(creator, { id })

    const baselines = await trainBaselines({
      manifest,
      members: datasets,
      pooled: task.train,
      heldOut: task.heldOut,
      weights: toWeights(manifest, toInitialLanes(manifest, terms.laneBits)),
      rounds: options.rounds,
      seed,
      signal,
      onProgress,
    })
    const correct = answers.filter(({ label, answer }) => label === answer).length
    return {
      federation: id,
      task: task.name,
      terms,
      manifest,
      heldOut: task.heldOut,
      accuracy: { onChain: correct / answers.length, ...baselines },
      answers,
      saturatedLanes: {
        count: report.summaries.reduce((sum, { saturatedLanes }) => sum + saturatedLanes, 0),
        of: report.summaries.reduce((sum, { quantisedLanes }) => sum + quantisedLanes, 0),
      },
      gas,
      rewards,
      roundsSettled,
      verified: replay.isConsistent && differing === 0,
      finding:
        differing === 0
          ? replay.finding
          : `${differing} of the contract's answers differ from those of its TypeScript twin. ${replay.finding}`,
      seconds: (performance.now() - started) / 1000,
      roundSeconds: report.seconds,
      trainingSeconds: report.trainingSeconds,
    }
  } finally {
    await chain.stop()
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
function countDiffering(answers: readonly Answer[], lanes: Int32Array, setup: Setup, heldOut: Dataset): number {
  return answers.filter(({ index, answer }) => {
    const twin = classifyByTwin(lanes, setup, exampleInput(heldOut, index))
    return Number(twin.class) !== answer
  }).length
}
