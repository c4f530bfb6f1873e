/**
 * The logs in which the aggregator of the direct path shows a shard's words, each time they change.
 *
 * @example
 * ```ts
 * import { readModelLogs, readModelState } from '@tutti/chain'
 * import { keccak256 } from '@tutti/core'
 *
 * const { hashes, loggedAt } = await readModelState(client, { id: federationId })
 * const at = { fromBlock: loggedAt[0]!, toBlock: loggedAt[0]! }
 * const logs = await readModelLogs(client, { id: federationId, aggregator: terms.aggregator, shard: 0, ...at })
 * keccak256(logs.at(-1)!.words) // → hashes[0]
 * ```
 */
import type { Hex } from '@tutti/core'
import { type Hash, hexToBytes } from 'viem'
import { directAggregatorAbi } from '../abi/directAggregator.ts'
import type { ChainClient } from '../client/client.ts'
import { withChainErrors } from '../client/errors.ts'
import { inChainOrder } from './log-order.ts'
import { readByHalves } from './log-ranges.ts'

/** Words of a shard as they were logged. */
export type ModelLog = {
  shard: number
  /** 32 bytes each, biased. */
  words: Uint8Array
  blockNumber: bigint
  logIndex: number
  transactionHash: Hash
}

/** Of which federation, and where to look: bounds are inclusive. */
export type ModelLogQuery = {
  id: Hex
  /** Keeps the model: `terms.aggregator`. */
  aggregator: Hex
  /** One shard; all of them if it is left out. */
  shard?: number
  fromBlock: bigint
  toBlock?: bigint
}

/**
 * Reads logs of words in order, each once, halving the range whenever the endpoint refuses it. What is logged is believed
 * by the caller only once its hash is the contract's.
 *
 * @throws `ConflictingLogsError`; `MalformedAnswerError`; connection errors
 */
export async function readModelLogs(client: ChainClient, query: ModelLogQuery): Promise<ModelLog[]> {
  const { id, aggregator, shard } = query
  const args = { core: client.core, id, ...(shard === undefined ? {} : { shard: BigInt(shard) }) }
  return withChainErrors(client, async () => {
    const found = await readByHalves(client, query, (range) =>
      client.public.getContractEvents({
        address: aggregator,
        abi: directAggregatorAbi,
        eventName: 'ModelLogged',
        args,
        ...range,
        strict: true,
      }),
    )
    const { fromBlock, toBlock } = query
    return inChainOrder(found, { url: client.url, address: aggregator, fromBlock, toBlock })
      .filter(({ args: { core, id: foundId, shard: foundShard } }) => {
        const isAsked = core.toLowerCase() === client.core.toLowerCase() && foundId.toLowerCase() === id.toLowerCase()
        return isAsked && (shard === undefined || foundShard === BigInt(shard))
      })
      .map(({ args: { shard: foundShard, words }, blockNumber, logIndex, transactionHash }) => ({
        shard: Number(foundShard),
        words: hexToBytes(words),
        ...{ blockNumber, logIndex, transactionHash },
      }))
  })
}
