/**
 * The words of a model as of one block, computed again from its start and every accepted update.
 *
 * @example
 * ```ts
 * import { readModelState, replayWords } from '@tutti/chain'
 * import { keccak256 } from '@tutti/core'
 *
 * const { blockNumber, hash } = await readModelState(client, { id: federationId })
 * keccak256(await replayWords(client, { id: federationId, blockNumber })) // → hash
 * ```
 */
import { type Hex, packModel } from '@tutti/core'
import type { ChainClient } from '../../client/client.ts'
import { ChainError } from '../../client/errors.ts'
import { decodeSetup } from '../../client/setup.ts'
import { locateCreation } from '../../reads/logs.ts'
import { describeMismatch, MismatchFound } from '../mismatch.ts'
import { readRoundEvents, replayRounds } from '../rounds.ts'
import { rebuildInitialModel } from './initial.ts'

/**
 * The words of all shards, one after the other, as of a block.
 *
 * @throws {@link InconsistentRoundsError} where the logs do not give what the contract recorded; connection errors
 */
export async function replayWords(
  client: ChainClient,
  { id, blockNumber }: { id: Hex; blockNumber: bigint },
): Promise<Uint8Array> {
  const creation = await locateCreation(client, { id })
  try {
    const model = await rebuildInitialModel(client, creation, decodeSetup(creation.setup), blockNumber)
    const events = await readRoundEvents(client, creation, blockNumber)
    replayRounds({ creation, model, events, rounds: events.settled.length })
    return packModel(model, creation.terms.laneBits)
  } catch (error) {
    if (!(error instanceof MismatchFound)) throw error
    throw new InconsistentRoundsError(describeMismatch(error.mismatch))
  }
}

/** The logs do not give the model that the contract recorded. */
export class InconsistentRoundsError extends ChainError {
  constructor(finding: string) {
    super(`The rounds do not give the model that the contract recorded. ${finding} Use another endpoint.`, false)
  }
}
