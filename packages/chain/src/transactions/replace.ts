/**
 * When an attempt is stuck, and what takes its place: the same transaction under the same nonce at higher fees, so that
 * only one of the two can be mined.
 *
 * A replacement pays at least a quarter more, as pools demand; with blobs twice as much of all three fees.
 *
 * @see go-ethereum `core/txpool/legacypool` (10 %), Nethermind and Erigon (10 to 25 %); `core/txpool/blobpool` (100 %)
 *
 * @example
 * ```ts
 * import { prepareTransaction, readFields, replaceTransaction } from '@tutti/chain'
 *
 * const stuck = await prepareTransaction(client, { to: account.address, data: '0x' })
 * const dearer = await replaceTransaction(client, stuck)
 * dearer.nonce // → stuck.nonce
 * readFields(dearer).maxFeePerGas > readFields(stuck).maxFeePerGas // → true
 * ```
 */
import type { Hash, Hex } from 'viem'
import type { ChainClient } from '../client/client.ts'
import { NoAccountError, withChainErrors } from '../client/errors.ts'
import { request } from '../client/request.ts'
import {
  type Attempt,
  type PreparedTransaction,
  readFields,
  signTransaction,
  type TransactionFields,
} from './attempts.ts'
import { chooseBlobFee, raiseFees, readTip, toMostPaid } from './fees.ts'

/** Attempts at one transaction with blobs, each at twice the fees of the one before: the last pays 32 times the first. */
const MOST_BLOB_ATTEMPTS = 6

/** What is known of an attempt's way at one endpoint. */
interface Wait {
  /** When it was first offered or looked for, in milliseconds since 1970. */
  since: number
  /** Whether the pool demands more than it pays. */
  isUnderpriced: boolean
}

/** By endpoint and hash, until the nonce's fate is known. */
const waits = new WeakMap<ChainClient['public'], Map<Hash, Wait>>()

function waitOf(client: Pick<ChainClient, 'public'>, { hash }: Attempt): Wait {
  const known = waits.get(client.public) ?? new Map<Hash, Wait>()
  waits.set(client.public, known)
  const wait = known.get(hash) ?? { since: Date.now(), isUnderpriced: false }
  known.set(hash, wait)
  return wait
}

/** Starts the time after which an attempt is stuck. */
export function noteOffered(client: Pick<ChainClient, 'public'>, attempt: Attempt): void {
  waitOf(client, attempt)
}

/** Remembers that a pool demands more than an attempt pays. */
export function noteUnderpriced(client: Pick<ChainClient, 'public'>, attempt: Attempt): void {
  waitOf(client, attempt).isUnderpriced = true
}

/** Whether a pool demands more than an attempt pays. */
export function isUnderpriced(client: Pick<ChainClient, 'public'>, attempt: Attempt): boolean {
  return waits.get(client.public)?.get(attempt.hash)?.isUnderpriced === true
}

/** Forgets attempts whose fate is known. */
export function forgetAttempts(client: Pick<ChainClient, 'public'>, attempts: readonly Attempt[]): void {
  for (const { hash } of attempts) waits.get(client.public)?.delete(hash)
}

/**
 * A replacement for the last of the attempts; undefined while that may still be mined, or where a replacement could cost
 * more than `maximumCost`, in wei.
 *
 * @param options.replaceAfterMs - See `Carrier`.
 * @throws `FeeLimitError` if it would have to pay more than the owner allows; {@link ChainUnreachableError}
 */
export async function raiseWhenStuck(
  client: ChainClient,
  attempts: readonly Attempt[],
  { replaceAfterMs, maximumCost }: { replaceAfterMs?: number | undefined; maximumCost?: bigint | undefined },
): Promise<PreparedTransaction | undefined> {
  const last = attempts.at(-1)!
  const { blobs, maxFeePerGas } = readFields(last)
  if (blobs !== undefined && attempts.length >= MOST_BLOB_ATTEMPTS) return undefined
  const wait = waitOf(client, last)
  const isStuck =
    wait.isUnderpriced ||
    (replaceAfterMs === undefined
      ? (await readBaseFee(client)) > maxFeePerGas
      : Date.now() - wait.since >= replaceAfterMs)
  if (!isStuck) return undefined
  const raised = await replaceTransaction(client, last)
  return maximumCost !== undefined && toMostPaid(raised.raw) > maximumCost ? undefined : raised
}

/**
 * The same transaction under the same nonce at higher fees, or more where the chain asks for more.
 *
 * @throws `FeeLimitError` if that is more than the owner allows; {@link ChainUnreachableError}
 */
export async function replaceTransaction(client: ChainClient, attempt: Attempt): Promise<PreparedTransaction> {
  return replaceBy(client, attempt, readFields(attempt))
}

/** A transaction that does nothing in place of one without blobs, under its nonce. @throws `FeeLimitError` */
export async function spendNonce(client: ChainClient, attempt: Attempt): Promise<PreparedTransaction> {
  const to = client.account?.address
  if (to === undefined) throw new NoAccountError()
  return replaceBy(client, attempt, { to, data: '0x', value: 0n, gas: PLAIN_TRANSFER_GAS })
}

/** Gas of a transaction that only moves coins. */
export const PLAIN_TRANSFER_GAS = 21_000n

type Content = Pick<TransactionFields, 'to' | 'data' | 'value' | 'gas' | 'blobs'>

async function replaceBy(client: ChainClient, attempt: Attempt, content: Content): Promise<PreparedTransaction> {
  const { to, data, value, gas, blobs } = content
  const { nonce, maxFeePerGas, maxPriorityFeePerGas } = readFields(attempt)
  const [baseFee, tip, blobBaseFee] = await withChainErrors(client, () =>
    Promise.all([
      readBaseFee(client),
      readTip(client),
      blobs === undefined ? 0n : request<Hex>(client, 'eth_blobBaseFee', []).then(BigInt),
    ]),
  )
  const factor = blobs === undefined ? ([5n, 4n] as const) : ([2n, 1n] as const)
  const fees = raiseFees(client, { maxFeePerGas, maxPriorityFeePerGas }, { baseFee, tip, factor })
  const dearer = blobs && {
    versionedHashes: blobs.versionedHashes,
    maxFeePerBlobGas: chooseBlobFee(client, blobBaseFee, 2n * blobs.maxFeePerBlobGas),
  }
  const optional = { ...(to === undefined ? {} : { to }), ...(dearer === undefined ? {} : { blobs: dearer }) }
  return signTransaction(client, { data, value, gas, nonce, ...fees, ...optional })
}

/** Base fee that the next block will ask, where the chain has a pending block; else that of the last one. */
async function readBaseFee(client: ChainClient): Promise<bigint> {
  const [latest, pending] = await withChainErrors(client, () =>
    Promise.all([
      client.public.getBlock({ blockTag: 'latest' }),
      client.public.getBlock({ blockTag: 'pending' }).catch(() => undefined),
    ]),
  )
  return pending?.baseFeePerGas ?? latest.baseFeePerGas ?? 0n
}
