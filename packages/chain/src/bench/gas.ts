/**
 * `tutti bench gas`: what a parameter of a member costs in a steady round, on a real chain, everything included; what a
 * model's start, its sealing and a contract's question cost; and the same by the prices of the next fork.
 *
 * A round is steady from the second on: its slots exist. Counted are all of its transactions: every member's submission
 * (base cost, calldata, log, digest) and every aggregation (base cost, calldata of words and payloads, log, keeper's pay,
 * settlement, opening of the next round). The dense figure counts; recorded payloads are reported beside it when there are
 * any.
 */

import { join as joinPath } from 'node:path'
import { fileURLToPath } from 'node:url'
import { fromSeed, shardCount, type Terms, toCommitment, toPayloadHash } from '@tutti/core'
import { type Hash, type Hex, toHex } from 'viem'
import { claim, commitUpdate } from '../actions/round-actions.ts'
import { sealModel } from '../actions/seal.ts'
import { type ChainClient, connect } from '../client/client.ts'
import { deployContracts } from '../deployment/deploy.ts'
import { advanceTime, type LocalChain, startLocalChain } from '../local/local.ts'
import { gasReport } from '../reads/gas.ts'
import { readEvents } from '../reads/logs.ts'
import { measureNaiveAverage } from './baseline.ts'
import {
  type BenchFederation,
  benchDimension,
  benchTerms,
  digitsDimension,
  digitsSetup,
  type RoundGas,
  runBenchRound,
  startBenchFederation,
} from './federation.ts'
import type { Benchmark, Figure } from './figures.ts'
import { measureNext } from './next.ts'
import { denseUpdate, readRecordedUpdates } from './payloads.ts'
import { measurePredict } from './predict.ts'

export { benchBlob } from './blob.ts'
export type { Benchmark, Figure } from './figures.ts'

export type BenchGasOptions = {
  /** Called with a line whenever something is under way. */
  onProgress?: (line: string) => void
  /** Where recorded payloads lie: `members8.bin.gz` and `members16.bin.gz`. */
  payloadDirectory?: string
}

const steadyRounds = 3

/** What a weight of an update costs in Microsoft's 0xDeCA10B (perceptron), as its authors report. */
const decaGasPerWeight = 3_660

/** The naive average of the same run, and how many times as much it takes. */
const describeBaseline = (naive: number, value: number) =>
  `a naive on-chain average in the same run: ${Math.round(naive)}, ${Math.round(naive / value)} times as much; ` +
  `0xDeCA10B: ${decaGasPerWeight} a weight`

/** Shards of half the model, where the words and the payloads of all do not fit one transaction. */
const halves = 12_800

type SumCase = {
  id: string
  limit: number
  /** The same by Amsterdam's prices, where it is held against a limit. */
  next?: { id: string; limit: number }
  terms: Partial<Terms>
}

const cases: SumCase[] = [
  {
    ...{ id: 'gas.sum.members8', limit: 32, terms: { cohortSize: 8, bits: 2 } },
    next: { id: 'gas.next.members8', limit: 51 },
  },
  {
    ...{ id: 'gas.sum.members16', limit: 27, terms: { cohortSize: 16, bits: 2, shardSize: halves } },
    next: { id: 'gas.next.members16', limit: 43 },
  },
  { id: 'gas.sum4.members8', limit: 52, terms: { cohortSize: 8, shardSize: halves } },
  { id: 'gas.sum4.members16', limit: 47, terms: { cohortSize: 16, shardSize: halves } },
]

/** Runs the benchmark on a chain of its own; some ten seconds. */
export async function benchGas(options: BenchGasOptions = {}): Promise<Benchmark> {
  const { onProgress, payloadDirectory = fileURLToPath(new URL('../../../../benchmarks/payloads', import.meta.url)) } =
    options
  const chain = await startLocalChain({ port: 0, accounts: 17 })
  try {
    const client = await connect({ rpcUrl: chain.rpcUrl, account: chain.accounts[0]! })
    await deployContracts(client)
    onProgress?.('a naive on-chain average, for comparison')
    const naive = await measureNaiveAverage(client, chain.accounts.slice(1, 9))
    const figures: Figure[] = []
    for (const [index, sum] of cases.entries()) {
      const terms = benchTerms(sum.terms)
      onProgress?.(`${terms.cohortSize} members, ${benchDimension} parameters, updates of ${terms.bits} bits`)
      const federation = await startBenchFederation(client, chain.accounts, terms)
      figures.push(...(await measureSum(federation, { ...sum, naive, payloadDirectory })))
      if (index === 0) figures.push(...(await measureSteps(federation)), ...(await measureSealed(federation)))
    }
    onProgress?.(`8 members, ${digitsDimension} parameters, updates of 2 bits`)
    figures.push(...(await measureDigits(chain, client, naive)))
    onProgress?.('commitment and claim')
    figures.push(...(await measureEnd(chain, client)))
    return { bench: 'gas', figures }
  } finally {
    await chain.stop()
  }
}

/** Width of the payloads that were recorded. */
const RECORDED_BITS = 4

const unit = 'gas per parameter and member'

/** The first round, then steady rounds with dense updates, then the recorded ones. */
async function measureSum(
  federation: BenchFederation,
  { id, limit, next, naive, payloadDirectory }: SumCase & { naive: number; payloadDirectory: string },
): Promise<Figure[]> {
  const { terms, keeper } = federation
  const members = federation.members.length
  const random = fromSeed(784)
  const share = (gas: bigint) => Number(gas) / (benchDimension * members)
  const perParameter = ({ submit, aggregate }: RoundGas) => share(submit + aggregate)
  const first = await runBenchRound(federation, 0, () => denseUpdate(terms, random))
  const dense: RoundGas[] = []
  for (let round = 1; round <= steadyRounds; round++) {
    dense.push(await runBenchRound(federation, round, () => denseUpdate(terms, random)))
  }
  const last = dense[dense.length - 1]!
  const shape = `${members} members, ${shardCount(terms)} shard(s), ${terms.bits}-bit updates, 16-bit lanes`
  const parts = `submit ${share(last.submit).toFixed(1)}, aggregate ${share(last.aggregate).toFixed(1)}`
  const worst = Math.max(...dense.map(perParameter))
  const dearest = dense.find((round) => perParameter(round) === worst)!
  const amsterdam = share((await measureNext(keeper, dearest.hashes)).next)
  const baseline = describeBaseline(naive, worst)
  const figures: Figure[] = [
    { id, value: worst, unit, limit, baseline, note: `${shape}, dense; ${parts}`, amsterdam },
    ...(next === undefined ? [] : [nextFigure(next, { value: amsterdam, unit, baseline, note: shape })]),
    {
      ...{ id: `${id}.first`, value: perParameter(first), unit, limit: null, baseline },
      note: 'The first round: slots are new.',
    },
  ]
  const path = joinPath(payloadDirectory, `members${members}.bin.gz`)
  const recorded = terms.bits === RECORDED_BITS ? readRecordedUpdates(path, terms, members) : undefined
  if (recorded !== undefined) {
    const rounds: RoundGas[] = []
    for (const [index, updates] of recorded.entries()) {
      rounds.push(await runBenchRound(federation, 1 + steadyRounds + index, (member) => updates[member]!))
    }
    const mean = rounds.reduce((sum, round) => sum + perParameter(round), 0) / rounds.length
    const recordedNote = `${shape}, recorded from training, mean of ${rounds.length} rounds`
    figures.push({ id: `${id}.recorded`, value: mean, unit, limit: null, baseline, note: recordedNote })
  }
  return figures
}

function nextFigure({ id, limit }: { id: string; limit: number }, figure: Omit<Figure, 'id' | 'limit'>): Figure {
  const note = `${figure.note}; the same transactions by Amsterdam's prices: slots, code, floor for calldata`
  return { ...figure, id, limit, note }
}

/** What happens once: creation, the initial model, joining, opening. */
async function measureSteps({ id, keeper }: BenchFederation): Promise<Figure[]> {
  const { steps } = await gasReport(keeper, { id })
  const figures = steps
    .filter(({ step }) => ['create', 'join', 'open'].includes(step))
    .map(({ step, mean }) => listed(`gas.${step}`, mean, 'gas', 'One transaction.'))
  const initialised = await readEvents(keeper, { eventName: 'Initialised', id, fromBlock: 0n })
  const { used, next } = await measureNext(
    keeper,
    initialised.map(({ transactionHash }) => transactionHash),
  )
  const start = { unit: 'gas', baseline: 'about 38,000,000 with the words in storage' }
  const note = `A seeded start of ${benchDimension} parameters: drawn, hashed and logged`
  return [
    ...figures,
    { id: 'gas.start', value: Number(used), limit: 2_000_000, ...start, note: `${note}.`, amsterdam: Number(next) },
    nextFigure({ id: 'gas.next.start', limit: 2_500_000 }, { value: Number(next), ...start, note }),
  ]
}

/** Sealing the model, and a contract's question to what is sealed. */
async function measureSealed(federation: BenchFederation): Promise<Figure[]> {
  const { id, keeper } = federation
  const { writes } = await sealModel(keeper, { id })
  const used = writes.reduce((sum, { gasUsed }) => sum + gasUsed, 0n)
  const { next } = await measureNext(
    keeper,
    writes.map(({ hash }): Hash => hash),
  )
  const note = `${benchDimension} parameters in code, ${writes.length} transaction(s).`
  return [
    {
      ...{
        id: 'gas.seal',
        value: Number(used),
        unit: 'gas',
        limit: 11_500_000,
        baseline: 'paid once, if at all',
        note,
      },
      amsterdam: Number(next),
    },
    await measureAsk(federation, { id: 'gas.ask.mnist', limit: 185_000, network: '784-32-10', features: 784 }),
  ]
}

/** A prediction from sealed code, as a contract's call. */
async function measureAsk(
  { id: federation, keeper }: BenchFederation,
  { id, limit, network, features }: { id: string; limit: number; network: string; features: number },
): Promise<Figure> {
  const input = Uint8Array.from({ length: features }, (_, pixel) => 1 + ((pixel * 31) % 255))
  const { total, storage, storageReads } = await measurePredict(keeper, { id: federation, input })
  const note = `${network}, from code; ${storage} of it for ${storageReads} storage reads (traced)`
  return { id, value: total, unit: 'gas', limit, baseline: 'none: no contract that we know of', note }
}

/** A whole steady round of the digits, where fixed costs rule, and a question to them. */
async function measureDigits(chain: LocalChain, client: ChainClient, naive: number): Promise<Figure[]> {
  const setup = digitsSetup()
  const shape = { dimension: digitsDimension, shardSize: digitsDimension, cohortSize: 8, bits: 2 }
  const federation = await startBenchFederation(client, chain.accounts, benchTerms(shape, setup), setup)
  const random = fromSeed(64)
  const rounds: RoundGas[] = []
  for (let round = 0; round <= steadyRounds; round++) {
    rounds.push(await runBenchRound(federation, round, () => denseUpdate(federation.terms, random)))
  }
  const steady = rounds.slice(1)
  const gasOf = ({ submit, aggregate }: RoundGas) => Number(submit + aggregate)
  const value = Math.max(...steady.map(gasOf))
  const { submit, aggregate, hashes } = steady.find((round) => gasOf(round) === value)!
  const { next } = await measureNext(client, hashes)
  await sealModel(client, { id: federation.id })
  return [
    {
      ...{ id: 'gas.digits.round', value, unit: 'gas', limit: 1_000_000, amsterdam: Number(next) },
      baseline: describeBaseline(naive * 8 * digitsDimension, value),
      note: `64-32-10, 8 members, 2-bit updates: ${submit / 8n} to submit, ${aggregate} to aggregate`,
    },
    await measureAsk(federation, { id: 'gas.ask.digits', limit: 42_000, network: '64-32-10', features: 64 }),
  ]
}

/** A commitment in a steady round, and what a member claims at the end: in a short federation of the same model. */
async function measureEnd(chain: LocalChain, client: ChainClient): Promise<Figure[]> {
  const terms = benchTerms({ cohortSize: 2, rounds: 2, commitSeconds: 600, salt: toHex(1, { size: 32 }) })
  const federation = await startBenchFederation(client, chain.accounts, terms)
  const { id, members } = federation
  const random = fromSeed(2)
  const salt: Hex = toHex(7, { size: 32 })
  const commits: bigint[] = []
  for (let round = 0; round < terms.rounds; round++) {
    const updates = members.map(() => denseUpdate(terms, random))
    for (const [index, member] of members.entries()) {
      const payloadHash = toPayloadHash(updates[index]!)
      const occasion = { chainId: client.chainId, core: client.core, id, round, member: member.account!.address }
      const commitment = toCommitment({ ...occasion, salt, payloadHash })
      commits.push((await commitUpdate(member, { id, round, commitment })).gasUsed)
    }
    await advanceTime(client, 2)
    await runBenchRound(federation, round, (member) => updates[member]!, salt)
  }
  const { gasUsed } = await claim(members[0]!, { id })
  return [
    listed('gas.commit', commits[commits.length - 1]!, 'gas', 'A commitment in a steady round.'),
    listed('gas.claim', gasUsed, 'gas', 'Rewards and stake, once the federation has finished.'),
  ]
}

function listed(id: string, value: bigint | number, unit: string, note: string): Figure {
  return { id, value: Number(value), unit, limit: null, baseline: 'paid once', note }
}
