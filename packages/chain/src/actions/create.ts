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

import { shardCount, wordsOfShard } from '@tutti/core'
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
 * Creates a federation and pays its bounty and what is set aside for sealing, approving the tokens first if they are not.
 *
 * @returns With `approval`, where the tokens had to be approved: the transaction that did.
 * @throws {@link ContractError} naming the term that is impossible; {@link InsufficientTokensError};
 *   {@link TokenMissingError}
 */
export async function createFederation(
  client: ChainClient,
  parameters: { terms: Terms; manifest: Uint8Array; setup: Uint8Array },
): Promise<WriteResult & { id: Hex; approval?: WriteResult }> {
  const { token, bounty, sealPay } = parameters.terms
  const amount = bounty + sealPay
  if (token !== zeroAddress) await requireToken(client, token)
  const isAllowed = amount === 0n || (await checkTokens(client, { token, amount })).isAllowed
  const approval = isAllowed ? {} : { approval: await sendCall(client, callToApprove(client, { token, amount })) }
  const result = await sendCall(client, callToCreate(client, parameters))
  const [event] = parseEventLogs({ abi: federationAbi, eventName: 'Created', logs: result.receipt.logs })
  return { ...result, id: event!.args.id, ...approval }
}

/**
 * Writes every shard of the initial model that is missing. Anyone may, and several may at once: a shard that somebody
 * else wrote in the meantime is passed over.
 *
 * @param parameters - `words`: the words of a given start (`packModel`); nothing otherwise.
 * @throws `ModelLengthError` of core if the words are not the whole model's
 */
export async function initialiseDirectModel(
  client: ChainClient,
  parameters: FederationTarget & { words?: Uint8Array; onShard?: (done: number, total: number) => void },
): Promise<{ writes: WriteResult[] }> {
  const { id, words, onShard } = parameters
  const terms = await readTerms(client, { id })
  const given = words === undefined ? undefined : (shard: number) => wordsOfShard(words, terms, shard)
  given?.(0)
  const total = shardCount(terms)
  const { blockNumber } = await locateCreation(client, { id })
  const events = await readEvents(client, { eventName: 'Initialised', id, fromBlock: blockNumber })
  const written = new Set(events.map((event) => Number(event.args.shard)))
  const writes: WriteResult[] = []
  for (let shard = 0; shard < total; shard++) {
    if (!written.has(shard)) {
      const data = given?.(shard)
      try {
        const target = data === undefined ? { id, shard } : { id, shard, data }
        writes.push(await sendCall(client, callToInitialise(client, target)))
      } catch (error) {
        if (!(error instanceof ContractError) || !(await isWritten(client, id, shard, blockNumber))) throw error
      }
    }
    onShard?.(shard + 1, total)
  }
  return { writes }
}

async function isWritten(client: ChainClient, id: Hex, shard: number, fromBlock: bigint): Promise<boolean> {
  if ((await readStatus(client, { id })).isInitialised) return true
  const events = await readEvents(client, { eventName: 'Initialised', id, fromBlock })
  return events.some((event) => Number(event.args.shard) === shard)
}
