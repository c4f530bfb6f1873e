/**
 * Amounts of a token as people write them: `amount = units / 10^decimals`. Decimals and symbol are what the token says of
 * itself, and a token may say anything: what it does not say sensibly is null here, and amounts are then whole units.
 *
 * @see ERC-20, where `decimals` and `symbol` are optional
 * @example
 * ```ts
 * import { formatAmount, parseAmount } from '@tutti/core'
 *
 * const token = { address: `0x${'12'.repeat(20)}`, decimals: 6, symbol: 'USD' } as const
 * parseAmount('1.5', token) // → 1500000n
 * formatAmount(1_500_000n, token) // → '1.5'
 * parseAmount('0.0000001', token) // throws AmountError
 * ```
 */
import { formatInteger } from '../arithmetic/count.ts'

/** The most decimals that a token is taken at its word for; an amount of more is shown in smallest units. */
export const MOST_DECIMALS = 36

/** A token as its amounts are written. */
export interface Token {
  /** The zero address where terms name none. */
  address: `0x${string}`
  /** From 0 to {@link MOST_DECIMALS}; null if the token does not say. */
  decimals: number | null
  /** Safe to print: see {@link toSymbol}; null if the token has none. */
  symbol: string | null
}

/** What terms without stake and bounty name. */
export const noToken: Token = { address: `0x${'00'.repeat(20)}`, decimals: 0, symbol: null }

const AMOUNT = /^(\d{1,60})(?:\.(\d{1,36}))?$/
const MOST_SYMBOL = 16

/** Whether a text is an amount from 0, such as `7` or `7.5`, of whatever token. */
export function isAmount(text: string): boolean {
  return AMOUNT.test(text)
}

/**
 * Smallest units of an amount: `amount · 10^decimals`, exactly.
 *
 * @throws {@link AmountError} if it is no amount, or finer than the token's smallest unit.
 */
export function parseAmount(text: string, token: Token): bigint {
  const units = scaleAmount(text, token.decimals ?? 0, 'exactly')
  if (units !== undefined) return units
  throw new AmountError(text, token)
}

/**
 * Smallest units of an amount that is a limit and may be finer than the token: rounded as told.
 *
 * @throws {@link AmountError} if it is no amount.
 */
export function parseLimit(text: string, token: Token, rounding: 'down' | 'up'): bigint {
  const units = scaleAmount(text, token.decimals ?? 0, rounding)
  if (units === undefined) throw new AmountError(text, token)
  return units
}

function scaleAmount(text: string, decimals: number, rounding: 'exactly' | 'down' | 'up'): bigint | undefined {
  const [, whole, fraction = ''] = AMOUNT.exec(text) ?? []
  if (whole === undefined) return undefined
  const kept = fraction.slice(0, decimals).padEnd(decimals, '0')
  const units = BigInt(whole + kept)
  if (!/[1-9]/.test(fraction.slice(decimals)) || rounding === 'down') return units
  return rounding === 'up' ? units + 1n : undefined
}

/** The number of an amount, at most `digits` decimals of it shown; `…` marks a cut, so that no value is lost silently. */
export function formatAmount(units: bigint, token: Token, digits = 6): string {
  const decimals = token.decimals ?? 0
  const sign = units < 0n ? '−' : ''
  const size = units < 0n ? -units : units
  const text = size.toString().padStart(decimals + 1, '0')
  const whole = formatInteger(BigInt(text.slice(0, text.length - decimals)))
  const fraction = text.slice(text.length - decimals).replace(/0+$/, '')
  const shown = fraction.length > digits ? `${fraction.slice(0, digits)}…` : fraction
  return `${sign}${whole}${shown === '' ? '' : `.${shown}`}`
}

/** An amount with what it is an amount of: `1,250.5 TUTTI`, `3 tokens of 0x…`, `9 smallest units of 0x…`. */
export function formatTokens(units: bigint, token: Token, digits = 6): string {
  const amount = formatAmount(units, token, digits)
  if (BigInt(token.address) === 0n) return amount
  if (token.decimals === null) return `${amount} smallest units of ${token.symbol ?? token.address}`
  return `${amount} ${token.symbol ?? `tokens of ${token.address}`}`
}

/** Who a token says that it is: `TUTTI, 18 decimals, 0x…`. A symbol proves nothing; the address does. */
export function describeToken({ address, decimals, symbol }: Token): string {
  if (BigInt(address) === 0n) return 'none'
  const scale = decimals === null ? 'of unknown decimals, so amounts are smallest units' : `${decimals} decimals`
  return [...(symbol === null ? [] : [symbol]), scale, address].join(', ')
}

/**
 * A symbol that can be printed: letters, digits, signs of currencies and `. _ - + $`, at most 16 of them; everything else,
 * control characters and marks that redraw a terminal among it, becomes `?`. One that could be read as part of the number
 * before it stands in quotes. Null if there is nothing to read in it.
 */
export function toSymbol(text: string): string | null {
  const characters = [...text.slice(0, 256).replace(/\0+$/, '').trim()]
  const safe = characters.map((character) => (/^[\p{L}\p{Nd}\p{Sc}._+-]$/u.test(character) ? character : '?'))
  if (!safe.some((character) => character !== '?')) return null
  const shown = safe.length > MOST_SYMBOL ? `${safe.slice(0, MOST_SYMBOL).join('')}…` : safe.join('')
  return /^[\p{L}\p{Sc}]/u.test(shown) ? shown : `"${shown}"`
}

/** A text is no amount of the token. Do not retry. */
export class AmountError extends Error {
  override readonly name = 'AmountError'
  readonly isRetryable = false

  constructor(text: string, token: Token) {
    const shown = text.length > 60 ? `${text.slice(0, 60)}…` : text
    const unit = token.symbol ?? (BigInt(token.address) === 0n ? 'a token' : token.address)
    const { decimals } = token
    const reason = !isAmount(text)
      ? 'give a number from 0, such as 7 or 7.5'
      : decimals === null
        ? `the token ${unit} does not say how many decimals it has, so give a whole number of its smallest units`
        : `${unit} has ${decimals} ${decimals === 1 ? 'decimal' : 'decimals'}, and the amount has more`
    super(`${JSON.stringify(shown)} is no amount: ${reason}.`)
  }
}
