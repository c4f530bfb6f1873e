/**
 * What the blob aggregator logs: commitments after each aggregation, and models re-posted as blobs.
 *
 * @example
 * ```ts
 * import { readCheckpoints, readCommitments } from '@tutti/chain'
 *
 * const query = { aggregator: blobTerms.aggregator, id: blobFederationId, fromBlock: 0n }
 * const [first] = await readCommitments(client, query)
 * first?.round // → 0
 * await readCheckpoints(client, query) // → []
 * ```
 */

import { type Address, type ContractEventName, type GetContractEventsReturnType, type Hex, hexToBytes } from 'viem'
import { blobAggregatorAbi } from '../../abi/blobAggregator.ts'
import type { ChainClient } from '../../client/client.ts'
import { inChainOrder } from '../../reads/log-order.ts'
import { readByHalves } from '../../reads/log-ranges.ts'
import { COMMITMENT_BYTES } from '../kzg/commitments.ts'

type EventName = ContractEventName<typeof blobAggregatorAbi>
type AggregatorEvent<Name extends EventName> = GetContractEventsReturnType<typeof blobAggregatorAbi, Name, true>[number]

/** Which events of which federation; bounds are inclusive. */
export type AggregatorQuery = { aggregator: Address; id: Hex; fromBlock: bigint; toBlock?: bigint }

/** Commitments after the aggregation of a shard, compressed, one a blob. */
export type RoundCommitments = {
  round: number
  shard: number
  /** Of the sum of the updates, before the gain. */
  roundCommitments: Uint8Array[]
  modelCommitments: Uint8Array[]
  transactionHash: Hex
}

/** A shard of the model that was posted as blobs. */
export type Checkpoint = {
  shard: number
  /** The round that the model was left by. */
  round: number
  versionedHashes: readonly Hex[]
  transactionHash: Hex
  blockNumber: bigint
}

/** The commitments after each aggregation, in order of the chain. */
export async function readCommitments(client: ChainClient, query: AggregatorQuery): Promise<RoundCommitments[]> {
  const events = await readAggregatorEvents(client, 'Commitments', query)
  return events.map(({ args, transactionHash }) => ({
    round: Number(args.round),
    shard: Number(args.shard),
    roundCommitments: splitCommitments(hexToBytes(args.roundCommitments)),
    modelCommitments: splitCommitments(hexToBytes(args.modelCommitments)),
    transactionHash,
  }))
}

/** The checkpoints of a federation, in order of the chain. */
export async function readCheckpoints(client: ChainClient, query: AggregatorQuery): Promise<Checkpoint[]> {
  const events = await readAggregatorEvents(client, 'Checkpoint', query)
  return events.map(({ args, transactionHash, blockNumber }) => ({
    shard: Number(args.shard),
    round: Number(args.round),
    versionedHashes: args.versionedHashes,
    transactionHash,
    blockNumber,
  }))
}

function splitCommitments(bytes: Uint8Array): Uint8Array[] {
  return Array.from({ length: bytes.length / COMMITMENT_BYTES }, (_, i) =>
    bytes.slice(i * COMMITMENT_BYTES, (i + 1) * COMMITMENT_BYTES),
  )
}

/** Reads events in order, each once, halving the range whenever the endpoint refuses it. */
async function readAggregatorEvents<Name extends EventName>(
  client: ChainClient,
  eventName: Name,
  { aggregator, id, fromBlock, toBlock }: AggregatorQuery,
): Promise<AggregatorEvent<Name>[]> {
  const found = await readByHalves(client, { fromBlock, toBlock }, async (range) => {
    const args = { core: client.core, id } as never
    const query = { address: aggregator, abi: blobAggregatorAbi, eventName, args, ...range, strict: true } as const
    return (await client.public.getContractEvents(query)) as unknown as AggregatorEvent<Name>[]
  })
  const isAsked = ({ args: { core, id: foundId } }: { args: { core: Address; id: Hex } }) =>
    core.toLowerCase() === client.core.toLowerCase() && foundId.toLowerCase() === id.toLowerCase()
  return inChainOrder(found, { url: client.url, address: aggregator, fromBlock, toBlock }).filter((event) =>
    isAsked(event as never),
  )
}
