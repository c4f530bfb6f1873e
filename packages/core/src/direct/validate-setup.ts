/**
 * Refuses setups that do not fit their terms, one error class each, as the aggregator's `register` would: how the
 * integers start, the shape of the network, and outputs that could wrap. Twin of `direct/DirectTerms.sol`.
 *
 * @example
 * ```ts
 * import { validateSetup } from '@tutti/core'
 *
 * validateSetup(setup, terms) // → undefined
 * validateSetup({ ...setup, tensors: [{ length: 12, amplitude: 100 }] }, terms) // throws TensorsMismatchError
 * ```
 */

import { shardCount, type Terms } from '../terms/terms.ts'
import { type DirectSetup, initialBound, layerParameters, OutputKind, Start } from './setup.ts'
import { validateOverflow } from './validate.ts'

const LARGEST_UINT8 = 0xff
const LARGEST_UINT32 = 0xffffffff
const LARGEST_INT256 = (1n << 255n) - 1n
const MOST_LABELS = 256

/**
 * Throws at the first thing in the setup that cannot be. Expects valid terms: call `validateTerms` first.
 *
 * @throws {@link EmptyTensorError}, {@link AmplitudeTooLargeError}, {@link TensorsMismatchError},
 * {@link BoundTooLargeError}, {@link WrongHashCountError}, `LaneOverflowError`, {@link EmptyLayerError},
 * {@link LayersUnconnectedError}, {@link ZeroBiasMultiplierError}, {@link InvalidLayerShiftError},
 * {@link LayersMismatchError}, {@link InvalidOutputsError}, {@link OutputOverflowError}, {@link SetupRangeError}
 */
export function validateSetup(setup: DirectSetup, terms: Terms): void {
  validateRanges(setup)
  validateStart(setup, terms)
  validateOverflow(terms, initialBound(setup))
  validateNetwork(setup, terms)
}

function validateRanges(setup: DirectSetup): void {
  const check = (field: string, value: number, largest: number): void => {
    if (!Number.isInteger(value) || value < 0 || value > largest) throw new SetupRangeError(field, value, largest)
  }
  check('start', setup.start, Start.Given)
  check('outputKind', setup.outputKind, OutputKind.Linear)
  check('inputZero', setup.inputZero, LARGEST_UINT8)
  check('bound', setup.bound, LARGEST_UINT32)
  for (const [t, { length, amplitude }] of setup.tensors.entries()) {
    check(`tensors[${t}].length`, length, LARGEST_UINT32)
    check(`tensors[${t}].amplitude`, amplitude, LARGEST_UINT32)
  }
  for (const [l, { inputs, outputs, biasMultiplier, shift }] of setup.layers.entries()) {
    check(`layers[${l}].inputs`, inputs, LARGEST_UINT32)
    check(`layers[${l}].outputs`, outputs, LARGEST_UINT32)
    check(`layers[${l}].biasMultiplier`, biasMultiplier, LARGEST_UINT32)
    check(`layers[${l}].shift`, shift, LARGEST_UINT8)
  }
}

function validateStart(setup: DirectSetup, terms: Terms): void {
  const { laneBits, dimension } = terms
  const limit = 2 ** (laneBits - 1)
  for (const [t, { length, amplitude }] of setup.tensors.entries()) {
    if (length === 0) throw new EmptyTensorError(t)
    if (setup.start === Start.Seeded && amplitude >= limit) throw new AmplitudeTooLargeError(t, amplitude, limit)
  }
  const parameters = setup.tensors.reduce((total, { length }) => total + length, 0)
  if (parameters !== dimension) throw new TensorsMismatchError(parameters, dimension)
  const isGiven = setup.start === Start.Given
  if (isGiven && setup.bound >= limit) throw new BoundTooLargeError(setup.bound, limit)
  const hashes = isGiven ? shardCount(terms) : 0
  if (setup.hashes.length !== hashes) throw new WrongHashCountError(setup.hashes.length, hashes)
}

function validateNetwork({ layers, outputKind, outputMultiplier, outputOffset }: DirectSetup, terms: Terms): void {
  const last = layers.at(-1)
  if (last === undefined) return
  for (const [l, layer] of layers.entries()) {
    const before = layers[l - 1]
    if (layer.inputs === 0 || layer.outputs === 0) throw new EmptyLayerError(l)
    if (before !== undefined && layer.inputs !== before.outputs) {
      throw new LayersUnconnectedError(l, layer.inputs, before.outputs)
    }
    if (layer.biasMultiplier === 0) throw new ZeroBiasMultiplierError(l)
    if ((layer.shift === 0) !== (l === layers.length - 1)) throw new InvalidLayerShiftError(l, layer.shift)
  }
  const parameters = layers.reduce((total, layer) => total + layerParameters(layer), 0)
  if (parameters !== terms.dimension) throw new LayersMismatchError(parameters, terms.dimension)

  if (outputKind === OutputKind.Logistic && last.outputs > 1) throw new InvalidOutputsError(last.outputs, 1)
  if (outputKind === OutputKind.MultiLabel && last.outputs > MOST_LABELS) {
    throw new InvalidOutputsError(last.outputs, MOST_LABELS)
  }
  // Accumulators themselves stay below 2^72 by the widths of their parts; only the outputs' scale can make them wrap.
  const accumulator = (BigInt(last.inputs) * 255n + BigInt(last.biasMultiplier)) << BigInt(terms.laneBits - 1)
  const room = LARGEST_INT256 - magnitude(outputOffset)
  if (magnitude(outputMultiplier) > room / accumulator) throw new OutputOverflowError(accumulator)
}

/** `|value|`, the least int256 counted as the greatest, as the contract does. */
function magnitude(value: bigint): bigint {
  const absolute = value < 0n ? -value : value
  return absolute > LARGEST_INT256 ? LARGEST_INT256 : absolute
}

/** A number that its field cannot hold. */
export class SetupRangeError extends Error {
  override readonly name = 'SetupRangeError'
  readonly field: string
  constructor(field: string, value: number, largest: number) {
    super(`${field} is ${value}; it must be an integer from 0 to ${largest}.`)
    this.field = field
  }
}

/** A tensor without parameters. */
export class EmptyTensorError extends Error {
  override readonly name = 'EmptyTensorError'
  constructor(tensor: number) {
    super(`Tensor ${tensor} has no parameters. Leave it out.`)
  }
}

/** A seeded tensor whose integers would not fit a lane. */
export class AmplitudeTooLargeError extends Error {
  override readonly name = 'AmplitudeTooLargeError'
  constructor(tensor: number, amplitude: number, limit: number) {
    super(`Tensor ${tensor} starts within ±${amplitude}; a lane holds less than ${limit}. Use a larger step.`)
  }
}

/** Tensors that are not the model. */
export class TensorsMismatchError extends Error {
  override readonly name = 'TensorsMismatchError'
  constructor(parameters: number, dimension: number) {
    super(`The tensors have ${parameters} parameters; the dimension is ${dimension}. They must be equal.`)
  }
}

/** A bound of given integers that a lane cannot hold. */
export class BoundTooLargeError extends Error {
  override readonly name = 'BoundTooLargeError'
  constructor(bound: number, limit: number) {
    super(`The bound of the given integers is ${bound}; a lane holds less than ${limit}. Use wider lanes.`)
  }
}

/** Hashes of a given start that are not as many as the model has shards. */
export class WrongHashCountError extends Error {
  override readonly name = 'WrongHashCountError'
  constructor(hashes: number, expected: number) {
    super(`The setup has ${hashes} hashes of shards; this start has ${expected}. See \`shardHashes\`.`)
  }
}

/** A layer without inputs or outputs. */
export class EmptyLayerError extends Error {
  override readonly name = 'EmptyLayerError'
  constructor(layer: number) {
    super(`Layer ${layer} has no inputs or no outputs.`)
  }
}

/** A layer that does not take what the one before gives. */
export class LayersUnconnectedError extends Error {
  override readonly name = 'LayersUnconnectedError'
  constructor(layer: number, inputs: number, outputsBefore: number) {
    super(`Layer ${layer} takes ${inputs} inputs; the layer before gives ${outputsBefore}.`)
  }
}

/** Biases that would count for nothing. */
export class ZeroBiasMultiplierError extends Error {
  override readonly name = 'ZeroBiasMultiplierError'
  constructor(layer: number) {
    super(`Layer ${layer} has a biasMultiplier of 0; it must be at least 1.`)
  }
}

/** A hidden layer without a shift, or a last one with it. */
export class InvalidLayerShiftError extends Error {
  override readonly name = 'InvalidLayerShiftError'
  constructor(layer: number, shift: number) {
    super(`Layer ${layer} has shift ${shift}; hidden layers shift by at least 1, the last one by 0.`)
  }
}

/** Layers that are not the model. */
export class LayersMismatchError extends Error {
  override readonly name = 'LayersMismatchError'
  constructor(parameters: number, dimension: number) {
    super(`The layers have ${parameters} parameters; the dimension is ${dimension}. They must be equal.`)
  }
}

/** More outputs than their kind can answer with. */
export class InvalidOutputsError extends Error {
  override readonly name = 'InvalidOutputsError'
  constructor(outputs: number, most: number) {
    super(`The last layer has ${outputs} outputs; this kind of output has at most ${most}.`)
  }
}

/** Outputs that could wrap in 256 bits. */
export class OutputOverflowError extends Error {
  override readonly name = 'OutputOverflowError'
  constructor(largestAccumulator: bigint) {
    super(`Outputs could wrap: an accumulator reaches ${largestAccumulator}. Use a smaller outputMultiplier or offset.`)
  }
}
