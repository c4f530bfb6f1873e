/**
 * What a simulated federation has to go through, drawn from a seed.
 */
import { fromSeed, type Terms } from '@tutti/core'
import { termsForTest } from '../terms.ts'

/** Chances are in [0, 1]; times in seconds. */
export interface Weather {
  seed: number
  members: number
  terms: Terms
  /** Mean time between outages of one node, and their mean length. */
  outageEvery: number
  outageSeconds: number
  /** Chance that an outage takes the memory too. */
  crash: number
  /** Chance that a node dies at one of the instants around signing, keeping and sending. */
  death: number
  /** Chance that a broadcast is lost; never more than twice in a row for one node. */
  loss: number
  /** Chance, in a slot, that the chain takes back one to three blocks; some of their transactions are forgotten. */
  reorganisation: number
  /** Chance that a slot has no block; never more than twice in a row. */
  missedSlot: number
  /** Most by which a node's clock is wrong, either way. */
  skewSeconds: number
  /** Longest training of a node in time, and the chance that one takes longer than the round. */
  trainSeconds: number
  late: number
  /** Parts of the members: hostile; leaving along the way; joining along the way. */
  hostile: number
  leaving: number
  joining: number
}

/** Fair weather: nobody is late, hostile or away, and the chain never looks back. */
export function fairWeather(seed: number, members: number, change: Partial<Terms> = {}): Weather {
  return {
    seed,
    members,
    terms: simulatedTerms({ cohortSize: Math.min(256, members), ...change }),
    outageEvery: Number.POSITIVE_INFINITY,
    outageSeconds: 0,
    crash: 0,
    death: 0,
    loss: 0,
    reorganisation: 0,
    missedSlot: 0,
    skewSeconds: 0,
    trainSeconds: 30,
    late: 0,
    hostile: 0,
    leaving: 0,
    joining: 0,
  }
}

/** Weather that is rough in ways that the seed picks. */
export function roughWeather(seed: number, members: number, rounds: number): Weather {
  const random = fromSeed(BigInt(seed) + (1n << 40n))
  const isSometimes = (chance = 0.5) => random() < chance
  const upTo = (most: number, chance = 0.7) => (isSometimes(chance) ? random() * most : 0)
  const cohortSize = Math.max(1, Math.min([16, 32, 64, 128][Math.floor(random() * 4)]!, members))
  const shards = 1 + Math.floor(random() * 4)
  return {
    seed,
    members,
    terms: simulatedTerms({
      rounds,
      cohortSize,
      minimumUpdates: 1 + Math.floor(random() * Math.max(1, cohortSize / 3)),
      dimension: 64 * shards,
      shardsPerMember: 1 + Math.floor(random() * shards),
      commitSeconds: isSometimes(0.3) ? 480 : 0,
      challengeSeconds: isSometimes(0.3) ? 60 : 0,
      keeperSeconds: isSometimes() ? 30 : 0,
      judge: isSometimes(0.3) ? `0x${'11'.repeat(20)}` : `0x${'00'.repeat(20)}`,
    }),
    outageEvery: 2_000 + random() * 20_000,
    outageSeconds: upTo(600),
    crash: random(),
    death: upTo(0.05),
    loss: upTo(0.3),
    reorganisation: upTo(0.02, 0.5),
    missedSlot: upTo(0.1),
    skewSeconds: upTo(600),
    trainSeconds: 20 + random() * 60,
    late: upTo(0.05),
    hostile: upTo(0.3),
    leaving: upTo(0.2),
    joining: upTo(0.2),
  }
}

function simulatedTerms(change: Partial<Terms>): Terms {
  const rounds = change.rounds ?? 5
  const keeperPay = 10n
  return termsForTest({
    stake: 1_000n,
    keeperPay,
    bounty: BigInt(rounds) * 20_000n,
    joinSeconds: 120,
    // As `create` proposes it: longer than any simulated federation, so that none is given up.
    idleSeconds: 604_800,
    submitSeconds: 480,
    keeperSeconds: 30,
    dimension: 64,
    shardsPerMember: 1,
    minimumUpdates: 1,
    ...change,
    rounds,
  })
}
