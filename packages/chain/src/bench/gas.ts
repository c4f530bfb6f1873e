/**
 * `tutti bench gas`: what a parameter of a member costs in a steady round, on a real chain, everything included.
 *
 * A round is steady from the second on: its slots exist. Counted are all of its transactions: every member's submission
 * (base cost, calldata, log, digest) and every aggregation (base cost, calldata, storage, keeper's pay, settlement,
 * opening of the next round). The dense figure counts; recorded payloads are reported beside it when there are any.
 */

import { join as joinPath } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  AMSTERDAM_PRICES,
  BERLIN_PRICES,
  estimateMemberCostAt,
  estimateRoundAt,
  fromSeed,
  type GasPrices,
  shardCount,
  type Terms,
  toCommitment,
  toPayloadHash,
  wordsFor,
} from '@tutti/core'
import { type Hex, toHex } from 'viem'
import { claim, commitUpdate } from '../actions/round-actions.ts'
import { type ChainClient, connect } from '../client/client.ts'
import { deployContracts } from '../deployment/deploy.ts'
import { advanceTime, type LocalChain, startLocalChain } from '../local/local.ts'
import { gasReport } from '../reads/gas.ts'
import { measureNaiveAverage } from './baseline.ts'
import {
  type BenchFederation,
  benchDimension,
  benchMultiplications,
  benchTerms,
  type RoundGas,
  runBenchRound,
  startBenchFederation,
} from './federation.ts'
import type { Benchmark, Figure } from './figures.ts'
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

/** Slots that the settlement of a steady round writes anew, at most. */
const SETTLED_SLOTS = 8

/** What a weight of an update costs in Microsoft's 0xDeCA10B (perceptron), as its authors report. */
const decaGasPerWeight = 3_660

const describeBaseline = (naive: number) =>
  `a naive on-chain average in the same run: ${Math.round(naive)}; 0xDeCA10B: ${decaGasPerWeight} a weight`

const cases = [
  { id: 'gas.sum.members8', limit: 60, terms: { cohortSize: 8, bits: 2 } },
  { id: 'gas.sum.members16', limit: 40, terms: { cohortSize: 16, bits: 2 } },
  { id: 'gas.sum.bits4.members8', limit: 75, terms: { cohortSize: 8 } },
  { id: 'gas.sum.bits4.members16', limit: 54, terms: { cohortSize: 16, shardSize: 12_736 } },
] satisfies { id: string; limit: number; terms: Partial<Terms> }[]

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
    const baseline = describeBaseline(naive)
    const figures: Figure[] = []
    for (const { id, limit, terms } of cases) {
      onProgress?.(
        `${terms.cohortSize} members, ${benchDimension} parameters, updates of ${benchTerms(terms).bits} bits`,
      )
      const federation = await startBenchFederation(client, chain.accounts, benchTerms(terms))
      figures.push(...(await measureSum(federation, { id, limit, baseline, payloadDirectory })))
      if (id === 'gas.sum.members8') figures.push(...(await measureSteps(federation)), await measureMac(federation))
    }
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

type SumCase = { id: string; limit: number; baseline: string; payloadDirectory: string }

/** The first round, then steady rounds with dense updates, then the recorded ones. */
async function measureSum(federation: BenchFederation, { id, limit, baseline, payloadDirectory }: SumCase) {
  const { terms } = federation
  const members = federation.members.length
  const random = fromSeed(784)
  const perParameter = ({ submit, aggregate }: RoundGas) => Number(submit + aggregate) / (benchDimension * members)
  const first = await runBenchRound(federation, 0, () => denseUpdate(terms, random))
  const dense: RoundGas[] = []
  for (let round = 1; round <= steadyRounds; round++) {
    dense.push(await runBenchRound(federation, round, () => denseUpdate(terms, random)))
  }
  const last = dense[dense.length - 1]!
  const share = (gas: bigint) => (Number(gas) / (benchDimension * members)).toFixed(1)
  const shape = `${members} members, ${shardCount(terms)} shard(s), ${terms.bits}-bit updates, 16-bit lanes`
  const note = `${shape}, dense; submit ${share(last.submit)}, aggregate ${share(last.aggregate)}`
  const worst = Math.max(...dense.map(perParameter))
  const figures: Figure[] = [
    { id, value: worst, unit, limit, baseline, note, amsterdam: boundSumAt(terms, members, AMSTERDAM_PRICES) },
    {
      id: `${id}.first`,
      value: perParameter(first),
      unit,
      limit: null,
      baseline,
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

/**
 * Gas of a parameter and member in a steady round, at most, by given prices: every member's submission, every shard's
 * aggregation, and the slots that settling may write anew. There is no EVM of Amsterdam's rules on npm; `npm run test:geth`
 * holds the bound against go-ethereum.
 */
export function boundSumAt(terms: Terms, members: number, prices: GasPrices): number {
  const { aggregate } = estimateRoundAt(terms, prices)
  const submit = estimateMemberCostAt(terms, 'direct', prices)
  const settling = SETTLED_SLOTS * prices.newSlotGas
  return (members * submit.gas + shardCount(terms) * aggregate.gas + settling) / (terms.dimension * members)
}

/** What happens once: creation, the initial model, joining, opening. */
async function measureSteps({ id, keeper, terms }: BenchFederation): Promise<Figure[]> {
  const { steps } = await gasReport(keeper, { id })
  return steps
    .filter(({ step }) => ['create', 'initialise', 'join', 'open'].includes(step))
    .map(({ step, transactions, total, mean }) => {
      if (step !== 'initialise') return listed(`gas.${step}`, mean, 'gas', 'One transaction.')
      const note = `First write of every word, ${transactions} transactions, ${total} gas in all.`
      const words = wordsFor(terms.dimension, terms.laneBits)
      const dearer = words * (AMSTERDAM_PRICES.newSlotGas - BERLIN_PRICES.newSlotGas)
      const figure = listed('gas.initialise', Number(total) / benchDimension, 'gas per parameter', note)
      return { ...figure, amsterdam: (Number(total) + dearer) / benchDimension }
    })
}

/** A multiply-accumulate of a prediction. */
async function measureMac({ id, keeper }: BenchFederation): Promise<Figure> {
  const input = Uint8Array.from({ length: 784 }, (_, pixel) => 1 + ((pixel * 31) % 255))
  const { total, storage, storageReads } = await measurePredict(keeper, { id, input })
  const note =
    `${benchMultiplications} multiply-accumulates as a call: ${total} gas, of which ${storage} for ${storageReads} ` +
    'storage reads counted apart (traced, SLOAD by SLOAD)'
  const value = (total - storage) / benchMultiplications
  return {
    id: 'gas.predict.mac',
    value,
    unit: 'gas per multiply-accumulate',
    limit: 6,
    baseline: 'none: no contract that we know of',
    note,
  }
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
