/**
 * Integer noise for differential privacy, sampled exactly: no floating point, whose rounding can betray what was hidden.
 *
 * @see Canonne, Kamath and Steinke, The Discrete Gaussian for Differential Privacy, NeurIPS 2020, algorithms 1 and 2
 * @see Mironov, On Significance of the Least Significant Bits for Differential Privacy, CCS 2012
 */
import type { Random } from '@tutti/core'

/**
 * An integer z with probability `(e^(1/b) − 1) / (e^(1/b) + 1) · e^(−|z|/b)`, b = numerator / denominator.
 *
 * Added to an integer that one row changes by at most d, noise of b = d/ε makes it ε-differentially private (Ghosh,
 * Roughgarden and Sundararajan, Universally Utility-Maximizing Privacy Mechanisms, STOC 2009).
 *
 * @param random - Unpredictable for privacy: core's `fromSystem`, never `fromSeed`.
 * @param scale - b as a fraction of positive integers.
 * @throws {@link NoiseScaleError}
 */
export function discreteLaplace(random: Random, scale: { numerator: bigint; denominator: bigint }): bigint {
  const { numerator, denominator } = scale
  if (numerator <= 0n || denominator <= 0n) throw new NoiseScaleError(numerator, denominator)
  for (;;) {
    const remainder = uniformBelow(random, numerator)
    if (!isExponential(random, remainder, numerator)) continue
    let wholes = 0n
    while (isExponential(random, 1n, 1n)) wholes++
    const magnitude = (remainder + numerator * wholes) / denominator
    const isNegative = uniformBelow(random, 2n) === 1n
    // Zero must not be drawn twice as often, once for each sign.
    if (isNegative && magnitude === 0n) continue
    return isNegative ? -magnitude : magnitude
  }
}

/** Whether a coin of probability `e^(−numerator/denominator)` fell, 0 ≤ numerator ≤ denominator. */
function isExponential(random: Random, numerator: bigint, denominator: bigint): boolean {
  let k = 1n
  while (uniformBelow(random, denominator * k) < numerator) k++
  return k % 2n === 1n
}

/** Uniform in [0, bound), from numbers of 32 bits; draws that would favour some are thrown away. */
function uniformBelow(random: Random, bound: bigint): bigint {
  let range = 1n
  let limit = 0n
  while (range < bound) range <<= 32n
  limit = range - (range % bound)
  for (;;) {
    let draw = 0n
    for (let rest = range; rest > 1n; rest >>= 32n) draw = (draw << 32n) | BigInt(random() * 2 ** 32)
    if (draw < limit) return draw % bound
  }
}

/** Noise was asked for that is none. */
export class NoiseScaleError extends RangeError {
  override name = 'NoiseScaleError'
  constructor(numerator: bigint, denominator: bigint) {
    super(`Noise of scale ${numerator}/${denominator} was asked for; both must be positive.`)
  }
}
