/**
 * What a node reads from the chain to decide.
 *
 * The record of the round is one call, cheap enough for every poll; the rest is read when that has changed.
 */
import { setTimeout as sleepFor } from 'node:timers/promises'
import {
  type ChainClient,
  readEvents,
  readHistory,
  readMember,
  readPosition,
  readRound,
  readStatus,
} from '@tutti/chain'
import type { Hex, Round, Terms } from '@tutti/core'
import type { Observation } from './decide.ts'

/** An observation, its block's time being what the next block will have by the chain's own account. */
export interface Sight {
  observation: Observation
  /** Rounds over, failed ones included. */
  roundsClosed: number
}

/**
 * Reads all that decisions need. The round is read first and last: if it changed in between, the parts do not belong
 * together and are read again.
 */
export async function observe(client: ChainClient, id: Hex, terms: Terms, account: Hex): Promise<Sight> {
  for (let mismatches = 0; ; mismatches++) {
    // An endpoint with several servers may stay of two minds for a while.
    if (mismatches > 0) await sleepFor(Math.min(2_000, 25 * 2 ** mismatches))
    const [before, status, member, position, latest, pending, after] = await Promise.all([
      readRound(client, { id }),
      readStatus(client, { id }),
      readMember(client, { id, account }),
      readPosition(client, { id, account }),
      client.public.getBlock({ blockTag: 'latest' }),
      // Not every chain has a pending block; its time is a better guess only where it exists.
      client.public.getBlock({ blockTag: 'pending' }).catch(() => undefined),
      readRound(client, { id }),
    ])
    if (!isSameRound(before, after)) continue
    const timestamp = Math.max(Number(latest.timestamp), Number(pending?.timestamp ?? 0n))
    return {
      observation: { block: { number: latest.number, timestamp }, terms, status, round: after, member, position },
      roundsClosed: status.roundsClosed,
    }
  }
}

/** Whether two records of a round are the same in every field. */
export function isSameRound(a: Round, b: Round): boolean {
  return (Object.keys(a) as (keyof Round)[]).every((key) => a[key] === b[key])
}

/** What a closed round was worth to an account. */
export interface RoundEnd {
  number: number
  updates: number
  reward: bigint
  keeperPay: bigint
}

/**
 * What the closed rounds `from` to `to − 1` came to, and what they paid an account.
 *
 * @param fromBlock - Not after the block that opened the first of them.
 */
export async function readRoundEnds(
  client: ChainClient,
  id: Hex,
  account: Hex,
  range: { from: number; to: number; fromBlock: bigint },
): Promise<RoundEnd[]> {
  const { from, to, fromBlock } = range
  const [history, rewards, keepers] = await Promise.all([
    readHistory(client, { id, from, count: to - from }),
    readEvents(client, { eventName: 'Rewarded', id, fromBlock }),
    readEvents(client, { eventName: 'KeeperPaid', id, fromBlock }),
  ])
  const own = account.toLowerCase()
  return history.map(({ updates }, i) => {
    const number = from + i
    let reward = 0n
    let keeperPay = 0n
    for (const { args } of rewards) {
      if (args.round === number && args.member.toLowerCase() === own) reward += args.amount
    }
    for (const { args } of keepers) {
      if (args.round === number && args.keeper.toLowerCase() === own) keeperPay += args.amount
    }
    return { number, updates, reward, keeperPay }
  })
}
