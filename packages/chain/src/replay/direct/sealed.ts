/** Whether what was sealed in code is the model of its version: every piece of it, byte by byte. */

import {
  concat,
  type DirectSetup,
  type Hex,
  networkTail,
  PIECE_WORDS,
  pieceCount,
  shardCount,
  shardWordCount,
  type Terms,
  wordsOfShard,
} from '@tutti/core'
import { bytesToHex, zeroAddress } from 'viem'
import type { ChainClient } from '../../client/client.ts'
import { withChainErrors } from '../../client/errors.ts'
import { decodeSetup } from '../../client/setup.ts'
import { readCore } from '../../reads/federation.ts'
import { type CoreEvent, type Creation, readEvents } from '../../reads/logs.ts'
import { MismatchFound } from '../mismatch.ts'
import type { RoundEvents } from '../rounds.ts'

/** Pieces whose code is read at once. */
const READ_AT_ONCE = 8
/** The first byte of a piece: STOP, so that nobody runs it. The address of the piece before it follows. */
const STOP = '00'

/** Something sealed, of which version. */
export type SealedRun = { version: number; event: CoreEvent<'Sealed'> }

/**
 * What was sealed up to a block, with the version that the model had then: as many rounds as had aggregated all shards.
 */
export async function readSealed(
  client: ChainClient,
  { creation, events, blockNumber }: { creation: Creation; events: RoundEvents; blockNumber: bigint },
): Promise<SealedRun[]> {
  const { id, terms, blockNumber: fromBlock } = creation
  const sealed = await readEvents(client, { eventName: 'Sealed', id, fromBlock, toBlock: blockNumber })
  const isBefore = (a: { blockNumber: bigint; logIndex: number }, b: { blockNumber: bigint; logIndex: number }) =>
    a.blockNumber === b.blockNumber ? a.logIndex < b.logIndex : a.blockNumber < b.blockNumber
  return sealed.map((event) => {
    const steps = events.aggregated.filter((step) => isBefore(step, event)).length
    return { version: Math.floor(steps / shardCount(terms)), event }
  })
}

/**
 * Holds all sealed code against the versions of the replay.
 *
 * @param parameters - `words`: of each version that anything was sealed of.
 * @returns How many pieces were compared.
 * @throws {@link MismatchFound} at the first piece that is not the model's, or is not there.
 */
export async function checkSealed(
  client: ChainClient,
  parameters: {
    creation: Creation
    sealed: readonly SealedRun[]
    words: ReadonlyMap<number, Uint8Array>
    blockNumber: bigint
  },
): Promise<number> {
  const { creation, sealed, words, blockNumber } = parameters
  const { terms } = creation
  const setup = decodeSetup(creation.setup)
  const pieces = sealed.flatMap(({ version, event }) => {
    const { shard, first, count } = event.args
    return Array.from({ length: Number(count) }, (_, k) => {
      return { version, shard: Number(shard), piece: Number(first) + k, transactionHash: event.transactionHash }
    })
  })
  for (let at = 0; at < pieces.length; at += READ_AT_ONCE) {
    await Promise.all(
      pieces.slice(at, at + READ_AT_ONCE).map(async ({ version, shard, piece, transactionHash }) => {
        const place = { shard, transactionHash }
        const total = shard < shardCount(terms) ? shardWordCount(terms, shard) : 0
        const model = words.get(version)
        if (model === undefined || piece >= pieceCount(total)) {
          throw new MismatchFound({ what: `piece ${piece} of version ${version} is none of the model`, ...place })
        }
        const code = await readPiece(client, { id: creation.id, version, shard, piece, blockNumber })
        const expected = bytesToHex(contentOf(model, { terms, setup, shard, piece })).slice(2)
        // Zero, where the piece was written before the one that it follows.
        const before =
          piece > 0 ? { shard, piece: piece - 1 } : { shard: shard - 1, piece: lastPiece(terms, shard - 1) }
        const links = [zeroAddress, await readPlace(client, { id: creation.id, version, ...before, blockNumber })]
        if (links.some((link) => code === `0x${STOP}${link.slice(2).toLowerCase()}${expected}`)) return
        const what = `the sealed code of piece ${piece} is not the model of version ${version}`
        throw new MismatchFound({ what, ...place })
      }),
    )
  }
  return pieces.length
}

/** What a piece holds behind its head: words of the model and, at the model's end, the network. */
function contentOf(
  model: Uint8Array,
  { terms, setup, shard, piece }: { terms: Terms; setup: DirectSetup; shard: number; piece: number },
): Uint8Array {
  const start = 32 * piece * PIECE_WORDS
  const words = wordsOfShard(model, terms, shard).subarray(start, start + 32 * PIECE_WORDS)
  const isLast = shard === shardCount(terms) - 1 && piece === lastPiece(terms, shard)
  return isLast ? concat([words, networkTail(setup, words.length / 32)]) : words
}

/** Number of a shard's last piece; zero where there is no such shard. */
function lastPiece(terms: Terms, shard: number): number {
  return shard < 0 ? 0 : pieceCount(shardWordCount(terms, shard)) - 1
}

type PieceQuery = { id: Hex; version: number; shard: number; piece: number; blockNumber: bigint }

/** Code of a piece; undefined if there is none. */
async function readPiece(client: ChainClient, query: PieceQuery): Promise<Hex | undefined> {
  const address = await readPlace(client, query)
  if (address === zeroAddress) return undefined
  return withChainErrors(client, () => client.public.getCode({ address, blockNumber: query.blockNumber }))
}

/** Where a piece is; zero if it is nowhere, as the piece before the first is. */
async function readPlace(client: ChainClient, { id, version, shard, piece, blockNumber }: PieceQuery): Promise<Hex> {
  if (shard < 0) return zeroAddress
  const args = [id, version, BigInt(shard), BigInt(piece)] as const
  return readCore(client, (core) => client.public.readContract({ ...core, functionName: 'pieceOf', args, blockNumber }))
}
