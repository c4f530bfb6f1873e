/**
 * Self-reported metrics as they are logged with a submission: compact JSON, readable without this software.
 *
 * `{"examples":n,"heldOut":n,"loss":x,"correct":n,"labels":n,"perClass":[…],"saturated":n,"lanes":n}`; what is not known
 * is left out.
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
  const { examples, heldOut, loss, correct, labels, perClass, saturated, lanes } = metrics
  return new TextEncoder().encode(
    JSON.stringify({ examples, heldOut, loss, correct, labels, perClass, saturated, lanes }, rounded),
  )
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
  for (const key of ['examples', 'heldOut', 'loss', 'correct', 'labels', 'saturated', 'lanes'] as const) {
    const value = fields[key]
    if (typeof value === 'number' && Number.isFinite(value)) metrics[key] = value
  }
  const { perClass } = fields
  if (Array.isArray(perClass) && perClass.every(Number.isFinite)) metrics.perClass = perClass
  return metrics
}

/** What the members of a round reported of their training, taken together. Nobody proves any of it. */
export interface MetricsSummary {
  /** Members that reported the number of their examples. */
  members: number
  examples: number
  /** Members whose figures are of examples that they keep back from training; those of the others are of training rows. */
  holdingOut: number
  /** Mean over the examples that it was measured on, of those that reported it; absent if nobody did. */
  loss?: number
  /** Share of answers that were right before the round's training, weighted like the loss. */
  accuracy?: number
  /** Share of update values that were clamped to what their bits can hold. */
  clampedShare?: number
}

/**
 * Sums up reports that anyone may have written: one that is not possible (negative, more correct than examples) counts as
 * not given.
 */
export function summariseMetrics(reports: readonly Uint8Array[]): MetricsSummary {
  const all = reports.map((bytes) => decodeMetrics(bytes) ?? {})
  const sized = all.filter(({ examples }) => isCount(examples) && examples > 0)
  const measuredOn = ({ examples, heldOut }: Partial<ReportedMetrics>) =>
    isCount(heldOut) && heldOut > 0 ? heldOut : examples!
  const weigh = (of: (report: Partial<ReportedMetrics>) => number | undefined) => {
    const given = sized.filter((report) => of(report) !== undefined)
    const weight = given.reduce((sum, report) => sum + measuredOn(report), 0)
    return weight === 0
      ? undefined
      : given.reduce((sum, report) => sum + of(report)! * (measuredOn(report) / weight), 0)
  }
  const loss = weigh(({ loss }) => (loss !== undefined && loss >= 0 ? loss : undefined))
  const accuracy = weigh(reportedAccuracy)
  const clamped = all.filter(({ saturated, lanes }) => isCount(saturated) && isCount(lanes) && saturated <= lanes)
  const lanes = clamped.reduce((sum, report) => sum + report.lanes!, 0)
  const saturated = clamped.reduce((sum, report) => sum + report.saturated!, 0)
  return {
    members: sized.length,
    examples: sized.reduce((sum, { examples }) => sum + examples!, 0),
    holdingOut: sized.filter(({ heldOut }) => isCount(heldOut) && heldOut > 0).length,
    ...(loss === undefined ? {} : { loss }),
    ...(accuracy === undefined ? {} : { accuracy }),
    ...(lanes === 0 ? {} : { clampedShare: saturated / lanes }),
  }
}

/** Share of answers that a report says were right; undefined if it says none, or nothing possible. */
export function reportedAccuracy({ examples, heldOut, correct, labels }: Partial<ReportedMetrics>): number | undefined {
  const rows = isCount(heldOut) && heldOut > 0 ? heldOut : examples
  if (!isCount(rows) || rows === 0 || !isCount(correct)) return undefined
  const answers = rows * (isCount(labels) && labels > 0 ? labels : 1)
  return correct <= answers ? correct / answers : undefined
}

function isCount(value: number | undefined): value is number {
  return Number.isSafeInteger(value) && value! >= 0
}
