/** The form in which `tutti bench` prints what it measured. */

/** One figure as it is printed: `value` must be at most, or at least, `limit`; null where there is none. */
export interface BenchFigure {
  id: string
  value: number | null
  unit: string
  limit: number | null
  bound: 'atMost' | 'atLeast'
  baseline: number | string | null
  note: string
  /** gas: the most that the same takes by Amsterdam's prices; absent where no bound is known. */
  amsterdam?: number
}
