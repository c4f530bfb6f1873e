/**
 * Self-reported metrics as they are logged with a submission: compact JSON, readable without this software.
 *
 * `{"examples":n,"loss":x,"correct":n,"perClass":[…],"saturated":n,"lanes":n}`; what is not known is left out.
 * They are public for ever and never paid for.
 */
import type { TrainingMetrics } from './events.ts'

/** Metrics as they are submitted: of training, and how many lanes of the update reached their limit. */
export interface ReportedMetrics extends TrainingMetrics {
  saturated?: number
  lanes?: number
}

/** Encodes metrics; numbers that are not finite are left out, others keep six significant digits. */
export function encodeMetrics(metrics: ReportedMetrics): Uint8Array {
  const rounded = (_: string, value: unknown) =>
    typeof value !== 'number' ? value : Number.isFinite(value) ? Number(value.toPrecision(6)) : undefined
  const { examples, loss, correct, perClass, saturated, lanes } = metrics
  return new TextEncoder().encode(JSON.stringify({ examples, loss, correct, perClass, saturated, lanes }, rounded))
}

/** Decodes metrics that anyone may have written: undefined unless they are an object; fields of other types are dropped. */
export function decodeMetrics(bytes: Uint8Array): Partial<ReportedMetrics> | undefined {
  let found: unknown
  try {
    found = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    return undefined
  }
  if (typeof found !== 'object' || found === null || Array.isArray(found)) return undefined
  const fields = found as Record<string, unknown>
  const metrics: Partial<ReportedMetrics> = {}
  for (const key of ['examples', 'loss', 'correct', 'saturated', 'lanes'] as const) {
    const value = fields[key]
    if (typeof value === 'number' && Number.isFinite(value)) metrics[key] = value
  }
  const { perClass } = fields
  if (Array.isArray(perClass) && perClass.every(Number.isFinite)) metrics.perClass = perClass
  return metrics
}
