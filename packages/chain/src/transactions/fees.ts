/**
 * What a transaction offers for its gas: what the chain suggests and the pool demands, within what the owner allows.
 *
 * The tip is the owner's, else `eth_maxPriorityFeePerGas`, and never below what a pool has demanded before; the most that
 * is paid lets the base fee double. What an endpoint says is followed up to {@link HIGHEST_UNASKED} without the owner's word.
 * All in wei a gas.
 *
 * @see EIP-1559, EIP-4844
 * @example
 * ```ts
 * import { chooseFees, readTip } from '@tutti/chain'
 *
 * const tip = await readTip(client)
 * const fees = chooseFees(client, { baseFee: 10n ** 9n, tip }) // room for a base fee twice as high
 * fees.maxFeePerGas // → 2n * 10n ** 9n + tip
 * ```
 */
import { BLOB_GAS } from '@tutti/core'
import { formatEther, formatGwei, type Hex, isHex, type TransactionReceipt } from 'viem'
import type { ChainClient } from '../client/client.ts'
import { ChainError } from '../client/errors.ts'
import { readFields } from './attempts.ts'

/** Gas of a blob, of which blocks have a price of their own (EIP-4844 `GAS_PER_BLOB`). */
export const GAS_PER_BLOB = BigInt(BLOB_GAS)

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
 * Most that is paid on an endpoint's word alone, in wei a gas: one that lies could have an account emptied. It bounds base
 * fee and tip together, the tip that a pool demands, and the fee of blobs. Owners who want to pay more say so: `maxFee`.
 */
export const HIGHEST_UNASKED = 500_000_000_000n

/** Remembers the least tip that a pool demanded, in wei a gas, up to {@link HIGHEST_UNASKED}. */
export function noteFloor(client: Pick<ChainClient, 'public'>, tip: bigint): void {
  const market = marketOf(client)
  market.floor = larger(market.floor, smaller(tip, HIGHEST_UNASKED))
}

/** Remembers that the endpoint refuses what could become dear. Returns whether that is new. */
export function noteFeeCap(client: Pick<ChainClient, 'public'>): boolean {
  const market = marketOf(client)
  const isNew = !market.isCapped
  market.isCapped = true
  return isNew
}

/** Whether the endpoint has refused what could become dear. */
function isFeeCapped(client: Pick<ChainClient, 'public'>): boolean {
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

/** Most that is paid, base fee and tip together, in wei a gas: what the owner allows, else its own tip above what is usual. */
function limitOf({ fees: { maxFee, tip = 0n } }: Pick<ChainClient, 'fees'>): bigint {
  return maxFee ?? HIGHEST_UNASKED + tip
}

/** @throws {@link FeeLimitError}; {@link UnusualFeeError} where the limit is not the owner's. */
function requireAllowed(client: Pick<ChainClient, 'fees'>, asked: bigint): void {
  const limit = limitOf(client)
  if (asked <= limit) return
  throw client.fees.maxFee === undefined ? new UnusualFeeError(asked, limit) : new FeeLimitError(asked, limit)
}

/**
 * The fee of blobs, `min(2 · blobBaseFee, limit)`, where the limit is {@link HIGHEST_UNASKED}, or `maxFee` if that is more:
 * gas of blobs is bought beside the other, and a low `maxFee` is not about it.
 *
 * @param blobBaseFee - As the endpoint says, in wei a gas of blobs.
 * @param least - What a replacement must pay at least.
 * @throws {@link UnusualFeeError}
 */
export function chooseBlobFee(client: Pick<ChainClient, 'fees'>, blobBaseFee: bigint, least = 0n): bigint {
  const limit = larger(client.fees.maxFee ?? 0n, HIGHEST_UNASKED)
  const asked = larger(blobBaseFee, least)
  if (asked > limit) throw new UnusualFeeError(asked, limit, 'blobs')
  const roomy = larger(2n * blobBaseFee, least)
  return smaller(roomy, limit)
}

/**
 * What an included transaction cost, in wei: its gas, its blobs, and what a second layer charges for the first.
 *
 * @param receipt - `l1Fee` is what OP Stack chains add.
 */
export function toPaid(receipt: TransactionReceipt): bigint {
  const { gasUsed, effectiveGasPrice, blobGasUsed = 0n, blobGasPrice = 0n } = receipt
  const { l1Fee } = receipt as { l1Fee?: unknown }
  const forLayerOne = typeof l1Fee === 'bigint' ? l1Fee : isHex(l1Fee) ? BigInt(l1Fee) : 0n
  return gasUsed * (effectiveGasPrice ?? 0n) + blobGasUsed * blobGasPrice + forLayerOne
}

/** Most that a signed transaction can cost, in wei, what it pays to others aside: its gas and its blobs at its highest fees. */
export function toMostPaid(signed: Hex): bigint {
  const { gas, maxFeePerGas, blobs } = readFields({ raw: signed })
  const blobCost = blobs ? BigInt(blobs.versionedHashes.length) * GAS_PER_BLOB * blobs.maxFeePerBlobGas : 0n
  return gas * maxFeePerGas + blobCost
}

/**
 * The fees of a transaction: `min(2 · baseFee + tip, limit)`; `9/8 · baseFee + tip` at an endpoint with a cap on fees.
 *
 * @param asked.tip - As {@link readTip} says.
 * @param asked.budget - Most that all of the gas may cost, in wei.
 * @throws {@link FeeLimitError} if base fee and tip are above what the owner allows; {@link UnusualFeeError}
 */
export function chooseFees(
  client: Pick<ChainClient, 'public' | 'fees'>,
  { baseFee, tip, budget }: { baseFee: bigint; tip: bigint; budget?: { wei: bigint; gas: bigint } | undefined },
): Fees {
  const least = baseFee + tip
  requireAllowed(client, least)
  const affordable = budget === undefined ? undefined : budget.wei / budget.gas
  if (affordable !== undefined && least > affordable) throw new CostLimitError(least * budget!.gas, budget!.wei)
  const roomy = (marketOf(client).isCapped ? (baseFee * 9n) / 8n : baseFee * 2n) + tip
  const limit = affordable === undefined ? limitOf(client) : smaller(limitOf(client), affordable)
  const maxFeePerGas = smaller(roomy, limit)
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
  requireAllowed(client, maxFeePerGas)
  return { maxFeePerGas, maxPriorityFeePerGas: larger(tip, raise(old.maxPriorityFeePerGas)) }
}

function smaller(a: bigint, b: bigint): bigint {
  return a < b ? a : b
}

function larger(a: bigint, b: bigint): bigint {
  return a > b ? a : b
}

/** The chain asks for more a gas than the owner allows. */
export class FeeLimitError extends ChainError {
  /** Both in wei a gas. */
  constructor(asked: bigint, most: bigint, message?: string) {
    super(
      message ??
        `The chain asks for ${formatGwei(asked)} gwei a gas, tip included; --max-fee allows ${formatGwei(most)}. Nothing ` +
          'was sent. Wait until it asks for less, or allow more.',
      true,
    )
  }
}

/** An endpoint asks for far more a gas than is usual, and its owner has not said that it pays that. */
export class UnusualFeeError extends FeeLimitError {
  constructor(asked: bigint, most: bigint, of: 'all' | 'blobs' = 'all') {
    const gas = of === 'all' ? 'a gas, tip included' : 'a gas of blobs'
    super(
      asked,
      most,
      `The endpoint asks for ${formatGwei(asked)} gwei ${gas}. More than ${formatGwei(most)} is far above what is usual, and ` +
        'not paid on its word alone. Nothing was sent. Compare with another endpoint; where the price is right, allow it: ' +
        `--max-fee ${formatGwei(asked)} or more.`,
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
