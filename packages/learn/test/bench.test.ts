import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { benchAccuracy } from '../src/bench/accuracy.ts'
import { benchTrain } from '../src/bench/train.ts'

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
    ],
  )
  assert.equal(figures[0]!.value, null)
  assert.match(figures[0]!.note, /PyTorch is absent \(no-such-python/)
  assert.ok(figures[1]!.value! > 0)
})

test('bench accuracy reports the gap, the levels behind it, and publishes the partitions it names', async () => {
  const partitionsPath = join(mkdtempSync(join(tmpdir(), 'tutti-bench-')), 'deep', 'partitions.json')
  const { bench, figures } = await benchAccuracy({ seeds: 2, tuningSeeds: 1, rounds: 1, partitionsPath })
  assert.equal(bench, 'accuracy')
  assert.deepEqual(
    figures.map(({ id }) => id),
    ['accuracy.gap', 'accuracy.chain', 'accuracy.fedavg', 'accuracy.pooled', 'accuracy.alone'],
  )
  const text = readFileSync(partitionsPath, 'utf8')
  assert.ok(figures[0]!.note.includes(createHash('sha256').update(text).digest('hex')))
  const { partitions } = JSON.parse(text) as { partitions: number[][][] }
  assert.equal(partitions.length, 2)
  for (const members of partitions) assert.equal(new Set(members.flat()).size, 1258)
})
