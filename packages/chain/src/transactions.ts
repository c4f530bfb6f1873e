/**
 * Sending, in two halves that a crash may fall between.
 *
 * {@link prepareTransaction} simulates, prices and signs with a fixed nonce; the caller may write the result to disk.
 * {@link sendPrepared} sends it and waits, and may be called as often as one likes: the same bytes are one transaction.
 */

import { type Address, type Hash, type Hex, keccak256, parseTransaction, type TransactionReceipt } from 'viem'
import type { ChainClient } from './client.ts'
import {
  AccountBusyError,
  ChainMismatchError,
  findRevertData,
  InsufficientFundsError,
  NoAccountError,
  NonceTakenError,
  OutOfGasError,
  TransactionPendingError,
  TransactionRevertedError,
  toChainError,
  withChainErrors,
} from './errors.ts'
import { chooseGas, estimateGas } from './estimates.ts'
import { chooseFees, readTip } from './fees.ts'
import { EndpointRefusalError, type Offer, offerTransaction } from './refusals.ts'

/** What a transaction does. `to` is absent when it deploys a contract. */
export type Call = {
  to?: Address
  data: Hex
  value?: bigint
  /** Gas beyond the estimate, for calls that cost more when another one is included first. */
  spareGas?: bigint
  /** Most that its gas may cost, in wei; without limit where absent. */
  maximumCost?: bigint
  /** Sign it only as the account's next: nothing behind what waits at the chain. Blob transactions are never signed otherwise. */
  isNext?: boolean
}

/** A signed transaction that was not sent yet: plain strings and numbers, fit for JSON. */
export type PreparedTransaction = { hash: Hash; raw: Hex; nonce: number; from: Address; chainId: number }

/** A transaction that was included and succeeded. */
export type WriteResult = { hash: Hash; receipt: TransactionReceipt; gasUsed: bigint }

/**
 * Simulates a call, prices it and signs it with the account's next nonce; sends nothing.
 *
 * Gas allows a quarter above the estimate and `spareGas`, up to the cap; for the fees see `chooseFees`.
 *
 * @throws {@link ContractError} if it would revert; {@link InsufficientFundsError}; `GasCapExceededError`,
 *   `EndpointGasError`; `FeeLimitError`; `CostLimitError`; {@link AccountBusyError} with `isNext`;
 *   {@link NoAccountError}; {@link ChainUnreachableError}
 */
export async function prepareTransaction(client: ChainClient, call: Call): Promise<PreparedTransaction> {
  const { account, chainId } = client
  if (account === undefined) throw new NoAccountError()
  const from = account.address
  const value = call.value ?? 0n
  const request = { data: call.data, value, ...(call.to === undefined ? {} : { to: call.to }) }
  const countAt = (blockTag: 'latest' | 'pending') => client.public.getTransactionCount({ address: from, blockTag })
  const [estimate, nonce, used, block, tip, balance] = await withChainErrors(client, () =>
    Promise.all([
      estimateGas(client, { account: from, ...request }),
      countAt('pending'),
      call.isNext === true ? countAt('latest') : undefined,
      client.public.getBlock({ includeTransactions: false }),
      readTip(client),
      client.public.getBalance({ address: from }),
    ]),
  )
  if (used !== undefined && nonce > used) throw new AccountBusyError(from, used, nonce - used)
  const gas = await chooseGas(client, estimate, block.gasLimit, call.spareGas)
  const budget = call.maximumCost === undefined ? undefined : { wei: call.maximumCost, gas }
  const { maxFeePerGas } = chooseFees(client, { baseFee: block.baseFeePerGas ?? 0n, tip, budget })
  const needed = gas * maxFeePerGas + value
  if (balance < needed) throw new InsufficientFundsError(from, balance, needed)
  const raw = await account.signTransaction({
    type: 'eip1559',
    chainId,
    nonce,
    gas,
    maxFeePerGas,
    maxPriorityFeePerGas: tip,
    ...request,
  })
  return { hash: keccak256(raw), raw, nonce, from, chainId }
}

/**
 * Sends a prepared transaction and waits until it is included. Idempotent: what is known or included already is not
 * sent twice, its receipt is looked up.
 *
 * @throws {@link NonceTakenError} if it can never be included; {@link TransactionPendingError} if it is not yet;
 *   {@link ContractError} or {@link TransactionRevertedError} if it failed; {@link ChainUnreachableError};
 *   {@link ChainMismatchError}
 */
export async function sendPrepared(client: ChainClient, prepared: PreparedTransaction): Promise<WriteResult> {
  if (prepared.chainId !== client.chainId) throw new ChainMismatchError(prepared.chainId, client.chainId)
  await broadcast(client, prepared)
  return awaitIncluded(client, prepared)
}

async function awaitIncluded(client: ChainClient, prepared: PreparedTransaction): Promise<WriteResult> {
  const receipt = await waitForReceipt(client, prepared)
  if (receipt.status === 'reverted') throw await explainRevert(client, prepared, receipt)
  return { hash: prepared.hash, receipt, gasUsed: receipt.gasUsed }
}

/** Tails of each signer's queue: nonces are handed out one after the other. */
const queues = new Map<string, Promise<unknown>>()

/**
 * Simulates, signs, sends and waits: {@link prepareTransaction} then {@link sendPrepared}. Calls of one account made
 * at the same time are signed one after the other, so that each gets its own nonce.
 */
export async function sendCall(client: ChainClient, call: Call): Promise<WriteResult> {
  if (client.account === undefined) throw new NoAccountError()
  const key = `${client.chainId}:${client.account.address}:${client.url}`
  const turn = (queues.get(key) ?? Promise.resolve()).then(() => prepareAndBroadcast(client, call))
  queues.set(
    key,
    turn.catch(() => undefined),
  )
  return awaitIncluded(client, await turn)
}

/** Signs anew, a few times, when another process took the nonce, the pool demands other fees, or is full for now. */
async function prepareAndBroadcast(client: ChainClient, call: Call): Promise<PreparedTransaction> {
  for (let attempt = 1; ; attempt++) {
    const prepared = await prepareTransaction(client, call)
    try {
      const offer = await broadcast(client, prepared)
      if (offer === 'taken') return prepared
      if (attempt === attempts) throw new EndpointRefusalError(client.url, offer.words)
      if (offer.kind === 'later' || offer.kind === 'busy') await sleep(client.pollingIntervalMs)
    } catch (error) {
      if (!(error instanceof NonceTakenError) || attempt === attempts) throw error
    }
  }
}

const attempts = 5

/** Hands the raw transaction to the chain: `taken`, now or before; else why not now, in words for people. */
async function broadcast(
  client: ChainClient,
  { raw, hash, nonce }: PreparedTransaction,
): Promise<'taken' | Exclude<Offer, { kind: 'taken' }>> {
  const offer = await offerTransaction(client, raw)
  switch (offer.kind) {
    case 'taken':
      return 'taken'
    case 'nonce-used':
    case 'nonce-held': {
      const included = await withChainErrors(client, () => findReceipt(client, hash))
      if (included === undefined && !(await isKnown(client, hash))) throw new NonceTakenError(hash, nonce)
      return 'taken'
    }
    default:
      return offer
  }
}

async function findReceipt(client: ChainClient, hash: Hash): Promise<TransactionReceipt | undefined> {
  try {
    return await client.public.getTransactionReceipt({ hash })
  } catch (error) {
    if ((error as Error).name === 'TransactionReceiptNotFoundError') return undefined
    throw error
  }
}

async function isKnown(client: ChainClient, hash: Hash): Promise<boolean> {
  const found = await withChainErrors(client, () =>
    client.public.request({ method: 'eth_getTransactionByHash', params: [hash] }),
  )
  return found !== null
}

async function waitForReceipt(client: ChainClient, prepared: PreparedTransaction): Promise<TransactionReceipt> {
  const deadline = Date.now() + client.receiptTimeoutMs
  for (let look = 1; ; look++) {
    const receipt = await withChainErrors(client, () => findReceipt(client, prepared.hash))
    if (receipt !== undefined) {
      if (client.confirmations <= 1) return receipt
      const head = await withChainErrors(client, () => client.public.getBlockNumber())
      if (head - receipt.blockNumber + 1n >= BigInt(client.confirmations)) return receipt
    }
    if (Date.now() >= deadline) throw new TransactionPendingError(prepared.hash, client.receiptTimeoutMs)
    // A node may have dropped it from its pool, or been restarted without it.
    if (receipt === undefined && look % rebroadcastEvery === 0 && !(await isKnown(client, prepared.hash))) {
      await broadcast(client, prepared)
    }
    await sleep(client.pollingIntervalMs)
  }
}

const rebroadcastEvery = 20

const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

/** Runs an included transaction again on the state it failed on, to learn why. */
async function explainRevert(
  client: ChainClient,
  prepared: PreparedTransaction,
  receipt: TransactionReceipt,
): Promise<unknown> {
  const { to, data, value, gas = 0n } = parseTransaction(prepared.raw)
  // A call within gets 63 / 64 of the gas (EIP-150): what is left when it ran out there is the rest.
  if (receipt.gasUsed * 64n >= gas * 63n) return new OutOfGasError(prepared.hash, gas)
  const request = { data: data ?? '0x', value: value ?? 0n, ...(to ? { to } : {}) } as const
  try {
    await client.public.call({ account: prepared.from, ...request, blockNumber: receipt.blockNumber })
  } catch (error) {
    if (findRevertData(error) !== undefined) return toChainError(error, client.url)
  }
  return new TransactionRevertedError(prepared.hash)
}
