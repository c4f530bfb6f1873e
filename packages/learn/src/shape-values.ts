/**
 * Evaluates, while a graph is read, the small vectors that exported graphs compute from shapes: `Shape`, `Gather`,
 * `Concat` and arithmetic before a `Reshape`. Entries may be multiples of the batch.
 */
import type { FileAttribute } from './onnx-reader.ts'
import { divideSizes, isSameSize, multiplySizes, type Shape, type Size } from './sizes.ts'

/** A small value that is known while the graph is read: whole numbers, real numbers, or 0 and 1 for truth. */
export interface KnownValue {
  type: 'int64' | 'float' | 'bool'
  shape: number[]
  values: Size[]
}

/** What an evaluation is handed. */
export interface Evaluation {
  attributes: Record<string, FileAttribute>
  /** Known values of the inputs; undefined for an input that is left out. */
  inputs: (KnownValue | undefined)[]
}

/** Vectors longer than this are data, not shapes. */
const LONGEST = 4096
/** Numbers of TensorProto.DataType that are whole. */
const WHOLE_TYPES = [2, 3, 6, 7, 12, 13]

type Evaluator = (evaluation: Evaluation) => KnownValue | undefined

const arithmetic =
  (combine: (a: Size, b: Size, type: KnownValue['type']) => Size | undefined, type?: KnownValue['type']): Evaluator =>
  ({ inputs: [a, b] }) => {
    const pairs = pair(a, b)
    if (pairs === undefined) return undefined
    const values = pairs.map(([x, y]) => combine(x, y, a!.type))
    if (values.some((value) => value === undefined)) return undefined
    return {
      type: type ?? a!.type,
      shape: a!.shape.length >= b!.shape.length ? a!.shape : b!.shape,
      values: values as Size[],
    }
  }

const real =
  (of: (x: number) => number): Evaluator =>
  ({ inputs: [x] }) => {
    if (x === undefined || x.values.some((value) => typeof value !== 'number')) return undefined
    return { ...x, values: x.values.map((value) => of(value as number)) }
  }

const EVALUATORS: Record<string, Evaluator> = {
  Add: arithmetic(addSizes),
  Sub: arithmetic((a, b) => addSizes(a, negate(b))),
  Mul: arithmetic(multiplySizes),
  Div: arithmetic((a, b, type) => {
    if (type === 'float') return typeof a === 'number' && typeof b === 'number' ? a / b : undefined
    return typeof a === 'number' && typeof b === 'number' && b !== 0 ? Math.trunc(a / b) : divideSizes(a, b)
  }),
  Pow: arithmetic((a, b) => (typeof a === 'number' && typeof b === 'number' ? a ** b : undefined)),
  Equal: arithmetic((a, b) => (isSameSize(a, b) ? 1 : 0), 'bool'),
  Sqrt: real(Math.sqrt),
  Floor: real(Math.floor),
  Neg: real((x) => -x),
  Reciprocal: real((x) => 1 / x),
  Identity: ({ inputs: [x] }) => x,
  Cast: ({ inputs: [x], attributes: { to } }) => {
    if (x === undefined || to === undefined || !('int' in to)) return undefined
    const type = to.int === 9 ? 'bool' : WHOLE_TYPES.includes(to.int) ? 'int64' : 'float'
    const convert = (value: Size): Size => (typeof value === 'number' && type === 'int64' ? Math.trunc(value) : value)
    return { ...x, type, values: x.values.map(convert) }
  },
  Concat: ({ inputs }) => {
    if (inputs.some((input) => input === undefined || input.shape.length !== 1)) return undefined
    const values = inputs.flatMap((input) => input!.values)
    return { type: inputs[0]!.type, shape: [values.length], values }
  },
  Gather: ({ inputs: [x, indices] }) => {
    if (x === undefined || indices === undefined || x.shape.length !== 1) return undefined
    const values = indices.values.map((index) => x.values.at(index as number))
    if (values.includes(undefined)) return undefined
    return { type: x.type, shape: indices.shape, values: values as Size[] }
  },
  Slice: ({ inputs: [x, starts, ends, , steps] }) => {
    if (x === undefined || starts === undefined || ends === undefined || x.shape.length !== 1) return undefined
    if (steps !== undefined && steps.values[0] !== 1) return undefined
    const values = x.values.slice(starts.values[0] as number, ends.values[0] as number)
    return { type: x.type, shape: [values.length], values }
  },
  Unsqueeze: ({ inputs: [x] }) => (x?.shape.length === 0 ? { ...x, shape: [1] } : undefined),
  Squeeze: ({ inputs: [x] }) => (x?.values.length === 1 ? { ...x, shape: [] } : undefined),
  Reshape: ({ inputs: [x, target] }) => {
    if (x === undefined || target?.values.length !== 1) return undefined
    return { ...x, shape: [x.values.length] }
  },
  Where: ({ inputs: [condition, a, b] }) => {
    if (condition === undefined || a?.values.length !== b?.values.length || a === undefined) return undefined
    if (condition.values.length !== a.values.length) return undefined
    return { ...a, values: condition.values.map((is, index) => (is === 1 ? a.values[index]! : b!.values[index]!)) }
  },
  ConstantOfShape: ({ inputs: [shape], attributes: { value } }) => {
    if (shape === undefined || shape.values.some((size) => typeof size !== 'number')) return undefined
    const sizes = shape.values as number[]
    const count = sizes.reduce((product, size) => product * size, 1)
    if (count > LONGEST) return undefined
    const fill = value !== undefined && 'tensor' in value ? value.tensor : undefined
    if (fill !== undefined && fill.type !== 'int64' && fill.type !== 'float') return undefined
    const view = fill && new DataView(fill.bytes.buffer, fill.bytes.byteOffset)
    const number =
      view === undefined ? 0 : fill!.type === 'float' ? view.getFloat32(0, true) : Number(view.getBigInt64(0, true))
    return {
      type: fill?.type === 'int64' ? 'int64' : 'float',
      shape: sizes,
      values: new Array<Size>(count).fill(number),
    }
  },
  Trilu: ({ inputs: [x, diagonal], attributes: { upper } }) => {
    if (x === undefined || x.shape.length !== 2) return undefined
    const columns = x.shape[1]!
    const shift = (diagonal?.values[0] ?? 0) as number
    const isUpper = upper === undefined || ('int' in upper && upper.int === 1)
    const values = x.values.map((value, index) => {
      const reach = (index % columns) - Math.floor(index / columns) - shift
      return (isUpper ? reach >= 0 : reach <= 0) ? value : 0
    })
    return { ...x, values }
  },
  Range: ({ inputs: [start, limit, step] }) => {
    const [from, to, by] = [start?.values[0], limit?.values[0], step?.values[0]]
    if (typeof from !== 'number' || typeof to !== 'number' || typeof by !== 'number' || by === 0) return undefined
    const count = Math.max(0, Math.ceil((to - from) / by))
    if (count > LONGEST) return undefined
    return { type: start!.type, shape: [count], values: Array.from({ length: count }, (_, index) => from + index * by) }
  },
}

/** What an operation gives, where that is known while the graph is read. */
export function evaluate(op: string, evaluation: Evaluation): KnownValue | undefined {
  return EVALUATORS[op]?.(evaluation)
}

/** Whether an operator is worked out while the file is read, where its inputs are known. */
export function isEvaluated(op: string): boolean {
  return op === 'Shape' || Object.hasOwn(EVALUATORS, op)
}

/** The shape of a value as a known vector, or the part of it that the attributes ask for. */
export function shapeValue(shape: Shape, { start, end }: Record<string, FileAttribute>): KnownValue {
  const from = start !== undefined && 'int' in start ? start.int : 0
  const to = end !== undefined && 'int' in end ? end.int : shape.length
  const values = shape.slice(from, to)
  return { type: 'int64', shape: [values.length], values }
}

function pair(a: KnownValue | undefined, b: KnownValue | undefined): [Size, Size][] | undefined {
  if (a === undefined || b === undefined) return undefined
  if (a.values.length === b.values.length) return a.values.map((value, index) => [value, b.values[index]!])
  if (b.values.length === 1) return a.values.map((value) => [value, b.values[0]!])
  return a.values.length === 1 ? b.values.map((value) => [a.values[0]!, value]) : undefined
}

function addSizes(a: Size, b: Size): Size | undefined {
  if (typeof a === 'number' && typeof b === 'number') return a + b
  if (typeof a !== 'number' && typeof b !== 'number') return { batches: a.batches + b.batches }
  return a === 0 ? b : b === 0 ? a : undefined
}

function negate(size: Size): Size {
  return typeof size === 'number' ? -size : { batches: -size.batches }
}
