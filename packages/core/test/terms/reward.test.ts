import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  equalShareRoundedDown,
  keeperBudget,
  keeperPayAt,
  potRoundedDown,
  splitRoundedDown,
} from '../../src/terms/reward.ts'
import { readVectors } from '../read-vectors.ts'
import { termsOf } from '../terms-of.ts'

const { cases, pots, splits } = readVectors('reward')
const amount = fc.bigInt({ min: 0n, max: 2n ** 128n - 1n })

test('pots, keepers’ pay and splits agree with the vectors', () => {
  for (const { bounty, rounds, pot } of pots) {
    assert.equal(potRoundedDown({ bounty: BigInt(bounty), rounds: Number(rounds) }), BigInt(pot))
  }
  for (const { keeperPay, keeperSeconds, elapsed, pay } of cases) {
    const terms = { keeperPay: BigInt(keeperPay), keeperSeconds: Number(keeperSeconds) }
    assert.equal(keeperPayAt(terms, Number(elapsed)), BigInt(pay))
  }
  for (const { pot, weights, amounts } of splits) {
    assert.deepEqual(splitRoundedDown(BigInt(pot), weights.map(BigInt)), amounts.map(BigInt))
  }
})

test('a keeper’s pay never falls with time and ends at keeperPay', () => {
  fc.assert(
    fc.property(amount, fc.integer({ min: 0, max: 100 }), (keeperPay, keeperSeconds) => {
      let last = 0n
      for (let elapsed = 0; elapsed <= 2 * keeperSeconds; elapsed++) {
        const pay = keeperPayAt({ keeperPay, keeperSeconds }, elapsed)
        assert.ok(pay >= last && pay >= keeperPay / 2n && pay <= keeperPay)
        last = pay
      }
      assert.equal(last, keeperPay)
    }),
  )
})

test('shares never add up to more than the pot, and leave less than one unit a member', () => {
  fc.assert(
    fc.property(amount, fc.array(amount, { minLength: 1, maxLength: 256 }), (pot, weights) => {
      const shares = splitRoundedDown(pot, weights)
      if (weights.every((weight) => weight === 0n)) return assert.deepEqual(shares, [])
      const paid = shares.reduce((sum, share) => sum + share, 0n)
      assert.ok(paid <= pot && paid > pot - BigInt(weights.length))
    }),
  )
})

test('an equal split is a split by equal weights', () => {
  fc.assert(
    fc.property(amount, fc.integer({ min: 1, max: 256 }), (pot, members) => {
      const share = equalShareRoundedDown(pot, members)
      assert.deepEqual(splitRoundedDown(pot, Array(members).fill(1n)), Array(members).fill(share))
    }),
  )
  assert.equal(equalShareRoundedDown(5n, 0), 0n)
})

test('weights that cannot be used split nothing', () => {
  assert.deepEqual(splitRoundedDown(5n, [0n, 0n]), [])
  assert.deepEqual(splitRoundedDown(5n, [2n ** 128n, 1n]), [])
  assert.deepEqual(splitRoundedDown(5n, [-1n, 1n]), [])
})

test('the budget of keepers covers one action a shard and three more', () => {
  assert.equal(keeperBudget(termsOf({ keeperPay: 10n, shardSize: 640 })), 70n)
})
