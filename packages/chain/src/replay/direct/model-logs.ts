/** Whether the aggregator logged the words of every step: each log is held against the hash that the replay has found right. */

import { type Hex, keccak256, type Terms } from '@tutti/core'
import type { Hash } from 'viem'
import type { ChainClient } from '../../client/client.ts'
import { type Creation, readEvents } from '../../reads/logs.ts'
import { readModelLogs } from '../../reads/model-logs.ts'
import { MismatchFound } from '../mismatch.ts'
import type { RoundEvents } from '../rounds.ts'

/** Steps whose logs are read at once: each log has all words of a shard. */
const READ_AT_ONCE = 8

/** A step that must have logged words with this hash. */
type LoggedStep = { round?: number; shard: number; hash: Hex; blockNumber: bigint; transactionHash: Hash }

/**
 * Holds every log of words against the replay.
 *
 * @param parameters - `initialHashes`: of the initial model, one a shard.
 * @throws {@link MismatchFound} at the first step whose words are not in its transaction's logs.
 */
export async function checkModelLogs(
  client: ChainClient,
  parameters: { creation: Creation; events: RoundEvents; initialHashes: readonly Hex[]; blockNumber: bigint },
): Promise<void> {
  const { creation, events, initialHashes, blockNumber: toBlock } = parameters
  const { id, terms, blockNumber: fromBlock } = creation
  const initialised = await readEvents(client, { eventName: 'Initialised', id, fromBlock, toBlock })
  const steps: LoggedStep[] = [
    ...initialised.map(({ args, blockNumber, transactionHash }) => {
      const shard = Number(args.shard)
      return { shard, hash: initialHashes[shard]!, blockNumber, transactionHash }
    }),
    // Where no update came, the words stay, and so does their log.
    ...events.aggregated
      .filter(({ args }) => args.updates !== 0n)
      .map(({ args: { round, shard, modelHash }, blockNumber, transactionHash }) => {
        return { round, shard, hash: modelHash.toLowerCase() as Hex, blockNumber, transactionHash }
      }),
  ]
  for (let at = 0; at < steps.length; at += READ_AT_ONCE) {
    await Promise.all(steps.slice(at, at + READ_AT_ONCE).map((step) => checkStep(client, { id, terms }, step)))
  }
}

async function checkStep(client: ChainClient, { id, terms }: { id: Hex; terms: Terms }, step: LoggedStep) {
  const { round, shard, hash, blockNumber, transactionHash } = step
  const at = { fromBlock: blockNumber, toBlock: blockNumber }
  const logs = await readModelLogs(client, { id, aggregator: terms.aggregator, shard, ...at })
  const own = logs.filter((log) => log.transactionHash === transactionHash)
  if (own.some(({ words }) => keccak256(words) === hash)) return
  const place = { shard, transactionHash, ...(round === undefined ? {} : { round }) }
  const what =
    own.length === 0 ? 'this step logged no words' : 'the words that this step logged are not what it computed'
  throw new MismatchFound({ what, ...place })
}
