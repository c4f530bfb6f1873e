/** Figures of a simulated model in words: with unequal classes accuracy alone says little, so that it never stands alone. */
import type { Metrics } from '@tutti/learn'
import { formatError } from '../model/figure-lines.ts'

const percent = (share: number) => `${(100 * share).toFixed(1)}%`

/** The figure that people look at first. */
export function describeMain({ accuracy, mae }: Pick<Metrics, 'accuracy' | 'mae'>, unit?: string): string {
  if (accuracy !== undefined) return `accuracy ${percent(accuracy)}`
  return `mean absolute error ${formatError(mae ?? Number.NaN)}${unit === undefined ? '' : ` ${unit}`}`
}

/** All figures but the loss; `unit` is that of a number. */
export function describeMetrics(metrics: Metrics, unit?: string): string {
  const { balancedAccuracy, f1, auroc } = metrics
  return [
    describeMain(metrics, unit),
    ...(balancedAccuracy === undefined ? [] : [`balanced ${percent(balancedAccuracy)}`]),
    ...(f1 === undefined ? [] : [`macro F1 ${f1.toFixed(3)}`]),
    ...(auroc === undefined || Number.isNaN(auroc) ? [] : [`AUROC ${auroc.toFixed(3)}`]),
  ].join(', ')
}

/** The main figure in columns of one width, beside it the one that does not reward the commonest class. */
export function metricCells({ accuracy, balancedAccuracy, mae }: Metrics): string {
  if (accuracy === undefined) return `mean absolute error ${formatError(mae ?? Number.NaN)}`
  const beside = balancedAccuracy === undefined ? '' : `  balanced ${percent(balancedAccuracy).padStart(6)}`
  return `accuracy ${percent(accuracy).padStart(6)}${beside}`
}

/** What models are compared by: balanced accuracy where there are classes, else the error; larger is better. */
export function worthOf({ balancedAccuracy, accuracy, mae }: Metrics): { name: string; value: number } {
  if (balancedAccuracy !== undefined) return { name: 'balanced accuracy', value: balancedAccuracy }
  if (accuracy !== undefined) return { name: 'accuracy', value: accuracy }
  return { name: 'error', value: -(mae ?? Number.POSITIVE_INFINITY) }
}
