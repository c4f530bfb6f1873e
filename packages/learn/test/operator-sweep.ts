/**
 * Every operator that can be imported, with the attributes that a file may give it: what `import-forward.test.ts`
 * holds against ONNX Runtime.
 */
import type { AttributeValue, Values } from './onnx-file.ts'

/** One use of an operator on data of a shape, the batch left out. */
export interface Sweep {
  /** Shape of one example; 2 by 3 when absent. */
  shape?: number[]
  /** Further operands, after the data. */
  operands?: Values[]
  /** Operands before the data. */
  before?: Values[]
  attributes?: Record<string, AttributeValue>
  opset?: number
  /** What is done to the data before: its absolute value plus one half, a cast, or steps put before the batch. */
  first?: 'positive' | 'int64' | 'bool' | 'sequence'
  /** Of a recurrent network: which output is used, of [steps, directions, batch, hidden] or the last states. */
  output?: 0 | 1 | 2
  /** Number of outputs; the first is used. */
  outputs?: number
  /** Why the node is refused; when absent it must give what ONNX Runtime gives. */
  refused?: RegExp
  /** No gradient comes back through it. */
  isStep?: boolean
}

const wave = (shape: number[], scale = 1): Values => ({
  shape,
  values: Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.fround(scale * Math.sin(5 * i + 1))),
})
const positive = (shape: number[]): Values => {
  const { values } = wave(shape)
  return { shape, values: values.map((value) => Math.abs(value) + 0.25) }
}
const whole = (...values: number[]): Values => ({ shape: [values.length], values, type: 'int64' })
const scalar = (value: number, type?: 'int64' | 'float' | 'bool'): Values => ({
  shape: [],
  values: [value],
  ...(type === undefined ? {} : { type }),
})
const f = (float: number) => ({ float })

const simple: Sweep[] = [{}, { attributes: { strange: 1 }, refused: /attribute strange \(1\) is not read/ }]
const steps = simple.map((use): Sweep => ({ ...use, isStep: true }))
const roots = simple.map((use): Sweep => ({ ...use, first: 'positive' }))
const operandsOf = (more: Partial<Sweep> = {}): Sweep[] =>
  [[2, 3], [3], [1, 3], [2, 1], [], [1, 1, 1, 3]].map((shape) => ({ operands: [positive(shape)], ...more }))
const compared = operandsOf({ isStep: true })
const truths: Sweep[] = [{ first: 'bool', isStep: true, operands: [{ shape: [3], values: [0, 1, 1], type: 'bool' }] }]
const axis = (...axes: number[]): Sweep[] => [{}, ...axes.map((value) => ({ attributes: { axis: value } }))]
const reductions: Sweep[] = [
  { attributes: { keepdims: 0, axes: [1] } },
  { attributes: { axes: [-1] } },
  { attributes: { axes: [1, 2] } },
  { opset: 18, operands: [whole(-1)], attributes: { keepdims: 0 } },
  { opset: 18, attributes: { noop_with_empty_axes: 0, keepdims: 1 }, operands: [whole(1)] },
  { attributes: { axes: [7] }, refused: /no axis|ReduceSum/ },
  { attributes: { axes: f(1) }, refused: /attribute axes/ },
]
const sums = reductions.map(({ attributes: { axes, ...attributes } = {}, operands = [], ...use }): Sweep => {
  const given = Array.isArray(axes) ? [whole(...axes)] : operands
  return {
    ...use,
    operands: given,
    attributes: { ...attributes, ...(Array.isArray(axes) || axes === undefined ? {} : { axes }) },
  }
})

/** A recurrent network of 3 inputs, 2 hidden values, so many gates and directions, with or without its bias. */
const recurrent = (gates: number, ways: number, more: Partial<Sweep> = {}, hasBias = true): Sweep => ({
  first: 'sequence',
  shape: [4, 3],
  operands: [
    wave([ways, 2 * gates, 3]),
    wave([ways, 2 * gates, 2], 0.7),
    ...(hasBias ? [wave([ways, 4 * gates], 0.3)] : []),
  ],
  ...more,
  attributes: { hidden_size: 2, ...more.attributes },
})
const directions = (gates: number): Sweep[] => [
  recurrent(gates, 1),
  recurrent(gates, 1, {}, false),
  recurrent(gates, 1, { attributes: { direction: 'reverse' } }),
  recurrent(gates, 2, { attributes: { direction: 'bidirectional' } }),
  recurrent(gates, 2, { attributes: { direction: 'bidirectional' }, output: 1 }),
  recurrent(gates, 1, { attributes: { clip: f(0.1) }, refused: /attribute clip/ }),
  recurrent(gates, 1, { attributes: { layout: 1 }, refused: /attribute layout/ }),
  recurrent(gates, 1, { attributes: { activations: { texts: ['Affine'] } }, refused: /activations/ }),
]

/** Uses by operator. */
export const SWEEP: Record<string, Sweep[]> = {
  LSTM: [...directions(4), recurrent(4, 1, { output: 2 })],
  GRU: [...directions(3), recurrent(3, 1, { attributes: { linear_before_reset: 1 } })],
  RNN: [...directions(1), recurrent(1, 1, { attributes: { activations: { texts: ['Relu'] } } })],
  Relu: simple,
  Sigmoid: simple,
  Tanh: simple,
  Erf: simple,
  Exp: simple,
  Log: roots,
  Neg: simple,
  Abs: simple,
  Sqrt: roots,
  Reciprocal: roots,
  Softplus: simple,
  Floor: steps,
  Ceil: steps,
  Round: steps,
  Sign: steps,
  IsNaN: steps,
  Not: [{ first: 'bool', isStep: true }],
  And: truths,
  Or: truths,
  Xor: truths,
  Add: operandsOf(),
  Sub: operandsOf(),
  Mul: operandsOf(),
  Div: operandsOf(),
  Pow: operandsOf({ first: 'positive' }),
  Mod: operandsOf({ attributes: { fmod: 1 }, refused: /has no gradient/ }),
  Max: [...operandsOf(), { operands: [wave([3]), wave([2, 1])] }],
  Min: [...operandsOf(), {}],
  Sum: [...operandsOf(), { operands: [wave([3]), wave([2, 1])] }, {}],
  Mean: [...operandsOf(), { operands: [wave([3]), wave([2, 1])] }, {}],
  Equal: compared,
  Greater: compared,
  Less: compared,
  GreaterOrEqual: compared,
  LessOrEqual: compared,
  PRelu: [{ operands: [wave([3])] }, { operands: [wave([2, 1])] }, { operands: [wave([1])] }],
  MatMul: [{ operands: [wave([3, 2])] }, { shape: [2, 2, 3], operands: [wave([2, 3, 2])] }, { operands: [wave([3])] }],
  Where: [
    { before: [{ shape: [3], values: [1, 0, 1], type: 'bool' }], operands: [wave([2, 1])] },
    { before: [{ shape: [2, 1], values: [1, 0], type: 'bool' }], operands: [scalar(0.5)] },
  ],
  LeakyRelu: [
    {},
    { attributes: { alpha: f(0.3) } },
    { attributes: { alpha: 1 }, refused: /attribute alpha is of another type/ },
  ],
  Elu: [{}, { attributes: { alpha: f(0.3) } }],
  Selu: [{}, { attributes: { alpha: f(1.5), gamma: f(1.1) } }],
  Celu: [{}, { attributes: { alpha: f(0.6) } }],
  Softsign: simple,
  Mish: [{ opset: 18 }],
  HardSigmoid: [{}, { attributes: { alpha: f(0.3), beta: f(0.4) } }],
  HardSwish: simple,
  Gelu: [
    { opset: 20 },
    { opset: 20, attributes: { approximate: 'tanh' } },
    { opset: 20, attributes: { approximate: 'sigmoid' }, refused: /approximate is sigmoid/ },
  ],
  Clip: [{}, { operands: [scalar(-0.4)] }, { operands: [scalar(-0.4), scalar(0.6)] }],
  Identity: simple,
  Dropout: [
    {},
    { operands: [scalar(0.4)] },
    { operands: [scalar(0.4), scalar(0, 'bool')], attributes: { seed: 3 } },
    { operands: [scalar(0.4), scalar(1, 'bool')], refused: /at random/ },
  ],
  Cast: [
    { attributes: { to: 1 } },
    { attributes: { to: 11 } },
    { attributes: { to: 7 }, isStep: true },
    { attributes: { to: 6 }, isStep: true },
    { attributes: { to: 9 }, isStep: true },
    { attributes: { to: 10 }, refused: /casts to element type 10/ },
    { first: 'int64', attributes: { to: 1 }, isStep: true },
    { first: 'bool', attributes: { to: 1 }, isStep: true },
  ],
  CastLike: [{ operands: [scalar(1)] }, { operands: [scalar(1, 'int64')], isStep: true }],
  Gemm: [
    { shape: [3], operands: [wave([3, 2])] },
    { shape: [3], operands: [wave([2, 3]), wave([2])], attributes: { transB: 1, alpha: f(0.5), beta: f(2) } },
    { shape: [3], operands: [wave([3, 2]), wave([1, 1])], attributes: { beta: f(0.5) } },
    { shape: [3], operands: [wave([3, 2])], attributes: { transA: 0, broadcast: 1 }, refused: /attribute broadcast/ },
  ],
  Softmax: axis(1, 2, -2),
  LogSoftmax: axis(1, 2, -2),
  Flatten: axis(1, 2, -1, 3),
  Transpose: [{ attributes: { perm: [0, 2, 1] } }, { attributes: { perm: [0, 1, 2] } }],
  Trilu: [
    {},
    { attributes: { upper: 0 } },
    { operands: [scalar(1, 'int64')] },
    { operands: [scalar(-1, 'int64')], attributes: { upper: 0 } },
  ],
  Concat: [{ attributes: { axis: 1 } }, { attributes: { axis: -1 } }, { refused: /has no axis/ }],
  Gather: [
    { operands: [whole(1, 0, -1)], attributes: { axis: 1 } },
    { operands: [{ shape: [2, 2], values: [0, 1, 1, -2], type: 'int64' }], attributes: { axis: -1 } },
    { operands: [scalar(1, 'int64')], attributes: { axis: 2 } },
  ],
  Squeeze: [
    { shape: [1, 3], operands: [whole(1)] },
    { shape: [3, 1], operands: [whole(-1)] },
  ],
  Unsqueeze: [{ operands: [whole(1)] }, { operands: [whole(-1, 2)] }],
  Reshape: [
    { operands: [whole(0, -1)] },
    { operands: [whole(-1, 6)] },
    { operands: [whole(-1, 3, 2)], attributes: { allowzero: 1 } },
    { operands: [whole(0, 6)], attributes: { allowzero: 1 }, refused: /no values/ },
  ],
  Expand: [
    { shape: [2, 1], operands: [whole(1, 2, 4)] },
    { shape: [1, 3], operands: [whole(1, 3)] },
  ],
  Slice: [
    { operands: [whole(1), whole(2)], attributes: {}, refused: /end depends|starts|bounds|leaves|do not fit|batch/ },
    { operands: [whole(1), whole(3), whole(2)] },
    { operands: [whole(0, 1), whole(9, 9), whole(1, 2)] },
    { shape: [2, 5], operands: [whole(0), whole(9), whole(2), whole(2)] },
    { shape: [2, 5], operands: [whole(-1), whole(-(2 ** 31)), whole(-1), whole(-2)] },
  ],
  Split: [
    { attributes: { axis: 1 }, outputs: 2 },
    { operands: [whole(1, 2)], attributes: { axis: -1 }, outputs: 2 },
    { opset: 18, shape: [5], attributes: { axis: 1, num_outputs: 3 }, outputs: 3 },
  ],
  Pad: [
    { operands: [whole(0, 1, 0, 0, 2, 1)] },
    { operands: [whole(0, 1, 0, 0, 2, 1), scalar(0.5)], attributes: { mode: 'constant' } },
    { opset: 18, operands: [whole(1, 2), scalar(0.5), whole(-1)] },
    { operands: [whole(0, 1, 0, 0, 1, 0)], attributes: { mode: 'reflect' }, refused: /mode is reflect/ },
  ],
  ConstantOfShape: [],
  Range: [],
  Shape: [],
  Size: [],
  GlobalAveragePool: [{ shape: [2, 3, 4] }],
  GlobalMaxPool: [{ shape: [2, 3, 4] }],
  ReduceMean: reductions.filter(({ opset, operands }) => opset === undefined || operands !== undefined),
  ReduceSum: sums,
  ReduceL2: reductions,
  ReduceSumSquare: reductions,
  LayerNormalization: [
    { operands: [positive([3]), wave([3])] },
    { operands: [positive([3])], attributes: { epsilon: f(0.1), stash_type: 1 } },
    { operands: [positive([2, 3]), wave([2, 3])], attributes: { axis: 1 } },
    { operands: [positive([3])], attributes: { stash_type: 0 }, refused: /stash_type/ },
  ],
  BatchNormalization: [
    {
      shape: [2, 3, 4],
      operands: [positive([2]), wave([2]), wave([2]), positive([2])],
      attributes: { epsilon: f(0.01), momentum: f(0.5) },
    },
    { shape: [3], operands: [positive([3]), wave([3]), wave([3]), positive([3])] },
    {
      shape: [3],
      operands: [positive([3]), wave([3]), wave([3]), positive([3])],
      attributes: { training_mode: 1 },
      refused: /training mode/,
    },
  ],
  InstanceNormalization: [
    { shape: [2, 3, 4], operands: [positive([2]), wave([2])], attributes: { epsilon: f(0.01) } },
    { shape: [2, 5], operands: [positive([2]), wave([2])] },
  ],
  GroupNormalization: [
    {
      opset: 21,
      shape: [4, 3, 2],
      operands: [positive([4]), wave([4])],
      attributes: { num_groups: 2, epsilon: f(0.01) },
    },
    { opset: 18, shape: [4, 3, 2], operands: [positive([2]), wave([2])], attributes: { num_groups: 2 } },
    { opset: 21, shape: [4, 5], operands: [positive([4]), wave([4])], attributes: { num_groups: 1 } },
  ],
}
