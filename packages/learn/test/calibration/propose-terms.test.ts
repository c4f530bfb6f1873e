import assert from 'node:assert/strict'
import { test } from 'node:test'
import { estimateRound, isWithinLimits, shardCount, validateDirectTerms } from '@tutti/core'
import fc from 'fast-check'
import { proposeTerms } from '../../src/calibration/propose-terms.ts'

const hash = `0x${'11'.repeat(32)}` as const
const address = `0x${'22'.repeat(20)}` as const
const sized = { manifestHash: hash, setupHash: hash, salt: hash, aggregator: address, token: address, laneBits: 16 }

test('proposed terms are possible, and their transactions fit', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 60_000 }),
      fc.integer({ min: 1, max: 64 }),
      fc.constantFrom(1, 2, 4),
      fc.bigInt({ min: 0n, max: 10n ** 24n }),
      (dimension, members, bits, bounty) => {
        const terms = proposeTerms({ ...sized, dimension, members, bits, rounds: 30, bounty })
        validateDirectTerms(terms)
        const { aggregate, submit } = estimateRound(terms)
        assert.ok(isWithinLimits(aggregate))
        assert.ok(isWithinLimits(submit))
        assert.equal(terms.shardsPerMember, shardCount(terms))
      },
    ),
  )
})

test('a model that fits one transaction is one shard', () => {
  const terms = proposeTerms({ ...sized, dimension: 2_410, members: 8, bits: 4, rounds: 30 })
  assert.equal(shardCount(terms), 1)
})

test('without stake and bounty no token is named', () => {
  const terms = proposeTerms({ ...sized, dimension: 10, members: 2, bits: 4, rounds: 1 })
  assert.equal(BigInt(terms.token), 0n)
})

test('asked for shards, the model is cut into them', () => {
  const choices = { ...sized, dimension: 2_410, members: 8, bits: 4, rounds: 3, shards: 4, shardsPerMember: 2 }
  const terms = proposeTerms(choices)
  assert.equal(shardCount(terms), 4)
  assert.equal(terms.shardsPerMember, 2)
})
