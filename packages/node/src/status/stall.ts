/**
 * Whether a federation has stopped getting better, by what its members report. A node votes by this to end it early.
 *
 * Reports prove nothing. The median of a round's members counts, so that a few who lie cannot move it far. Each report is of
 * the model as it was when the round began.
 */
import { decodeMetrics, ofOneKind, reportedAccuracy, reportedLoss } from './reported-metrics.ts'

/** The median report of one round, counted from 0; what no member reported is absent. */
export interface ReportedRound {
  round: number
  /** Share of examples answered rightly, 0 to 1. */
  accuracy?: number
  loss?: number
}

/**
 * The median of what members reported in a round, of held-out rows or of rows trained on, never of both (`ofOneKind`).
 * Reports that are not possible count as not given.
 *
 * @param reports - Metrics as they were submitted, one a member.
 */
export function summariseReports(round: number, reports: readonly Uint8Array[]): ReportedRound {
  const all = ofOneKind(reports.map((bytes) => decodeMetrics(bytes) ?? {}))
  const accuracy = median(all.flatMap((report) => reportedAccuracy(report) ?? []))
  const loss = median(all.flatMap((report) => reportedLoss(report) ?? []))
  return { round, ...(accuracy === undefined ? {} : { accuracy }), ...(loss === undefined ? {} : { loss }) }
}

/**
 * Whether the last `rounds` reported rounds were no better than the best before them: by accuracy where every round has
 * one, else by loss. Rounds without reports do not count.
 *
 * @param rounds - k ≥ 1.
 */
export function hasStalled(history: readonly ReportedRound[], rounds: number): boolean {
  const accuracies = history.flatMap(({ accuracy }) => accuracy ?? [])
  const losses = history.flatMap(({ loss }) => (loss === undefined ? [] : [-loss]))
  const series = accuracies.length >= losses.length ? accuracies : losses
  if (series.length <= rounds) return false
  const best = Math.max(...series.slice(0, -rounds))
  return series.slice(-rounds).every((value) => value <= best)
}

/** Reported rounds as a store keeps them; none where the content is not that. */
export function toReports(content: unknown): ReportedRound[] {
  const { reports } = (content ?? {}) as { reports?: unknown }
  const isNumber = (value: unknown) => value === undefined || Number.isFinite(value)
  const isReport = (entry: Partial<ReportedRound> | null) =>
    Number.isSafeInteger(entry?.round) && isNumber(entry?.accuracy) && isNumber(entry?.loss)
  return Array.isArray(reports) && reports.every(isReport) ? reports : []
}

function median(values: number[]): number | undefined {
  if (values.length === 0) return undefined
  const sorted = values.sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1]! + sorted[middle]!) / 2
}
