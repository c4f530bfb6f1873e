import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { buildManifest } from '../../src/calibration/build-manifest.ts'
import { calibrate } from '../../src/calibration/calibrate.ts'
import { findTableFaults, findTakenOtherwise } from '../../src/data/check-table.ts'
import { readTable } from '../../src/data/csv.ts'
import { readTableFile } from '../../src/data/csv-file.ts'
import { selectExamples } from '../../src/data/dataset.ts'
import { toDataset } from '../../src/data/examples.ts'
import { DataSchemaError } from '../../src/data/schema.ts'
import { synthesizeData } from '../../src/data/synthetic-data.ts'
import { evaluateIntegers, toInitialLanes } from '../../src/evaluation/integer-model.ts'
import { initialWeights } from '../../src/model/initial-weights.ts'
import { draftTask, widenRange } from '../../src/tasks/draft-task.ts'
import { parseTaskFile, toModel, toTaskKind } from '../../src/tasks/task-file.ts'
import { writeTaskFile } from '../../src/tasks/write-task-file.ts'
import { federatedAveraging } from '../../src/training/federated-averaging.ts'
import { quantizedAveraging } from '../../src/training/quantized-averaging.ts'
import { createTrainer } from '../../src/training/trainer.ts'

const dataset = (name: string) => fileURLToPath(new URL(`../../datasets/${name}.csv`, import.meta.url))

/** A table of 60 rows whose columns are made by row number. */
function tableOf(columns: Record<string, (row: number) => string | number>) {
  const names = Object.keys(columns)
  const rows = Array.from({ length: 60 }, (_, row) => names.map((name) => `"${columns[name]!(row)}"`).join(','))
  return readTable(`${names.join(',')}\n${rows.join('\n')}\n`)
}

test('a drafted task reads its own table, and its text reads back as the same task', () => {
  for (const [name, label, inputs, output] of [
    ['breast-cancer', 'diagnosis', 30, 'logistic'],
    ['digits', 'digit', 64, 'softmax'],
  ] as const) {
    const table = readTableFile(dataset(name))
    const draft = draftTask(table, { label, name })
    const { task } = draft
    assert.deepEqual(parseTaskFile(writeTaskFile(draft, name)), task)
    assert.deepEqual(findTableFaults(table, task.data), [])
    assert.equal(toDataset(table, task.data).count, table.count)
    assert.equal(task.model.output, output)
    // Corner pixels of the digits that no row uses are kept: rows of others may use them.
    assert.equal(toModel(task).inputs, inputs)
    assert.deepEqual(draft.omitted, [])
  }
})

test('kinds, gaps and columns that say nothing are told apart', () => {
  const table = tableOf({
    id: (row) => row,
    age: (row) => (row === 7 ? 'NA' : 20 + (row % 40)),
    weight: (row) => (row % 10 === 0 ? '' : row / 7),
    site: (row) => ['A', 'B', 'true', '1'][row % 4]!,
    code: (row) => row % 3,
    note: (row) => `text number ${row} and ${row}`,
    empty: () => '',
    same: () => 'k',
    sick: (row) => ['no', 'yes'][row % 2]!,
  })
  const { task, observations, omitted, advice } = draftTask(table, { label: 'sick', name: 'x' })
  assert.deepEqual(
    task.data.features.map(({ name, kind }) => [name, kind]),
    [
      ['age', 'number'],
      ['weight', 'number'],
      ['site', 'category'],
      ['code', 'number'],
      ['note', 'category'],
      ['same', 'category'],
    ],
  )
  assert.deepEqual(
    omitted.map(({ name }) => name),
    ['id', 'empty'],
  )
  const dropped = draftTask(table, { label: 'sick', name: 'x', dropsConstants: true }).omitted
  assert.deepEqual(
    dropped.map(({ name }) => name),
    ['id', 'empty', 'same'],
  )
  const [age, weight] = task.data.features
  assert.equal(typeof age!.missing, 'number')
  assert.equal(typeof weight!.missing, 'number')
  assert.match(observations.get('age')!, /20 to 59 seen; 1 of 60 cells are "NA", taken for missing/)
  assert.match(advice.join('\n'), /Column "same" has one value in all rows here, and is kept/)
  assert.match(advice.join('\n'), /"code": 3 different whole numbers/)
})

test('a text taken for missing that may be a value is the first to look at, and reads as one once it is listed', () => {
  const country = (row: number) => ['DE', 'NA', 'ZA'][row % 3]!
  const table = tableOf({ code: (row) => row % 3, country, fraud: (row) => ['no', 'yes', 'NULL'][row % 3]! })
  const { task, advice } = draftTask(table, { label: 'fraud', name: 'bank' })
  assert.match(
    advice[0]!,
    /^Column "country": 20 of 60 cells are "NA", the first in line 3.* add "NA" to its categories/,
  )
  assert.match(advice.join('\n'), /Where that is a class, add it to classes: "NULL"/)
  const [code, named] = task.data.features
  assert.ok(named!.kind === 'category')
  const categories = [...named!.categories, 'NA']
  const listed = { ...task.data, features: [code!, { ...named!, categories }] }
  assert.deepEqual(findTakenOtherwise(table, listed), [])
  assert.equal(findTakenOtherwise(table, task.data)[0]!.missing, 20)
})

test('free text is left out, as is what has more texts than categories may have', () => {
  const rows = Array.from({ length: 200 }, (_, row) => `word ${row},${row % 2}`)
  const table = readTable(`words,other,sick\n${rows.map((row, i) => row.replace(',', `,${i % 7},`)).join('\n')}\n`)
  const { omitted } = draftTask(table, { label: 'sick', name: 'x' })
  assert.deepEqual(omitted, [{ name: 'words', reason: '200 different texts are no categories' }])
})

test('the label decides the output', () => {
  const x = (row: number) => row / 3
  const outputOf = (y: (row: number) => string | number) => {
    const draft = draftTask(tableOf({ x, y }), { label: 'y', name: 't' })
    assert.deepEqual(parseTaskFile(writeTaskFile(draft, 't')), draft.task)
    return draft.task.model.output
  }
  assert.equal(
    outputOf((row) => row % 2),
    'logistic',
  )
  assert.equal(
    outputOf((row) => row % 3),
    'softmax',
  )
  assert.equal(
    outputOf((row) => row / 4),
    'linear',
  )
  assert.equal(
    outputOf((row) => (row % 2) / 4),
    'linear',
  )
  assert.equal(
    outputOf((row) => ['', 'a', 'a; b', 'c'][row % 4]!),
    'multi-label',
  )
})

test('cells that join labels which recombine are labels, with what joins them; an empty cell is none', () => {
  const draft = (y: (row: number) => string) =>
    draftTask(tableOf({ x: (row) => row / 3, y }), { label: 'y', name: 't' })
  const tags = ['', 'acid', 'murky', 'acid|murky', 'odd|acid', 'odd']
  for (const separator of ['|', ',', ';'] as const) {
    const draught = draft((row) => tags[row % 6]!.replace('|', separator))
    const { label } = draught.task.data
    const named = separator === ';' ? {} : { separator }
    assert.deepEqual(label, { name: 'y', kind: 'labels', classes: ['acid', 'murky', 'odd'], ...named })
    assert.match(draught.advice.join('\n'), /joined by "[|,;]" \(kind: labels\).* an empty one none \(10 of 60\)/)
    assert.equal(draught.observations.get('y'), 'acid 30, murky 20, odd 20 rows')
    assert.deepEqual(parseTaskFile(writeTaskFile(draught, 'tags.csv')), draught.task)
  }
  const unknown = draft((row) => ['NA', ...tags][row % 7]!)
  assert.match(unknown.advice.join('\n'), /cells such as "NA", the first in line 2, name no label and will be refused/)
  for (const classes of [
    ['Lyon, France', 'Paris, France', 'London, UK'],
    ['yes, surely', 'yes, maybe', 'no, surely', 'no, maybe'],
    ['red|blue', 'green', 'grey|black'],
  ]) {
    assert.equal(draft((row) => classes[row % classes.length]!).task.data.label.kind, 'class')
  }
})

test('unequal classes are said, with the weights that would make them alike', () => {
  const { advice } = draftTask(tableOf({ x: (row) => row / 3, y: (row) => (row < 6 ? 'bad' : 'good') }), {
    label: 'y',
    name: 't',
  })
  assert.match(advice.join('\n'), /bad 6, good 54.*classWeights: \[5, 0.56\]/)
})

test('a label that cannot be learnt is refused', () => {
  const x = (row: number) => row / 3
  const draft = (label: string, y: (row: number) => string) => () => draftTask(tableOf({ x, y }), { label, name: 't' })
  assert.throws(
    draft('z', () => 'a'),
    DataSchemaError,
  )
  assert.throws(
    draft('y', () => 'a'),
    /two different values/,
  )
  assert.throws(
    draft('y', (row) => `text ${row}`),
    /60 different texts in 60 rows/,
  )
  assert.throws(() => draftTask(tableOf({ y: (row) => row % 2 }), { label: 'y', name: 't' }), /no column is left/)
})

test('names that YAML could misread survive', () => {
  const table = tableOf({
    'a: b #1': (row) => row / 3,
    '12': (row) => row / 5,
    'y\\u2028': (row) => ['no', 'on'][row % 2]!,
  })
  const draft = draftTask(table, { label: 'y\\u2028', name: '- x' })
  assert.deepEqual(parseTaskFile(writeTaskFile(draft, 'a\nb: [')), draft.task)
})

test('a widened range holds what was seen, and stays above zero where all of it was', () => {
  const value = fc.double({ min: -1e9, max: 1e9, noNaN: true })
  fc.assert(
    fc.property(value, value, (a, b) => {
      const [low, high] = [Math.min(a, b), Math.max(a, b)]
      const { minimum, maximum } = widenRange(low, high)
      assert.ok(minimum <= low && high <= maximum, `${low}..${high} in ${minimum}..${maximum}`)
      assert.ok(low < 0 || minimum >= 0)
    }),
  )
})

test('what does not fit is counted by column, and every missing column is named', () => {
  const { task } = draftTask(readTableFile(dataset('breast-cancer')), { label: 'diagnosis', name: 'x' })
  const [header, ...rows] = readFileSync(dataset('breast-cancer'), 'utf8').trim().split('\n')
  rows[1] = rows[1]!.replace(/^[^,]+/, 'wide')
  rows[2] = rows[2]!.replace(/^[^,]+/, 'far')
  rows[4] = rows[4]!.replace(/[^,]+$/, 'unknown')
  const broken = readTable([header, ...rows].join('\n'))
  assert.deepEqual(
    findTableFaults(broken, task.data).map(({ line, column, kind, count, of }) => [line, column, kind, count, of]),
    [
      [3, 'radius_mean', 'number', 2, 569],
      [6, 'diagnosis', 'class', 1, 569],
    ],
  )
  const [missing, ...others] = findTableFaults(readTable('a,diagnosis\n1,benign\n'), task.data)
  assert.deepEqual([missing!.column, missing!.reason], ['radius_mean', 'the column is missing'])
  assert.equal(others.length, 29)
  assert.match(findTableFaults(readTable(`${header}\n`), task.data)[0]!.reason, /no rows/)
})

test('made-up data fit their schema, repeat for a seed, and can be learnt and calibrated on', async () => {
  for (const label of ['diagnosis', 'radius_mean']) {
    const { task } = draftTask(readTableFile(dataset('breast-cancer')), { label, name: 'x' })
    const data = synthesizeData(task.data, { seed: 3 })
    assert.deepEqual(synthesizeData(task.data, { seed: 3 }), data)
    assert.notDeepEqual(synthesizeData(task.data, { seed: 4 }).inputs, data.inputs)
    const model = toModel(task)
    const trainer = await createTrainer(model, task.training)
    const terms = { bits: 4, laneBits: 16, gains: [{ fromRound: 0, gain: 1 }] }
    const calibration = await calibrate({ model, schema: task.data, trainer, members: [data], terms, seed: 1 })
    assert.ok(calibration.amplitudes.every((amplitude) => amplitude < 2 ** 15))
    const weights = initialWeights(model, 1)
    const before = await trainer.evaluate(weights, data)
    const after = await trainer.evaluate(
      await federatedAveraging({ trainer, members: [data], weights, rounds: 5, seed: 1, weighting: 'uniform' }),
      data,
    )
    assert.ok(after.loss! < 0.6 * before.loss!, `${after.loss} against ${before.loss}`)
    await trainer.release()
  }
})

for (const [name, label, rounds] of [
  ['digits', 'digit', 8],
  ['breast-cancer', 'diagnosis', 8],
  ['breast-cancer', 'area_worst', 12],
] as const) {
  test(`a task drafted from ${name} learns ${label} in the chain’s integers as it was proposed`, async () => {
    const table = readTableFile(dataset(name))
    const { task } = draftTask(table, { label, name })
    const all = toDataset(table, task.data)
    const parts = Array.from({ length: 5 }, (_, part) =>
      selectExamples(
        all,
        Array.from({ length: all.count }, (_, row) => row).filter((row) => row % 5 === part),
      ),
    )
    const [heldOut, ...members] = parts
    const model = toModel(task)
    const trainer = await createTrainer(model, task.training)
    const terms = { bits: task.terms!.bits!, laneBits: 16, gains: [{ fromRound: 0, gain: 1 }] }
    const calibration = await calibrate({
      model,
      schema: task.data,
      trainer,
      members: [members[0]!],
      expectedUpdates: 4,
      terms,
      seed: 1,
    })
    const manifest = buildManifest({
      task: { ...task, kind: toTaskKind(task), schema: task.data, model },
      calibration,
      initialisation: new Uint8Array(32),
    })
    const lanes = toInitialLanes(manifest, terms.laneBits)
    const trained = await quantizedAveraging({ manifest, terms, lanes, trainer, members, rounds, seed: 1 })
    const { accuracy, mae } = evaluateIntegers(manifest, trained.lanes, heldOut!)
    if (task.data.label.kind === 'number') assert.ok(mae! < 0.2 * task.data.label.spread, `${mae}`)
    else assert.ok(accuracy! > 0.9, `${accuracy}`)
    await trainer.release()
  })
}

test('made-up labels of every kind are ones that the schema has', () => {
  const x = (row: number) => row / 3
  for (const y of [(row: number) => ['a', 'a;b', 'c'][row % 3]!, (row: number) => row % 5]) {
    const { task } = draftTask(tableOf({ x, site: (row) => 'AB'[row % 2]!, y }), { label: 'y', name: 't' })
    const { labels } = synthesizeData(task.data, { seed: 1, count: 400 })
    const classes = task.data.label.kind === 'number' ? 0 : task.data.label.classes.length
    const limit = task.model.output === 'multi-label' ? 2 ** classes : classes
    assert.ok(labels.every((label) => Number.isInteger(label) && label >= 0 && label < limit))
    assert.ok(new Set(labels).size > 1)
  }
})
