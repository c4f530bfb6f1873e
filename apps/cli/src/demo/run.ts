/**
 * The demo: a federation from its creation to its last payment, on a local chain, and what it is compared with.
 */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import {
  type ChainClient,
  claim,
  classify,
  connect,
  createFederation,
  deployContracts,
  type GasReport,
  gasReport,
  initialiseModel,
  join as joinFederation,
  mintDemoTokens,
  readBalance,
  readHistory,
  readModel,
  readStatus,
  replayFederation,
  testAccounts,
  withAccount,
} from '@tutti/chain'
import { type LocalChain, startLocalChain } from '@tutti/chain/local'
import { classify as classifyByTwin, type Hex, type Setup, type Terms } from '@tutti/core'
import {
  type Dataset,
  evaluateIntegers,
  exampleInput,
  loadTask,
  type Manifest,
  partitionDirichlet,
  selectExamples,
  type TaskName,
  toInitialLanes,
  toWeights,
} from '@tutti/learn'
import type { NodeEvent, NodeSummary } from '@tutti/node'
import { bytesToHex, type HDAccount } from 'viem'
import { CommandError, exitCodes } from '../exit-codes.ts'
import { foundFederation } from '../founding.ts'
import { type Baselines, toAccuracy, trainBaselines } from './baselines.ts'
import { type DemoMember, type MembersReport, runMembers } from './members.ts'

/** What a demo can be asked for. */
export interface DemoOptions {
  task: TaskName
  /** Folder or file of the data; digits and breast-cancer are shipped. */
  dataPath?: string
  members: number
  rounds: number
  /** Label skew: smaller is more unequal. */
  alpha: number
  bits: number
  seed: number
  /** Where the chain's state and the members' stores are kept. */
  directory: string
  signal: AbortSignal
  onProgress: (text: string) => void
}

/** What the contract answered to one held-out example. */
export interface Answer {
  index: number
  label: number
  answer: number
}

/** Rewards of one member, to the last unit. */
export interface MemberReward {
  account: Hex
  examples: number
  rounds: number
  rewards: bigint
  keeperPay: bigint
  stakeReturned: bigint
  claimed: bigint
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
  rewards: {
    bounty: bigint
    stakes: bigint
    members: MemberReward[]
    refund: bigint
    heldByContract: bigint
  }
  roundsSettled: number
  verified: boolean
  finding: string
  /** Seconds: the whole demo, its rounds, and the time in them that was training. */
  seconds: number
  roundSeconds: number
  trainingSeconds: number
}

const unit = 10n ** 18n
const stake = 10n * unit
const bountyPerRound = 100n * unit

/** Runs the demo. Ends early, with the chain stopped, when the signal aborts. */
export async function runDemo(options: DemoOptions): Promise<DemoResult> {
  const started = performance.now()
  const { onProgress, signal, seed, directory } = options
  onProgress('reading the data…')
  const task = loadTask(options.task, options.dataPath === undefined ? { seed } : { path: options.dataPath, seed })
  if (task.kind === 'regression') throw new CommandError('The demo compares classifiers.', exitCodes.usage)
  const parts = partitionDirichlet(task.train.labels, { members: options.members, seed, alpha: options.alpha })
  const datasets = parts.map((indices) => selectExamples(task.train, indices))

  rmSync(directory, { recursive: true, force: true })
  onProgress('starting a local chain…')
  const chain = await startLocalChain({ directory: join(directory, 'chain'), port: 0, accounts: options.members + 1 })
  try {
    const accounts = testAccounts(options.members + 1) as HDAccount[]
    const creator = await connect({ rpcUrl: chain.rpcUrl, account: accounts[0]! })
    onProgress('deploying the contracts…')
    const addresses = await deployContracts(creator)
    const bounty = bountyPerRound * BigInt(options.rounds)
    await mintDemoTokens(creator, { to: creator.account!.address, amount: bounty })
    onProgress('the creator rehearses on its own data, to calibrate steps…')
    const founding = await foundFederation({ ...task, contact: 'none: a demonstration' }, datasets[0]!, {
      aggregator: addresses.directAggregator,
      token: addresses.demoToken,
      members: options.members,
      rounds: options.rounds,
      bits: options.bits,
      laneBits: task.terms.laneBits,
      stake,
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
    const members = await enrol(creator, id, accounts.slice(1), datasets, onProgress)

    const report = await playRounds(options, chain, creator, { id, manifest, terms, members, heldOut: task.heldOut })
    await claim(creator, { id })
    onProgress(`asking the contract about ${task.heldOut.count} held-out examples…`)
    const answers = await askContract(creator, id, task.heldOut)
    const { lanes } = await readModel(creator, { id, terms })
    const differing = countDiffering(answers, lanes, founding.setup, task.heldOut)
    onProgress('replaying the chain’s history…')
    const replay = await replayFederation(creator, { id })
    const gas = await gasReport(creator, { id })
    const rewards = await readRewards(creator, id, founding.terms, members, report.summaries)
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

async function enrol(
  creator: ChainClient,
  id: Hex,
  accounts: HDAccount[],
  datasets: Dataset[],
  onProgress: (text: string) => void,
): Promise<DemoMember[]> {
  const members: DemoMember[] = []
  for (const [index, account] of accounts.entries()) {
    onProgress(`member ${index + 1} of ${accounts.length} joins with its stake…`)
    await mintDemoTokens(creator, { to: account.address, amount: stake })
    await joinFederation(withAccount(creator, account), { id })
    const privateKey = bytesToHex(account.getHdKey().privateKey!)
    members.push({ account: account.address, privateKey, dataset: datasets[index]! })
  }
  return members
}

async function playRounds(
  options: DemoOptions,
  chain: LocalChain,
  client: ChainClient,
  federation: { id: Hex; manifest: Manifest; terms: Terms; members: DemoMember[]; heldOut: Dataset },
): Promise<MembersReport> {
  const { id, manifest, terms, members, heldOut } = federation
  let round = 0
  let phase = 'joining'
  let gasUsed = 0n
  let accuracy: number | undefined
  let settled = -1
  const tell = () => {
    const standing = accuracy === undefined ? '' : ` · accuracy ${(100 * accuracy).toFixed(1)}%`
    options.onProgress(
      `round ${round + 1}/${terms.rounds} · ${phase} · ${members.length} members${standing} · ` +
        `${(Number(gasUsed) / 1e6).toFixed(1)} M gas`,
    )
  }
  const judgeRound = async (settledRound: number) => {
    const { lanes } = await readModel(client, { id, terms })
    if (settledRound === settled) accuracy = toAccuracy(evaluateIntegers(manifest, lanes, heldOut))
    tell()
  }
  const pending: Promise<void>[] = []
  const onEvent = (event: NodeEvent) => {
    if ('cost' in event && event.cost !== undefined) gasUsed += event.cost.gasUsed
    if (event.kind === 'round-opened') round = Math.max(round, event.round)
    if (event.kind === 'phase' && event.round >= round) phase = event.phase
    if (event.kind === 'round-settled' && event.round > settled) {
      settled = event.round
      // The picture of the last round may lag behind the chain; it is a display, and never fails the run.
      pending.push(judgeRound(event.round).catch(() => undefined))
    }
    tell()
  }
  const { chainId, core } = client
  const report = await runMembers(
    members,
    { rpcUrl: chain.rpcUrl, chainId, core, id, storeDirectory: join(options.directory, 'nodes') },
    { seed: options.seed, signal: options.signal, onEvent },
  )
  await Promise.all(pending)
  return report
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
          const { class: answer } = await classify(client, { id, input: exampleInput(heldOut, index) })
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

async function readRewards(
  client: ChainClient,
  id: Hex,
  terms: Terms,
  members: readonly DemoMember[],
  summaries: readonly NodeSummary[],
): Promise<DemoResult['rewards']> {
  const history = await readHistory(client, { id })
  const paid = history.reduce((sum, round) => sum + round.paid, 0n)
  const bySummary = new Map(summaries.map((summary) => [summary.account.toLowerCase(), summary]))
  return {
    bounty: terms.bounty,
    stakes: terms.stake * BigInt(members.length),
    members: members.map(({ account, dataset }) => {
      const { rewards, keeperPay, claimed, roundsTaken } = bySummary.get(account.toLowerCase())!
      const stakeReturned = claimed - rewards - keeperPay
      return { account, examples: dataset.count, rounds: roundsTaken, rewards, keeperPay, stakeReturned, claimed }
    }),
    refund: terms.bounty - paid,
    heldByContract: await readBalance(client, { token: terms.token, account: client.core }),
  }
}
