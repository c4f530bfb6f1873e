/** The worked example of a trainer in another language, run as an owner runs it. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { type Dataset, type Manifest, mlp, tensorLayout } from '@tutti/learn'
import { createCommandTrainer } from '../src/trainers/command.ts'
import { createLocalTrainer } from '../src/trainers/local.ts'
import { startFederation, stripes, stripesManifest } from './fixture.ts'
import { start } from './nodes.ts'

const python = process.platform === 'linux' ? '/usr/bin/python3' : 'python3'
const words = [python, fileURLToPath(new URL('../../../examples/pytorch-trainer/train.py', import.meta.url))]
const probe = spawnSync(python, ['-c', 'import numpy, torch'], { encoding: 'utf8' })
const skip =
  probe.status === 0
    ? false
    : `${python} has no numpy and torch (Debian: python3-torch): ${(probe.stderr ?? probe.error?.message ?? '').trim().split('\n').at(-1)}`

const root = mkdtempSync(join(tmpdir(), 'tutti-pytorch-'))
after(() => rmSync(root, { recursive: true, force: true }))

/** A data set as the CSV it would have come from, its columns out of order. */
function writeCsv(dataset: Dataset, manifest: Manifest, labelOf: (label: number) => string): string {
  const { features, label } = manifest.data
  const lines = [[label.name, ...features.map(({ name }) => name)].join(',')]
  for (let row = 0; row < dataset.count; row++) {
    const bytes = dataset.inputs.subarray(row * dataset.features, (row + 1) * dataset.features)
    lines.push([labelOf(dataset.labels[row]!), ...Array.from(bytes, (byte) => byte / 128)].join(','))
  }
  const path = join(mkdtempSync(join(root, 'data-')), 'own.csv')
  writeFileSync(path, `${lines.join('\n')}\n`)
  return path
}

/** Whole batches, so that the order of the examples does not matter. */
const wholeBatches: Manifest['training'] = {
  optimizer: 'sgd',
  learningRate: 0.2,
  momentum: 0.5,
  epochs: 4,
  batchSize: 1_000,
  proximal: 0.1,
  decay: 0.9,
}

function manifestOf(output: Manifest['model']['output']): { manifest: Manifest; labelOf: (label: number) => string } {
  const manifest = stripesManifest()
  const classes = ['left', 'middle', 'right']
  const size = output === 'softmax' || output === 'multi-label' ? 3 : 1
  const model = mlp([16, 8, size], output)
  const tensors = tensorLayout(model).map(({ name, shape }) => ({ name, shape, step: [1, 128] as [number, number] }))
  const change = (label: Manifest['data']['label'], loss: Manifest['loss'] = {}): Manifest => ({
    ...manifest,
    model,
    tensors,
    loss,
    training: wholeBatches,
    data: { ...manifest.data, label },
  })
  if (output === 'softmax') {
    const loss = { classWeights: [1, 2, 0.5] }
    return { manifest: change(manifest.data.label, loss), labelOf: (label) => classes[label]! }
  }
  if (output === 'logistic') {
    const loss = { classWeights: [1, 3] }
    const labelOf = (label: number) => (label > 0 ? 'yes' : 'no')
    return { manifest: change({ name: 'stripe', kind: 'class', classes: ['no', 'yes'] }, loss), labelOf }
  }
  if (output === 'multi-label') {
    const labelOf = (label: number) => classes.filter((_, bit) => ((label >> bit) & 1) === 1).join(';')
    return { manifest: change({ name: 'stripe', kind: 'labels', classes }, { classWeights: [1, 2, 3] }), labelOf }
  }
  return { manifest: change({ name: 'stripe', kind: 'number', center: 1, spread: 2 }), labelOf: String }
}

for (const output of ['softmax', 'logistic', 'multi-label', 'linear'] as const) {
  test(`PyTorch and the built-in trainer agree: ${output}`, { skip }, async () => {
    const { manifest, labelOf } = manifestOf(output)
    let dataset = stripes(3)
    if (output === 'logistic') dataset = { ...dataset, labels: dataset.labels.map((label) => Math.min(1, label)) }
    if (output === 'linear') {
      dataset = { ...dataset, labels: Float64Array.from(dataset.labels), labelCenter: 1, labelSpread: 2 }
    }
    const data = writeCsv(dataset, manifest, labelOf)
    const count = manifest.tensors.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0)
    const weights = Float32Array.from({ length: count }, (_, i) => Math.sin(i) / 4)
    const own = createCommandTrainer({
      words,
      federationId: `0x${'ab'.repeat(32)}`,
      directory: join(root, output),
      data,
    })
    const builtIn = createLocalTrainer({ dataset })
    const task = { manifest, round: 2, signal: new AbortController().signal }
    try {
      const [theirs, ours] = [
        await own.train({ ...task, weights: weights.slice() }),
        await builtIn.train({ ...task, weights: weights.slice() }),
      ]
      const moved = Math.max(...ours.weights.map((weight, i) => Math.abs(weight - weights[i]!)))
      const apart = Math.max(...ours.weights.map((weight, i) => Math.abs(weight - theirs.weights[i]!)))
      assert.ok(moved > 0.01 && apart < 1e-4 * moved, `moved ${moved}, apart ${apart}`)
      assert.equal(theirs.metrics.examples, ours.metrics.examples)
      assert.deepEqual(theirs.metrics.perClass, ours.metrics.perClass)
      assert.equal(theirs.metrics.correct, ours.metrics.correct)
    } finally {
      await builtIn.close?.()
    }
  })
}

test('a member with PyTorch trains a federation on a real chain, and its loss falls', { skip }, async () => {
  const fixture = await startFederation({ members: 2, terms: { rounds: 3 } })
  try {
    const { manifest, federationId } = fixture
    const classes = ['left', 'middle', 'right']
    const data = writeCsv(stripes(1), manifest, (label) => classes[label]!)
    const trainer = createCommandTrainer({ words, federationId, directory: join(root, 'chain'), data })
    const nodes = [start(fixture, 0, { trainer }), start(fixture, 1)]
    const [summary] = await Promise.all(nodes.map(({ done }) => done))
    assert.equal(summary!.roundsTaken, 3)
    const losses = nodes[0]!.events.flatMap((event) =>
      event.kind === 'training-finished' ? [event.metrics.loss!] : [],
    )
    assert.ok(losses.length === 3 && losses[2]! < losses[0]!, `${losses}`)
  } finally {
    await fixture.end()
  }
})

test('data that do not fit are told of by line and column, through the log', { skip }, async () => {
  const manifest = stripesManifest()
  const data = writeCsv(stripes(1, 2), manifest, () => 'upside down')
  const trainer = createCommandTrainer({ words, federationId: '0xab', directory: join(root, 'unfit'), data })
  const task = { weights: new Float32Array(163), manifest, round: 0, signal: new AbortController().signal }
  await assert.rejects(trainer.train(task), {
    name: 'TrainerExitError',
    message: /ended with code 1.*line 2, column "stripe": "upside down" is none of the classes/,
  })
})
