/**
 * Weights that training starts from, where no file gives them: the same on every machine for the same seed.
 *
 * @example
 * ```ts
 * import { initialRange, initialWeights, mlp } from '@tutti/learn'
 *
 * const model = mlp([6, 2], 'softmax')
 * const weights = initialWeights(model, 1)
 * weights.every((weight) => Math.abs(weight) <= initialRange(6)) // → true
 * initialWeights(model, 1) // → weights
 * ```
 */
import { fromSeed, uniform } from '@tutti/core'
import { sizeOf } from './layers.ts'
import { type ModelSpec, tensorLayout } from './model.ts'

/** Half-width of the uniform start of a weight: `√(6 / inputs) / √2`, between LeCun's and He's. */
export function initialRange(inputs: number): number {
  return Math.sqrt(3 / inputs)
}

/**
 * Weights of a float start: uniform in ±{@link initialRange} of the inputs of an output (a kernel's size for a
 * convolution, the width for an embedding), biases zero, shape [dimension]. Only square roots, products and sums of
 * doubles are taken, which IEEE 754 fixes to the last bit.
 *
 * @param seed - Any integer, taken modulo 2^64.
 */
export function initialWeights(model: ModelSpec, seed: number | bigint): Float32Array {
  const random = fromSeed(seed)
  const layout = tensorLayout(model)
  const weights = new Float32Array(layout.reduce((sum, { length }) => sum + length, 0))
  for (const { shape, offset, length } of layout) {
    const range = shape.length > 1 ? initialRange(sizeOf(shape.slice(1))) : 0
    for (let p = offset; p < offset + length; p++) weights[p] = uniform(random, -range, range)
  }
  return weights
}
