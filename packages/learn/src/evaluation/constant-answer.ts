/**
 * What one answer for all examples would reach at best: a model is worth what it is better by.
 *
 * @example
 * ```ts
 * import { judgeConstant } from '@tutti/learn'
 *
 * judgeConstant(manifest.model, { labels: Int32Array.of(0, 1, 1, 1), count: 4 }) // → { accuracy: 0.75 }
 * ```
 */

import type { Dataset } from '../data/dataset.ts'
import { median } from '../data/median.ts'
import { countOutputs, type ModelSpec } from '../model/model.ts'
import { MetricInputError } from './metrics.ts'

/** Figures of the best constant answer, as `Metrics` has them. */
export type ConstantFigures = { accuracy: number } | { mae: number }

/**
 * Figures of the best constant answer: the share of the commonest class; for several labels the mean over labels of the
 * share of those that have it or of those that do not, whichever is more; for numbers the mean absolute error of their median.
 *
 * @throws `MetricInputError` if there are no examples.
 */
export function judgeConstant(model: ModelSpec, { labels, count }: Pick<Dataset, 'labels' | 'count'>): ConstantFigures {
  if (count === 0) throw new MetricInputError('there are no examples')
  if (model.output === 'linear') {
    const values = [...labels]
    const middle = median(values)
    return { mae: values.reduce((sum, value) => sum + Math.abs(value - middle), 0) / count }
  }
  if (model.output === 'multi-label') {
    const width = countOutputs(model)
    let right = 0
    for (let index = 0; index < width; index++) {
      let having = 0
      for (const mask of labels) having += (mask >> index) & 1
      right += Math.max(having, count - having)
    }
    return { accuracy: right / (count * width) }
  }
  const tally = new Map<number, number>()
  for (const label of labels) tally.set(label, (tally.get(label) ?? 0) + 1)
  return { accuracy: Math.max(...tally.values()) / count }
}
