/**
 * Widths and gains that `create` proposes: the cheapest width that is as accurate as floats, and a schedule that follows
 * the fading of updates. Both were measured by `tutti bench accuracy`.
 *
 * @example
 * ```ts
 * import { hasFeedback, proposeBits, proposeGains } from '@tutti/core'
 *
 * const bits = proposeBits(4) // → 4
 * hasFeedback(bits) // → false
 * proposeGains({ bits, rounds: 30, updates: 4 }) // → [{ fromRound: 0, gain: 1 }]
 * ```
 */
import { largestUpdate } from '../terms/bits.ts'
import { type GainEntry, totalGain } from '../terms/gains.ts'

/** Fewer updates than these average too little of the rounding of two bits away. */
export const FEW_UPDATES = 8
const NARROW_BITS = 2
const WIDE_BITS = 4
const BLOB_BITS = 8

/**
 * Bits of an update where nobody chooses: 2, or 4 where fewer than 8 members train in a round. In blobs 8: a lane is as
 * wide however little it holds.
 */
export function proposeBits(members: number, path: 'direct' | 'blob' = 'direct'): number {
  if (path === 'blob') return BLOB_BITS
  return members < FEW_UPDATES ? WIDE_BITS : NARROW_BITS
}

/**
 * Finest first. An integer stands for half as much in the end as in the beginning: by then updates have faded to a third
 * and less of the first ones, on which steps are calibrated, and half leaves room for members whose updates are larger
 * than the creator's. The second counts the same with less of the lanes.
 */
const SCHEDULES: readonly GainEntry[][] = [
  [
    { fromRound: 0, gain: 4 },
    { fromRound: 8, gain: 3 },
    { fromRound: 16, gain: 2 },
  ],
  [
    { fromRound: 0, gain: 2 },
    { fromRound: 12, gain: 1 },
  ],
]
const PLAIN: GainEntry[] = [{ fromRound: 0, gain: 1 }]

/** What sums may take of a lane of 16 bits: a quarter is left to the initial integers. */
const NARROW_ROOM = 0.75 * 2 ** 15

/**
 * Gains by round. Four bits and more are fine enough for faded updates: one gain. With fewer, the finest schedule whose
 * sums fit lanes of 16 bits; the plain one where none does.
 *
 * @param choices.updates - Most updates of a shard in a round.
 */
export function proposeGains({
  bits,
  rounds,
  updates,
}: {
  bits: number
  rounds: number
  updates: number
}): GainEntry[] {
  if (bits > NARROW_BITS) return PLAIN
  const largest = updates * largestUpdate(bits)
  const fits = (gains: GainEntry[]) => largest * totalGain(gains, rounds) <= NARROW_ROOM
  return (SCHEDULES.find(fits) ?? PLAIN).filter(({ fromRound }) => fromRound < rounds)
}
