import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fromSeed, shuffle } from '@tutti/core'
import fc from 'fast-check'
import { emitGradients, hasGradient } from '../../src/gradients/autodiff.ts'
import { OPERATORS } from '../../src/import/operators.ts'
import { createGraph, emit, floatConstant, integerConstant } from '../../src/onnx/graph.ts'
import { openSession, Tensor } from '../../src/onnx/runtime.ts'
import { inferShapes } from '../../src/onnx/shapes.ts'
import { type Attribute, encodeModel, type Graph } from '../../src/onnx/writer.ts'
import { SWEEP } from '../operator-sweep.ts'

/** One use of an operator: float inputs to differentiate by, and how its output is emitted. */
interface Use {
  inputs: Record<string, number[]>
  emit: (graph: Graph) => string
  /** Values are at least 0.05 when true: for roots, logarithms and divisors. */
  isPositive?: boolean
}

const H = 2 ** -6
const size = fc.integer({ min: 1, max: 3 })
const shape = (rank: number) => fc.array(size, { minLength: rank, maxLength: rank })
const anyShape = fc.integer({ min: 1, max: 4 }).chain(shape)
const ints = (values: number[]): Attribute => ({ ints: values })
const product = (sizes: number[]) => sizes.reduce((all, one) => all * one, 1)

/** Distinct values, none closer than 0.04 to zero or, if positive numbers are not asked for, to another: no kink is near. */
function distinct(count: number, seed: number, isPositive: boolean): Float32Array {
  const places = shuffle(
    fromSeed(seed),
    Array.from({ length: count }, (_, index) => index),
  )
  const low = isPositive ? 0.3 : -0.1 * Math.floor(count / 2)
  const gap = isPositive ? Math.min(0.1, 2 / count) : 0.1
  return Float32Array.from(places, (place) => low + gap * (place + 0.55))
}

/** The gradient of Σ c·y against central differences of the same graph. */
async function checkGradient(use: Use, seed: number): Promise<void> {
  const names = Object.keys(use.inputs)
  const graph = createGraph('g')
  for (const [name, sizes] of Object.entries(use.inputs)) graph.inputs.push({ name, type: 'float', shape: sizes })
  const y = use.emit(graph)
  const shapes = inferShapes(graph, graph.nodes, new Map(Object.entries(use.inputs)))
  const sizes = shapes.get(y) as number[]
  const forward = await openSession(
    encodeModel({ ...graph, nodes: [...graph.nodes], outputs: [{ name: y, type: 'float', shape: sizes }] }),
  )
  graph.inputs.push({ name: 'c', type: 'float', shape: sizes })
  const gradients = emitGradients(graph, { output: y, seed: 'c' }, names, { shapes })
  const results = gradients.map((gradient, index) => emit(graph, 'Identity', [gradient], {}, `d${index}`))
  graph.outputs.push(
    ...results.map((name, index) => ({ name, type: 'float' as const, shape: use.inputs[names[index]!]! })),
  )
  const backward = await openSession(encodeModel(graph))
  const values = Object.fromEntries(
    names.map((name, index) => [name, distinct(product(use.inputs[name]!), seed + index, use.isPositive ?? false)]),
  )
  const feeds = (of: Record<string, Float32Array>) =>
    Object.fromEntries(names.map((name) => [name, new Tensor('float32', of[name]!, use.inputs[name]!)]))
  const weights = distinct(product(sizes), seed + 17, false).map((value) => Math.sin(3 * value))
  const sum = async (of: Record<string, Float32Array>) => {
    const output = (await forward.run(feeds(of)))[y]!.data as Float32Array
    assert.equal(output.length, weights.length, 'the inferred shape is another')
    return output.reduce((total, value, index) => total + value * weights[index]!, 0)
  }
  const found = await backward.run({ ...feeds(values), c: new Tensor('float32', weights, sizes) })
  for (const [index, name] of names.entries()) {
    const gradient = found[`d${index}`]!
    assert.deepEqual([...gradient.dims], use.inputs[name])
    for (const [p, actual] of (gradient.data as Float32Array).entries()) {
      const at = values[name]!
      const above = await sum({ ...values, [name]: at.with(p, at[p]! + H) })
      const below = await sum({ ...values, [name]: at.with(p, at[p]! - H) })
      const expected = (above - below) / (2 * H)
      assert.ok(
        Math.abs(actual - expected) < 4e-3 * (1 + Math.abs(expected)),
        `${name}[${p}]: ${actual} is not ${expected}`,
      )
    }
  }
  await forward.release()
  await backward.release()
}

const unary = (op: string, attributes: Record<string, Attribute> = {}, isPositive = false): fc.Arbitrary<Use> =>
  anyShape.map((sizes) => ({ inputs: { x: sizes }, emit: (graph) => emit(graph, op, ['x'], attributes), isPositive }))

/** Two shapes that broadcast to one: leading sizes left out, or 1. */
const broadcast = fc
  .tuple(anyShape, fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }), fc.nat(3), fc.nat(3))
  .map(([sizes, ones, first, second]) => {
    const part = (cut: number, from: number) =>
      sizes.map((one, axis) => (ones[from + axis] ? 1 : one)).slice(Math.min(cut, sizes.length - 1))
    return [part(first, 0), part(second, 4)] as const
  })
const binary = (op: string, isPositive = false): fc.Arbitrary<Use> =>
  broadcast.map(([a, b]) => ({ inputs: { a, b }, emit: (graph) => emit(graph, op, ['a', 'b']), isPositive }))

const axisUse = (op: string): fc.Arbitrary<Use> =>
  anyShape.chain((sizes) =>
    fc.integer({ min: -sizes.length, max: sizes.length - 1 }).map((axis) => ({
      inputs: { x: sizes },
      emit: (graph) => emit(graph, op, ['x'], { axis: { int: axis } }),
    })),
  )

/** A window that slides over an image: sizes, strides, dilations and pads that leave at least one place. */
const slide = fc.record({
  n: size,
  kernel: fc.tuple(size, size),
  strides: fc.tuple(size, size),
  dilations: fc.tuple(fc.integer({ min: 1, max: 2 }), fc.integer({ min: 1, max: 2 })),
  extra: fc.tuple(fc.nat(3), fc.nat(3)),
  pads: fc.tuple(fc.nat(1), fc.nat(1), fc.nat(1), fc.nat(1)),
})
const reach = (kernel: number, dilation: number) => dilation * (kernel - 1) + 1

const convolution = fc.tuple(slide, size, size, fc.integer({ min: 1, max: 2 })).map(([s, inner, outer, group]): Use => {
  const sizes = [0, 1].map((axis) => reach(s.kernel[axis]!, s.dilations[axis]!) + s.extra[axis]!)
  const attributes = {
    kernel_shape: ints(s.kernel),
    strides: ints(s.strides),
    dilations: ints(s.dilations),
    pads: ints(s.pads),
    group: { int: group },
  }
  return {
    inputs: { x: [s.n, inner * group, ...sizes], w: [outer * group, inner, ...s.kernel], b: [outer * group] },
    emit: (graph) => emit(graph, 'Conv', ['x', 'w', 'b'], attributes),
  }
})

const transposed = fc.tuple(slide, size, size, fc.integer({ min: 1, max: 2 })).map(([s, inner, outer, group]): Use => {
  const attributes = {
    kernel_shape: ints(s.kernel),
    strides: ints(s.strides),
    dilations: ints(s.dilations),
    group: { int: group },
  }
  return {
    inputs: { x: [s.n, inner * group, 2, 3], w: [inner * group, outer, ...s.kernel], b: [outer * group] },
    emit: (graph) => emit(graph, 'ConvTranspose', ['x', 'w', 'b'], attributes),
  }
})

const pooling = (op: string, attributes: Record<string, Attribute> = {}): fc.Arbitrary<Use> =>
  fc.tuple(slide, size, fc.boolean()).map(([s, channels, isTiled]) => {
    const edge: [number, number] = isTiled ? [2, 2] : s.kernel
    const sizes = edge.map((kernel, axis) => kernel * 2 + s.extra[axis]!)
    // A window must reach further than the padding.
    const pads = isTiled ? [0, 0, 0, 0] : s.pads.map((pad, index) => Math.min(pad, edge[index % 2]! - 1))
    const strides = isTiled ? edge : s.strides
    return {
      inputs: { x: [s.n, channels, ...sizes] },
      emit: (graph) =>
        emit(graph, op, ['x'], { kernel_shape: ints(edge), strides: ints(strides), pads: ints(pads), ...attributes }),
    }
  })

const USES: Record<string, fc.Arbitrary<Use>> = {
  Add: binary('Add'),
  Sub: binary('Sub'),
  Mul: binary('Mul'),
  Div: binary('Div', true),
  Pow: fc.tuple(anyShape, fc.constantFrom(2, 3, 0.5, -1)).map(([sizes, power]) => ({
    inputs: { x: sizes },
    emit: (graph) => emit(graph, 'Pow', ['x', floatConstant(graph, [power], [])]),
    isPositive: true,
  })),
  Where: broadcast.map(([a, b]) => ({
    inputs: { a, b },
    emit: (graph) => {
      graph.constants.push({
        name: 'm',
        type: 'bool',
        shape: a,
        bytes: Uint8Array.from({ length: product(a) }, (_, i) => i % 2),
      })
      return emit(graph, 'Where', ['m', 'a', 'b'])
    },
  })),
  Relu: unary('Relu'),
  LeakyRelu: unary('LeakyRelu', { alpha: { float: 0.2 } }),
  Sigmoid: unary('Sigmoid'),
  Tanh: unary('Tanh'),
  Erf: unary('Erf'),
  Exp: unary('Exp'),
  Softplus: unary('Softplus'),
  Abs: unary('Abs'),
  Neg: unary('Neg'),
  Sqrt: unary('Sqrt', {}, true),
  Log: unary('Log', {}, true),
  Reciprocal: unary('Reciprocal', {}, true),
  Identity: unary('Identity'),
  Elu: unary('Elu', { alpha: { float: 0.7 } }),
  PRelu: broadcast.map(([a, b]) => {
    const x = b.length > a.length ? b : a
    const full = x.map((one, axis) => Math.max(one, (x === a ? b : a).at(axis - x.length) ?? 1))
    return { inputs: { a: full, b: x === a ? b : a }, emit: (graph) => emit(graph, 'PRelu', ['a', 'b']) }
  }),
  Max: binary('Max'),
  Min: binary('Min'),
  Trilu: fc.tuple(shape(3), fc.nat(1), fc.integer({ min: -1, max: 1 })).map(([sizes, upper, k]) => ({
    inputs: { x: sizes },
    emit: (graph) => {
      const diagonal = emit(graph, 'Squeeze', [integerConstant(graph, [k]), integerConstant(graph, [0])])
      return emit(graph, 'Trilu', ['x', diagonal], { upper: { int: upper } })
    },
  })),
  Clip: anyShape.map((sizes) => ({
    inputs: { x: sizes },
    emit: (graph) => emit(graph, 'Clip', ['x', floatConstant(graph, [-0.3], []), floatConstant(graph, [0.4], [])]),
  })),
  Gemm: fc
    .tuple(size, size, size, fc.nat(1), fc.nat(1), fc.constantFrom('none', 'row', 'one', 'full'))
    .map(([m, k, n, transA, transB, bias]) => {
      const c = { none: undefined, row: [n], one: [1], full: [m, n] }[bias]
      const attributes = { transA: { int: transA }, transB: { int: transB }, alpha: { float: 0.5 }, beta: { float: 2 } }
      return {
        inputs: { a: transA ? [k, m] : [m, k], b: transB ? [n, k] : [k, n], ...(c === undefined ? {} : { c2: c }) },
        emit: (graph) => emit(graph, 'Gemm', ['a', 'b', ...(c === undefined ? [] : ['c2'])], attributes),
      }
    }),
  MatMul: fc
    .tuple(size, size, size, broadcast, fc.constantFrom('full', 'flat', 'row', 'column', 'dot'))
    .map(([m, k, n, [left, right], kind]) => {
      const a = kind === 'row' || kind === 'dot' ? [k] : [...left, m, k]
      const b = kind === 'column' || kind === 'dot' ? [k] : kind === 'flat' ? [k, n] : [...right, k, n]
      return { inputs: { a, b }, emit: (graph) => emit(graph, 'MatMul', ['a', 'b']) }
    }),
  Conv: convolution,
  ConvTranspose: transposed,
  MaxPool: pooling('MaxPool'),
  AveragePool: fc.oneof(pooling('AveragePool'), pooling('AveragePool', { count_include_pad: { int: 1 } })),
  GlobalAveragePool: shape(4).map((sizes) => ({
    inputs: { x: sizes },
    emit: (graph) => emit(graph, 'GlobalAveragePool', ['x']),
  })),
  Softmax: axisUse('Softmax'),
  LogSoftmax: axisUse('LogSoftmax'),
  ReduceMean: fc
    .tuple(shape(3), fc.subarray([0, 1, -1], { minLength: 1 }), fc.nat(1))
    .map(([sizes, axes, keepdims]) => ({
      inputs: { x: sizes },
      emit: (graph) => emit(graph, 'ReduceMean', ['x'], { axes: ints(axes), keepdims: { int: keepdims } }),
    })),
  ReduceSum: fc
    .tuple(shape(3), fc.subarray([0, 1, -1], { minLength: 1 }), fc.nat(1))
    .map(([sizes, axes, keepdims]) => ({
      inputs: { x: sizes },
      emit: (graph) => emit(graph, 'ReduceSum', ['x', integerConstant(graph, axes)], { keepdims: { int: keepdims } }),
    })),
  LayerNormalization: fc
    .tuple(size, size, fc.integer({ min: 2, max: 4 }), fc.constantFrom(-1, 1))
    .map(([n, m, k, axis]) => {
      const scale = axis === 1 ? [m, k] : [k]
      return {
        inputs: { x: [n, m, k], s: scale, b: scale },
        emit: (graph) =>
          emit(graph, 'LayerNormalization', ['x', 's', 'b'], { axis: { int: axis }, epsilon: { float: 0.1 } }),
      }
    }),
  Reshape: fc.tuple(size, size, size).map(([a, b, c]) => ({
    inputs: { x: [a, b, c] },
    emit: (graph) => emit(graph, 'Reshape', ['x', integerConstant(graph, [0, -1])]),
  })),
  Flatten: axisUse('Flatten'),
  Squeeze: fc.tuple(size, size).map(([a, b]) => ({
    inputs: { x: [a, 1, b, 1] },
    emit: (graph) => emit(graph, 'Squeeze', ['x', integerConstant(graph, [1, -1])]),
  })),
  Unsqueeze: shape(2).map((sizes) => ({
    inputs: { x: sizes },
    emit: (graph) => emit(graph, 'Unsqueeze', ['x', integerConstant(graph, [0, -1])]),
  })),
  Transpose: fc.tuple(shape(4), fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 })).map(([sizes, perm]) => ({
    inputs: { x: sizes },
    emit: (graph) => emit(graph, 'Transpose', ['x'], { perm: ints(perm) }),
  })),
  Expand: broadcast.map(([a, b]) => ({
    inputs: { x: a },
    emit: (graph) => emit(graph, 'Expand', ['x', integerConstant(graph, b)]),
  })),
  Concat: fc.tuple(shape(3), size, fc.integer({ min: -3, max: 2 })).map(([sizes, other, axis]) => ({
    inputs: { a: sizes, b: sizes.with(axis, other) },
    emit: (graph) => emit(graph, 'Concat', ['a', 'b', 'a'], { axis: { int: axis } }),
  })),
  Slice: fc
    .tuple(shape(3), fc.integer({ min: -2, max: 0 }), fc.integer({ min: 1, max: 9 }))
    .map(([sizes, start, end]) => ({
      inputs: { x: sizes },
      emit: (graph) => {
        const bounds = [
          [start === 0 ? 0 : -1, 0],
          [9, end],
          [-1, 0],
        ].map((values) => integerConstant(graph, values))
        return emit(graph, 'Slice', ['x', ...bounds])
      },
    })),
  Split: fc.tuple(size, size, fc.constantFrom('left', 'right', 'both')).map(([a, b, used]) => ({
    inputs: { x: [2, a + b] },
    emit: (graph) => {
      const node = {
        op: 'Split',
        inputs: ['x', integerConstant(graph, [a, b])],
        outputs: ['l', 'r'],
        attributes: { axis: { int: 1 } },
      }
      graph.nodes.push(node)
      if (used !== 'both') return emit(graph, 'Tanh', [used === 'left' ? 'l' : 'r'])
      return emit(graph, 'Concat', [emit(graph, 'Tanh', ['r']), emit(graph, 'Exp', ['l'])], { axis: { int: 1 } })
    },
  })),
  Pad: fc.tuple(shape(3), fc.array(fc.nat(2), { minLength: 6, maxLength: 6 })).map(([sizes, pads]) => ({
    inputs: { x: sizes },
    emit: (graph) => emit(graph, 'Pad', ['x', integerConstant(graph, pads)]),
  })),
  Gather: fc.tuple(shape(3), fc.integer({ min: -3, max: 2 }), fc.boolean()).map(([sizes, axis, isScalar]) => ({
    inputs: { x: sizes },
    emit: (graph) => {
      const last = sizes.at(axis)! - 1
      const indices = integerConstant(graph, isScalar ? [last] : [0, last, last, -1])
      const index = isScalar ? emit(graph, 'Squeeze', [indices, integerConstant(graph, [0])]) : indices
      return emit(graph, 'Gather', ['x', index], { axis: { int: axis } })
    },
  })),
}

for (const [op, uses] of Object.entries(USES)) {
  test(`${op}: the gradient is that of finite differences`, async () => {
    await fc.assert(
      fc.asyncProperty(uses, fc.nat(1000), (use, seed) => checkGradient(use, seed)),
      { numRuns: 12 },
    )
  })
}

test('every operator that can be imported is checked here, or made of such', () => {
  // Made of others, or without a gradient; `import-forward.test.ts` tries each as a file has it.
  const unchecked = [...OPERATORS.keys()].filter((op) => !(op in USES) && !(op in SWEEP))
  assert.deepEqual(unchecked, [])
  assert.ok(Object.keys(USES).every(hasGradient))
})
