/** The form in which benchmarks hand over what they measured. */

/** One measured value, and the limit it is held against (at most), if it has one. */
export type Figure = {
  id: string
  value: number
  unit: string
  /** The most that is acceptable; null: reported, not judged. */
  limit: number | null
  /** What the same costs elsewhere, in the same unit; null: nothing to compare with. */
  baseline: number | null
  note: string
}

/** What a benchmark prints as JSON. */
export type Benchmark = { bench: string; figures: Figure[] }
