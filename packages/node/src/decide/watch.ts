/** What a member does in the challenge window: it checks the others' updates, and proves the faults that it finds. */
import { type Action, wait } from './action.ts'
import type { PhaseSituation } from './state.ts'
import { isQuiet, rankAfter } from './turns.ts'

const CHALLENGE = 'faults can be proven until the challenge window ends, which is never early'

/** Every member checks the round's updates. At a fault they take turns, so that only one proof is paid for. */
export function decideWatch({ observation, own, now, end }: PhaseSituation): Action {
  const { round, terms } = observation
  const { watch } = own
  if (watch.kind === 'unneeded') return wait(end, CHALLENGE)
  if (watch.kind === 'due') return { kind: 'check', round: round.number, reason: 'the updates of the round are final' }
  // Turns are shorter where the window is: the last in turn must still have time for both of its transactions.
  const turnSeconds = Math.min(own.staggerSeconds, terms.challengeSeconds / (4 * Math.max(1, round.cohort)))
  let soonest = end ?? Infinity
  for (const { position, assigned, isBound } of watch.faults) {
    if (((round.submitted >> BigInt(position)) & 1n) === 0n) continue
    const target = { round: round.number, position, assigned }
    // The proof counts in a later block than the binding.
    if (isBound && isQuiet(own, now)) {
      return { kind: 'nudge', round: round.number, reason: 'a proof waits for a block, and none comes' }
    }
    if (isBound) return { kind: 'challenge', ...target, reason: `the update of position ${position} breaks its bounds` }
    const inTurnFrom = own.since + rankAfter((position + 1) % Math.max(1, round.cohort), observation) * turnSeconds
    // Turns count from when this node saw the window. A node that sees it late does not wait it out.
    const from = Math.min(inTurnFrom, (end ?? Infinity) - terms.challengeSeconds / 4)
    if (from <= now) return { kind: 'bind', ...target, reason: `the update of position ${position} breaks its bounds` }
    soonest = Math.min(soonest, from)
  }
  if (watch.again !== undefined && watch.again <= now) {
    return { kind: 'check', round: round.number, reason: 'blobs of the round were missing' }
  }
  const next = Math.min(soonest, watch.again ?? Infinity)
  return wait(next === Infinity ? undefined : next, CHALLENGE)
}
