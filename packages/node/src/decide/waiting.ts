/**
 * How long a federation that has not opened is waited for, the same for whoever thinks of joining it and for whoever has;
 * and how long a step that nobody takes. Pure.
 */
import { overdueAt, type Phase, type Round, type Terms } from '@tutti/core'

/** For how long a node that finds federations by itself waits for one to open, unless its policy says otherwise: a day. */
export const defaultMaximumWaitSeconds = 86_400

/**
 * Until when a federation is waited for: `createdAt + joinSeconds + maximumWaitSeconds`, in seconds of the chain. The
 * clock starts when the first round may open, not when a member came: so nothing has to be remembered, and what was left
 * is not joined again.
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

/** A step that is overdue is tried for so long, or for as long as the terms call idle, before a node gives up on it. */
const TRIES_SECONDS = 3_600

/**
 * From when on a member gives a federation up by `abandon`, in seconds of the chain; `Infinity` while its phase ends by
 * itself. What a node can still do itself it tries first, since it may be the node that was away.
 *
 * @param since - When this node first saw the step that is due.
 */
export function abandonFrom(
  { round, terms, status }: { round: Round; terms: Terms; status: { createdAt: number } },
  phase: Phase,
  since: number,
): number {
  // A federation that lost all its members waits since the end of a round, which is not in sight.
  if (phase === 'joining' && round.number > 0) return Number.POSITIVE_INFINITY
  return Math.max(overdueAt(round, terms, phase, status.createdAt), since + Math.min(TRIES_SECONDS, terms.idleSeconds))
}
