import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { UnsupportedLaneBitsError } from '../../src/direct/lanes.ts'
import {
  AggregateTooLongError,
  LaneOverflowError,
  MisalignedShardError,
  ModelTooLargeError,
  SubmitTooLongError,
  UnsupportedChallengeError,
  UnsupportedRuleError,
  validateDirectTerms,
} from '../../src/direct/validate.ts'
import { UnsupportedBitsError } from '../../src/terms/bits.ts'
import { GainsMalformedError, gainAt, packGains } from '../../src/terms/gains.ts'
import {
  largestLane,
  maxUpdates,
  roundsBeforeOverflow,
  shardCount,
  shardRange,
  type Terms,
  UnknownShardError,
} from '../../src/terms/terms.ts'
import {
  CohortSizeOutOfRangeError,
  DimensionZeroError,
  DurationOutOfRangeError,
  EndQuorumOutOfRangeError,
  GainsBeyondRoundsError,
  KeeperBudgetExceededError,
  MinimumUpdatesOutOfRangeError,
  RoundsZeroError,
  ShardSizeZeroError,
  ShardsPerMemberOutOfRangeError,
  TermHexError,
  TermRangeError,
  TokenMissingError,
  TooManyShardsError,
} from '../../src/terms/validate.ts'
import { termsOf } from '../terms-of.ts'

test('possible terms pass', () => {
  validateDirectTerms(termsOf())
  validateDirectTerms(termsOf({ shardSize: 640, shardsPerMember: 4, commitSeconds: 60 }), 400n)
  validateDirectTerms(termsOf({ token: `0x${'0'.repeat(40)}`, stake: 0n, bounty: 0n, keeperPay: 0n }))
  validateDirectTerms(termsOf({ dimension: 25_450, shardSize: 12_736, shardsPerMember: 2, cohortSize: 16 }))
})

const impossible: [string, Partial<Terms>, new (...facts: never[]) => Error][] = [
  ['a number wider than its field', { joinSeconds: 2 ** 32 }, TermRangeError],
  ['a fraction', { rounds: 1.5 }, TermRangeError],
  ['a negative amount', { stake: -1n }, TermRangeError],
  ['a short address', { judge: '0x00' }, TermHexError],
  ['an empty cohort', { cohortSize: 0 }, CohortSizeOutOfRangeError],
  ['a cohort above 256', { cohortSize: 257 }, CohortSizeOutOfRangeError],
  ['a minimum of no updates', { minimumUpdates: 0 }, MinimumUpdatesOutOfRangeError],
  ['a minimum above the cohort', { minimumUpdates: 9 }, MinimumUpdatesOutOfRangeError],
  ['no rounds', { rounds: 0 }, RoundsZeroError],
  ['no parameters', { dimension: 0 }, DimensionZeroError],
  ['empty shards', { shardSize: 0 }, ShardSizeZeroError],
  ['more than 256 shards', { shardSize: 9 }, TooManyShardsError],
  ['no shards a member', { shardsPerMember: 0 }, ShardsPerMemberOutOfRangeError],
  ['more shards a member than there are', { shardsPerMember: 2 }, ShardsPerMemberOutOfRangeError],
  ['no gain', { gains: 0n }, GainsMalformedError],
  [
    'a gain after the last round',
    {
      gains: packGains([
        { fromRound: 0, gain: 1 },
        { fromRound: 30, gain: 2 },
      ]),
    },
    GainsBeyondRoundsError,
  ],
  ['a quorum above all', { endQuorum: 10_001 }, EndQuorumOutOfRangeError],
  ['no time to submit', { submitSeconds: 0, isPrivateNetwork: true }, DurationOutOfRangeError],
  ['too little time to submit', { submitSeconds: 59 }, DurationOutOfRangeError],
  ['no retry', { idleSeconds: 0, isPrivateNetwork: true }, DurationOutOfRangeError],
  ['too little retry', { idleSeconds: 3_599 }, DurationOutOfRangeError],
  ['no time for others to come', { joinSeconds: 3_599, bounty: 10n ** 18n }, DurationOutOfRangeError],
  ['stakes locked for years', { submitSeconds: 2 ** 32 - 1 }, DurationOutOfRangeError],
  ['a window without end', { challengeSeconds: 2_592_001 }, DurationOutOfRangeError],
  ['amounts without a token', { token: `0x${'0'.repeat(40)}` }, TokenMissingError],
  [
    'pay for sealing without a token',
    { token: `0x${'0'.repeat(40)}`, stake: 0n, bounty: 0n, keeperPay: 0n, sealPay: 1n },
    TokenMissingError,
  ],
  ['pay for sealing wider than its field', { sealPay: 1n << 128n }, TermRangeError],
  ['keepers dearer than the pot', { keeperPay: 251n }, KeeperBudgetExceededError],
  ['lanes of 8 bits', { laneBits: 8 }, UnsupportedLaneBitsError],
  ['updates of 3 bits', { bits: 3 }, UnsupportedBitsError],
  ['an unknown rule', { rule: 1 }, UnsupportedRuleError],
  ['a challenge window', { challengeSeconds: 1 }, UnsupportedChallengeError],
  [
    'more words than a model may have',
    { dimension: 131_073 * 16, shardSize: 16_384, keeperPay: 0n },
    ModelTooLargeError,
  ],
  ['shards that split a payload word', { shardSize: 1000 }, MisalignedShardError],
  ['a lane that could overflow', { rounds: 512 }, LaneOverflowError],
  ['an aggregation beyond 128 KiB', { dimension: 40_000, shardSize: 40_000 }, AggregateTooLongError],
  [
    'committed updates beyond 128 KiB',
    { dimension: 300_032, shardSize: 4096, shardsPerMember: 74, cohortSize: 4, commitSeconds: 1 },
    SubmitTooLongError,
  ],
]

for (const [what, changes, error] of impossible) {
  test(`refuses ${what}`, () => assert.throws(() => validateDirectTerms(termsOf(changes)), error))
}

test('shards cover the model once and in order', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 100_000 }),
      fc.integer({ min: 400, max: 100_000 }),
      (dimension, shardSize) => {
        const terms = { dimension, shardSize }
        let next = 0
        for (let shard = 0; shard < shardCount(terms); shard++) {
          const { start, length } = shardRange(terms, shard)
          assert.equal(start, next)
          assert.ok(length >= 1 && length <= shardSize)
          next += length
        }
        assert.equal(next, dimension)
      },
    ),
  )
})

test('a shard that the model does not have is refused', () => {
  for (const shard of [-1, 1, 0.5]) assert.throws(() => shardRange(termsOf(), shard), UnknownShardError)
})

test('maxUpdates rounds up over rotating shards', () => {
  assert.equal(maxUpdates(termsOf()), 8)
  assert.equal(maxUpdates(termsOf({ shardSize: 640, shardsPerMember: 1 })), 2)
  assert.equal(maxUpdates(termsOf({ shardSize: 640, shardsPerMember: 3, cohortSize: 7 })), 6)
})

const schedule = fc
  .record({
    starts: fc.uniqueArray(fc.integer({ min: 1, max: 60 }), { maxLength: 4 }),
    gains: fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 5, maxLength: 5 }),
  })
  .map(({ starts, gains }) =>
    packGains([0, ...starts.sort((a, b) => a - b)].map((fromRound, i) => ({ fromRound, gain: gains[i]! }))),
  )

test('largestLane ≡ initialBound + Σ gain_r · largest output, and roundsBeforeOverflow is where it stops fitting', () => {
  fc.assert(
    fc.property(schedule, fc.integer({ min: 0, max: 32_767 }), fc.constantFrom(1, 2, 4, 8), (gains, bound, bits) => {
      const terms = termsOf({ gains, bits, rounds: 61 })
      let lane = bound
      for (let r = 0; r < 61; r++) lane += gainAt(gains, r) * 8 * 2 ** (bits - 1)
      assert.equal(largestLane(terms, BigInt(bound)), BigInt(lane))

      let reached = bound
      let rounds = 0
      for (;;) {
        reached += gainAt(gains, rounds) * 8 * 2 ** (bits - 1)
        if (reached >= 32_768) break
        rounds++
      }
      assert.equal(roundsBeforeOverflow(terms, BigInt(bound)), BigInt(rounds))
    }),
  )
})

test('no rounds fit where the initial integers do not', () => {
  assert.equal(roundsBeforeOverflow(termsOf(), 32_768n), 0n)
})
