/**
 * Calibration: the steps, shifts and multipliers of a federation, measured instead of guessed.
 *
 * A rehearsal trains a few rounds in floating point on the creator's own data. A quantile of how far a member's update
 * moves the weights of a layer becomes the largest value that `bits` can hold; a quantile of each hidden layer's
 * activations becomes the largest byte.
 *
 * @example
 * ```ts
 * import { calibrate, mlp } from '@tutti/learn'
 * import { createTrainer } from '@tutti/learn/node'
 *
 * const model = mlp([6, 2], 'softmax')
 * const trainer = await createTrainer(model, manifest.training)
 * const arithmetic = { laneBits: 16, bits: 4, gains: [{ fromRound: 0, gain: 1 }] }
 * const { tensors, network } = await calibrate({ model, schema, trainer, members: [rows], terms: arithmetic, seed: 1 })
 * tensors.map(({ name }) => name) // → ['layer0.weight', 'layer0.bias']
 * network.layers.length // → 1
 * await trainer.release()
 * ```
 */
import { type Dataset, selectExamples, toFloatInputs } from '../data/dataset.ts'
import type { DataSchema } from '../data/schema.ts'
import type { NetworkSpec, TensorSpec } from '../manifest/manifest.ts'
import {
  divide,
  fromNumber,
  fromRatio,
  multiply,
  type Rational,
  rational,
  toNumber,
  toRatio,
} from '../manifest/rational.ts'
import { denseLayers } from '../manifest/setup.ts'
import { initialRange, initialWeights } from '../model/initial-weights.ts'
import { type ModelSpec, tensorLayout } from '../model/model.ts'
import { type RehearsalOptions, rehearse } from './rehearsal.ts'
import { DEFAULT_COVERAGE, measureStep, quantile, roundToBits } from './steps.ts'

/** What a calibration starts from. */
export interface CalibrationOptions extends RehearsalOptions {
  /** Of dense layers only. */
  model: ModelSpec
  schema: DataSchema
  /** Factor by which activations may outgrow the rehearsal; 1.5 when absent. */
  headroom?: number
}

/** What a manifest takes over. `amplitudes` go with a seeded start. */
export interface Calibration {
  tensors: TensorSpec[]
  network: NetworkSpec
  amplitudes: number[]
}

const ACTIVATION_COVERAGE = 0.9999
const ACTIVATION_EXAMPLES = 500
const LARGEST_BYTE = 255
const DECIMALS = 18n

/**
 * Rehearses and proposes steps, amplitudes and network constants.
 *
 * For layer l: `step_W = quantile(|Δ_W| / gain) / (D · (2^(bits−1) − 1))`, rounded to three significant bits;
 * `step_b = biasMultiplier · step_W · s_l` exactly; `s_{l+1} = s_l · step_W · 2^shift` with the smallest shift that keeps
 * `headroom` times the activations within a byte.
 *
 * @throws `NotDenseError`; what `Trainer.fit` throws; RangeError if a step does not fit a manifest.
 */
export async function calibrate(options: CalibrationOptions): Promise<Calibration> {
  const { model, schema, members, coverage = DEFAULT_COVERAGE, headroom = 1.5 } = options
  const dense = denseLayers(model)
  const { moves, weights } = await rehearse(options, initialWeights(model, options.seed))
  const activations = measureActivations(model, weights, sample(members, ACTIVATION_EXAMPLES))
  const layout = tensorLayout(model)
  const tensors: TensorSpec[] = []
  const layers: NetworkSpec['layers'] = []
  const amplitudes: number[] = []
  let scale = fromRatio(schema.inputScale)
  for (const [index] of dense.entries()) {
    const [weight, bias] = [layout[2 * index]!, layout[2 * index + 1]!]
    const step = roundToBits(measureStep(moves[2 * index]!, coverage, options))
    const unit = multiply(step, scale)
    const biasTarget = measureStep(moves[2 * index + 1]!, coverage, options)
    const biasMultiplier = Math.max(1, Math.round(biasTarget / toNumber(unit)))
    const biasStep = multiply(unit, rational(BigInt(biasMultiplier), 1n))
    tensors.push({ name: weight.name, shape: weight.shape, step: toRatio(step) })
    tensors.push({ name: bias.name, shape: bias.shape, step: toRatio(biasStep) })
    amplitudes.push(Math.max(1, Math.round(initialRange(weight.shape[1]!) / toNumber(step))), 0)
    const isLast = index === dense.length - 1
    const reach = (headroom * (activations[index] ?? 0)) / (LARGEST_BYTE * toNumber(unit))
    const shift = isLast ? 0 : Math.max(1, Math.ceil(Math.log2(Math.max(1, reach))))
    layers.push({ shift, biasMultiplier })
    scale = multiply(unit, rational(1n << BigInt(shift), 1n))
  }
  const { center, spread } = schema.label.kind === 'number' ? schema.label : { center: 0, spread: 1 }
  return {
    tensors,
    amplitudes,
    network: {
      inputScale: schema.inputScale,
      inputZero: schema.inputZero,
      layers,
      outputMultiplier: roundToInteger(multiply(scale, fromNumber(spread))).toString(),
      outputOffset: `${center < 0 ? '-' : ''}${roundToInteger(fromNumber(Math.abs(center)))}`,
    },
  }
}

/** A high quantile of the activations of each hidden layer. */
function measureActivations(model: ModelSpec, weights: Float32Array, dataset: Dataset): number[] {
  const layout = tensorLayout(model)
  let x = toFloatInputs(dataset)
  return denseLayers(model)
    .slice(0, -1)
    .map((layer, index) => {
      const [weight, bias] = [layout[2 * index]!, layout[2 * index + 1]!]
      const inputs = weight.shape[1]!
      const next = new Float32Array(dataset.count * layer.outputs)
      for (let row = 0; row < dataset.count; row++) {
        for (let output = 0; output < layer.outputs; output++) {
          let sum = weights[bias.offset + output]!
          const start = weight.offset + output * inputs
          for (let j = 0; j < inputs; j++) sum += weights[start + j]! * x[row * inputs + j]!
          next[row * layer.outputs + output] = Math.max(0, sum)
        }
      }
      x = next
      return quantile(next, ACTIVATION_COVERAGE)
    })
}

/** Examples from all members in turn. */
function sample(members: Dataset[], limit: number): Dataset {
  const share = Math.max(1, Math.ceil(limit / members.length))
  const parts = members.map((member) => {
    const count = Math.min(share, member.count)
    return selectExamples(
      member,
      Array.from({ length: count }, (_, i) => Math.floor((i * member.count) / count)),
    )
  })
  const count = parts.reduce((sum, part) => sum + part.count, 0)
  const inputs = new Uint8Array(count * parts[0]!.features)
  const labels = new Float64Array(count)
  let row = 0
  for (const part of parts) {
    inputs.set(part.inputs, row * part.features)
    labels.set(part.labels, row)
    row += part.count
  }
  return { ...parts[0]!, count, inputs, labels }
}

/** `round(value · 10^18)`. */
function roundToInteger(value: Rational): bigint {
  const scaled = divide(value, rational(1n, 10n ** DECIMALS))
  return (2n * scaled.numerator + scaled.denominator) / (2n * scaled.denominator)
}
