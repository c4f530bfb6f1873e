/**
 * What the contract must know of a manifest: core's `Setup`, and the step of every tensor.
 */
import { type Hex, OutputKind, type Setup, Start } from '@tutti/core'
import { type Manifest, validateManifest } from './manifest.ts'
import { tensorLayout } from './model.ts'

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
 * The setup that a DirectAggregator is given, so that contract and manifest agree.
 *
 * @throws `ManifestError`
 */
export function toSetup(manifest: Manifest): Setup {
  const { model, initialisation, network } = validateManifest(manifest)
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
    chunks: initialisation.kind === 'given' ? (initialisation.chunks as Hex[]) : [],
    layers: model.layers.map((layer, index) => ({
      inputs: index === 0 ? model.inputs : model.layers[index - 1]!.outputs,
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

/** `weights[p] = step_t · lanes[p]`, shape [dimension]. */
export function toWeights(manifest: Pick<Manifest, 'model' | 'tensors'>, lanes: Int32Array): Float32Array {
  const steps = toParameterSteps(manifest)
  return Float32Array.from(lanes, (lane, p) => lane * steps[p]!)
}
