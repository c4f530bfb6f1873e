/**
 * Creating a federation: the creation itself with its bounty, then the initial model.
 *
 * @example
 * ```ts
 * import { createFederation, initialiseDirectModel, mintDemoTokens, readStatus } from '@tutti/chain'
 * import { encodeSetup } from '@tutti/core'
 *
 * await mintDemoTokens(client, { to: account.address, amount: terms.bounty })
 * const another = { ...terms, salt: `0x${'a1'.repeat(32)}` as const }
 * const { id, gasUsed } = await createFederation(client, { terms: another, manifest: manifestBytes, setup: encodeSetup(setup) })
 * gasUsed < 1_000_000n // → true
 * await initialiseDirectModel(client, { id })
 * const { isInitialised } = await readStatus(client, { id })
 * isInitialised // → true
 * ```
 */

import { CHUNK_WORDS, chunkCount, wordsFor } from '@tutti/core'
import { type Hex, parseEventLogs, zeroAddress } from 'viem'
import { federationAbi } from '../abi/federation.ts'
import type { ChainClient } from '../client/client.ts'
import { ContractError } from '../client/errors.ts'
import type { Terms } from '../client/types.ts'
import { readStatus, readTerms } from '../reads/federation.ts'
import { locateCreation, readEvents } from '../reads/logs.ts'
import { sendCall, type WriteResult } from '../transactions/send.ts'
import { callToCreate, callToInitialise, type FederationTarget } from './calls.ts'
import { callToApprove, checkTokens, requireToken } from './tokens.ts'

/**
 * Creates a federation and pays its bounty, approving the tokens first if they are not.
 *
 * @returns With `approval`, where the tokens had to be approved: the transaction that did.
 * @throws {@link ContractError} naming the term that is impossible; {@link InsufficientTokensError};
 *   {@link TokenMissingError}
 */
export async function createFederation(
  client: ChainClient,
  parameters: { terms: Terms; manifest: Uint8Array; setup: Uint8Array },
): Promise<WriteResult & { id: Hex; approval?: WriteResult }> {
  const { token, bounty } = parameters.terms
  if (token !== zeroAddress) await requireToken(client, token)
  const isAllowed = bounty === 0n || (await checkTokens(client, { token, amount: bounty })).isAllowed
  const approval = isAllowed
    ? {}
    : { approval: await sendCall(client, callToApprove(client, { token, amount: bounty })) }
  const result = await sendCall(client, callToCreate(client, parameters))
  const [event] = parseEventLogs({ abi: federationAbi, eventName: 'Created', logs: result.receipt.logs })
  return { ...result, id: event!.args.id, ...approval }
}

/** Bytes of a chunk of given integers. */
const chunkSize = CHUNK_WORDS * 32

/**
 * Writes every chunk of the initial model that is missing. Anyone may, and several may at once: a chunk that somebody
 * else wrote in the meantime is passed over.
 *
 * @param parameters - `words`: the stored words of a given start (`packModel`); nothing otherwise.
 */
export async function initialiseDirectModel(
  client: ChainClient,
  parameters: FederationTarget & { words?: Uint8Array; onChunk?: (done: number, total: number) => void },
): Promise<{ writes: WriteResult[] }> {
  const { id, words, onChunk } = parameters
  const terms = await readTerms(client, { id })
  const total = chunkCount(terms.dimension, terms.laneBits)
  if (words !== undefined && words.length !== wordsFor(terms.dimension, terms.laneBits) * 32) {
    throw new RangeError(
      `The initial model has ${words.length} bytes; pack all ${terms.dimension} integers of the model.`,
    )
  }
  const { blockNumber } = await locateCreation(client, { id })
  const events = await readEvents(client, { eventName: 'Initialised', id, fromBlock: blockNumber })
  const written = new Set(events.map((event) => Number(event.args.chunk)))
  const writes: WriteResult[] = []
  for (let chunk = 0; chunk < total; chunk++) {
    if (!written.has(chunk)) {
      const data = words?.subarray(chunk * chunkSize, (chunk + 1) * chunkSize)
      try {
        const target = data === undefined ? { id, chunk } : { id, chunk, data }
        writes.push(await sendCall(client, callToInitialise(client, target)))
      } catch (error) {
        if (!(error instanceof ContractError) || !(await isWritten(client, id, chunk, blockNumber))) throw error
      }
    }
    onChunk?.(chunk + 1, total)
  }
  return { writes }
}

async function isWritten(client: ChainClient, id: Hex, chunk: number, fromBlock: bigint): Promise<boolean> {
  if ((await readStatus(client, { id })).isInitialised) return true
  const events = await readEvents(client, { eventName: 'Initialised', id, fromBlock })
  return events.some((event) => Number(event.args.chunk) === chunk)
}
