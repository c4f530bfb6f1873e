/**
 * Self-reported metrics as they are logged with a submission: compact JSON, readable without this software.
 *
 * `{"examples":n,"heldOut":n,"loss":x,"correct":n,"labels":n,"perClass":[…],"saturated":n,"lanes":n}`; what is not known
 * is left out.
 * They are public for ever and never paid for.
 *
 * @example
 * ```ts
 * import { decodeMetrics, encodeMetrics, summariseMetrics } from '@tutti/node'
 *
 * const reports = [encodeMetrics({ examples: 10, correct: 8 }), encodeMetrics({ examples: 30, correct: 30 })]
 * decodeMetrics(reports[0]!) // → { examples: 10, correct: 8 }
 * const { examples, accuracy } = summariseMetrics(reports)
 * examples // → 40
 * accuracy // → 0.95
 * ```
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

/** Rows that figures were measured on. Figures of different kinds are not compared, and no mean is taken across them. */
export type MeasuredRows = 'held-out' | 'training'

/** What the members of a round reported of their training, taken together. Nobody proves any of it. */
export interface MetricsSummary {
  /** Members that reported the number of their examples. */
  members: number
  examples: number
  /** Rows that members keep back from training. */
  heldOut: number
  /** Rows that `loss` and `accuracy` are of; absent if nobody reported either. */
  measuredOn?: MeasuredRows
  /** Members that `loss` and `accuracy` are of: those whose figures are of such rows. */
  measuredBy: number
  /** Mean over rows of that kind, each member weighing by how many of them it has; absent if nobody reported it. */
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
  const measured = ofOneKind(sized)
  const rowsOf = (report: Partial<ReportedMetrics>) => (isHoldingOut(report) ? report.heldOut! : report.examples!)
  const weigh = (of: (report: Partial<ReportedMetrics>) => number | undefined) => {
    const given = measured.filter((report) => of(report) !== undefined)
    const weight = given.reduce((sum, report) => sum + rowsOf(report), 0)
    return weight === 0 ? undefined : given.reduce((sum, report) => sum + of(report)! * (rowsOf(report) / weight), 0)
  }
  const loss = weigh(reportedLoss)
  const accuracy = weigh(reportedAccuracy)
  const clamped = all.filter(({ saturated, lanes }) => isCount(saturated) && isCount(lanes) && saturated <= lanes)
  const lanes = clamped.reduce((sum, report) => sum + report.lanes!, 0)
  const saturated = clamped.reduce((sum, report) => sum + report.saturated!, 0)
  return {
    members: sized.length,
    examples: sized.reduce((sum, { examples }) => sum + examples!, 0),
    heldOut: sized.filter(isHoldingOut).reduce((sum, { heldOut }) => sum + heldOut!, 0),
    ...(measured.length === 0
      ? {}
      : { measuredOn: isHoldingOut(measured[0]!) ? ('held-out' as const) : ('training' as const) }),
    measuredBy: measured.length,
    ...(loss === undefined ? {} : { loss }),
    ...(accuracy === undefined ? {} : { accuracy }),
    ...(lanes === 0 ? {} : { clampedShare: saturated / lanes }),
  }
}

/**
 * The reports whose figures may be taken together: of held-out rows where at least half of those with figures are, else of
 * rows that were trained on.
 */
export function ofOneKind(reports: readonly Partial<ReportedMetrics>[]): Partial<ReportedMetrics>[] {
  const given = reports.filter((report) => (reportedAccuracy(report) ?? reportedLoss(report)) !== undefined)
  const holdingOut = given.filter(isHoldingOut)
  return 2 * holdingOut.length >= given.length ? holdingOut : given.filter((report) => !isHoldingOut(report))
}

/** The loss that a report says; undefined if it says none, or nothing possible. */
export function reportedLoss({ loss }: Partial<ReportedMetrics>): number | undefined {
  return loss !== undefined && loss >= 0 ? loss : undefined
}

/** Share of answers that a report says were right; undefined if it says none, or nothing possible. */
export function reportedAccuracy(report: Partial<ReportedMetrics>): number | undefined {
  const { examples, heldOut, correct, labels } = report
  const rows = isHoldingOut(report) ? heldOut : examples
  if (!isCount(rows) || rows === 0 || !isCount(correct)) return undefined
  const answers = rows * (isCount(labels) && labels > 0 ? labels : 1)
  return correct <= answers ? correct / answers : undefined
}

/** Whether a report's figures are of rows kept back from training. */
function isHoldingOut({ heldOut }: Partial<ReportedMetrics>): boolean {
  return isCount(heldOut) && heldOut > 0
}

function isCount(value: number | undefined): value is number {
  return Number.isSafeInteger(value) && value! >= 0
}
