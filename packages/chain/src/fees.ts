/**
 * What a transaction offers for its gas: what the chain suggests and the pool demands, within what the owner allows.
 *
 * The tip is the owner's, else `eth_maxPriorityFeePerGas`, and never below what a pool has demanded before; the most that
 * is paid lets the base fee double. All in wei a gas.
 *
 * @see EIP-1559
 */
import { formatEther, formatGwei } from 'viem'
import type { ChainClient } from './client.ts'
import { ChainError } from './errors.ts'

/** The two fees of a transaction (EIP-1559), in wei a gas. */
export interface Fees {
  maxFeePerGas: bigint
  maxPriorityFeePerGas: bigint
}

/** What was learnt of an endpoint from its suggestions and refusals. */
interface Market {
  suggested?: { tip: bigint; readAt: number }
  /** Least tip that its pool takes. */
  floor: bigint
  /** Whether it refuses transactions that could become dear: they leave less room for the base fee then. */
  isCapped: boolean
}

/** How long a suggestion is taken for current, in milliseconds: tips move slowly, and a stuck transaction is made dearer. */
const SUGGESTION_MILLISECONDS = 60_000

const markets = new WeakMap<ChainClient['public'], Market>()

function marketOf(client: Pick<ChainClient, 'public'>): Market {
  const known = markets.get(client.public)
  if (known !== undefined) return known
  const market: Market = { floor: 0n, isCapped: false }
  markets.set(client.public, market)
  return market
}

/**
 * Highest floor that is followed, in wei a gas: an endpoint that demands more could have an account emptied. Owners who
 * want to pay more say so by their tip.
 */
export const HIGHEST_FLOOR = 500_000_000_000n

/** Remembers the least tip that a pool demanded, in wei a gas, up to {@link HIGHEST_FLOOR}. */
export function noteFloor(client: Pick<ChainClient, 'public'>, tip: bigint): void {
  const market = marketOf(client)
  const followed = tip < HIGHEST_FLOOR ? tip : HIGHEST_FLOOR
  if (followed > market.floor) market.floor = followed
}

/** Remembers that the endpoint refuses what could become dear. Returns whether that is new. */
export function noteFeeCap(client: Pick<ChainClient, 'public'>): boolean {
  const market = marketOf(client)
  const isNew = !market.isCapped
  market.isCapped = true
  return isNew
}

/** Whether the endpoint has refused what could become dear. */
export function isFeeCapped(client: Pick<ChainClient, 'public'>): boolean {
  return marketOf(client).isCapped
}

/** The tip to offer, in wei a gas. @throws connection errors. */
export async function readTip(client: Pick<ChainClient, 'public' | 'fees'>): Promise<bigint> {
  const market = marketOf(client)
  const wished = client.fees.tip ?? (await suggestionOf(client.public, market))
  return larger(wished, market.floor)
}

async function suggestionOf(client: ChainClient['public'], market: Market): Promise<bigint> {
  const { suggested } = market
  if (suggested !== undefined && performance.now() - suggested.readAt < SUGGESTION_MILLISECONDS) return suggested.tip
  const tip = await client.estimateMaxPriorityFeePerGas()
  market.suggested = { tip, readAt: performance.now() }
  return tip
}

/**
 * The fees of a transaction: `min(2 · baseFee + tip, most)`; `9/8 · baseFee + tip` at an endpoint with a cap on fees.
 *
 * @param tip - As {@link readTip} says.
 * @param budget - Most that all of the gas may cost, in wei.
 * @throws {@link FeeLimitError} if base fee and tip are above what the owner allows.
 */
export function chooseFees(
  client: Pick<ChainClient, 'public' | 'fees'>,
  { baseFee, tip, budget }: { baseFee: bigint; tip: bigint; budget?: { wei: bigint; gas: bigint } | undefined },
): Fees {
  const { maxFee } = client.fees
  const least = baseFee + tip
  if (maxFee !== undefined && least > maxFee) throw new FeeLimitError(least, maxFee)
  const affordable = budget === undefined ? undefined : budget.wei / budget.gas
  if (affordable !== undefined && least > affordable) throw new CostLimitError(least * budget!.gas, budget!.wei)
  const roomy = (marketOf(client).isCapped ? (baseFee * 9n) / 8n : baseFee * 2n) + tip
  const maxFeePerGas = [maxFee, affordable].reduce<bigint>(
    (least, limit) => (limit !== undefined && limit < least ? limit : least),
    roomy,
  )
  return { maxFeePerGas, maxPriorityFeePerGas: tip }
}

/**
 * Fees of a transaction that replaces another one of its nonce: at least `factor` of the old ones, as pools demand; fresh
 * ones where the endpoint refused the old for being able to become dear, since no pool holds them then.
 *
 * @param factor - As a fraction: numerator, denominator.
 * @throws {@link FeeLimitError} if that is above what the owner allows.
 */
export function raiseFees(
  client: Pick<ChainClient, 'public' | 'fees'>,
  old: Fees,
  {
    baseFee,
    tip,
    factor: [numerator, denominator],
  }: { baseFee: bigint; tip: bigint; factor: readonly [bigint, bigint] },
): Fees {
  const fresh = chooseFees(client, { baseFee, tip })
  if (isFeeCapped(client)) return fresh
  const raise = (fee: bigint) => (fee * numerator) / denominator + 1n
  const maxFeePerGas = larger(fresh.maxFeePerGas, raise(old.maxFeePerGas))
  const { maxFee } = client.fees
  if (maxFee !== undefined && maxFeePerGas > maxFee) throw new FeeLimitError(maxFeePerGas, maxFee)
  return { maxFeePerGas, maxPriorityFeePerGas: larger(tip, raise(old.maxPriorityFeePerGas)) }
}

function larger(a: bigint, b: bigint): bigint {
  return a > b ? a : b
}

/** The chain asks for more a gas than the owner allows. */
export class FeeLimitError extends ChainError {
  constructor(asked: bigint, most: bigint) {
    super(
      `The chain asks for ${formatGwei(asked)} gwei a gas, tip included; --max-fee allows ${formatGwei(most)}. Nothing ` +
        'was sent. Wait until it asks for less, or allow more.',
      true,
    )
  }
}

/** A transaction would cost more than the owner allows. */
export class CostLimitError extends ChainError {
  /** Both in wei. */
  constructor(asked: bigint, most: bigint) {
    super(
      `At present the transaction costs ${formatEther(asked)} of the chain's coin; the policy leaves ${formatEther(most)} ` +
        'for it. Nothing was sent. Wait until the chain asks for less, or allow more.',
      true,
    )
  }
}
