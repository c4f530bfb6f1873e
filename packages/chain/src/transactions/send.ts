/**
 * Sending, in two halves that a crash may fall between.
 *
 * {@link prepareTransaction} simulates, prices and signs with a fixed nonce; the caller may write the result to disk.
 * {@link sendPrepared} sends it and waits, and may be called as often as one likes: the same bytes are one transaction.
 *
 * @example
 * ```ts
 * import { callToApprove, prepareTransaction, sendPrepared } from '@tutti/chain'
 *
 * const call = callToApprove(client, { token: terms.token, amount: 1n })
 * const prepared = await prepareTransaction(client, call) // signed, not sent: plain JSON, for a disk
 * const { receipt } = await sendPrepared(client, prepared)
 * receipt.status // → 'success'
 * const again = await sendPrepared(client, prepared) // the same transaction, not a second one
 * again.hash // → prepared.hash
 * ```
 */

import { type Address, type Hash, type Hex, keccak256, parseTransaction, type TransactionReceipt } from 'viem'
import { isPassing, meaningOfError } from '../client/answers.ts'
import type { ChainClient } from '../client/client.ts'
import {
  AccountBusyError,
  ChainMismatchError,
  findRevertData,
  InsufficientFundsError,
  MalformedAnswerError,
  NoAccountError,
  NonceTakenError,
  OutOfGasError,
  TransactionPendingError,
  TransactionRevertedError,
  toChainError,
  withChainErrors,
} from '../client/errors.ts'
import { chooseGas, estimateGas } from './estimates.ts'
import { chooseFees, readTip, toPaid } from './fees.ts'
import { EndpointRefusalError, isAtChain, NotTakenYetError, type Offer, offerTransaction } from './refusals.ts'

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

/** A transaction that was included and succeeded; `paid` in wei, as {@link toPaid} says. */
export type WriteResult = { hash: Hash; receipt: TransactionReceipt; gasUsed: bigint; paid: bigint }

/**
 * Simulates a call, prices it and signs it with the account's next nonce; sends nothing.
 *
 * @param given - Its nonce, where it replaces one that was offered.
 *
 * Gas allows a quarter above the estimate and `spareGas`, up to the cap; for the fees see `chooseFees`.
 *
 * @throws {@link ContractError} if it would revert; {@link InsufficientFundsError}; `GasCapExceededError`,
 *   `EndpointGasError`; `FeeLimitError`; `CostLimitError`; {@link AccountBusyError} with `isNext`;
 *   {@link NoAccountError}; {@link ChainUnreachableError}
 */
export async function prepareTransaction(
  client: ChainClient,
  call: Call,
  given: { nonce?: number } = {},
): Promise<PreparedTransaction> {
  const { account, chainId } = client
  if (account === undefined) throw new NoAccountError()
  const from = account.address
  const value = call.value ?? 0n
  const request = { data: call.data, value, ...(call.to === undefined ? {} : { to: call.to }) }
  const countAt = (blockTag: 'latest' | 'pending') => client.public.getTransactionCount({ address: from, blockTag })
  const [estimate, nonce, used, block, tip, balance] = await withChainErrors(client, () =>
    Promise.all([
      estimateGas(client, { account: from, ...request }),
      given.nonce ?? countAt('pending'),
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
  if ((await deliver(client, prepared)) === 'replaced') throw new NonceTakenError(prepared.hash, prepared.nonce)
  return awaitIncluded(client, prepared)
}

async function awaitIncluded(client: ChainClient, prepared: PreparedTransaction): Promise<WriteResult> {
  const receipt = await waitForReceipt(client, prepared)
  if (receipt.status === 'reverted') throw await explainRevert(client, prepared, receipt)
  return { hash: prepared.hash, receipt, gasUsed: receipt.gasUsed, paid: toPaid(receipt) }
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

/** Signs and delivers; anew with another nonce where another process took it, with the same one where fees are too low. */
async function prepareAndBroadcast(client: ChainClient, call: Call): Promise<PreparedTransaction> {
  let given: { nonce?: number } = {}
  for (let attempt = 1; ; attempt++) {
    const prepared = await prepareTransaction(client, call, given)
    const outcome = await deliver(client, prepared)
    if (outcome === 'taken') return prepared
    if (outcome === 'replaced') {
      if (attempt === attempts) throw new NonceTakenError(prepared.hash, prepared.nonce)
      given = {}
      continue
    }
    if (attempt === attempts) throw new EndpointRefusalError(client.url, outcome.words)
    given = { nonce: prepared.nonce }
  }
}

const attempts = 5

/** Refusals that are on no list are taken for final after so many. */
const UNKNOWN_REFUSALS = 4
/** Looks in a row that must find the nonce taken and nothing of the transaction: servers count before they show. */
const LOOKS_UNTIL_REPLACED = 5
const LONGEST_PAUSE_MS = 5_000

/**
 * Offers the same bytes until the chain has them, through full pools and answers that do not come: one nonce, one
 * transaction, however often it is offered.
 *
 * @returns `replaced` if another one has its nonce; what the endpoint said if it must pay more.
 * @throws What {@link offerTransaction} throws, once that is final or lasts longer than the client waits for receipts.
 */
async function deliver(
  client: ChainClient,
  { raw, hash, nonce, from }: PreparedTransaction,
): Promise<'taken' | 'replaced' | (Offer & { kind: 'underpriced' })> {
  const deadline = Date.now() + client.receiptTimeoutMs
  let unknown = 0
  let lost = 0
  for (let offers = 1; ; offers++) {
    let failure: unknown
    try {
      const offer = await offerTransaction(client, raw)
      if (offer.kind === 'taken') return 'taken'
      if (offer.kind === 'underpriced') return offer as Offer & { kind: 'underpriced' }
      failure = new NotTakenYetError(client.url, offer.words)
      if (offer.kind === 'nonce-held' || (offer.kind === 'nonce-used' && (await isNonceUsed(client, from, nonce)))) {
        lost++
        if (lost === LOOKS_UNTIL_REPLACED) return 'replaced'
      }
    } catch (error) {
      const meaning = meaningOfError(error)
      const isUnknown = meaning === 'unknown' && ++unknown < UNKNOWN_REFUSALS
      if (!isUnknown && (meaning === undefined || !isPassing(meaning))) throw error
      failure = error
    }
    if (Date.now() >= deadline) throw failure
    await sleep(Math.min(LONGEST_PAUSE_MS, client.pollingIntervalMs * 2 ** Math.min(10, offers - 1)))
    if (await isAtChain(client, hash)) return 'taken'
  }
}

async function isNonceUsed(client: ChainClient, address: Address, nonce: number): Promise<boolean> {
  const used = await withChainErrors(client, () => client.public.getTransactionCount({ address, blockTag: 'latest' }))
  return used > nonce
}

/** The receipt of a transaction that a block holds; undefined while none does. @throws {@link MalformedAnswerError} */
export async function findReceipt(
  client: Pick<ChainClient, 'public' | 'url'>,
  hash: Hash,
): Promise<TransactionReceipt | undefined> {
  try {
    const receipt = await client.public.getTransactionReceipt({ hash })
    if (receipt.transactionHash.toLowerCase() !== hash.toLowerCase()) {
      throw new MalformedAnswerError(client.url, `the receipt of another transaction than ${hash}`)
    }
    // Some clients make one up of what still waits.
    return receipt.blockNumber === null || receipt.blockHash === null ? undefined : receipt
  } catch (error) {
    if ((error as Error).name === 'TransactionReceiptNotFoundError') return undefined
    throw error
  }
}

/** Looks until the receipt is there and deep enough; what passes at the endpoint is waited for. */
async function waitForReceipt(client: ChainClient, prepared: PreparedTransaction): Promise<TransactionReceipt> {
  const { hash, nonce, from } = prepared
  const deadline = Date.now() + client.receiptTimeoutMs
  let lost = 0
  for (let look = 1; ; look++) {
    let failure: unknown
    try {
      const receipt = await withChainErrors(client, () => findReceipt(client, hash))
      if (receipt !== undefined) {
        if (client.confirmations <= 1) return receipt
        const head = await withChainErrors(client, () => client.public.getBlockNumber())
        if (head - receipt.blockNumber + 1n >= BigInt(client.confirmations)) return receipt
      }
      // A node may have dropped it from its pool, or been restarted without it.
      if (receipt === undefined && look % rebroadcastEvery === 0 && !(await isAtChain(client, hash))) {
        if (!(await isNonceUsed(client, from, nonce))) {
          await offerTransaction(client, prepared.raw)
        } else if (++lost === LOOKS_UNTIL_REPLACED) throw new NonceTakenError(hash, nonce)
      }
    } catch (error) {
      const meaning = meaningOfError(error)
      if (meaning === undefined || meaning === 'final') throw error
      failure = error
    }
    if (Date.now() >= deadline) throw new TransactionPendingError(hash, client.receiptTimeoutMs, failure)
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
