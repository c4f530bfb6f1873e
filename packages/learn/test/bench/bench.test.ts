import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { benchAccuracy } from '../../src/bench/accuracy.ts'
import { type AccuracyJob, measureAccuracy } from '../../src/bench/accuracy-pair.ts'
import { benchTrain } from '../../src/bench/train.ts'

test('bench train says why a figure is absent where there is no PyTorch', async () => {
  const { bench, figures } = await benchTrain({ repetitions: 1, samples: 640, pythons: ['no-such-python'] })
  assert.equal(bench, 'train')
  assert.deepEqual(
    figures.map(({ id }) => id),
    [
      'train.ratio.mlp.b10',
      'train.bare.mlp.b10',
      'train.ratio.mlp.b32',
      'train.bare.mlp.b32',
      'train.ratio.cnn.b32',
      'train.bare.cnn.b32',
      'train.ratio.cnn.b32.threads2',
      'train.bare.cnn.b32.threads2',
    ],
  )
  const limits = Object.fromEntries(figures.map(({ id, limit }) => [id, limit]))
  assert.deepEqual(limits['train.ratio.mlp.b32'], { atLeast: 2 })
  assert.deepEqual(limits['train.ratio.cnn.b32'], { atLeast: 0.85 })
  assert.equal(figures[0]!.value, null)
  assert.match(figures[0]!.note, /PyTorch is absent \(no-such-python/)
  assert.ok(figures[1]!.value! > 0)
})

test('bench accuracy reports gaps of all settings and widths, levels, and publishes the partitions it names', async () => {
  const partitionsPath = join(mkdtempSync(join(tmpdir(), 'tutti-bench-')), 'deep', 'partitions.json')
  const settings = [
    { alpha: 0.5, members: 8, cohort: 8 },
    { alpha: 0.5, members: 4, cohort: 2 },
  ]
  const lines: string[] = []
  const { bench, figures } = await benchAccuracy({
    seeds: 2,
    rounds: 1,
    settings,
    partitionsPath,
    onProgress: (line) => lines.push(line),
  })
  assert.equal(bench, 'accuracy')
  const [full, half] = ['members8.cohort8.dirichlet0.5', 'members4.cohort2.dirichlet0.5']
  assert.deepEqual(
    figures.map(({ id }) => id),
    [
      ...['gap', 'gap.worst', 'allowed'],
      ...[full, half].map((name) => `gap.${name}`),
      ...[1, 2, 4].flatMap((bits) => [full, half].map((name) => `gap.bits${bits}.${name}`)),
      ...[full, half].map((name) => `samples.${name}`),
      ...['chain', 'fedavg', 'pooled', 'alone'],
    ].map((name) => `accuracy.${name}`),
  )
  assert.ok(figures.every(({ value }) => value !== null && Number.isFinite(value)))
  assert.deepEqual(
    figures.filter(({ limit }) => limit !== null).map(({ limit }) => limit),
    [{ atMost: 0.3 }, { atMost: 0.5 }, { atMost: 0.3 }],
  )
  assert.equal(figures[1]!.value, Math.max(figures[3]!.value!, figures[4]!.value!))
  assert.equal(lines.length, 4)
  assert.match(lines[1]!, /^2 of 4: 2 of 4 members, Dirichlet 0\.5, seed 1: chain .*%, FedAvg .*%$/)
  const text = readFileSync(partitionsPath, 'utf8')
  assert.ok(figures[0]!.note.includes(createHash('sha256').update(text).digest('hex')))
  const { partitions } = JSON.parse(text) as { partitions: { members: number; holders: string[] }[] }
  assert.deepEqual(
    partitions.map(({ members }) => members),
    [8, 4],
  )
  for (const { members, holders } of partitions) {
    assert.equal(holders.length, 2)
    for (const each of holders) {
      assert.equal(each.length, 1258)
      assert.equal(new Set(each).size, members)
    }
  }
})

test('an interval of one seed is refused, and a pair is the same in every process that measures it', async () => {
  await assert.rejects(benchAccuracy({ seeds: 1 }), RangeError)
  const job: AccuracyJob = { alpha: 0.5, members: 4, cohort: 2, seed: 3, rounds: 2, weightings: ['uniform'] }
  assert.deepEqual(await measureAccuracy(structuredClone(job)), await measureAccuracy(job))
})
