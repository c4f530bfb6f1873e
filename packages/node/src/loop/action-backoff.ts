/**
 * How often an action was refused, and how long to leave it alone. What is refused in one state of the chain may be taken
 * in another, so waits begin anew when the state changes.
 */
import { type Action, nameAction } from '../decide/action.ts'
import { isSameObservation } from '../decide/observe.ts'
import type { Observation } from '../decide/state.ts'

/** How often each action was refused so far, and the wait that follows from it. */
export interface ActionBackoff {
  /** Waits begin anew where an observation shows something new; all counts begin anew where the chain went back. */
  note(observation: Observation): void
  /** Counts one more refusal of an action and says how many there were. */
  count(action: Action): number
  /** How long to leave an action alone, in milliseconds: `pollMs`, doubled with each refusal in the same state, up to 2^5. */
  waitMs(action: Action, pollMs: number): number
}

/** Starts counting. */
export function createBackoff(): ActionBackoff {
  const counts = new Map<string, number>()
  const inState = new Map<string, number>()
  let latest: Observation | undefined
  return {
    note: (observation) => {
      const before = latest
      latest = observation
      if (before === undefined) return
      const isBack = observation.block.number < before.block.number
      if (isBack) counts.clear()
      if (isBack || !isSameObservation(before, observation)) inState.clear()
    },
    count: (action) => {
      const key = nameAction(action)
      for (const map of [counts, inState]) map.set(key, (map.get(key) ?? 0) + 1)
      return counts.get(key)!
    },
    waitMs: (action, pollMs) => pollMs * 2 ** Math.min(5, inState.get(nameAction(action)) ?? 0),
  }
}
