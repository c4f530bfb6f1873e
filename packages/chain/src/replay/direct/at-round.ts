/**
 * The model as an earlier round left it: replayed from the chain's logs, each step held against the hash that the contract
 * logged.
 *
 * @example
 * ```ts
 * import { readDirectModel, replayModelAt } from '@tutti/chain'
 * import { initialModel } from '@tutti/core'
 *
 * const start = await replayModelAt(client, { id: federationId, rounds: 0 })
 * start.lanes // → initialModel(setup, terms)
 * const end = await replayModelAt(client, { id: federationId, rounds: 2 })
 * const { lanes } = await readDirectModel(client, { id: federationId })
 * end.lanes // → lanes
 * await replayModelAt(client, { id: federationId, rounds: 3 }) // throws RoundAheadError
 * ```
 */
import type { Hex } from 'viem'
import type { ChainClient } from '../../client/client.ts'
import { ChainError, withChainErrors } from '../../client/errors.ts'
import { decodeSetup } from '../../client/setup.ts'
import { readStatus } from '../../reads/federation.ts'
import { locateCreation } from '../../reads/logs.ts'
import { describeMismatch, MismatchFound } from '../mismatch.ts'
import { type ReplayProgress, readRoundEvents, replayRounds } from '../rounds.ts'
import { rebuildInitialModel } from './initial.ts'
import { InconsistentRoundsError } from './words.ts'

/** A model of the past. */
export interface PastModel {
  /** Integers, shape [dimension]. */
  lanes: Int32Array
  /** Rounds up to it that changed the model. */
  settled: number
}

/**
 * The model after `rounds` rounds; 0 is the initial one.
 *
 * @throws {@link RoundAheadError}; `InconsistentRoundsError` where the logs do not give what the contract recorded;
 *   connection errors
 */
export async function replayModelAt(
  client: ChainClient,
  parameters: { id: Hex; rounds: number; onProgress?: (progress: ReplayProgress) => void },
): Promise<PastModel> {
  const { id, rounds, onProgress } = parameters
  const blockNumber = await withChainErrors(client, () => client.public.getBlockNumber())
  const creation = await locateCreation(client, { id })
  const { roundsClosed } = await readStatus(client, { id, blockNumber })
  if (rounds > roundsClosed) throw new RoundAheadError(rounds, roundsClosed)
  try {
    const lanes = await rebuildInitialModel(client, creation, decodeSetup(creation.setup), blockNumber)
    const all = await readRoundEvents(client, creation, blockNumber)
    const isPast = ({ args }: { args: { round: number } }) => args.round < rounds
    const settled = all.settled.filter(isPast)
    const events = { ...all, aggregated: all.aggregated.filter(isPast), settled, failed: all.failed.filter(isPast) }
    replayRounds({ creation, model: lanes, events, rounds, onProgress })
    return { lanes, settled: settled.length }
  } catch (error) {
    if (!(error instanceof MismatchFound)) throw error
    throw new InconsistentRoundsError(describeMismatch(error.mismatch))
  }
}

/** The round is not over yet. */
export class RoundAheadError extends ChainError {
  constructor(rounds: number, closed: number) {
    const over = closed === 0 ? 'no round is over yet' : `rounds 1 to ${closed} are over`
    super(`Round ${rounds} is not over: ${over}. Round 0 is the model before the first.`, false)
  }
}
