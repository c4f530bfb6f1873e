/**
 * Terms from a few choices, with defaults that work, in as few shards as fit a transaction.
 *
 * @example
 * ```ts
 * import { shardCount } from '@tutti/core'
 * import { proposeTerms } from '@tutti/learn'
 *
 * const hash = `0x${'00'.repeat(32)}` as const
 * const address = `0x${'11'.repeat(20)}` as const
 * const named = { manifestHash: hash, setupHash: hash, salt: hash, aggregator: address, token: address }
 * const terms = proposeTerms({ ...named, dimension: 2_410, members: 8, rounds: 30, bits: 2, laneBits: 16 })
 * terms.minimumUpdates // → 4
 * shardCount(terms) // → 1
 * ```
 */
import {
  ACTIONS_BESIDES_SHARDS,
  BLOBS_PER_TRANSACTION,
  blobsFor,
  formatCount,
  type GainEntry,
  type Hex,
  largestShardSize,
  packGains,
  parametersPerBlob,
  shardCount,
  type Terms,
} from '@tutti/core'

const ZERO_ADDRESS: Hex = `0x${'0'.repeat(40)}`

/** What a creator chooses of the terms. Everything but sizes and addresses has a default. */
export interface TermChoices {
  manifestHash: Hex
  setupHash: Hex
  /** Tells otherwise equal federations apart. */
  salt: Hex
  aggregator: Hex
  token: Hex
  dimension: number
  /** The most members that train in a round. */
  members: number
  rounds: number
  bits: number
  laneBits: number
  /** The same in all rounds; 1 when absent. */
  gain?: number
  /** By round, in place of `gain`. */
  gains?: readonly GainEntry[]
  minimumUpdates?: number
  stake?: bigint
  bounty?: bigint
  /** Set aside for those who seal the finished model; none by default. */
  sealPay?: bigint
  joinSeconds?: number
  commitSeconds?: number
  submitSeconds?: number
  /** Blob path: length of the window in which faults can be proven. */
  challengeSeconds?: number
  keeperSeconds?: number
  idleSeconds?: number
  endQuorum?: number
  /** For trials and networks of one's own, where durations may be short. */
  isPrivateNetwork?: boolean
  /** Shards a round's member trains; all of them by default. */
  shards?: number
  shardsPerMember?: number
}

/**
 * Terms with defaults: see {@link TermChoices}. Shards are as few as fit the limits of a transaction, and alike in size.
 *
 * @throws {@link NoShardFitsError} if not even the smallest shard of so many members fits a transaction.
 */
export function proposeTerms(choices: TermChoices): Terms {
  const { dimension, bits } = choices
  const whole = draftTerms(choices, 1)
  if (choices.shards !== undefined) return draftTerms(choices, choices.shards)
  const largest = Math.min(largestShardSize(whole), dimension)
  if (largest === 0) throw new NoShardFitsError(choices.members)
  // Evening out the sizes may need one shard more, since a size is a multiple of a payload word.
  for (let shards = Math.ceil(dimension / largest); ; shards++) {
    if (roundUp(dimension / shards, 256 / bits) <= largest || shards >= dimension) return draftTerms(choices, shards)
    if (shards === 1) return whole
  }
}

/** Challenge window that is proposed, in seconds: three hours, half as long again as public chains demand. */
const CHALLENGE_SECONDS = 10_800

/**
 * Terms of the blob path with defaults: shards are as few as transactions of six blobs allow, alike in blobs, and begin
 * at whole blobs.
 */
export function proposeBlobTerms(choices: TermChoices): Terms {
  const { dimension, laneBits } = choices
  const blobs = blobsFor(dimension, laneBits)
  const shards = Math.min(choices.shards ?? Math.ceil(blobs / BLOBS_PER_TRANSACTION), blobs)
  const shardSize = Math.min(Math.ceil(blobs / shards) * parametersPerBlob(laneBits), dimension)
  return {
    ...draftTerms(choices, shards, shardSize),
    challengeSeconds: choices.challengeSeconds ?? CHALLENGE_SECONDS,
  }
}

/** Updates without which a round leaves the model unchanged: half of the cohort, rounded up. */
export function proposeMinimum(cohort: number): number {
  return Math.max(1, Math.ceil(cohort / 2))
}

/** Terms with a model of `shards` shards. */
function draftTerms(
  choices: TermChoices,
  shards: number,
  shardSize = Math.min(roundUp(choices.dimension / shards, 256 / choices.bits), choices.dimension),
): Terms {
  const { members, dimension, bits, rounds } = choices
  const count = shardCount({ dimension, shardSize })
  const bounty = choices.bounty ?? 0n
  const stake = choices.stake ?? 0n
  const sealPay = choices.sealPay ?? 0n
  return {
    manifestHash: choices.manifestHash,
    setupHash: choices.setupHash,
    salt: choices.salt,
    gains: packGains(choices.gains ?? [{ fromRound: 0, gain: choices.gain ?? 1 }]),
    stake,
    bounty,
    // At most a tenth of a round's pot goes to keepers, whatever their number of steps.
    keeperPay: bounty / BigInt(rounds) / BigInt(10 * (count + ACTIONS_BESIDES_SHARDS)),
    joinSeconds: choices.joinSeconds ?? 3_600,
    commitSeconds: choices.commitSeconds ?? 0,
    idleSeconds: choices.idleSeconds ?? 7 * 86_400,
    aggregator: choices.aggregator,
    dimension,
    shardSize,
    rounds,
    token: stake === 0n && bounty === 0n && sealPay === 0n ? ZERO_ADDRESS : choices.token,
    cohortSize: members,
    minimumUpdates: choices.minimumUpdates ?? proposeMinimum(members),
    shardsPerMember: Math.min(choices.shardsPerMember ?? count, count),
    endQuorum: choices.endQuorum ?? 6_667,
    laneBits: choices.laneBits,
    bits,
    rule: 0,
    isPrivateNetwork: choices.isPrivateNetwork ?? false,
    gate: ZERO_ADDRESS,
    submitSeconds: choices.submitSeconds ?? 600,
    challengeSeconds: 0,
    keeperSeconds: choices.keeperSeconds ?? 30,
    judge: ZERO_ADDRESS,
    sealPay,
  }
}

function roundUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple
}

/** So many members that not even their updates of the smallest shard fit one transaction. */
export class NoShardFitsError extends Error {
  override readonly name = 'NoShardFitsError'
  constructor(members: number) {
    super(
      `The updates of ${formatCount(members, 'member')} do not fit one transaction, however small the shards. ` +
        'Choose fewer members a round, or fewer bits.',
    )
  }
}
