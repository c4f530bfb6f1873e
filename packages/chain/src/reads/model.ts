/** The model and its answers, as the contract gives them. */

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
import type { ChainClient } from '../client.ts'
import { NotDeployedError } from '../errors.ts'
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
export async function readModel(client: ChainClient, query: FederationQuery & { terms?: Terms }): Promise<StoredModel> {
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

/** A classifier's answer: class index (softmax), 0 or 1 (logistic), or one bit a label, with its outputs. */
export type Answer = { class: bigint; outputs: readonly bigint[] }

/** The class that the contract answers for one input. */
export async function classify(client: ChainClient, query: FederationQuery & { input: Uint8Array }): Promise<Answer> {
  const [answer, outputs] = await callView(client, 'classify', [query.id, bytesToHex(query.input)], atBlock(query))
  return { class: answer, outputs }
}

type HeavyView = 'model' | 'predict' | 'classify'

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
