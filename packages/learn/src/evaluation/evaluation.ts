/**
 * A model judged on examples that it was not trained on: figures by class, and how far chance may have moved them.
 *
 * @see Wilson, Probable Inference, 1927 (proportions); Hanley and McNeil, The Meaning and Use of the Area under a ROC
 * Curve, 1982 (AUROC)
 * @example
 * ```ts
 * import { meanInterval, wilsonInterval } from '@tutti/learn'
 *
 * const { value, lower, upper } = wilsonInterval(9, 10)
 * value // → 0.9
 * lower < 0.6 && upper > 0.97 // → true
 * meanInterval([1, 2, 3]).value // → 2
 * ```
 */
import type { Dataset } from '../data/dataset.ts'
import { countOutputs, type ModelSpec } from '../model/model.ts'
import { judge, toAnswers } from './judge.ts'
import { type Metrics, meanAbsoluteError } from './metrics.ts'

/** A figure and the ends of its 95 % confidence interval. */
export interface Estimate {
  value: number
  lower: number
  upper: number
}

/** One class, or one label of a multi-label model. */
export interface ClassEvaluation {
  /** Examples that are of it, and that the model says are. */
  examples: number
  answered: number
  /** Of those that the model says are of it, the share that is; undefined where it says so of none. */
  precision: Estimate | undefined
  /** Of those that are of it, the share of which the model says so; undefined where there are none. */
  recall: Estimate | undefined
  /** `2·both / (examples + answered)`; 0 where neither is any. */
  f1: number
}

/** All that is known of a model from labelled examples. */
export interface Evaluation {
  metrics: Metrics
  /** Share of examples answered rightly. Absent for multi-label models, whose labels are not independent, and linear ones. */
  accuracy?: Estimate
  /** Of two classes. */
  auroc?: Estimate
  /** In the label's unit; linear models. */
  mae?: Estimate
  /** In the order of the classes or labels; empty for linear models. */
  classes: ClassEvaluation[]
}

/** Standard deviations of the normal distribution that hold 95 %. */
const Z = 1.959963984540054

/**
 * Wilson's score interval of a proportion, which stays within 0 and 1 and is of use with few trials too.
 *
 * @throws {@link EvaluationError} unless `0 ≤ successes ≤ trials` and there is a trial.
 */
export function wilsonInterval(successes: number, trials: number): Estimate {
  if (!(trials >= 1 && successes >= 0 && successes <= trials)) throw new EvaluationError(successes, trials)
  const value = successes / trials
  const scale = 1 / (1 + Z ** 2 / trials)
  const center = scale * (value + Z ** 2 / (2 * trials))
  const reach = scale * Z * Math.sqrt((value * (1 - value)) / trials + (Z / (2 * trials)) ** 2)
  // At the ends rounding would cut off what is exactly 0 or 1.
  const lower = successes === 0 ? 0 : Math.max(0, center - reach)
  return { value, lower, upper: successes === trials ? 1 : Math.min(1, center + reach) }
}

/**
 * Interval of an area under the ROC curve by Hanley and McNeil's standard error, cut to 0 and 1.
 *
 * @throws {@link EvaluationError} unless there are positives and negatives.
 */
export function areaInterval(value: number, positives: number, negatives: number): Estimate {
  if (!(positives >= 1 && negatives >= 1)) throw new EvaluationError(positives, positives + negatives)
  const twoPositives = value / (2 - value)
  const twoNegatives = (2 * value ** 2) / (1 + value)
  const variance =
    value * (1 - value) + (positives - 1) * (twoPositives - value ** 2) + (negatives - 1) * (twoNegatives - value ** 2)
  const reach = Z * Math.sqrt(Math.max(0, variance) / (positives * negatives))
  return { value, lower: Math.max(0, value - reach), upper: Math.min(1, value + reach) }
}

/** Interval of a mean of many values, by their own spread. @throws {@link EvaluationError} if there are none. */
export function meanInterval(values: ArrayLike<number>): Estimate {
  const count = values.length
  if (count === 0) throw new EvaluationError(0, 0)
  let sum = 0
  for (let i = 0; i < count; i++) sum += values[i]!
  const value = sum / count
  let squares = 0
  for (let i = 0; i < count; i++) squares += (values[i]! - value) ** 2
  const reach = count === 1 ? Number.POSITIVE_INFINITY : Z * Math.sqrt(squares / (count - 1) / count)
  return { value, lower: value - reach, upper: value + reach }
}

/**
 * Judges outputs against labels.
 *
 * @param outputs - Shape [count, outputs], as {@link judge} takes them.
 * @throws as {@link judge}
 */
export function evaluateOutputs(model: ModelSpec, outputs: ArrayLike<number>, dataset: Dataset): Evaluation {
  const metrics = judge(model, outputs, dataset)
  const answers = toAnswers(model, outputs, dataset)
  const { labels, count } = dataset
  if (model.output === 'linear') {
    const errors = Float64Array.from(answers, (answer, row) => meanAbsoluteError([answer], [labels[row]!]))
    return { metrics, mae: meanInterval(errors), classes: [] }
  }
  const isMultiLabel = model.output === 'multi-label'
  const classes = model.output === 'logistic' ? 2 : countOutputs(model)
  const has = (value: number, index: number) =>
    isMultiLabel ? Math.floor(value / 2 ** index) % 2 === 1 : value === index
  const evaluation: Evaluation = {
    metrics,
    classes: Array.from({ length: classes }, (_, index) =>
      evaluateClass(answers, labels, (value) => has(value, index)),
    ),
  }
  if (isMultiLabel) return evaluation
  evaluation.accuracy = wilsonInterval(metrics.correct!, count)
  const [negatives, positives] = evaluation.classes.map(({ examples }) => examples)
  const hasArea = classes === 2 && metrics.auroc !== undefined && !Number.isNaN(metrics.auroc)
  if (hasArea) evaluation.auroc = areaInterval(metrics.auroc!, positives!, negatives!)
  return evaluation
}

function evaluateClass(
  answers: ArrayLike<number>,
  labels: ArrayLike<number>,
  isOfClass: (value: number) => boolean,
): ClassEvaluation {
  let [examples, answered, both] = [0, 0, 0]
  for (let row = 0; row < labels.length; row++) {
    const isLabelled = isOfClass(labels[row]!)
    const isAnswered = isOfClass(answers[row]!)
    if (isLabelled) examples++
    if (isAnswered) answered++
    if (isLabelled && isAnswered) both++
  }
  return {
    examples,
    answered,
    precision: answered === 0 ? undefined : wilsonInterval(both, answered),
    recall: examples === 0 ? undefined : wilsonInterval(both, examples),
    f1: examples + answered === 0 ? 0 : (2 * both) / (examples + answered),
  }
}

/** Counts that no share can be taken of. */
export class EvaluationError extends RangeError {
  override readonly name = 'EvaluationError'
  constructor(part: number, whole: number) {
    super(`There is no share of ${part} in ${whole}. Give examples of each class that is judged.`)
  }
}
