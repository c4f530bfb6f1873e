/** Columns and rows for contracts: the vectors that `Features.sol` is tested against too, and laws. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import fc from 'fast-check'
import { CsvError } from '../../src/data/csv-error.ts'
import { encodeExample } from '../../src/data/examples.ts'
import { ColumnsError, MISSING, packColumns, toFeatureRow } from '../../src/data/features.ts'
import { type DataSchema, parseDataSchema } from '../../src/data/schema.ts'

interface Vector {
  schema: unknown
  values: Record<string, string>
  columns: string
  row: string[]
  input: string
}

const { cases, refused } = JSON.parse(
  readFileSync(new URL('../../../../vectors/features.json', import.meta.url), 'utf8'),
) as { cases: Vector[]; refused: Vector[] }
const hex = (bytes: Uint8Array) => `0x${Buffer.from(bytes).toString('hex')}`

function schemaOf(...features: unknown[]): DataSchema {
  const label = { name: 'label', kind: 'class', classes: ['a', 'b'] }
  return parseDataSchema({ version: 1, features, label, inputZero: 128, inputScale: [1, 32] })
}

test('columns, rows and bytes ≡ vectors', () => {
  for (const { schema, values, columns, row, input } of cases) {
    const parsed = parseDataSchema(schema)
    assert.equal(hex(packColumns(parsed)), columns)
    assert.deepEqual(toFeatureRow(parsed, values)!.map(String), row)
    assert.equal(hex(encodeExample(parsed, values)), input)
  }
})

test('rows that the contract refuses are refused here', () => {
  for (const { schema, values, columns, row } of refused) {
    const parsed = parseDataSchema(schema)
    assert.equal(hex(packColumns(parsed)), columns)
    assert.deepEqual(toFeatureRow(parsed, values)!.map(String), row)
    assert.throws(() => encodeExample(parsed, values), CsvError)
  }
})

test('a row keeps every decimal of a number: its integer / 10^18 ≡ the text', () => {
  const schema = schemaOf({ name: 'x', kind: 'number', center: 0, spread: 1, missing: 'refuse' })
  fc.assert(
    fc.property(
      fc.bigInt({ min: -(10n ** 50n), max: 10n ** 50n }),
      fc.integer({ min: 0, max: 18 }),
      (digits, places) => {
        const [row] = toFeatureRow(schema, { x: `${digits}e-${places}` })!
        assert.equal(row, digits * 10n ** BigInt(18 - places))
      },
    ),
  )
  assert.equal(toFeatureRow(schema, { x: '1e-19' }), undefined)
  assert.equal(toFeatureRow(schema, { x: '1e77' }), undefined)
  assert.deepEqual(toFeatureRow(schema, { x: '-.5e1' }), [-5n * 10n ** 18n])
  assert.deepEqual(toFeatureRow(schema, {}), [MISSING])
})

test('a column of more categories than two bytes count is refused by name', () => {
  const categories = Array.from({ length: 65_536 }, (_, index) => `c${index}`)
  const schema = schemaOf({ name: 'town', kind: 'category', categories, unknown: 'zero', missing: 'zero' })
  assert.throws(() => packColumns(schema), ColumnsError)
})
