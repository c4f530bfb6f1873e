/** The worked example of a trainer in another language, run as an owner runs it. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { countParameters, exportOnnx, hashBase, importOnnx, type Manifest, mlp, toSpec } from '@tutti/learn'
import { createCommandTrainer } from '../../src/trainers/command.ts'
import { startFederation, stripes, stripesManifest } from '../fixture.ts'
import { start } from '../nodes.ts'
import { expectAgreement, findPython, pathOfExample, root, writeCsv } from '../trainer-examples.ts'

const { python, reason: skip } = findPython('torch')
const words = [python, pathOfExample('pytorch-trainer/train.py')]

for (const output of ['softmax', 'logistic', 'multi-label', 'linear'] as const) {
  test(`PyTorch and the built-in trainer agree: ${output}`, { skip }, () => expectAgreement(words, output))
}

test('a model that was exported from a module of one’s own is trained as that module', { skip }, async () => {
  const layers = mlp([16, 8, 3], 'softmax')
  const weights = Float32Array.from({ length: countParameters(layers) }, (_, index) => Math.cos(index) / 4)
  const file = exportOnnx({ model: layers, data: stripesManifest().data }, weights)
  const model = importOnnx(file, { output: 'softmax' })
  const tensors = model.tensors.map(({ name, shape }) => ({ name, shape, step: [1, 128] as [number, number] }))
  const [base, module] = [join(root, 'mine.onnx'), join(root, 'mine.py')]
  writeFileSync(base, file)
  writeFileSync(
    module,
    `import torch
class Mine(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.layer0 = torch.nn.Linear(16, 8)
        self.layer1 = torch.nn.Linear(8, 3)
    def forward(self, x):
        return self.layer1(torch.relu(self.layer0(x)))
build = Mine
`,
  )
  const initialisation = { kind: 'base', hash: hashBase(file) } as const
  const changes: Partial<Manifest> = { version: 2, model: toSpec(model), tensors, initialisation, network: undefined }
  await expectAgreement([...words, '--module', module], 'softmax', changes, base)
  await assert.rejects(expectAgreement(words, 'softmax', changes, base), /name the module that it was exported from/)
})

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
