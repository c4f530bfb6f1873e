/**
 * From a real update to integers and back: stochastic rounding, so that the expectation is exact inside the range.
 *
 * `scale` is what one integer is worth in weight units once the sum rule has done its work: step · D · gain, with D the
 * updates that the shard expects. Dividing by D is what makes the sum of all members' integers a mean.
 *
 * @example
 * ```ts
 * import { dequantize, fromSeed, quantize } from '@tutti/core'
 *
 * const update = Float32Array.of(0.02, -0.01, 5)
 * const { values, clamped } = quantize(update, { scale: 0.01, bits: 4, random: fromSeed(1) })
 * values // → Int8Array.of(2, -1, 7)
 * clamped // → 1
 * dequantize(Int8Array.of(2, -1), { scale: 0.5 }) // → Float32Array.of(1, -0.5)
 * ```
 */

import type { Random } from '../arithmetic/random.ts'
import { updateRange } from '../terms/bits.ts'

/** Weight units an integer stands for, > 0: one a parameter, an accessor by index, or the same for all. */
export type Scale = Float32Array | Float64Array | ((index: number) => number) | number

/**
 * Quantises an update: `q[i] = round(clamp(update[i] / scale[i]))`, rounding stochastically; for one bit a stochastic
 * sign, +1 with probability `(1 + clamp(update[i] / scale[i])) / 2`. Takes one random number a parameter.
 *
 * @param update - Update, shape [length], in weight units.
 * @param options.scale - step · D · gain of each parameter, > 0.
 * @param options.bits - Width of an integer: −2^(bits−1) ≤ q ≤ 2^(bits−1) − 1; one bit: ±1.
 * @param options.random - See `random.ts`.
 * @returns Integers, shape [length], and how many were clamped.
 * @throws {@link NonFiniteValueError}, {@link ScaleError}, `UnsupportedBitsError`
 * @see Alistarh et al., QSGD, 2017, section 3; Bernstein et al., signSGD, 2018; Jin et al., Stochastic-Sign SGD, 2020
 */
export function quantize(
  update: Float32Array,
  { scale, bits, random }: { readonly scale: Scale; readonly bits: number; readonly random: Random },
): { values: Int8Array; clamped: number } {
  const [lowest, highest] = updateRange(bits)
  const at = accessor(scale)
  const values = new Int8Array(update.length)
  let clamped = 0
  for (let i = 0; i < update.length; i++) {
    const value = update[i]!
    if (!Number.isFinite(value)) throw new NonFiniteValueError(i, value)
    let x = value / at(i)
    if (x < lowest || x > highest) {
      clamped++
      x = x < lowest ? lowest : highest
    }
    if (bits === 1) values[i] = random() < (1 + x) / 2 ? 1 : -1
    else {
      const floor = Math.floor(x)
      values[i] = random() < x - floor ? floor + 1 : floor
    }
  }
  return { values, clamped }
}

/**
 * How many values of an update lie beyond what `bits` can hold: those that `quantize` would clamp.
 *
 * @throws as {@link quantize} does.
 */
export function countClamped(update: Float32Array, { scale, bits }: { scale: Scale; bits: number }): number {
  const [lowest, highest] = updateRange(bits)
  const at = accessor(scale)
  let clamped = 0
  for (let i = 0; i < update.length; i++) {
    const value = update[i]!
    if (!Number.isFinite(value)) throw new NonFiniteValueError(i, value)
    const x = value / at(i)
    if (x < lowest || x > highest) clamped++
  }
  return clamped
}

/**
 * The step at which the sum of D updates reaches `reach`, if each member sends the largest integer of its width:
 * `reach / (D · (2^(bits−1) − 1))`; for one bit `reach / D`. A round's gain is left out: divide `reach` by it.
 *
 * @param reach - Weight units, ≥ 0.
 * @param options.expected - D, updates that a shard expects.
 * @throws `UnsupportedBitsError`
 */
export function stepToReach(reach: number, { bits, expected }: { bits: number; expected: number }): number {
  const [, highest] = updateRange(bits)
  return reach / (expected * highest)
}

/**
 * The update that integers stand for: `values[i] · scale[i]`.
 *
 * @param values - Integers, shape [length].
 * @returns Update, shape [length], in the units of `scale`.
 * @throws {@link ScaleError}
 */
export function dequantize(values: Int8Array | Int32Array, { scale }: { readonly scale: Scale }): Float32Array {
  const at = accessor(scale)
  const update = new Float32Array(values.length)
  for (let i = 0; i < values.length; i++) update[i] = values[i]! * at(i)
  return update
}

function accessor(scale: Scale): (index: number) => number {
  const read =
    typeof scale === 'number'
      ? () => scale
      : typeof scale === 'function'
        ? scale
        : (i: number) => scale[i] ?? Number.NaN
  return (index) => {
    const value = read(index)
    if (!(value > 0 && value < Number.POSITIVE_INFINITY)) throw new ScaleError(index, value)
    return value
  }
}

/** A value that is NaN or infinite: training diverged. */
export class NonFiniteValueError extends Error {
  override readonly name = 'NonFiniteValueError'
  readonly index: number
  readonly value: number
  constructor(index: number, value: number) {
    super(`Update is ${value} at index ${index}. Training diverged: lower the learning rate or check the data.`)
    this.index = index
    this.value = value
  }
}

/** A scale that is not a positive number, or that is missing. */
export class ScaleError extends Error {
  override readonly name = 'ScaleError'
  readonly index: number
  readonly scale: number
  constructor(index: number, scale: number) {
    super(`Scale is ${scale} at index ${index}; it must be a positive number: step · expected updates · gain.`)
    this.index = index
    this.scale = scale
  }
}
