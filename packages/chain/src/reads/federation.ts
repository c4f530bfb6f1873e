/**
 * One view, one function: what the core answers about a federation, its round and its members.
 *
 * @example
 * ```ts
 * import { readHistory, readMembers, readPhase, readStatus, readTerms } from '@tutti/chain'
 *
 * const query = { id: federationId }
 * await readTerms(client, query) // → terms
 * const { phase } = await readPhase(client, query)
 * phase // → 'finished'
 * await readMembers(client, query) // → members.map((member) => member.account!.address)
 * const history = await readHistory(client, query)
 * history.length // → 2
 * const { isFinished } = await readStatus(client, query)
 * isFinished // → true
 * ```
 */

import { PHASES, type PhaseAt, type Round, type Terms, toId } from '@tutti/core'
import type { Address, Hex } from 'viem'
import { federationAbi } from '../abi/federation.ts'
import type { ChainClient } from '../client/client.ts'
import { ForgedTermsError, MalformedAnswerError, NotDeployedError, withChainErrors } from '../client/errors.ts'
import type { Member, RoundSummary, Status } from '../client/types.ts'
import { toSeconds } from './time.ts'

/** Of which federation, and as of which block: the latest by default. */
export type FederationQuery = { id: Hex; blockNumber?: bigint }

/** Runs a view and names its failures; a core that is not there is told from a federation that is not there. */
export async function readCore<T>(
  client: ChainClient,
  run: (core: ReturnType<typeof coreOf>) => Promise<T>,
): Promise<T> {
  try {
    return await withChainErrors(client, () => run(coreOf(client)))
  } catch (error) {
    if (String((error as Error).message).includes('returned no data')) {
      throw new NotDeployedError(client.core, client.chainId)
    }
    throw error
  }
}

function coreOf(client: ChainClient) {
  return { address: client.core, abi: federationAbi } as const
}

/** `{ blockNumber }` if there is one: viem tells an absent property from an undefined one. */
export function atBlock({ blockNumber }: { blockNumber?: bigint }): { blockNumber?: bigint } {
  return blockNumber === undefined ? {} : { blockNumber }
}

/**
 * The terms of a federation, held against its id, which is their hash: nobody can show others.
 *
 * @throws {@link ForgedTermsError}
 */
export async function readTerms(client: ChainClient, query: FederationQuery): Promise<Terms> {
  const terms = await readCore(client, (core) =>
    client.public.readContract({ ...core, functionName: 'termsOf', args: [query.id], ...atBlock(query) }),
  )
  if (!isIdOf(client, query.id, terms)) throw new ForgedTermsError(client.url, query.id)
  return terms
}

/** Whether an id is the hash of chain, core and these terms. */
export function isIdOf({ chainId, core }: Pick<ChainClient, 'chainId' | 'core'>, id: Hex, terms: Terms): boolean {
  return toId(chainId, core, terms) === id.toLowerCase()
}

/** Where a federation stands: creator, members, rounds, tokens. */
export function readStatus(client: ChainClient, query: FederationQuery): Promise<Status> {
  return readCore(client, (core) =>
    client.public.readContract({ ...core, functionName: 'statusOf', args: [query.id], ...atBlock(query) }),
  )
}

/** The record of the round in progress. */
export function readRound(client: ChainClient, query: FederationQuery): Promise<Round> {
  return readCore(client, (core) =>
    client.public.readContract({ ...core, functionName: 'roundOf', args: [query.id], ...atBlock(query) }),
  )
}

/** The phase at the time of the block, and when it ends by itself (zero: when somebody acts). */
export async function readPhase(client: ChainClient, query: FederationQuery): Promise<PhaseAt> {
  const [phase, endsAt] = await readCore(client, (core) =>
    client.public.readContract({ ...core, functionName: 'phaseOf', args: [query.id], ...atBlock(query) }),
  )
  return { phase: PHASES[phase]!, endsAt: toSeconds(client, endsAt) }
}

/**
 * Summaries of closed rounds, oldest first; never more than the terms have rounds.
 *
 * @param query - `from` 0 and `count` all of them by default.
 * @throws {@link ForgedTermsError} {@link MalformedAnswerError}
 */
export async function readHistory(
  client: ChainClient,
  query: FederationQuery & { from?: number; count?: number },
): Promise<readonly RoundSummary[]> {
  const { from = 0, count = Number.POSITIVE_INFINITY } = query
  const { rounds } = await readTerms(client, query)
  return readPages(client, { from, end: Math.min(rounds, from + count), page: 1_000 }, (core, at, length) =>
    client.public.readContract({
      ...core,
      functionName: 'history',
      args: [query.id, BigInt(at), BigInt(length)],
      ...atBlock(query),
    }),
  )
}

/**
 * Reads entries `from` to `end − 1` page by page, up to the first page that is not full.
 *
 * @throws {@link MalformedAnswerError} if a page has more than was asked for.
 */
async function readPages<Entry>(
  client: ChainClient,
  { from, end, page }: { from: number; end: number; page: number },
  read: (core: ReturnType<typeof coreOf>, at: number, length: number) => Promise<readonly Entry[]>,
): Promise<readonly Entry[]> {
  const entries: Entry[] = []
  for (let at = from; at < end; at += page) {
    const length = Math.min(page, end - at)
    const part = await readCore(client, (core) => read(core, at, length))
    if (part.length > length)
      throw new MalformedAnswerError(client.url, `${part.length} entries where ${length} were asked for`)
    entries.push(...part)
    if (part.length < length) break
  }
  return entries
}

/** One member, or someone who was. */
export function readMember(client: ChainClient, query: FederationQuery & { account: Address }): Promise<Member> {
  return readCore(client, (core) =>
    client.public.readContract({
      ...core,
      functionName: 'memberOf',
      args: [query.id, query.account],
      ...atBlock(query),
    }),
  )
}

/**
 * All members, in order of index, tombstones of leavers included as the contract has them; as many as its status counts.
 *
 * @param query - `most`: how many to read at most, since an endpoint may count what there is not.
 * @throws {@link MalformedAnswerError}
 */
export async function readMembers(
  client: ChainClient,
  query: FederationQuery & { most?: number },
): Promise<readonly Address[]> {
  const { members } = await readStatus(client, query)
  const end = Math.min(members, query.most ?? members)
  return readPages(client, { from: 0, end, page: 500 }, (core, at, length) =>
    client.public.readContract({
      ...core,
      functionName: 'membersOf',
      args: [query.id, BigInt(at), BigInt(length)],
      ...atBlock(query),
    }),
  )
}

/** The cohort of the round in progress, in order of position; empty until it is drawn. */
export function readCohort(client: ChainClient, query: FederationQuery): Promise<readonly Address[]> {
  return readCore(client, (core) =>
    client.public.readContract({ ...core, functionName: 'cohortOf', args: [query.id], ...atBlock(query) }),
  )
}

/** Where an account is in the cohort of the round; undefined if it is not in it. */
export async function readPosition(
  client: ChainClient,
  query: FederationQuery & { account: Address },
): Promise<number | undefined> {
  const [isInCohort, position] = await readCore(client, (core) =>
    client.public.readContract({
      ...core,
      functionName: 'positionOf',
      args: [query.id, query.account],
      ...atBlock(query),
    }),
  )
  return isInCohort ? position : undefined
}

/** Who a shard's step is reserved for, until when (unix seconds), and what it pays now. */
export type Keeper = { keeper: Address; exclusiveUntil: number; pay: bigint }

/** The keeper chosen for a shard. */
export async function readKeeper(client: ChainClient, query: FederationQuery & { shard: number }): Promise<Keeper> {
  const [keeper, exclusiveUntil, pay] = await readCore(client, (core) =>
    client.public.readContract({
      ...core,
      functionName: 'keeperOf',
      args: [query.id, query.shard],
      ...atBlock(query),
    }),
  )
  return { keeper, exclusiveUntil: Number(exclusiveUntil), pay }
}
