/**
 * How long a federation that has not opened is waited for: pure, and the same for whoever thinks of joining it and for
 * whoever has.
 */
import type { Terms } from '@tutti/core'

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
