/** An imported model against the file itself, run by ONNX Runtime: the same outputs, or a refusal by name. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Dataset } from '../../src/data/dataset.ts'
import { importOnnx, UnsupportedOperatorError } from '../../src/import/import-onnx.ts'
import { OnnxModelError } from '../../src/import/tensor-selection.ts'
import type { TrainingSpec } from '../../src/manifest/manifest.ts'
import { openSession, Tensor } from '../../src/onnx/runtime.ts'
import { createTrainer } from '../../src/training/trainer.ts'
import { type AttributeValue, type FileNodeSpec, type FileSpec, toOnnxFile, type Values } from '../onnx-file.ts'
import { SWEEP, type Sweep } from '../operator-sweep.ts'

const SGD: TrainingSpec = { optimizer: 'sgd', learningRate: 1, momentum: 0, epochs: 1, batchSize: 100, proximal: 0 }
const COUNT = 4
const H = 2 ** -9
/** Random graphs of each property; more are tried where `FUZZ_RUNS` says so. */
const RUNS = Number(process.env.FUZZ_RUNS ?? 60)

const product = (shape: number[]) => shape.reduce((total, size) => total * size, 1)
const ramp = (shape: number[], seed: number): Values => ({
  shape,
  values: Array.from({ length: product(shape) }, (_, index) => Math.fround(Math.sin((index + 1) * (seed + 1.7)) / 2)),
})

/** What a file answers, by the runtime. */
async function answer(file: Uint8Array, x: Float32Array, shape: number[]): Promise<{ dims: number[]; data: number[] }> {
  const session = await openSession(file, { logSeverityLevel: 4 })
  try {
    const { y } = await session.run({ x: new Tensor('float32', x, [COUNT, ...shape]) })
    return { dims: [...y!.dims], data: [...(y!.data as Iterable<number | bigint | boolean>)].map(Number) }
  } finally {
    await session.release()
  }
}

/** Nodes that compute `r` from `d`, which has the shape of the input. */
type Middle = Pick<FileSpec, 'nodes' | 'constants'> & { opset: number; shape: number[] }

/**
 * A file around `middle`: `d` is the sum of the input and the trained `p`, and the outputs are all of `r`'s values
 * times the trained `w`; undefined where the runtime takes no such file, or `r` has not as many values each example.
 */
async function toFile({ nodes, constants = {}, opset, shape }: Middle, x: Float32Array, isStep: boolean) {
  const common = { opset, input: { name: 'x', shape: ['n', ...shape] }, output: { name: 'y' } }
  const head: FileNodeSpec[] = [
    { op: 'Add', inputs: ['x', 'p'], outputs: ['d'] },
    ...nodes,
    { op: 'Cast', inputs: ['r'], outputs: ['real'], attributes: { to: 1 } },
  ]
  const p = ramp(shape, 3)
  const probe = [...head, { op: 'Identity', inputs: ['real'], outputs: ['y'] }]
  let width: number
  try {
    const { dims } = await answer(toOnnxFile({ ...common, constants: { ...constants, p }, nodes: probe }), x, shape)
    width = product(dims) / COUNT
  } catch {
    return undefined
  }
  if (!Number.isInteger(width)) return undefined
  const tail: FileNodeSpec[] = [
    { op: 'Reshape', inputs: ['real', 'rows'], outputs: ['flat'] },
    { op: 'MatMul', inputs: ['flat', 'w'], outputs: ['z'] },
  ]
  const more: Record<string, Values> = {
    w: ramp([width, 3], 5),
    rows: { shape: [2], values: [-1, width], type: 'int64' },
  }
  if (isStep) {
    // What has no gradient is given a way around it, so that `p` has one.
    const around = product(shape)
    more.v = ramp([around, 3], 7)
    more.around = { shape: [2], values: [-1, around], type: 'int64' }
    tail.push(
      { op: 'Reshape', inputs: ['d', 'around'], outputs: ['e'] },
      { op: 'MatMul', inputs: ['e', 'v'], outputs: ['way'] },
      { op: 'Add', inputs: ['z', 'way'], outputs: ['y'] },
    )
  } else tail.push({ op: 'Identity', inputs: ['z'], outputs: ['y'] })
  const build = (values: number[]) =>
    toOnnxFile({ ...common, constants: { ...constants, ...more, p: { shape, values } }, nodes: [...head, ...tail] })
  return { file: build(p.values), build, p: p.values }
}

/** Whether an import gives the file's own outputs and gradient; throws its refusal. */
async function compare(middle: Middle, isStep = false): Promise<'same' | 'not a file'> {
  const { shape } = middle
  const features = product(shape)
  const inputs = Uint8Array.from({ length: COUNT * features }, (_, index) => (index * 89 + 13) % 256)
  const x = Float32Array.from(inputs, (byte) => (byte - 128) / 64)
  const built = await toFile(middle, x, isStep)
  if (built === undefined) return 'not a file'
  const model = importOnnx(built.file, { output: 'softmax', trainable: ['p', 'w'] })
  const dataset: Dataset = {
    count: COUNT,
    features,
    inputs,
    labels: Int32Array.from({ length: COUNT }, (_, i) => i % 3),
    inputZero: 128,
    inputScale: [1, 64],
    labelCenter: 0,
    labelSpread: 1,
  }
  const trainer = await createTrainer(model, SGD)
  const expected = await answer(built.file, x, shape)
  const found = await trainer.predict(model.weights, dataset)
  for (const [index, value] of expected.data.entries()) {
    assert.ok(
      Math.abs(found[index]! - value) < 1e-4 * (1 + Math.abs(value)),
      `output ${index}: ${found[index]}, file ${value}`,
    )
  }
  // The step along a direction is the loss's own change along it, by the file alone.
  const { weights } = await trainer.fit(model.weights, dataset, { seed: 1 })
  const direction = built.p.map((_, index) => Math.cos(3 * index + 1))
  const at = model.tensors[0]!.name === 'p' ? 0 : product(model.tensors[0]!.shape)
  const slope = direction.reduce((sum, by, index) => sum + by * (model.weights[at + index]! - weights[at + index]!), 0)
  const lossAt = async (by: number) => {
    const moved = built.p.map((value, index) => value + by * direction[index]!)
    const { data } = await answer(built.build(moved), x, shape)
    let sum = 0
    for (let row = 0; row < COUNT; row++) {
      const logits = data.slice(3 * row, 3 * row + 3)
      sum += Math.log(logits.reduce((all, value) => all + Math.exp(value), 0)) - logits[row % 3]!
    }
    return sum / COUNT
  }
  const [above, below] = [await lossAt(H), await lossAt(-H)]
  const change = (above - below) / (2 * H)
  await trainer.release()
  assert.ok(Math.abs(change - slope) < 5e-3 * (1 + Math.abs(change)), `slope ${slope}, the file's ${change}`)
  return 'same'
}

function toMiddle(op: string, use: Sweep): Middle {
  const {
    shape = [2, 3],
    operands = [],
    before = [],
    attributes = {},
    opset = 17,
    first,
    output = 0,
    outputs = 1,
  } = use
  const constants: Record<string, Values> = {}
  const place = (values: Values, index: number, side: string) => {
    constants[`${side}${index}`] = values
    return `${side}${index}`
  }
  const nodes: FileNodeSpec[] = []
  if (first === 'positive') {
    constants.half = { shape: [], values: [0.5] }
    nodes.push(
      { op: 'Abs', inputs: ['d'], outputs: ['size'] },
      { op: 'Add', inputs: ['size', 'half'], outputs: ['data'] },
    )
  } else if (first === 'int64' || first === 'bool') {
    nodes.push({ op: 'Cast', inputs: ['d'], outputs: ['data'], attributes: { to: first === 'bool' ? 9 : 7 } })
  }
  if (first === 'sequence') {
    nodes.push({ op: 'Transpose', inputs: ['d'], outputs: ['data'], attributes: { perm: [1, 0, 2] } })
  }
  const result = first === 'sequence' ? 'sequence' : 'r'
  nodes.push({
    op,
    inputs: [
      ...before.map((values, index) => place(values, index, 'left')),
      nodes.length > 0 ? 'data' : 'd',
      ...(op === 'Concat' ? ['d'] : []),
      ...operands.map((values, index) => place(values, index, 'right')),
    ],
    outputs:
      output === 0
        ? [result, ...Array.from({ length: outputs - 1 }, (_, index) => `other${index}`)]
        : [...new Array<string>(output).fill('').map((_, index) => `other${index}`), result],
    attributes,
  })
  if (first === 'sequence') {
    const perm = output === 0 ? [2, 0, 1, 3] : [1, 0, 2]
    nodes.push({ op: 'Transpose', inputs: [result], outputs: ['r'], attributes: { perm } })
  }
  return { nodes, constants, opset, shape }
}

for (const [op, uses] of Object.entries(SWEEP)) {
  test(`${op}: an import answers as the file does, or refuses it by name`, async () => {
    for (const [index, use] of uses.entries()) {
      const what = `use ${index} ${JSON.stringify(use)}`
      try {
        const found = await compare(toMiddle(op, use), use.isStep)
        if (found === 'same') assert.equal(use.refused, undefined, what)
        else assert.ok(use.refused, `${what}: no file that the runtime takes`)
      } catch (error) {
        if (!(error instanceof UnsupportedOperatorError || error instanceof OnnxModelError)) {
          throw new Error(`${what}: ${(error as Error).message}`, { cause: error })
        }
        assert.match(error.message, use.refused ?? /^accepted$/, what)
        assert.match(error.message, new RegExp(`operator ${op} `), what)
      }
    }
  })
}

const sizes = (max: number) => fc.tuple(fc.integer({ min: 1, max }), fc.integer({ min: 1, max }))
const four = fc.array(fc.nat(2), { minLength: 4, maxLength: 4 })
/** Windows of all sorts over images and signals, some of which fit nothing. */
const windows = fc
  .record({
    op: fc.constantFrom('Conv', 'ConvTranspose', 'MaxPool', 'AveragePool'),
    isSignal: fc.boolean(),
    size: fc.tuple(fc.integer({ min: 3, max: 6 }), fc.integer({ min: 3, max: 6 })),
    kernel: sizes(3),
    strides: fc.option(sizes(3)),
    dilations: fc.option(sizes(2)),
    pads: fc.option(four),
    autoPad: fc.option(fc.constantFrom('NOTSET', 'VALID', 'SAME_UPPER', 'SAME_LOWER')),
    ceil: fc.option(fc.nat(1)),
    countsPads: fc.option(fc.nat(1)),
    group: fc.constantFrom(1, 2),
    added: fc.option(fc.tuple(fc.nat(1), fc.nat(1))),
    wanted: fc.option(fc.tuple(fc.integer({ min: 4, max: 12 }), fc.integer({ min: 4, max: 12 }))),
  })
  .map((all): Middle => {
    const cut = <T>(list: T[]) => (all.isSignal ? (list.length === 4 ? [list[1]!, list[3]!] : [list[1]!]) : list)
    const attributes: Record<string, AttributeValue> = {}
    if (all.op.endsWith('Pool') || all.ceil !== null) attributes.kernel_shape = cut(all.kernel)
    if (all.strides !== null) attributes.strides = cut(all.strides)
    if (all.dilations !== null && all.op !== 'AveragePool') attributes.dilations = cut(all.dilations)
    if (all.autoPad !== null) attributes.auto_pad = all.autoPad
    if (all.pads !== null && (all.autoPad ?? 'NOTSET') === 'NOTSET') attributes.pads = cut(all.pads)
    const isPool = all.op.endsWith('Pool')
    if (isPool && all.ceil !== null) attributes.ceil_mode = all.ceil
    if (all.op === 'AveragePool' && all.countsPads !== null) attributes.count_include_pad = all.countsPads
    if (!isPool) attributes.group = all.group
    if (all.op === 'ConvTranspose' && all.added !== null) attributes.output_padding = cut(all.added)
    if (all.op === 'ConvTranspose' && all.wanted !== null) attributes.output_shape = cut(all.wanted)
    const shape = [2, ...cut(all.size)]
    const each = 2 / all.group
    const constants: Record<string, Values> = isPool
      ? {}
      : all.op === 'Conv'
        ? { k: ramp([4, each, ...cut(all.kernel)], 2), b: ramp([4], 4) }
        : { k: ramp([2, 3, ...cut(all.kernel)], 2), b: ramp([3 * all.group], 4) }
    const inputs = ['d', ...Object.keys(constants)]
    return { nodes: [{ op: all.op, inputs, outputs: ['r'], attributes }], constants, opset: 17, shape }
  })

test('windows of all sorts: an import answers as the file does, or refuses it by name', async () => {
  const found = { same: 0, refused: 0, 'not a file': 0 }
  await fc.assert(
    fc.asyncProperty(windows, async (middle) => {
      try {
        found[await compare(middle)] += 1
      } catch (error) {
        if (!(error instanceof UnsupportedOperatorError)) throw error
        assert.match(error.message, /(auto_pad|output_shape|output_padding|ceil_mode|do not fit|padding)/)
        found.refused += 1
      }
    }),
    { numRuns: RUNS },
  )
  assert.ok(found.same > RUNS / 4, JSON.stringify(found))
})

/** One more operation on a value of a known shape, the batch first; undefined where it fits none. */
interface Move {
  op: string
  attributes?: Record<string, AttributeValue>
  operands?: Values[]
  /** How often the value itself is an operand. */
  times?: number
  to: number[]
}

const integers = (...values: number[]): Values => ({ shape: [values.length], values, type: 'int64' })

/** Moves of values of shape [batch, …shape]: `pick` chooses between what is possible. */
function moves(shape: number[], pick: (count: number) => number): Move {
  const at = pick(shape.length)
  const axis = at + 1
  const size = shape[at]!
  const rest = shape.toSpliced(at, 1)
  const total = product(shape)
  const order = [...shape.keys()].map((index) => (index + at) % shape.length)
  const all: Move[] = [
    { op: 'Tanh', to: shape },
    { op: 'Softmax', attributes: { axis }, to: shape },
    { op: 'LogSoftmax', attributes: { axis: axis - shape.length - 1 }, to: shape },
    {
      op: 'Mul',
      operands: [
        ramp(
          shape.map((one, index) => (index === at ? one : 1)),
          4,
        ),
      ],
      to: shape,
    },
    { op: 'Add', operands: [ramp([size, ...shape.slice(axis).map(() => 1)], 6)], to: shape },
    {
      op: 'Transpose',
      attributes: { perm: [0, ...order.map((index) => index + 1)] },
      to: order.map((index) => shape[index]!),
    },
    { op: 'Reshape', operands: [integers(0, -1)], to: [total] },
    { op: 'Reshape', operands: [integers(-1, size, total / size)], to: [size, total / size] },
    { op: 'Flatten', to: [total] },
    { op: 'Unsqueeze', operands: [integers(axis)], to: shape.toSpliced(at, 0, 1) },
    { op: 'Slice', operands: [integers(size - 1), integers(-size - 1), integers(axis), integers(-1)], to: shape },
    { op: 'Slice', operands: [integers(-1), integers(2 ** 40), integers(axis)], to: shape.with(at, 1) },
    {
      op: 'Pad',
      operands: [integers(...[0, ...shape.map((_, i) => (i === at ? 1 : 0))], ...[0, ...shape.map(() => 0)])],
      to: shape.with(at, size + 1),
    },
    { op: 'Concat', attributes: { axis }, times: 2, to: shape.with(at, 2 * size) },
    { op: 'Gather', attributes: { axis }, operands: [integers(0, -1, 0)], to: shape.with(at, 3) },
    ...(shape.length > 1
      ? [
          { op: 'Trilu', to: shape },
          { op: 'ReduceMean', attributes: { axes: [axis], keepdims: 0 }, to: rest },
          { op: 'ReduceSum', operands: [integers(axis)], attributes: { keepdims: 0 }, to: rest },
          {
            op: 'Gather',
            attributes: { axis },
            operands: [{ shape: [], values: [-1], type: 'int64' as const }],
            to: rest,
          },
          { op: 'MatMul', operands: [ramp([shape.at(-1)!, 2], 8)], to: shape.with(-1, 2) },
          { op: 'LayerNormalization', operands: [ramp([shape.at(-1)!], 9)], to: shape },
        ]
      : []),
    ...(size === 1 && shape.length > 1 ? [{ op: 'Squeeze', operands: [integers(axis)], to: rest }] : []),
    ...(size === 1 ? [{ op: 'Expand', operands: [integers(1, ...shape.with(at, 3))], to: shape.with(at, 3) }] : []),
  ]
  return all[pick(all.length)]!
}

const chains = fc.tuple(
  fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 }),
  fc.array(fc.nat(10_000), { minLength: 2, maxLength: 14 }),
)

test('random chains of operations: an import answers as the file does, with the shapes that it has', async () => {
  await fc.assert(
    fc.asyncProperty(chains, async ([start, choices]) => {
      let shape = start
      const nodes: FileNodeSpec[] = []
      const constants: Record<string, Values> = {}
      for (let step = 0; 2 * step + 1 < choices.length && product(shape) < 200; step++) {
        let next = 2 * step
        const move = moves(shape, (count) => choices[next++]! % count)
        const value = step === 0 ? 'd' : `t${step}`
        const operands = (move.operands ?? []).map((values, index) => {
          constants[`c${step}.${index}`] = values
          return `c${step}.${index}`
        })
        const inputs = [...new Array<string>(move.times ?? 1).fill(value), ...operands]
        nodes.push({ op: move.op, inputs, outputs: [`t${step + 1}`], attributes: move.attributes ?? {} })
        shape = move.to
      }
      nodes.push({ op: 'Identity', inputs: [`t${nodes.length}`], outputs: ['r'] })
      assert.equal(await compare({ nodes, constants, opset: 17, shape: start }), 'same')
    }),
    { numRuns: RUNS },
  )
})
