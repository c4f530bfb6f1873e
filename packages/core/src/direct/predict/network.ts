/**
 * The forward pass of a dense integer network: the same integers as the contract's `predict`, bit for bit.
 *
 * `acc_i = Σ_j w_ij · x_j + biasMultiplier · b_i`, then for all layers but the last
 * `x'_i = min(255, (max(acc_i, 0) + 2^(shift−1)) >> shift)`, and for the last `acc_i · outputMultiplier + outputOffset`.
 * Sums run in float64 where a bound proves that every partial sum stays below 2^53, in bigint otherwise.
 * Twin of `direct/predict/Network.sol`; vectors in `vectors/network.json`.
 *
 * @example
 * ```ts
 * import { classify, OutputKind, predict } from '@tutti/core'
 *
 * const setup = {
 *   outputKind: OutputKind.Softmax,
 *   inputZero: 0,
 *   outputMultiplier: 1n,
 *   outputOffset: 0n,
 *   layers: [{ inputs: 2, outputs: 2, biasMultiplier: 1, shift: 0 }],
 * }
 * const model = Int32Array.of(1, 2, 3, -1, 10, 0) // weights row by row, then biases
 * predict(model, setup, Uint8Array.of(5, 4)) // → [23n, 11n]
 * classify(model, setup, Uint8Array.of(5, 4)).class // → 0
 * ```
 */
import { type DirectSetup, type Layer, layerParameters, OutputKind } from '../setup.ts'

/** What of the setup a prediction needs. */
export type NetworkSetup = Pick<
  DirectSetup,
  'outputKind' | 'inputZero' | 'outputMultiplier' | 'outputOffset' | 'layers'
>

const EXACT = 2 ** 53
const LARGEST_BYTE = 255

/**
 * Outputs of the network for one input.
 *
 * @param model - Integers of the whole model, shape [dimension].
 * @param input - One byte a feature, shape [layers[0].inputs].
 * @returns Fixed point with 18 decimals, shape [outputs of the last layer].
 * @throws {@link NoNetworkError}, {@link InputLengthError}, {@link NetworkLengthError}
 */
export function predict(model: Int32Array, setup: NetworkSetup, input: Uint8Array): bigint[] {
  return openNetwork(model, setup)(input)
}

/**
 * {@link predict} for many inputs of one model: what does not depend on the input is done once.
 *
 * @returns Gives the outputs for an input; throws {@link InputLengthError}.
 * @throws {@link NoNetworkError}, {@link NetworkLengthError}
 */
export function openNetwork(model: Int32Array, setup: NetworkSetup): (input: Uint8Array) => bigint[] {
  const layers = layersOf(model, setup).map((cut) => ({ ...cut, isExact: isExactInFloat(cut.weights, cut.layer) }))
  const runs = layers.map(({ weights, layer, isExact }) => {
    if (!isExact) return (x: Float64Array) => accumulateExact(weights, layer, x)
    const floats = Float64Array.from(weights)
    const acc = new Float64Array(layer.outputs)
    return (x: Float64Array) => accumulate(floats, layer, x, acc)
  })
  return (input) => toOutputs(forward(runs, setup, input), setup)
}

/**
 * The answer of a classifier, with the outputs it follows from: the class of the largest output, the lowest on ties
 * (softmax); 1 if the output is above zero, else 0 (logistic); bit i set if output i is above zero (multi-label);
 * 0 (linear).
 *
 * @throws {@link TooManyLabelsError} besides what {@link predict} throws.
 */
export function classify(
  model: Int32Array,
  setup: NetworkSetup,
  input: Uint8Array,
): { class: number; outputs: bigint[] } {
  const outputs = predict(model, setup, input)
  return { class: toClass(outputs, setup.outputKind), outputs }
}

/** The class that outputs stand for: see {@link classify}. */
export function toClass(outputs: readonly bigint[], outputKind: OutputKind): number {
  switch (outputKind) {
    case OutputKind.Softmax:
      return outputs.reduce((best, output, i) => (output > outputs[best]! ? i : best), 0)
    case OutputKind.Logistic:
      return outputs[0]! > 0n ? 1 : 0
    case OutputKind.MultiLabel:
      if (outputs.length > 53) throw new TooManyLabelsError(outputs.length)
      return outputs.reduce((labels, output, i) => labels + (output > 0n ? 2 ** i : 0), 0)
    case OutputKind.Linear:
      return 0
  }
}

/**
 * Accumulators of one layer in float64, exact because {@link isExactInFloat} holds.
 *
 * @param weights - The layer's parameters: `outputs × inputs` weights row by row, then `outputs` biases.
 * @param x - Inputs, shape [inputs].
 * @param acc - Where the accumulators are put, shape [outputs].
 * @returns `acc`.
 */
export function accumulate(
  weights: Int32Array | Float64Array,
  layer: Layer,
  x: Float64Array,
  acc: Float64Array = new Float64Array(layer.outputs),
): Float64Array {
  const { inputs, outputs, biasMultiplier } = layer
  for (let i = 0, at = 0; i < outputs; i++, at += inputs) {
    let sum = biasMultiplier * weights[outputs * inputs + i]!
    for (let j = 0; j < inputs; j++) sum += weights[at + j]! * x[j]!
    acc[i] = sum
  }
  return acc
}

/**
 * Whether float64 holds every partial sum of a layer, and what the rounding shift adds, exactly:
 * `inputs · 255 · |w| + biasMultiplier · |b| + 2^(shift−1) ≤ 2^53` with the largest |parameter| of the layer.
 */
export function isExactInFloat(weights: Int32Array, { inputs, biasMultiplier, shift }: Layer): boolean {
  const reach = inputs * LARGEST_BYTE + biasMultiplier
  if (reach * 2 ** 31 + 2 ** shift <= EXACT) return true
  let largest = 0
  for (const weight of weights) largest = Math.max(largest, Math.abs(weight))
  return reach * largest + 2 ** shift <= EXACT
}

function accumulateExact(weights: Int32Array, layer: Layer, x: Float64Array): bigint[] {
  const { inputs, outputs, biasMultiplier } = layer
  return Array.from({ length: outputs }, (_, i) => {
    let sum = BigInt(biasMultiplier) * BigInt(weights[outputs * inputs + i]!)
    for (let j = 0; j < inputs; j++) sum += BigInt(weights[i * inputs + j]!) * BigInt(x[j]!)
    return sum
  })
}

/** The layers of a network and the parameters of each. @throws {@link NoNetworkError}, {@link NetworkLengthError} */
export function layersOf(model: Int32Array, { layers }: NetworkSetup): { layer: Layer; weights: Int32Array }[] {
  if (layers.length === 0) throw new NoNetworkError()
  const parameters = layers.reduce((total, layer) => total + layerParameters(layer), 0)
  if (model.length !== parameters) throw new NetworkLengthError(model.length, parameters)
  let start = 0
  return layers.map((layer) => {
    const weights = model.subarray(start, start + layerParameters(layer))
    start += weights.length
    return { layer, weights }
  })
}

/** Accumulators of the last layer. */
function forward(
  runs: readonly ((x: Float64Array) => Float64Array | bigint[])[],
  { layers, inputZero }: NetworkSetup,
  input: Uint8Array,
): Float64Array | bigint[] {
  const { inputs } = layers[0]!
  if (input.length !== inputs) throw new InputLengthError(input.length, inputs)
  let x: Float64Array = new Float64Array(inputs)
  for (let i = 0; i < inputs; i++) x[i] = input[i]! - inputZero
  let acc: Float64Array | bigint[] = []
  for (const [l, run] of runs.entries()) {
    acc = run(x)
    if (l < runs.length - 1) x = requantize(acc, layers[l]!.shift)
  }
  return acc
}

/** `min(255, (max(acc, 0) + 2^(shift−1)) >> shift)`; in float64 a division by a power of two is exact. */
function requantize(acc: Float64Array | bigint[], shift: number): Float64Array {
  if (acc instanceof Float64Array) {
    const half = 2 ** (shift - 1)
    const part = 2 ** -shift
    const bytes = new Float64Array(acc.length)
    for (let i = 0; i < acc.length; i++) {
      bytes[i] = Math.min(LARGEST_BYTE, Math.floor((Math.max(acc[i]!, 0) + half) * part))
    }
    return bytes
  }
  const half = 1n << BigInt(shift - 1)
  return Float64Array.from(acc, (value) => {
    const rounded = ((value > 0n ? value : 0n) + half) >> BigInt(shift)
    return rounded > 255n ? LARGEST_BYTE : Number(rounded)
  })
}

function toOutputs(
  acc: Float64Array | bigint[],
  { outputMultiplier, outputOffset }: Pick<DirectSetup, 'outputMultiplier' | 'outputOffset'>,
): bigint[] {
  const outputs: bigint[] = []
  for (const value of acc) outputs.push(BigInt(value) * outputMultiplier + outputOffset)
  return outputs
}

/** The setup names no layers. */
export class NoNetworkError extends Error {
  override readonly name = 'NoNetworkError'
  constructor() {
    super('This model answers no predictions: its setup has no layers. Read the model and predict off the chain.')
  }
}

/** An input of the wrong length. */
export class InputLengthError extends Error {
  override readonly name = 'InputLengthError'
  readonly bytes: number
  readonly expected: number
  constructor(bytes: number, expected: number) {
    super(`Input has ${bytes} bytes; the network takes ${expected}, one a feature. Check the schema in the manifest.`)
    this.bytes = bytes
    this.expected = expected
  }
}

/** A model that does not have the parameters of its layers. */
export class NetworkLengthError extends Error {
  override readonly name = 'NetworkLengthError'
  readonly values: number
  readonly expected: number
  constructor(values: number, expected: number) {
    super(`Model has ${values} integers; the layers have ${expected}. Hand over the whole model, all shards joined.`)
    this.values = values
    this.expected = expected
  }
}

/** More labels than a number has exact bits. */
export class TooManyLabelsError extends Error {
  override readonly name = 'TooManyLabelsError'
  readonly labels: number
  constructor(labels: number) {
    super(`${labels} labels do not fit a number, which holds 53 exactly. Read the signs of what \`predict\` returns.`)
    this.labels = labels
  }
}
