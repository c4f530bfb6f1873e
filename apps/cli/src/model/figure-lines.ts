/** A model's figures on labelled data, by the metrics that its manifest says it is judged by. */
import type { Dataset, Manifest, MetricName, Metrics } from '@tutti/learn'

/** The figures that the manifest lists and the data give, by its names. */
export type JudgedFigures = Partial<Record<MetricName, number>>

/** Picks those that the manifest lists. */
export function pickFigures(
  { task }: Pick<Manifest, 'task'>,
  figures: Metrics,
  keys: Record<MetricName, keyof Metrics>,
): JudgedFigures {
  const listed = task.metrics.flatMap((name) => {
    const value = figures[keys[name]]
    return value === undefined ? [] : [[name, value] as const]
  })
  return Object.fromEntries(listed)
}

/** A line a figure, in the unit of the label for errors of numbers. */
export function figureLines({ data }: Pick<Manifest, 'data'>, figures: JudgedFigures, { count }: Dataset): string[] {
  const { label } = data
  const unit = label.kind === 'number' && label.unit !== undefined ? ` ${label.unit}` : ''
  const rows = Object.entries(figures).map(([name, value]) =>
    name === 'mae' ? `  ${name.padEnd(18)} ${formatError(value)}${unit}` : `  ${name.padEnd(18)} ${value.toFixed(4)}`,
  )
  return [`on ${count} labelled ${count === 1 ? 'example' : 'examples'}:`, ...rows]
}

/** An error of numbers with six digits, without an exponent where it has a usual size. */
export function formatError(error: number): string {
  return String(Number(error.toPrecision(6)))
}
