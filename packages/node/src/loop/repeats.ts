/**
 * Actions that the chain takes as often as they are sent: a claim of nothing, a transaction that does nothing. What a node
 * sees may be old, because an endpoint is stuck or because several answer at one address. So on the same block such an
 * action is taken again only after a pause.
 */

/** The first pause before an action is taken again on a block that is no newer, in milliseconds; each next is twice as long. */
const FIRST_PAUSE = 60_000
const LONGEST_PAUSE = 3_600_000

/** What was taken, and on which block. */
export interface Repeats {
  /** Whether the action was taken lately on a block as new as this one: its effect cannot be seen yet. */
  isTooSoon(action: string, block: bigint): boolean
  /** Notes that the action was taken on what this block shows. */
  note(action: string, block: bigint): void
}

/** @param now - Milliseconds, for tests. */
export function createRepeats(now: () => number = Date.now): Repeats {
  const taken = new Map<string, { block: bigint; at: number; pause: number }>()
  return {
    isTooSoon: (action, block) => {
      const last = taken.get(action)
      return last !== undefined && block <= last.block && now() < last.at + last.pause
    },
    note: (action, block) => {
      const last = taken.get(action)
      const isRepeated = last !== undefined && block <= last.block
      const pause = isRepeated ? Math.min(2 * last.pause, LONGEST_PAUSE) : FIRST_PAUSE
      taken.set(action, { block: isRepeated ? last.block : block, at: now(), pause })
    },
  }
}
