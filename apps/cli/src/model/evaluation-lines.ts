/** A model's evaluation in lines: figures with their confidence intervals, and a table by class. */
import { formatInteger } from '@tutti/core'
import { type Dataset, type Estimate, type Evaluation, judgeConstant, type Manifest } from '@tutti/learn'
import { formatError } from './figure-lines.ts'

/** The figures, the table by class, and what a constant answer would reach. */
export function evaluationLines(
  { data: { label }, model }: Pick<Manifest, 'data' | 'model'>,
  { metrics, accuracy, auroc, mae, classes }: Evaluation,
  dataset: Dataset,
): string[] {
  const { count } = dataset
  const unit = label.kind === 'number' && label.unit !== undefined ? ` ${label.unit}` : ''
  const lines = [`on ${formatInteger(count)} labelled ${count === 1 ? 'example' : 'examples'}, with 95% intervals:`]
  const add = (name: string, text: string) => lines.push(`  ${name.padEnd(20)} ${text}`)
  if (metrics.loss !== undefined) add('loss', metrics.loss.toFixed(4))
  if (accuracy !== undefined) add('accuracy', formatShare(accuracy))
  else if (metrics.accuracy !== undefined) add('accuracy', `${metrics.accuracy.toFixed(4)}  of all labels`)
  if (metrics.balancedAccuracy !== undefined) add('balanced accuracy', metrics.balancedAccuracy.toFixed(4))
  if (metrics.f1 !== undefined) add('macro F1', metrics.f1.toFixed(4))
  if (auroc !== undefined) add('AUROC', formatShare(auroc))
  else if (metrics.auroc !== undefined && !Number.isNaN(metrics.auroc)) add('AUROC', metrics.auroc.toFixed(4))
  if (mae !== undefined) {
    const [value, lower, upper] = [mae.value, mae.lower, mae.upper].map((error) => formatError(error))
    add('mean absolute error', `${value}${unit}  (${lower} to ${upper})`)
  }
  const constant = judgeConstant(model, dataset)
  if (label.kind === 'number') {
    if (!('mae' in constant)) return lines
    return [...lines, '', `The median for every example would be off by ${formatError(constant.mae)}${unit}.`]
  }
  lines.push('')
  const rows = classes.map(({ examples, answered, precision, recall, f1 }, index) => [
    label.classes[index]!,
    formatInteger(examples),
    formatInteger(answered),
    precision === undefined ? '–' : formatShare(precision),
    recall === undefined ? '–' : formatShare(recall),
    f1.toFixed(4),
  ])
  lines.push(...table([[label.name, 'examples', 'answered', 'precision', 'recall', 'F1'], ...rows]))
  if ('accuracy' in constant) {
    const name = label.kind === 'class' ? 'commonest class for every example' : 'commonest answer to each label'
    lines.push('', `The ${name} would be right in ${(100 * constant.accuracy).toFixed(1)}%.`)
  }
  return lines
}

function formatShare({ value, lower, upper }: Estimate): string {
  return `${value.toFixed(4)}  (${lower.toFixed(3)} to ${upper.toFixed(3)})`
}

/** Columns of equal width; the first to the left, the others to the right. */
function table(rows: readonly string[][]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  return rows.map(
    (row) =>
      `  ${row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!))).join('  ')}`,
  )
}
