/**
 * Writes `features.json`: rows as the bytes that a model takes. Fractions of BigInt, rounded to 53 bits after every step
 * as IEEE 754 says, by neither twin; the hash of `generate.ts` is the source of numbers.
 *
 *   node --import tsx vectors/generate-features.ts
 */
import { writeFileSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { keccak_256 } from '@noble/hashes/sha3.js'

/** `top / bottom`, bottom above zero. */
type Fraction = readonly [top: bigint, bottom: bigint]
type NumberColumn = { name: string; kind: 'number'; center: string; spread: string; missing: string; minimum?: string; maximum?: string }
type CategoryColumn = { name: string; kind: 'category'; categories: string[]; unknown: string; missing: string }
type Schema = { columns: (NumberColumn | CategoryColumn)[]; inputZero: number; inputScale: readonly [number, number] }

let drawn = 0
const below = (bound: number): number => {
  let value = 0n
  for (const byte of keccak_256(new TextEncoder().encode(`features ${drawn++}`))) value = value * 256n + BigInt(byte)
  return Number(value % BigInt(bound))
}

const power = (exponent: number): Fraction => (exponent < 0 ? [1n, 2n ** BigInt(-exponent)] : [2n ** BigInt(exponent), 1n])
const times = (a: Fraction, b: Fraction): Fraction => [a[0] * b[0], a[1] * b[1]]
const minus = (a: Fraction, b: Fraction): Fraction => [a[0] * b[1] - b[0] * a[1], a[1] * b[1]]
const over = (a: Fraction, b: Fraction): Fraction => (b[0] < 0n ? [-a[0] * b[1], -a[1] * b[0]] : [a[0] * b[1], a[1] * b[0]])
const isBelow = (a: Fraction, b: Fraction): boolean => a[0] * b[1] < b[0] * a[1]

/** Exponent of the last of 53 bits, and those bits rounded to nearest, ties to even. */
const toBits53 = ([top, bottom]: Fraction): { bits: bigint; exponent: number } => {
  if (top < 0n) {
    const { bits, exponent } = toBits53([-top, bottom])
    return { bits: -bits, exponent }
  }
  if (top === 0n) return { bits: 0n, exponent: 0 }
  let exponent = 0
  const scaled = () => times([top, bottom], power(-exponent))
  while (!isBelow(scaled(), [2n ** 53n, 1n])) exponent++
  while (isBelow(scaled(), [2n ** 52n, 1n])) exponent--
  const [n, d] = scaled()
  const [whole, rest] = [n / d, n % d]
  const isUp = 2n * rest > d || (2n * rest === d && whole % 2n === 1n)
  return { bits: whole + (isUp ? 1n : 0n), exponent }
}

const round = (value: Fraction): Fraction => {
  const { bits, exponent } = toBits53(value)
  return times([bits, 1n], power(exponent))
}

/** A decimal text as a fraction. */
const parse = (text: string): Fraction => {
  const isNegative = text.startsWith('-')
  const [whole, fraction = ''] = text.replace('-', '').split('.')
  const digits = BigInt(`${whole}${fraction}`)
  return [isNegative ? -digits : digits, 10n ** BigInt(fraction.length)]
}

const toByte = (real: Fraction, { inputZero, inputScale }: Schema): number => {
  const scaled = round(over(round(times(real, [BigInt(inputScale[1]), 1n])), [BigInt(inputScale[0]), 1n]))
  const [top, bottom] = round(minus(scaled, [-1n, 2n]))
  let floor = top / bottom
  if (floor * bottom > top) floor -= 1n
  const byte = floor + BigInt(inputZero)
  return byte < 0n ? 0 : byte > 255n ? 255 : Number(byte)
}

/** The 64 bits of the double nearest to a decimal. */
const doubleOf = (text: string): number[] => {
  const value = parse(text)
  let { bits, exponent } = toBits53(value)
  const sign = bits < 0n ? 1n : 0n
  if (bits < 0n) bits = -bits
  if (bits === 2n ** 53n) [bits, exponent] = [2n ** 52n, exponent + 1]
  const word = bits === 0n ? 0n : sign * 2n ** 63n + BigInt(exponent + 1075) * 2n ** 52n + (bits - 2n ** 52n)
  return bigEndian(word, 8)
}

const bigEndian = (value: bigint, size: number): number[] =>
  Array.from({ length: size }, (_, i) => Number((value / 256n ** BigInt(size - 1 - i)) % 256n))
const hex = (bytes: readonly number[]): string => `0x${bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('')}`

const pack = ({ columns, inputZero, inputScale }: Schema): number[] => [
  1,
  inputZero,
  ...bigEndian(BigInt(inputScale[0]), 8),
  ...bigEndian(BigInt(inputScale[1]), 8),
  ...columns.flatMap((column) => {
    if (column.kind === 'category') {
      const flags = 1 + (column.missing === 'zero' ? 2 : 0) + (column.unknown === 'zero' ? 4 : 0)
      return [flags, ...bigEndian(BigInt(column.categories.length), 2)]
    }
    const { minimum, maximum, missing } = column
    const flags = (missing === 'refuse' ? 0 : 2) + (minimum === undefined ? 0 : 4) + (maximum === undefined ? 0 : 8)
    const rest = [missing === 'refuse' ? [] : [missing], minimum ?? [], maximum ?? []].flat()
    return [flags, ...[column.center, column.spread, ...rest].flatMap(doubleOf)]
  }),
]

const encode = (schema: Schema, values: readonly string[]): number[] =>
  schema.columns.flatMap((column, index) => {
    const value = values[index]!
    if (column.kind === 'category') {
      return column.categories.map((name) => toByte([name === value ? 1n : 0n, 1n], schema))
    }
    const real = minus(round(parse(value === '' ? column.missing : value)), round(parse(column.center)))
    return [toByte(round(over(round(real), round(parse(column.spread)))), schema)]
  })

/** The row as the contract takes it. */
const rowOf = (schema: Schema, values: readonly string[]): string[] =>
  schema.columns.map((column, index) => {
    const value = values[index]!
    if (value === '') return String(-(2n ** 255n))
    if (column.kind === 'category') {
      const place = column.categories.indexOf(value)
      return String(place < 0 ? column.categories.length : place)
    }
    const [top, bottom] = parse(value)
    return String((top * 10n ** 18n) / bottom)
  })

/** A decimal of `digits` digits, `fraction` of them behind the point. */
const decimal = (digits: number, fraction: number, isSigned: boolean): string => {
  const text = Array.from({ length: digits }, () => below(10)).join('').padStart(fraction + 1, '0')
  const whole = text.slice(0, text.length - fraction).replace(/^0+(?=\d)/, '')
  const magnitude = fraction === 0 ? whole : `${whole}.${text.slice(text.length - fraction)}`
  return isSigned && below(2) === 1 && /[1-9]/.test(magnitude) ? `-${magnitude}` : magnitude
}

const column = (name: string): NumberColumn | CategoryColumn => {
  if (below(4) === 0) {
    const categories = Array.from({ length: 1 + below(4) }, (_, i) => `c${i}`)
    return { name, kind: 'category', categories, unknown: 'zero', missing: 'zero' }
  }
  const spread = `${below(50)}.${decimal(1 + below(6), 0, false).replace(/0*$/, '')}1`
  const missing = below(2) === 0 ? 'refuse' : decimal(3, 2, true)
  return { name, kind: 'number', center: decimal(1 + below(12), below(4), true), spread, missing }
}

const value = (schema: Schema, index: number): string => {
  const of = schema.columns[index]!
  if (of.missing !== 'refuse' && below(6) === 0) return ''
  if (of.kind === 'category') return below(5) === 0 ? 'none of them' : of.categories[below(of.categories.length)]!
  if (below(3) === 0) return decimal(1 + below(25), below(18), true)
  // A value close to where one byte gives way to the next: center + (k + ½) · scale · spread, as exactly as 18 decimals say.
  const { inputScale } = schema
  const step = times([BigInt(2 * (below(300) - 150) + 1), 2n], [BigInt(inputScale[0]), BigInt(inputScale[1])])
  const [top, bottom] = minus(times(step, parse(of.spread)), [-parse(of.center)[0], parse(of.center)[1]])
  const units = (top * 10n ** 18n) / bottom + BigInt(below(3) - 1)
  const text = String(units < 0n ? -units : units).padStart(19, '0')
  return `${units < 0n ? '-' : ''}${text.slice(0, -18)}.${text.slice(-18)}`
}

const scales = [[1, 32], [1, 255], [1, 1], [3, 7], [12345, 1000003], [1, 100]] as const

/** A schema as the manifest has it: numbers, not texts. */
const toDocument = ({ columns, inputZero, inputScale }: Schema) => ({
  version: 1,
  features: columns.map((entry) => {
    if (entry.kind === 'category') return entry
    const { minimum, maximum, missing } = entry
    return {
      ...entry,
      center: Number(entry.center),
      spread: Number(entry.spread),
      missing: missing === 'refuse' ? missing : Number(missing),
      ...(minimum === undefined ? {} : { minimum: Number(minimum) }),
      ...(maximum === undefined ? {} : { maximum: Number(maximum) }),
    }
  }),
  label: { name: 'label', kind: 'class', classes: ['a', 'b'] },
  inputZero,
  inputScale,
})

const toCase = (schema: Schema, values: readonly string[]) => ({
  schema: toDocument(schema),
  values: Object.fromEntries(schema.columns.map(({ name }, index) => [name, values[index]])),
  columns: hex(pack(schema)),
  row: rowOf(schema, values),
})

/** The text of `features.json`. */
export function featureVectors(): Record<string, string> {
  drawn = 0
  const cases = Array.from({ length: 60 }, (_, index) => {
    const columns = Array.from({ length: 1 + below(6) }, (_, place) => column(`x${place}`))
    const schema: Schema = { columns, inputZero: index % 2 === 0 ? 128 : below(256), inputScale: scales[index % scales.length]! }
    const values = columns.map((_, place) => value(schema, place))
    return { ...toCase(schema, values), input: hex(encode(schema, values)) }
  })
  const number: NumberColumn = { name: 'x', kind: 'number', center: '0.1', spread: '0.3', missing: 'refuse', minimum: '-1.5', maximum: '2.7' }
  const category: CategoryColumn = { name: 'y', kind: 'category', categories: ['a', 'b', 'c'], unknown: 'refuse', missing: 'refuse' }
  const strict: Schema = { columns: [number, category], inputZero: 128, inputScale: [1, 32] }
  for (const values of [['-1.5', 'a'], ['2.7', 'c']]) {
    cases.push({ ...toCase(strict, values), input: hex(encode(strict, values)) })
  }
  const refused = ([
    [['', 'a'], 'ValueMissing'],
    [['0', ''], 'ValueMissing'],
    [['0', 'd'], 'UnknownCategory'],
    [['-1.500000000000001', 'a'], 'ValueOutOfRange'],
    [['2.700000000000001', 'a'], 'ValueOutOfRange'],
  ] as const).map(([values, error]) => ({ ...toCase(strict, values), error }))
  const list = (entries: readonly unknown[]) => entries.map((entry) => `    ${JSON.stringify(entry)}`).join(',\n')
  const counts = `  "count": ${cases.length},\n  "refusedCount": ${refused.length},\n`
  return { 'features.json': `{\n${counts}  "cases": [\n${list(cases)}\n  ],\n  "refused": [\n${list(refused)}\n  ]\n}\n` }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  for (const [name, text] of Object.entries(featureVectors())) {
    writeFileSync(fileURLToPath(new URL(name, import.meta.url)), text)
  }
}
