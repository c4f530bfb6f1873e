/**
 * Transactions in three separate steps (sign, broadcast, ask), so that what was signed can be kept before it is sent.
 *
 * A signed transaction is broadcast as often as needed: it is the same bytes with the same nonce, and the chain can
 * take it once.
 */
import {
  type Account,
  type Address,
  BaseError,
  type Chain,
  InsufficientFundsError,
  keccak256,
  type PublicClient,
  type TransactionReceipt,
  TransactionReceiptNotFoundError,
  type Transport,
} from 'viem'
import type { LocalAccount } from 'viem/accounts'
import type { TransactionCost } from './events.ts'
import type { Attempt } from './store.ts'

/** A chain and the key that signs for it. */
export interface Signer {
  client: PublicClient<Transport, Chain, Account | undefined>
  account: LocalAccount
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

/**
 * Simulates against the pending block, so that phases have turned as they will have when it is mined, and signs.
 *
 * @param call - Contract and calldata; `nonce` and `leastFeePerGas` when it replaces an earlier attempt.
 * @returns The signed transaction, not yet sent.
 * @throws {@link NoFundsError}; what the contract reverts with, as viem reports it.
 */
export async function signTransaction(
  signer: Signer,
  call: { to: Address; data: `0x${string}`; nonce?: number; leastFeePerGas?: bigint },
): Promise<Attempt> {
  const { client, account } = signer
  const base = { account: account.address, to: call.to, data: call.data }
  try {
    const [estimate, fees, nonce, balance] = await Promise.all([
      client.estimateGas({ ...base, blockTag: 'pending' }),
      client.estimateFeesPerGas(),
      call.nonce ?? client.getTransactionCount({ address: account.address, blockTag: 'pending' }),
      client.getBalance({ address: account.address }),
    ])
    const padded = (estimate * (100n + GAS_MARGIN_PERCENT)) / 100n + GAS_MARGIN
    const gas = padded > TRANSACTION_GAS_CAP && estimate <= TRANSACTION_GAS_CAP ? TRANSACTION_GAS_CAP : padded
    const maxFeePerGas = atLeast(fees.maxFeePerGas, call.leastFeePerGas)
    const maxPriorityFeePerGas = atLeast(fees.maxPriorityFeePerGas, call.leastFeePerGas && call.leastFeePerGas / 10n)
    if (balance < gas * maxFeePerGas) throw new NoFundsError(account.address, balance, gas * maxFeePerGas)
    const signed = await account.signTransaction({
      type: 'eip1559',
      chainId: client.chain.id,
      to: call.to,
      data: call.data,
      nonce,
      gas,
      maxFeePerGas,
      maxPriorityFeePerGas: atMost(maxPriorityFeePerGas, maxFeePerGas),
    })
    return { hash: keccak256(signed), nonce, maxFeePerGas, signed }
  } catch (error) {
    if (isNoFunds(error)) {
      throw new NoFundsError(account.address, await client.getBalance({ address: account.address }), undefined)
    }
    throw error
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
    await signer.client.sendRawTransaction({ serializedTransaction: attempt.signed })
  } catch (error) {
    if (isNoFunds(error)) throw new NoFundsError(signer.account.address, undefined, undefined)
    if (!/already known|already imported|nonce too low|known transaction|replacement transaction/i.test(text(error))) {
      throw error
    }
  }
}

/**
 * What became of attempts that share a nonce.
 *
 * The nonce is read before the receipts: a transaction mined in between is then found as mined, never as replaced.
 */
export async function fateOf(signer: Signer, attempts: readonly Attempt[]): Promise<Fate> {
  const used = await signer.client.getTransactionCount({ address: signer.account.address, blockTag: 'latest' })
  for (const { hash } of attempts) {
    const receipt = await receiptOf(signer, hash)
    if (receipt !== undefined) return { kind: 'mined', receipt }
  }
  const nonce = attempts[0]?.nonce
  return nonce !== undefined && used > nonce ? { kind: 'replaced' } : { kind: 'pending' }
}

/** What a mined transaction cost. */
export function costOf(receipt: TransactionReceipt): TransactionCost {
  return { hash: receipt.transactionHash, gasUsed: receipt.gasUsed, gasPrice: receipt.effectiveGasPrice }
}

/** The least fee at which nodes accept a replacement: 25% above the attempt, more than any of them asks. */
export function replacementFee(attempt: Attempt): bigint {
  return (attempt.maxFeePerGas * 125n) / 100n + 1n
}

async function receiptOf(signer: Signer, hash: `0x${string}`): Promise<TransactionReceipt | undefined> {
  try {
    return await signer.client.getTransactionReceipt({ hash })
  } catch (error) {
    if (error instanceof TransactionReceiptNotFoundError) return undefined
    throw error
  }
}

function atLeast(value: bigint, least: bigint | undefined): bigint {
  return least === undefined || value >= least ? value : least
}

function atMost(value: bigint, most: bigint): bigint {
  return value <= most ? value : most
}

function isNoFunds(error: unknown): boolean {
  if (error instanceof NoFundsError) return false
  if (error instanceof BaseError && error.walk((cause) => cause instanceof InsufficientFundsError) !== null) return true
  return /insufficient funds/i.test(text(error))
}

function text(error: unknown): string {
  let all = ''
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) all += ` ${cause.message}`
  return all
}

/** The key cannot pay for gas. Retry after sending it some. */
export class NoFundsError extends Error {
  override readonly name = 'NoFundsError'
  readonly isRetryable = true

  constructor(address: string, balance: bigint | undefined, needed: bigint | undefined) {
    const has = balance === undefined ? 'has too little' : `has ${balance} wei`
    const needs = needed === undefined ? '' : `; the next transaction needs up to ${needed} wei`
    super(
      `Account ${address} ${has} of the chain's own currency for gas${needs}. Send it some, then start the node again.`,
    )
  }
}
