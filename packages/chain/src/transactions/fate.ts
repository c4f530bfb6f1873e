/**
 * What became of signed transactions: mined and deep enough, still waiting, or replaced by another one.
 *
 * @example
 * ```ts
 * import { fateOf, prepareTransaction, sendPrepared } from '@tutti/chain'
 *
 * const prepared = await prepareTransaction(client, { to: account.address, data: '0x' })
 * await fateOf(client, [prepared], account.address) // → { kind: 'pending', isIncluded: false }
 * await sendPrepared(client, prepared)
 * const { kind } = await fateOf(client, [prepared], account.address)
 * kind // → 'mined'
 * ```
 */
import type { Address, Hash, TransactionReceipt } from 'viem'
import type { ChainClient } from '../client/client.ts'
import {
  findRevertData,
  MalformedAnswerError,
  OutOfGasError,
  TransactionRevertedError,
  toChainError,
  withChainErrors,
} from '../client/errors.ts'
import { request } from '../client/request.ts'
import { type Attempt, readFields } from './attempts.ts'
import { toBlobRequest } from './estimates.ts'

/** What became of attempts of one account and nonce. */
export type Fate =
  /** In a block, as deep as the connection asks for (`confirmations`). */
  | { kind: 'mined'; receipt: TransactionReceipt }
  /**
   * The chain may still take one, or has taken one in a block that is not deep enough yet (`isIncluded`). `failure`: the
   * chain did not tell.
   */
  | { kind: 'pending'; isIncluded: boolean; failure?: unknown }
  /** Another transaction took the nonce: none of these can be mined any more. */
  | { kind: 'replaced' }

/**
 * What became of attempts, as the chain tells now.
 *
 * A nonce that is taken proves that they were replaced only if they have no receipt then: a transaction mined between
 * the two questions is found as mined, never as replaced. Yet a server may count a transaction some time before it has
 * the receipt, so one answer `replaced` is not proof enough: see `seeThrough`.
 *
 * @param from - Who signed them.
 * @throws {@link MalformedAnswerError} {@link ChainUnreachableError}
 */
export async function fateOf(client: ChainClient, attempts: readonly Attempt[], from: Address): Promise<Fate> {
  const [first] = attempts
  if (first === undefined) return { kind: 'pending', isIncluded: false }
  const find = async (): Promise<Fate | undefined> => {
    for (const { hash } of attempts.toReversed()) {
      const receipt = await findReceipt(client, hash)
      if (receipt === undefined) continue
      const isDeep = await isDeepEnough(client, receipt)
      return isDeep ? { kind: 'mined', receipt } : { kind: 'pending', isIncluded: true }
    }
    return undefined
  }
  return withChainErrors(client, async () => {
    const found = await find()
    if (found !== undefined) return found
    const used = await client.public.getTransactionCount({ address: from, blockTag: 'latest' })
    if (used <= first.nonce) return { kind: 'pending', isIncluded: false }
    return (await find()) ?? { kind: 'replaced' }
  })
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

/** Whether a transaction counts: as many blocks as the connection asks for, its own included. */
async function isDeepEnough(client: ChainClient, receipt: TransactionReceipt): Promise<boolean> {
  const { confirmations } = client
  if (confirmations <= 1) return true
  return (await client.public.getBlockNumber()) - receipt.blockNumber + 1n >= BigInt(confirmations)
}

/** Runs a transaction that was mined and failed again on the state it failed on. @returns The error that says why. */
export async function explainRevert(
  client: ChainClient,
  attempts: readonly Attempt[],
  receipt: TransactionReceipt,
): Promise<unknown> {
  const { transactionHash: hash, blockNumber, from: account } = receipt
  const { to, data, value, gas, blobs } = readFields(attempts.find((attempt) => attempt.hash === hash)!)
  // A call within gets 63 / 64 of the gas (EIP-150): what is left when it ran out there is the rest.
  if (receipt.gasUsed * 64n >= gas * 63n) return new OutOfGasError(hash, gas)
  const call = { account, data, value, ...(to === undefined ? {} : { to }) }
  try {
    if (blobs === undefined) await client.public.call({ ...call, blockNumber })
    else await request(client, 'eth_call', [toBlobRequest({ ...call, blobs }), `0x${blockNumber.toString(16)}`])
  } catch (error) {
    if (findRevertData(error) !== undefined) return toChainError(error, client.url)
  }
  return new TransactionRevertedError(hash)
}
