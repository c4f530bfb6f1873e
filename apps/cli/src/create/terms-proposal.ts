/**
 * Terms from a few choices: what `create` and `demo` propose, with defaults that work, and the largest shard that fits.
 */
import { localChainId } from '@tutti/chain'
import {
  BLOBS_PER_TRANSACTION,
  blobsFor,
  formatCount,
  formatInteger,
  type GainEntry,
  type Hex,
  largestShardSize,
  packGains,
  parametersPerBlob,
  shardCount,
  type Terms,
  validateBlobTerms,
  validateDirectTerms,
} from '@tutti/core'
import { zeroAddress } from 'viem'
import { CommandError, exitCodes } from '../terminal/exit-codes.ts'

/** What a creator chooses. Everything but sizes and addresses has a default. */
export interface TermChoices {
  manifestHash: Hex
  setupHash: Hex
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
 * @throws `CommandError` if not even the smallest shard of so many members fits a transaction.
 */
export function proposeTerms(choices: TermChoices): Terms {
  const { dimension, bits } = choices
  const whole = draftTerms(choices, 1)
  if (choices.shards !== undefined) return draftTerms(choices, choices.shards)
  const largest = Math.min(largestShardSize(whole), dimension)
  if (largest === 0) {
    throw new CommandError(
      `The updates of ${formatCount(choices.members, 'member')} do not fit one transaction, however small the shards. ` +
        'Choose fewer members a round, or fewer bits.',
      exitCodes.usage,
    )
  }
  // Evening out the sizes may need one shard more, since a size is a multiple of a payload word.
  for (let shards = Math.ceil(dimension / largest); ; shards++) {
    if (roundUp(dimension / shards, 256 / bits) <= largest || shards >= dimension) return draftTerms(choices, shards)
    if (shards === 1) return whole
  }
}

/**
 * Refuses shards that were asked for and cannot be: a shard is so many whole blobs, or whole words of a payload.
 *
 * @throws `CommandError` naming the number that is possible next.
 */
export function checkShards(
  terms: Pick<Terms, 'dimension' | 'shardSize'>,
  { shards, shardsPerMember }: Pick<TermChoices, 'shards' | 'shardsPerMember'>,
): void {
  const count = shardCount(terms)
  if (shards !== undefined && shards !== count) {
    throw new CommandError(
      `The model cannot be cut into ${formatCount(shards, 'shard')}: its ${formatInteger(terms.dimension)} parameters give ` +
        `${formatCount(count, 'shard')} of whole blobs or payload words at that size. Ask for --shards ${count}, or leave it out.`,
      exitCodes.usage,
    )
  }
  if (shardsPerMember !== undefined && shardsPerMember > count) {
    throw new CommandError(
      `A member cannot train ${formatCount(shardsPerMember, 'shard')} a round: the model has ${count}. ` +
        'Lower --shards-per-member, or leave it out.',
      exitCodes.usage,
    )
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
  return {
    manifestHash: choices.manifestHash,
    setupHash: choices.setupHash,
    salt: choices.salt,
    gains: packGains(choices.gains ?? [{ fromRound: 0, gain: choices.gain ?? 1 }]),
    stake,
    bounty,
    // At most a tenth of a round's pot goes to keepers, whatever their number of steps.
    keeperPay: bounty / BigInt(rounds) / BigInt(10 * (count + 3)),
    joinSeconds: choices.joinSeconds ?? 3_600,
    commitSeconds: choices.commitSeconds ?? 0,
    idleSeconds: choices.idleSeconds ?? 7 * 86_400,
    aggregator: choices.aggregator,
    dimension,
    shardSize,
    rounds,
    token: stake === 0n && bounty === 0n ? zeroAddress : choices.token,
    cohortSize: members,
    minimumUpdates: choices.minimumUpdates ?? proposeMinimum(members),
    shardsPerMember: Math.min(choices.shardsPerMember ?? count, count),
    endQuorum: choices.endQuorum ?? 6_667,
    laneBits: choices.laneBits,
    bits,
    rule: 0,
    isPrivateNetwork: choices.isPrivateNetwork ?? false,
    gate: zeroAddress,
    submitSeconds: choices.submitSeconds ?? 600,
    challengeSeconds: 0,
    keeperSeconds: choices.keeperSeconds ?? 30,
    judge: zeroAddress,
  }
}

/**
 * Refuses what the contract would refuse, before anything is paid or a dry run says that all is well.
 *
 * @param initialBound - Largest |initial integer|.
 * @param path - Where the model lives.
 * @throws `CommandError` naming the term.
 */
export function checkTerms(terms: Terms, initialBound: bigint, path: 'direct' | 'blob' = 'direct'): void {
  try {
    if (path === 'direct') validateDirectTerms(terms, initialBound)
    else validateBlobTerms(terms)
  } catch (cause) {
    throw new CommandError((cause as Error).message, exitCodes.usage)
  }
}

/** Chains of many strangers with money at stake, where nobody's network is private. */
const PUBLIC_CHAINS = new Map([
  [1, 'Ethereum'],
  [10, 'OP Mainnet'],
  [56, 'BNB Smart Chain'],
  [100, 'Gnosis'],
  [137, 'Polygon'],
  [324, 'ZKsync Era'],
  [8_453, 'Base'],
  [42_161, 'Arbitrum One'],
  [43_114, 'Avalanche'],
  [59_144, 'Linea'],
  [534_352, 'Scroll'],
])

/**
 * Whether terms are for a private network: as `--private-network` says, and on a local chain.
 *
 * @throws `CommandError` where the chain is known to be public.
 */
export function choosePrivateNetwork(options: { privateNetwork?: boolean }, chainId: number): boolean {
  const name = PUBLIC_CHAINS.get(chainId)
  if (options.privateNetwork === true && name !== undefined) {
    throw new CommandError(`Chain ${chainId} is ${name}, a public chain: leave --private-network out.`, exitCodes.usage)
  }
  return options.privateNetwork ?? chainId === localChainId
}

function roundUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple
}
