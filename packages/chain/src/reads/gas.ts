/**
 * What a federation cost, step by step, from the receipts of its transactions, and what that is in money.
 *
 * Only transactions that called the core itself are told apart by step; others that led to its events are `other`.
 *
 * @example
 * ```ts
 * import { costAt, gasReport } from '@tutti/chain'
 *
 * const { steps, blobGas } = await gasReport(client, { id: federationId })
 * steps.find(({ step }) => step === 'submit')?.transactions // → 6
 * blobGas // → 0n
 * costAt(1_000_000n, 2, 3_000) // → 6
 * ```
 */

import { countBits, shardRange } from '@tutti/core'
import { decodeFunctionData, type Hash, type Hex, size } from 'viem'
import { federationAbi } from '../abi/federation.ts'
import type { ChainClient } from '../client/client.ts'
import { withChainErrors } from '../client/errors.ts'
import { locateCreation, readEvents } from './logs.ts'

/** The steps that a report tells apart: the core's functions by name. */
export type GasStep = {
  step: string
  transactions: number
  /** Gas of all of them. */
  total: bigint
  /** Gas of one, rounded down. */
  mean: bigint
  least: bigint
  most: bigint
  /** Of all of them, as sent. */
  calldataBytes: number
}

/** Gas of a federation so far. */
export type GasReport = {
  steps: GasStep[]
  total: bigint
  /** Blob gas of all of them, which has a price of its own: 131,072 a blob (EIP-4844). */
  blobGas: bigint
  /** Gas of the settled rounds from the second on: all their steps together. */
  steadyRounds: number
  /** Gas for one parameter of one member in those rounds; undefined before the second round settled. */
  perParameterAndMember: number | undefined
}

const stepEvents = [
  'Created',
  'Initialised',
  'Joined',
  'LeaveRequested',
  'Left',
  'RoundOpened',
  'Drawn',
  'Committed',
  'Submitted',
  'Aggregated',
  'RoundSettled',
  'RoundFailed',
  'EndVoted',
  'Finished',
  'Claimed',
] as const

/** Gas of one transaction, and the round that it belongs to. */
type Cost = { step: string; gas: bigint; blobGas: bigint; calldataBytes: number; round: number | undefined }

/** Reads every receipt of a federation and sums up. */
export async function gasReport(
  client: ChainClient,
  { id, fromBlock }: { id: Hex; fromBlock?: bigint },
): Promise<GasReport> {
  const creation = await locateCreation(client, { id, fromBlock })
  const range = { id, fromBlock: creation.blockNumber }
  const events = await Promise.all(stepEvents.map((eventName) => readEvents(client, { eventName, ...range })))
  const hashes = new Set(events.flat().map((event) => event.transactionHash))
  const costs: Cost[] = []
  for (const group of groupsOf([...hashes], READ_AT_ONCE)) {
    costs.push(...(await Promise.all(group.map((hash) => readCost(client, hash)))))
  }

  const aggregated = await readEvents(client, { eventName: 'Aggregated', ...range })
  const settled = await readEvents(client, { eventName: 'RoundSettled', ...range })
  const steady = new Set(settled.map((event) => event.args.round).filter((round) => round > 0))
  const parameters = aggregated
    .filter((event) => steady.has(event.args.round))
    .reduce((sum, { args }) => sum + countBits(args.updates) * shardRange(creation.terms, args.shard).length, 0)
  const steadyGas = sumGas(costs.filter(({ round }) => round !== undefined && steady.has(round)))
  return {
    steps: summarise(costs),
    total: sumGas(costs),
    blobGas: costs.reduce((sum, cost) => sum + cost.blobGas, 0n),
    steadyRounds: steady.size,
    perParameterAndMember: parameters === 0 ? undefined : Number(steadyGas) / parameters,
  }
}

/** Transactions read in one batch: local chains answer with the blobs of those that carry some. */
const READ_AT_ONCE = 4

function groupsOf<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size))
}

async function readCost(client: ChainClient, hash: Hash): Promise<Cost> {
  const [transaction, receipt] = await withChainErrors(client, () =>
    Promise.all([client.public.getTransaction({ hash }), client.public.getTransactionReceipt({ hash })]),
  )
  const { gasUsed: gas, blobGasUsed: blobGas = 0n } = receipt
  const cost = { gas, blobGas, calldataBytes: size(transaction.input) }
  try {
    const { functionName, args } = decodeFunctionData({ abi: federationAbi, data: transaction.input })
    const round = roundSteps.has(functionName) ? Number(args?.[1]) : undefined
    return { step: functionName === 'joinWithPermit' ? 'join' : functionName, ...cost, round }
  } catch {
    return { step: 'other', ...cost, round: undefined }
  }
}

/** Functions whose second argument is the round. */
const roundSteps = new Set<string>(['draw', 'commit', 'submit', 'aggregate', 'settle', 'close'])

const stepOrder = ['create', 'initialise', 'join', 'open', 'draw', 'commit', 'submit', 'aggregate', 'settle', 'close']

function summarise(costs: readonly Cost[]): GasStep[] {
  const groups = new Map<string, Cost[]>()
  for (const cost of costs) groups.set(cost.step, [...(groups.get(cost.step) ?? []), cost])
  const place = (step: string) => (stepOrder.includes(step) ? stepOrder.indexOf(step) : stepOrder.length)
  return [...groups]
    .sort(([a], [b]) => place(a) - place(b))
    .map(([step, group]) => {
      const total = sumGas(group)
      const gas = group.map((cost) => cost.gas).sort((a, b) => Number(a - b))
      return {
        step,
        transactions: group.length,
        total,
        mean: total / BigInt(group.length),
        least: gas[0]!,
        most: gas[gas.length - 1]!,
        calldataBytes: group.reduce((sum, cost) => sum + cost.calldataBytes, 0),
      }
    })
}

function sumGas(costs: readonly Cost[]): bigint {
  return costs.reduce((sum, cost) => sum + cost.gas, 0n)
}

/** A gas price to state costs at, and the price of the token it is paid in. */
export type GasPrice = { chain: string; gwei: number; tokenUsd: number }

/**
 * Prices that costs are stated at: assumptions, not measurements. Ether at 3,000 dollars; 5 gwei is a calm day on
 * Ethereum, 0.05 gwei a busy rollup, 0.005 gwei a quiet one. What a rollup charges for posting calldata to Ethereum
 * comes on top and depends on compression; dense updates do not compress.
 */
export const gasPrices: readonly GasPrice[] = [
  { chain: 'L1', gwei: 5, tokenUsd: 3_000 },
  { chain: 'L2', gwei: 0.05, tokenUsd: 3_000 },
  { chain: 'cheap L2', gwei: 0.005, tokenUsd: 3_000 },
]

/**
 * The least price of blob gas, in gwei, at a base fee: `gwei · 2^13 / 2^17`. Below it, blocks of blobs stop getting
 * cheaper, so that a calm blob market costs this.
 *
 * @see EIP-7918 `BLOB_BASE_COST`
 */
export function leastBlobGwei(gwei: number): number {
  return gwei / 16
}

/** Dollars for gas: `gas · gwei · 10⁻⁹ · tokenUsd`. */
export function costAt(gas: bigint | number, gweiPrice: number, tokenUsd: number): number {
  return Number(gas) * gweiPrice * 1e-9 * tokenUsd
}
