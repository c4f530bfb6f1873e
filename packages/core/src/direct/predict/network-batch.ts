/**
 * Many inputs through one integer network: the integers of {@link predict}, handed over as numbers for judging a model on
 * a table. Where float64 holds every sum exactly, nothing is allocated for a row.
 *
 * @example
 * ```ts
 * import { OutputKind, predictAll } from '@tutti/core'
 *
 * const layers = [{ inputs: 2, outputs: 1, biasMultiplier: 1, shift: 0 }]
 * const setup = { outputKind: OutputKind.Linear, inputZero: 0, outputMultiplier: 10n ** 18n, outputOffset: 0n, layers }
 * const rows = Uint8Array.of(5, 4, 1, 0) // two inputs of two bytes; outputs have 18 decimals
 * predictAll(Int32Array.of(1, 2, 10), setup, rows) // → Float64Array.of(23, 11)
 * ```
 */
import { InputLengthError, isExactInFloat, layersOf, type NetworkSetup, openNetwork } from './network.ts'

const DECIMALS = 1e18
const LARGEST_BYTE = 255
/** Outputs that are computed side by side, so that each input is fetched once for all of them. */
const SIDE_BY_SIDE = 4

/**
 * Outputs of the network for many inputs, in the unit of the label or as logits: the contract's integers divided by 10^18,
 * to some units in the last place of a float64. Where they are logits, their order and signs are those of the integers.
 *
 * @param model - Integers of the whole model, shape [dimension].
 * @param inputs - Bytes, shape [count, inputs of the first layer].
 * @returns Shape [count, outputs of the last layer].
 * @throws `NoNetworkError`, `NetworkLengthError`; `InputLengthError` if `inputs` is not whole rows.
 */
export function predictAll(model: Int32Array, setup: NetworkSetup, inputs: Uint8Array): Float64Array {
  const layers = layersOf(model, setup)
  const width = layers[0]!.layer.inputs
  const outputs = layers.at(-1)!.layer.outputs
  if (inputs.length % width !== 0) throw new InputLengthError(inputs.length % width, width)
  const count = inputs.length / width
  const results = new Float64Array(count * outputs)
  if (!layers.every(({ weights, layer }) => isExactInFloat(weights, layer))) {
    const answer = openNetwork(model, setup)
    for (let row = 0; row < count; row++) {
      const exact = answer(inputs.subarray(row * width, (row + 1) * width))
      for (const [index, value] of exact.entries()) results[row * outputs + index] = Number(value) / DECIMALS
    }
    return results
  }
  const runs = layers.map(({ weights, layer }) => ({ layer, weights: Float64Array.from(weights) }))
  const buffers = layers.map(({ layer }) => new Float64Array(layer.inputs))
  const last = new Float64Array(outputs)
  const [multiplier, offset] = [Number(setup.outputMultiplier), Number(setup.outputOffset)]
  for (let row = 0; row < count; row++) {
    const first = buffers[0]!
    for (let i = 0, at = row * width; i < width; i++) first[i] = inputs[at + i]! - setup.inputZero
    for (const [index, { layer, weights }] of runs.entries()) {
      const next = buffers[index + 1]
      multiply(weights, layer, buffers[index]!, next ?? last)
      if (next !== undefined) requantise(next, layer.shift)
    }
    for (let i = 0; i < outputs; i++) results[row * outputs + i] = (last[i]! * multiplier + offset) / DECIMALS
  }
  return results
}

/** Accumulators of a layer, {@link SIDE_BY_SIDE} outputs at a time. */
function multiply(
  weights: Float64Array,
  { inputs, outputs, biasMultiplier }: { inputs: number; outputs: number; biasMultiplier: number },
  x: Float64Array,
  acc: Float64Array,
): void {
  const biases = outputs * inputs
  let i = 0
  for (; i + SIDE_BY_SIDE <= outputs; i += SIDE_BY_SIDE) {
    const a = i * inputs
    const [b, c, d] = [a + inputs, a + 2 * inputs, a + 3 * inputs]
    let p = biasMultiplier * weights[biases + i]!
    let q = biasMultiplier * weights[biases + i + 1]!
    let r = biasMultiplier * weights[biases + i + 2]!
    let s = biasMultiplier * weights[biases + i + 3]!
    for (let j = 0; j < inputs; j++) {
      const value = x[j]!
      p += weights[a + j]! * value
      q += weights[b + j]! * value
      r += weights[c + j]! * value
      s += weights[d + j]! * value
    }
    acc[i] = p
    acc[i + 1] = q
    acc[i + 2] = r
    acc[i + 3] = s
  }
  for (; i < outputs; i++) {
    let sum = biasMultiplier * weights[biases + i]!
    for (let j = 0, at = i * inputs; j < inputs; j++) sum += weights[at + j]! * x[j]!
    acc[i] = sum
  }
}

/** `min(255, (max(acc, 0) + 2^(shift−1)) >> shift)` in place; a division by a power of two is exact. */
function requantise(acc: Float64Array, shift: number): void {
  const half = 2 ** (shift - 1)
  const part = 2 ** -shift
  for (let i = 0; i < acc.length; i++) {
    acc[i] = Math.min(LARGEST_BYTE, Math.floor((Math.max(acc[i]!, 0) + half) * part))
  }
}
