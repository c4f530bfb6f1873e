/**
 * What a node reads from the chain to decide: one call a look, cheap enough for every block.
 *
 * @example
 * ```ts
 * import { readChainTime } from '@tutti/node'
 *
 * const now = await readChainTime(client) // by the chain's clock, in seconds
 * now > 1_600_000_000 // → true
 * ```
 */
import { type ChainClient, readBlockTime, readEvents, readHistory, readObservation, readSince } from '@tutti/chain'
import type { Hex, Round, Terms } from '@tutti/core'
import type { Observation } from './state.ts'

/** Chains with regular blocks have one more often than this. */
const REGULAR_SECONDS = 15

/** Reads all that decisions need, as of one block. */
export async function observe(client: ChainClient, id: Hex, terms: Terms, account: Hex): Promise<Observation> {
  const { block, ...views } = await readObservation(client, { id, account })
  return { ...views, terms, block: { number: block.number, timestamp: await timeOf(client, block.timestamp) } }
}

/** Time of the chain now, in seconds, by its latest block. */
export async function readChainTime(client: ChainClient): Promise<number> {
  return timeOf(client, await readBlockTime(client))
}

/** A chain that mines only when asked tells its time by the pending block; not every chain has one. */
async function timeOf(client: ChainClient, timestamp: number): Promise<number> {
  const isOld = Date.now() / 1000 - timestamp > REGULAR_SECONDS
  const pending = isOld ? await client.public.getBlock({ blockTag: 'pending' }).catch(() => undefined) : undefined
  return Math.max(timestamp, Number(pending?.timestamp ?? 0n))
}

/** Whether two records of a round are the same in every field. */
function isSameRound(a: Round, b: Round): boolean {
  return (Object.keys(a) as (keyof Round)[]).every((key) => a[key] === b[key])
}

/** Whether two observations show the same, except for the block and its time. */
export function isSameObservation(a: Observation, b: Observation): boolean {
  const isSame = <T extends object>(one: T, other: T) =>
    (Object.keys(one) as (keyof T)[]).every((key) => one[key] === other[key])
  return (
    isSameRound(a.round, b.round) &&
    isSame(a.status, b.status) &&
    isSame(a.member, b.member) &&
    a.position === b.position
  )
}

/** What a closed round was worth to an account. */
export interface RoundEnd {
  number: number
  updates: number
  reward: bigint
  keeperPay: bigint
}

/**
 * How the rounds `from` to `to − 1` ended, and what they paid an account.
 *
 * @param range - `fromBlock`: not after the block that opened the first of them. Without `mayBeRewarded`
 *   the account's rewards are not looked for, and without `mayBeKeeper` its keeper pay is not.
 */
export async function readRoundEnds(
  client: ChainClient,
  id: Hex,
  account: Hex,
  range: { from: number; to: number; fromBlock: bigint; mayBeRewarded: boolean; mayBeKeeper: boolean },
): Promise<RoundEnd[]> {
  const { from, to, fromBlock, mayBeRewarded, mayBeKeeper } = range
  const since = { id, fromBlock }
  const [history, rewards, keepers] = await Promise.all([
    readHistory(client, { id, from, count: to - from }),
    mayBeRewarded
      ? readSince(client, since, (start) => readEvents(client, { eventName: 'Rewarded', id, fromBlock: start }))
      : [],
    mayBeKeeper
      ? readSince(client, since, (start) => readEvents(client, { eventName: 'KeeperPaid', id, fromBlock: start }))
      : [],
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
