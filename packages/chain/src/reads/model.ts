/**
 * What the contract keeps of a model, and its answers: from sealed code, or of words that are brought along.
 *
 * The words themselves are in the logs: see `model/words.ts`.
 *
 * @example
 * ```ts
 * import { ask, predict, readModelState, readSealing } from '@tutti/chain'
 *
 * const { version, hashes } = await readModelState(client, { id: federationId })
 * version // → 2
 * hashes.length // → 1
 * const { total } = await readSealing(client, { id: federationId })
 * total // → 1
 * const question = { id: federationId, input: Uint8Array.of(1, 2, 3, 4, 5, 6), version: 1 }
 * await ask(client, question) // throws ContractError
 * await predict(client, question) // throws ContractError
 * ```
 */

import { type Hex, modelHash, shardCount, type Terms } from '@tutti/core'
import {
  bytesToHex,
  type ContractFunctionArgs,
  type ContractFunctionReturnType,
  decodeFunctionResult,
  encodeFunctionData,
} from 'viem'
import { federationAbi } from '../abi/federation.ts'
import type { ChainClient } from '../client/client.ts'
import { MalformedAnswerError, NotDeployedError, withChainErrors } from '../client/errors.ts'
import type { ModelStatus } from '../client/types.ts'
import { atBlock, type FederationQuery, readCore, readTerms } from './federation.ts'

/** What the contract keeps of a model, as of one block. */
export type DirectState = {
  /** As of which block the chain was asked. */
  blockNumber: bigint
  /** Rounds that were aggregated whole; 0: the initial model. */
  version: number
  /** Some shards have the next version already, others do not. */
  isInMotion: boolean
  /** keccak256 of each shard's words. */
  hashes: readonly Hex[]
  /** Of the whole model: see core's `modelHash`. */
  hash: Hex
  /** Block in which each shard's words were last logged, as the contract counts blocks. */
  loggedAt: readonly bigint[]
}

/**
 * Reads version, hashes and blocks of all shards of a model on the direct path, asked together as of one block.
 *
 * @param query - `terms` spares a request when known.
 * @throws `ContractError` `NotInitialised`; {@link MalformedAnswerError} where the hashes do not give the model's
 */
export async function readModelState(
  client: ChainClient,
  query: FederationQuery & { terms?: Terms },
): Promise<DirectState> {
  const { id } = query
  const terms = query.terms ?? (await readTerms(client, query))
  const blockNumber =
    query.blockNumber ?? (await withChainErrors(client, () => client.public.getBlockNumber({ cacheTime: 0 })))
  const shards = Array.from({ length: shardCount(terms) }, (_, shard) => BigInt(shard))
  const [[version, shardsDone], hash, hashes, loggedAt] = await readCore(client, (core) => {
    const at = { ...core, blockNumber }
    return Promise.all([
      client.public.readContract({ ...at, functionName: 'versionOf', args: [id] }),
      client.public.readContract({ ...at, functionName: 'modelHash', args: [id] }),
      Promise.all(
        shards.map((shard) => client.public.readContract({ ...at, functionName: 'modelHash', args: [id, shard] })),
      ),
      Promise.all(
        shards.map((shard) => client.public.readContract({ ...at, functionName: 'loggedAt', args: [id, shard] })),
      ),
    ])
  })
  if (modelHash(hashes) !== hash) {
    throw new MalformedAnswerError(client.url, 'hashes of shards that do not give the hash of the model')
  }
  return { blockNumber, version, isInMotion: shardsDone !== 0, hashes, hash, loggedAt }
}

/** How much of a model is sealed in code. */
export type Sealing = {
  /** Whether any version is sealed whole. */
  isSealed: boolean
  /** The newest version that is; 0 may also mean that none is. */
  sealedVersion: number
  /** The version that the model has now. */
  version: number
  /** Words of it that are sealed, and of the whole model. */
  done: number
  total: number
}

/** How much of a model is sealed. On the blob path nothing is. */
export async function readSealing(client: ChainClient, query: FederationQuery): Promise<Sealing> {
  const [isSealed, sealedVersion, version, done, total] = await readCore(client, (core) =>
    client.public.readContract({ ...core, functionName: 'sealingOf', args: [query.id], ...atBlock(query) }),
  )
  return { isSealed, sealedVersion, version, done: Number(done), total: Number(total) }
}

/** Gas allowed to a call that runs the network: more than any block has, since a call is free. */
const callGas = 1_000_000_000n

/** Which sealed model is asked, and what. */
export type SealedQuestion = FederationQuery & {
  /** One byte a feature. */
  input: Uint8Array
  /** The version that is to answer; the newest sealed one if it is left out. */
  version?: number
}

/** What the contract answers to one input. */
export type Answer = {
  /** Class index (softmax), 0 or 1 (logistic), one bit a label (multi-label); 0 of a model of numbers. */
  class: bigint
  /** In fixed point with 18 decimals: logits of a classifier, the number itself otherwise. */
  outputs: readonly bigint[]
  /** The answering model's: rounds that were aggregated whole. */
  version: number
}

/**
 * Asks a sealed model for its answer to one input.
 *
 * @throws `ContractError`: `NotSealed` where no version is sealed, `VersionNotSealed` where that one is not, `NoNetwork`,
 *   `WrongInputLength`
 */
export async function ask(client: ChainClient, query: SealedQuestion): Promise<Answer> {
  const input = bytesToHex(query.input)
  if (query.version === undefined) {
    const [version, answer, outputs] = await callView(client, 'classify', [query.id, input], atBlock(query))
    return { class: answer, outputs, version }
  }
  const [answer, outputs] = await callView(client, 'classifyAt', [query.id, query.version, input], atBlock(query))
  return { class: answer, outputs, version: query.version }
}

/** The outputs of a sealed model for one input: fixed point with 18 decimals. Throws as {@link ask} does. */
export async function predict(client: ChainClient, query: SealedQuestion): Promise<readonly bigint[]> {
  const input = bytesToHex(query.input)
  if (query.version !== undefined) {
    return callView(client, 'predictAt', [query.id, query.version, input], atBlock(query))
  }
  const [, outputs] = await callView(client, 'predict', [query.id, input], atBlock(query))
  return outputs
}

/** What the model takes and gives, whether it is trained and sealed, and how many rounds it has behind it. */
export function readModelStatus(client: ChainClient, query: FederationQuery): Promise<ModelStatus> {
  return readCore(client, (core) =>
    client.public.readContract({ ...core, functionName: 'modelOf', args: [query.id], ...atBlock(query) }),
  )
}

type HeavyView = 'predict' | 'predictAt' | 'predictWith' | 'classify' | 'classifyAt' | 'classifyWith'

/** Calls a view with more gas than a transaction may have. */
export async function callView<Name extends HeavyView>(
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
