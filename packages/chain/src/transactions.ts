/**
 * Sending, in two halves that a crash may fall between.
 *
 * {@link prepareTransaction} simulates, prices and signs with a fixed nonce; the caller may write the result to disk.
 * {@link sendPrepared} sends it and waits, and may be called as often as one likes: the same bytes are one transaction.
 */

import { type Address, type Hash, type Hex, keccak256, parseTransaction, type TransactionReceipt } from 'viem'
import type { ChainClient } from './client.ts'
import {
  ChainMismatchError,
  ChainUnreachableError,
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

/** What a transaction does. `to` is absent when it deploys a contract. */
export type Call = {
  to?: Address
  data: Hex
  value?: bigint
  /** Gas beyond the estimate, for calls that cost more when another one is included first. */
  spareGas?: bigint
}

/** A signed transaction that was not sent yet: plain strings and numbers, fit for JSON. */
export type PreparedTransaction = { hash: Hash; raw: Hex; nonce: number; from: Address; chainId: number }

/** A transaction that was included and succeeded. */
export type WriteResult = { hash: Hash; receipt: TransactionReceipt; gasUsed: bigint }

/**
 * Simulates a call, prices it and signs it with the account's next nonce; sends nothing.
 *
 * The fee allows the base fee to double; gas allows a quarter above the estimate and `spareGas`, up to the cap.
 *
 * @throws {@link ContractError} if it would revert; {@link InsufficientFundsError}; `GasCapExceededError`,
 *   `EndpointGasError`;
 *   {@link NoAccountError}; {@link ChainUnreachableError}
 */
export async function prepareTransaction(client: ChainClient, call: Call): Promise<PreparedTransaction> {
  const { account, chainId } = client
  if (account === undefined) throw new NoAccountError()
  const from = account.address
  const value = call.value ?? 0n
  const request = { data: call.data, value, ...(call.to === undefined ? {} : { to: call.to }) }
  const [estimate, nonce, block, tip, balance] = await withChainErrors(client, () =>
    Promise.all([
      estimateGas(client, { account: from, ...request }),
      client.public.getTransactionCount({ address: from, blockTag: 'pending' }),
      client.public.getBlock({ includeTransactions: false }),
      readTip(client),
      client.public.getBalance({ address: from }),
    ]),
  )
  const gas = await chooseGas(client, estimate, block.gasLimit, call.spareGas)
  const maxFeePerGas = (block.baseFeePerGas ?? 0n) * 2n + tip
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

/** How long a tip is taken for current, in milliseconds: tips move slowly, and a stuck transaction is made dearer. */
const tipMilliseconds = 60_000
const tips = new WeakMap<ChainClient['public'], { tip: bigint; readAt: number }>()

async function readTip({ public: client }: ChainClient): Promise<bigint> {
  const known = tips.get(client)
  if (known !== undefined && performance.now() - known.readAt < tipMilliseconds) return known.tip
  const tip = await client.estimateMaxPriorityFeePerGas()
  tips.set(client, { tip, readAt: performance.now() })
  return tip
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
  return sendPrepared(client, await turn)
}

/** Another process may sign with the same account: a nonce that it took is replaced, a few times. */
async function prepareAndBroadcast(client: ChainClient, call: Call): Promise<PreparedTransaction> {
  for (let attempt = 1; ; attempt++) {
    const prepared = await prepareTransaction(client, call)
    try {
      await broadcast(client, prepared)
      return prepared
    } catch (error) {
      if (!(error instanceof NonceTakenError) || attempt === nonceAttempts) throw error
    }
  }
}

const nonceAttempts = 5

const knownMessages = /already known|already imported|already exists|known transaction|nonce too low|nonce is too low/i

/** Hands the raw transaction to the chain; silence means that the chain has it, now or before. */
async function broadcast(client: ChainClient, { raw, hash, nonce }: PreparedTransaction): Promise<void> {
  try {
    await client.public.sendRawTransaction({ serializedTransaction: raw })
  } catch (error) {
    const named = toChainError(error, client.url)
    if (named instanceof ChainUnreachableError || !knownMessages.test(String((error as Error).message))) throw named
    if (!/nonce/i.test(String((error as Error).message))) return
    const included = await withChainErrors(client, () => findReceipt(client, hash))
    if (included === undefined && !(await isKnown(client, hash))) throw new NonceTakenError(hash, nonce)
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
    if (receipt === undefined && look % rebroadcastEvery === 0) await broadcast(client, prepared)
    await new Promise((resolve) => setTimeout(resolve, client.pollingIntervalMs))
  }
}

const rebroadcastEvery = 20

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
