/**
 * Sending a call, or what was signed earlier, and waiting until it counts.
 *
 * A crash may fall between {@link prepareTransaction} and {@link sendPrepared}: the caller may write what was signed to
 * disk, and send it as often as it likes. The same bytes are one transaction.
 *
 * @example
 * ```ts
 * import { callToApprove, prepareTransaction, sendCall, sendPrepared } from '@tutti/chain'
 *
 * const call = callToApprove(client, { token: terms.token, amount: 1n })
 * const prepared = await prepareTransaction(client, call) // signed, not sent: plain JSON, for a disk
 * const { receipt } = await sendPrepared(client, prepared)
 * receipt.status // → 'success'
 * const again = await sendPrepared(client, prepared) // the same transaction, not a second one
 * again.hash // → prepared.hash
 * const { hash } = await sendCall(client, call) // both at once: another one
 * hash === prepared.hash // → false
 * ```
 */
import type { Address, Hash, TransactionReceipt } from 'viem'
import type { Prover } from '../blob/kzg/kzg.ts'
import type { ChainClient } from '../client/client.ts'
import { isPassing, meaningOfError } from '../client/endpoint-failures.ts'
import {
  AccountBusyError,
  ChainMismatchError,
  NoAccountError,
  NonceTakenError,
  TransactionPendingError,
} from '../client/errors.ts'
import { pause } from '../client/pause.ts'
import type { Attempt, PreparedTransaction } from './attempts.ts'
import { blobCarrier, type Carrier, plainCarrier } from './carriers.ts'
import { EndpointRefusalError, isAtChain, NotTakenYetError } from './endpoint-refusals.ts'
import { explainRevert, type Fate, fateOf } from './fate.ts'
import { CostLimitError, FeeLimitError, toMostPaid, toPaid } from './fees.ts'
import { type FollowOptions, handOver, seeThrough } from './follow.ts'
import { type BlobCall, type Call, prepareTransaction } from './prepare.ts'
import { isUnderpriced, replaceTransaction } from './replace.ts'
import type { SidecarVersion } from './sidecar.ts'

/** A transaction that was included and succeeded; `paid` in wei, as {@link toPaid} says. */
export type WriteResult = { hash: Hash; receipt: TransactionReceipt; gasUsed: bigint; paid: bigint }

/** How a transaction is sent. */
export interface SendOptions {
  /** By default {@link plainCarrier}; a call with blobs needs {@link blobCarrier}. */
  carrier?: Carrier
  /** Called with all attempts before the last of them is sent: what must survive a crash. */
  keep?: (attempts: readonly Attempt[]) => void
}

/** How blobs are sent. */
export type BlobSendOptions = Pick<SendOptions, 'keep'> & {
  kzg: Prover
  /** Proofs to send; by default version 1, and version 0 where a node refuses that. */
  version?: SidecarVersion
  /** A transaction that is pending for so long is replaced at twice its fees, in milliseconds: 3 slots, by default. */
  replaceAfterMs?: number
}

/** A blob transaction that was included and succeeded. */
export type BlobWriteResult = WriteResult & {
  /** `131,072 · blobs`. */
  blobGasUsed: bigint
  /** Wei. */
  blobGasPrice: bigint
}

/** How often a call is signed: anew where another process took its nonce, dearer where the pool demands it. */
const MOST_SIGNATURES = 5
/** Refusals that are on no list are taken for final after so many. */
const UNKNOWN_REFUSALS = 4
/** Offers in a row that must find the nonce taken and nothing of the transaction: servers count before they show. */
const OFFERS_UNTIL_REPLACED = 5
const LONGEST_PAUSE_MS = 5_000

/** Last turn of each signer: nonces are handed out one after the other. */
const turns = new Map<string, Promise<unknown>>()

/**
 * Simulates, signs, sends and waits until it counts. Calls of one account made at the same time are signed one after the
 * other, so that each gets its own nonce; behind blobs, once those are in a block.
 *
 * @throws What {@link prepareTransaction} and {@link sendPrepared} throw.
 */
export async function sendCall(client: ChainClient, call: Call, options: SendOptions = {}): Promise<WriteResult> {
  if (client.account === undefined) throw new NoAccountError()
  const sending = { carrier: plainCarrier(client), ...options, maximumCost: call.maximumCost }
  const { included } = await inTurn(client, client.account.address, async () => {
    const attempts = await signAndDeliver(client, call, sending)
    const included = awaitIncluded(client, attempts, sending)
    if (call.bundle !== undefined) await included
    return { included }
  })
  return included
}

/**
 * Sends a call with its blobs: {@link sendCall} with a {@link blobCarrier}. Waits for the account's pending transactions
 * first, since pools do not mix the two kinds.
 */
export async function sendBlobCall(
  client: ChainClient,
  call: BlobCall,
  { keep, ...options }: BlobSendOptions,
): Promise<BlobWriteResult> {
  const carrier = blobCarrier(client, { ...options, bundleOf: () => call.bundle })
  const result = await sendCall(client, call, { carrier, ...(keep === undefined ? {} : { keep }) })
  const { blobGasUsed = 0n, blobGasPrice = 0n } = result.receipt
  return { ...result, blobGasUsed, blobGasPrice }
}

/**
 * Sends a prepared transaction and waits until it counts: in as many blocks as the connection asks for. Idempotent: what
 * is known or included already is not sent twice, its receipt is looked up. One that is stuck is replaced.
 *
 * @param prepared - Or all attempts at it that were kept, the last of which is sent; replacements are added.
 * @throws {@link NonceTakenError} if it can never be included; {@link TransactionPendingError} if it is not yet;
 *   {@link ContractError}, {@link OutOfGasError} or {@link TransactionRevertedError} if it failed;
 *   {@link ChainUnreachableError}; {@link ChainMismatchError}
 */
export async function sendPrepared(
  client: ChainClient,
  prepared: PreparedTransaction | PreparedTransaction[],
  options: SendOptions = {},
): Promise<WriteResult> {
  const attempts = Array.isArray(prepared) ? prepared : [prepared]
  const [first] = attempts
  if (first === undefined) throw new RangeError('There is no attempt to send. Prepare a transaction first.')
  if (first.chainId !== client.chainId) throw new ChainMismatchError(first.chainId, client.chainId)
  const sending = { carrier: plainCarrier(client), ...options, from: first.from }
  options.keep?.(attempts)
  const isReplaced = (await deliver(client, attempts, sending)) === 'replaced'
  if (isReplaced) throw new NonceTakenError(attempts.at(-1)!.hash, first.nonce)
  return awaitIncluded(client, attempts, sending)
}

/** Runs what signs for an account after what signed before; a failure before is no reason not to. */
async function inTurn<T>(client: ChainClient, account: Address, run: () => Promise<T>): Promise<T> {
  const key = `${client.chainId}:${account}:${client.url}`
  const turn = (turns.get(key) ?? Promise.resolve()).then(run)
  turns.set(
    key,
    turn.catch(() => undefined),
  )
  return turn
}

/** Signs and delivers; with another nonce where another process took it. @returns The attempts, of which the chain has one. */
async function signAndDeliver(client: ChainClient, call: Call, options: FollowOptions): Promise<Attempt[]> {
  for (let signatures = 1; ; signatures++) {
    const attempts: Attempt[] = [await prepareWhenFree(client, call)]
    options.keep?.(attempts)
    if ((await deliver(client, attempts, options)) === 'taken') return attempts
    const { hash, nonce } = attempts.at(-1)!
    if (signatures === MOST_SIGNATURES) throw new NonceTakenError(hash, nonce)
  }
}

/** Signs once nothing of the account waits, where the call asks for that. */
async function prepareWhenFree(client: ChainClient, call: Call): Promise<PreparedTransaction> {
  const deadline = Date.now() + client.receiptTimeoutMs
  for (;;) {
    try {
      return await prepareTransaction(client, call)
    } catch (error) {
      if (!(error instanceof AccountBusyError) || Date.now() >= deadline) throw error
    }
    await pause(client.pollingIntervalMs)
  }
}

/**
 * Offers the last of the attempts until the chain has one, through full pools and answers that do not come: one nonce, one
 * transaction, however often it is offered.
 *
 * @param attempts - Replacements are added where the pool demands more.
 * @returns `replaced` if another transaction has the nonce.
 * @throws What {@link handOver} throws, once that is final or lasts longer than the client waits for receipts.
 */
async function deliver(
  client: ChainClient,
  attempts: Attempt[],
  options: FollowOptions,
): Promise<'taken' | 'replaced'> {
  const deadline = Date.now() + client.receiptTimeoutMs
  let unknown = 0
  let lost = 0
  for (let offers = 1; ; offers++) {
    const last = attempts.at(-1)!
    let failure: unknown
    try {
      const offer = await handOver(client, attempts, options.carrier)
      if (offer.kind === 'taken') return 'taken'
      if (isUnderpriced(client, last)) {
        if (!(await raise(client, attempts, options, offer.words))) return 'taken'
        continue
      }
      failure = new NotTakenYetError(client.url, offer.words)
      const fate = await fateOf(client, attempts, options.from ?? client.account!.address)
      if (isIncluded(fate)) return 'taken'
      if (offer.kind === 'nonce-held' || fate.kind === 'replaced') lost++
      if (lost === OFFERS_UNTIL_REPLACED) return 'replaced'
    } catch (error) {
      const meaning = meaningOfError(error)
      const isUnknown = meaning === 'unknown' && ++unknown < UNKNOWN_REFUSALS
      if (!isUnknown && (meaning === undefined || !isPassing(meaning))) throw error
      failure = error
    }
    if (Date.now() >= deadline) throw failure
    await pause(Math.min(LONGEST_PAUSE_MS, client.pollingIntervalMs * 2 ** Math.min(10, offers - 1)))
    if (await isAtChain(client, last.hash)) return 'taken'
  }
}

function isIncluded(fate: Fate): boolean {
  return fate.kind === 'mined' || (fate.kind === 'pending' && fate.isIncluded)
}

/**
 * Adds a dearer attempt. @param words - What the endpoint said to the last.
 *
 * @returns False if it may not be made dearer and an earlier one may wait at the chain.
 */
async function raise(
  client: ChainClient,
  attempts: Attempt[],
  { keep, maximumCost, from = client.account?.address }: FollowOptions,
  words: string,
): Promise<boolean> {
  const isOwn = from === client.account?.address
  if (!isOwn || attempts.length >= MOST_SIGNATURES) throw new EndpointRefusalError(client.url, words)
  try {
    const raised = await replaceTransaction(client, attempts.at(-1)!)
    const cost = toMostPaid(raised.raw)
    if (maximumCost !== undefined && cost > maximumCost) throw new CostLimitError(cost, maximumCost)
    attempts.push(raised)
    keep?.(attempts)
    return true
  } catch (error) {
    const isLimit = error instanceof FeeLimitError || error instanceof CostLimitError
    if (!isLimit || attempts.length === 1) throw error
    return false
  }
}

/** Follows attempts to their fate; what passes at the endpoint is waited for. */
async function awaitIncluded(client: ChainClient, attempts: Attempt[], options: FollowOptions): Promise<WriteResult> {
  const deadline = Date.now() + client.receiptTimeoutMs
  const fate = await followUntil(client, attempts, options, deadline)
  const { hash, nonce } = attempts.at(-1)!
  if (fate.kind === 'pending') throw new TransactionPendingError(hash, client.receiptTimeoutMs, fate.failure)
  if (fate.kind === 'replaced') throw new NonceTakenError(hash, nonce)
  const { receipt } = fate
  if (receipt.status === 'reverted') throw await explainRevert(client, attempts, receipt)
  return { hash: receipt.transactionHash, receipt, gasUsed: receipt.gasUsed, paid: toPaid(receipt) }
}

async function followUntil(
  client: ChainClient,
  attempts: Attempt[],
  options: FollowOptions,
  deadline: number,
): Promise<Fate> {
  for (;;) {
    try {
      return await seeThrough(client, attempts, { ...options, timeoutMs: deadline - Date.now() })
    } catch (failure) {
      const meaning = meaningOfError(failure)
      if (meaning === undefined || meaning === 'final') throw failure
      if (Date.now() >= deadline) return { kind: 'pending', isIncluded: false, failure }
    }
    await pause(client.pollingIntervalMs)
  }
}
