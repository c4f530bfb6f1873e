/** Terms and rounds for tests: four members, two shards, short phases. */
import type { Round, Terms } from '@tutti/core'
import type { OwnState } from '../src/decide/state.ts'

const zeroHash = `0x${'00'.repeat(32)}` as const
const zeroAddress = `0x${'00'.repeat(20)}` as const

/** Terms without a commit phase, a challenge window or a judge. */
export function termsForTest(change: Partial<Terms> = {}): Terms {
  return {
    manifestHash: zeroHash,
    setupHash: zeroHash,
    salt: zeroHash,
    gains: 1n,
    stake: 5n,
    bounty: 0n,
    keeperPay: 0n,
    joinSeconds: 60,
    commitSeconds: 0,
    idleSeconds: 1000,
    aggregator: zeroAddress,
    dimension: 128,
    shardSize: 64,
    rounds: 5,
    token: zeroAddress,
    cohortSize: 4,
    minimumUpdates: 2,
    shardsPerMember: 2,
    endQuorum: 0,
    laneBits: 16,
    bits: 4,
    rule: 0,
    isPrivateNetwork: true,
    gate: zeroAddress,
    submitSeconds: 40,
    challengeSeconds: 0,
    keeperSeconds: 10,
    judge: zeroAddress,
    sealPay: 0n,
    ...change,
  }
}

/** A round that nobody has acted in. */
export function newRound(change: Partial<Round> = {}): Round {
  return {
    number: 0,
    members: 0,
    cohort: 0,
    shardsDone: 0,
    openedAt: 0,
    startedAt: 0,
    committedAt: 0,
    submittedAt: 0,
    seedBlock: 0n,
    endVotes: 0,
    aggregatedAt: 0,
    seed: zeroHash,
    committed: 0n,
    submitted: 0n,
    shards: 0n,
    ...change,
  }
}

/** A keeper of its own store that has done nothing yet, and sees what is due since 1000. */
export function ownState(change: Partial<OwnState> = {}): OwnState {
  return {
    record: { kind: 'none' },
    watch: { kind: 'unneeded' },
    since: 1_000,
    isKeeper: true,
    staggerSeconds: 2,
    marginSeconds: 0,
    wantsToLeave: false,
    claims: true,
    isClaimed: false,
    finalitySeconds: 0,
    ...change,
  }
}
