/**
 * Terms from a few choices: what `create` and `demo` propose, with defaults that work, and the largest shard that fits.
 */
import {
  estimateRound,
  type Hex,
  largestShardSize,
  packGains,
  roundsBeforeOverflow,
  shardCount,
  type Terms,
  validateTerms,
} from '@tutti/core'
import { zeroAddress } from 'viem'
import { CommandError, exitCodes } from './exit-codes.ts'
import { formatInteger } from './output.ts'

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
  gain?: number
  minimumUpdates?: number
  stake?: bigint
  bounty?: bigint
  joinSeconds?: number
  commitSeconds?: number
  submitSeconds?: number
  keeperSeconds?: number
  idleSeconds?: number
  endQuorum?: number
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
      `The updates of ${choices.members} members do not fit one transaction, however small the shards. ` +
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

/** Terms with a model of `shards` shards. */
function draftTerms(choices: TermChoices, shards: number): Terms {
  const { members, dimension, bits, rounds } = choices
  const shardSize = Math.min(roundUp(dimension / shards, 256 / bits), dimension)
  const count = shardCount({ dimension, shardSize })
  const bounty = choices.bounty ?? 0n
  const stake = choices.stake ?? 0n
  return {
    manifestHash: choices.manifestHash,
    setupHash: choices.setupHash,
    salt: choices.salt,
    gains: packGains([{ fromRound: 0, gain: choices.gain ?? 1 }]),
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
    minimumUpdates: choices.minimumUpdates ?? Math.max(1, Math.ceil(members / 2)),
    shardsPerMember: Math.min(choices.shardsPerMember ?? count, count),
    endQuorum: choices.endQuorum ?? 6_667,
    laneBits: choices.laneBits,
    bits,
    rule: 0,
    gate: zeroAddress,
    submitSeconds: choices.submitSeconds ?? 600,
    challengeSeconds: 0,
    keeperSeconds: choices.keeperSeconds ?? 30,
    judge: zeroAddress,
  }
}

/** What the terms allow, in lines for people: sizes and gas of transactions at their largest, members, rounds. */
export function describeTerms(terms: Terms, initialBound: bigint): string[] {
  const shards = shardCount(terms)
  const { aggregate, submit } = estimateRound(terms)
  const size = (step: { gas: number; bytes: number }) =>
    `at most ${formatInteger(step.bytes)} bytes and ${formatInteger(step.gas)} gas (limits: 131,072 and 16,777,216)`
  return [
    `${formatInteger(terms.dimension)} parameters in ${shards} ${shards === 1 ? 'shard' : 'shards'} of at most ` +
      formatInteger(terms.shardSize),
    `each member trains ${terms.shardsPerMember} of ${shards} a round, with updates of ${terms.bits} bits`,
    `to submit: ${size(submit)}`,
    `to aggregate a shard: ${size(aggregate)}`,
    `at most ${terms.cohortSize} members a round, at least ${terms.minimumUpdates} updates, at most ${terms.rounds} rounds`,
    `no lane of ${terms.laneBits} bits could overflow in ${formatInteger(roundsBeforeOverflow(terms, initialBound))} rounds`,
  ]
}

/**
 * Refuses what the contract would refuse, before anything is paid or a dry run says that all is well.
 *
 * @param initialBound - Largest |initial integer|.
 * @throws `CommandError` naming the term.
 */
export function checkTerms(terms: Terms, initialBound: bigint): void {
  try {
    validateTerms(terms, initialBound)
  } catch (cause) {
    throw new CommandError((cause as Error).message, exitCodes.usage)
  }
}

function roundUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple
}
