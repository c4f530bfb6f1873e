/**
 * Contents that are proven by their hash, from wherever they can be had: what is kept first, then one source after the
 * other, each asked only for what is still lacking. So no source can do more than withhold.
 */

import type { Hex } from 'viem'
import { ChainError } from '../client/errors.ts'

/** What a source gave of what it was asked for: verified already, by hash, and what went wrong with the rest. */
export type Given<Item> = { items: readonly (readonly [Hex, Item])[]; failures: readonly ChainError[] }

/** Where to look: the archive, then each source in turn. */
export type Search<Item> = {
  /** What is kept of a hash; undefined if nothing is. */
  kept: (hash: Hex) => Promise<Item | undefined>
  /** Keeps what a source gave. */
  keep: (hash: Hex, item: Item) => Promise<void>
  /** Each takes the hashes that are lacking. Errors that are not the source's own end the search. */
  sources: readonly ((lacking: readonly Hex[]) => Promise<Given<Item>>)[]
}

/** What was found, by hash, and what each source that was asked did instead of giving the rest. */
export type Findings<Item> = { found: Map<Hex, Item>; failures: ChainError[] }

/**
 * Looks for contents until all are found or no source is left.
 *
 * @param hashes - In lower case.
 */
export async function findContents<Item>(
  hashes: readonly Hex[],
  { kept, keep, sources }: Search<Item>,
): Promise<Findings<Item>> {
  const found = new Map<Hex, Item>()
  const wanted = new Set(hashes)
  const failures: ChainError[] = []
  for (const hash of wanted) {
    const item = await kept(hash)
    if (item !== undefined) found.set(hash, item)
  }
  for (const source of sources) {
    const lacking = [...wanted].filter((hash) => !found.has(hash))
    if (lacking.length === 0) break
    const given = await source(lacking).catch((error: unknown): Given<Item> => {
      if (!(error instanceof ChainError)) throw error
      return { items: [], failures: [error] }
    })
    for (const [hash, item] of given.items) {
      if (!wanted.has(hash) || found.has(hash)) continue
      found.set(hash, item)
      await keep(hash, item)
    }
    failures.push(...given.failures)
  }
  return { found, failures }
}
