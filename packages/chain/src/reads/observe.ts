/**
 * Everything a participant needs in order to decide, as of one block, in two HTTP requests.
 *
 * @example
 * ```ts
 * import { observeFederation } from '@tutti/chain'
 *
 * const observation = await observeFederation(members[0]!, { id: federationId })
 * observation.phase // → 'finished'
 * observation.own === undefined // → false
 * ```
 */

import { PHASES, type Phase, type Round, shardCount, type Terms } from '@tutti/core'
import { type Address, erc20Abi, type Hash, type Hex, zeroAddress } from 'viem'
import { federationAbi } from '../abi/federation.ts'
import type { ChainClient } from '../client/client.ts'
import type { Member, Status } from '../client/types.ts'
import { type Keeper, readCore, readTerms } from './federation.ts'

/** One account's view of a federation at one block. */
export type Observation = {
  id: Hex
  block: { number: bigint; hash: Hash; timestamp: number }
  terms: Terms
  status: Status
  round: Round
  phase: Phase
  /** When the phase ends by itself, unix seconds; zero: when somebody acts. */
  endsAt: number
  /** In order of position; empty until it is drawn. */
  cohort: readonly Address[]
  /** One a shard while the round aggregates; empty otherwise. */
  keepers: readonly Keeper[]
  /** The account asked for; absent if none was. */
  own: OwnStanding | undefined
}

/** Where one account stands. */
export type OwnStanding = {
  account: Address
  member: Member
  /** In the cohort of the round; undefined if it is not in it. */
  position: number | undefined
  hasCommitted: boolean
  hasSubmitted: boolean
  /** Wei, for gas. */
  balance: bigint
  /** Of the federation's token. */
  tokens: bigint
  /** Transactions sent so far: the next nonce. */
  nonce: number
}

/** Terms never change: read once for each federation and connection. */
const knownTerms = new WeakMap<ChainClient['public'], Map<Hex, Terms>>()

/**
 * Observes a federation at the latest block.
 *
 * Two HTTP requests, each a JSON-RPC batch: the block, then all views at it. The first observation of a federation and
 * one during aggregation take one more.
 */
export async function observeFederation(
  client: ChainClient,
  { id, account = client.account?.address }: { id: Hex; account?: Address | undefined },
): Promise<Observation> {
  const known = knownTerms.get(client.public) ?? new Map<Hex, Terms>()
  knownTerms.set(client.public, known)
  return readCore(client, async (core) => {
    const [block, terms] = await Promise.all([
      client.public.getBlock({ includeTransactions: false }),
      known.get(id) ?? readTerms(client, { id }),
    ])
    known.set(id, terms)
    const blockNumber = block.number
    const [status, round, [phaseIndex, endsAt], cohort, own] = await Promise.all([
      client.public.readContract({ ...core, functionName: 'statusOf', args: [id], blockNumber }),
      client.public.readContract({ ...core, functionName: 'roundOf', args: [id], blockNumber }),
      client.public.readContract({ ...core, functionName: 'phaseOf', args: [id], blockNumber }),
      client.public.readContract({ ...core, functionName: 'cohortOf', args: [id], blockNumber }),
      account === undefined ? undefined : readStanding(client, { id, account, token: terms.token, blockNumber }),
    ])
    const phase = PHASES[phaseIndex]!
    const shards = phase === 'aggregate' ? Array.from({ length: shardCount(terms) }, (_, shard) => shard) : []
    const keepers = await Promise.all(
      shards.map(async (shard) => {
        const args = [id, shard] as const
        const [keeper, exclusiveUntil, pay] = await client.public.readContract({
          ...core,
          functionName: 'keeperOf',
          args,
          blockNumber,
        })
        return { keeper, exclusiveUntil: Number(exclusiveUntil), pay }
      }),
    )
    return {
      id,
      block: { number: blockNumber, hash: block.hash, timestamp: Number(block.timestamp) },
      terms,
      status,
      round,
      phase,
      endsAt: Number(endsAt),
      cohort,
      keepers,
      own: own && {
        ...own,
        hasCommitted: isSet(round.committed, own.position),
        hasSubmitted: isSet(round.submitted, own.position),
      },
    }
  })
}

type StandingQuery = { id: Hex; account: Address; token: Address; blockNumber: bigint }

async function readStanding(client: ChainClient, { id, account, token, blockNumber }: StandingQuery) {
  const core = { address: client.core, abi: federationAbi, blockNumber } as const
  const [member, [isInCohort, place], balance, tokens, nonce] = await Promise.all([
    client.public.readContract({ ...core, functionName: 'memberOf', args: [id, account] }),
    client.public.readContract({ ...core, functionName: 'positionOf', args: [id, account] }),
    client.public.getBalance({ address: account, blockNumber }),
    token === zeroAddress
      ? 0n
      : client.public.readContract({
          address: token,
          abi: erc20Abi,
          functionName: 'balanceOf',
          args: [account],
          blockNumber,
        }),
    client.public.getTransactionCount({ address: account, blockTag: 'pending' }),
  ])
  return { account, member, position: isInCohort ? place : undefined, balance, tokens, nonce }
}

function isSet(bitmap: bigint, position: number | undefined): boolean {
  return position !== undefined && ((bitmap >> BigInt(position)) & 1n) === 1n
}
