/**
 * A data schema for contracts: the columns as `Features.sol` reads them, and a row as the values it takes. What the
 * library makes of them is, byte for byte, what `encodeExample` makes of the row.
 *
 * @example
 * ```ts
 * import { packColumns, toFeatureRow } from '@tutti/learn'
 *
 * packColumns(schema).length // → 216
 * const row = toFeatureRow(schema, { a: 0, b: 1.5, c: 0, d: 0, e: 0, f: 0 })
 * row?.[1] // → 1_500_000_000_000_000_000n
 * ```
 */
import { isMissing, isMissingNumber } from './missing.ts'
import { readQuantity } from './number-formats.ts'
import type { DataSchema, Feature } from './schema.ts'

const VERSION = 1
const flags = { isCategory: 1, mayMiss: 2, mayBeUnknown: 4, hasMinimum: 4, hasMaximum: 8 }
const DECIMALS = 18

/** What stands in a row of `Features.sol` for a value that is not there: the least int256. */
export const MISSING = -(1n << 255n)

/**
 * The columns of a schema as `Features.sol` takes them; the file says the layout.
 *
 * @returns 18 bytes, then 17 to 41 a number and 3 a category.
 * @throws {@link ColumnsError} where a column has more categories than the layout holds.
 */
export function packColumns({ features, inputZero, inputScale }: DataSchema): Uint8Array {
  const head = [
    ...bigEndian(VERSION, 1),
    ...bigEndian(inputZero, 1),
    ...inputScale.flatMap((part) => bigEndian(part, 8)),
  ]
  return Uint8Array.from([...head, ...features.flatMap(packColumn)])
}

function packColumn(feature: Feature): number[] {
  const mayMiss = feature.missing === 'refuse' ? 0 : flags.mayMiss
  if (feature.kind === 'category') {
    const { length } = feature.categories
    if (length > 0xffff) throw new ColumnsError(feature.name, `it has ${length} categories; 65535 are the most`)
    const mayBeUnknown = feature.unknown === 'refuse' ? 0 : flags.mayBeUnknown
    return [flags.isCategory | mayMiss | mayBeUnknown, ...bigEndian(length, 2)]
  }
  const { center, spread, missing, minimum, maximum } = feature
  const hasMinimum = minimum === undefined ? 0 : flags.hasMinimum
  const hasMaximum = maximum === undefined ? 0 : flags.hasMaximum
  const numbers = [center, spread, missing, minimum, maximum].filter((value) => typeof value === 'number')
  return [mayMiss | hasMinimum | hasMaximum, ...numbers.flatMap(toDouble)]
}

function bigEndian(value: number, size: number): number[] {
  return Array.from({ length: size }, (_, place) => Math.floor(value / 256 ** (size - 1 - place)) % 256)
}

/** The 8 bytes of a double. */
function toDouble(value: number): number[] {
  const view = new DataView(new ArrayBuffer(8))
  view.setFloat64(0, value)
  return [...new Uint8Array(view.buffer)]
}

/**
 * A row as `Features.sol` takes it: a number with 18 decimals, a category as its place in the schema's list, the number
 * of categories for one that is not listed, {@link MISSING} for none.
 *
 * @param values - As of `encodeExample`, which says what is wrong with them; call it first.
 * @returns One integer a column; undefined where a number has more than 18 decimals, or does not fit an int256 with them.
 */
export function toFeatureRow(schema: DataSchema, values: Record<string, string | number>): bigint[] | undefined {
  const row: bigint[] = []
  for (const feature of schema.features) {
    const cell = String(values[feature.name] ?? '')
      .trim()
      .normalize('NFC')
    const value = feature.kind === 'number' ? toNumber(cell) : placeOf(feature.categories, cell)
    if (value === undefined) return undefined
    row.push(value)
  }
  return row
}

function toNumber(cell: string): bigint | undefined {
  if (isMissingNumber(cell)) return MISSING
  const { value } = readQuantity(cell)
  return Number.isNaN(value) ? undefined : toFixedPoint(/^[+-]?[\d.]+(e[+-]?\d+)?$/i.test(cell) ? cell : String(value))
}

function placeOf(categories: readonly string[], cell: string): bigint {
  const place = categories.findIndex((name) => name.normalize('NFC') === cell)
  if (place < 0 && isMissing(cell)) return MISSING
  return BigInt(place < 0 ? categories.length : place)
}

/** A decimal number times 10^18, exactly. */
function toFixedPoint(text: string): bigint | undefined {
  const [mantissa = '', exponent = '0'] = text.toLowerCase().split('e')
  const [whole = '', fraction = ''] = mantissa.split('.')
  const shift = Number(exponent) + DECIMALS - fraction.length
  if (shift > 77 || shift < -1_000) return undefined
  const digits = BigInt(`${whole}${fraction}`.replace(/^[+-]+/, '') || '0')
  const divisor = 10n ** BigInt(Math.max(-shift, 0))
  if (digits % divisor !== 0n) return undefined
  const magnitude = (digits * 10n ** BigInt(Math.max(shift, 0))) / divisor
  if (magnitude >= 1n << 255n) return undefined
  return whole.startsWith('-') ? -magnitude : magnitude
}

/** A schema has a column that a contract cannot be told of. */
export class ColumnsError extends Error {
  override name = 'ColumnsError'
  readonly column: string
  constructor(column: string, reason: string) {
    super(`Column "${column}" does not fit the columns of Features.sol: ${reason}. Encode rows off the chain.`)
    this.column = column
  }
}
