/**
 * What the contract must know of a manifest: core's `DirectSetup`, and the step of every tensor.
 *
 * @example
 * ```ts
 * import { initialModel } from '@tutti/core'
 * import { toParameterSteps, toSetup, toWeights } from '@tutti/learn'
 *
 * const lanes = initialModel(toSetup(manifest), { laneBits: 16, dimension: 14 })
 * const steps = toParameterSteps(manifest)
 * const weights = toWeights(manifest, lanes)
 * weights[0] // → Math.fround(steps[0]! * lanes[0]!)
 * ```
 */
import { type DirectSetup, type Hex, OutputKind, Start } from '@tutti/core'
import { type DenseLayer, isOnnxModel, type ModelSpec, tensorLayout } from '../model/model.ts'
import { type Manifest, validateManifest } from './manifest.ts'

const OUTPUT_KIND = {
  softmax: OutputKind.Softmax,
  logistic: OutputKind.Logistic,
  'multi-label': OutputKind.MultiLabel,
  linear: OutputKind.Linear,
} as const

const NO_SEED: Hex = `0x${'00'.repeat(32)}`

/** Step of a tensor and the parameters it covers: `weight = step · lane`. */
export interface TensorStep {
  offset: number
  length: number
  step: number
}

/**
 * The setup that a DirectAggregator is given, so that contract and manifest agree. Of a given start it lacks the hashes,
 * which depend on the shards: `proposeFromManifest` adds them.
 *
 * @throws `ManifestError`, {@link NotDenseError}, {@link FloatStartError}
 */
export function toSetup(manifest: Manifest): DirectSetup {
  const { model, initialisation, network } = validateManifest(manifest)
  const dense = denseLayers(model)
  if (initialisation.kind === 'float' || initialisation.kind === 'base' || network === undefined) {
    throw new FloatStartError('the direct path holds the whole model in its lanes')
  }
  const amplitudes = initialisation.kind === 'seeded' ? initialisation.amplitudes : []
  const start = { zero: Start.Zero, seeded: Start.Seeded, given: Start.Given }[initialisation.kind]
  return {
    start,
    outputKind: OUTPUT_KIND[model.output],
    inputZero: network.inputZero,
    seed: initialisation.kind === 'seeded' ? (initialisation.seed as Hex) : NO_SEED,
    bound: initialisation.kind === 'given' ? initialisation.bound : 0,
    outputMultiplier: BigInt(network.outputMultiplier),
    outputOffset: BigInt(network.outputOffset),
    tensors: tensorLayout(model).map(({ length }, index) => ({ length, amplitude: amplitudes[index] ?? 0 })),
    hashes: [],
    layers: dense.map((layer, index) => ({
      inputs: index === 0 ? model.inputs : dense[index - 1]!.outputs,
      outputs: layer.outputs,
      biasMultiplier: network.layers[index]!.biasMultiplier,
      shift: network.layers[index]!.shift,
    })),
  }
}

/** The step of each tensor as a number, with the range of the parameter vector that it covers. */
export function toTensorSteps({ model, tensors }: Pick<Manifest, 'model' | 'tensors'>): TensorStep[] {
  return tensorLayout(model).map(({ offset, length }, index) => {
    const [numerator, denominator] = tensors[index]!.step
    return { offset, length, step: numerator / denominator }
  })
}

/** Step of every parameter, shape [dimension], weight units per integer. */
export function toParameterSteps(manifest: Pick<Manifest, 'model' | 'tensors'>): Float64Array {
  const ranges = toTensorSteps(manifest)
  const steps = new Float64Array(ranges.reduce((sum, { length }) => sum + length, 0))
  for (const { offset, length, step } of ranges) steps.fill(step, offset, offset + length)
  return steps
}

/**
 * `weights[p] = base[p] + step_t · lanes[p]`, computed in double and rounded once to single precision: the same bits on
 * every machine. Shape [dimension].
 *
 * @param base - Weights that the lanes are added to (`toBaseWeights`); absent where the model starts in the lanes.
 * @throws {@link FloatStartError} if the manifest's model starts from floats and there is no base.
 */
export function toWeights(
  manifest: Pick<Manifest, 'model' | 'tensors' | 'initialisation'>,
  lanes: Int32Array,
  base?: Float32Array,
): Float32Array {
  const { kind } = manifest.initialisation
  if (base === undefined && (kind === 'float' || kind === 'base')) {
    throw new FloatStartError('its weights are base + step · lane, and no base was handed in')
  }
  return addLanes(base, toTensorSteps(manifest), lanes)
}

/**
 * `weights[p] = base[p] + step_t · lanes[p]`, shape [dimension].
 *
 * @param base - Shape [dimension]; zero when absent.
 * @param steps - Of every tensor, in the order of the vector.
 * @throws {@link BaseLengthError}
 */
export function addLanes(base: Float32Array | undefined, steps: TensorStep[], lanes: Int32Array): Float32Array {
  if (base !== undefined && base.length !== lanes.length) throw new BaseLengthError(base.length, lanes.length)
  const weights = new Float32Array(lanes.length)
  for (const { offset, length, step } of steps) {
    for (let p = offset; p < offset + length; p++) weights[p] = (base === undefined ? 0 : base[p]!) + step * lanes[p]!
  }
  return weights
}

/**
 * The layers of a model that has dense ones only: what the contract can run.
 *
 * @throws {@link NotDenseError} naming the first other layer.
 */
export function denseLayers(model: ModelSpec): DenseLayer[] {
  if (isOnnxModel(model)) throw new NotDenseError('an ONNX graph')
  return model.layers.map((layer, index) => {
    if (layer.kind !== 'dense') throw new NotDenseError(`layer ${index}, ${layer.kind}`)
    return layer
  })
}

/** The contract runs dense layers only. */
export class NotDenseError extends Error {
  override name = 'NotDenseError'
  constructor(what: string) {
    super(`The model has ${what}; the direct path runs dense layers only. Found the federation on the blob path.`)
  }
}

/** A model that starts from floats was taken for one that starts in its lanes. */
export class FloatStartError extends Error {
  override name = 'FloatStartError'
  constructor(reason: string) {
    super(`The model starts from float weights: ${reason}. Use the blob path, and toBaseWeights for the base.`)
  }
}

/** Base weights and lanes differ in number. */
export class BaseLengthError extends Error {
  override name = 'BaseLengthError'
  constructor(base: number, lanes: number) {
    super(`There are ${base} base weights for ${lanes} lanes. Check that the file is the one the manifest names.`)
  }
}
