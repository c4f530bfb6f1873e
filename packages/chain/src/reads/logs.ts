/**
 * History from the core's events: creation, submissions, aggregation. No indexer: topics narrow the search, and a
 * range that an RPC endpoint finds too wide is halved until it answers.
 *
 * @example
 * ```ts
 * import { listFederations, readManifest, readSubmissions } from '@tutti/chain'
 *
 * const creation = await readManifest(client, { id: federationId })
 * creation.manifest // → manifestBytes
 * const all = await listFederations(client)
 * all.some(({ id }) => id === federationId) // → true
 * const submissions = await readSubmissions(client, { id: federationId, round: 0 })
 * submissions.map(({ position }) => position) // → [0, 1, 2]
 * ```
 */

import { type Hex, keccak256, type Terms } from '@tutti/core'
import { type Address, type ContractEventName, type GetContractEventsReturnType, type Hash, hexToBytes } from 'viem'
import { federationAbi } from '../abi/federation.ts'
import type { ChainClient } from '../client/client.ts'
import { ChainBehindError, ChainError, ContractError, ForgedTermsError, withChainErrors } from '../client/errors.ts'
import { isIdOf, readStatus } from './federation.ts'
import { inChainOrder } from './log-order.ts'
import { readByHalves } from './log-ranges.ts'

type EventName = ContractEventName<typeof federationAbi>

/** A decoded event of the core. */
export type CoreEvent<Name extends EventName> = GetContractEventsReturnType<typeof federationAbi, Name, true>[number]

/** Which events: of one federation unless `id` is left out, of one round if given; bounds are inclusive. */
export type EventQuery<Name extends EventName> = {
  eventName: Name
  id?: Hex
  round?: number
  fromBlock: bigint
  toBlock?: bigint
}

/**
 * Reads events in order, each once, halving the range whenever the endpoint refuses it.
 *
 * @throws `ConflictingLogsError`; `MalformedAnswerError`; connection errors
 */
export async function readEvents<Name extends EventName>(
  client: ChainClient,
  query: EventQuery<Name>,
): Promise<CoreEvent<Name>[]> {
  const { eventName, id, round } = query
  const args = { ...(id === undefined ? {} : { id }), ...(round === undefined ? {} : { round }) }
  return withChainErrors(client, async () => {
    const found = await readByHalves(client, query, async (range) => {
      const events = {
        address: client.core,
        abi: federationAbi,
        eventName,
        args: args as never,
        ...range,
        strict: true,
      } as const
      return (await client.public.getContractEvents(events)) as unknown as CoreEvent<Name>[]
    })
    const isAsked = ({ args: found }: { args: unknown }) => {
      const { id: foundId, round: foundRound } = found as { id?: Hex; round?: number }
      return (
        (id === undefined || foundId?.toLowerCase() === id.toLowerCase()) &&
        (round === undefined || foundRound === round)
      )
    }
    return inChainOrder(found, { url: client.url, address: client.core, ...query }).filter(isAsked)
  })
}

/** A federation as it was published. */
export type Creation = {
  id: Hex
  creator: Address
  terms: Terms
  manifest: Uint8Array
  setup: Uint8Array
  /** Where it was when it was read first: see {@link locateCreation}. */
  blockNumber: bigint
  blockHash: Hash
  transactionHash: Hash
}

/**
 * What was published at creation: terms, manifest, setup, held against the id.
 *
 * @throws {@link FederationNotFoundError}; {@link ForgedTermsError}
 */
export async function readManifest(
  client: ChainClient,
  { id, fromBlock }: { id: Hex; fromBlock?: bigint },
): Promise<Creation> {
  const known = creations.get(client.public) ?? new Map<Hex, Creation>()
  creations.set(client.public, known)
  const found = known.get(id)
  if (found !== undefined) return found
  const start = fromBlock ?? (await findBlock(client, (await readStatus(client, { id })).createdAt))
  const [event] = await readEvents(client, { eventName: 'Created', id, fromBlock: start })
  if (event === undefined) throw new FederationNotFoundError(id)
  const creation = toCreation(event)
  if (!isGenuine(client, creation)) throw new ForgedTermsError(client.url, id)
  known.set(id, creation)
  return creation
}

/** Creations are immutable (the id is the hash of the terms): looked up once a connection, but for their block. */
const creations = new WeakMap<ChainClient['public'], Map<Hex, Creation>>()

/**
 * As {@link readManifest}, in the block that has it now: a chain that took blocks back may have included it in another.
 *
 * @throws {@link FederationNotFoundError}; {@link ChainBehindError} if the chain had it and does not any more.
 */
export async function locateCreation(
  client: ChainClient,
  query: { id: Hex; fromBlock?: bigint | undefined },
): Promise<Creation> {
  const { id, fromBlock } = query
  const hasRead = creations.get(client.public)?.has(id) === true
  const creation = await readManifest(client, fromBlock === undefined ? { id } : { id, fromBlock })
  if (!hasRead) return creation
  if ((await readHash(client, creation.blockNumber)) === creation.blockHash) return creation
  creations.get(client.public)?.delete(id)
  try {
    return await readManifest(client, { id })
  } catch (error) {
    creations.get(client.public)?.set(id, creation)
    const isGone = error instanceof ContractError && error.errorName === 'UnknownFederation'
    throw isGone || error instanceof FederationNotFoundError ? new ChainBehindError(client.url, error) : error
  }
}

/** Hash of a block, or undefined if the chain has none of this number. */
async function readHash(client: ChainClient, blockNumber: bigint): Promise<Hash | undefined> {
  try {
    return (await withChainErrors(client, () => client.public.getBlock({ blockNumber }))).hash
  } catch (error) {
    if (error instanceof ChainBehindError) return undefined
    throw error
  }
}

/**
 * Reads logs since a block that was seen; where the chain has lost that block, since the federation's creation.
 *
 * @throws what `read` throws; {@link ChainBehindError} if the creation is lost too.
 */
export async function readSince<T>(
  client: ChainClient,
  { id, fromBlock }: { id: Hex; fromBlock?: bigint | undefined },
  read: (fromBlock: bigint) => Promise<T>,
): Promise<T> {
  if (fromBlock !== undefined) {
    try {
      return await read(fromBlock)
    } catch (error) {
      if (!(error instanceof ChainBehindError)) throw error
    }
  }
  return read((await locateCreation(client, { id })).blockNumber)
}

/** Every federation of this core, oldest first, but for what an endpoint made up; those created in a range of blocks, bounds included, if one is given. */
export async function listFederations(
  client: ChainClient,
  { fromBlock = 0n, toBlock }: { fromBlock?: bigint; toBlock?: bigint } = {},
): Promise<Creation[]> {
  const range = { fromBlock, ...(toBlock === undefined ? {} : { toBlock }) }
  const events = await readEvents(client, { eventName: 'Created', ...range })
  return events.map(toCreation).filter((creation) => isGenuine(client, creation))
}

/** Whether a creation is the one of its id, which is the hash of the terms, which name the hashes of manifest and setup. */
function isGenuine(client: ChainClient, { id, terms, manifest, setup }: Creation): boolean {
  return (
    isIdOf(client, id, terms) &&
    keccak256(manifest) === terms.manifestHash.toLowerCase() &&
    keccak256(setup) === terms.setupHash.toLowerCase()
  )
}

function toCreation(event: CoreEvent<'Created'>): Creation {
  const { id, creator, terms, manifest, setup } = event.args
  return {
    id,
    creator,
    terms,
    manifest: hexToBytes(manifest),
    setup: hexToBytes(setup),
    blockNumber: event.blockNumber,
    blockHash: event.blockHash,
    transactionHash: event.transactionHash,
  }
}

/** Updates of one member in one transaction: `payloads[i]` is for its assigned shard `first + i`. */
export type Submission = {
  member: Address
  round: number
  position: number
  first: number
  payloads: Uint8Array[]
  metrics: Uint8Array
  blockNumber: bigint
  transactionHash: Hash
}

/**
 * The submissions of a round, in order of the chain; whether they count is in the round's bitmap.
 *
 * @param query - `fromBlock`: where the round, or the federation, began, if known.
 */
export async function readSubmissions(
  client: ChainClient,
  { id, round, fromBlock }: { id: Hex; round: number; fromBlock?: bigint },
): Promise<Submission[]> {
  return readSince(client, { id, fromBlock }, async (start) => {
    const events = await readEvents(client, { eventName: 'Submitted', id, round, fromBlock: start })
    return events.map(toSubmission)
  })
}

/** A `Submitted` event as bytes. */
export function toSubmission(event: CoreEvent<'Submitted'>): Submission {
  const { member, round, position, first, payloads, metrics } = event.args
  return {
    member,
    round,
    position,
    first,
    payloads: payloads.map((payload) => hexToBytes(payload)),
    metrics: hexToBytes(metrics),
    blockNumber: event.blockNumber,
    transactionHash: event.transactionHash,
  }
}

/** Below this many blocks a search saves nothing. */
const shortChain = 5_000n

/** The last block before `timestamp`, or block 0 on a short chain: where to start looking for what happened at it. */
async function findBlock(client: ChainClient, timestamp: number): Promise<bigint> {
  let high = await client.public.getBlockNumber()
  if (high < shortChain) return 0n
  let low = 0n
  while (low < high) {
    const middle = (low + high + 1n) / 2n
    const block = await client.public.getBlock({ blockNumber: middle })
    if (Number(block.timestamp) < timestamp) low = middle
    else high = middle - 1n
  }
  return low
}

/** No creation event bears this id. */
export class FederationNotFoundError extends ChainError {
  constructor(id: Hex) {
    super(`No federation ${id} was created here. Check the id, the chain and the core address.`, false)
  }
}
