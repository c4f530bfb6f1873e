/**
 * How often an action was refused, and how long to leave it alone: what was refused for one state of the chain may be
 * taken in another, so that waits begin anew when the picture changes.
 */

import { isSameSight, type Sight } from '../decide/observe.ts'
import type { Action } from '../decide/state.ts'

/** Refusals of a node's actions so far. */
export interface Refusals {
  /** Takes note of a sight: waits begin anew where it shows something new, and all counts where the chain went back. */
  note(sight: Sight): void
  /** Counts one more refusal of an action and says how many there were. */
  count(action: Action): number
  /** How long to leave an action alone, in milliseconds: `pollMs`, doubled with each refusal in the same picture, up to 2^5. */
  waitMs(action: Action, pollMs: number): number
}

/** Starts counting. */
export function createRefusals(): Refusals {
  const counts = new Map<string, number>()
  const inPicture = new Map<string, number>()
  let latest: Sight | undefined
  return {
    note: (sight) => {
      const before = latest
      latest = sight
      if (before === undefined) return
      const isBack = sight.observation.block.number < before.observation.block.number
      if (isBack) counts.clear()
      if (isBack || !isSameSight(before, sight)) inPicture.clear()
    },
    count: (action) => {
      const key = keyOf(action)
      for (const map of [counts, inPicture]) map.set(key, (map.get(key) ?? 0) + 1)
      return counts.get(key)!
    },
    waitMs: (action, pollMs) => pollMs * 2 ** Math.min(5, inPicture.get(keyOf(action)) ?? 0),
  }
}

function keyOf(action: Action): string {
  const place = 'shard' in action ? action.shard : 'position' in action ? `${action.position}/${action.assigned}` : ''
  return `${action.kind}/${'round' in action ? action.round : ''}/${place}`
}
