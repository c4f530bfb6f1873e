/**
 * Where blobs are read back from: a beacon node, or a local chain. None is believed: see `fetch.ts`.
 *
 * @see https://ethereum.github.io/beacon-APIs/#/Beacon/getBlobs
 * @example
 * ```ts
 * import { blobSources, localSource } from '@tutti/chain'
 *
 * const blobs = await localSource(client).blobs(location)
 * blobs.length // → 1
 * blobSources(client).map(({ name }) => name.slice(0, 15)) // → ['the local chain']
 * ```
 */

import { type Hash, type Hex, hexToBytes, isHex } from 'viem'
import { type ChainClient, localChainId } from '../../client/client.ts'
import { ChainError, withChainErrors } from '../../client/errors.ts'
import { request } from '../../client/request.ts'
import { hideSecrets, rememberEndpoint, withoutSecrets } from '../../client/secrets.ts'

/** Which blobs, and the transaction that carried them. */
export type BlobLocation = {
  versionedHashes: readonly Hex[]
  transactionHash: Hash
  blockNumber: bigint
  /** Whose update they are, for messages; absent for checkpoints. */
  update?: { round: number; shard: number; member: Hex }
}

/** Something that may have blobs, and may lie. */
export type BlobSource = {
  /** For messages. */
  name: string
  /**
   * Blobs of a transaction's block, in any order, more or fewer than were asked for.
   *
   * @throws {@link BlobSourceError} if there is no answer, or none with blobs.
   */
  blobs: (location: BlobLocation) => Promise<Uint8Array[]>
  /** Compressed commitments of blobs of that block, which a beacon node keeps long after the blobs. */
  commitments?: (location: BlobLocation) => Promise<Uint8Array[]>
}

/** How a beacon node is reached. */
export type BeaconOptions = {
  /** Base URL, as `http://127.0.0.1:5052`. */
  url: string
  /** Of one request; by default 20,000. */
  timeoutMs?: number
}

/** A beacon node: the blobs of the slot in which a block was proposed. */
export function beaconSource(client: ChainClient, { url, timeoutMs = 20_000 }: BeaconOptions): BlobSource {
  rememberEndpoint(url)
  const base = url.replace(/\/+$/, '')
  const shown = hideSecrets(base)
  const get = (path: string) => getJson(`${base}${path}`, timeoutMs)
  let clock: Promise<SlotClock | undefined> | undefined
  const blockId = async (blockNumber: bigint) => {
    clock ??= readClock(get)
    const found = await clock.catch((error) => {
      clock = undefined
      throw error
    })
    // A local chain has no slots: it answers for blocks by their number.
    if (found === undefined) return String(blockNumber)
    const { timestamp } = await withChainErrors(client, () => client.public.getBlock({ blockNumber }))
    return String((timestamp - found.genesis) / found.secondsPerSlot)
  }
  return {
    name: `the beacon node at ${shown}`,
    blobs: async ({ versionedHashes, blockNumber }) => {
      const id = await blockId(blockNumber)
      const { data } = (await get(`/eth/v1/beacon/blobs/${id}?versioned_hashes=${versionedHashes.join(',')}`)) as {
        data?: unknown
      }
      return toByteStrings(data, shown)
    },
    commitments: async ({ blockNumber }) => {
      const answer = (await get(`/eth/v2/beacon/blocks/${await blockId(blockNumber)}`)) as {
        data?: { message?: { body?: { blob_kzg_commitments?: unknown } } }
      }
      return toByteStrings(answer.data?.message?.body?.blob_kzg_commitments, shown)
    },
  }
}

/** A local chain (anvil), asked by transaction. */
export function localSource(client: ChainClient): BlobSource {
  const name = `the local chain at ${hideSecrets(client.url)}`
  // One after the other: asked for in the same tick they would travel as one batch, whose answer is too large.
  let turn: Promise<unknown> = Promise.resolve()
  const ask = (transactionHash: Hash): Promise<unknown> => {
    const answer = turn.then(() =>
      withChainErrors(client, () => request<unknown>(client, 'anvil_getBlobsByTransactionHash', [transactionHash])),
    )
    turn = answer.catch(() => undefined)
    return answer
  }
  return {
    name,
    blobs: async ({ transactionHash }) => {
      const blobs = await ask(transactionHash)
      if (blobs === null) throw new BlobSourceError(name, 'it has no blobs of that transaction any more')
      return toByteStrings(blobs, name)
    },
  }
}

/**
 * Where to look for blobs: the beacon node, if one is named, then the chain itself, if it is a local one. Elsewhere
 * without a beacon node there is nowhere but the archive.
 */
export function blobSources(client: ChainClient, { beaconUrl }: { beaconUrl?: string } = {}): BlobSource[] {
  return [
    ...(beaconUrl === undefined ? [] : [beaconSource(client, { url: beaconUrl })]),
    ...(client.chainId === localChainId ? [localSource(client)] : []),
  ]
}

type SlotClock = { genesis: bigint; secondsPerSlot: bigint }
type GetJson = (path: string) => Promise<unknown>

/** When slots began and how long they are; undefined if the node knows no slots. */
async function readClock(get: GetJson): Promise<SlotClock | undefined> {
  const read = async (path: string) => (await get(path)) as { data?: Record<string, unknown> }
  let spec: { data?: Record<string, unknown> }
  try {
    spec = await read('/eth/v1/config/spec')
  } catch (error) {
    if (error instanceof BlobSourceError && error.status === 404) return undefined
    throw error
  }
  const genesis = await read('/eth/v1/beacon/genesis')
  const seconds = spec.data?.SECONDS_PER_SLOT
  const start = genesis.data?.genesis_time
  if (!/^[1-9]\d*$/.test(String(seconds)) || !/^\d+$/.test(String(start))) {
    throw new BlobSourceError('the beacon node', 'it does not say when its slots are')
  }
  return { genesis: BigInt(String(start)), secondsPerSlot: BigInt(String(seconds)) }
}

async function getJson(url: string, timeoutMs: number): Promise<unknown> {
  const shown = new URL(url).host
  try {
    const answer = await fetch(url, {
      headers: { accept: 'application/json' },
      signal: AbortSignal.timeout(timeoutMs),
    })
    if (!answer.ok) throw new BlobSourceError(shown, `it answered ${answer.status}`, answer.status)
    return await answer.json()
  } catch (error) {
    if (error instanceof BlobSourceError) throw error
    throw new BlobSourceError(shown, `it gave no answer (${withoutSecrets((error as Error).message, url)})`)
  }
}

function toByteStrings(data: unknown, name: string): Uint8Array[] {
  if (!Array.isArray(data) || !data.every((item) => isHex(item) && item.length % 2 === 0)) {
    throw new BlobSourceError(name, 'its answer is no list of hexadecimal strings')
  }
  return data.map((item) => hexToBytes(item as Hex))
}

/** A source of blobs has none to give. */
export class BlobSourceError extends ChainError {
  /** Of HTTP, if there was an answer. */
  readonly status: number | undefined
  readonly reason: string
  constructor(name: string, reason: string, status?: number) {
    super(`No blobs from ${name}: ${reason}. Name another beacon node with --beacon, or ask a member's archive.`, true)
    this.status = status
    this.reason = reason
  }
}
