/**
 * Refuses impossible terms, one error class each, as `create` would: people, time and tokens here (twin of
 * `terms/TermsChecks.sol`), widths, overflow and gas in `direct/validate.ts`. What only the chain can tell, whether a
 * module has code, is left to it.
 *
 * @example
 * ```ts
 * import { leastSeconds, validateTerms } from '@tutti/core'
 *
 * validateTerms(terms) // → undefined
 * validateTerms({ ...terms, minimumUpdates: 4 }) // throws MinimumUpdatesOutOfRangeError
 * leastSeconds({ ...terms, isPrivateNetwork: false }).submitSeconds // → 60
 * ```
 */
import { unpackGains } from './gains.ts'
import { keeperBudget, potRoundedDown } from './reward.ts'
import { shardCount, type Terms } from './terms.ts'

const LARGEST_COHORT = 256
/** Shards that a model has at most: a word has a bit for each. */
export const MOST_SHARDS = 256
const BASIS_POINTS = 10_000

const WIDTHS = {
  gains: 256,
  stake: 128,
  bounty: 128,
  keeperPay: 128,
  sealPay: 128,
  joinSeconds: 32,
  commitSeconds: 32,
  idleSeconds: 32,
  dimension: 32,
  shardSize: 32,
  rounds: 32,
  cohortSize: 16,
  minimumUpdates: 16,
  shardsPerMember: 16,
  endQuorum: 16,
  laneBits: 8,
  bits: 8,
  rule: 8,
  submitSeconds: 32,
  challengeSeconds: 32,
  keeperSeconds: 32,
} as const satisfies Partial<Record<keyof Terms, number>>

const HEX_BYTES = {
  manifestHash: 32,
  setupHash: 32,
  salt: 32,
  aggregator: 20,
  token: 20,
  gate: 20,
  judge: 20,
} as const satisfies Partial<Record<keyof Terms, number>>

/**
 * Throws at the first term about people, time and tokens that cannot be: what the core demands on every path. The path's
 * own demands are in `validateDirectTerms` and `validateBlobTerms`, which ask here first.
 *
 * @throws {@link TermRangeError}, {@link TermHexError}, {@link CohortSizeOutOfRangeError},
 * {@link MinimumUpdatesOutOfRangeError}, {@link RoundsZeroError}, {@link DimensionZeroError},
 * {@link ShardSizeZeroError}, {@link TooManyShardsError}, {@link ShardsPerMemberOutOfRangeError},
 * `GainsMalformedError`, {@link GainsBeyondRoundsError}, {@link EndQuorumOutOfRangeError},
 * {@link DurationOutOfRangeError}, {@link TokenMissingError}, {@link KeeperBudgetExceededError}
 */
export function validateTerms(terms: Terms): void {
  validateForm(terms)
  const { cohortSize, minimumUpdates, rounds, shardsPerMember, endQuorum } = terms
  if (cohortSize < 1 || cohortSize > LARGEST_COHORT) throw new CohortSizeOutOfRangeError(cohortSize)
  if (minimumUpdates < 1 || minimumUpdates > cohortSize) {
    throw new MinimumUpdatesOutOfRangeError(minimumUpdates, cohortSize)
  }
  if (rounds === 0) throw new RoundsZeroError()
  if (terms.dimension === 0) throw new DimensionZeroError()
  if (terms.shardSize === 0) throw new ShardSizeZeroError()
  const shards = shardCount(terms)
  if (shards > MOST_SHARDS) throw new TooManyShardsError(shards)
  if (shardsPerMember < 1 || shardsPerMember > shards) throw new ShardsPerMemberOutOfRangeError(shardsPerMember, shards)
  const lastGain = unpackGains(terms.gains).at(-1)!
  if (lastGain.fromRound >= rounds) throw new GainsBeyondRoundsError(lastGain.fromRound, rounds)
  if (endQuorum > BASIS_POINTS) throw new EndQuorumOutOfRangeError(endQuorum)
  validateDurations(terms)
  const hasAmounts = terms.stake > 0n || terms.bounty > 0n || terms.keeperPay > 0n || terms.sealPay > 0n
  if (BigInt(terms.token) === 0n && hasAmounts) throw new TokenMissingError()
  const pot = potRoundedDown(terms)
  const needed = keeperBudget(terms)
  if (needed > pot) throw new KeeperBudgetExceededError(needed, pot)
}

/**
 * The least seconds that the terms may give each duration: on a public network members get time to come, to act and to
 * notice. The most is {@link LONGEST_SECONDS} for all of them.
 */
export function leastSeconds(terms: Pick<Terms, 'isPrivateNetwork' | 'bounty' | 'gate'>): Record<DurationTerm, number> {
  const isPublic = !terms.isPrivateNetwork
  return {
    joinSeconds: isOpenPot(terms) ? 3_600 : 0,
    commitSeconds: 0,
    submitSeconds: isPublic ? 60 : 1,
    challengeSeconds: 0,
    keeperSeconds: 0,
    idleSeconds: isPublic ? 3_600 : 1,
  }
}

/**
 * Whether anyone may come for a bounty: then no round opens before `joinSeconds` are over, however many have joined, so
 * that one who fills all places at once leaves others the time to come. Not on a private network.
 */
export function isOpenPot(terms: Pick<Terms, 'isPrivateNetwork' | 'bounty' | 'gate'>): boolean {
  return terms.bounty > 0n && BigInt(terms.gate) === 0n && !terms.isPrivateNetwork
}

/** The terms that are durations. */
export type DurationTerm =
  | 'joinSeconds'
  | 'commitSeconds'
  | 'submitSeconds'
  | 'challengeSeconds'
  | 'keeperSeconds'
  | 'idleSeconds'

/** The most that any duration may be, 30 days: so long may one silent member hold up a phase, and with it stakes. */
export const LONGEST_SECONDS = 2_592_000

function validateDurations(terms: Terms): void {
  for (const [term, least] of Object.entries(leastSeconds(terms)) as [DurationTerm, number][]) {
    if (terms[term] < least || terms[term] > LONGEST_SECONDS)
      throw new DurationOutOfRangeError(term, terms[term], least)
  }
}

function validateForm(terms: Terms): void {
  for (const [term, bits] of Object.entries(WIDTHS) as [keyof typeof WIDTHS, number][]) {
    const value = terms[term]
    const isInteger = typeof value === 'bigint' || Number.isInteger(value)
    if (!isInteger || BigInt(value) < 0n || BigInt(value) >> BigInt(bits) !== 0n) {
      throw new TermRangeError(term, value, bits)
    }
  }
  for (const [term, bytes] of Object.entries(HEX_BYTES) as [keyof typeof HEX_BYTES, number][]) {
    if (!new RegExp(`^0x[0-9a-fA-F]{${2 * bytes}}$`).test(terms[term])) throw new TermHexError(term, terms[term], bytes)
  }
}

/** A term that its field cannot hold. */
export class TermRangeError extends Error {
  override readonly name = 'TermRangeError'
  readonly term: string
  constructor(term: string, value: bigint | number, bits: number) {
    super(`${term} is ${value}; it must be an integer from 0 to 2^${bits} − 1.`)
    this.term = term
  }
}

/** An address or a hash that is not as many hexadecimal digits as it must be. */
export class TermHexError extends Error {
  override readonly name = 'TermHexError'
  readonly term: string
  constructor(term: string, value: string, bytes: number) {
    super(`${term} is ${String(value).slice(0, 80)}; it must be 0x and ${2 * bytes} hexadecimal digits.`)
    this.term = term
  }
}

/** The cohort is empty, or has more positions than a word has bits. */
export class CohortSizeOutOfRangeError extends Error {
  override readonly name = 'CohortSizeOutOfRangeError'
  constructor(cohortSize: number) {
    super(`cohortSize is ${cohortSize}; a round has 1 to ${LARGEST_COHORT} positions. More members take turns.`)
  }
}

/** A round would need no update, or more than its cohort can send. */
export class MinimumUpdatesOutOfRangeError extends Error {
  override readonly name = 'MinimumUpdatesOutOfRangeError'
  constructor(minimumUpdates: number, cohortSize: number) {
    super(`minimumUpdates is ${minimumUpdates}; it must be from 1 to the cohort's size, ${cohortSize}.`)
  }
}

/** No rounds. */
export class RoundsZeroError extends Error {
  override readonly name = 'RoundsZeroError'
  constructor() {
    super('rounds is 0; a federation has at least one round.')
  }
}

/** No parameters. */
export class DimensionZeroError extends Error {
  override readonly name = 'DimensionZeroError'
  constructor() {
    super('dimension is 0; a model has at least one parameter.')
  }
}

/** Shards without parameters. */
export class ShardSizeZeroError extends Error {
  override readonly name = 'ShardSizeZeroError'
  constructor() {
    super('shardSize is 0; a shard has at least one parameter. Use the dimension for a single shard.')
  }
}

/** More shards than a word has bits. */
export class TooManyShardsError extends Error {
  override readonly name = 'TooManyShardsError'
  constructor(shards: number) {
    super(`The model has ${shards} shards; at most ${MOST_SHARDS} are possible. Choose a larger shardSize.`)
  }
}

/** A member would train no shard, or more than there are. */
export class ShardsPerMemberOutOfRangeError extends Error {
  override readonly name = 'ShardsPerMemberOutOfRangeError'
  constructor(shardsPerMember: number, shards: number) {
    super(`shardsPerMember is ${shardsPerMember}; a member trains 1 to ${shards} shards in a round.`)
  }
}

/** A gain starts after the last round. */
export class GainsBeyondRoundsError extends Error {
  override readonly name = 'GainsBeyondRoundsError'
  constructor(fromRound: number, rounds: number) {
    super(`A gain starts at round ${fromRound}; the last of ${rounds} rounds is ${rounds - 1}. Leave that entry out.`)
  }
}

/** More than all members would have to vote. */
export class EndQuorumOutOfRangeError extends Error {
  override readonly name = 'EndQuorumOutOfRangeError'
  constructor(endQuorum: number) {
    super(`endQuorum is ${endQuorum}; it is in basis points, 0 (no early end) to ${BASIS_POINTS} (all members).`)
  }
}

/** A duration so short that nobody could act in it, or so long that stakes would be locked. */
export class DurationOutOfRangeError extends Error {
  override readonly name = 'DurationOutOfRangeError'
  readonly term: DurationTerm
  constructor(term: DurationTerm, value: number, least: number) {
    const range = `${least} to ${LONGEST_SECONDS.toLocaleString('en')} seconds`
    const remedy = least > 1 && value < least ? ' Terms for a private network may ask for less.' : ''
    super(`${term} is ${value}; it must be ${range}.${remedy}`)
    this.term = term
  }
}

/** Amounts of no token. */
export class TokenMissingError extends Error {
  override readonly name = 'TokenMissingError'
  constructor() {
    super(
      'stake, bounty, keeperPay or sealPay is above 0 and token is zero. Name an ERC-20 token, or set all four to 0.',
    )
  }
}

/** Keepers could be owed more than a round has. */
export class KeeperBudgetExceededError extends Error {
  override readonly name = 'KeeperBudgetExceededError'
  readonly needed: bigint
  readonly pot: bigint
  constructor(needed: bigint, pot: bigint) {
    super(`A round's keepers could cost ${needed}; its part of the bounty is ${pot}. Lower keeperPay or raise bounty.`)
    this.needed = needed
    this.pot = pot
  }
}
