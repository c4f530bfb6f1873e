/**
 * How long a node waits for a federation to open, the same before and after it joins; and how long for an action that
 * nobody takes. Pure.
 */
import { overdueAt, type Phase, type Round, type Terms } from '@tutti/core'

/** For how long a node that finds federations by itself waits for one to open, unless its policy says otherwise: a day. */
export const defaultMaximumWaitSeconds = 86_400

/**
 * Until when a federation is waited for: `createdAt + joinSeconds + maximumWaitSeconds`, in seconds of the chain. The
 * clock starts when the first round may open, not when a member came. So nothing has to be remembered, and a federation
 * that was left is not joined again.
 *
 * @param maximumWaitSeconds - Undefined: without end.
 */
export function waitEnd(
  createdAt: number,
  { joinSeconds }: Pick<Terms, 'joinSeconds'>,
  maximumWaitSeconds: number | undefined,
): number {
  return createdAt + joinSeconds + (maximumWaitSeconds ?? Number.POSITIVE_INFINITY)
}

/** Whether so many members can open a round once joining has ended. */
export function canOpenWith(
  members: number,
  { minimumUpdates, cohortSize }: Pick<Terms, 'minimumUpdates' | 'cohortSize'>,
): boolean {
  return members >= Math.min(minimumUpdates, cohortSize)
}

/** An overdue action is tried for so long, or for as long as the terms call idle, before a node gives the federation up. */
const TRIES_SECONDS = 3_600

/**
 * From when on a member gives a federation up by `abandon`, in seconds of the chain; `Infinity` while its phase ends by
 * itself. A node first tries what it can still do itself, since it may be the node that was away.
 *
 * @param since - When this node first saw the action that is due.
 */
export function abandonFrom(
  { round, terms, status }: { round: Round; terms: Terms; status: { createdAt: number } },
  phase: Phase,
  since: number,
): number {
  // The chain does not say since when a federation that lost all its members waits.
  if (phase === 'joining' && round.number > 0) return Number.POSITIVE_INFINITY
  return Math.max(overdueAt(round, terms, phase, status.createdAt), since + Math.min(TRIES_SECONDS, terms.idleSeconds))
}
