/**
 * Whether an action that anyone may take is worth its gas to an owner who says what gas is worth.
 *
 * The pay of an action is half of `keeperPay` at first and rises to all of it. So an action that does not pay yet may pay
 * later, at a time that follows from the terms.
 */
import {
  estimateAggregate,
  estimateSettle,
  keeperPayAt,
  maxUpdates,
  phaseEnds,
  type Round,
  type Terms,
} from '@tutti/core'
import { worthOfGas } from '../settings/policy.ts'

/** An action that pays the account that takes it. */
export type PaidAction = 'draw' | 'aggregate' | 'settle' | 'close'

const DRAW_GAS = 90_000
const CLOSE_GAS = 200_000

/** Bound on the gas of an action. */
export function gasOfAction(action: PaidAction, terms: Terms): number {
  if (action === 'draw') return DRAW_GAS
  if (action === 'close') return CLOSE_GAS
  const { cohortSize: cohort, laneBits, bits } = terms
  if (action === 'settle') return estimateSettle(cohort)
  const length = Math.min(terms.dimension, terms.shardSize)
  return estimateAggregate({ cohort, updates: maxUpdates(terms), length, laneBits, bits }).gas
}

/** When an action became possible, in seconds of the chain: from then on its pay rises. */
export function payStart(action: PaidAction, round: Round, terms: Terms): number {
  if (action === 'draw') return round.openedAt
  if (action === 'settle') return round.aggregatedAt
  return phaseEnds(round, terms).challengeEnd
}

/**
 * From when on an action pays what its gas is worth: seconds of the chain, `Infinity` if it never does.
 *
 * @param tokensPerMegagas - What a million gas is worth, in the token's smallest units.
 */
export function worthwhileFrom(action: PaidAction, round: Round, terms: Terms, tokensPerMegagas: bigint): number {
  const cost = worthOfGas(gasOfAction(action, terms), tokensPerMegagas)
  const start = payStart(action, round, terms)
  if (keeperPayAt(terms, 0) >= cost) return start
  if (terms.keeperPay < cost) return Number.POSITIVE_INFINITY
  // The pay never falls: the first second that suffices is found by bisection.
  let low = 0
  let high = 2 * terms.keeperSeconds
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if (keeperPayAt(terms, middle) >= cost) high = middle
    else low = middle + 1
  }
  return start + low
}
