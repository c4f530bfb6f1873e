/**
 * Exact rational numbers, for the relation between steps, activation scales and bias multipliers: floats would let
 * training and contract drift apart by a rounding.
 */
import type { Ratio } from '../data/dataset.ts'

/** A positive rational in lowest terms. */
export interface Rational {
  numerator: bigint
  denominator: bigint
}

/** `numerator / denominator` in lowest terms. */
export function rational(numerator: bigint, denominator: bigint): Rational {
  if (denominator === 0n) throw new RangeError('A rational number cannot have denominator 0.')
  let [a, b] = [numerator, denominator]
  while (b !== 0n) [a, b] = [b, a % b]
  return { numerator: numerator / a, denominator: denominator / a }
}

/** A manifest's [numerator, denominator] as a rational. */
export function fromRatio([numerator, denominator]: Ratio): Rational {
  return rational(BigInt(numerator), BigInt(denominator))
}

/**
 * A rational as a manifest's [numerator, denominator].
 *
 * @throws RangeError if either does not fit 2^53 − 1.
 */
export function toRatio({ numerator, denominator }: Rational): Ratio {
  const limit = BigInt(Number.MAX_SAFE_INTEGER)
  if (numerator > limit || denominator > limit) {
    throw new RangeError(`${numerator}/${denominator} does not fit a manifest; choose steps of fewer digits.`)
  }
  return [Number(numerator), Number(denominator)]
}

/**
 * A double from 0 as the exact rational that it is.
 *
 * @throws RangeError for negative and non-finite values.
 */
export function fromNumber(value: number): Rational {
  if (!(value >= 0 && value < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`${value} is no rational number from 0; check center and spread of the label.`)
  }
  let denominator = 1n
  let rest = value
  // A double has no bit below 2^−1074, so doubling ends.
  while (!Number.isInteger(rest)) {
    rest *= 2
    denominator *= 2n
  }
  return rational(BigInt(rest), denominator)
}

/** `a · b`. */
export function multiply(a: Rational, b: Rational): Rational {
  return rational(a.numerator * b.numerator, a.denominator * b.denominator)
}

/** `a / b`. */
export function divide(a: Rational, b: Rational): Rational {
  return rational(a.numerator * b.denominator, a.denominator * b.numerator)
}

/** Nearest double. */
export function toNumber({ numerator, denominator }: Rational): number {
  return Number(numerator) / Number(denominator)
}

/** Whether two rationals are the same number. */
export function isEqual(a: Rational, b: Rational): boolean {
  return a.numerator * b.denominator === b.numerator * a.denominator
}
