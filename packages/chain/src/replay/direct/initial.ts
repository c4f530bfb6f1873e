/** The model before its first round, from what was published: by formula, or shard by shard from the logs of its words. */

import { concat, type DirectSetup, initialModel, keccak256, Start, shardWordCount, unpackModel } from '@tutti/core'
import type { ChainClient } from '../../client/client.ts'
import { type Creation, readEvents } from '../../reads/logs.ts'
import { readModelLogs } from '../../reads/model-logs.ts'
import { MismatchFound } from '../mismatch.ts'

/**
 * Rebuilds the initial integers, shape [dimension]. Given words are believed only if they have the hashes of the setup.
 *
 * @param toBlock - Last block to look at.
 */
export async function rebuildInitialModel(
  client: ChainClient,
  creation: Creation,
  setup: DirectSetup,
  toBlock: bigint,
): Promise<Int32Array> {
  const { id, terms, blockNumber: fromBlock } = creation
  if (setup.start !== Start.Given) return initialModel(setup, terms)
  const events = await readEvents(client, { eventName: 'Initialised', id, fromBlock, toBlock })
  // Without all shards there is no model yet, and no round.
  if (!events.some(({ args }) => args.complete)) return new Int32Array(terms.dimension)
  const shards = await Promise.all(
    setup.hashes.map(async (expected, shard) => {
      const event = events.find(({ args }) => Number(args.shard) === shard)
      if (event === undefined)
        throw new MismatchFound({ what: 'a shard of the initial model was never written', shard })
      const { blockNumber, transactionHash } = event
      const at = { fromBlock: blockNumber, toBlock: blockNumber }
      const logs = await readModelLogs(client, { id, aggregator: terms.aggregator, shard, ...at })
      const log = logs.find(({ words }) => keccak256(words) === expected.toLowerCase())
      if (log?.words.length === 32 * shardWordCount(terms, shard)) return log.words
      const what = 'the initial words of this shard were not logged as they were published'
      throw new MismatchFound({ what, shard, transactionHash })
    }),
  )
  return unpackModel(concat(shards), terms.laneBits, terms.dimension)
}
