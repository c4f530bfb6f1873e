/**
 * One-sided confidence interval of a mean by Student's t distribution.
 *
 * @see Student, The Probable Error of a Mean, Biometrika 6, 1908
 */

/** Mean of paired differences, its standard error, and the upper end of the one-sided interval. */
export interface MeanInterval {
  mean: number
  standardError: number
  upper: number
}

/** `upper = mean + t(confidence, n − 1) · s / √n`. Takes at least two values. */
export function upperInterval(values: number[], confidence = 0.95): MeanInterval {
  if (values.length < 2) throw new RangeError(`An interval needs at least 2 values, not ${values.length}.`)
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1)
  const standardError = Math.sqrt(variance / values.length)
  return { mean, standardError, upper: mean + studentQuantile(confidence, values.length - 1) * standardError }
}

/** The t with `P(T ≤ t) = probability`, for probability ≥ 1/2, by bisection of the integrated density. */
export function studentQuantile(probability: number, degrees: number): number {
  let low = 0
  let high = 1
  while (upperHalf(high, degrees) < probability - 0.5 && high < 1e6) high *= 2
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2
    if (upperHalf(middle, degrees) < probability - 0.5) low = middle
    else high = middle
  }
  return (low + high) / 2
}

/** `P(0 ≤ T ≤ t)`: with t = √ν·tan θ the density is ∝ cos^(ν−1) θ, bounded, so Simpson's rule serves. */
function upperHalf(t: number, degrees: number): number {
  const density = (angle: number) => Math.cos(angle) ** (degrees - 1)
  return simpson(density, Math.atan(t / Math.sqrt(degrees))) / simpson(density, Math.PI / 2) / 2
}

function simpson(of: (x: number) => number, end: number): number {
  const parts = 2000
  const width = end / parts
  let sum = of(0) + of(end)
  for (let i = 1; i < parts; i++) sum += (i % 2 === 1 ? 4 : 2) * of(i * width)
  return (sum * width) / 3
}
