/**
 * Recomputes a federation from the chain alone: logs give the history, storage the model's hashes, and all must agree.
 *
 * Nobody is trusted. Terms, manifest and setup are checked against the id; the initial model is computed, or checked
 * shard by shard; every accepted update is added with plain integers; each step's hash and its log of words, in the end
 * each hash in storage, and every piece of sealed code are compared. What differs is named with its transaction.
 *
 * @example
 * ```ts
 * import { replayDirect } from '@tutti/chain'
 *
 * const { isConsistent, rounds, updates } = await replayDirect(client, { id: federationId })
 * isConsistent // → true
 * rounds // → 2
 * updates // → 6
 * ```
 */

import { formatCount, keccak256, packModel, shardCount, shardHashes, toId, wordsFor } from '@tutti/core'
import type { Hex } from 'viem'
import type { ChainClient } from '../../client/client.ts'
import { withChainErrors } from '../../client/errors.ts'
import { decodeSetup } from '../../client/setup.ts'
import type { Status } from '../../client/types.ts'
import { readHistory, readStatus } from '../../reads/federation.ts'
import { type Creation, locateCreation } from '../../reads/logs.ts'
import { readModelState } from '../../reads/model.ts'
import { describeMismatch, type Mismatch, MismatchFound } from '../mismatch.ts'
import { type ReplayProgress, type RoundEvents, readRoundEvents, replayRounds } from '../rounds.ts'
import { rebuildInitialModel } from './initial.ts'
import { checkModelLogs } from './model-logs.ts'
import { checkSealed, readSealed } from './sealed.ts'

export type { Mismatch } from '../mismatch.ts'
export type { ReplayProgress } from '../rounds.ts'

/** The outcome of a replay. */
export type DirectReplay = {
  isConsistent: boolean
  /** Rounds that are over, failed ones included. */
  rounds: number
  /** Updates that were added, one a member, shard and round. */
  updates: number
  /** Words of the model, each of them behind a hash that was compared. */
  words: number
  /** Pieces of sealed code, each of them compared. */
  pieces: number
  firstMismatch?: Mismatch
  /** One line for people. */
  finding: string
}

/**
 * Replays a federation as of the latest block.
 *
 * @param parameters - `fromBlock`: where to look for the creation, if its age is known.
 * @throws {@link FederationNotFoundError}, {@link ChainUnreachableError}
 */
export async function replayDirect(
  client: ChainClient,
  parameters: { id: Hex; fromBlock?: bigint; onProgress?: (progress: ReplayProgress) => void },
): Promise<DirectReplay> {
  const { id, fromBlock, onProgress } = parameters
  const blockNumber = await withChainErrors(client, () => client.public.getBlockNumber())
  const creation = await locateCreation(client, { id, fromBlock })
  const { dimension, laneBits } = creation.terms
  const status = await readStatus(client, { id, blockNumber })
  const replay = { rounds: status.roundsClosed, updates: 0, words: wordsFor(dimension, laneBits), pieces: 0 }
  try {
    checkCreation(client, creation)
    const model = await rebuildInitialModel(client, creation, decodeSetup(creation.setup), blockNumber)
    const initialHashes = shardHashes(packModel(model, laneBits), creation.terms)
    const events = await readRoundEvents(client, creation, blockNumber)
    const sealed = await readSealed(client, { creation, events, blockNumber })
    const sealedWords = new Map<number, Uint8Array>()
    const onVersion = (version: number, lanes: Int32Array) => {
      if (sealed.some((run) => run.version === version)) sealedWords.set(version, packModel(lanes, laneBits))
    }
    replay.updates = replayRounds({ creation, model, events, rounds: status.roundsClosed, onProgress, onVersion })
    await checkRecords(client, { id, events, status, blockNumber })
    await checkModelLogs(client, { creation, events, initialHashes, blockNumber })
    if (status.isInitialised) await checkState(client, { creation, model, events, blockNumber })
    replay.pieces = await checkSealed(client, { creation, sealed, words: sealedWords, blockNumber })
  } catch (error) {
    if (!(error instanceof MismatchFound)) throw error
    const firstMismatch = error.mismatch
    return { isConsistent: false, ...replay, firstMismatch, finding: describeMismatch(firstMismatch) }
  }
  const finding =
    `Consistent: the chain's model is its initial model plus ${formatCount(replay.updates, 'accepted update')} ` +
    `of ${formatCount(replay.rounds, 'round')}; hashes and logs agree with all ${replay.words} words` +
    `${replay.pieces === 0 ? '' : `, and so ${replay.pieces === 1 ? 'does the sealed piece' : `do all ${replay.pieces} sealed pieces`}`}.`
  return { isConsistent: true, ...replay, finding }
}

/** The id is the hash of chain, core and terms; manifest and setup are those the terms name. */
function checkCreation(client: ChainClient, { id, terms, manifest, setup, transactionHash }: Creation): void {
  const checks: [boolean, string][] = [
    [toId(client.chainId, client.core, terms) === id.toLowerCase(), 'the id is not the hash of chain, core and terms'],
    [keccak256(manifest) === terms.manifestHash.toLowerCase(), 'the manifest is not the one that the terms name'],
    [keccak256(setup) === terms.setupHash.toLowerCase(), 'the setup is not the one that the terms name'],
  ]
  for (const [holds, what] of checks) if (!holds) throw new MismatchFound({ what, transactionHash })
}

/** Counters and summaries in storage say what the events said. */
async function checkRecords(
  client: ChainClient,
  { id, events, status, blockNumber }: { id: Hex; events: RoundEvents; status: Status; blockNumber: bigint },
): Promise<void> {
  const { settled, failed } = events
  if (settled.length !== status.roundsSettled) {
    const what = `${settled.length} rounds were logged as settled and ${status.roundsSettled} are counted`
    throw new MismatchFound({ what })
  }
  const summaries = await readHistory(client, { id, blockNumber })
  for (const { args, transactionHash } of settled) {
    const updates = summaries[args.round]?.updates
    if (updates === args.updates) continue
    const what = `the round's record counts ${updates} updates and its event ${args.updates}`
    throw new MismatchFound({ what, round: args.round, transactionHash })
  }
  for (const { args, transactionHash } of failed) {
    if (summaries[args.round]?.updates === 0) continue
    const what = 'a round that failed counts updates in its record'
    throw new MismatchFound({ what, round: args.round, transactionHash })
  }
}

/** Every hash that the contract keeps, and its count of versions, against the recomputed model. */
async function checkState(
  client: ChainClient,
  parameters: { creation: Creation; model: Int32Array; events: RoundEvents; blockNumber: bigint },
): Promise<void> {
  const { model, blockNumber } = parameters
  const { id, terms } = parameters.creation
  const { aggregated } = parameters.events
  const state = await readModelState(client, { id, terms, blockNumber })
  const expected = shardHashes(packModel(model, terms.laneBits), terms)
  const shard = expected.findIndex((hash, index) => hash !== state.hashes[index])
  if (shard >= 0) {
    const last = aggregated.findLast((event) => event.args.shard === shard)
    const place = last === undefined ? {} : { round: last.args.round, transactionHash: last.transactionHash }
    const what = 'the hash in storage is not what the updates imply, though it was after the last aggregation'
    throw new MismatchFound({ what, shard, ...place })
  }
  const version = Math.floor(aggregated.length / shardCount(terms))
  if (version === state.version) return
  throw new MismatchFound({ what: `${version} rounds were aggregated whole and ${state.version} are counted` })
}
