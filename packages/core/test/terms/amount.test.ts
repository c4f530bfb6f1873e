import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  AmountError,
  describeToken,
  formatAmount,
  formatTokens,
  noToken,
  parseAmount,
  parseLimit,
  type Token,
  toSymbol,
} from '../../src/terms/amount.ts'

const address = `0x${'ab'.repeat(20)}` as const
const of = (decimals: number | null, symbol: string | null = 'TRY'): Token => ({ address, decimals, symbol })

test('amounts of tokens with 0, 6, 18 and 27 decimals', () => {
  for (const [text, decimals, units] of [
    ['7', 0, 7n],
    ['7.5', 6, 7_500_000n],
    ['0.000001', 6, 1n],
    ['7.5', 18, 7_500_000_000_000_000_000n],
    ['0.000000000000000000000000001', 27, 1n],
    ['7.50', 1, 75n],
  ] as const) {
    assert.equal(parseAmount(text, of(decimals)), units)
  }
  assert.equal(formatTokens(7_500_000n, of(6)), '7.5 TRY')
  assert.equal(formatTokens(1_500_000n * 10n ** 18n, of(18)), '1,500,000 TRY')
  assert.equal(formatTokens(1n, of(27)), '0.000000… TRY')
  assert.equal(formatTokens(1n, of(27), 36), '0.000000000000000000000000001 TRY')
  assert.equal(formatTokens(-15n, of(1)), '−1.5 TRY')
  assert.equal(formatTokens(800n, of(0, null)), `800 tokens of ${address}`)
  assert.equal(formatTokens(800n, of(null)), '800 smallest units of TRY')
  assert.equal(formatTokens(0n, noToken), '0')
  assert.equal(describeToken(of(6)), `TRY, 6 decimals, ${address}`)
})

test('parse(format(units)) ≡ units, whatever the decimals', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2n ** 128n }), fc.nat(36), (units, decimals) => {
      const text = formatAmount(units, of(decimals), 36).replaceAll(',', '')
      assert.equal(parseAmount(text, of(decimals)), units)
    }),
  )
})

test('a limit finer than the token is rounded down or up, to the unit', () => {
  fc.assert(
    fc.property(fc.nat(10 ** 9), fc.nat(8), (billionths, decimals) => {
      const text = `${Math.floor(billionths / 1e8)}.${String(billionths % 1e8).padStart(8, '0')}`
      const exact = BigInt(billionths)
      const scale = 10n ** BigInt(8 - decimals)
      assert.equal(parseLimit(text, of(decimals), 'down'), exact / scale)
      assert.equal(parseLimit(text, of(decimals), 'up'), (exact + scale - 1n) / scale)
    }),
  )
})

test('what is no amount of the token is refused, and says why', () => {
  for (const [text, token, reason] of [
    ['7.5', of(0), /TRY has 0 decimals, and the amount has more/],
    ['0.12', of(1), /TRY has 1 decimal, and/],
    ['7.5', of(null), /does not say how many decimals it has/],
    ['1e3', of(18), /give a number from 0/],
    ['-1', of(18), /give a number from 0/],
    ['', of(18), /give a number from 0/],
    ['9'.repeat(1_000), of(18), /"9{60}…" is no amount/],
  ] as const) {
    assert.throws(
      () => parseAmount(text, token),
      (error) => error instanceof AmountError && reason.test(error.message),
    )
  }
})

test('a symbol is printed only as letters, digits and a few signs, and never as part of the number before it', () => {
  assert.equal(toSymbol('USDC'), 'USDC')
  assert.equal(toSymbol('USD₮0'), 'USD₮0')
  assert.equal(toSymbol('MKR\0\0\0'), 'MKR')
  assert.equal(toSymbol('\u001b[2JX\u202eY\nZ'), '"??2JX?Y?Z"')
  assert.equal(toSymbol('000'), '"000"')
  assert.equal(toSymbol('.5'), '".5"')
  assert.equal(toSymbol('A'.repeat(1_000)), `${'A'.repeat(16)}…`)
  assert.deepEqual(['', '\0', '\u0007', '   '].map(toSymbol), [null, null, null, null])
})

test('no symbol can move a cursor, however it is made', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => {
      const symbol = toSymbol(text)
      assert.ok(symbol === null || (/^[^\p{C}\p{Z}\p{M}]+$/u.test(symbol) && [...symbol].length <= 19))
    }),
  )
})
