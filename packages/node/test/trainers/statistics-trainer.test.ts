/** What a member sends in a statistics round, without a chain. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fromSeed } from '@tutti/core'
import {
  CsvError,
  encodeStatistics,
  measureStatistics,
  NoModelError,
  readTable,
  type StatisticsManifest,
  sumStatistics,
} from '@tutti/learn'
import { AbstentionError } from '../../src/trainers/interface.ts'
import { createLocalTrainer } from '../../src/trainers/local.ts'
import { createStatisticsTrainer } from '../../src/trainers/statistics.ts'

const manifest: StatisticsManifest = {
  version: 1,
  kind: 'statistics',
  name: 'ages',
  purpose: 'to count',
  licence: 'CC0-1.0',
  contact: 'nobody',
  publicity: 'all of it',
  plan: {
    columns: [{ kind: 'number', name: 'age', minimum: 0, maximum: 100, bins: 5 }],
    bits: 8,
    largestCount: 1_000,
    minimumMembers: 3,
  },
}
const table = readTable(`age\n${'30\n'.repeat(6)}${'40\n'.repeat(6)}`)
const few = readTable('age\n30\n40\n')
const task = { weights: new Float32Array(0), manifest, round: 0, cohort: 3, signal: new AbortController().signal }

test('without noise a member sends exactly what it counted', async () => {
  const trained = await createStatisticsTrainer({ table }).train(task)
  assert.ok('integers' in trained)
  assert.deepEqual(trained.integers, encodeStatistics(measureStatistics(table, manifest.plan), manifest.plan))
  assert.deepEqual(trained.metrics, { examples: 12 })
})

test('with noise it sends other integers every time, and does not tell how many rows it has', async () => {
  const noisy = {
    ...task,
    manifest: { ...manifest, noise: { mechanism: 'discrete-laplace', epsilon: [1, 100] } },
  } as const
  const send = async () => {
    const trained = await createStatisticsTrainer({ table }).train(noisy as unknown as typeof task)
    assert.ok('integers' in trained)
    const [rows] = sumStatistics(Int32Array.from(trained.integers), manifest.plan)
    assert.equal(trained.metrics.examples, Math.max(0, Number(rows)))
    return trained.integers
  }
  assert.notDeepEqual(await send(), await send())
  const seeded = createStatisticsTrainer({ table, random: fromSeed(1) })
  assert.ok('integers' in (await seeded.train(noisy as unknown as typeof task)))
})

test('it abstains among too few, refuses rows that do not fit, and models are trained by others', async () => {
  await assert.rejects(createStatisticsTrainer({ table }).train({ ...task, cohort: 2 }), AbstentionError)
  await assert.rejects(createStatisticsTrainer({ table: readTable('age\nold\n') }).train(task), CsvError)
  const dataset = { count: 0, features: 1 } as never
  await assert.rejects(createLocalTrainer({ dataset }).train(task), NoModelError)
})

test('exact statistics of few rows are not sent unless their owner allows it; with noise they are', async () => {
  const refused = createStatisticsTrainer({ table: few }).train(task)
  await assert.rejects(refused, (error: Error) => {
    assert.equal(error.name, 'FewRowsError')
    assert.match(error.message, /counts and sums of 2 rows would be public .*at least 11.*--expose-few-rows/)
    return true
  })
  const allowed = await createStatisticsTrainer({ table: few, exposesFewRows: true }).train(task)
  assert.deepEqual(allowed.metrics, { examples: 2 })
  const noise = { mechanism: 'discrete-laplace', epsilon: [1, 2] } as const
  const noisy = { ...task, manifest: { ...manifest, noise: { ...noise, epsilon: [1, 2] as [number, number] } } }
  assert.ok('integers' in (await createStatisticsTrainer({ table: few }).train(noisy)))
  const idle = { ...task, manifest: { ...manifest, noise: { ...noise, epsilon: [999_999, 1] as [number, number] } } }
  await assert.rejects(createStatisticsTrainer({ table: few }).train(idle), { name: 'FewRowsError' })
})
