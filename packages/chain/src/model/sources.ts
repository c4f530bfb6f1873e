/**
 * Where a shard's words are had: the log of the block that the contract names, all logs, an archive, a replay. None is
 * believed: what has not the hash that the contract keeps is not the model. See `words.ts`.
 *
 * @example
 * ```ts
 * import { logSource, readModelState } from '@tutti/chain'
 *
 * const { blockNumber, hashes, loggedAt } = await readModelState(client, { id: federationId })
 * const wanted = { id: federationId, terms, blockNumber, shard: 0, hash: hashes[0]!, loggedAt: loggedAt[0]! }
 * const words = await logSource(client).words(wanted)
 * words.length // → 32
 * ```
 */
import { type Hex, keccak256, type Terms, wordsOfShard } from '@tutti/core'
import type { ChainClient } from '../client/client.ts'
import { ChainError } from '../client/errors.ts'
import { request } from '../client/request.ts'
import { hideSecrets } from '../client/secrets.ts'
import { locateCreation } from '../reads/logs.ts'
import { readModelLogs } from '../reads/model-logs.ts'
import { replayWords } from '../replay/direct/words.ts'

/** Which words are wanted. */
export type WantedWords = {
  id: Hex
  terms: Terms
  shard: number
  /** keccak256 of the words, which the contract keeps. */
  hash: Hex
  /** Block in which they were logged, as the contract counts blocks. */
  loggedAt: bigint
  /** Block as of which the contract was asked: nothing later is wanted. */
  blockNumber: bigint
}

/** Something that may have a shard's words, and may lie. */
export type WordsSource = {
  /** For messages. */
  name: string
  /**
   * The words, unverified.
   *
   * @throws {@link WordsSourceError} or a connection error, if there are none.
   */
  words: (wanted: WantedWords) => Promise<Uint8Array>
}

/**
 * An endpoint's log of the one block in which the words were logged: one small request, whatever the chain's age.
 *
 * @param client - Any connection to the chain of the federation: there may be several.
 */
export function logSource(client: ChainClient): WordsSource {
  const name = `the log at ${hideSecrets(client.url)}`
  return {
    name,
    words: async ({ id, terms, shard, hash, loggedAt }) => {
      const at = { fromBlock: loggedAt, toBlock: loggedAt }
      const logs = await readModelLogs(client, { id, aggregator: terms.aggregator, shard, ...at })
      const found = logs.findLast(({ words }) => keccak256(words) === hash)
      if (found !== undefined) return found.words
      if (logs.length > 0) throw new WordsMismatchError(name, shard, hash)
      if (await isElsewhere(client, terms.aggregator, loggedAt)) throw new LogMisplacedError(name, shard, loggedAt)
      throw new LogMissingError(name, shard, loggedAt)
    },
  }
}

/** Whether an endpoint that is asked for the logs of one block shows logs of another. */
async function isElsewhere(client: ChainClient, address: Hex, block: bigint): Promise<boolean> {
  const at = `0x${block.toString(16)}`
  const logs = await request<unknown>(client, 'eth_getLogs', [{ address, fromBlock: at, toBlock: at }])
  if (!Array.isArray(logs)) return false
  return logs.some((log) => {
    const shown = (log as { blockNumber?: unknown } | null)?.blockNumber
    return typeof shown === 'string' && /^0x[0-9a-f]+$/i.test(shown) && BigInt(shown) !== block
  })
}

/**
 * All of an endpoint's logs of the shard since the federation was created, the newest that fits: for chains on which the
 * contract counts other blocks than endpoints do (second layers).
 */
export function logSearchSource(client: ChainClient): WordsSource {
  const name = `a search of all logs at ${hideSecrets(client.url)}`
  return {
    name,
    words: async ({ id, terms, shard, hash, blockNumber }) => {
      const { blockNumber: fromBlock } = await locateCreation(client, { id })
      const query = { id, aggregator: terms.aggregator, shard, fromBlock, toBlock: blockNumber }
      const logs = await readModelLogs(client, query)
      const found = logs.findLast(({ words }) => keccak256(words) === hash)
      if (found !== undefined) return found.words
      throw logs.length > 0 ? new WordsMismatchError(name, shard, hash) : new LogMissingError(name, shard, undefined)
    },
  }
}

/** The last resort: every round played again from the updates that were logged. */
export function replaySource(client: ChainClient): WordsSource {
  const name = `a replay of the logs at ${hideSecrets(client.url)}`
  const replays = new Map<string, Promise<Uint8Array>>()
  return {
    name,
    words: async ({ id, terms, shard, hash, blockNumber }) => {
      const key = `${id}/${blockNumber}`
      const replay = replays.get(key) ?? replayWords(client, { id, blockNumber })
      replays.set(key, replay)
      const words = wordsOfShard(await replay, terms, shard)
      if (keccak256(words) === hash) return words
      throw new WordsMismatchError(name, shard, hash)
    },
  }
}

/** A source of words has none to give. */
export class WordsSourceError extends ChainError {
  readonly shard: number
  constructor(message: string, shard: number, isRetryable = true) {
    super(message, isRetryable)
    this.shard = shard
  }
}

/** An endpoint has no log where the contract says that the words were logged: it keeps no logs so old, or hides it. */
export class LogMissingError extends WordsSourceError {
  /** @param block - The one that was asked for; undefined: all since the creation. */
  constructor(name: string, shard: number, block: bigint | undefined) {
    const where = block === undefined ? 'no log of them' : `no log of them in block ${block}`
    super(`No words of shard ${shard} from ${name}: it has ${where}. Old logs may have been pruned.`, shard, false)
  }
}

/** An endpoint that was asked for the logs of one block showed those of another. */
export class LogMisplacedError extends WordsSourceError {
  constructor(name: string, shard: number, block: bigint) {
    super(`No words of shard ${shard} from ${name}: asked for block ${block}, it shows logs of another.`, shard)
  }
}

/** Words that do not have the hash that the contract keeps. */
export class WordsMismatchError extends WordsSourceError {
  constructor(name: string, shard: number, hash: Hex) {
    super(`Words of shard ${shard} from ${name} are not the model's: their hash is not ${hash}.`, shard)
  }
}
