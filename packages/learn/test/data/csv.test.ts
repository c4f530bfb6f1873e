/** CSV as it comes: of Europe, of R and pandas, of spreadsheets; and what must not be read as something else. */
import assert from 'node:assert/strict'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { findTableFaults, findTakenOtherwise, isWhollyTakenOtherwise } from '../../src/data/check-table.ts'
import { readTable } from '../../src/data/csv.ts'
import { READING } from '../../src/data/csv-dialect.ts'
import { CsvError } from '../../src/data/csv-error.ts'
import { loadTable, readTableFile } from '../../src/data/csv-file.ts'
import { describeReading } from '../../src/data/describe-reading.ts'
import { createDetector, decodeText, EncodingError } from '../../src/data/encoding.ts'
import { readCsv, toDataset } from '../../src/data/examples.ts'
import { moments } from '../../src/data/infer-schema.ts'
import { isMissing, isMissingNumber } from '../../src/data/missing.ts'
import { findDecimal, readNumber, readQuantity } from '../../src/data/number-formats.ts'
import { createPlainLines } from '../../src/data/plain-lines.ts'
import { type DataSchema, parseDataSchema } from '../../src/data/schema.ts'
import { draftTask } from '../../src/tasks/draft-task.ts'
import { parseTaskFile } from '../../src/tasks/task-file.ts'
import { writeTaskFile } from '../../src/tasks/write-task-file.ts'

const directory = mkdtempSync(join(tmpdir(), 'tutti-csv-'))
let files = 0
/** A file of these bytes. */
function fileOf(bytes: string | Uint8Array): string {
  const path = join(directory, `${files++}.csv`)
  writeFileSync(path, bytes)
  return path
}
const rowsOf = (path: string) => {
  const table = readTableFile(path)
  return [[...table.columns], ...Array.from({ length: table.count }, (_, row) => table.row(row).cells)]
}

for (const [what, text, said] of [
  ['semicolons and decimal commas', 'a;b\n1,5;x\n2,25;y\n', ['semicolons', 'a comma is the decimal mark of "a"']],
  ['tabs', 'a\tb\n1.5\tx\n2.25\ty\n', ['tabs']],
  ['bars', 'a|b\n1.5|x\n2.25|y\n', ['bars']],
  ['the line sep=', 'sep=;\na;b\n1.5;x\n2.25;y\n', ['semicolons']],
  ['remarks above and among', '# made by hand\na,b\n1.5,x\n# and here\n2.25,y\n', ['2 lines are remarks']],
  ['a header that is a remark', '#a,b\n1.5,x\n2.25,y\n', ['the header is the line that starts with #']],
  ['row names of R', '"a","b"\n"1",1.5,"x"\n"2",2.25,"y"\n', ['the first column has no name']],
  ['row names of pandas', ',a,b\n0,1.5,x\n1,2.25,y\n', ['column 1 has no name']],
  ['a separator at the end of every line', 'a,b,\n1.5,x,\n2.25,y,\n', ['column 3 has no name']],
  ['quoted decimal commas', 'a,b\n"1,5",x\n"2,25",y\n', ['a comma is the decimal mark of "a"']],
  ['a typographic minus', 'b,a\nx,1.5\ny,2.25\n', []],
] as const) {
  test(`${what}: read and said`, () => {
    const table = readTable(text)
    assert.deepEqual([...table.columns].sort(), ['a', 'b'])
    const a = table.position('a')
    const numbers = [...table.cells(a)].map((cell) => readNumber(cell, table.decimal(a)))
    assert.deepEqual(numbers, [1.5, 2.25])
    assert.deepEqual([...table.cells(table.position('b'))], ['x', 'y'])
    const reading = describeReading(table).join('; ')
    for (const words of said) assert.ok(reading.includes(words), `${reading} says nothing of ${words}`)
    assert.equal(reading === '', said.length === 0, reading)
  })
}

test('columns are all named where they are few, and never is one alone left over', () => {
  const said = (count: number) => {
    const names = Array.from({ length: count }, (_, column) => `c${column}`)
    const rows = ['1,5', '2,25'].map((cell) => names.map(() => cell).join(';'))
    return describeReading(readTable(`${names.join(';')}\n${rows.join('\n')}\n`)).join('; ')
  }
  assert.match(said(4), /decimal mark of "c0", "c1", "c2", "c3"$/)
  assert.match(said(6), /"c4", "c5"$/)
  assert.match(said(7), /"c3", "c4" and 2 more columns$/)
})

test('a row that is one cell too long is no row name', () => {
  for (const text of ['a,b\n1.5,x\n2.5,y,z\n', 'a,b\n1.5,x,z\n2.5,y,z\n', 'a,b\n7,x,1\n']) {
    assert.throws(() => readTable(text), { name: 'CsvError', message: /cells for 2 columns/ })
  }
})

for (const [cell, decimal, value, unit] of [
  ['1.5', '.', 1.5, ''],
  ['1,5', '.', Number.NaN, ''],
  ['1,5', ',', 1.5, ''],
  ['1.5', ',', Number.NaN, ''],
  ['1,234', '.', 1234, ''],
  ['1,234', ',', 1.234, ''],
  ['1.234', ',', 1234, ''],
  ['0,234', '.', Number.NaN, ''],
  ['1.234.567,5', ',', 1_234_567.5, ''],
  ['1,234,567.5', '.', 1_234_567.5, ''],
  ['12,34,567', '.', 1_234_567, ''],
  ['1 234,5', ',', 1234.5, ''],
  ['1\u00a0234\u202f567', '.', 1_234_567, ''],
  ["1'234.5", '.', 1234.5, ''],
  ['1’234.5', '.', 1234.5, ''],
  ['12 34', '.', Number.NaN, ''],
  ['1,23', '.', Number.NaN, ''],
  ['\u22125', '.', -5, ''],
  ['\u22121.234,5', ',', -1234.5, ''],
  ['+3', '.', 3, ''],
  ['.5', '.', 0.5, ''],
  [',5', ',', 0.5, ''],
  ['1.5e3', '.', 1500, ''],
  ['1,5E-3', ',', 0.0015, ''],
  ['45 %', '.', 45, '%'],
  ['45%', '.', 45, '%'],
  ['5.3 mg/dL', '.', 5.3, 'mg/dL'],
  ['5,3 mg/dL', ',', 5.3, 'mg/dL'],
  ['37°C', '.', 37, '°C'],
  ['€ 1.234,50', ',', 1234.5, '€'],
  ['$1,234.50', '.', 1234.5, '$'],
  ['1.2.3', '.', Number.NaN, ''],
  ['2024-01-05', '.', Number.NaN, ''],
  ['NaN', '.', Number.NaN, ''],
  ['Infinity', '.', Number.NaN, ''],
  ['1e999', '.', Number.NaN, ''],
  ['', '.', Number.NaN, ''],
  ['kg', '.', Number.NaN, ''],
] as const) {
  test(`"${cell}" with the decimal mark ${decimal} is ${value} ${unit}`, () => {
    assert.deepEqual(readQuantity(cell, decimal), { value, unit })
  })
}

test('a number written in any of the ways is read as that number, and never as another', () => {
  const value = fc.tuple(fc.integer({ min: 0, max: 10 ** 9 }), fc.integer({ min: 0, max: 999 }), fc.boolean())
  const ways = fc.constantFrom<[decimal: '.' | ',', group: string]>(
    ['.', ''],
    ['.', ','],
    ['.', ' '],
    ['.', "'"],
    [',', ''],
    [',', '.'],
    [',', '\u00a0'],
  )
  fc.assert(
    fc.property(value, ways, ([whole, part, isNegative], [decimal, group]) => {
      const grouped = String(whole).replace(/\B(?=(\d{3})+(?!\d))/g, group)
      const text = `${isNegative ? '\u2212' : ''}${grouped}${decimal}${String(part).padStart(3, '0')}`
      const expected = (isNegative ? -1 : 1) * Number(`${whole}.${String(part).padStart(3, '0')}`)
      assert.equal(readNumber(text, decimal), expected, text)
      const mark = findDecimal(text)
      assert.ok(mark === decimal || mark === 'either', `${text}: ${mark}`)
    }),
  )
})

test('where a column leaves its mark open, other columns decide, then the schema, then the separator; and it is said', () => {
  const decimalOf = (text: string, decimal?: '.' | ',') => readTable(text, { decimal }).decimal(0)
  assert.equal(decimalOf('a;b\n1.234;0,5\n2.345;1,5\n'), ',')
  assert.equal(decimalOf('a;b\n1.234;0.5\n2.345;1.5\n'), '.')
  assert.equal(decimalOf('a;b\n1.234;x\n2.345;y\n'), ',')
  assert.equal(decimalOf('a;b\n1.234;x\n2.345;y\n', '.'), '.')
  assert.equal(decimalOf('a\tb\n1.234\tx\n2.345\ty\n'), '.')
  assert.equal(decimalOf('a,b\n1.234,x\n2.345,y\n'), '.')
  assert.match(
    describeReading(readTable('a;b\n1.234;x\n2.345;y\n')).join('; '),
    /"a" leaves open what its mark means: "2\.345" is read as a whole number of thousands/,
  )
})

test('a column of both marks is not read as either where it cannot be', () => {
  const table = readTable('a;y\n1,5;p\n2.5;q\n3,5;p\n')
  const schema = parseDataSchema({
    version: 1,
    features: [{ name: 'a', kind: 'number', center: 0, spread: 1, missing: 'refuse' }],
    label: { name: 'y', kind: 'class', classes: ['p', 'q'] },
    inputZero: 128,
    inputScale: [1, 32],
  })
  assert.deepEqual(
    findTableFaults(table, schema).map(({ line, kind }) => [line, kind]),
    [[3, 'number']],
  )
})

const UMLAUTS = 'stadt,y\nKöln,Bär\nMünster,Straße\nFüssen,Bär\n'
const toLatin = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0))
for (const [encoding, bytes] of [
  ['utf-8', Buffer.from(UMLAUTS)],
  ['utf-8', Buffer.from(`\ufeff${UMLAUTS}`)],
  ['utf-16le', Buffer.from(`\ufeff${UMLAUTS}`, 'utf16le')],
  ['utf-16le', Buffer.from(UMLAUTS, 'utf16le')],
  ['utf-16be', Buffer.from(`\ufeff${UMLAUTS}`, 'utf16le').swap16()],
  ['windows-1252', toLatin(UMLAUTS)],
] as const) {
  test(`${encoding} of ${bytes.length} bytes is read to the letter, at once and in parts`, async () => {
    const file = fileOf(bytes)
    assert.deepEqual(rowsOf(file), rowsOf(fileOf(UMLAUTS)))
    const loaded = await loadTable(file)
    assert.equal(loaded.reading.encoding, encoding)
    assert.deepEqual(loaded.row(1).cells, ['Münster', 'Straße'])
    for (const size of [1, 2, 3, 7]) {
      const detector = createDetector()
      if (encoding.startsWith('utf-16') && size < 4) continue
      for (let start = 0; start < bytes.length; start += size) detector.add(bytes.slice(start, start + size))
      assert.equal(detector.finish(), encoding)
    }
  })
}

for (const [what, bytes, line] of [
  ['Polish of Windows-1250', [...Buffer.from('y\n'), ...toLatin('Wroc\u00b3aw\n')], 2],
  ['Russian of Windows-1251', [...Buffer.from('y\na\n'), ...toLatin('\u00cc\u00ee\u00f1\u00ea\u00e2\u00e0\n')], 3],
  ['German of code page 850', [...Buffer.from('y\na\nb\n'), ...toLatin('B\u0084r\n')], 4],
  ['Japanese of Shift-JIS', [...Buffer.from('y\n'), 0x93, 0xfa, 0x96, 0x7b, 0x8c, 0xea, 0x0a], 2],
  ['a UTF-8 character cut in half', [...Buffer.from('y\nB'), 0xc3], 2],
] as const) {
  test(`${what} is refused by line and byte, and nothing is replaced`, async () => {
    const whole = Uint8Array.from(bytes)
    if (what.startsWith('a UTF-8')) {
      // Half a character reads as a letter of Windows-1252: no byte is lost, and the encoding is said.
      assert.equal(decodeText(whole).encoding, 'windows-1252')
      return
    }
    assert.throws(() => decodeText(whole), EncodingError)
    const file = fileOf(whole)
    for (const read of [() => readTableFile(file), () => loadTable(file)]) {
      await assert.rejects(async () => read(), { name: 'CsvError', line, message: /is not UTF-8.*Windows-1252/ })
    }
  })
}

test('reading in parts gives what reading at once gives, and the same refusals', async () => {
  const cell = fc.oneof(
    fc.constantFrom('', 'NA', '1.5', '1,5', 'Köln', 'Ko\u0308ln', '#x', 'a"b', '"', ' x ', 'x;y'),
    fc.string({ maxLength: 4 }),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(cell, { minLength: 1, maxLength: 4 }), { maxLength: 6 }), async (rows) => {
      const text = `a,b,c\n${rows.map((row) => row.join(',')).join('\n')}\n`
      const file = fileOf(text)
      const outcome = async (read: () => ReturnType<typeof readTable> | Promise<ReturnType<typeof readTable>>) => {
        try {
          const table = await read()
          return [table.columns, Array.from({ length: table.count }, (_, row) => table.row(row)), table.reading]
        } catch (error) {
          assert.ok(error instanceof CsvError, String(error))
          return [error.line, error.column, error.reason]
        }
      }
      assert.deepEqual(await outcome(() => loadTable(file)), await outcome(() => readTableFile(file)))
    }),
    { numRuns: 60 },
  )
})

test('text without quotation marks is split as the CSV reader splits it, in parts of any size', () => {
  const cell = fc.oneof(
    fc.constantFrom('', ' ', '\t', 'a', ' b ', '#', '#c', ' #', '\u00a0#', '\u00a0', '\f'),
    fc.string({ maxLength: 3 }),
  )
  const text = fc
    .array(fc.tuple(fc.array(cell, { minLength: 1, maxLength: 4 }), fc.constantFrom('\n', '\r\n', '\r', '\n\n')))
    .map((rows) =>
      rows
        .map(([cells, end]) => cells.join(';') + end)
        .join('')
        .replaceAll('"', ''),
    )
  fc.assert(
    fc.property(text, fc.boolean(), fc.integer({ min: 1, max: 9 }), (whole, hasRemarks, size) => {
      const expected: [string[], number][] = []
      parse(whole, {
        ...READING,
        ...(hasRemarks ? { comment: '#', comment_no_infix: true } : {}),
        delimiter: ';',
        on_record: (cells: string[], { lines }: { lines: number }) => {
          expected.push([cells.map((each) => each.trim()), lines])
          return null
        },
      })
      const found: [string[], number][] = []
      const plain = createPlainLines({ delimiter: ';', hasRemarks }, 0, (cells, line) =>
        found.push([cells.map((each) => each.trim()), line]),
      )
      for (let start = 0; start < whole.length; start += size) assert.ok(plain.add(whole.slice(start, start + size)))
      plain.finish()
      assert.deepEqual(found, expected)
    }),
    { numRuns: 500 },
  )
})

test('a line of sixteen million characters is no row, quoted or not, in parts or at once', async () => {
  const long = 'x'.repeat((1 << 24) + 1)
  for (const text of [`a,b\n1,${long}`, `a,b\n1,"${long}`]) {
    const file = fileOf(text)
    for (const read of [() => readTable(text), () => readTableFile(file), () => loadTable(file)]) {
      await assert.rejects(async () => read(), { name: 'CsvError', message: /more than|Max Record Size/ })
    }
  }
})

test('a table of many blocks keeps every cell in its place', () => {
  const count = 10_000
  const text = `a,b,c\n${Array.from({ length: count }, (_, row) => `${row},,x${row % 7}`).join('\n')}\n`
  const table = readTable(text)
  assert.equal(table.count, count)
  for (let row = 0; row < count; row++) {
    assert.deepEqual(table.row(row), { line: row + 2, cells: [String(row), '', `x${row % 7}`] })
  }
  assert.deepEqual(table.select([9_999, 0]).row(0), { line: 10_001, cells: ['9999', '', `x${9_999 % 7}`] })
})

test('marks of missing values are told from words', () => {
  for (const mark of ['', 'NA', 'na', 'N/A', 'NaN', 'nan', 'NULL', 'null', '?', '<NA>', '#N/A', '\\N']) {
    assert.ok(isMissing(mark), mark)
  }
  for (const word of ['none', 'Nancy', '-', '.', '0', 'no', 'unknown']) assert.ok(!isMissing(word), word)
  for (const mark of ['-', '.', 'None', 'unknown', '#DIV/0!']) assert.ok(isMissingNumber(mark), mark)
})

const SCHEMA: DataSchema = parseDataSchema({
  version: 1,
  features: [
    { name: 'weight', kind: 'number', unit: 'kg', center: 70, spread: 10, missing: 70 },
    { name: 'stadt', kind: 'category', categories: ['Köln', 'Ost'], unknown: 'zero', missing: 'zero' },
  ],
  label: { name: 'y', kind: 'class', classes: ['no', 'yes'], missing: 'omit' },
  inputZero: 128,
  inputScale: [1, 32],
})

test('the same rows in any dialect are the same examples', () => {
  const plain = readCsv('weight,stadt,y\n80.5,Köln,yes\n,Ost,no\n60,,yes\n', SCHEMA)
  for (const text of [
    'weight;stadt;y\n80,5;Köln;yes\nNA;Ost;no\n60;NA;yes\n',
    'weight\tstadt\ty\n80,5 kg\tKo\u0308ln\tyes\nNaN\tOst\tno\n60 kg\tNULL\tyes\n',
    '# R\nstadt;y;weight\nKöln;yes;80,5\nOst;no;?\nNA;yes;60\nKöln;NA;70\n',
  ]) {
    const dataset = readCsv(text, SCHEMA)
    assert.deepEqual([...dataset.inputs], [...plain.inputs], text)
    assert.deepEqual([...dataset.labels], [...plain.labels], text)
  }
})

test('a mark that is listed as a category or class is one', () => {
  const schema = parseDataSchema({
    ...SCHEMA,
    features: [{ ...SCHEMA.features[1]!, categories: ['NA', 'EU'] }],
    label: { name: 'y', kind: 'class', classes: ['NA', 'EU'], missing: 'omit' },
  })
  const dataset = readCsv('stadt,y\nNA,NA\nEU,EU\n', schema)
  assert.equal(dataset.count, 2)
  assert.deepEqual([...dataset.inputs], [160, 128, 128, 160])
})

test('another unit is refused by name, and counted', () => {
  const table = readTable('weight,stadt,y\n80 kg,Ost,no\n80000 g,Ost,no\n70000 g,Ost,no\n')
  const [fault, ...others] = findTableFaults(table, SCHEMA)
  assert.deepEqual(others, [])
  assert.deepEqual([fault!.column, fault!.kind, fault!.count, fault!.of, fault!.line], ['weight', 'unit', 2, 3, 3])
  assert.match(fault!.reason, /"80000 g" has the unit g, and the schema counts kg/)
})

test('names of the other normal form are known, and a column of unknown texts is wholly taken otherwise', () => {
  assert.deepEqual(findTakenOtherwise(readTable('weight,stadt,y\n70,Ko\u0308ln,no\n71,Ko\u0308ln,no\n'), SCHEMA), [])
  const [taken] = findTakenOtherwise(readTable('weight,stadt,y\n70,Bonn,no\n71,Jena,no\n'), SCHEMA)
  assert.deepEqual(taken, { name: 'stadt', of: 2, unknown: 2, missing: 0, standsFor: undefined, clipped: 0 })
  assert.ok(isWhollyTakenOtherwise(taken!))
  const [fault] = findTableFaults(readTable('Weight ,stadt,y\n70,Ost,no\n'), SCHEMA)
  assert.match(fault!.reason, /the column is missing; the file has "Weight"/)
})

test('values far from zero and close together keep their order', () => {
  const rows = Array.from({ length: 60 }, (_, i) => `${1_700_004_500_000 + 1_000 * i},${i % 2}`)
  const table = readTable(`t,y\n${rows.join('\n')}\n`)
  const { task } = draftTask(table, { label: 'y', name: 'x' })
  assert.deepEqual(findTableFaults(table, task.data), [])
  assert.deepEqual(findTakenOtherwise(table, task.data), [])
  const { inputs } = toDataset(table, task.data)
  for (let row = 1; row < 60; row++) assert.ok(inputs[row]! > inputs[row - 1]!, String(row))
  fc.assert(
    fc.property(
      fc.double({ min: -1e9, max: 1e9, noNaN: true }),
      fc.double({ min: 1e-3, max: 1e3, noNaN: true }),
      (offset, width) => {
        const values = Array.from({ length: 9 }, (_, i) => offset + width * i)
        const { center, spread } = moments(values)
        const bytes = values.map((value) => Math.round((32 * (value - center)) / spread))
        for (let i = 1; i < 9; i++) assert.ok(bytes[i]! > bytes[i - 1]!, `${offset} ${width}`)
      },
    ),
  )
})

test('a number to predict that is far from zero keeps its parts', () => {
  const rows = Array.from({ length: 60 }, (_, i) => `${i},${1_700_004_500_000 + 1_000 * i}`)
  const table = readTable(`x,t\n${rows.join('\n')}\n`)
  const { task } = draftTask(table, { label: 't', name: 'x' })
  const { labels } = toDataset(table, task.data)
  assert.equal(labels[1]! - labels[0]!, 1_000)
})

test('a draft of a European file says its dialect, its units and its gaps, and reads back', () => {
  const rows = Array.from(
    { length: 60 },
    (_, i) => `${50 + (i % 30)},${i % 10} kg;${i % 7 === 0 ? 'NA' : `${i % 4} %`};${i % 2 ? 'ja' : 'nein'}`,
  )
  rows[5] = '51,5 kg;2 %;NA'
  const table = readTableFile(fileOf(toLatin(`größe;anteil;antwort\n${rows.join('\n')}\n`)))
  const draft = draftTask(table, { label: 'antwort', name: 'x' })
  const { data } = draft.task
  assert.deepEqual(data.csv, { delimiter: ';', decimal: ',', encoding: 'windows-1252' })
  assert.deepEqual(
    data.features.map((feature) => (feature.kind === 'number' ? feature.unit : undefined)),
    ['kg', '%'],
  )
  assert.deepEqual(data.label, { name: 'antwort', kind: 'class', classes: ['ja', 'nein'], missing: 'omit' })
  assert.match(
    draft.advice.join('\n'),
    /Label "antwort": 1 of 60 cells are empty or mark a missing value, such as "NA", .*line 7/,
  )
  assert.match(draft.observations.get('anteil')!, /9 of 60 cells are "NA", taken for missing/)
  assert.equal(toDataset(table, data).count, 59)
  assert.deepEqual(parseTaskFile(writeTaskFile(draft, 'x')), draft.task)
})

test('numbers of several units are texts, and that is said', () => {
  const rows = Array.from({ length: 60 }, (_, i) => `${i} ${i % 2 ? 'kg' : 'g'},${i},${i % 2}`)
  const { omitted, advice, task } = draftTask(readTable(`w,x,y\n${rows.join('\n')}\n`), { label: 'y', name: 'x' })
  const feature = task.data.features.find(({ name }) => name === 'w')
  assert.ok(feature?.kind === 'category' || omitted.some(({ name }) => name === 'w'))
  assert.match(advice.join('\n'), /"w": its numbers have different units \("g", "kg"\)/)
})
