/**
 * A federation round by round from its logs and receipts: who submitted with what report, what was paid to whom, and the
 * gas that it took.
 *
 * @example
 * ```ts
 * import { readRoundHistory } from '@tutti/chain'
 *
 * const [first] = await readRoundHistory(client, { id: federationId })
 * first?.state // → 'settled'
 * first?.updates // → 3
 * first?.members.filter(({ report }) => report !== undefined).length // → 3
 * ```
 */
import type { Hex } from '@tutti/core'
import { hexToBytes } from 'viem'
import type { ChainClient } from '../client/client.ts'
import { ChainError, withChainErrors } from '../client/errors.ts'
import { hideSecrets } from '../client/secrets.ts'
import { readHistory } from './federation.ts'
import { readFederationLogs } from './federation-logs.ts'
import { locateCreation } from './logs.ts'

/** One member's part in a round. */
export interface RoundMember {
  account: Hex
  /** As it was logged: JSON that the member wrote, or nothing. Undefined if it has not submitted. */
  report: Uint8Array | undefined
  /** In the token's smallest unit, like `keeperPay`. */
  reward: bigint
  keeperPay: bigint
  /** Of its transactions of this round, steps of others included; null unless receipts were asked for. */
  gasUsed: bigint | null
}

/** A round, from 0. */
export interface RoundRecord {
  round: number
  state: 'running' | 'settled' | 'failed'
  /** That counted; of a running round, those that were submitted so far. */
  updates: number
  /** From the pot, keepers included. */
  paid: bigint
  members: RoundMember[]
}

/** Receipts read at once: local chains answer with the blobs of those that carry some. */
const READ_AT_ONCE = 8

/**
 * Reads every round that has opened.
 *
 * @param options.isWithGas - Reads a receipt for each transaction of the rounds too.
 * @throws `FederationNotFoundError`; {@link InconsistentHistoryError}; connection errors
 */
export async function readRoundHistory(
  client: ChainClient,
  options: { id: Hex; isWithGas?: boolean; onProgress?: (read: number, of: number) => void },
): Promise<RoundRecord[]> {
  const { id, isWithGas = false, onProgress } = options
  const { blockNumber: fromBlock } = await locateCreation(client, { id })
  const logs = await readFederationLogs(client, { id, fromBlock })
  const rounds = new Map<number, RoundRecord>()
  const transactions = new Map<Hex, number>()
  const roundOf = (round: number): RoundRecord => {
    const known = rounds.get(round) ?? { round, state: 'running' as const, updates: 0, paid: 0n, members: [] }
    rounds.set(round, known)
    return known
  }
  const memberOf = (round: number, account: Hex): RoundMember => {
    const { members } = roundOf(round)
    const known = members.find((member) => member.account.toLowerCase() === account.toLowerCase())
    if (known !== undefined) return known
    const member = { account, report: undefined, reward: 0n, keeperPay: 0n, gasUsed: isWithGas ? 0n : null }
    members.push(member)
    return member
  }
  for (const log of logs) {
    const { args, eventName, transactionHash } = log
    if ('round' in args && eventName !== 'RoundOpened') {
      // The transaction that closes a round opens the next: it counts for the one that it was sent for.
      if (!transactions.has(transactionHash)) transactions.set(transactionHash, args.round)
    }
    switch (eventName) {
      case 'RoundOpened':
        roundOf(args.round)
        break
      case 'Submitted': {
        const member = memberOf(args.round, args.member)
        // A member reports with its first shard.
        if (args.first === 0) {
          member.report = hexToBytes(args.metrics)
          roundOf(args.round).updates++
        }
        break
      }
      case 'RoundSettled':
        Object.assign(roundOf(args.round), { state: 'settled', updates: args.updates, paid: args.paid })
        break
      case 'RoundFailed':
        Object.assign(roundOf(args.round), { state: 'failed', updates: 0 })
        break
      case 'Rewarded':
        memberOf(args.round, args.member).reward += args.amount
        break
      case 'KeeperPaid':
        memberOf(args.round, args.keeper).keeperPay += args.amount
        break
    }
  }
  await checkRecords(client, id, rounds)
  if (isWithGas) {
    const all = [...transactions]
    for (let at = 0; at < all.length; at += READ_AT_ONCE) {
      onProgress?.(at, all.length)
      const group = all.slice(at, at + READ_AT_ONCE)
      const receipts = await withChainErrors(client, () =>
        Promise.all(group.map(([hash]) => client.public.getTransactionReceipt({ hash }))),
      )
      for (const [index, { from, gasUsed }] of receipts.entries()) {
        const member = memberOf(group[index]![1], from)
        member.gasUsed = (member.gasUsed ?? 0n) + gasUsed
      }
    }
  }
  return [...rounds.values()].sort((a, b) => a.round - b.round)
}

/** The contract keeps of each closed round what was paid: logs that say more, or other updates, are not its own. */
async function checkRecords(client: ChainClient, id: Hex, rounds: ReadonlyMap<number, RoundRecord>): Promise<void> {
  const summaries = await readHistory(client, { id })
  for (const { round, state, updates, members, paid } of rounds.values()) {
    const summary = summaries[round]
    if (state !== 'settled') continue
    const told = members.reduce((sum, { reward, keeperPay }) => sum + reward + keeperPay, 0n)
    if (summary?.updates === updates && summary.paid === paid && told <= paid) continue
    throw new InconsistentHistoryError(client.url, round)
  }
}

/** An endpoint's logs say of a round what the contract's record of it does not. */
export class InconsistentHistoryError extends ChainError {
  constructor(url: string, round: number) {
    super(
      `The endpoint at ${hideSecrets(url)} shows logs of round ${round + 1} that its record in the contract contradicts: other ` +
        'updates, or another amount paid. It lies, or is behind. Try again, or use another endpoint.',
      true,
    )
  }
}
