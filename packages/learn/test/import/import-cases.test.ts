/** Files as people have reported them, to this project and to others that read ONNX. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { exportOnnx } from '../../src/export/export.ts'
import { importOnnx, UnsupportedOperatorError } from '../../src/import/import-onnx.ts'
import { OnnxFileError } from '../../src/onnx/reader.ts'
import { openSession } from '../../src/onnx/runtime.ts'
import { loadTask } from '../../src/tasks/tasks.ts'
import { assertSameAnswers, assertTrueGradient } from '../against-runtime.ts'
import { type FileNodeSpec, type FileSpec, toOnnxFile, type Values } from '../onnx-file.ts'

const wave = (...shape: number[]): Values => ({
  shape,
  values: Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.fround(Math.sin(5 * i + 1) / 2)),
})
const whole = (...values: number[]): Values => ({ shape: [values.length], values, type: 'int64' })
const scalar = (value: number): Values => ({ shape: [], values: [value] })
const node = (op: string, inputs: string[], output: string, attributes?: FileNodeSpec['attributes']): FileNodeSpec => ({
  op,
  inputs,
  outputs: [output],
  ...(attributes === undefined ? {} : { attributes }),
})

/** Imports, compares answers and gradient, and releases. */
async function check(spec: FileSpec, trainable?: string[], largest?: number): Promise<string[]> {
  const options = { output: 'softmax' as const, ...(trainable === undefined ? {} : { trainable }) }
  const { model, trainer, dataset } = await assertSameAnswers(toOnnxFile(spec), options, largest)
  await assertTrueGradient(model, trainer, dataset)
  await trainer.release()
  return model.tensors.map(({ name }) => name)
}

test('a cast to whole numbers and back cuts off what the file cuts off', async () => {
  await check({
    input: { name: 'x', shape: ['N', 4] },
    constants: { three: scalar(3), v: wave(4, 3), w: wave(4, 3), b: wave(3) },
    nodes: [
      node('Mul', ['x', 'three'], 'm'),
      node('Cast', ['m'], 'i', { to: 7 }),
      node('Cast', ['i'], 'f', { to: 1 }),
      node('MatMul', ['f', 'v'], 'p'),
      node('Gemm', ['x', 'w', 'b'], 'q'),
      node('Add', ['p', 'q'], 'y'),
    ],
    output: { name: 'y' },
  })
})

for (const type of ['int64', 'int32', 'uint8'] as const) {
  test(`an input of ${type} that is cast to float trains`, async () => {
    await check(
      {
        input: { name: 'x', type, shape: ['N', 4] },
        constants: { w: wave(4, 3), b: wave(3) },
        nodes: [node('Cast', ['x'], 'f', { to: 1 }), node('Gemm', ['f', 'w', 'b'], 'y')],
        output: { name: 'y' },
      },
      undefined,
      5,
    )
  })
}

test('a cast of a trained value to whole numbers is refused by name: no gradient comes back', () => {
  const file = toOnnxFile({
    input: { name: 'x', shape: ['N', 4] },
    constants: { w: wave(4, 3) },
    nodes: [node('MatMul', ['x', 'w'], 'p'), node('Cast', ['p'], 'i', { to: 7 }), node('Cast', ['i'], 'y', { to: 1 })],
    output: { name: 'y' },
  })
  assert.throws(() => importOnnx(file, { output: 'softmax' }), /no tensor to train has a gradient/)
})

test('frozen constants broadcast as they do in the file', async () => {
  for (const [op, a, b] of [
    ['Mul', [3, 1], [1, 3]],
    ['Add', [3], [3, 1]],
    ['Sub', [1], [3, 3]],
    ['Div', [3, 3], []],
  ] as const) {
    const trained = await check(
      {
        input: { name: 'x', shape: ['N', 4] },
        constants: { w: wave(4, 3), a: wave(...a), b: wave(...b) },
        nodes: [node('MatMul', ['x', 'w'], 't'), node(op, ['a', 'b'], 'k'), node('MatMul', ['t', 'k'], 'y')],
        output: { name: 'y' },
      },
      ['w'],
    )
    assert.deepEqual(trained, ['w'])
  }
})

test('small values are computed in single precision and broadcast, masks and selections too', async () => {
  await check(
    {
      input: { name: 'x', shape: ['N', 4] },
      constants: {
        w: wave(4, 3),
        row: whole(0, 1, 2),
        one: whole(1),
        column: { shape: [3, 1], values: [0, 1, 2], type: 'int64' },
        high: scalar(0.7),
        low: { shape: [3], values: [0.1, -0.2, 0.3] },
        tenth: scalar(0.1),
        thirty: scalar(30),
      },
      nodes: [
        node('LessOrEqual', ['row', 'column'], 'is'),
        node('Where', ['is', 'high', 'low'], 'mask'),
        node('Mul', ['tenth', 'thirty'], 'three'),
        node('Floor', ['three'], 'cut'),
        node('Mul', ['mask', 'cut'], 'k'),
        node('MatMul', ['x', 'w'], 't'),
        node('MatMul', ['t', 'k'], 'y'),
      ],
      output: { name: 'y' },
    },
    ['w'],
  )
})

test('the output_shape of a transposed convolution is what it says', async () => {
  const head = node('ConvTranspose', ['x', 'k'], 'c', { strides: [2, 2], output_shape: [6, 6] })
  const common = { input: { name: 'x', shape: ['N', 1, 3, 3] }, output: { name: 'y' } }
  await check({
    ...common,
    constants: { k: wave(1, 2, 3, 3), w: wave(2, 3) },
    nodes: [head, node('GlobalAveragePool', ['c'], 'g'), node('Flatten', ['g'], 'f'), node('MatMul', ['f', 'w'], 'y')],
  })
  await check({
    ...common,
    constants: { k: wave(1, 1, 3, 3), w: wave(36, 3) },
    nodes: [head, node('Flatten', ['c'], 'f'), node('MatMul', ['f', 'w'], 'y')],
  })
})

test('pooling that rounds up has the runtime’s windows, and the true gradient', async () => {
  const pool = (op: string) =>
    node(op, ['x', 'k'].slice(0, 1), 'p', { kernel_shape: [2, 2], strides: [2, 2], pads: [1, 1, 1, 1], ceil_mode: 1 })
  const conv = node('Conv', ['x', 'k'], 'c', { pads: [1, 1, 1, 1], kernel_shape: [3, 3] })
  const common = { input: { name: 'x', shape: ['N', 1, 5, 5] }, output: { name: 'y' } }
  await check({
    ...common,
    opset: 22,
    constants: { k: wave(2, 1, 3, 3), w: wave(18, 3) },
    nodes: [conv, { ...pool('MaxPool'), inputs: ['c'] }, node('Flatten', ['p'], 'f'), node('MatMul', ['f', 'w'], 'y')],
  })
  await check({
    ...common,
    constants: { k: wave(2, 1, 3, 3), w: wave(2, 3) },
    nodes: [
      conv,
      { ...pool('MaxPool'), inputs: ['c'] },
      node('GlobalAveragePool', ['p'], 'g'),
      node('Flatten', ['g'], 'f'),
      node('MatMul', ['f', 'w'], 'y'),
    ],
  })
})

/** A perceptron whose every value is named by the caller. */
const named = ([x, w, b, h, r, v, y]: string[]): FileSpec => ({
  input: { name: x!, shape: ['N', 4] },
  constants: { [w!]: wave(4, 5), [b!]: wave(5), [v!]: wave(5, 3) },
  nodes: [node('Gemm', [x!, w!, b!], h!), node('Relu', [h!], r!), node('MatMul', [r!, v!], y!)],
  output: { name: y! },
})

test('an empty value with a huge axis is left to the runtime, and costs nothing to read', () => {
  const file = toOnnxFile({
    input: { name: 'x', shape: ['n', 2] },
    constants: {
      w: { shape: [2, 2], values: [1, 2, 3, 4] },
      size: { shape: [2], values: [200_000_000, 0], type: 'int64' },
    },
    nodes: [
      { op: 'MatMul', inputs: ['x', 'w'], outputs: ['m'] },
      { op: 'ConstantOfShape', inputs: ['size'], outputs: ['c'] },
      { op: 'Add', inputs: ['c', 'c'], outputs: ['d'] },
      { op: 'ReduceSum', inputs: ['d'], outputs: ['r'], attributes: { keepdims: 0 } },
      { op: 'Add', inputs: ['m', 'r'], outputs: ['y'] },
    ],
    output: { name: 'y' },
  })
  const before = process.memoryUsage().rss
  importOnnx(file, { output: 'softmax' })
  assert.ok(process.memoryUsage().rss - before < 100e6)
})

test('pooling that rounds up past more padding than the runtime takes is refused by name', () => {
  const pooled = (dilation: number) =>
    toOnnxFile({
      input: { name: 'x', shape: ['n', 2, 4, 3] },
      constants: { w: { shape: [12, 2], values: Array.from({ length: 24 }, (_, index) => index / 24) } },
      nodes: [
        {
          op: 'MaxPool',
          inputs: ['x'],
          outputs: ['p'],
          attributes: { kernel_shape: [2, 1], strides: [3, 1], dilations: [dilation, 1], ceil_mode: 1 },
        },
        { op: 'Flatten', inputs: ['p'], outputs: ['f'] },
        { op: 'MatMul', inputs: ['f', 'w'], outputs: ['y'] },
      ],
      output: { name: 'y' },
    })
  assert.throws(
    () => importOnnx(pooled(2), { output: 'softmax' }),
    /MaxPool.*reach past the end by more than its kernel/s,
  )
  assert.equal(importOnnx(pooled(1), { output: 'softmax' }).outputs, 2)
})

test('the names that Keras gives to weights are trained', async () => {
  const weights = [
    'model/dense/MatMul/ReadVariableOp:0',
    'model/dense/BiasAdd/ReadVariableOp:0',
    'model/dense_1/MatMul:0',
  ]
  const [w, b, v] = weights as [string, string, string]
  assert.deepEqual(await check(named(['x', w, b, 'h', 'r', v, 'y'])), weights)
})

test('a value between may be named "input", the graph’s input otherwise', async () => {
  await check(
    {
      input: { name: 'pixel_values', shape: ['N', 4] },
      constants: { mean: wave(4), w: wave(4, 3), b: wave(3) },
      nodes: [node('Sub', ['pixel_values', 'mean'], 'input'), node('Gemm', ['input', 'w', 'b'], 'output')],
      output: { name: 'output' },
    },
    ['w', 'b'],
  )
})

/** Names that training and the importer give to values of their own, and names that JavaScript gives to objects. */
const OURS = [
  ...['x', 'rows', 'targets', 'rowWeights', 'normalizer', 'normalizers', 'learningRate', 'inputs', 'inputScale'],
  ...['inputZero', 'batches', 'batchTargets', 'batchWeights', 'loss', 'losses', 'outputs', 'output', 'input', 'bias1'],
  ...[
    'model/input',
    'model/1',
    'model/2',
    'model/3',
    'parameter0',
    'parameter1',
    'parameter0.velocity',
    'parameter1.anchor',
  ],
  ...['start.parameter0', 'final.parameter0', 'next.parameter0', 'body_DequantizeLinear_1', 'body_constant_0'],
  ...['model_constant_0', 'model_MatMul_0', 'tutti_Softmax_0', 'step_Gemm_0', 'scan_Scan_0', 'forward_Gather_0'],
  ...['__proto__', 'constructor', 'toString', 'hasOwnProperty', '*', 'a*', ' ', 'ü/µ', '名前', '"'],
]

test('any names do, our own and those of JavaScript too, in the file and in what is exported', async () => {
  const task = loadTask('digits')
  await fc.assert(
    fc.asyncProperty(fc.shuffledSubarray(OURS, { minLength: 7, maxLength: 7 }), async (names) => {
      // The runtime's answer is an object, which has no place for it.
      fc.pre(names[0] !== '__proto__' && names[6] !== '__proto__')
      const file = toOnnxFile(named(names))
      const trained = await check(named(names))
      assert.deepEqual(trained, [names[1], names[2], names[5]])
      const model = importOnnx(file, { output: 'softmax', trainable: [names[1]!] })
      const exported = exportOnnx({ model, data: task.schema }, model.weights)
      const session = await openSession(exported)
      assert.deepEqual([session.inputNames, session.outputNames], [[names[0]], [names[6]]])
      await session.release()
      const again = importOnnx(exported, { output: 'softmax' })
      assert.deepEqual(new Set(again.tensors.map(({ name }) => name)), new Set(trained))
    }),
    { numRuns: 25 },
  )
})

test('what a file says twice, or of its own, is refused', () => {
  const twice = { ...named(['x', 'w', 'b', 'h', 'h', 'v', 'y']) }
  assert.throws(() => importOnnx(toOnnxFile(twice), { output: 'softmax' }), UnsupportedOperatorError)
  const foreign = named(['x', 'w', 'b', 'h', 'r', 'v', 'y'])
  foreign.nodes[1]!.domain = 'com.example'
  assert.throws(() => importOnnx(toOnnxFile(foreign), { output: 'softmax' }), /operator com\.example\.Relu/)
  assert.throws(
    () => importOnnx(toOnnxFile({ ...foreign, nodes: [node('toString', ['x'], 'y')] }), { output: 'softmax' }),
    /operator toString/,
  )
  const bytes = toOnnxFile(named(['x', 'w', 'b', 'h', 'r', 'v', 'y']))
  assert.throws(() => importOnnx(bytes.subarray(0, bytes.length - 3), { output: 'softmax' }), OnnxFileError)
})
