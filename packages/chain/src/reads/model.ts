/**
 * The model and its answers, as the contract gives them.
 *
 * @example
 * ```ts
 * import { ask, predict, readDirectModel } from '@tutti/chain'
 *
 * const { lanes } = await readDirectModel(client, { id: federationId })
 * lanes.length // → 14
 * const input = Uint8Array.of(1, 2, 3, 4, 5, 6)
 * const outputs = await predict(client, { id: federationId, input })
 * const answer = await ask(client, { id: federationId, input, round: 2 }) // of this round's model, or a refusal
 * answer.outputs // → outputs
 * answer.class // → outputs[1]! > outputs[0]! ? 1n : 0n
 * ```
 */

import { concat, shardCount, type Terms, unpackModel } from '@tutti/core'
import {
  bytesToHex,
  type ContractFunctionArgs,
  type ContractFunctionReturnType,
  decodeFunctionResult,
  encodeFunctionData,
  hexToBytes,
} from 'viem'
import { federationAbi } from '../abi/federation.ts'
import type { ChainClient } from '../client/client.ts'
import { NotDeployedError } from '../client/errors.ts'
import type { ModelStatus } from '../client/types.ts'
import { atBlock, type FederationQuery, readCore, readTerms } from './federation.ts'

/** A model as stored and as integers. */
export type StoredModel = {
  /** The stored words of all shards, one after the other: 32 bytes each, biased. */
  words: Uint8Array
  /** The integers, shape [dimension]. */
  lanes: Int32Array
}

/** Gas allowed to a call that runs the network: more than any block has, since a call is free. */
const callGas = 1_000_000_000n

/**
 * Reads every shard of the model as of one block.
 *
 * @param query - `terms` spares a request when known.
 */
export async function readDirectModel(
  client: ChainClient,
  query: FederationQuery & { terms?: Terms },
): Promise<StoredModel> {
  const terms = query.terms ?? (await readTerms(client, query))
  const words = await readModelWords(client, { ...query, terms })
  return { words, lanes: unpackModel(words, terms.laneBits, terms.dimension) }
}

/** The stored words of all shards, one after the other: see {@link StoredModel}. */
export async function readModelWords(
  client: ChainClient,
  query: FederationQuery & { terms: Terms },
): Promise<Uint8Array> {
  const blockNumber = query.blockNumber ?? (await readCore(client, () => client.public.getBlockNumber()))
  const shards = Array.from({ length: shardCount(query.terms) }, (_, shard) => BigInt(shard))
  const parts = await Promise.all(shards.map((shard) => callView(client, 'model', [query.id, shard], { blockNumber })))
  return concat(parts.map((part) => hexToBytes(part)))
}

/**
 * The outputs of the network for one input, computed by the contract: fixed point with 18 decimals.
 *
 * @param query - `input`: one byte a feature.
 */
export function predict(
  client: ChainClient,
  query: FederationQuery & { input: Uint8Array },
): Promise<readonly bigint[]> {
  return callView(client, 'predict', [query.id, bytesToHex(query.input)], atBlock(query))
}

/** What the contract answers to one input. */
export type Answer = {
  /** Class index (softmax), 0 or 1 (logistic), one bit a label (multi-label); 0 of a model of numbers. */
  class: bigint
  /** In fixed point with 18 decimals: logits of a classifier, the number itself otherwise. */
  outputs: readonly bigint[]
  /** The answering model is that after so many rounds: see {@link readModelStatus}. */
  round: number
}

/**
 * Asks the model for its answer to one input.
 *
 * @param query - `input`: one byte a feature. `round`: which round's model is to answer; whichever there is by default.
 * @throws `ContractError`: `WrongRound` where another round's model stands by now, `NoNetwork`, `ModelInMotion`,
 *   `NotInitialised`, `WrongInputLength`
 */
export async function ask(
  client: ChainClient,
  query: FederationQuery & { input: Uint8Array; round?: number },
): Promise<Answer> {
  const input = bytesToHex(query.input)
  if (query.round === undefined) {
    const [round, answer, outputs] = await callView(client, 'answer', [query.id, input], atBlock(query))
    return { class: answer, outputs, round }
  }
  const [answer, outputs] = await callView(client, 'answerAt', [query.id, query.round, input], atBlock(query))
  return { class: answer, outputs, round: query.round }
}

/** What the model takes and gives, whether it is trained, and how many rounds it has behind it. */
export function readModelStatus(client: ChainClient, query: FederationQuery): Promise<ModelStatus> {
  return readCore(client, (core) =>
    client.public.readContract({ ...core, functionName: 'modelOf', args: [query.id], ...atBlock(query) }),
  )
}

type HeavyView = 'model' | 'predict' | 'answer' | 'answerAt'

/** Calls a view with more gas than a transaction may have. */
async function callView<Name extends HeavyView>(
  client: ChainClient,
  functionName: Name,
  args: ContractFunctionArgs<typeof federationAbi, 'view', Name>,
  at: { blockNumber?: bigint },
): Promise<ContractFunctionReturnType<typeof federationAbi, 'view', Name>> {
  const data = encodeFunctionData({ abi: federationAbi, functionName, args } as never)
  const result = await readCore(client, () => client.public.call({ to: client.core, data, gas: callGas, ...at }))
  if (result.data === undefined) throw new NotDeployedError(client.core, client.chainId)
  return decodeFunctionResult({ abi: federationAbi, functionName, data: result.data } as never) as never
}
