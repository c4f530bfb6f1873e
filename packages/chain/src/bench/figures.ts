/** The form in which benchmarks hand over what they measured. */

/** One measured value, and the limit it is held against, if it has one. */
export type Figure = {
  id: string
  value: number
  unit: string
  /** The most that is acceptable; null: reported, not judged. */
  limit: number | null
  /** What it was measured against, in the same run where that is possible. */
  baseline: string
  note: string
  /** The most that the same takes by Amsterdam's prices, where that is known: see `next.ts`. */
  amsterdam?: number
}

/** What a benchmark prints as JSON. */
export type Benchmark = { bench: string; figures: Figure[] }
