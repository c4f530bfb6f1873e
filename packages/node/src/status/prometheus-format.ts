/**
 * Figures in the Prometheus text format.
 *
 * @see https://prometheus.io/docs/instrumenting/exposition_formats/, "Text-based format", version 0.0.4
 */

/** A figure. */
export type Value = number | bigint
/** A figure and its labels. */
export type Sample = [labels: Record<string, string>, value: Value]
/** A metric and its samples. */
export type Family = [name: string, type: 'counter' | 'gauge', help: string, samples: Sample[]]

/** Every line ended; a metric without samples is left out. */
export function toPrometheusText(families: readonly Family[]): string {
  return families.map(toText).join('')
}

function toText([name, type, help, samples]: Family): string {
  if (samples.length === 0) return ''
  const lines = samples.map(([labels, value]) => {
    const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escapeLabel(text)}"`)
    return `${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${value}\n`
  })
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`
}

function escapeLabel(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}
