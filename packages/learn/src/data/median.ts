/**
 * The value in the middle of a list.
 *
 * @example
 * ```ts
 * import { median } from '@tutti/learn'
 *
 * median([3, 1, 2]) // → 2
 * ```
 */

/** Middle value of a list; the mean of the two middle ones if their number is even. */
export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}
