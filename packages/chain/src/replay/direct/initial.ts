/** The model before its first round, from what was published: by formula, or chunk by chunk from calldata. */

import { CHUNK_WORDS, concat, type DirectSetup, initialModel, keccak256, Start, unpackModel } from '@tutti/core'
import { decodeFunctionData, type Hash, type Hex, hexToBytes } from 'viem'
import { federationAbi } from '../../abi/federation.ts'
import type { ChainClient } from '../../client/client.ts'
import { withChainErrors } from '../../client/errors.ts'
import { type Creation, readEvents } from '../../reads/logs.ts'
import { readModelWords } from '../../reads/model.ts'
import { MismatchFound } from '../mismatch.ts'

/**
 * Rebuilds the initial integers, shape [dimension]. Given chunks are believed only if they have the hashes of the setup.
 *
 * @param toBlock - Last block to look at.
 */
export async function rebuildInitialModel(
  client: ChainClient,
  creation: Creation,
  setup: DirectSetup,
  toBlock: bigint,
): Promise<Int32Array> {
  const { id, terms, blockNumber } = creation
  if (setup.start !== Start.Given) return initialModel(setup, terms)
  const events = await readEvents(client, { eventName: 'Initialised', id, fromBlock: blockNumber, toBlock })
  const completedAt = events.find((event) => event.args.complete)?.blockNumber
  if (completedAt === undefined) return new Int32Array(terms.dimension)
  const chunks = await Promise.all(
    setup.chunks.map(async (expected, chunk) => {
      const event = events.find(({ args }) => Number(args.chunk) === chunk)
      if (event === undefined)
        throw new MismatchFound({ what: `chunk ${chunk} of the initial model was never written` })
      const { transactionHash } = event
      const written =
        (await readCalldata(client, transactionHash, expected)) ??
        (await readStoredChunk(client, creation, chunk, completedAt))
      if (keccak256(written) === expected.toLowerCase()) return written
      throw new MismatchFound({ what: `chunk ${chunk} of the initial model is not the one published`, transactionHash })
    }),
  )
  return unpackModel(concat(chunks), terms.laneBits, terms.dimension)
}

/** The chunk that a direct call of `initialise` handed in; undefined if another contract passed it on. */
async function readCalldata(client: ChainClient, hash: Hash, expected: Hex): Promise<Uint8Array | undefined> {
  const { input } = await withChainErrors(client, () => client.public.getTransaction({ hash }))
  try {
    const call = decodeFunctionData({ abi: federationAbi, data: input })
    if (call.functionName !== 'initialise') return undefined
    const data = hexToBytes(call.args[2])
    return keccak256(data) === expected.toLowerCase() ? data : undefined
  } catch {
    return undefined
  }
}

/** The chunk as storage had it when the initial model was complete: takes a node that keeps that state. */
async function readStoredChunk(client: ChainClient, { id, terms }: Creation, chunk: number, blockNumber: bigint) {
  const words = await readModelWords(client, { id, terms, blockNumber })
  return words.subarray(chunk * CHUNK_WORDS * 32, (chunk + 1) * CHUNK_WORDS * 32)
}
