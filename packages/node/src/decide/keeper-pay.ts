/**
 * Whether a step that anyone may take is worth its gas to an owner who says what gas is worth.
 *
 * The pay of a step is half of `keeperPay` at first and rises to all of it; so a step that does not pay yet may pay
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

/** A step that pays whoever takes it. */
export type PaidStep = 'draw' | 'aggregate' | 'settle' | 'close'

const DRAW_GAS = 90_000
const CLOSE_GAS = 200_000

/** Bound on the gas of a step. */
export function gasOfStep(step: PaidStep, terms: Terms): number {
  if (step === 'draw') return DRAW_GAS
  if (step === 'close') return CLOSE_GAS
  const { cohortSize: cohort, laneBits, bits } = terms
  if (step === 'settle') return estimateSettle(cohort)
  const length = Math.min(terms.dimension, terms.shardSize)
  return estimateAggregate({ cohort, updates: maxUpdates(terms), length, laneBits, bits }).gas
}

/** When a step became possible, from which on its pay rises; as `Phase.stepStart`. */
export function stepStart(step: PaidStep, round: Round, terms: Terms): number {
  if (step === 'draw') return round.openedAt
  if (step === 'settle') return round.aggregatedAt
  return phaseEnds(round, terms).challengeEnd
}

/**
 * From when on a step pays what its gas is worth: seconds of the chain, `Infinity` if it never does.
 *
 * @param tokensPerMegagas - What a million gas is worth, in the token's smallest units.
 */
export function worthwhileFrom(step: PaidStep, round: Round, terms: Terms, tokensPerMegagas: bigint): number {
  const cost = worthOfGas(gasOfStep(step, terms), tokensPerMegagas)
  const start = stepStart(step, round, terms)
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
