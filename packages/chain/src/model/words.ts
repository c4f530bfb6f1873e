/**
 * The words of a model, from wherever they can be had, each shard's held against the hash that the contract keeps.
 *
 * Looked for in this order: the archive; the log of the one block that the contract names; the peers that are named; all
 * logs; a replay of every round. What is found is kept in the archive, which outlives the logs of nodes (EIP-4444).
 *
 * @example
 * ```ts
 * import { readDirectModel, readWords } from '@tutti/chain'
 * import { keccak256 } from '@tutti/core'
 *
 * const { words, state } = await readWords(client, { id: federationId })
 * keccak256(words) // → state.hash
 * const { lanes } = await readDirectModel(client, { id: federationId })
 * lanes.length // → 14
 * await readWords(client, { id: federationId, sources: [] }) // throws WordsMissingError
 * ```
 */
import { concat, formatCount, type Hex, keccak256, type Terms, unpackModel } from '@tutti/core'
import { findContents, type Given } from '../archive/find.ts'
import type { ChainClient } from '../client/client.ts'
import { isPassing, type Meaning } from '../client/endpoint-failures.ts'
import { ChainError } from '../client/errors.ts'
import { type FederationQuery, readTerms } from '../reads/federation.ts'
import { type DirectState, readModelState } from '../reads/model.ts'
import {
  logSearchSource,
  logSource,
  replaySource,
  type WantedWords,
  WordsMismatchError,
  type WordsSource,
} from './sources.ts'

/** Keeps words by their hash and gives back only what still has it. */
export type WordsArchive = {
  /** Keeps a shard's words durably. Idempotent. */
  put: (words: Uint8Array) => Promise<void>
  /** Words with this keccak256; undefined if there are none, or none that are whole. */
  get: (hash: Hex) => Promise<Uint8Array | undefined>
  /** Forgets words; nothing happens if they are not there. */
  remove: (hash: Hex) => Promise<void>
  /** The hashes of the files that are there, unverified. */
  list: () => Promise<Hex[]>
}

/** Where to look for words. */
export type WordsAccess = {
  archive?: WordsArchive
  /** Other endpoints (`logSource`) and archives of members (`wordsArchiveSource`), asked after the log. */
  peers?: readonly WordsSource[]
  /** All sources, in order, in place of the usual ones. */
  sources?: readonly WordsSource[]
}

/** Which model, as of which block, and where to look. */
export type WordsQuery = FederationQuery &
  WordsAccess & {
    /** Spares a request when known. */
    terms?: Terms
    /** What the contract keeps, where it was read already. */
    state?: DirectState
  }

/** The words of all shards, one after the other, and what the contract keeps of them. */
export type ModelWords = { words: Uint8Array; state: DirectState }

/** A model as words and as integers. */
export type DirectModel = ModelWords & {
  /** Shape [dimension]. */
  lanes: Int32Array
}

/** The usual sources of a connection: see the head of this file. */
export function wordsSources(client: ChainClient, peers: readonly WordsSource[] = []): WordsSource[] {
  return [logSource(client), ...peers, logSearchSource(client), replaySource(client)]
}

/**
 * Reads the words of a model on the direct path.
 *
 * @throws {@link WordsMissingError} naming what each source did instead; `ContractError` `NotInitialised`
 */
export async function readWords(client: ChainClient, query: WordsQuery): Promise<ModelWords> {
  const terms = query.terms ?? (await readTerms(client, query))
  const state = query.state ?? (await readModelState(client, { ...query, terms }))
  const shards = state.hashes.map((hash, shard) => toWanted({ id: query.id, terms, state }, shard, hash))
  const found = await findWords(client, shards, query)
  return { words: concat(state.hashes.map((hash) => found.get(hash)!)), state }
}

/**
 * Reads the words of one shard: what `aggregate` is handed.
 *
 * @throws {@link WordsMissingError}; `ContractError` `NotInitialised`
 */
export async function readShardWords(client: ChainClient, query: WordsQuery & { shard: number }): Promise<Uint8Array> {
  const terms = query.terms ?? (await readTerms(client, query))
  const state = query.state ?? (await readModelState(client, { ...query, terms }))
  const hash = state.hashes[query.shard]!
  const wanted = toWanted({ id: query.id, terms, state }, query.shard, hash)
  return (await findWords(client, [wanted], query)).get(hash)!
}

/** Reads a model as words and as integers. Throws as {@link readWords} does. */
export async function readDirectModel(client: ChainClient, query: WordsQuery): Promise<DirectModel> {
  const terms = query.terms ?? (await readTerms(client, query))
  const { words, state } = await readWords(client, { ...query, terms })
  return { words, state, lanes: unpackModel(words, terms.laneBits, terms.dimension) }
}

function toWanted(
  { id, terms, state }: { id: Hex; terms: Terms; state: DirectState },
  shard: number,
  hash: Hex,
): WantedWords {
  return { id, terms, shard, hash, loggedAt: state.loggedAt[shard]!, blockNumber: state.blockNumber }
}

/** Words by hash, all that are wanted. @throws {@link WordsMissingError} */
async function findWords(
  client: ChainClient,
  wanted: readonly WantedWords[],
  { archive, peers, sources = wordsSources(client, peers) }: WordsAccess,
): Promise<Map<Hex, Uint8Array>> {
  const { found, failures } = await findContents(
    wanted.map(({ hash }) => hash),
    {
      kept: async (hash) => archive?.get(hash),
      keep: async (_, words) => archive?.put(words),
      sources: sources.map((source) => (lacking) => {
        const distinct = lacking.map((hash) => wanted.find((one) => one.hash === hash)!)
        return askAll(source, distinct)
      }),
    },
  )
  const missing = wanted.filter(({ hash }) => !found.has(hash))
  if (missing.length > 0) throw new WordsMissingError(missing, failures)
  return found
}

/** Asks a source for several shards at once, and verifies what it gives. */
async function askAll(source: WordsSource, wanted: readonly WantedWords[]): Promise<Given<Uint8Array>> {
  const items: [Hex, Uint8Array][] = []
  const failures: ChainError[] = []
  const asked = await Promise.allSettled(wanted.map((one) => source.words(one)))
  for (const [index, answer] of asked.entries()) {
    const { hash, shard } = wanted[index]!
    if (answer.status === 'fulfilled') {
      if (keccak256(answer.value) === hash) items.push([hash, answer.value])
      else failures.push(new WordsMismatchError(source.name, shard, hash))
    } else if (answer.reason instanceof ChainError) failures.push(answer.reason)
    else throw answer.reason
  }
  return { items, failures }
}

/** Failures that one message names. */
const MOST_NAMED = 12

/** Words that neither the archive nor any source has. */
export class WordsMissingError extends ChainError {
  override readonly meaning: Meaning
  /** What each source did instead, in the order in which they were asked. */
  readonly failures: readonly ChainError[]

  constructor(missing: readonly Pick<WantedWords, 'shard'>[], failures: readonly ChainError[]) {
    const passing = failures.find(({ meaning }) => isPassing(meaning))
    const lines = [...new Set(failures.map(({ message }) => message))]
    const shown = lines.slice(0, MOST_NAMED)
    if (lines.length > MOST_NAMED) shown.push(`and ${lines.length - MOST_NAMED} more`)
    super(
      `The words of ${formatCount(missing.length, 'shard')} of the model cannot be had (the first is shard ` +
        `${missing[0]!.shard}). Name the archive of a member (--peer-archive DIRECTORY), or use an endpoint that keeps ` +
        `old logs.${shown.map((line) => `\n  ${line}`).join('')}`,
      passing !== undefined || failures.some(({ isRetryable }) => isRetryable),
    )
    this.meaning = passing?.meaning ?? 'final'
    this.failures = failures
  }
}
