/**
 * Widths of an update's integers: 1, 2, 4 or 8 bits, and what each holds.
 *
 * @example
 * ```ts
 * import { largestUpdate, updateRange } from '@tutti/core'
 *
 * updateRange(4) // → [-8, 7]
 * updateRange(1) // → [-1, 1]
 * largestUpdate(4) // → 8
 * updateRange(3) // throws UnsupportedBitsError
 * ```
 */

/** Largest magnitude of an update's integer: `2^(bits−1)`, reached by the most negative one; 1 for one bit. */
export function largestUpdate(bits: number): number {
  checkBits(bits)
  return 2 ** (bits - 1)
}

/** Smallest and largest integer of an update: `[−2^(bits−1), 2^(bits−1) − 1]`; `[−1, 1]` for one bit (never 0). */
export function updateRange(bits: number): readonly [lowest: number, highest: number] {
  checkBits(bits)
  return bits === 1 ? [-1, 1] : [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1]
}

/** @throws {@link UnsupportedBitsError} */
export function checkBits(bits: number): void {
  if (bits !== 1 && bits !== 2 && bits !== 4 && bits !== 8) throw new UnsupportedBitsError(bits)
}

/** A width of update integers that the direct path does not know. */
export class UnsupportedBitsError extends Error {
  override readonly name = 'UnsupportedBitsError'
  readonly bits: number
  constructor(bits: number) {
    super(`An update of ${bits} bits is not supported. Use 1, 2, 4 or 8.`)
    this.bits = bits
  }
}
