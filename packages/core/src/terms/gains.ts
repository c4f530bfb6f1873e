/**
 * The gain schedule: up to five `(fromRound, gain)` entries of 48 bits in one word.
 *
 * ```
 * bits  255      240 239   192 191   144 143    96 95     48 47      0
 *      |  zero      | entry 4 | entry 3 | entry 2 | entry 1 | entry 0 |      entry = fromRound << 16 | gain
 * ```
 * Entry 0 starts at round 0; later ones rise strictly; a zero entry ends the list. The sum rule multiplies by the gain
 * of the last entry that has started, and in a round with fewer members than the terms allow by more: see
 * {@link effectiveGain}. Twin of `terms/Gains.sol`; vectors in `vectors/gains.json`.
 *
 * @example
 * ```ts
 * import { effectiveGain, gainAt, packGains } from '@tutti/core'
 *
 * const gains = packGains([
 *   { fromRound: 0, gain: 4 },
 *   { fromRound: 10, gain: 2 },
 * ])
 * gainAt(gains, 9) // → 4
 * gainAt(gains, 10) // → 2
 * effectiveGain(4, { most: 8, expected: 5 }) // → 6
 * ```
 */

/** From round `fromRound` on, the rule's output is multiplied by `gain`. */
export type GainEntry = { readonly fromRound: number; readonly gain: number }

const ENTRIES = 5
const ENTRY_BITS = 48n
const GAIN_BITS = 16n

/**
 * Packs a gain schedule.
 *
 * @param entries - One to five, the first from round 0, `fromRound` strictly rising below 2^32, gains 1 to 65,535.
 * @throws {@link GainsMalformedError}
 */
export function packGains(entries: readonly GainEntry[]): bigint {
  checkEntries(entries)
  let gains = 0n
  for (const [i, { fromRound, gain }] of entries.entries()) {
    gains |= ((BigInt(fromRound) << GAIN_BITS) | BigInt(gain)) << (ENTRY_BITS * BigInt(i))
  }
  return gains
}

/**
 * Unpacks a gain schedule: the inverse of {@link packGains}.
 *
 * @throws {@link GainsMalformedError} if the word is not what `packGains` writes.
 */
export function unpackGains(gains: bigint): GainEntry[] {
  if (gains < 0n || gains >> (ENTRY_BITS * BigInt(ENTRIES)) !== 0n) {
    throw new GainsMalformedError('bits from 240 on must be zero')
  }
  const entries: GainEntry[] = []
  for (let rest = gains; rest !== 0n; rest >>= ENTRY_BITS) {
    const entry = BigInt.asUintN(48, rest)
    entries.push({ fromRound: Number(entry >> GAIN_BITS), gain: Number(BigInt.asUintN(16, entry)) })
  }
  checkEntries(entries)
  return entries
}

/**
 * The gain of a round: that of the last entry with `fromRound ≤ round`.
 *
 * @throws {@link GainsMalformedError}
 */
export function gainAt(gains: bigint, round: number): number {
  return unpackGains(gains).findLast(({ fromRound }) => fromRound <= round)!.gain
}

/** Rounds `[from, to)` of one gain. */
export type GainRun = { readonly from: number; readonly to: number; readonly gain: number }

/** A schedule as runs of the first `rounds` rounds; entries that start later give none. */
export function gainRuns(entries: readonly GainEntry[], rounds: number): GainRun[] {
  return entries.flatMap(({ fromRound: from, gain }, i) => {
    const to = Math.min(rounds, entries[i + 1]?.fromRound ?? rounds)
    return to > from ? [{ from, to, gain }] : []
  })
}

/** What all rounds together are multiplied by: `Σ_{r < rounds} gain_r`; below 2^48, so exact. */
export function totalGain(entries: readonly GainEntry[], rounds: number): number {
  return gainRuns(entries, rounds).reduce((total, { from, to, gain }) => total + (to - from) * gain, 0)
}

/**
 * The gain of a round with fewer members than the terms allow: `⌊gain · most / expected⌋`.
 *
 * Steps are calibrated for the largest cohort. A smaller one sends fewer integers and each counts for more, so that an
 * integer is worth as much of the mean as before, and no more of them are clamped. Rounding down keeps
 * `effective · expected ≤ gain · most`: what creation proved against overflow holds for every size of a cohort.
 * A gain of g is off by less than one part in g: schedules of higher gains and smaller steps lose less.
 *
 * @param gain - Of the schedule: see {@link gainAt}.
 * @param updates.most - Most updates of a shard with the largest cohort that the terms allow.
 * @param updates.expected - Most updates of a shard with the cohort of the round, 1 ≤ expected ≤ most.
 * @throws {@link UpdatesOutOfRangeError}
 */
export function effectiveGain(
  gain: number,
  { most, expected }: { readonly most: number; readonly expected: number },
): number {
  if (!(Number.isInteger(expected) && expected >= 1 && expected <= most))
    throw new UpdatesOutOfRangeError(expected, most)
  return Math.floor((gain * most) / expected)
}

/**
 * The sum of a round's updates before the gain: `lanes / gain`, for what starts at zero and ends after one round.
 *
 * @param lanes - Integers of the model after the round, shape [dimension].
 * @param gain - What the round multiplied its sum by, ≥ 1: see `gainOfRound`.
 * @throws {@link IndivisibleLaneError} if a lane is no multiple of the gain, so that it cannot be such a sum
 */
export function unscaleSum(lanes: Int32Array, gain: number): Int32Array {
  const index = lanes.findIndex((lane) => lane % gain !== 0)
  if (index >= 0) throw new IndivisibleLaneError(index, lanes[index]!, gain)
  return lanes.map((lane) => lane / gain)
}

function checkEntries(entries: readonly GainEntry[]): void {
  if (entries.length === 0) throw new GainsMalformedError('there must be at least one entry')
  if (entries.length > ENTRIES) throw new GainsMalformedError(`at most ${ENTRIES} entries fit, not ${entries.length}`)
  for (const [i, { fromRound, gain }] of entries.entries()) {
    if (!Number.isInteger(gain) || gain < 1 || gain > 0xffff) {
      throw new GainsMalformedError(`gain ${gain} of entry ${i} must be an integer from 1 to 65535`)
    }
    const previous = entries[i - 1]
    if (previous === undefined ? fromRound !== 0 : !(fromRound > previous.fromRound)) {
      throw new GainsMalformedError(`entry ${i} starts at round ${fromRound}: the first starts at 0, then they rise`)
    }
    if (!Number.isInteger(fromRound) || fromRound > 0xffffffff) {
      throw new GainsMalformedError(`round ${fromRound} of entry ${i} must be an integer below 2^32`)
    }
  }
}

/** A gain schedule that breaks its form. */
export class GainsMalformedError extends Error {
  override readonly name = 'GainsMalformedError'
  constructor(reason: string) {
    super(`Gain schedule is malformed: ${reason}. Give it as [{ fromRound: 0, gain }, …].`)
  }
}

/** A cohort from which fewer than one update of a shard, or more than the terms allow, would come. */
export class UpdatesOutOfRangeError extends Error {
  override readonly name = 'UpdatesOutOfRangeError'
  readonly expected: number
  readonly most: number
  constructor(expected: number, most: number) {
    super(`A shard expects ${expected} updates; the terms allow 1 to ${most}. Check cohort and terms.`)
    this.expected = expected
    this.most = most
  }
}

/** A lane that is no multiple of the gain of the only round that wrote it. */
export class IndivisibleLaneError extends Error {
  override readonly name = 'IndivisibleLaneError'
  readonly index: number
  readonly lane: number
  readonly gain: number
  constructor(index: number, lane: number, gain: number) {
    super(
      `Lane ${index} is ${lane}, no multiple of the gain ${gain}: it is not the sum of one round. Run tutti verify.`,
    )
    this.index = index
    this.lane = lane
    this.gain = gain
  }
}
