/**
 * What a benchmark reports: figures held against a limit, in the form that machines read.
 */

/** One figure. `value` is null where it could not be measured; `note` then says why. */
export interface Figure {
  id: string
  value: number | null
  unit: string
  /** The figure passes at or beyond it; null: reported, not judged. */
  limit: { atLeast: number } | { atMost: number } | null
  /** What it was measured against, in the same run. */
  baseline: string
  note: string
}

/** All figures of one benchmark. */
export interface BenchReport {
  bench: string
  figures: Figure[]
}

/** Receives one line now and then while a benchmark runs. */
export type BenchProgress = (line: string) => void
