/**
 * Transactions in separate steps (sign, broadcast, ask), so that what was signed can be kept before it is sent.
 *
 * A signed transaction is broadcast as often as needed: it is the same bytes with the same nonce, and the chain can
 * take it once. One that is stuck is replaced under the same nonce, so that still only one of them can be taken.
 */
import {
  type Address,
  BaseError,
  type Hex,
  InsufficientFundsError,
  keccak256,
  type LocalAccount,
  type PublicClient,
  parseTransaction,
  type TransactionReceipt,
  TransactionReceiptNotFoundError,
} from 'viem'
import { type Patience, sleep, untilReached } from './connection.ts'
import type { TransactionCost } from './events.ts'
import type { Attempt } from './store.ts'

/** A chain and the key that signs for it. */
export interface Signer {
  public: PublicClient
  account: LocalAccount
  chainId: number
  pollingIntervalMs: number
}

/** What became of signed transactions with one nonce. */
export type Fate =
  | { kind: 'mined'; receipt: TransactionReceipt }
  /** The chain may still take one. */
  | { kind: 'pending' }
  /** Another transaction took the nonce: none of these can be mined any more. */
  | { kind: 'replaced' }

/** Percent on top of the estimated gas: the last of a cohort to act writes more than the others. */
const GAS_MARGIN_PERCENT = 20n
const GAS_MARGIN = 40_000n
/** Most gas of one transaction since Osaka (EIP-7825). */
const TRANSACTION_GAS_CAP = 16_777_216n
/** Looks at the chain between two broadcasts of the same transaction. */
const LOOKS_A_BROADCAST = 20

/**
 * Simulates against the pending block, in which phases have turned as they will have when it is mined, and signs.
 *
 * @returns The signed transaction, not yet sent.
 * @throws {@link NoFundsError}; what the contract reverts with, as viem reports it.
 */
export async function signTransaction(signer: Signer, call: { to: Address; data: Hex }): Promise<Attempt> {
  const { public: client, account } = signer
  try {
    const [estimate, fees, nonce, balance] = await Promise.all([
      client.estimateGas({ account: account.address, ...call, blockTag: 'pending' }),
      client.estimateFeesPerGas(),
      client.getTransactionCount({ address: account.address, blockTag: 'pending' }),
      client.getBalance({ address: account.address }),
    ])
    const padded = (estimate * (100n + GAS_MARGIN_PERCENT)) / 100n + GAS_MARGIN
    const gas = estimate <= TRANSACTION_GAS_CAP ? atMost(padded, TRANSACTION_GAS_CAP) : padded
    if (balance < gas * fees.maxFeePerGas) throw new NoFundsError(account.address, balance, gas * fees.maxFeePerGas)
    const { maxFeePerGas, maxPriorityFeePerGas } = fees
    const signed = await account.signTransaction({
      type: 'eip1559',
      chainId: signer.chainId,
      ...call,
      nonce,
      gas,
      maxFeePerGas,
      maxPriorityFeePerGas,
    })
    return { hash: keccak256(signed), nonce, maxFeePerGas, signed }
  } catch (error) {
    if (!isNoFunds(error)) throw error
    throw new NoFundsError(account.address, await client.getBalance({ address: account.address }), undefined)
  }
}

/**
 * Hands a signed transaction to the chain. One that the chain already has, or whose nonce is taken, is no error here:
 * {@link fateOf} tells.
 *
 * @throws {@link NoFundsError}; connection errors, after which the chain may have it or not.
 */
export async function broadcast(signer: Signer, attempt: Attempt): Promise<void> {
  try {
    await signer.public.sendRawTransaction({ serializedTransaction: attempt.signed })
  } catch (error) {
    if (isNoFunds(error)) throw new NoFundsError(signer.account.address, undefined, undefined)
    if (!/already known|already imported|nonce too low|known transaction|underpriced/i.test(textOf(error))) throw error
  }
}

/**
 * What became of attempts that share a nonce.
 *
 * The nonce is read before the receipts: a transaction mined in between is then found as mined, never as replaced.
 */
export async function fateOf(signer: Signer, attempts: readonly Attempt[]): Promise<Fate> {
  const { public: client, account } = signer
  const used = await client.getTransactionCount({ address: account.address, blockTag: 'latest' })
  for (const { hash } of attempts) {
    try {
      return { kind: 'mined', receipt: await client.getTransactionReceipt({ hash }) }
    } catch (error) {
      if (!(error instanceof TransactionReceiptNotFoundError)) throw error
    }
  }
  const nonce = attempts[0]?.nonce
  return nonce !== undefined && used > nonce ? { kind: 'replaced' } : { kind: 'pending' }
}

/**
 * Stays with signed transactions of one nonce until the chain has taken one, or for `patienceMs`: broadcasts again what
 * the chain may have forgotten, and raises the fee once when it no longer covers the base fee.
 *
 * @param attempts - At least one; a replacement is added.
 * @param keep - Called with all attempts before a replacement is sent.
 */
export async function seeThrough(
  signer: Signer,
  attempts: Attempt[],
  options: { patience: Patience; patienceMs: number; keep: () => void },
): Promise<Fate> {
  const { patience } = options
  const deadline = Date.now() + options.patienceMs
  for (let looks = 1; ; looks++) {
    const fate = await untilReached(() => fateOf(signer, attempts), patience)
    if (fate.kind !== 'pending' || Date.now() >= deadline) return fate
    if (looks % LOOKS_A_BROADCAST === 1 && looks > 1) {
      const block = await untilReached(() => signer.public.getBlock({ blockTag: 'latest' }), patience)
      const last = attempts.at(-1)!
      if (block.baseFeePerGas !== null && block.baseFeePerGas > last.maxFeePerGas) {
        attempts.push(await raiseFee(signer, last, block.baseFeePerGas * 2n))
        options.keep()
      }
      await untilReached(() => broadcast(signer, attempts.at(-1)!), patience)
    }
    await sleep(signer.pollingIntervalMs, patience.signal)
  }
}

/** What a mined transaction cost. */
export function costOf(receipt: TransactionReceipt): TransactionCost {
  return { hash: receipt.transactionHash, gasUsed: receipt.gasUsed, gasPrice: receipt.effectiveGasPrice }
}

/** The same transaction under the same nonce with both fees raised, by a quarter at the least as nodes demand. */
async function raiseFee(signer: Signer, attempt: Attempt, wanted: bigint): Promise<Attempt> {
  const { to, data, gas, nonce, maxPriorityFeePerGas } = parseTransaction(attempt.signed)
  const maxFeePerGas = atLeast(wanted, (attempt.maxFeePerGas * 5n) / 4n + 1n)
  const signed = await signer.account.signTransaction({
    type: 'eip1559',
    chainId: signer.chainId,
    to: to!,
    data: data ?? '0x',
    gas: gas!,
    nonce: nonce ?? 0,
    maxFeePerGas,
    maxPriorityFeePerGas: ((maxPriorityFeePerGas ?? 0n) * 5n) / 4n + 1n,
  })
  return { hash: keccak256(signed), nonce: attempt.nonce, maxFeePerGas, signed }
}

function atLeast(value: bigint, least: bigint): bigint {
  return value >= least ? value : least
}

function atMost(value: bigint, most: bigint): bigint {
  return value <= most ? value : most
}

function isNoFunds(error: unknown): boolean {
  if (error instanceof NoFundsError) return false
  if (error instanceof BaseError && error.walk((cause) => cause instanceof InsufficientFundsError) !== null) return true
  return /insufficient funds/i.test(textOf(error))
}

function textOf(error: unknown): string {
  let text = ''
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) text += ` ${cause.message}`
  return text
}

/** The key cannot pay for gas. Retry after sending it some. */
export class NoFundsError extends Error {
  override readonly name = 'NoFundsError'
  readonly isRetryable = true

  constructor(address: string, balance: bigint | undefined, needed: bigint | undefined) {
    const has = balance === undefined ? 'has too little' : `has ${balance} wei`
    const needs = needed === undefined ? '' : `; the next transaction needs up to ${needed} wei`
    super(`Account ${address} ${has} to pay for gas${needs}. Send it some of the chain's own coin, then start again.`)
  }
}
