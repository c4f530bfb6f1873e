import assert from 'node:assert/strict'
import { test } from 'node:test'
import { METRIC_KEYS } from '@tutti/learn'
import { type RoundReports, reportLines } from '../../src/federation/reported-metrics.ts'
import { figureLines, pickFigures } from '../../src/model/figure-lines.ts'

const measured = { examples: 40, accuracy: 0.95, balancedAccuracy: 0.9, f1: 0.92, auroc: 0.99 }

test('a model is judged by the metrics that its manifest lists, in its order, and by no others', () => {
  const task = { kind: 'binary' as const, metrics: ['auroc' as const, 'accuracy' as const] }
  const figures = pickFigures({ task }, measured, METRIC_KEYS)
  assert.deepEqual(Object.entries(figures), [
    ['auroc', 0.99],
    ['accuracy', 0.95],
  ])
  const lines = figureLines({ data: { label: { kind: 'class' } } } as never, figures, { count: 40 } as never)
  assert.deepEqual(lines, ['on 40 labelled examples:', '  auroc              0.9900', '  accuracy           0.9500'])
})

test('a metric that the data do not give is left out, and errors of numbers have the unit of the label', () => {
  const task = { kind: 'regression' as const, metrics: ['mae' as const, 'f1' as const] }
  const figures = pickFigures({ task }, { examples: 1, mae: 12.5 }, METRIC_KEYS)
  const data = { label: { kind: 'number', unit: 'kPa' } }
  assert.deepEqual(figureLines({ data } as never, figures, { count: 1 } as never), [
    'on 1 labelled example:',
    '  mae                12.5 kPa',
  ])
})

test('reports name who says so, and clamping above the limit is warned of with what to do', () => {
  const reports: RoundReports = {
    round: 4,
    members: 2,
    examples: 1_200,
    heldOut: 0,
    measuredOn: 'training',
    measuredBy: 2,
    loss: 0.5,
    accuracy: 0.91,
    clampedShare: 0.01,
  }
  assert.deepEqual(reportLines(reports, 0.01), [
    'reported in round 5, by the members themselves: 2 members trained on 1,200 examples, loss 0.5000, 91.0% right, of rows that were trained on, 1.00% of values clamped',
  ])
  const [mixed] = reportLines({ ...reports, members: 3, heldOut: 240, measuredOn: 'held-out' }, 1)
  assert.match(mixed!, /91.0% right, of the 240 rows held out from training by 2 of 3,/)
  const [, warning] = reportLines({ ...reports, clampedShare: 0.011 }, 0.01)
  assert.match(warning!, /^More than 1% of the round's values were clamped: .*learning rate or epochs\. .*more bits/)
  assert.equal(reportLines({ round: 0, members: 1, examples: 3, heldOut: 0, measuredBy: 0 }, 0.01).length, 1)
})
