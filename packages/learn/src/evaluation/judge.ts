/**
 * From outputs to answers and figures, the same for float models and for integer ones.
 *
 * @example
 * ```ts
 * import { judge, selectExamples, toAnswers } from '@tutti/learn'
 *
 * const two = selectExamples(rows, [0, 1])
 * const outputs = [0.9, 0.1, 0.2, 0.8] // of two classes, for two examples
 * toAnswers(manifest.model, outputs, two) // → Float64Array.of(0, 1)
 * judge(manifest.model, outputs, { ...two, labels: Int32Array.of(0, 0) }).accuracy // → 0.5
 * ```
 */
import type { Dataset } from '../data/dataset.ts'
import { countOutputs, type ModelSpec } from '../model/model.ts'
import { softmax } from '../model/probabilities.ts'
import { toTargets } from './loss.ts'
import {
  accuracy,
  auroc,
  balancedAccuracy,
  countCorrect,
  labelF1,
  type Metrics,
  macroF1,
  meanAbsoluteError,
} from './metrics.ts'

/**
 * Answers of a model, shape [count]: the class of the largest output, lowest index on ties (softmax); 1 where the
 * output is above 0 (logistic); one bit a label (multi-label); the value in the label's unit (linear).
 *
 * @param outputs - Shape [count, outputs]. Linear outputs are standardised: `label = output · spread + center`.
 */
export function toAnswers(model: ModelSpec, outputs: ArrayLike<number>, dataset: Dataset): Float64Array {
  const width = countOutputs(model)
  const answers = new Float64Array(dataset.count)
  for (let row = 0; row < dataset.count; row++) {
    const start = row * width
    if (model.output === 'linear') answers[row] = outputs[start]! * dataset.labelSpread + dataset.labelCenter
    else if (model.output === 'softmax') {
      let best = 0
      for (let i = 1; i < width; i++) if (outputs[start + i]! > outputs[start + best]!) best = i
      answers[row] = best
    } else {
      for (let i = 0; i < width; i++) if (outputs[start + i]! > 0) answers[row] = answers[row]! + 2 ** i
    }
  }
  return answers
}

/**
 * Figures of outputs against labels. AUROC of several classes is the mean over classes of one against the rest, and
 * over labels for multi-label models; classes that the labels do not tell apart are left out.
 *
 * @throws {@link NonFiniteOutputError}; `MetricInputError` if the dataset is empty, `LabelError` if labels do not fit
 * the model.
 */
export function judge(model: ModelSpec, outputs: ArrayLike<number>, dataset: Dataset): Metrics {
  checkOutputs(model, outputs)
  const targets = toTargets(model, dataset)
  const answers = toAnswers(model, outputs, dataset)
  const { labels, count: examples } = dataset
  const loss = meanLoss(model, outputs, targets, examples)
  if (model.output === 'linear') return { examples, loss, mae: meanAbsoluteError(answers, labels) }
  const width = countOutputs(model)
  const column = (values: ArrayLike<number>, index: number) =>
    Float64Array.from({ length: examples }, (_, row) => values[row * width + index]!)
  if (model.output === 'multi-label') {
    const bits = answers.length * width
    const flat = Float64Array.from({ length: bits }, (_, i) => (answers[Math.floor(i / width)]! / 2 ** (i % width)) & 1)
    const labelsOf = (of: (answers: Float64Array, labels: Float64Array) => number) =>
      average(Array.from({ length: width }, (_, i) => of(column(flat, i), column(targets, i))))
    return {
      examples,
      loss,
      correct: countCorrect(flat, targets),
      accuracy: accuracy(flat, targets),
      balancedAccuracy: labelsOf(balancedAccuracy),
      f1: labelsOf(labelF1),
      auroc: averageDefined(Array.from({ length: width }, (_, i) => auroc(column(outputs, i), column(targets, i)))),
    }
  }
  const scores = model.output === 'softmax' ? softmax(outputs, examples, width) : outputs
  return {
    examples,
    loss,
    correct: countCorrect(answers, labels),
    accuracy: accuracy(answers, labels),
    balancedAccuracy: balancedAccuracy(answers, labels),
    f1: macroF1(answers, labels),
    auroc: averageDefined(Array.from({ length: width }, (_, i) => auroc(column(scores, i), column(targets, i)))),
  }
}

/** Refuses outputs that are no numbers. @throws {@link NonFiniteOutputError} */
export function checkOutputs(model: ModelSpec, outputs: ArrayLike<number>): void {
  const width = countOutputs(model)
  for (let i = 0; i < outputs.length; i++) {
    const value = outputs[i]!
    if (!Number.isFinite(value)) throw new NonFiniteOutputError(Math.floor(i / width), value)
  }
}

function meanLoss(model: ModelSpec, outputs: ArrayLike<number>, targets: Float32Array, examples: number): number {
  const width = countOutputs(model)
  let sum = 0
  for (let row = 0; row < examples; row++) {
    const start = row * width
    if (model.output === 'softmax') {
      let largest = Number.NEGATIVE_INFINITY
      for (let i = 0; i < width; i++) largest = Math.max(largest, outputs[start + i]!)
      let total = 0
      for (let i = 0; i < width; i++) total += Math.exp(outputs[start + i]! - largest)
      for (let i = 0; i < width; i++) sum += targets[start + i]! * (largest + Math.log(total) - outputs[start + i]!)
      continue
    }
    for (let i = start; i < start + width; i++) {
      const z = outputs[i]!
      sum += model.output === 'linear' ? (z - targets[i]!) ** 2 : softplus(z) - targets[i]! * z
    }
  }
  return sum / (model.output === 'multi-label' ? examples * width : examples)
}

function softplus(z: number): number {
  return Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)))
}

function average(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function averageDefined(values: number[]): number {
  return average(values.filter((value) => !Number.isNaN(value)))
}

/** A model's output is NaN or infinite: its weights are finite, and too large to compute with. */
export class NonFiniteOutputError extends Error {
  override name = 'NonFiniteOutputError'
  readonly example: number
  constructor(example: number, value: number) {
    super(
      `The model answers example ${example} with ${value}: its weights are too large to compute with. Check where they ` +
        'came from; if it is a base model that a manifest names, do not take part.',
    )
    this.example = example
  }
}
