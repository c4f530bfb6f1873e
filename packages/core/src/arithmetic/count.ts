/**
 * Counts as sentences have them.
 *
 * @example
 * ```ts
 * import { formatCount, formatInteger } from '@tutti/core'
 *
 * formatInteger(1234567) // → '1,234,567'
 * formatCount(1, 'member') // → '1 member'
 * formatCount(3, 'member') // → '3 members'
 * ```
 */

/** Thousands set apart: `1,663,370`. */
export function formatInteger(value: number | bigint): string {
  return value.toString().replace(/\B(?=(\d{3})+(?!\d))/g, ',')
}

/**
 * A count with its noun: `1 blob`, `2 blobs`, `1,024 blobs`.
 *
 * @param noun - In the singular; its plural ends in `s`.
 */
export function formatCount(count: number | bigint, noun: string): string {
  const digits = formatInteger(count)
  return `${digits} ${noun}${digits === '1' ? '' : 's'}`
}
