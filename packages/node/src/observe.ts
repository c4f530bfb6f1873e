/**
 * What a node reads from the chain to decide.
 *
 * The record of the round is one call, cheap enough for every poll; the rest is read when that has changed.
 */
import { type ChainClient, federationAbi } from '@tutti/chain'
import type { Hex, Round, Terms } from '@tutti/core'
import type { Observation } from './decide.ts'

/** An observation, and the time that the next block will have by the chain's own account. */
export interface Sight {
  observation: Observation
  /** Rounds over, failed ones included. */
  roundsClosed: number
}

/** The record of the round in progress. */
export async function readRound(client: ChainClient, id: Hex): Promise<Round> {
  return client.public.readContract({ ...core(client), functionName: 'roundOf', args: [id] })
}

/**
 * Reads all that decisions need. The round is read first and last: if it changed in between, the parts do not belong
 * together and are read again.
 */
export async function observe(client: ChainClient, id: Hex, terms: Terms, account: Hex): Promise<Sight> {
  const contract = core(client)
  for (;;) {
    const [before, status, member, place, latest, pending, after] = await Promise.all([
      readRound(client, id),
      client.public.readContract({ ...contract, functionName: 'statusOf', args: [id] }),
      client.public.readContract({ ...contract, functionName: 'memberOf', args: [id, account] }),
      client.public.readContract({ ...contract, functionName: 'positionOf', args: [id, account] }),
      client.public.getBlock({ blockTag: 'latest' }),
      // Not every chain has a pending block; its time is a better guess only where it exists.
      client.public.getBlock({ blockTag: 'pending' }).catch(() => undefined),
      readRound(client, id),
    ])
    if (!isSameRound(before, after)) continue
    const timestamp = Number(
      pending === undefined || pending.timestamp < latest.timestamp ? latest.timestamp : pending.timestamp,
    )
    const [isInCohort, position] = place
    return {
      observation: {
        block: { number: latest.number, timestamp },
        terms,
        status,
        round: after,
        member,
        position: isInCohort ? position : undefined,
      },
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
  from: number,
  to: number,
  fromBlock: bigint,
): Promise<RoundEnd[]> {
  if (to <= from) return []
  const contract = core(client)
  const rounds = Array.from({ length: to - from }, (_, i) => from + i)
  const logs = { ...contract, fromBlock, strict: true } as const
  const [history, rewards, keepers] = await Promise.all([
    client.public.readContract({ ...contract, functionName: 'history', args: [id, BigInt(from), BigInt(to - from)] }),
    client.public.getContractEvents({ ...logs, eventName: 'Rewarded', args: { id, round: rounds, member: account } }),
    client.public.getContractEvents({ ...logs, eventName: 'KeeperPaid', args: { id, round: rounds, keeper: account } }),
  ])
  const sumOf = (events: readonly { args: { round: number; amount: bigint } }[], number: number): bigint =>
    events.reduce((sum, { args }) => (args.round === number ? sum + args.amount : sum), 0n)
  return history.map(({ updates }, i) => {
    const number = from + i
    return { number, updates, reward: sumOf(rewards, number), keeperPay: sumOf(keepers, number) }
  })
}

function core(client: ChainClient) {
  return { address: client.core, abi: federationAbi } as const
}
