/** Turns: for every action that pays, one member goes first and the others follow one by one. */
import { type Action, wait } from './action.ts'
import { type PaidAction, worthwhileFrom } from './keeper-pay.ts'
import type { Observation, OwnState, Situation } from './state.ts'

/** An action that members take in turn. */
type SharedAction = Extract<Action, { kind: 'open' | 'nudge' | 'draw' | 'settle' | 'close' }>

/** The action now if it is this member's turn, else a wait for it: turns rotate with the round. */
export function inTurn(action: SharedAction, { observation, own, now }: Situation): Action {
  if (!own.isKeeper) return wait(undefined, `${action.reason}; keepers act`)
  const { round } = observation
  const isDrawn = action.kind === 'settle' || action.kind === 'close'
  const rank = isDrawn ? rankAfter(round.number % Math.max(1, round.cohort), observation) : rankByRound(observation)
  const isUnpaid = action.kind === 'open' || action.kind === 'nudge'
  const worthFrom = isUnpaid ? 0 : paysFrom(action.kind, observation, own)
  if (worthFrom === Infinity) return wait(undefined, `${action.reason}; the pay does not exceed the gas`)
  const from = Math.max(worthFrom, own.since + rank * own.staggerSeconds)
  return from <= now ? action : wait(from, `${action.reason}; others go first`)
}

/** From when on an action pays its gas; 0 where the owner does not say what gas is worth. */
export function paysFrom(action: PaidAction, { round, terms }: Observation, { tokensPerMegagas }: OwnState): number {
  return tokensPerMegagas === undefined ? 0 : worthwhileFrom(action, round, terms, tokensPerMegagas)
}

/** Place of this member in the order of all members, which begins one member later in each round. */
export function rankByRound({ round, status, member }: Observation): number {
  const members = Math.max(1, status.members)
  return (member.index + members - (round.number % members)) % members
}

/** Distance behind the member who goes first: cohort in order of position, then the other members. */
export function rankAfter(first: number, { position, round, member }: Observation): number {
  return position === undefined ? round.cohort + member.index : (position + round.cohort - first) % round.cohort
}

/** Whether the chain has mined nothing for so long that it seems to mine for transactions only. */
export function isQuiet({ nudgeAt }: OwnState, now: number): boolean {
  return nudgeAt !== undefined && now >= nudgeAt
}
