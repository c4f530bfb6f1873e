/** What an evaluation says for people: one notation, units, and what a constant answer would reach. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Dataset, evaluateOutputs, type Manifest, mlp } from '@tutti/learn'
import { evaluationLines } from '../../src/model/evaluation-lines.ts'

const dataset: Dataset = {
  count: 4,
  features: 1,
  inputs: new Uint8Array(4),
  labels: Float64Array.of(2_000_000, 4_000_000, 6_000_000, 12_000_000),
  inputZero: 0,
  inputScale: [1, 1],
  labelCenter: 0,
  labelSpread: 1,
}

test('the error of numbers has its unit, one notation, and the median’s error beside it', () => {
  const model = mlp([1, 1], 'linear')
  const label = { name: 'price', kind: 'number', unit: 'EUR', center: 0, spread: 1 } as const
  const outputs = [2_000_000, 4_000_000, 6_000_000, 10_000_000]
  const lines = evaluationLines(
    { model, data: { label, features: [] } } as unknown as Manifest,
    evaluateOutputs(model, outputs, dataset),
    dataset,
  )
  const text = lines.join('\n')
  assert.match(text, /^ {2}mean absolute error {2}500000 EUR {2}\(-?\d+ to \d+\)$/m)
  assert.doesNotMatch(text, /\de\+/)
  assert.equal(lines.at(-1), 'The median for every example would be off by 3000000 EUR.')
})

test('of several labels it says what the commonest answer to each would reach', () => {
  const model = mlp([1, 2], 'multi-label')
  const label = { name: 'tags', kind: 'labels', classes: ['a', 'b'] } as const
  const labelled = { ...dataset, labels: Int32Array.of(1, 1, 1, 2) }
  const lines = evaluationLines(
    { model, data: { label, features: [] } } as unknown as Manifest,
    evaluateOutputs(model, [1, -1, 1, -1, 1, -1, 1, 1], labelled),
    labelled,
  )
  assert.equal(lines.at(-1), 'The commonest answer to each label would be right in 75.0%.')
})
