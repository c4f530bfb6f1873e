/** The worked example of a trainer in another language, run as an owner runs it. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { createCommandTrainer } from '../src/trainers/command.ts'
import { startFederation, stripes, stripesManifest } from './fixture.ts'
import { start } from './nodes.ts'
import { expectAgreement, findPython, pathOfExample, root, writeCsv } from './trainer-examples.ts'

const { python, reason: skip } = findPython('torch')
const words = [python, pathOfExample('pytorch-trainer/train.py')]

for (const output of ['softmax', 'logistic', 'multi-label', 'linear'] as const) {
  test(`PyTorch and the built-in trainer agree: ${output}`, { skip }, () => expectAgreement(words, output))
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
