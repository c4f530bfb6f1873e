import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fromSeed } from '@tutti/core'
import fc from 'fast-check'
import type { Dataset } from '../../src/data/dataset.ts'
import { emitGradients } from '../../src/gradients/autodiff.ts'
import { BLOCKED_DOMAIN } from '../../src/gradients/blocked-layout.ts'
import { initialWeights } from '../../src/model/initial-weights.ts'
import type { Layer } from '../../src/model/layers.ts'
import { type LayeredModel, mnistCnn } from '../../src/model/model.ts'
import { createGraph, emit, floatConstant } from '../../src/onnx/graph.ts'
import { openSession, Tensor } from '../../src/onnx/runtime.ts'
import { inferShapes } from '../../src/onnx/shapes.ts'
import { BATCH, type Shape } from '../../src/onnx/sizes.ts'
import { encodeModel, type Graph } from '../../src/onnx/writer.ts'
import { findBlockSize } from '../../src/training/block-size.ts'
import { createTrainer } from '../../src/training/trainer.ts'
import { buildStepGraph } from '../../src/training/training-graph.ts'

const block = await findBlockSize()
const skip = block === undefined ? 'the runtime has no blocks on this processor' : false

/** A network of images: the shape of an example, those of its parameters, and what computes its output. */
interface Network {
  shape: number[]
  parameters: Record<string, number[]>
  emit: (graph: Graph) => string
}

const product = (sizes: number[]) => sizes.reduce((all, one) => all * one, 1)

/** Output and gradients of all parameters, in blocks or plain, of examples drawn from whole numbers: maxima tie. */
async function differentiate({ shape, parameters, emit: emitNetwork }: Network, batch: number, size?: number) {
  const graph = createGraph('g')
  const names = Object.keys(parameters)
  graph.inputs.push({ name: 'x', type: 'float', shape: ['batch', ...shape] })
  graph.inputs.push(...names.map((name) => ({ name, type: 'float' as const, shape: parameters[name]! })))
  const y = emitNetwork(graph)
  const known = new Map<string, Shape>([['x', [BATCH, ...shape]], ...Object.entries(parameters)])
  const shapes = inferShapes(graph, graph.nodes, known)
  const sizes = shapes.get(y)!.slice(1) as number[]
  graph.inputs.push({ name: 'c', type: 'float', shape: ['batch', ...sizes] })
  const gradients = emitGradients(graph, { output: y, seed: 'c' }, names, { shapes, block: size })
  graph.outputs.push({ name: y, type: 'float', shape: ['batch', ...sizes] })
  for (const [index, name] of names.entries()) {
    emit(graph, 'Identity', [gradients[index]!], {}, `d.${name}`)
    graph.outputs.push({ name: `d.${name}`, type: 'float', shape: parameters[name]! })
  }
  const random = fromSeed(batch)
  const draw = (of: number[], value: () => number) =>
    new Tensor('float32', Float32Array.from({ length: product(of) }, value), of)
  const session = await openSession(encodeModel(graph), { logSeverityLevel: 3 })
  const found = await session.run({
    x: draw([batch, ...shape], () => Math.floor(4 * random())),
    ...Object.fromEntries(names.map((name) => [name, draw(parameters[name]!, () => random() - 0.5)])),
    c: draw([batch, ...sizes], () => random() - 0.5),
  })
  await session.release()
  return {
    graph,
    values: Object.fromEntries(Object.entries(found).map(([name, { data }]) => [name, data as Float32Array])),
  }
}

async function check(network: Network, batch: number): Promise<Graph> {
  const { values: plain } = await differentiate(network, batch)
  const { graph, values } = await differentiate(network, batch, block)
  for (const [name, expected] of Object.entries(plain)) {
    const actual = values[name]!
    assert.equal(actual.length, expected.length)
    const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-3)
    const worst = expected.reduce((most, value, index) => Math.max(most, Math.abs(value - actual[index]!)), 0)
    assert.ok(worst <= 2e-5 * largest, `${name} is ${worst} from what it is without blocks, of at most ${largest}`)
  }
  return graph
}

/** How often an operator is used on images in blocks. */
const count = ({ nodes }: Graph, op: string) =>
  nodes.filter((node) => node.op === op && node.domain === BLOCKED_DOMAIN).length

const geometry = fc.record({
  inputs: fc.constantFrom(1, 3, 1 * (block ?? 16), 2 * (block ?? 16), 20),
  middle: fc.constantFrom(6, 1 * (block ?? 16), 2 * (block ?? 16)),
  outputs: fc.constantFrom(5, 1 * (block ?? 16)),
  kernels: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 4, maxLength: 4 }),
  pads: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 4, maxLength: 4 }),
  stride: fc.integer({ min: 1, max: 2 }),
  dilation: fc.integer({ min: 1, max: 2 }),
  size: fc.tuple(fc.integer({ min: 7, max: 9 }), fc.integer({ min: 7, max: 9 })),
  pool: fc.integer({ min: 1, max: 3 }),
  batch: fc.constantFrom(1, 3, 16, 17),
  order: fc.constantFrom('Relu MaxPool', 'MaxPool LeakyRelu', 'Tanh', 'residual', 'scaled'),
})

test('a network in blocks ≡ the same network without, its output and every gradient', { skip }, async () => {
  await fc.assert(
    fc.asyncProperty(
      geometry,
      async ({ inputs, middle, outputs, kernels, pads, stride, dilation, size, pool, batch, order }) => {
        const [first, second] = [kernels.slice(0, 2), kernels.slice(2)]
        const network: Network = {
          shape: [inputs, ...size],
          parameters: {
            w1: [middle, inputs, ...first],
            b1: [middle],
            w2: [outputs, middle, ...second],
          },
          emit: (graph) => {
            const attributes = {
              strides: { ints: [stride, 1] },
              dilations: { ints: [1, dilation] },
              pads: { ints: pads },
            }
            let value = emit(graph, 'Conv', ['x', 'w1', 'b1'], { ...attributes, kernel_shape: { ints: first } })
            const windows = { kernel_shape: { ints: [pool, pool] }, strides: { ints: [pool, pool] } }
            for (const op of order.split(' ')) {
              if (op === 'residual') value = emit(graph, 'Add', [value, emit(graph, 'Relu', [value])])
              else if (op === 'scaled') value = emit(graph, 'Mul', [value, floatConstant(graph, [0.5], [])])
              else value = emit(graph, op, [value], op === 'MaxPool' ? windows : {})
            }
            return emit(graph, 'Conv', [value, 'w2'], { kernel_shape: { ints: second }, pads: { ints: [1, 1, 1, 1] } })
          },
        }
        await check(network, batch)
      },
    ),
    { numRuns: 60, includeErrorInReport: true },
  )
})

test('transposed convolutions and grouped ones between others give the same in blocks', { skip }, async () => {
  const channels = block!
  const same = { kernel_shape: { ints: [3, 3] }, pads: { ints: [1, 1, 1, 1] } }
  const graph = await check(
    {
      shape: [2 * channels, 6, 5],
      parameters: {
        w1: [2 * channels, channels, 3, 3],
        w2: [channels, 2, 3, 3],
        w3: [channels, channels, 2, 2],
        b3: [channels],
      },
      emit: (graph) => {
        const up = emit(graph, 'ConvTranspose', ['x', 'w1'], { ...same, pads: { ints: [1, 0, 1, 2] } })
        const grouped = emit(graph, 'Conv', [up, 'w2'], { ...same, group: { int: channels / 2 } })
        const sum = emit(graph, 'Add', [up, emit(graph, 'Relu', [grouped])])
        const wide = { kernel_shape: { ints: [2, 2] }, strides: { ints: [2, 2] } }
        return emit(graph, 'ConvTranspose', [sum, 'w3', 'b3'], wide)
      },
    },
    3,
  )
  assert.ok(count(graph, 'Conv') > 0)
})

test('the CNN is computed in blocks from its first convolution to its last pooling', { skip }, () => {
  const training = { optimizer: 'sgd', learningRate: 1, momentum: 0, epochs: 1, batchSize: 32, proximal: 0 } as const
  const graph = buildStepGraph({ model: mnistCnn(), training, weighted: false, block })
  // Two forward, one gradient of an input, two of weights.
  assert.equal(count(graph, 'Conv'), 5)
  assert.equal(count(graph, 'MaxPool'), 2)
  assert.equal(graph.nodes.filter(({ op, domain }) => /Conv|MaxPool/.test(op) && domain === undefined).length, 0)
  // Into blocks: the dense layers' gradient and, for the gradients of weights, the examples. Out: the features, and the second layer's input.
  assert.equal(count(graph, 'ReorderInput'), 3)
  assert.equal(count(graph, 'ReorderOutput'), 2)
})

test('training in blocks repeats bit for bit, with a last batch that fills no block, on one thread and on two', async () => {
  const convolution: Layer = {
    kind: 'convolution',
    channels: 16,
    kernel: [3, 3],
    padding: 'same',
    activation: 'relu',
  }
  const model: LayeredModel = {
    inputs: 144,
    shape: [1, 12, 12],
    layers: [
      convolution,
      { kind: 'max-pooling', window: [2, 2] },
      convolution,
      { kind: 'dense', outputs: 3, activation: 'none' },
    ],
    output: 'softmax',
  }
  const random = fromSeed(3)
  const dataset: Dataset = {
    count: 41,
    features: 144,
    inputs: Uint8Array.from({ length: 41 * 144 }, () => 256 * random()),
    labels: Int32Array.from({ length: 41 }, (_, index) => index % 3),
    inputZero: 0,
    inputScale: [1, 255],
    labelCenter: 0,
    labelSpread: 1,
  }
  const training = {
    optimizer: 'sgd',
    learningRate: 0.1,
    momentum: 0.9,
    epochs: 2,
    batchSize: 16,
    proximal: 0,
  } as const
  const results: Float32Array[] = []
  for (const threads of [1, 1, 2]) {
    const trainer = await createTrainer(model, training, { threads })
    results.push((await trainer.fit(initialWeights(model, 1), dataset, { seed: 1 })).weights)
    await trainer.release()
  }
  assert.deepEqual(results[1], results[0])
  assert.deepEqual(results[2], results[0])
})
