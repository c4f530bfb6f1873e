/** Answers in the words of a manifest, in memory: order of names, and what a spreadsheet would run. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Dataset, type Manifest, mlp } from '@tutti/learn'
import { answerHeader, answerRow, nameAnswers, toCellText } from '../src/answers.ts'

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
  assert.deepEqual(answerHeader(manifest), ['row', 'digit', 'P(10)', 'P(2)', 'P(1)'])
  const [, named, ...shares] = answerRow(manifest, 0, answer!)
  assert.equal(named, '10')
  assert.ok(Number(shares[0]) > 0.98 && Number(shares[2]) < 0.001, shares.join())
})

test('a name that a spreadsheet would run is written as text, a number as it is', () => {
  const manifest = manifestOf('=cmd|x', ['=HYPERLINK("http://x")', 'no'])
  const [answer] = nameAnswers(manifest, [4, 0], dataset)
  assert.equal(answerRow(manifest, 0, answer!)[1], `'=HYPERLINK("http://x")`)
  assert.equal(answerHeader(manifest)[1], "'=cmd|x")
  for (const first of ['=', '+', '-', '@', '\t', '\r']) assert.equal(toCellText(`${first}1`), `'${first}1`)
  assert.equal(toCellText('plain'), 'plain')
  const value = { answer: -0.5, class: 0n, logits: [-0.5], probabilities: undefined }
  assert.equal(answerRow(manifest, 3, value)[1], '-0.5')
})

test('labels are joined in a cell as in the rows of the schema', () => {
  const labelled = (separator?: '|') => {
    const label = { name: 'tags', kind: 'labels', classes: ['a', 'b', 'c'], ...(separator ? { separator } : {}) }
    return { data: { label, features: [] } } as unknown as Manifest
  }
  const answer = { answer: ['a', 'c'], class: 5n, logits: [4, -4, 4], probabilities: undefined }
  assert.equal(answerRow(labelled('|'), 0, answer)[1], 'a|c')
  assert.equal(answerRow(labelled(), 0, answer)[1], 'a;c')
})
