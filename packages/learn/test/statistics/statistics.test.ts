import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { aggregateShard, fromSeed, packUpdate, unpackUpdate, updateRange } from '@tutti/core'
import fc from 'fast-check'
import { readTable } from '../../src/data/csv.ts'
import { CsvError } from '../../src/data/csv-error.ts'
import { readTableFile } from '../../src/data/csv-file.ts'
import { inferSchema } from '../../src/data/infer-schema.ts'
import { discreteLaplace, NoiseScaleError } from '../../src/statistics/discrete-laplace.ts'
import { FEWEST_ROWS, findExposures, hidesRows } from '../../src/statistics/exposure.ts'
import {
  layoutStatistics,
  type StatisticsPlan,
  StatisticsPlanError,
  statisticsDimension,
} from '../../src/statistics/plan.ts'
import { findCoarseColumns, fitSchema, planStatistics } from '../../src/statistics/schema.ts'
import {
  addNoise,
  countMissing,
  decodeStatistics,
  encodeStatistics,
  histogramBounds,
  histogramQuantile,
  interpretStatistics,
  meanNoiseStdDev,
  measureStatistics,
  quantileBin,
  StatisticsLengthError,
  sumStatistics,
  TooFewMembersError,
  TooManyRowsError,
  withoutSpoiltMoments,
} from '../../src/statistics/statistics.ts'
import { draftTask } from '../../src/tasks/draft-task.ts'

const plan: StatisticsPlan = {
  columns: [
    { kind: 'number', name: 'age', minimum: 0, maximum: 100, bins: 5 },
    { kind: 'category', name: 'site', categories: ['A', 'B'] },
  ],
  bits: 4,
  largestCount: 1_000,
  minimumMembers: 3,
}

const cell = fc.record({
  age: fc.oneof(
    fc.double({ min: -20, max: 140, noNaN: true }).map((age) => age.toFixed(3)),
    fc.constant(''),
  ),
  site: fc.constantFrom('A', 'B', 'C', ''),
})
const rowsOf = fc.array(cell, { maxLength: 40 })

function toTable(rows: { age: string; site: string }[]) {
  return readTable(['site,age,end', ...rows.map(({ age, site }) => `${site},${age},.`), ''].join('\n'))
}

/** The sum as the contract holds it: payloads packed and added lane by lane. */
function aggregate(updates: Int8Array[], { bits }: StatisticsPlan, laneBits = 16): Int32Array {
  const length = updates[0]!.length
  const lanes = new Int32Array(length)
  const sent = updates.map((update) => packUpdate(update, { bits, laneBits }))
  const received = sent.map((payload) => unpackUpdate(payload, { bits, laneBits, length }))
  aggregateShard(lanes, received, 1)
  return lanes
}

test('the aggregate of all members’ updates decodes to the statistics of all rows together, exactly', () => {
  fc.assert(
    fc.property(fc.constantFrom(2, 4, 8), fc.array(rowsOf, { minLength: 3, maxLength: 6 }), (bits, members) => {
      const wide = { ...plan, bits }
      const updates = members.map((rows) => encodeStatistics(measureStatistics(toTable(rows), wide), wide))
      const [lowest, highest] = updateRange(bits)
      for (const update of updates) assert.ok(update.every((value) => value >= lowest && value <= highest))
      const lanes = aggregate(updates, wide)
      assert.deepEqual(sumStatistics(lanes, wide), measureStatistics(toTable(members.flat()), { ...wide }))
      assert.equal(decodeStatistics(lanes, wide, members.length).rows, members.flat().length)
    }),
  )
})

test('mean and standard deviation are those of the values in range, to a step of the range', () => {
  fc.assert(
    fc.property(fc.array(rowsOf, { minLength: 3, maxLength: 6 }), (members) => {
      const lanes = aggregate(
        members.map((rows) => encodeStatistics(measureStatistics(toTable(rows), plan), plan)),
        plan,
      )
      const [age, site] = decodeStatistics(lanes, plan, members.length).columns
      assert.ok(age?.kind === 'number' && site?.kind === 'category')
      const all = members
        .flat()
        .filter((row) => row.age !== '')
        .map((row) => Number(row.age))
      const values = all.filter((value) => value >= 0 && value <= 100)
      assert.equal(age.below, all.filter((value) => value < 0).length)
      assert.equal(age.above, all.filter((value) => value > 100).length)
      assert.equal(
        age.histogram.reduce((sum, bin) => sum + bin, 0),
        values.length,
      )
      assert.deepEqual(
        [...site.counts, site.other],
        ['A', 'B', 'C'].map((name) => members.flat().filter((row) => row.site === name).length),
      )
      if (values.length === 0) return assert.equal(age.mean, undefined)
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length
      const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length
      assert.ok(Math.abs(age.mean! - mean) < 100 / 65_535)
      assert.ok(Math.abs(age.standardDeviation! - Math.sqrt(variance)) < 2 * (100 / 65_535))
    }),
  )
})

test('statistics of too few members are not read', () => {
  const lanes = new Int32Array(statisticsDimension(plan))
  assert.throws(() => decodeStatistics(lanes, plan, 2), TooFewMembersError)
  assert.equal(decodeStatistics(lanes, plan, 3).rows, 0)
})

test('what does not fit the plan is refused', () => {
  const row = { age: '3', site: 'A' }
  const many = toTable(Array.from({ length: 1_001 }, () => row))
  assert.throws(() => measureStatistics(many, plan), TooManyRowsError)
  const wrong = readTable(`site,age\n${'\n'.repeat(5)}A,old\n`)
  assert.throws(
    () => measureStatistics(wrong, plan),
    (error) => error instanceof CsvError && error.line === 7 && error.column === 'age',
  )
  assert.throws(() => measureStatistics(readTable('age\n'), plan), /column "site": the column is missing/)
  assert.throws(() => encodeStatistics([1n], plan), StatisticsLengthError)
  assert.throws(() => sumStatistics(new Int32Array(3), plan), StatisticsLengthError)
})

for (const [key, change] of [
  ['columns', { columns: [] }],
  ['largestCount', { largestCount: 0 }],
  ['minimumMembers', { minimumMembers: 2 }],
  ['columns[1]', { columns: [plan.columns[0]!, { ...plan.columns[1]!, name: 'age' }] }],
  ['columns[0].minimum', { columns: [{ ...plan.columns[0]!, minimum: 100 }] }],
  ['columns[0].bins', { columns: [{ ...plan.columns[0]!, bins: 0 }] }],
  ['columns[0].categories', { columns: [{ kind: 'category', name: 'x', categories: ['A', 'A'] }] }],
] as const) {
  test(`a plan with a wrong ${key} is refused by that key`, () => {
    assert.throws(
      () => layoutStatistics({ ...plan, ...change } as StatisticsPlan),
      (error) => error instanceof StatisticsPlanError && error.key === key,
    )
  })
}

test('the entries of a plan lie side by side, without gap or overlap', () => {
  const entries = layoutStatistics(plan)
  let offset = 0
  for (const entry of entries) {
    assert.equal(entry.offset, offset)
    offset += entry.digits
  }
  assert.equal(statisticsDimension(plan), offset)
  assert.equal(entries.length, 1 + (2 + 5 + 2) + (2 + 1))
})

test('a schema fitted by members apart is the one inferred from all rows together', () => {
  const table = readTableFile(fileURLToPath(new URL('../../datasets/breast-cancer.csv', import.meta.url)))
  const { data } = draftTask(table, { label: 'diagnosis', name: 'x' }).task
  const blind = {
    ...data,
    features: data.features.map((feature) =>
      feature.kind === 'number' ? { ...feature, center: 0, spread: 1 } : feature,
    ),
  }
  const counted = planStatistics(blind, { bits: 8, largestCount: 10_000 })
  const updates = [0, 1, 2, 3].map((member) => {
    const rows = Array.from({ length: table.count }, (_, row) => row).filter((row) => row % 4 === member)
    return encodeStatistics(measureStatistics(table.select(rows), counted), counted)
  })
  const statistics = decodeStatistics(aggregate(updates, counted), counted, 4)
  assert.equal(statistics.rows, 569)
  const fitted = fitSchema(blind, statistics)
  const expected = inferSchema(table, { label: 'diagnosis', kind: 'class' })
  for (const [index, feature] of expected.features.entries()) {
    const found = fitted.features[index]!
    assert.ok(feature.kind === 'number' && found.kind === 'number')
    assert.ok(Math.abs(found.center - feature.center) < 0.002 * feature.spread, feature.name)
    assert.ok(Math.abs(found.spread / feature.spread - 1) < 0.002, feature.name)
  }
  const radius = data.features[0]!
  assert.ok(radius.kind === 'number')
  const width = (radius.maximum! - radius.minimum!) / 32
  const sorted = [...table.cells(0)].map(Number).sort((a, b) => a - b)
  const [range] = counted.columns.filter(({ name }) => name === 'radius_mean')
  const [column] = statistics.columns.filter(({ name }) => name === 'radius_mean')
  assert.ok(range?.kind === 'number' && column?.kind === 'number')
  const median = histogramQuantile(column.histogram, range, 0.5)!
  assert.ok(Math.abs(median - sorted[284]!) <= width)
})

test('a schema keeps what statistics cannot say, and a number without range cannot be planned', () => {
  const number = { name: 'x', kind: 'number', minimum: 0, maximum: 1, center: 0.5, spread: 2, missing: 0.5 } as const
  const label = { name: 'y', kind: 'class' as const, classes: ['a', 'b'] }
  const schema = {
    version: 1 as const,
    features: [number],
    label,
    inputZero: 128,
    inputScale: [1, 32] as [number, number],
  }
  const counted = planStatistics(schema, { bits: 4 })
  const empty = decodeStatistics(new Int32Array(statisticsDimension(counted)), counted, 3)
  assert.deepEqual(fitSchema(schema, empty), schema)
  const one = readTable('x,y\n0.25,a\n,b\n')
  const lanes = aggregate([encodeStatistics(measureStatistics(one, counted), counted)], counted)
  const [fitted] = fitSchema(schema, decodeStatistics(lanes, counted, 3)).features
  assert.ok(fitted?.kind === 'number')
  assert.ok(Math.abs(fitted.center - 0.25) < 1e-4)
  assert.equal(fitted.missing, fitted.center)
  assert.equal(fitted.spread, 2)
  const { minimum: _minimum, ...open } = number
  assert.throws(() => planStatistics({ ...schema, features: [open] }, { bits: 4 }), StatisticsPlanError)
})

test('what an empty cell and the ends of a histogram say', () => {
  const table = readTable('age,site\n30,A\n,B\n55,C\n200,\n')
  const { columns } = interpretStatistics(measureStatistics(table, plan), plan, 1)
  assert.deepEqual(
    columns.map((column) => countMissing(column, 4)),
    [1, 1],
  )
  const [age] = columns
  assert.ok(age?.kind === 'number')
  assert.deepEqual(histogramBounds(age.histogram, { minimum: 0, maximum: 100 }), { lowest: 20, highest: 60 })
  assert.equal(histogramBounds([0, 0], { minimum: 0, maximum: 1 }), undefined)
})

test('a quantile lies within a bin of the value it stands for', () => {
  assert.equal(histogramQuantile([0, 0], { minimum: 0, maximum: 1 }, 0.5), undefined)
  assert.equal(histogramQuantile([1, 1], { minimum: 0, maximum: 2 }, 0.5), 1)
  assert.equal(histogramQuantile([0, 4, -1], { minimum: 0, maximum: 3 }, 1), 2)
})

test('a quantile lies in its bin, which holds a value', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: -2, max: 9 }), { minLength: 1, maxLength: 40 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (histogram, share) => {
        const range = { minimum: -3, maximum: 7 }
        const value = histogramQuantile(histogram, range, share)
        const bin = quantileBin(histogram, range, share)
        assert.equal(value === undefined, bin === undefined)
        assert.equal(bin === undefined, !histogram.some((count) => count > 0))
        if (value === undefined || bin === undefined) return
        assert.ok(bin.low - 1e-9 <= value && value <= bin.high + 1e-9)
        const index = Math.round(((bin.low - range.minimum) / 10) * histogram.length)
        assert.ok(histogram[index]! > 0)
      },
    ),
  )
})

test('columns whose bins are wider than their spread are named with the bins that would do', () => {
  const skewed = Array.from({ length: 200 }, (_, row) => `${row === 0 ? 394 : (row % 20) + 1},${row % 60},${row % 2}`)
  const { data } = draftTask(readTable(`CRP,age,died\n${skewed.join('\n')}\n`), { label: 'died', name: 'ward' }).task
  const found = findCoarseColumns(data, planStatistics(data, { bits: 8 }))
  assert.deepEqual(
    found.map(({ name }) => name),
    ['CRP'],
  )
  assert.ok(found[0]!.width > found[0]!.spread)
  const narrow = { ...data, features: data.features.map((column) => ({ ...column, spread: 1e-3 })) } as typeof data
  assert.equal(findCoarseColumns(narrow, planStatistics(narrow, { bits: 8 }))[0]!.bins, undefined)
  assert.deepEqual(findCoarseColumns(data, planStatistics(data, { bits: 8, bins: found[0]!.bins! })), [])
})

test('discrete Laplace noise has the probabilities of its formula', () => {
  const random = fromSeed(11)
  const draws = 20_000
  const [numerator, denominator] = [7n, 4n]
  const counts = new Map<number, number>()
  for (let i = 0; i < draws; i++) {
    const z = Number(discreteLaplace(random, { numerator, denominator }))
    counts.set(z, (counts.get(z) ?? 0) + 1)
  }
  const q = Math.exp(-4 / 7)
  for (let z = -4; z <= 4; z++) {
    const expected = ((1 - q) / (1 + q)) * q ** Math.abs(z)
    const error = Math.sqrt((expected * (1 - expected)) / draws)
    assert.ok(Math.abs((counts.get(z) ?? 0) / draws - expected) < 4 * error, `P(${z})`)
  }
  assert.throws(() => discreteLaplace(random, { numerator: 0n, denominator: 1n }), NoiseScaleError)
})

test('noise moves every integer by its own scale, fits the digits, and hardly moves the means of many rows', () => {
  const random = fromSeed(5)
  const rows = Array.from({ length: 900 }, (_, row) => ({ age: String(20 + (row % 60)), site: 'AB'[row % 2]! }))
  const members = [1, 2, 3, 4].map(() => measureStatistics(toTable(rows), plan))
  const noisy = members.map((values) => addNoise(values, plan, { epsilon: [1, 1], random }))
  assert.notDeepEqual(noisy[0], members[0])
  const lanes = aggregate(
    noisy.map((values) => encodeStatistics(values, plan)),
    plan,
  )
  const [age] = decodeStatistics(lanes, plan, 4).columns
  assert.ok(age?.kind === 'number')
  assert.ok(Math.abs(age.mean! - 49.5) < 3, `${age.mean}`)
  const statistics = decodeStatistics(lanes, plan, 4)
  const off = meanNoiseStdDev({ minimum: 0, maximum: 100 }, 3_600, { plan, epsilon: [1, 1], members: 4 })
  assert.ok(Math.abs(age.mean! - 49.5) < 4 * off)
  const moments = (epsilon: [number, number]) => withoutSpoiltMoments(statistics, plan, epsilon).columns[0]
  assert.deepEqual(moments([4, 1]), age)
  assert.deepEqual(moments([1, 10]), { ...age, mean: undefined, standardDeviation: undefined })
  const drowned = addNoise(members[0]!, plan, { epsilon: [1, 1_000_000], random })
  assert.equal(encodeStatistics(drowned, plan).length, statisticsDimension(plan))
})

test('few rows, and few values of a number among many rows, stand out', () => {
  const exposed = (rows: { age: string; site: string }[]) => findExposures(measureStatistics(toTable(rows), plan), plan)
  const row = (age: string) => ({ age, site: 'A' })
  const many = Array.from({ length: FEWEST_ROWS }, () => row('40'))
  assert.deepEqual(exposed([]), [{ column: undefined, count: 0, why: 'few' }])
  assert.deepEqual(exposed([row('40')]), [{ column: undefined, count: 1, why: 'few' }])
  assert.deepEqual(exposed(many.slice(1)), [{ column: undefined, count: FEWEST_ROWS - 1, why: 'few' }])
  assert.deepEqual(exposed(many), [])
  const empty = many.map(() => row(''))
  assert.deepEqual(exposed([...empty, row('40'), row('200')]), [{ column: 'age', count: 1, why: 'few' }])
  assert.deepEqual(exposed([...empty, row('200')]), [], 'a value outside the range is in no sum')
  assert.throws(() => findExposures([20n], { ...plan, columns: [] }), StatisticsPlanError)
})

test('one or two values that make nearly all of a sum stand out, from either end of the range', () => {
  const exposed = (ages: number[]) => {
    const rows = ages.map((age) => ({ age: String(age), site: 'A' }))
    return findExposures(measureStatistics(toTable(rows), plan), plan).map(({ why }) => why)
  }
  const eleven = (age: number) => new Array<number>(11).fill(age)
  assert.deepEqual(exposed([...eleven(0), 73.21]), ['dominated'])
  assert.deepEqual(exposed([...eleven(0), 73, 20]), ['dominated'])
  assert.deepEqual(exposed([...eleven(100), 26.79]), ['dominated'])
  assert.deepEqual(exposed([...eleven(0), 30, 40, 50, 60]), [])
  assert.deepEqual(exposed(eleven(0)), [], 'nothing is told by a sum of nothing but the end')
  assert.deepEqual(exposed([20, 25, 31, 33, 40, 41, 47, 52, 58, 60, 71, 80]), [])
})

test('noise of a small ε hides rows, of a large one it does not', () => {
  assert.equal(hidesRows(undefined), false)
  assert.equal(hidesRows([1, 2]), true)
  assert.equal(hidesRows([10, 1]), true)
  assert.equal(hidesRows([100_001, 10_000]), false)
  assert.equal(hidesRows([999_999, 1]), false)
})
