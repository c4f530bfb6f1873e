/**
 * Aggregation: the words of a shard and its payloads, gathered from the logs, handed to the contract.
 *
 * @example
 * ```ts
 * import { aggregateDirect, collectPayloads, readSubmissions } from '@tutti/chain'
 *
 * const submissions = await readSubmissions(client, { id: federationId, round: 0 })
 * const payloads = collectPayloads({ terms, round: 0, shard: 0, positions: [0, 1, 2], submissions })
 * payloads.length // → 3
 * await aggregateDirect(client, { id: federationId, round: 0, shard: 0 }) // throws ContractError
 * ```
 */

import { assignedShards, setBits, type Terms } from '@tutti/core'
import type { ChainClient } from '../client/client.ts'
import { ChainError } from '../client/errors.ts'
import { readShardWords, type WordsAccess } from '../model/words.ts'
import { readRound, readTerms } from '../reads/federation.ts'
import { readSubmissions, type Submission } from '../reads/logs.ts'
import { sendCall, type WriteResult } from '../transactions/send.ts'
import { callToAggregate, type RoundTarget } from './calls.ts'

/** What is aggregated, and what is known of it already. */
export type AggregateTarget = RoundTarget &
  WordsAccess & {
    shard: number
    /** Of the shard as the chain has it; read from the chain unless given. */
    words?: Uint8Array
    submissions?: readonly Submission[]
    terms?: Terms
  }

/**
 * Folds one shard's updates into the model. Reads the shard's words and the round's submissions from the logs unless they
 * are given.
 *
 * @throws {@link MissingPayloadError} if the logs do not hold what the round counts; `WordsMissingError`; `ContractError`
 *   `StaleModel` where somebody aggregated first: look again
 */
export async function aggregateDirect(client: ChainClient, target: AggregateTarget): Promise<WriteResult> {
  const [terms, round, submissions] = await Promise.all([
    target.terms ?? readTerms(client, target),
    readRound(client, target),
    target.submissions ?? readSubmissions(client, target),
  ])
  const positions = setBits(round.submitted)
  const payloads = collectPayloads({ terms, round: target.round, shard: target.shard, positions, submissions })
  const words = target.words ?? (payloads.length > 0 ? await readShardWords(client, { ...target, terms }) : noWords)
  return sendCall(client, callToAggregate(client, { ...target, words, payloads }))
}

const noWords = new Uint8Array()

/** Which of a round's submissions make up a shard. */
export type ShardSelection = {
  terms: Terms
  round: number
  shard: number
  /** Positions that count: those whose bit is set in `round.submitted`. */
  positions: readonly number[]
  submissions: readonly Submission[]
}

/**
 * The payloads of one shard, in order of position: what `aggregate` takes.
 *
 * @throws {@link MissingPayloadError}
 */
export function collectPayloads(selection: ShardSelection): Uint8Array[] {
  return selection.positions.flatMap((position) => {
    const payload = findPayload(selection, position)
    return payload === undefined ? [] : [payload]
  })
}

/** The payload of a position for a shard; undefined if the shard is not among its assigned ones. */
function findPayload({ terms, round, shard, submissions }: ShardSelection, position: number): Uint8Array | undefined {
  const assigned = assignedShards(terms, position, round)
  const place = assigned.indexOf(shard)
  if (place < 0) return undefined
  for (const submission of submissions) {
    if (submission.position !== position || submission.round !== round) continue
    const payload = submission.payloads[place - submission.first]
    if (payload !== undefined) return payload
  }
  throw new MissingPayloadError(round, shard, position)
}

/** The round counts an update that its logs do not hold. */
export class MissingPayloadError extends ChainError {
  constructor(round: number, shard: number, position: number) {
    super(
      `The logs of round ${round} hold no payload of position ${position} for shard ${shard}. ` +
        'Use an RPC endpoint that keeps the logs, or wait until it has caught up.',
      true,
    )
  }
}
