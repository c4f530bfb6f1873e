import assert from 'node:assert/strict'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fromSeed, integer } from '@tutti/core'
import { type Dataset, toFloatInputs } from '../../src/data/dataset.ts'
import { exportOnnx, exportSafetensors, importSafetensors } from '../../src/export/export.ts'
import type { TrainingSpec } from '../../src/manifest/manifest.ts'
import { initialWeights } from '../../src/model/initial-weights.ts'
import { convolutionPads, type Layer, LayerShapeError, sizeOf } from '../../src/model/layers.ts'
import {
  countOutputs,
  countParameters,
  describeModel,
  type LayeredModel,
  layerShapes,
  mnistCnn,
  tensorLayout,
} from '../../src/model/model.ts'
import { openSession, Tensor } from '../../src/onnx/runtime.ts'
import { digitsSchema } from '../../src/tasks/tasks.ts'
import { DatasetShapeError } from '../../src/training/tensors.ts'
import { createTrainer } from '../../src/training/trainer.ts'
import { runPython } from '../python.ts'

const SGD: TrainingSpec = { optimizer: 'sgd', learningRate: 1, momentum: 0, epochs: 1, batchSize: 100, proximal: 0 }

const dense = (outputs: number, activation: 'relu' | 'none' = 'none'): Layer => ({ kind: 'dense', outputs, activation })
const convolution = (
  channels: number,
  kernel: [number, number],
  padding: 'same' | 'valid',
  stride?: [number, number],
): Layer => ({
  kind: 'convolution',
  channels,
  kernel,
  padding,
  activation: 'relu',
  ...(stride === undefined ? {} : { stride }),
})
const pooling = (kind: 'max' | 'average', window: [number, number]): Layer => ({ kind: `${kind}-pooling`, window })
const image = (shape: [number, number, number], ...layers: Layer[]): LayeredModel => ({
  inputs: sizeOf(shape),
  shape,
  layers,
  output: 'softmax',
})

const MODELS: LayeredModel[] = [
  image([1, 6, 6], convolution(2, [3, 3], 'same'), pooling('max', [2, 2]), dense(4, 'relu'), dense(3)),
  image([2, 5, 7], convolution(3, [2, 3], 'valid'), convolution(2, [3, 2], 'same'), dense(3)),
  image([2, 7, 6], convolution(3, [4, 4], 'same', [2, 2]), dense(3)),
  image([1, 8, 7], convolution(2, [3, 3], 'valid', [2, 3]), convolution(2, [2, 2], 'same'), dense(2)),
  image([2, 7, 5], pooling('max', [2, 2]), convolution(2, [2, 2], 'same'), pooling('max', [3, 1]), dense(2)),
  image([2, 7, 5], convolution(2, [3, 3], 'same'), pooling('max', [2, 2]), pooling('max', [1, 2]), dense(2)),
  image(
    [1, 7, 7],
    convolution(2, [2, 2], 'same'),
    pooling('average', [2, 2]),
    convolution(2, [2, 2], 'same'),
    dense(2),
  ),
  image([1, 7, 6], convolution(2, [3, 3], 'same'), pooling('average', [3, 2]), dense(2)),
  { inputs: 6, layers: [{ kind: 'embedding', entries: 5, width: 3 }, dense(4, 'relu'), dense(3)], output: 'softmax' },
  {
    inputs: 9,
    layers: [
      { kind: 'embedding', entries: 7, width: 3 },
      convolution(4, [3, 1], 'same'),
      pooling('average', [9, 1]),
      dense(3),
    ],
    output: 'softmax',
  },
]

function examples(model: LayeredModel, count: number): Dataset {
  const random = fromSeed(5)
  const [first] = model.layers
  const values = first?.kind === 'embedding' ? first.entries : 256
  return {
    count,
    features: model.inputs,
    inputs: Uint8Array.from({ length: count * model.inputs }, () => integer(random, values)),
    labels: Int32Array.from({ length: count }, () => integer(random, countOutputs(model))),
    inputZero: values === 256 ? 128 : 0,
    inputScale: values === 256 ? [1, 64] : [1, 1],
    labelCenter: 0,
    labelSpread: 1,
  }
}

/** Outputs of a model for one example, by nothing but loops in double precision: the oracle. */
function outputsOf(model: LayeredModel, weights: Float64Array, input: number[]): number[] {
  const layout = tensorLayout(model)
  const shapes = layerShapes(model)
  let x = input
  for (const [index, layer] of model.layers.entries()) {
    const [weight, bias] = ['weight', 'bias'].map(
      (part) => layout.find(({ name }) => name === `layer${index}.${part}`)?.offset ?? 0,
    ) as [number, number]
    const [channels, height, width] = shapes[index] as [number, number, number]
    const next = shapes[index + 1]!
    const at = (c: number, row: number, column: number): number | undefined =>
      row < 0 || row >= height || column < 0 || column >= width ? undefined : x[(c * height + row) * width + column]
    if (layer.kind === 'embedding') {
      const inputs = x.length
      x = Array.from({ length: layer.width * inputs }, (_, i) => {
        return weights[weight + x[i % inputs]! * layer.width + Math.floor(i / inputs)]!
      })
      continue
    }
    if (layer.kind === 'dense') {
      const size = x.length
      x = Array.from({ length: layer.outputs }, (_, o) =>
        x.reduce((sum, value, j) => sum + value * weights[weight + o * size + j]!, weights[bias + o]!),
      )
    } else {
      const [, rows, columns] = next as [number, number, number]
      const cells = Array.from({ length: sizeOf(next) }, (_, i) => [
        Math.floor(i / (rows * columns)),
        Math.floor(i / columns) % rows,
        i % columns,
      ]) as [number, number, number][]
      if (layer.kind === 'convolution') {
        const [top, left] = convolutionPads(layer, [height, width]) as [number, number]
        const [down, right] = layer.stride ?? [1, 1]
        x = cells.map(([o, row, column]) => {
          let sum = weights[bias + o]!
          for (let c = 0; c < channels; c++)
            for (let i = 0; i < layer.kernel[0]; i++)
              for (let j = 0; j < layer.kernel[1]; j++) {
                const k = ((o * channels + c) * layer.kernel[0] + i) * layer.kernel[1] + j
                sum += weights[weight + k]! * (at(c, row * down + i - top, column * right + j - left) ?? 0)
              }
          return sum
        })
      } else {
        const [high, wide] = layer.window
        x = cells.map(([c, row, column]) => {
          const values = Array.from({ length: high * wide }, (_, i) => {
            return at(c, row * high + Math.floor(i / wide), column * wide + (i % wide))!
          })
          if (layer.kind === 'max-pooling') return Math.max(...values)
          return values.reduce((sum, value) => sum + value, 0) / values.length
        })
      }
    }
    if ('activation' in layer && layer.activation === 'relu') x = x.map((value) => Math.max(0, value))
  }
  return x
}

function lossOf(model: LayeredModel, weights: Float64Array, data: Dataset): number {
  const inputs = toFloatInputs(data)
  let sum = 0
  for (let row = 0; row < data.count; row++) {
    const z = outputsOf(model, weights, [...inputs.subarray(row * data.features, (row + 1) * data.features)])
    sum += Math.log(z.reduce((total, value) => total + Math.exp(value), 0)) - z[data.labels[row]!]!
  }
  return sum / data.count
}

for (const model of MODELS) {
  test(`${describeModel(model)}: one step is the finite-difference gradient`, async () => {
    const data = examples(model, 4)
    const start = initialWeights(model, 3).map((weight) => weight + 0.05)
    const trainer = await createTrainer(model, SGD)
    const { weights, loss } = await trainer.fit(start, data, { seed: 1 })
    const at = Float64Array.from(start)
    assert.ok(Math.abs(loss - lossOf(model, at, data)) < 1e-5)
    const h = 1e-5
    for (let p = 0; p < at.length; p++) {
      const moved = (by: number) => lossOf(model, at.with(p, at[p]! + by), data)
      const expected = (moved(h) - moved(-h)) / (2 * h)
      const actual = start[p]! - weights[p]!
      assert.ok(Math.abs(actual - expected) < 2e-5 * (1 + Math.abs(expected)), `[${p}] ${actual} is not ${expected}`)
    }
    await trainer.release()
  })
}

test('of equal values in a window the first alone receives the gradient', async () => {
  for (const window of [
    [2, 2],
    [3, 1],
  ] as [number, number][]) {
    const model = image([1, ...window], convolution(1, [1, 1], 'valid'), pooling('max', window), dense(2))
    const data = { ...examples(model, 3), inputs: new Uint8Array(3 * model.inputs).fill(200), inputZero: 0 }
    const trainer = await createTrainer(model, SGD)
    const start = Float32Array.of(0.5, 0.25, 0.5, -0.5, 0, 0)
    const { weights } = await trainer.fit(start, data, { seed: 1 })
    const gradient = (p: number) => {
      const moved = (by: number) => lossOf(model, Float64Array.from(start).with(p, start[p]! + by), data)
      return (moved(1e-5) - moved(-1e-5)) / 2e-5
    }
    for (const p of [0, 1]) assert.ok(Math.abs(start[p]! - weights[p]! - gradient(p)) < 1e-4)
    await trainer.release()
  }
})

test('the network of McMahan et al. has 1,663,370 parameters, in PyTorch’s shapes', () => {
  assert.equal(countParameters(mnistCnn()), 1_663_370)
  assert.deepEqual(
    tensorLayout(mnistCnn()).map(({ name, shape }) => [name, shape]),
    [
      ['layer0.weight', [32, 1, 5, 5]],
      ['layer0.bias', [32]],
      ['layer2.weight', [64, 32, 5, 5]],
      ['layer2.bias', [64]],
      ['layer4.weight', [512, 3136]],
      ['layer4.bias', [512]],
      ['layer5.weight', [10, 512]],
      ['layer5.bias', [10]],
    ],
  )
  assert.equal(
    describeModel(mnistCnn()),
    '1×28×28, convolution 32 of 5×5, max-pooling, convolution 64 of 5×5, max-pooling, dense 512, dense 10',
  )
})

test('layers that do not fit one another are refused by their index', () => {
  const wrong: [number, LayeredModel][] = [
    [0, { inputs: 9, layers: [convolution(1, [3, 3], 'same'), dense(2)], output: 'softmax' }],
    [1, { inputs: 9, layers: [dense(4, 'relu'), pooling('max', [2, 2]), dense(2)], output: 'softmax' }],
    [1, { inputs: 9, layers: [dense(4, 'relu'), { kind: 'embedding', entries: 2, width: 2 }], output: 'softmax' }],
    [0, image([1, 4, 4], convolution(1, [5, 5], 'valid'), dense(2))],
    [1, image([1, 4, 4], pooling('max', [2, 2]), pooling('max', [3, 3]), dense(2))],
  ]
  for (const [layer, model] of wrong) {
    assert.throws(
      () => tensorLayout(model),
      (error) => error instanceof LayerShapeError && error.layer === layer,
    )
  }
})

test('inputs beyond an embedding’s entries are refused before training', async () => {
  const model = MODELS[8]!
  const trainer = await createTrainer(model, SGD)
  const data = examples(model, 4)
  const start = initialWeights(model, 1)
  const beyond = { ...data, inputs: data.inputs.with(7, 5) }
  await assert.rejects(trainer.fit(start, beyond, { seed: 1 }), DatasetShapeError)
  await assert.rejects(trainer.fit(start, { ...data, inputScale: [1, 2] }, { seed: 1 }), DatasetShapeError)
  assert.equal((await trainer.fit(start, data, { seed: 1 })).steps, 1)
  await trainer.release()
})

test('an exported convolutional network answers in onnxruntime as its trainer does', async () => {
  const model = MODELS[0]!
  const data = examples(model, 3)
  const weights = initialWeights(model, 2)
  assert.deepEqual(importSafetensors(model, exportSafetensors(model, weights)), weights)
  const session = await openSession(exportOnnx({ model, data: digitsSchema() }, weights))
  const { output } = await session.run({ input: new Tensor('float32', toFloatInputs(data), [3, 36]) })
  for (let row = 0; row < 3; row++) {
    const z = outputsOf(model, Float64Array.from(weights), [...toFloatInputs(data).subarray(row * 36, row * 36 + 36)])
    const total = z.reduce((sum, value) => sum + Math.exp(value), 0)
    for (const [i, value] of z.entries()) {
      assert.ok(Math.abs((output!.data as Float32Array)[row * 3 + i]! - Math.exp(value) / total) < 1e-5)
    }
  }
  await session.release()
})

// The network of McMahan et al. in PyTorch, from our safetensors: losses of five steps and the weights after them.
const TORCH_SCRIPT = `
import json, struct, sys, torch
from torch import nn
folder, momentum = sys.argv[1], float(sys.argv[2])
raw = open(folder + '/model.safetensors', 'rb').read()
size = struct.unpack('<Q', raw[:8])[0]
header = json.loads(raw[8:8 + size])
header.pop('__metadata__', None)
load = lambda e: torch.frombuffer(bytearray(raw[8 + size + e['data_offsets'][0]:8 + size + e['data_offsets'][1]]), dtype=torch.float32).reshape(e['shape'])
net = nn.Module()
net.layer0, net.layer2 = nn.Conv2d(1, 32, 5, padding=2), nn.Conv2d(32, 64, 5, padding=2)
net.layer4, net.layer5 = nn.Linear(3136, 512), nn.Linear(512, 10)
net.load_state_dict({name: load(entry) for name, entry in header.items()})
pool = lambda x: nn.functional.max_pool2d(torch.relu(x), 2)
def answer(x):
    return net.layer5(torch.relu(net.layer4(pool(net.layer2(pool(net.layer0(x)))).flatten(1))))
data = json.load(open(folder + '/data.json'))
x = torch.tensor(data['inputs']).float().reshape(-1, 1, 28, 28) / 255
y = torch.tensor(data['labels'])
optimizer = torch.optim.SGD(net.parameters(), lr=0.05, momentum=momentum)
for _ in range(5):
    optimizer.zero_grad()
    nn.functional.cross_entropy(answer(x), y).backward()
    optimizer.step()
print(json.dumps([[p.abs().sum().item(), p.flatten()[:50].tolist()] for p in net.parameters()]))
`

test('five steps of the network of McMahan et al. agree with PyTorch’s, flat regions and momentum included', async (context) => {
  const model = mnistCnn()
  const random = fromSeed(2)
  // Mostly zero, as written digits are: windows of equal values are the rule, and which of them receives matters.
  const inputs = Uint8Array.from({ length: 6 * 784 }, () => (random() < 0.85 ? 0 : integer(random, 256)))
  const data = { ...examples(model, 6), inputs, inputZero: 0, inputScale: [1, 255] as [number, number] }
  const start = initialWeights(model, 4).map((weight) => (weight === 0 ? 0.01 : weight))
  const folder = mkdtempSync(join(tmpdir(), 'tutti-layers-'))
  writeFileSync(join(folder, 'model.safetensors'), exportSafetensors(model, start))
  writeFileSync(join(folder, 'data.json'), JSON.stringify({ inputs: [...inputs], labels: [...data.labels] }))
  for (const momentum of [0, 0.9]) {
    const run = runPython('torch', TORCH_SCRIPT, [folder, String(momentum)])
    if ('reason' in run) return context.diagnostic(run.reason)
    const trainer = await createTrainer(model, { ...SGD, learningRate: 0.05, momentum, epochs: 5 })
    const { weights } = await trainer.fit(start, data, { seed: 1 })
    const expected = JSON.parse(run.output) as [number, number[]][]
    for (const [index, { name, offset, length }] of tensorLayout(model).entries()) {
      const tensor = weights.subarray(offset, offset + length)
      const [sum, head] = expected[index]!
      const total = tensor.reduce((all, weight) => all + Math.abs(weight), 0)
      assert.ok(Math.abs(total - sum) < 1e-4 * sum, `${name}: ${total} is not ${sum}`)
      for (const [p, value] of head.entries()) {
        assert.ok(Math.abs(tensor[p]! - value) < 1e-4, `${name}[${p}]: ${tensor[p]} is not ${value}`)
      }
    }
    await trainer.release()
  }
})
