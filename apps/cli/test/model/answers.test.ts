/** Answers in the words of a manifest, in memory: order of names, and what a spreadsheet would run. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Dataset, type Manifest, mlp } from '@tutti/learn'
import { csvTemplate } from '../../src/data/column-lines.ts'
import { answerHeader, answerRow, formatAnswer, nameAnswers, toCellText } from '../../src/model/answers.ts'
import { PLAIN_CSV, schemaForm, toCsvBytes, toCsvLine } from '../../src/terminal/csv-writing.ts'

/** A manifest as far as answers look at it. */
function manifestOf(name: string, classes: string[]): Manifest {
  const label = { name, kind: 'class', classes } as const
  return { model: mlp([1, classes.length], 'softmax'), data: { label, features: [] } } as unknown as Manifest
}

const dataset: Dataset = {
  count: 1,
  features: 1,
  inputs: new Uint8Array(1),
  labels: new Int32Array(1),
  inputZero: 0,
  inputScale: [1, 1],
  labelCenter: 0,
  labelSpread: 1,
}

test('classes named by whole numbers keep their order, and each its own probability', () => {
  const manifest = manifestOf('digit', ['10', '2', '1'])
  const [answer] = nameAnswers(manifest, [4, 0, -4], dataset)
  assert.equal(answer!.answer, '10')
  assert.deepEqual(
    answer!.probabilities!.map(({ name }) => name),
    ['10', '2', '1'],
  )
  assert.deepEqual(answerHeader(manifest), ['digit', 'P(10)', 'P(2)', 'P(1)'])
  const [named, ...shares] = answerRow(manifest, answer!)
  assert.equal(named, '10')
  assert.ok(Number(shares[0]) > 0.98 && Number(shares[2]) < 0.001, shares.join())
})

test('a name that a spreadsheet would run is written as text, a number as it is', () => {
  const manifest = manifestOf('=cmd|x', ['=HYPERLINK("http://x")', 'no'])
  const [answer] = nameAnswers(manifest, [4, 0], dataset)
  assert.equal(answerRow(manifest, answer!)[0], `'=HYPERLINK("http://x")`)
  assert.equal(answerHeader(manifest)[0], "'=cmd|x")
  for (const first of ['=', '+', '-', '@', '\t', '\r']) assert.equal(toCellText(`${first}1`), `'${first}1`)
  assert.equal(toCellText('plain'), 'plain')
  const value = { answer: -0.5, class: 0, logits: [-0.5], probabilities: undefined }
  assert.equal(answerRow(manifest, value)[0], '-0.5')
})

test('labels are joined in a cell as in the rows of the schema', () => {
  const labelled = (separator?: '|') => {
    const label = { name: 'tags', kind: 'labels', classes: ['a', 'b', 'c'], ...(separator ? { separator } : {}) }
    return { data: { label, features: [] } } as unknown as Manifest
  }
  const answer = { answer: ['a', 'c'], class: 5, logits: [4, -4, 4], probabilities: undefined }
  assert.equal(answerRow(labelled('|'), answer)[0], 'a|c')
  assert.equal(answerRow(labelled(), answer)[0], 'a;c')
})

test('a number is written to what a model of bytes tells apart, with its unit for people', () => {
  const said = (value: number, spread: number, unit?: string) => {
    const label = { name: 'y', kind: 'number', center: 0, spread, unit }
    return formatAnswer({ data: { label, features: [] } } as unknown as Manifest, value)
  }
  assert.equal(said(264_235.3916015625, 108_764, 'EUR'), '264235 EUR')
  assert.equal(said(5.123456789, 2.5), '5.12346')
  assert.equal(said(0.000123456789, 0.0004, 'g'), '0.000123457 g')
  assert.equal(said(1_700_000_123.4567, 30), '1700000123.4567')
})

test('answers are written in the form of the federation’s files, and a template too', () => {
  const csv = { delimiter: ';', decimal: ',', encoding: 'windows-1252' } as const
  const label = { name: 'Preis', kind: 'number', center: 1.5, spread: 2 } as const
  const features = [
    { name: 'Druck; Größe', kind: 'number', center: 135.5, spread: 1, missing: 'refuse' },
    { name: 'Art', kind: 'category', categories: ['a,b'], unknown: 'zero', missing: 'refuse' },
  ]
  const manifest = { data: { csv, label, features } } as unknown as Manifest
  const form = schemaForm(manifest.data)
  assert.deepEqual(answerRow(manifest, { answer: -0.5, class: 0, logits: [-0.5], probabilities: undefined }, form), [
    '-0,5',
  ])
  assert.equal(csvTemplate(manifest), '"Druck; Größe";Art;Preis\r\n135,5;a,b;1,5\r\n')
  assert.deepEqual([...toCsvBytes('ö', form)], [0xef, 0xbb, 0xbf, 0xc3, 0xb6])
  assert.deepEqual([...toCsvBytes('ö', PLAIN_CSV)], [0xc3, 0xb6])
  assert.deepEqual(toCsvLine(['a,b', 'c;d'], PLAIN_CSV), '"a,b",c;d\r\n')
})

test('beside the columns that were asked about an answer keeps a name of its own', () => {
  const manifest = manifestOf('digit', ['a', 'b'])
  assert.deepEqual(answerHeader(manifest, ['digit', 'x']), ['answer: digit', 'P(a)', 'P(b)'])
})
