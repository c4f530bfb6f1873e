/**
 * The actions of a round and of its end: one verb, one function. Each is simulated, sent and waited for.
 *
 * @example
 * ```ts
 * import { claim, openRound, readBalance } from '@tutti/chain'
 *
 * const member = members[1]!
 * const before = await readBalance(client, { token: terms.token, account: member.account!.address })
 * const { amount } = await claim(member, { id: federationId }) // its stake and what it earned
 * const after = await readBalance(client, { token: terms.token, account: member.account!.address })
 * after - before // → amount
 * await openRound(client, { id: federationId }) // throws ContractError
 * ```
 */

import { type Address, type Hex, isAddressEqual, parseEventLogs, type TransactionReceipt } from 'viem'
import { federationAbi } from '../abi/federation.ts'
import type { ChainClient } from '../client/client.ts'
import { MalformedAnswerError } from '../client/errors.ts'
import { sendCall, type WriteResult } from '../transactions/send.ts'
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

/**
 * Leaves: at once when not frozen into a round, else when the next round opens.
 *
 * @returns By the logs of the transaction itself: `hasLeft`, false while it waits for a round; `amount`, what was paid.
 * @throws {@link MalformedAnswerError} if the receipt has no log of it: nobody knows then whether it was done.
 */
export async function leave(
  client: ChainClient,
  target: FederationTarget,
): Promise<WriteResult & { hasLeft: boolean; amount: bigint }> {
  const result = await sendCall(client, callToLeave(client, target))
  const events = ownEvents(client, target, result.receipt)
  const has = (name: string) => events.some(({ eventName }) => eventName === name)
  if (!has('Left') && !has('LeaveRequested') && !has('Claimed')) {
    throw new MalformedAnswerError(client.url, `a receipt of ${result.hash} that says nothing of leaving`)
  }
  return { ...result, hasLeft: !has('LeaveRequested'), amount: amountOf(events) }
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
export function submitDirect(client: ChainClient, parameters: SubmitParameters): Promise<WriteResult> {
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
  return { ...result, amount: amountOf(ownEvents(client, target, result.receipt)) }
}

type OwnEvent = ReturnType<typeof parseOwnEvents>[number]

const parseOwnEvents = (logs: TransactionReceipt['logs']) =>
  parseEventLogs({ abi: federationAbi, eventName: ['Left', 'LeaveRequested', 'Claimed'], logs })

/** Logs of the core about the signer in this federation, of one transaction. */
function ownEvents(client: ChainClient, { id }: FederationTarget, { logs }: TransactionReceipt): OwnEvent[] {
  const account = client.account!.address
  return parseOwnEvents(logs).filter(
    ({ address, args }) =>
      isAddressEqual(address, client.core) &&
      args.id.toLowerCase() === id.toLowerCase() &&
      isAddressEqual('member' in args ? args.member : args.account, account),
  )
}

function amountOf(events: readonly OwnEvent[]): bigint {
  return events.reduce((sum, event) => (event.eventName === 'Claimed' ? sum + event.args.amount : sum), 0n)
}
