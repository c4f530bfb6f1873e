import assert from 'node:assert/strict'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describeTakenValue, findExampleFaults, findTakenValues } from '../../src/data/check-example.ts'
import { findTakenOtherwise } from '../../src/data/check-table.ts'
import { readTable } from '../../src/data/csv.ts'
import { CsvError } from '../../src/data/csv-error.ts'
import { readTableFile } from '../../src/data/csv-file.ts'
import { toFloatInputs } from '../../src/data/dataset.ts'
import { encodeExample, readCsv } from '../../src/data/examples.ts'
import { IdxError, readIdx } from '../../src/data/idx.ts'
import { inferSchema } from '../../src/data/infer-schema.ts'
import { type DataSchema, DataSchemaError, parseDataSchema, toByte } from '../../src/data/schema.ts'
import { loadTask, TaskPathError } from '../../src/tasks/tasks.ts'

const SCHEMA: DataSchema = parseDataSchema({
  version: 1,
  features: [
    { name: 'age', kind: 'number', unit: 'years', minimum: 0, maximum: 130, center: 40, spread: 10, missing: 40 },
    { name: 'colour', kind: 'category', categories: ['red', 'blue'], unknown: 'zero', missing: 'refuse' },
  ],
  label: { name: 'answer', kind: 'class', classes: ['no', 'yes'] },
  inputZero: 128,
  inputScale: [1, 32],
})

test('a CSV file becomes the bytes that the schema defines', () => {
  const dataset = readCsv('answer,age,colour\nyes,50,blue\nno,,red\nno,35,green\n', SCHEMA)
  assert.deepEqual([...dataset.inputs], [160, 128, 160, 128, 160, 128, 112, 128, 128])
  assert.deepEqual([...dataset.labels], [1, 0, 0])
  assert.deepEqual([...toFloatInputs(dataset).subarray(0, 3)], [1, 0, 1])
})

test('byte order mark, quotes, CRLF and spaces are read as people mean them', () => {
  const dataset = readCsv('\ufeff"age", colour ,answer\r\n"50","blue", yes\r\n', SCHEMA)
  assert.deepEqual([...dataset.inputs], [160, 128, 160])
})

test('what is wrong in a file is said with its name', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'tutti-readers-')), 'mine.csv')
  writeFileSync(file, 'a,b\n1,2\n"3,4\n')
  assert.throws(() => readTableFile(file), { name: 'CsvError', message: new RegExp(`^${file}, CSV line 3: `) })
})

test('what is taken otherwise than it stands is what the bytes do not tell apart', () => {
  const rows = 'yes,50,blue\nno,,red\nno,130,green\nno,0,red\n'
  assert.deepEqual(findTakenOtherwise(readTable(`answer,age,colour\n${rows}`), SCHEMA), [
    { name: 'age', of: 4, unknown: 0, missing: 1, standsFor: 40, clipped: 1 },
    { name: 'colour', of: 4, unknown: 1, missing: 0, standsFor: undefined, clipped: 0 },
  ])
  assert.deepEqual(findTakenOtherwise(readTable('answer,age,colour\nyes,50,blue\n'), SCHEMA), [])
})

test('of one example too: each value, and what becomes of it', () => {
  const said = (values: Record<string, string | number>) => findTakenValues(SCHEMA, values).map(describeTakenValue)
  assert.deepEqual(said({ age: 50, colour: 'blue' }), [])
  assert.deepEqual(said({ age: 130, colour: 'Blue' }), [
    'column "age": 130 is far from the centre; it is taken for the nearest value that an input can have',
    'column "colour": "Blue" is none of red, blue; it sets no input',
  ])
  assert.deepEqual(said({ age: 'NA', colour: 'red' }), ['column "age": "NA" marks a missing value; it is taken for 40'])
  assert.deepEqual(findTakenValues(SCHEMA, { colour: 'red' }), [
    { name: 'age', of: 1, unknown: 0, missing: 1, standsFor: 40, clipped: 0, value: '', categories: [] },
  ])
})

test('rows that are asked about are looked at whether they have a label or not', () => {
  const schema = { ...SCHEMA, label: { ...SCHEMA.label, missing: 'omit' } } as DataSchema
  const table = readTable('answer,age,colour\nyes,50,blue\n,50,green\n')
  assert.deepEqual(findTakenOtherwise(table, schema), [])
  assert.equal(findTakenOtherwise(table, schema, { isLabelled: false })[0]!.unknown, 1)
})

test('every value of an example that does not fit is found', () => {
  assert.deepEqual(findExampleFaults(SCHEMA, { age: 200 }), [
    { column: 'age', reason: '200 is above the maximum 130, which is refused' },
    { column: 'colour', reason: 'the value is missing' },
  ])
  assert.deepEqual(findExampleFaults(SCHEMA, { age: 20, colour: 'red' }), [])
})

const BAD_ROWS: [what: string, text: string, line: number, column: string][] = [
  ['a missing column', 'age,answer\n50,yes\n', 1, 'colour'],
  ['a missing label column', 'age,colour\n50,red\n', 1, 'answer'],
  ['text where a number belongs', 'age,colour,answer\n50,red,yes\nold,red,yes\n', 3, 'age'],
  ['a mark of a missing category', 'age,colour,answer\n50,NaN,yes\n', 2, 'colour'],
  ['another unit', 'age,colour,answer\n50 months,red,yes\n', 2, 'age'],
  ['Infinity', 'age,colour,answer\nInfinity,red,yes\n', 2, 'age'],
  ['a number too large to be finite', 'age,colour,answer\n1e999,red,yes\n', 2, 'age'],
  ['a value below its minimum', 'age,colour,answer\n-1,red,yes\n', 2, 'age'],
  ['a value above its maximum', 'age,colour,answer\n131,red,yes\n', 2, 'age'],
  ['a missing category', 'age,colour,answer\n50,,yes\n', 2, 'colour'],
  ['an unknown class', 'age,colour,answer\n50,red,maybe\n', 2, 'answer'],
  ['a missing label', 'age,colour,answer\n50,red,\n', 2, 'answer'],
  ['too many cells', 'age,colour,answer\n50,red,yes,1\n', 2, ''],
  ['a column named twice', 'age,age,colour,answer\n50,50,red,yes\n', 1, 'age'],
  ['no rows', 'age,colour,answer\n', 1, ''],
  ['an open quote', 'age,colour,answer\n"50,red,yes\n', 2, ''],
]

for (const [what, text, line, column] of BAD_ROWS) {
  test(`a CSV file with ${what} is refused, naming line and column`, () => {
    assert.throws(
      () => readCsv(text, SCHEMA),
      (error) => {
        assert.ok(error instanceof CsvError, String(error))
        assert.deepEqual([error.line, error.column], [line, column])
        return true
      },
    )
  })
}

test('no CSV text makes the reader throw anything but CsvError', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      try {
        readCsv(`age,colour,answer\n${text}`, SCHEMA)
      } catch (error) {
        assert.ok(error instanceof CsvError, String(error))
      }
    }),
  )
})

test('toByte(real(b)) ≡ b and bytes stay within 0 to 255', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 255 }),
      fc.integer({ min: 0, max: 255 }),
      fc.integer({ min: 1, max: 300 }),
      (byte, zero, per) => {
        assert.equal(toByte((byte - zero) / per, zero, [1, per]), byte)
      },
    ),
  )
  assert.equal(toByte(1e9, 128, [1, 32]), 255)
  assert.equal(toByte(-1e9, 128, [1, 32]), 0)
})

test('a single example is encoded as its row would be', () => {
  assert.deepEqual([...encodeExample(SCHEMA, { age: 50, colour: 'blue' })], [160, 128, 160])
  assert.throws(() => encodeExample(SCHEMA, { age: 50 }), /colour/)
})

test('labels of several classes become one bit each', () => {
  const schema = { ...SCHEMA, label: { name: 'tags', kind: 'labels', classes: ['a', 'b', 'c'] } } as DataSchema
  assert.deepEqual([...readCsv('age,colour,tags\n50,red,a;c\n50,red,\n', schema).labels], [5, 0])
})

test('labels are joined by what the schema says, and a cell that seems joined otherwise is told so', () => {
  const label: DataSchema['label'] = { name: 'tags', kind: 'labels', classes: ['a', 'b', 'c'], separator: '|' }
  const schema: DataSchema = { ...SCHEMA, label }
  assert.deepEqual([...readCsv('age,colour,tags\n50,red,a | c\n50,red,\n50,red,b\n', schema).labels], [5, 0, 2])
  assert.throws(
    () => readCsv('age,colour,tags\n50,red,a;c\n', schema),
    /none of the classes a, b, c: it seems to be several of them, joined by ";", and "\|" is the separator of the label/,
  )
  const single: DataSchema = { ...SCHEMA, label: { name: 'tags', kind: 'class', classes: ['a', 'b'] } }
  assert.throws(() => readCsv('age,colour,tags\n50,red,a|b\n', single), /kind: labels with separator: "\|"/)
  assert.throws(
    () => parseDataSchema({ ...SCHEMA, label: { ...label, classes: ['a', 'b|c'] } }),
    /no cell could name it/,
  )
})

test('a schema is inferred from the rows it may look at', () => {
  const table = readTable('x,kind,y\n1,a,no\n3,b,yes\n100,c,no\n')
  const schema = inferSchema(table, { label: 'y', rows: [0, 1] })
  assert.deepEqual(schema.features, [
    { name: 'x', kind: 'number', center: 2, spread: 1, missing: 'refuse' },
    { name: 'kind', kind: 'category', categories: ['a', 'b'], unknown: 'zero', missing: 'refuse' },
  ])
  assert.throws(() => inferSchema(table, { label: 'z' }), DataSchemaError)
})

test('a schema with a fault is refused by the name of the key', () => {
  assert.throws(() => parseDataSchema({ ...SCHEMA, version: 2 }), /version/)
  assert.throws(
    () => parseDataSchema({ ...SCHEMA, features: [SCHEMA.features[0], SCHEMA.features[0]] }),
    /features\[1\].name/,
  )
})

/** An IDX file of bytes. */
function idx(sizes: number[], bytes: number[]): Uint8Array {
  const header = new DataView(new ArrayBuffer(4 + 4 * sizes.length))
  header.setUint32(0, 0x0800 + sizes.length)
  for (const [index, size] of sizes.entries()) header.setUint32(4 + 4 * index, size)
  return Uint8Array.from([...new Uint8Array(header.buffer), ...bytes])
}

const IMAGES = idx([2, 2, 2], [0, 1, 2, 3, 4, 5, 6, 255])
const LABELS = idx([2], [7, 9])

test('IDX images and labels are read, plain or gzipped, from bytes or files', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tutti-idx-'))
  writeFileSync(join(folder, 'images.gz'), gzipSync(IMAGES))
  for (const images of [IMAGES, new Uint8Array(gzipSync(IMAGES)), join(folder, 'images.gz')]) {
    const dataset = readIdx(images, LABELS)
    assert.deepEqual([dataset.count, dataset.features], [2, 4])
    assert.deepEqual([...dataset.inputs], [0, 1, 2, 3, 4, 5, 6, 255])
    assert.deepEqual([...dataset.labels], [7, 9])
  }
})

test('every truncation of an IDX file is refused', () => {
  for (let length = 0; length < IMAGES.length; length++) {
    assert.throws(() => readIdx(IMAGES.subarray(0, length), LABELS), IdxError)
  }
  const zipped = new Uint8Array(gzipSync(IMAGES))
  assert.throws(() => readIdx(zipped.subarray(0, zipped.length - 9), LABELS), IdxError)
})

test('IDX files that are too long, of another kind, of huge sizes or of unequal counts are refused', () => {
  assert.throws(() => readIdx(Uint8Array.from([...IMAGES, 0]), LABELS), /too long/)
  assert.throws(() => readIdx(LABELS, LABELS), IdxError)
  assert.throws(() => readIdx(IMAGES, idx([3], [1, 2, 3])), /3 labels for 2 images/)
  assert.throws(() => readIdx(idx([2 ** 31, 2 ** 31, 2 ** 31], []), LABELS), /truncated/)
})

test('built-in tasks hold out 30 in 100 of every class, the same for the same seed', () => {
  const digits = loadTask('digits')
  assert.equal(digits.train.count + digits.heldOut.count, 1797)
  assert.equal(digits.heldOut.count, 539)
  assert.deepEqual(loadTask('digits').heldOut.labels, digits.heldOut.labels)
  const cancer = loadTask('breast-cancer')
  assert.equal(cancer.train.count + cancer.heldOut.count, 569)
  assert.equal(cancer.train.features, 30)
  assert.throws(() => loadTask('mnist'), TaskPathError)
})
