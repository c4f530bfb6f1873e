/**
 * Blob transactions: signed, sent with a sidecar, and replaced when they are stuck.
 *
 * What is signed has no blobs in it, so a node can keep the few bytes on disk before sending, and the blobs in its
 * archive. Nodes keep blob and ordinary transactions of an account in separate pools and refuse to mix them: nothing
 * is signed here while another transaction of the account is pending, and a replacement doubles all three fees, as
 * they demand.
 *
 * @see EIP-4844, EIP-7918; go-ethereum `core/txpool/blobpool`
 * @example
 * ```ts
 * import { bundleBlobs, prepareBlobTransaction, sendBlobCall } from '@tutti/chain'
 * import { packBlobs } from '@tutti/core'
 *
 * const bundle = await bundleBlobs(kzg, packBlobs(Int8Array.of(3), { laneBits: 16 }))
 * const call = { to: account.address, data: '0x', bundle } as const
 * const { nonce, chainId } = await prepareBlobTransaction(client, call) // signed, not sent
 * chainId // → 31337
 * const { receipt } = await sendBlobCall(client, call, { kzg })
 * receipt.blobGasUsed // → 131072n
 * await client.public.getTransactionCount({ address: account.address }) // → nonce + 1
 * ```
 */

import { BLOB_GAS, BLOBS_PER_TRANSACTION } from '@tutti/core'
import { type Hash, type Hex, keccak256, parseTransaction, type TransactionReceipt, toHex } from 'viem'
import type { Prover } from '../blob/kzg/kzg.ts'
import type { ChainClient } from '../client/client.ts'
import {
  AccountBusyError,
  ChainError,
  ChainMismatchError,
  findRevertData,
  InsufficientFundsError,
  NoAccountError,
  NonceTakenError,
  TransactionPendingError,
  TransactionRevertedError,
  toChainError,
  withChainErrors,
} from '../client/errors.ts'
import { openSender, requestOf } from './carriers.ts'
import { chooseGas, explainEstimate } from './estimates.ts'
import { chooseBlobFee, chooseFees, FeeLimitError, raiseFees, readTip, toPaid } from './fees.ts'
import type { Call, PreparedTransaction, WriteResult } from './send.ts'
import type { BlobBundle, SidecarVersion } from './sidecar.ts'

/** A call whose transaction carries blobs. */
export type BlobCall = Call & { to: `0x${string}`; bundle: BlobBundle }

/** A signed blob transaction without its sidecar: plain strings and numbers, fit for JSON. */
export type PreparedBlobTransaction = PreparedTransaction

/** Gas of a blob, of which blocks have a price of their own (EIP-4844 `GAS_PER_BLOB`). */
export const GAS_PER_BLOB = BigInt(BLOB_GAS)

/** How patient to be, and what to tell. */
export type BlobSendOptions = {
  kzg: Prover
  /** Proofs to send; by default version 1, and version 0 where a node refuses that. */
  version?: SidecarVersion
  /** A transaction that is pending for so long is replaced at twice its fees: 3 slots, by default. */
  replaceAfterMs?: number
  /** Replacements before giving up; by default 5. */
  replacements?: number
  /** Called with every signed attempt, before it is sent: what a node keeps on disk. */
  onSigned?: (attempts: readonly PreparedBlobTransaction[]) => void
}

/** A blob transaction that was included and succeeded. */
export type BlobWriteResult = WriteResult & {
  /** `131,072 · blobs`. */
  blobGasUsed: bigint
  /** Wei. */
  blobGasPrice: bigint
}

/**
 * Simulates a call with blobs, prices it and signs it with the account's next nonce; sends nothing.
 *
 * The fees allow base fee and blob base fee to double, within the owner's limits.
 *
 * @throws {@link TooManyBlobsError}, {@link AccountBusyError} while the account has transactions pending;
 *   {@link ContractError} if it would revert; {@link InsufficientFundsError}; `GasCapExceededError` `EndpointGasError`;
 *   `FeeLimitError`; {@link NoAccountError}; {@link ChainUnreachableError}
 */
export async function prepareBlobTransaction(client: ChainClient, call: BlobCall): Promise<PreparedBlobTransaction> {
  const { account } = client
  if (account === undefined) throw new NoAccountError()
  const { to, data, value = 0n, bundle } = call
  const blobs = bundle.versionedHashes.length
  if (blobs === 0 || blobs > BLOBS_PER_TRANSACTION) throw new TooManyBlobsError(blobs)
  const from = account.address
  const request = requestOf(client)
  const shown = { type: '0x3', from, to, data, value: toHex(value), blobVersionedHashes: bundle.versionedHashes }
  const [nonce, pending, block, tip, balance, blobFee] = await withChainErrors(client, () =>
    Promise.all([
      client.public.getTransactionCount({ address: from, blockTag: 'latest' }),
      client.public.getTransactionCount({ address: from, blockTag: 'pending' }),
      client.public.getBlock({ includeTransactions: false }),
      readTip(client),
      client.public.getBalance({ address: from }),
      request<Hex>('eth_blobBaseFee', []).then(BigInt),
    ]),
  )
  if (pending > nonce) throw new AccountBusyError(from, nonce, pending - nonce)
  const baseFee = block.baseFeePerGas ?? 0n
  const maxFeePerBlobGas = chooseBlobFee(client, blobFee)
  const blobCost = BigInt(blobs) * GAS_PER_BLOB * maxFeePerBlobGas
  const { maxFeePerGas: roomy } = chooseFees(client, { baseFee, tip })
  const neededFor = (gas: bigint, fee = roomy) => gas * fee + value + blobCost
  // Some nodes refuse to simulate what the account could not pay: that is said as what it is.
  if (balance < neededFor(leastGas)) throw new InsufficientFundsError(from, balance, neededFor(leastGas))
  const estimate = await withChainErrors(client, async () => {
    try {
      return BigInt(await request<Hex>('eth_estimateGas', [shown]))
    } catch (error) {
      throw await explainEstimate(client, error)
    }
  })
  const gas = await chooseGas(client, estimate, block.gasLimit, call.spareGas)
  const budget = call.maximumCost === undefined ? undefined : { wei: largest(0n, call.maximumCost - blobCost), gas }
  const { maxFeePerGas } = chooseFees(client, { baseFee, tip, budget })
  const needed = neededFor(gas, maxFeePerGas)
  if (balance < needed) throw new InsufficientFundsError(from, balance, needed)
  const terms = { to, data, value, gas, nonce, blobVersionedHashes: bundle.versionedHashes }
  return sign(client, { ...terms, maxFeePerGas, maxPriorityFeePerGas: tip, maxFeePerBlobGas })
}

/** Of any transaction. */
const leastGas = 21_000n

type BlobTerms = {
  to: Hex
  data: Hex
  value: bigint
  gas: bigint
  nonce: number
  maxFeePerGas: bigint
  maxPriorityFeePerGas: bigint
  maxFeePerBlobGas: bigint
  blobVersionedHashes: readonly Hex[]
}

async function sign({ account, chainId }: ChainClient, terms: BlobTerms): Promise<PreparedBlobTransaction> {
  if (account === undefined) throw new NoAccountError()
  const raw = await account.signTransaction({ type: 'eip4844', chainId, ...terms, sidecars: false })
  return { hash: keccak256(raw), raw, nonce: terms.nonce, from: account.address, chainId }
}

/**
 * The same transaction under the same nonce at twice its fees, or more where the chain asks for more: so only one of
 * the two can be included.
 *
 * @throws `FeeLimitError` if that is more than the owner allows; {@link ChainUnreachableError}
 */
export async function replaceBlobTransaction(
  client: ChainClient,
  prepared: PreparedBlobTransaction,
): Promise<PreparedBlobTransaction> {
  const { to, data, value, gas, nonce, ...fees } = parseTransaction(prepared.raw as `0x03${string}`)
  const [block, blobFee, tip] = await withChainErrors(client, () =>
    Promise.all([
      client.public.getBlock({ includeTransactions: false }),
      requestOf(client)<Hex>('eth_blobBaseFee', []).then(BigInt),
      readTip(client),
    ]),
  )
  const { maxFeePerGas = 0n, maxPriorityFeePerGas = 0n } = fees
  const baseFee = block.baseFeePerGas ?? 0n
  const raised = raiseFees(client, { maxFeePerGas, maxPriorityFeePerGas }, { baseFee, tip, factor: [2n, 1n] })
  return sign(client, {
    to: to!,
    data: data ?? '0x',
    value: value ?? 0n,
    gas: gas!,
    nonce: nonce ?? 0,
    ...raised,
    maxFeePerBlobGas: chooseBlobFee(client, blobFee, 2n * (fees.maxFeePerBlobGas ?? 0n)),
    blobVersionedHashes: fees.blobVersionedHashes ?? [],
  })
}

/** Tails of each signer's queue: blob transactions of one account go one after the other, each until it is included. */
const queues = new Map<string, Promise<unknown>>()

/**
 * Signs, sends and waits until the transaction is included, replacing it when it is stuck. Waits for the account's
 * pending transactions first, since nodes do not mix the two kinds.
 *
 * @throws What {@link prepareBlobTransaction} and {@link sendPreparedBlobs} throw.
 */
export async function sendBlobCall(
  client: ChainClient,
  call: BlobCall,
  options: BlobSendOptions,
): Promise<BlobWriteResult> {
  if (client.account === undefined) throw new NoAccountError()
  const key = `${client.chainId}:${client.account.address}:${client.url}`
  const turn = (queues.get(key) ?? Promise.resolve()).then(async () => {
    const attempts = [await prepareWhenFree(client, call)]
    return sendPreparedBlobs(client, attempts, call.bundle, options)
  })
  queues.set(
    key,
    turn.catch(() => undefined),
  )
  return turn
}

async function prepareWhenFree(client: ChainClient, call: BlobCall): Promise<PreparedBlobTransaction> {
  const deadline = Date.now() + client.receiptTimeoutMs
  for (;;) {
    try {
      return await prepareBlobTransaction(client, call)
    } catch (error) {
      if (!(error instanceof AccountBusyError) || Date.now() >= deadline) throw error
    }
    await sleep(client.pollingIntervalMs)
  }
}

/**
 * Sends the last of the signed attempts of one nonce and waits until one of them is included; replaces it when it is
 * stuck. Idempotent: after a crash it may be called with the attempts that were kept.
 *
 * @param attempts - At least one; replacements are added.
 * @param bundle - The blobs that all attempts carry.
 * @throws {@link NonceTakenError}, {@link TransactionPendingError}, {@link ContractError},
 *   {@link TransactionRevertedError}, {@link ChainMismatchError}, {@link ChainUnreachableError}
 */
export async function sendPreparedBlobs(
  client: ChainClient,
  attempts: PreparedBlobTransaction[],
  bundle: BlobBundle,
  options: BlobSendOptions,
): Promise<BlobWriteResult> {
  const [first] = attempts
  if (first === undefined) throw new RangeError('There is no attempt to send. Prepare a blob transaction first.')
  if (first.chainId !== client.chainId) throw new ChainMismatchError(first.chainId, client.chainId)
  const replaceAfterMs = options.replaceAfterMs ?? 36_000
  const most = attempts.length + (options.replacements ?? 5)
  const deadline = Date.now() + client.receiptTimeoutMs
  const send = openSender(client, bundle, options)
  options.onSigned?.(attempts)
  let isSent = await send(attempts.at(-1)!)
  let looksReplaced = 0
  for (let sentAt = Date.now(); ; ) {
    const { isNonceUsed, isIncluded, receipt } = await lookFor(client, attempts)
    if (receipt !== undefined) {
      if (receipt.status === 'reverted') throw await explainRevert(client, receipt, attempts)
      const { blobGasUsed = 0n, blobGasPrice = 0n, gasUsed, transactionHash: hash } = receipt
      return { hash, receipt, gasUsed, paid: toPaid(receipt), blobGasUsed, blobGasPrice }
    }
    // A node may count a transaction some time before it has the receipt.
    looksReplaced = isNonceUsed && !isIncluded ? looksReplaced + 1 : 0
    if (looksReplaced === looksUntilReplaced) throw new NonceTakenError(attempts.at(-1)!.hash, first.nonce)
    if (Date.now() >= deadline) throw new TransactionPendingError(attempts.at(-1)!.hash, client.receiptTimeoutMs)
    const isStuck = !isSent || Date.now() - sentAt >= replaceAfterMs
    if (!isNonceUsed && isStuck && attempts.length < most) {
      const replacement = await replaceBlobTransaction(client, attempts.at(-1)!).catch(ignoreFeeLimit)
      if (replacement !== undefined) {
        attempts.push(replacement)
        options.onSigned?.(attempts)
      }
      isSent = await send(attempts.at(-1)!)
      sentAt = Date.now()
    }
    await sleep(client.pollingIntervalMs)
  }
}

/** What may not be made dearer waits as it is. */
function ignoreFeeLimit(error: unknown): undefined {
  if (!(error instanceof FeeLimitError)) throw error
}

const looksUntilReplaced = 20

/** Whether the attempts' nonce was used, whether by one of them, and the receipt of that one once it is confirmed. */
async function lookFor(
  client: ChainClient,
  attempts: readonly PreparedBlobTransaction[],
): Promise<{ isNonceUsed: boolean; isIncluded: boolean; receipt?: TransactionReceipt }> {
  const { from, nonce } = attempts[0]!
  // The count is read before the receipts: what is included in between is found as such, never as replaced.
  const used = await withChainErrors(client, () =>
    client.public.getTransactionCount({ address: from, blockTag: 'latest' }),
  )
  for (const { hash } of attempts.toReversed()) {
    const receipt = await withChainErrors(client, () => receiptOf(client, hash))
    if (receipt === undefined) continue
    const included = { isNonceUsed: true, isIncluded: true }
    if (client.confirmations <= 1) return { ...included, receipt }
    const head = await withChainErrors(client, () => client.public.getBlockNumber())
    const isConfirmed = head - receipt.blockNumber + 1n >= BigInt(client.confirmations)
    return isConfirmed ? { ...included, receipt } : included
  }
  return { isNonceUsed: used > nonce, isIncluded: false }
}

async function receiptOf(client: ChainClient, hash: Hash): Promise<TransactionReceipt | undefined> {
  try {
    return await client.public.getTransactionReceipt({ hash })
  } catch (error) {
    if ((error as Error).name === 'TransactionReceiptNotFoundError') return undefined
    throw error
  }
}

/** Runs an included transaction again on the state it failed on, to learn why. */
async function explainRevert(
  client: ChainClient,
  receipt: TransactionReceipt,
  attempts: readonly PreparedBlobTransaction[],
): Promise<unknown> {
  const { raw, from } = attempts.find(({ hash }) => hash === receipt.transactionHash)!
  const { to, data, value, blobVersionedHashes } = parseTransaction(raw as `0x03${string}`)
  const call = { type: '0x3', from, to, data, value: toHex(value ?? 0n), blobVersionedHashes }
  try {
    await requestOf(client)('eth_call', [call, toHex(receipt.blockNumber)])
  } catch (error) {
    if (findRevertData(error) !== undefined) return toChainError(error, client.url)
  }
  return new TransactionRevertedError(receipt.transactionHash)
}

function largest(a: bigint, b: bigint): bigint {
  return a > b ? a : b
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

/** A transaction carries one to six blobs. */
export class TooManyBlobsError extends ChainError {
  constructor(blobs: number) {
    super(
      `A transaction carries 1 to ${BLOBS_PER_TRANSACTION} blobs, not ${blobs}. Send one shard a transaction.`,
      false,
    )
  }
}
