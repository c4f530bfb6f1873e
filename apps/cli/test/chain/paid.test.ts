/** Amounts of the chain's coin as people read them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatCoins, roundCoins } from '../../src/chain/paid.ts'

test('coins have three digits that count and all before the point, rounded up', () => {
  assert.equal(formatCoins(1_150_985_668_713_696n), "0.00116 of the chain's coin")
  for (const [wei, coins] of [
    [0n, '0'],
    [1n, '0.000000000000000001'],
    [1_234n, '0.00000000000000124'],
    [999_999n, '0.000000000001'],
    [10n ** 17n, '0.1'],
    [1_234_567_890_123_456_789n, '1.24'],
    [123_456n * 10n ** 18n + 7n * 10n ** 17n, '123457'],
  ] as const) {
    assert.equal(roundCoins(wei), coins)
  }
})
