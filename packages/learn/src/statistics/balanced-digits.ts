/**
 * Large integers as numbers small enough for an update: balanced digits of base `B = 2^bits`, each in
 * `[−B/2, B/2 − 1]`, which is what an update's integer holds.
 *
 * Decoding is linear, `Σ_i digit_i · B^i`, so the digits of several integers may be added lane by lane first: the sums of
 * digits decode to the sum of the integers, exactly, for any members, however many.
 *
 * @see Knuth, The Art of Computer Programming, volume 2, section 4.1 (balanced number systems)
 */

/** Widths of an update that can hold balanced digits: one bit has no zero. */
const WIDTHS = [2, 4, 8]

/**
 * Smallest and largest integer of `count` digits: `−(B/2)·r` and `(B/2 − 1)·r` with `r = (B^count − 1) / (B − 1)`.
 *
 * @throws {@link DigitWidthError}
 */
export function digitRange(count: number, bits: number): readonly [lowest: bigint, highest: bigint] {
  checkWidth(bits)
  const base = 1n << BigInt(bits)
  const repeated = (base ** BigInt(count) - 1n) / (base - 1n)
  return [-(base / 2n) * repeated, (base / 2n - 1n) * repeated]
}

/**
 * The fewest digits that hold every integer in `[−largest, largest]`.
 *
 * @throws {@link DigitWidthError}
 */
export function countDigits(largest: bigint, bits: number): number {
  let count = 1
  while (digitRange(count, bits)[1] < largest) count++
  return count
}

/**
 * Digits of an integer, least significant first.
 *
 * @throws {@link DigitWidthError}, {@link DigitRangeError}
 */
export function toDigits(value: bigint, count: number, bits: number): Int8Array {
  const [lowest, highest] = digitRange(count, bits)
  if (value < lowest || value > highest) throw new DigitRangeError(value, count, bits)
  const digits = new Int8Array(count)
  let rest = value
  for (let i = 0; i < count; i++) {
    const digit = BigInt.asIntN(bits, rest)
    digits[i] = Number(digit)
    rest = (rest - digit) >> BigInt(bits)
  }
  return digits
}

/**
 * The integer that digits, or sums of digits, stand for: `Σ_i digits[i] · 2^(bits·i)`.
 *
 * @throws {@link DigitWidthError}
 */
export function fromDigits(digits: ArrayLike<number>, bits: number): bigint {
  checkWidth(bits)
  let value = 0n
  for (let i = digits.length - 1; i >= 0; i--) value = (value << BigInt(bits)) + BigInt(digits[i]!)
  return value
}

function checkWidth(bits: number): void {
  if (!WIDTHS.includes(bits)) throw new DigitWidthError(bits)
}

/** A width that cannot hold digits. */
export class DigitWidthError extends Error {
  override name = 'DigitWidthError'
  constructor(bits: number) {
    super(`Updates of ${bits} bits hold no balanced digits. Use 2, 4 or 8 bits.`)
  }
}

/** An integer has more digits than it was given. */
export class DigitRangeError extends RangeError {
  override name = 'DigitRangeError'
  constructor(value: bigint, count: number, bits: number) {
    super(`${value} does not fit ${count} balanced digits of ${bits} bits. Plan for larger numbers.`)
  }
}
