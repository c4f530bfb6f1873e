/**
 * Steps that the chain takes as often as they are sent: a claim of nothing, a transaction that does nothing. Whether one
 * is due is seen, and what is seen may be old: an endpoint that is stuck, or one of several behind an address.
 */

/** The first pause before such a step is taken again on what is no newer, in milliseconds; each is twice the one before. */
const FIRST_PAUSE = 60_000
const LONGEST_PAUSE = 3_600_000

/** What was taken, and on which sight. */
export interface Repeats {
  /** Whether the step was taken on a sight as new as this one, lately: its effect cannot be seen yet. */
  isTooSoon(step: string, block: bigint): boolean
  /** Notes that the step was taken on the sight of this block. */
  note(step: string, block: bigint): void
}

/** @param now - Milliseconds, for tests. */
export function createRepeats(now: () => number = Date.now): Repeats {
  const taken = new Map<string, { block: bigint; at: number; pause: number }>()
  return {
    isTooSoon: (step, block) => {
      const last = taken.get(step)
      return last !== undefined && block <= last.block && now() < last.at + last.pause
    },
    note: (step, block) => {
      const last = taken.get(step)
      const isRepeated = last !== undefined && block <= last.block
      const pause = isRepeated ? Math.min(2 * last.pause, LONGEST_PAUSE) : FIRST_PAUSE
      taken.set(step, { block: isRepeated ? last.block : block, at: now(), pause })
    },
  }
}
