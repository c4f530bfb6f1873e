/**
 * Finding federations: creation events of the core, in bounded ranges of blocks, from where the last search ended.
 *
 * What was found is kept in one file, so that a search costs a few calls however old the chain is. The last blocks are
 * searched again, since a reorganisation may have changed them.
 */
import { join } from 'node:path'
import { type ChainClient, type Creation, listFederations } from '@tutti/chain'
import type { Hex } from '@tutti/core'
import { type Disk, localDisk, writeAtomically } from '../disk/files.ts'

/** What {@link discoverFederations} needs. */
export interface DiscoverOptions {
  client: ChainClient
  /** Directory of all stores of this machine. */
  storeDirectory: string
  /** Where the first search begins. Default: 0. */
  fromBlock?: bigint
  /** Blocks a call; endpoints limit it. Default: 2,000. */
  blocksPerCall?: bigint
  /** Somebody only looks: no directory is made, and a disk that takes nothing is no obstacle. Default: false. */
  isReading?: boolean
  /** Defaults to the disk of this machine. */
  disk?: Disk
}

/** A federation's place on the chain. */
interface Found {
  id: Hex
  block: string
}

const BLOCKS_PER_CALL = 2_000n
/** Searched again each time: longer than a reorganisation reaches back. */
const BLOCKS_AGAIN = 64n
const VERSION = 1

/**
 * Every federation that was created since `fromBlock`, oldest first.
 *
 * @throws `ChainUnreachableError`; what was found until then is kept.
 */
export async function discoverFederations(options: DiscoverOptions): Promise<Creation[]> {
  const { client, storeDirectory, fromBlock = 0n, blocksPerCall = BLOCKS_PER_CALL, disk = localDisk } = options
  const file = join(storeDirectory, `federations-${client.chainId}-${client.core.slice(2).toLowerCase()}.json`)
  const known = load(disk, file)
  const latest = await client.public.getBlockNumber()
  // A chain that is shorter than what was searched is another one: a local chain that was started anew.
  const isOther = known.next > latest + BLOCKS_AGAIN
  const first = isOther || known.next < fromBlock + BLOCKS_AGAIN ? fromBlock : known.next - BLOCKS_AGAIN
  const creations: Creation[] = []
  const old = isOther ? [] : known.found.filter(({ block }) => BigInt(block) < first && BigInt(block) >= fromBlock)
  for (const { id, block } of old) {
    const range = { fromBlock: BigInt(block), toBlock: BigInt(block) }
    const remembered = cached(client).get(id)
    const creation = remembered ?? (await listFederations(client, range)).find((entry) => entry.id === id)
    if (creation !== undefined) creations.push(creation)
  }
  for (let from = first; from <= latest; from += blocksPerCall) {
    const to = from + blocksPerCall - 1n < latest ? from + blocksPerCall - 1n : latest
    creations.push(...(await listFederations(client, { fromBlock: from, toBlock: to })))
    keep(disk, file, toBytes(creations, to + 1n), options)
  }
  for (const creation of creations) cached(client).set(creation.id, creation)
  return creations
}

/** Keeps what was found; where somebody only looks, in a store that is there and may be written to, and nowhere else. */
function keep(disk: Disk, file: string, bytes: Uint8Array, { storeDirectory, isReading }: DiscoverOptions): void {
  if (isReading !== true) disk.makeDirectory(storeDirectory)
  try {
    writeAtomically(disk, file, bytes)
  } catch (error) {
    if (isReading !== true) throw error
  }
}

/** Creations are immutable: read once a connection. */
const caches = new WeakMap<ChainClient['public'], Map<Hex, Creation>>()
function cached({ public: client }: ChainClient): Map<Hex, Creation> {
  const cache = caches.get(client) ?? new Map<Hex, Creation>()
  caches.set(client, cache)
  return cache
}

function toBytes(creations: readonly Creation[], next: bigint): Uint8Array {
  const found = creations.map(({ id, blockNumber }): Found => ({ id, block: blockNumber.toString() }))
  return new TextEncoder().encode(`${JSON.stringify({ version: VERSION, next: next.toString(), found })}\n`)
}

/** What a search before this one found; nothing if the file is absent or damaged, which costs a search from the start. */
function load(disk: Disk, file: string): { next: bigint; found: Found[] } {
  try {
    const bytes = disk.read(file)
    const { version, next, found } = JSON.parse(new TextDecoder().decode(bytes))
    if (version === VERSION) return { next: BigInt(next), found }
  } catch {
    // Nothing that cannot be found again.
  }
  return { next: 0n, found: [] }
}
