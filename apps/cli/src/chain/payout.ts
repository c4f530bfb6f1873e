/** What `claim` and `leave` pay out, as people read it: before it is sent, afterwards, and what is still to come. */
import type { ChainClient, prepareTransaction, WriteResult } from '@tutti/chain'
import { formatTokens, type Token } from '@tutti/core'
import type { Address, Hex } from 'viem'
import type { Output } from '../terminal/output.ts'
import { describePaid, formatCoins } from './paid.ts'

type Call = Parameters<typeof prepareTransaction>[1]

/** Whose tokens, of which federation. */
interface Holding {
  id: Hex
  account: Address
  token: Token
}

/** Tries the call on the chain, and says what is owed and what its gas would cost at most; sends nothing. */
export async function describePayoutTrial(
  client: ChainClient,
  { id, account, token, call }: Holding & { call: Call },
  output: Output,
): Promise<void> {
  const chain = await import('@tutti/chain')
  const { owed, stake } = await chain.readMember(client, { id, account })
  const most = chain.toMostPaid((await chain.prepareTransaction(client, call)).raw)
  output.line(`The chain would take it: owed ${formatTokens(owed, token)}, stake ${formatTokens(stake, token)}.`)
  output.line(`Its gas would cost at most ${formatCoins(most)}. Nothing was sent (--dry-run).`)
  output.result({ id, account, token, owed, stake, mostPaid: most })
}

/** What was paid out, and what the transaction took. */
export function describePayout(paid: WriteResult & { amount: bigint; recipient: Address; token: Token }): string {
  return `${formatTokens(paid.amount, paid.token)} were paid to ${paid.recipient} for ${describePaid([paid])}.`
}

/** What is still owed afterwards, which is said; nulls where it could not be read. */
export async function readRest(
  client: ChainClient,
  { id, account, token, receipt }: Holding & Pick<WriteResult, 'receipt'>,
  output: Output,
): Promise<{ owed: bigint | null; stake: bigint | null; isMember: boolean | null }> {
  const { readMember } = await import('@tutti/chain')
  try {
    // As of the block that has the transaction: an endpoint of several servers may answer for an older one.
    const { owed, stake, isMember } = await readMember(client, { id, account, blockNumber: receipt.blockNumber })
    const rest = owed + stake
    if (rest > 0n) output.line(`${formatTokens(rest, token)} are not free yet; later: tutti claim ${id}`)
    return { owed, stake, isMember }
  } catch (error) {
    output.note(`What ${account} is still owed was not read: ${(error as Error).message}`)
    return { owed: null, stake: null, isMember: null }
  }
}
