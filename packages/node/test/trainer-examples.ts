/** What the tests of the example trainers share: data as an owner has them, and the built-in trainer beside a program. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { fileURLToPath } from 'node:url'
import { type Dataset, type Manifest, mlp, tensorLayout } from '@tutti/learn'
import { createCommandTrainer } from '../src/trainers/command.ts'
import { createLocalTrainer } from '../src/trainers/local.ts'
import { stripes, stripesManifest } from './fixture.ts'

/** Where files of these tests lie while they run. */
export const root = mkdtempSync(join(tmpdir(), 'tutti-trainers-'))
after(() => rmSync(root, { recursive: true, force: true }))

/** A file under `examples`. */
export function pathOfExample(path: string): string {
  return fileURLToPath(new URL(`../../../examples/${path}`, import.meta.url))
}

/** The first Python that has numpy and a module; without one, why its tests are skipped. */
export function findPython(module: string): { python: string; reason: string | false } {
  for (const python of ['python3', '/usr/bin/python3']) {
    if (spawnSync(python, ['-c', `import numpy, ${module}`]).status === 0) return { python, reason: false }
  }
  return { python: 'python3', reason: `no Python with numpy and ${module} on this machine` }
}

/** A data set as the CSV it would have come from, its columns out of order. */
export function writeCsv(dataset: Dataset, manifest: Manifest, labelOf: (label: number) => string): string {
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
export const wholeBatches: Manifest['training'] = {
  optimizer: 'sgd',
  learningRate: 0.2,
  momentum: 0.5,
  epochs: 4,
  batchSize: 1_000,
  proximal: 0.1,
  decay: 0.9,
}

function manifestOf(
  output: Manifest['model']['output'],
  changes: Partial<Manifest>,
): { manifest: Manifest; labelOf: (label: number) => string } {
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
    ...changes,
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

/**
 * Trains the same model on the same rows by a program and by the built-in trainer: weights and metrics are the same.
 *
 * @param changes - The keys of the manifest that are different.
 * @param baseModel - The file of a model of its own, where that is not the usual one of layers.
 */
export async function expectAgreement(
  words: readonly string[],
  output: Manifest['model']['output'],
  changes: Partial<Manifest> = {},
  baseModel?: string,
): Promise<void> {
  const { manifest, labelOf } = manifestOf(output, changes)
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
    directory: mkdtempSync(join(root, `${output}-`)),
    data,
  })
  const builtIn = createLocalTrainer({ dataset, ...(baseModel === undefined ? {} : { baseModel }) })
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
}
