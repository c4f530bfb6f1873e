/** The steps of a round and of its end: one verb, one function. Each is simulated, sent and waited for. */

import type { Address, Hex } from 'viem'
import { parseEventLogs } from 'viem'
import { federationAbi } from '../abi/federation.ts'
import type { ChainClient } from '../client.ts'
import { sendCall, type WriteResult } from '../transactions.ts'
import {
  callToAbandon,
  callToClaim,
  callToClose,
  callToCommit,
  callToDraw,
  callToLeave,
  callToOpen,
  callToSettle,
  callToSubmit,
  callToVoteToEnd,
  type FederationTarget,
  type RoundTarget,
  type SubmitParameters,
} from './calls.ts'

/** Leaves: at once when not frozen into a round, else when the next round opens. */
export function leave(client: ChainClient, target: FederationTarget): Promise<WriteResult> {
  return sendCall(client, callToLeave(client, target))
}

/** Opens the first round; later ones open when the one before is settled or closed. */
export function openRound(client: ChainClient, target: FederationTarget): Promise<WriteResult> {
  return sendCall(client, callToOpen(client, target))
}

/** Seeds a sampled cohort from the block fixed in advance, or has another one fixed if that is out of reach. */
export function drawCohort(client: ChainClient, target: RoundTarget): Promise<WriteResult> {
  return sendCall(client, callToDraw(client, target))
}

/** Commits to an update: `toCommitment` of core computes the commitment. */
export function commitUpdate(client: ChainClient, target: RoundTarget & { commitment: Hex }): Promise<WriteResult> {
  return sendCall(client, callToCommit(client, target))
}

/** Submits updates for the signer's assigned shards. */
export function submitUpdate(client: ChainClient, parameters: SubmitParameters): Promise<WriteResult> {
  return sendCall(client, callToSubmit(client, parameters))
}

/** Has the judge split the pot, settles the round and opens the next. */
export function settleRound(client: ChainClient, target: RoundTarget): Promise<WriteResult> {
  return sendCall(client, callToSettle(client, target))
}

/** Closes a round with too few updates, the model unchanged, and opens the next. */
export function closeRound(client: ChainClient, target: RoundTarget): Promise<WriteResult> {
  return sendCall(client, callToClose(client, target))
}

/** Votes to finish with this round. */
export function voteToEnd(client: ChainClient, target: RoundTarget): Promise<WriteResult> {
  return sendCall(client, callToVoteToEnd(client, target))
}

/** Finishes a federation whose next step is overdue. */
export function abandon(client: ChainClient, target: FederationTarget): Promise<WriteResult> {
  return sendCall(client, callToAbandon(client, target))
}

/**
 * Pays what the signer is owed: rewards, keeper's pay, refund, and its stake once it may go.
 *
 * @param target - `recipient`: who is paid; the signer if left out.
 * @returns `amount`: what was paid, less than was owed where the token itself has shrunk.
 */
export async function claim(
  client: ChainClient,
  target: FederationTarget & { recipient?: Address },
): Promise<WriteResult & { amount: bigint }> {
  const result = await sendCall(client, callToClaim(client, target))
  const [event] = parseEventLogs({ abi: federationAbi, eventName: 'Claimed', logs: result.receipt.logs })
  return { ...result, amount: event?.args.amount ?? 0n }
}
