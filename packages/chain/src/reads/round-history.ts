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
import { type FederationLog, readFederationLogs } from './federation-logs.ts'
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
  const rounds = collectRounds(logs)
  await checkRecords(client, id, rounds)
  if (!isWithGas) return rounds
  const used = await readGasUsed(client, groupTransactions(logs), onProgress)
  return rounds.map((record) => addGas(record, used.get(record.round) ?? new Map()))
}

/** A member's part as its round's logs tell it, one after the other. */
type Part = Pick<RoundMember, 'account' | 'report' | 'reward' | 'keeperPay'>

/** The rounds that have opened, in order, without gas. */
function collectRounds(logs: readonly FederationLog[]): RoundRecord[] {
  const byRound = new Map<number, FederationLog[]>()
  for (const log of logs) {
    if (!('round' in log.args)) continue
    const { round } = log.args
    byRound.set(round, [...(byRound.get(round) ?? []), log])
  }
  return [...byRound].sort(([a], [b]) => a - b).map(([round, own]) => toRecord(round, own))
}

/** One round from its logs, in order of the chain. */
function toRecord(round: number, logs: readonly FederationLog[]): RoundRecord {
  const parts = new Map<string, Part>()
  const partOf = (account: Hex): Part => {
    const key = account.toLowerCase()
    const known = parts.get(key) ?? { account, report: undefined, reward: 0n, keeperPay: 0n }
    parts.set(key, known)
    return known
  }
  let outcome: Pick<RoundRecord, 'state' | 'updates' | 'paid'> = { state: 'running', updates: 0, paid: 0n }
  for (const { args, eventName } of logs) {
    switch (eventName) {
      case 'Submitted': {
        const part = partOf(args.member)
        // A member reports with its first shard.
        if (args.first !== 0) break
        part.report = hexToBytes(args.metrics)
        outcome = { ...outcome, updates: outcome.updates + 1 }
        break
      }
      case 'RoundSettled':
        outcome = { state: 'settled', updates: args.updates, paid: args.paid }
        break
      case 'RoundFailed':
        outcome = { state: 'failed', updates: 0, paid: outcome.paid }
        break
      case 'Rewarded':
        partOf(args.member).reward += args.amount
        break
      case 'KeeperPaid':
        partOf(args.keeper).keeperPay += args.amount
        break
    }
  }
  return { round, ...outcome, members: [...parts.values()].map((part) => ({ ...part, gasUsed: null })) }
}

/** The transactions of rounds, each with the round that it was sent for. */
function groupTransactions(logs: readonly FederationLog[]): [hash: Hex, round: number][] {
  const transactions = new Map<Hex, number>()
  for (const { args, eventName, transactionHash } of logs) {
    // The transaction that closes a round opens the next: it counts for the one that it was sent for.
    if (!('round' in args) || eventName === 'RoundOpened' || transactions.has(transactionHash)) continue
    transactions.set(transactionHash, args.round)
  }
  return [...transactions]
}

/** Gas by round and account, the account in lower case. */
type GasUsed = Map<number, Map<string, { account: Hex; gas: bigint }>>

async function readGasUsed(
  client: ChainClient,
  transactions: readonly [hash: Hex, round: number][],
  onProgress?: (read: number, of: number) => void,
): Promise<GasUsed> {
  const used: GasUsed = new Map()
  for (let at = 0; at < transactions.length; at += READ_AT_ONCE) {
    onProgress?.(at, transactions.length)
    const group = transactions.slice(at, at + READ_AT_ONCE)
    const receipts = await withChainErrors(client, () =>
      Promise.all(group.map(([hash]) => client.public.getTransactionReceipt({ hash }))),
    )
    for (const [index, { from: account, gasUsed }] of receipts.entries()) {
      const [, round] = group[index]!
      const ofRound = used.get(round) ?? new Map<string, { account: Hex; gas: bigint }>()
      const key = account.toLowerCase()
      ofRound.set(key, { account, gas: (ofRound.get(key)?.gas ?? 0n) + gasUsed })
      used.set(round, ofRound)
    }
  }
  return used
}

/** A round with the gas of everybody who sent something in it: zero for members who did not, as far as it is known. */
function addGas(record: RoundRecord, used: ReadonlyMap<string, { account: Hex; gas: bigint }>): RoundRecord {
  const keys = new Set(record.members.map(({ account }) => account.toLowerCase()))
  const others = [...used].filter(([key]) => !keys.has(key))
  return {
    ...record,
    members: [
      ...record.members.map((member) => ({ ...member, gasUsed: used.get(member.account.toLowerCase())?.gas ?? 0n })),
      ...others.map(([, { account, gas }]) => ({
        ...{ account, report: undefined, reward: 0n, keeperPay: 0n },
        gasUsed: gas,
      })),
    ],
  }
}

/** The contract keeps of each closed round what was paid: logs that say more, or other updates, are not its own. */
async function checkRecords(client: ChainClient, id: Hex, rounds: readonly RoundRecord[]): Promise<void> {
  const summaries = await readHistory(client, { id })
  for (const { round, state, updates, members, paid } of rounds) {
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
