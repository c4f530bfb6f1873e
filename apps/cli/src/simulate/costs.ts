/** What a simulated federation would cost on a chain: bounds in gas, and in money where a price is known. */
import {
  BERLIN_PRICES,
  estimateMemberCostAt,
  estimatePlayedRound,
  estimateStart,
  formatInteger,
  type GasPrices,
  type PlayedRound,
  type Spent,
  type Terms,
} from '@tutti/core'
import { costLines, formatUsd } from '../chain/gas-lines.ts'
import { formatCoins } from '../chain/paid.ts'

/** By whose prices, and what gas costs in money; where that is not known, examples are shown. */
export interface Pricing {
  prices: GasPrices
  /** Most gas of a transaction that pays for execution, where a chain is named: shards are made to fit it. */
  executionGas?: bigint
  /** Wei a gas. */
  feePerGas?: bigint
  /** Wei a blob gas. */
  blobFeePerGas?: bigint
  /** Dollars a coin of the chain. */
  coinUsd?: number
  /** A line that says where the prices come from. */
  origin?: string
}

/** Prices of the rules from Berlin to Osaka, and no money. */
export const plainPricing: Pricing = { prices: BERLIN_PRICES }

/** Bounds on gas: proposal, joining, rounds, a member's own part of a round, and all. */
export interface CostEstimate {
  create: number
  initialise: number
  joins: number
  rounds: number
  ownPart: Spent
  gas: number
  blobGas: number
  /** Of the chain's coin, in wei, for all of it and for a member's part of a round; undefined where no price is known. */
  cost?: { all: bigint; ownPart: bigint }
}

/** Adds up what the rounds that were played would have cost. */
export function estimateCost(
  terms: Terms,
  path: 'direct' | 'blob',
  { rounds, publishedBytes, members }: { rounds: readonly Spent[]; publishedBytes: number; members: number },
  { prices, feePerGas, blobFeePerGas = 0n }: Pricing,
): CostEstimate {
  const start = estimateStart(terms, { path, publishedBytes, members, prices })
  const played = rounds.reduce((sum, { gas }) => sum + gas, 0)
  const blobGas = rounds.reduce((sum, round) => sum + round.blobGas, 0)
  const gas = start.create + start.initialise + start.joins + played
  const ownPart = estimateMemberCostAt(terms, path, prices)
  const price = (spent: Spent) => BigInt(spent.gas) * feePerGas! + BigInt(spent.blobGas) * blobFeePerGas
  const cost = feePerGas === undefined ? {} : { cost: { all: price({ gas, blobGas }), ownPart: price(ownPart) } }
  return { ...start, rounds: played, ownPart, gas, blobGas, ...cost }
}

/** Bound on one round. */
export function estimateRoundCost(
  terms: Terms,
  path: 'direct' | 'blob',
  round: PlayedRound,
  { prices }: Pricing,
): Spent {
  return estimatePlayedRound(terms, path, round, prices)
}

/** The estimate in lines. */
export function costEstimateLines(estimate: CostEstimate, { coinUsd, origin }: Pricing): string[] {
  const { create, initialise, joins, rounds, ownPart, gas, blobGas, cost } = estimate
  const lines = [
    'The same on a chain, at most:',
    `  ${formatInteger(gas)} gas in all: ${formatInteger(create)} to create, ${formatInteger(initialise)} for the initial model, ` +
      `${formatInteger(joins)} to join, ${formatInteger(rounds)} for the rounds`,
    ...(blobGas > 0 ? [`  and ${formatInteger(blobGas)} blob gas, which has a price of its own`] : []),
    `  a member's own part of a round: ${formatInteger(ownPart.gas)} gas`,
    ...(origin === undefined ? [] : [`  ${origin}`]),
  ]
  if (cost === undefined) return [...lines, '', ...costLines(reportOf(gas, ownPart.gas))]
  const money = (wei: bigint) =>
    formatCoins(wei) + (coinUsd === undefined ? '' : `, ${formatUsd((Number(wei) / 1e18) * coinUsd)}`)
  return [...lines, `  in money: ${money(cost.all)}; a member's own part of a round: ${money(cost.ownPart)}`]
}

function reportOf(gas: number, own: number) {
  return { total: BigInt(gas), steps: [{ step: 'submit', mean: BigInt(own) }] }
}
