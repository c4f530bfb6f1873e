/**
 * Figures by which a model is judged.
 *
 * @see Brodersen et al., The Balanced Accuracy and Its Posterior Distribution, ICPR 2010; Fawcett, An Introduction to
 * ROC Analysis, 2006 (AUROC, ties as in Mann and Whitney 1947); Opitz and Burst, Macro F1 and Macro F1, 2019
 * @example
 * ```ts
 * import { accuracy, auroc, macroF1, meanAbsoluteError } from '@tutti/learn'
 *
 * accuracy([0, 1, 1, 0], [0, 1, 0, 0]) // → 0.75
 * macroF1([0, 1], [0, 1]) // → 1
 * auroc([0.9, 0.4, 0.6], [true, false, false]) // → 1
 * meanAbsoluteError([1, 2], [2, 4]) // → 1.5
 * ```
 */
import type { MetricName } from '../manifest/manifest.ts'

/** Figures of a model on a dataset; those that its task does not have are absent. */
export interface Metrics {
  examples: number
  /** Mean loss, unweighted. Absent where only answers are known. */
  loss?: number
  /** Examples answered rightly, per example (softmax, logistic) or per label of an example (multi-label). */
  correct?: number
  accuracy?: number
  balancedAccuracy?: number
  /** Macro F1 as scikit-learn has it: mean over classes; for multi-label the mean over labels of {@link labelF1}. */
  f1?: number
  auroc?: number
  mae?: number
}

/** Key of {@link Metrics} of each name that a manifest may list. */
export const METRIC_KEYS: Record<MetricName, 'accuracy' | 'balancedAccuracy' | 'f1' | 'auroc' | 'mae'> = {
  accuracy: 'accuracy',
  'balanced-accuracy': 'balancedAccuracy',
  f1: 'f1',
  auroc: 'auroc',
  mae: 'mae',
}

/** Share of answers that equal their label. @throws {@link MetricInputError} if there are none, or lengths differ. */
export function accuracy(answers: ArrayLike<number>, labels: ArrayLike<number>): number {
  checkPairs(answers, labels)
  return countCorrect(answers, labels) / labels.length
}

/** Answers that equal their label. */
export function countCorrect(answers: ArrayLike<number>, labels: ArrayLike<number>): number {
  let correct = 0
  for (let i = 0; i < labels.length; i++) if (answers[i] === labels[i]) correct++
  return correct
}

/** Mean recall over the classes that occur among the labels. @throws {@link MetricInputError} */
export function balancedAccuracy(answers: ArrayLike<number>, labels: ArrayLike<number>): number {
  checkPairs(answers, labels)
  const recalls = [...tally(answers, labels).values()]
    .filter(({ labelled }) => labelled > 0)
    .map(({ labelled, both }) => both / labelled)
  return mean(recalls)
}

/**
 * Macro F1: the mean over classes of `2·both / (answered + labelled)`, over the classes that occur among answers or
 * labels; scikit-learn's `f1_score(average='macro')`, two classes included.
 *
 * @throws {@link MetricInputError}
 */
export function macroF1(answers: ArrayLike<number>, labels: ArrayLike<number>): number {
  checkPairs(answers, labels)
  return mean(
    [...tally(answers, labels).values()].map(({ labelled, answered, both }) => (2 * both) / (labelled + answered)),
  )
}

/**
 * F1 of one label that examples have or not: `2·both / (answered + labelled)` of those that have it, 0 where no example
 * is labelled or answered so. Its mean over labels is scikit-learn's `f1_score(average='macro')` of a multi-label task.
 *
 * @throws {@link MetricInputError}
 */
export function labelF1(answers: ArrayLike<number>, labels: ArrayLike<number>): number {
  checkPairs(answers, labels)
  const { labelled, answered, both } = tally(answers, labels).get(1) ?? { labelled: 0, answered: 0, both: 0 }
  return labelled + answered === 0 ? 0 : (2 * both) / (labelled + answered)
}

/**
 * Area under the ROC curve: the probability that a positive scores above a negative, ties counting half.
 * NaN if one of the two is missing: the figure is undefined.
 *
 * @throws {@link MetricInputError}
 */
export function auroc(scores: ArrayLike<number>, positives: ArrayLike<boolean | number>): number {
  checkPairs(scores, positives)
  let positiveCount = 0
  for (let i = 0; i < positives.length; i++) if (positives[i]) positiveCount++
  const above = new Float64Array(positiveCount)
  const below = new Float64Array(scores.length - positiveCount)
  if (above.length === 0 || below.length === 0) return Number.NaN
  for (let i = 0, p = 0, n = 0; i < scores.length; i++) {
    // Zero and minus zero tie: adding zero makes them one.
    if (positives[i]) above[p++] = scores[i]! + 0
    else below[n++] = scores[i]! + 0
  }
  above.sort()
  below.sort()
  // Twice the number of pairs whose positive scores higher, ties counting one.
  let twice = 0
  let lower = 0
  let upTo = 0
  for (const score of above) {
    while (lower < below.length && below[lower]! < score) lower++
    while (upTo < below.length && below[upTo]! <= score) upTo++
    twice += lower + upTo
  }
  return twice / (2 * above.length * below.length)
}

/** Mean absolute error, in the unit of the labels. @throws {@link MetricInputError} */
export function meanAbsoluteError(answers: ArrayLike<number>, labels: ArrayLike<number>): number {
  checkPairs(answers, labels)
  let sum = 0
  for (let i = 0; i < labels.length; i++) sum += Math.abs(answers[i]! - labels[i]!)
  return sum / labels.length
}

interface Tally {
  labelled: number
  answered: number
  both: number
}

function tally(answers: ArrayLike<number>, labels: ArrayLike<number>): Map<number, Tally> {
  const classes = new Map<number, Tally>()
  const of = (label: number): Tally => {
    const known = classes.get(label)
    if (known !== undefined) return known
    const fresh = { labelled: 0, answered: 0, both: 0 }
    classes.set(label, fresh)
    return fresh
  }
  for (let i = 0; i < labels.length; i++) {
    of(labels[i]!).labelled++
    of(answers[i]!).answered++
    if (labels[i] === answers[i]) of(labels[i]!).both++
  }
  return classes
}

function mean(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function checkPairs(answers: ArrayLike<unknown>, labels: ArrayLike<unknown>): void {
  if (labels.length === 0) throw new MetricInputError('there are no examples')
  if (answers.length !== labels.length) {
    throw new MetricInputError(`${answers.length} answers for ${labels.length} labels`)
  }
  for (const [what, values] of [
    ['answer', answers],
    ['label', labels],
  ] as const) {
    for (let i = 0; i < values.length; i++) {
      const value = values[i]
      if (typeof value === 'number' && !Number.isFinite(value)) throw new MetricInputError(`${what} ${i} is ${value}`)
    }
  }
}

/** A metric was asked for what it is not defined on. */
export class MetricInputError extends Error {
  override name = 'MetricInputError'
  constructor(reason: string) {
    super(`No metric: ${reason}. Give one finite answer for each label, and at least one.`)
  }
}
