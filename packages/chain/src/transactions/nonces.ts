/**
 * What holds up an account's nonces: transactions that can only fail, and gaps that lost ones leave.
 *
 * @example
 * ```ts
 * import { isVain, prepareTransaction, signGap } from '@tutti/chain'
 *
 * const next = await prepareTransaction(client, { to: account.address, data: '0x' })
 * await isVain(client, next, account.address) // → false
 * await signGap(client, next) // → []
 * ```
 */
import type { Address } from 'viem'
import type { ChainClient } from '../client/client.ts'
import { findRevertData, NoAccountError, withChainErrors } from '../client/errors.ts'
import { type Attempt, type PreparedTransaction, readFields, signTransaction } from './attempts.ts'
import { PLAIN_TRANSFER_GAS } from './replace.ts'

/**
 * Whether a signed transaction could only fail if it were mined now: its call, on the latest block, is refused. False for
 * transactions with blobs, whose replacements must carry blobs too.
 *
 * @param from - Who signed it.
 */
export async function isVain(client: ChainClient, attempt: Attempt, from: Address): Promise<boolean> {
  const { to, data, value, gas, blobs } = readFields(attempt)
  if (blobs !== undefined || to === undefined) return false
  try {
    await client.public.call({ account: from, to, data, value, gas })
    return false
  } catch (error) {
    // What else it says, or that it says nothing, tells nothing of the call.
    return findRevertData(error) !== undefined
  }
}

/** Most nonces below an attempt that are filled. */
export const WIDEST_GAP = 16

/**
 * Transactions that do nothing, for the nonces below an attempt that no transaction holds: a reorganisation or a
 * forgetful server can lose an earlier transaction of the account, and nothing above a gap is ever mined. They are signed
 * at the attempt's fees; nothing is sent.
 *
 * @returns None where there is no gap, or one wider than {@link WIDEST_GAP}.
 */
export async function signGap(client: ChainClient, attempt: Attempt): Promise<PreparedTransaction[]> {
  const to = client.account?.address
  if (to === undefined) throw new NoAccountError()
  const next = await withChainErrors(client, () =>
    client.public.getTransactionCount({ address: to, blockTag: 'pending' }),
  )
  // A wider one no reorganisation makes: the endpoint lies or is broken, and would have the account pay for it.
  if (attempt.nonce - next > WIDEST_GAP) return []
  const { maxFeePerGas, maxPriorityFeePerGas } = readFields(attempt)
  const nothing = { to, data: '0x', value: 0n, gas: PLAIN_TRANSFER_GAS, maxFeePerGas, maxPriorityFeePerGas } as const
  const filled: PreparedTransaction[] = []
  for (let nonce = next; nonce < attempt.nonce; nonce++) {
    filled.push(await signTransaction(client, { ...nothing, nonce }))
  }
  return filled
}
