/**
 * The phase of a round: a pure function of its record, the terms and the time. Nobody starts a phase.
 *
 * Ends are exclusive: an action is in time while `now < endsAt`. Commit and Submit end early, with the second of the last
 * action, when all of the cohort have acted; a challenge window never does, and has its full length from the end of
 * submission.
 * Twin of `terms/Phase.sol`; vectors in `vectors/phase.json`.
 *
 * @example
 * ```ts
 * import { phaseAt, phaseEnds, type Round } from '@tutti/core'
 *
 * const round: Round = {
 *   ...{ number: 0, members: 3, cohort: 3, openedAt: 1_000, startedAt: 1_000, committedAt: 0, submittedAt: 0 },
 *   ...{ seedBlock: 0n, seed: '0x', committed: 0n, submitted: 0b011n, shards: 0n, shardsDone: 0 },
 *   ...{ endVotes: 0, aggregatedAt: 0 },
 * }
 * phaseAt(round, terms, 1_299) // → { phase: 'submit', endsAt: 1300 }
 * phaseAt(round, terms, 1_300) // → { phase: 'aggregate', endsAt: 0 }
 * phaseEnds(round, terms).challengeEnd // → 1300
 * ```
 */
import type { Hex } from '../arithmetic/hex.ts'
import { shardCount, type Terms } from './terms.ts'

/** Where a federation stands; the order of `PHASES` is that of the Solidity enum. */
export type Phase =
  | 'joining'
  | 'draw'
  | 'commit'
  | 'submit'
  | 'challenge'
  | 'aggregate'
  | 'settle'
  | 'close'
  | 'finished'

/** Phases in the order of the Solidity enum: `PHASES[phase]` names what the contract answers. */
export const PHASES: readonly Phase[] = [
  'joining',
  'draw',
  'commit',
  'submit',
  'challenge',
  'aggregate',
  'settle',
  'close',
  'finished',
]

/** The record of the round in progress, as `types/Round.sol` has it. Times are unix seconds; zero means "not yet". */
export type Round = {
  /** Counts from zero. */
  readonly number: number
  /** Members frozen into the round: those at index < members. */
  readonly members: number
  /** Positions in the round: `min(members, terms.cohortSize)`. */
  readonly cohort: number
  /** Shards aggregated so far. */
  readonly shardsDone: number
  /** When membership froze. */
  readonly openedAt: number
  /** When the cohort was known and the clock of the phases started. */
  readonly startedAt: number
  /** When the last of the cohort committed. */
  readonly committedAt: number
  /** When the last of the cohort submitted. */
  readonly submittedAt: number
  /** The block whose hash seeds the cohort, fixed when the round opens. */
  readonly seedBlock: bigint
  /** Members who voted in this round to end the federation. */
  readonly endVotes: number
  /** When the last shard was aggregated. */
  readonly aggregatedAt: number
  /** Seeds the cohort and the choice of keepers. */
  readonly seed: Hex
  /** Bit p: position p has committed. */
  readonly committed: bigint
  /** Bit p: position p has submitted all its shards and was not voided. */
  readonly submitted: bigint
  /** Bit s: shard s has been aggregated. */
  readonly shards: bigint
}

/** A phase and when it ends by itself: exclusive, unix seconds; zero: when somebody acts. */
export type PhaseAt = { readonly phase: Phase; readonly endsAt: number }

/** What of the terms the clock needs. */
export type PhaseTerms = Pick<
  Terms,
  'dimension' | 'shardSize' | 'commitSeconds' | 'submitSeconds' | 'challengeSeconds' | 'minimumUpdates'
>

/**
 * The phase of a federation at a time. (`settle` once all shards are aggregated: without a judge, and where all train and
 * nobody leaves, the contract settles in the same transaction, and nobody sees it.)
 *
 * @param now - Unix seconds, the time of the block that would act.
 * @param isFinished - From the federation's status: the round's record does not tell.
 */
export function phaseAt(round: Round, terms: PhaseTerms, now: number, isFinished = false): PhaseAt {
  if (isFinished) return { phase: 'finished', endsAt: 0 }
  if (round.openedAt === 0) return { phase: 'joining', endsAt: 0 }
  if (round.startedAt === 0) return { phase: 'draw', endsAt: 0 }

  const { commitEnd, submitEnd, challengeEnd } = phaseEnds(round, terms)
  if (now < commitEnd) return { phase: 'commit', endsAt: commitEnd }
  if (now < submitEnd) return { phase: 'submit', endsAt: submitEnd }
  if (now < challengeEnd) return { phase: 'challenge', endsAt: challengeEnd }

  if (countBits(round.submitted) < terms.minimumUpdates) return { phase: 'close', endsAt: 0 }
  return { phase: round.shardsDone < shardCount(terms) ? 'aggregate' : 'settle', endsAt: 0 }
}

/**
 * Exclusive ends of the timed phases of a started round. A phase that the terms leave out ends when it starts; one that
 * ended early ends the second after the last action, so that what follows needs a later block. `challengeEnd` is also
 * the start of the Aggregate phase, from which keepers' windows count.
 */
export function phaseEnds(
  round: Pick<Round, 'startedAt' | 'committedAt' | 'submittedAt'>,
  terms: Pick<Terms, 'commitSeconds' | 'submitSeconds' | 'challengeSeconds'>,
): { commitEnd: number; submitEnd: number; challengeEnd: number } {
  const commitEnd = round.committedAt !== 0 ? round.committedAt + 1 : round.startedAt + terms.commitSeconds
  const submitEnd = round.submittedAt !== 0 ? round.submittedAt + 1 : commitEnd + terms.submitSeconds
  return { commitEnd, submitEnd, challengeEnd: submitEnd + terms.challengeSeconds }
}

/**
 * From when on the action that a phase waits for is so long overdue that anyone may abandon the federation; `Infinity`
 * where the phase ends by itself. Each aggregated shard is progress and starts the time anew. Twin of
 * `PhaseLib.overdueAt`.
 *
 * @param joiningSince - When the present wait for members began: creation, or the end of the last round. Unix seconds.
 */
export function overdueAt(
  round: Pick<Round, 'openedAt' | 'startedAt' | 'committedAt' | 'submittedAt' | 'aggregatedAt'>,
  terms: Pick<
    Terms,
    'joinSeconds' | 'commitSeconds' | 'submitSeconds' | 'challengeSeconds' | 'keeperSeconds' | 'idleSeconds'
  >,
  phase: Phase,
  joiningSince: number,
): number {
  if (phase === 'joining') return joiningSince + terms.joinSeconds + terms.idleSeconds
  if (phase === 'draw') return round.openedAt + terms.idleSeconds
  if (phase !== 'aggregate' && phase !== 'settle' && phase !== 'close') return Number.POSITIVE_INFINITY
  const start = Math.max(phaseEnds(round, terms).challengeEnd, round.aggregatedAt)
  return start + 2 * terms.keeperSeconds + terms.idleSeconds
}

/** Bits set in a bitmap of positions or shards. */
export function countBits(bitmap: bigint): number {
  let count = 0
  // 32 bits at a time, counted in parallel (Warren, Hacker's Delight, figure 5-2): large integers are slow one by one.
  for (let rest = bitmap; rest !== 0n; rest >>= 32n) {
    let bits = Number(rest & 0xffffffffn)
    bits -= (bits >>> 1) & 0x55555555
    bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333)
    bits = (bits + (bits >>> 4)) & 0x0f0f0f0f
    count += Math.imul(bits, 0x01010101) >>> 24
  }
  return count
}

/** Positions or shards whose bit is set, in rising order. */
export function setBits(bitmap: bigint): number[] {
  const places: number[] = []
  for (let rest = bitmap, place = 0; rest !== 0n; rest >>= 1n, place++) if (rest & 1n) places.push(place)
  return places
}
