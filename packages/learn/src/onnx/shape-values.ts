/**
 * Evaluates, while a graph is read, the small values that exported graphs compute from shapes and constants: `Shape`,
 * `Gather`, `Concat` and arithmetic before a `Reshape`, masks of attention. Entries may be multiples of the batch.
 *
 * What comes out is what the runtime would compute: operands broadcast, single precision is rounded to, whole numbers
 * are divided toward zero. Whatever is not certain is left to the runtime (undefined).
 */
import { type FileAttribute, toNumbers } from './reader.ts'
import { range, toAxis } from './shapes.ts'
import { broadcastShapes, divideSizes, fillReshape, isSameSize, multiplySizes, type Shape, type Size } from './sizes.ts'

/** A small value that is known while the graph is read: whole numbers, real numbers, or 0 and 1 for truth. */
export interface KnownValue {
  type: 'int64' | 'int32' | 'float' | 'bool'
  shape: number[]
  values: Size[]
}

/** What an evaluation is handed. */
export interface Evaluation {
  attributes: Record<string, FileAttribute>
  /** Known values of the inputs; undefined for an input that is left out. */
  inputs: (KnownValue | undefined)[]
}

/** Values longer than this are data, not shapes. */
const LONGEST = 4096

/** Types of known values by their number in TensorProto.DataType. */
const TYPES: Record<number, KnownValue['type']> = { 1: 'float', 6: 'int32', 7: 'int64', 9: 'bool', 11: 'float' }

type Evaluator = (evaluation: Evaluation) => KnownValue | undefined

/** Values as their type has them; undefined beyond what numbers hold exactly. */
function settle(type: KnownValue['type'], value: Size | undefined): Size | undefined {
  if (value === undefined || typeof value !== 'number') return type === 'int64' ? value : undefined
  if (type === 'float') return Math.fround(value)
  if (type === 'int32') return value === (value | 0) ? value : undefined
  return Number.isSafeInteger(value) ? value + 0 : undefined
}

function toKnown(type: KnownValue['type'], shape: number[], values: (Size | undefined)[]): KnownValue | undefined {
  const settled = values.map((value) => settle(type, value))
  return settled.includes(undefined) ? undefined : { type, shape, values: settled as Size[] }
}

/** Positions in `shape` of the entries of what it broadcasts to, row by row. */
function broadcastPositions(shape: number[], to: number[]): number[] {
  let positions = [0]
  for (const [axis, size] of to.entries()) {
    const own = shape[axis - to.length + shape.length] ?? 1
    positions = positions.flatMap((position) => range(size).map((at) => position * own + (own === 1 ? 0 : at)))
  }
  return positions
}

/** The shape that values broadcast to; undefined if they do not, or to too many. */
function commonShape(inputs: KnownValue[]): number[] | undefined {
  const shape = inputs.reduce<Shape | undefined>((sum, input) => sum && broadcastShapes(sum, input.shape), [])
  return shape !== undefined && isSmall(shape as number[]) ? (shape as number[]) : undefined
}

const count = (shape: number[]) => shape.reduce((product, size) => product * size, 1)

/** Whether values of this shape are few along each axis too: those of an empty value are none in all. */
const isSmall = (shape: number[]) => count(shape) <= LONGEST && shape.every((size) => size <= LONGEST)

const pairwise =
  (combine: (a: Size, b: Size, type: KnownValue['type']) => Size | undefined, gives?: KnownValue['type']): Evaluator =>
  ({ inputs: [a, b] }) => {
    if (a === undefined || b === undefined || a.type !== b.type) return undefined
    const shape = commonShape([a, b])
    if (shape === undefined) return undefined
    const [left, right] = [broadcastPositions(a.shape, shape), broadcastPositions(b.shape, shape)]
    const values = left.map((at, index) => combine(a.values[at]!, b.values[right[index]!]!, a.type))
    return toKnown(gives ?? a.type, shape, values)
  }

/** On numbers alone. */
const plain =
  (combine: (a: number, b: number, type: KnownValue['type']) => number | undefined) =>
  (a: Size, b: Size, type: KnownValue['type']): Size | undefined =>
    typeof a === 'number' && typeof b === 'number' ? combine(a, b, type) : undefined

const compare = (holds: (a: number, b: number) => boolean) =>
  pairwise(
    plain((a, b) => Number(holds(a, b))),
    'bool',
  )

const truth = (of: (a: number, b: number) => number): Evaluator => {
  const evaluate = pairwise(plain(of))
  return (evaluation) => (evaluation.inputs.every((input) => input?.type === 'bool') ? evaluate(evaluation) : undefined)
}

const each =
  (of: (x: number) => number, ...types: KnownValue['type'][]): Evaluator =>
  ({ inputs: [x] }) => {
    if (x === undefined || !types.includes(x.type)) return undefined
    return toKnown(
      x.type,
      x.shape,
      x.values.map((value) => (typeof value === 'number' ? of(value) : undefined)),
    )
  }

/** Rearranges entries: `positions` say from where each entry of the result comes. */
function moved(x: KnownValue, shape: number[], positions: number[]): KnownValue | undefined {
  if (positions.length > LONGEST) return undefined
  return { type: x.type, shape, values: positions.map((position) => x.values[position]!) }
}

const reshaped = (x: KnownValue, shape: number[]): KnownValue | undefined =>
  count(shape) === x.values.length ? { ...x, shape } : undefined

/** Entries of a value as whole numbers; undefined if it is left out or has others. */
function wholes(value: KnownValue | undefined): number[] | undefined {
  return value?.values.every((entry) => typeof entry === 'number') ? (value.values as number[]) : undefined
}

const axesOf = ({ inputs, attributes }: Evaluation): number[] | undefined =>
  attributes.axes !== undefined && 'ints' in attributes.axes ? attributes.axes.ints : wholes(inputs[1])

const intOf = ({ attributes }: Evaluation, name: string, absent: number): number => {
  const value = attributes[name]
  return value !== undefined && 'int' in value ? value.int : absent
}

/** Looks positions of one axis up. */
function take(x: KnownValue, axis: number, picked: number[], places: number[]): KnownValue | undefined {
  const size = x.shape[axis]!
  if (picked.some((at) => !Number.isInteger(at) || at < -size || at >= size)) return undefined
  const [before, after] = [count(x.shape.slice(0, axis)), count(x.shape.slice(axis + 1))]
  const positions = range(before).flatMap((row) =>
    picked.flatMap((at) => range(after).map((column) => (row * size + (at < 0 ? at + size : at)) * after + column)),
  )
  return moved(x, [...x.shape.slice(0, axis), ...places, ...x.shape.slice(axis + 1)], positions)
}

const cast = (x: KnownValue, type: KnownValue['type']): KnownValue | undefined => {
  const convert = (value: Size): Size | undefined => {
    if (typeof value !== 'number') return value
    if (type === 'bool') return value === 0 ? 0 : 1
    return type === 'float' ? value : Math.trunc(value)
  }
  return toKnown(type, x.shape, x.values.map(convert))
}

const EVALUATORS: Record<string, Evaluator> = {
  Add: pairwise(addSizes),
  Sub: pairwise((a, b) => addSizes(a, negate(b))),
  Mul: pairwise(multiplySizes),
  Div: pairwise((a, b, type) => {
    if (typeof a !== 'number' || typeof b !== 'number') return divideSizes(a, b)
    if (type === 'float') return a / b
    return b === 0 ? undefined : Math.trunc(a / b)
  }),
  Pow: ({ inputs: [a, b], attributes }) => {
    if (a === undefined || b === undefined) return undefined
    // The exponent may be of another type than the base, which the result has.
    const inputs = [a, { ...b, type: a.type }]
    return pairwise(plain((x, y) => x ** y))({ inputs, attributes })
  },
  // Of whole numbers, with the sign of the divisor unless fmod asks for that of the dividend.
  Mod: (evaluation) => {
    const isFmod = intOf(evaluation, 'fmod', 0) !== 0
    const of = (a: number, b: number, type: KnownValue['type']) => {
      if (type === 'float' || b === 0) return undefined
      return isFmod ? a % b : ((a % b) + b) % b
    }
    return pairwise(plain(of))(evaluation)
  },
  Equal: pairwise(equalSizes, 'bool'),
  Greater: compare((a, b) => a > b),
  Less: compare((a, b) => a < b),
  GreaterOrEqual: compare((a, b) => a >= b),
  LessOrEqual: compare((a, b) => a <= b),
  And: truth((a, b) => a & b),
  Or: truth((a, b) => a | b),
  Xor: truth((a, b) => a ^ b),
  Max: ({ inputs, attributes }) => pairs(inputs, attributes, (a, b) => Math.max(a, b)),
  Min: ({ inputs, attributes }) => pairs(inputs, attributes, (a, b) => Math.min(a, b)),
  Not: each((x) => 1 - x, 'bool'),
  Neg: each((x) => -x, 'float', 'int32', 'int64'),
  Abs: each(Math.abs, 'float', 'int32', 'int64'),
  Sqrt: each(Math.sqrt, 'float'),
  Floor: each(Math.floor, 'float'),
  Ceil: each(Math.ceil, 'float'),
  Reciprocal: each((x) => 1 / x, 'float'),
  Identity: ({ inputs: [x] }) => x,
  Cast: (evaluation) => {
    const [x] = evaluation.inputs
    const type = TYPES[intOf(evaluation, 'to', 0)]
    return x === undefined || type === undefined ? undefined : cast(x, type)
  },
  CastLike: ({ inputs: [x, like] }) => (x === undefined || like === undefined ? undefined : cast(x, like.type)),
  Concat: (evaluation) => {
    const inputs = evaluation.inputs as KnownValue[]
    const [first] = inputs
    if (first === undefined || inputs.some((input) => input === undefined || input.type !== first.type))
      return undefined
    const rank = first.shape.length
    const axis = toAxis(intOf(evaluation, 'axis', 0), rank)
    const around = ({ shape }: KnownValue) => shape.with(axis, 0).join()
    if (axis < 0 || axis >= rank || inputs.some((input) => input.shape.length !== rank)) return undefined
    if (inputs.some((input) => around(input) !== around(first))) return undefined
    const before = count(first.shape.slice(0, axis))
    const width = ({ shape }: KnownValue) => count(shape.slice(axis))
    const values = range(before).flatMap((row) =>
      inputs.flatMap((input) => input.values.slice(row * width(input), (row + 1) * width(input))),
    )
    const total = inputs.reduce((sum, { shape }) => sum + shape[axis]!, 0)
    return values.length > LONGEST ? undefined : { type: first.type, shape: first.shape.with(axis, total), values }
  },
  Gather: (evaluation) => {
    const [x, indices] = evaluation.inputs
    const picked = wholes(indices)
    if (x === undefined || picked === undefined) return undefined
    const axis = toAxis(intOf(evaluation, 'axis', 0), x.shape.length)
    return x.shape[axis] === undefined ? undefined : take(x, axis, picked, indices!.shape)
  },
  Slice: ({ inputs: [x, starts, ends, axes, steps] }) => {
    const [from, to] = [wholes(starts), wholes(ends)]
    if (x === undefined || from === undefined || to === undefined) return undefined
    const at = axes === undefined ? range(from.length) : wholes(axes)
    const by = steps === undefined ? from.map(() => 1) : wholes(steps)
    if (at?.length !== from.length || by?.length !== from.length || to.length !== from.length) return undefined
    return at.reduce<KnownValue | undefined>((value, given, index) => {
      const axis = toAxis(given, x.shape.length)
      const size = value?.shape[axis]
      if (value === undefined || size === undefined || by[index] === 0) return undefined
      const picked = slicePositions(size, from[index]!, to[index]!, by[index]!)
      return take(value, axis, picked, [picked.length])
    }, x)
  },
  Unsqueeze: (evaluation) => {
    const [x] = evaluation.inputs
    const axes = axesOf(evaluation)
    if (x === undefined || axes === undefined) return undefined
    const rank = x.shape.length + axes.length
    const added = axes.map((axis) => toAxis(axis, rank))
    if (new Set(added).size < added.length || added.some((axis) => axis < 0 || axis >= rank)) return undefined
    const rest = [...x.shape]
    return { ...x, shape: range(rank).map((axis) => (added.includes(axis) ? 1 : rest.shift()!)) }
  },
  Squeeze: (evaluation) => {
    const [x] = evaluation.inputs
    if (x === undefined) return undefined
    const gone = axesOf(evaluation)?.map((axis) => toAxis(axis, x.shape.length))
    if (gone?.some((axis) => x.shape[axis] !== 1)) return undefined
    return { ...x, shape: x.shape.filter((size, axis) => (gone === undefined ? size !== 1 : !gone.includes(axis))) }
  },
  Reshape: (evaluation) => {
    const [x, target] = evaluation.inputs
    const sizes = wholes(target)
    if (x === undefined || sizes === undefined || target!.shape.length !== 1) return undefined
    if (intOf(evaluation, 'allowzero', 0) !== 0 && sizes.includes(0)) return undefined
    const shape = fillReshape(x.shape, sizes)
    return shape === undefined ? undefined : reshaped(x, shape as number[])
  },
  Flatten: (evaluation) => {
    const [x] = evaluation.inputs
    if (x === undefined) return undefined
    const axis = toAxis(intOf(evaluation, 'axis', 1), x.shape.length)
    if (axis < 0 || axis > x.shape.length) return undefined
    return reshaped(x, [count(x.shape.slice(0, axis)), count(x.shape.slice(axis))])
  },
  Transpose: ({ inputs: [x], attributes: { perm } }) => {
    if (x === undefined) return undefined
    const rank = x.shape.length
    const order = perm !== undefined && 'ints' in perm ? perm.ints : range(rank).reverse()
    if ([...order].sort((a, b) => a - b).join() !== range(rank).join()) return undefined
    const strides = range(rank).map((axis) => count(x.shape.slice(axis + 1)))
    let positions = [0]
    for (const axis of order) {
      positions = positions.flatMap((position) => range(x.shape[axis]!).map((at) => position + at * strides[axis]!))
    }
    return moved(
      x,
      order.map((axis) => x.shape[axis]!),
      positions,
    )
  },
  Expand: ({ inputs: [x, target] }) => {
    const sizes = wholes(target)
    if (x === undefined || sizes === undefined || sizes.some((size) => size < 1)) return undefined
    const shape = broadcastShapes(x.shape, sizes) as number[] | undefined
    if (shape === undefined || !isSmall(shape)) return undefined
    return moved(x, shape, broadcastPositions(x.shape, shape))
  },
  Where: ({ inputs: [condition, a, b] }) => {
    if (condition === undefined || a === undefined || b === undefined || a.type !== b.type) return undefined
    const shape = commonShape([condition, a, b])
    if (shape === undefined) return undefined
    const [when, left, right] = [condition, a, b].map((input) => broadcastPositions(input.shape, shape)) as [
      number[],
      number[],
      number[],
    ]
    const values = when.map((at, index) =>
      condition.values[at] === 0 ? b.values[right[index]!]! : a.values[left[index]!]!,
    )
    return { type: a.type, shape, values }
  },
  ConstantOfShape: ({ inputs: [shape], attributes: { value } }) => {
    const sizes = wholes(shape)
    if (sizes === undefined || !isSmall(sizes)) return undefined
    const fill = value !== undefined && 'tensor' in value ? value.tensor : undefined
    const type = fill?.type ?? 'float'
    if (type === 'uint8') return undefined
    const number = fill === undefined ? 0 : toNumbers(fill)[0]
    return number === undefined ? undefined : toKnown(type, sizes, new Array<Size>(count(sizes)).fill(number))
  },
  Trilu: (evaluation) => {
    const [x, diagonal] = evaluation.inputs
    const shift = diagonal === undefined ? 0 : wholes(diagonal)?.[0]
    if (x === undefined || x.shape.length < 2 || shift === undefined) return undefined
    const [rows, columns] = x.shape.slice(-2) as [number, number]
    const isUpper = intOf(evaluation, 'upper', 1) !== 0
    const values = x.values.map((value, index) => {
      const reach = (index % columns) - (Math.floor(index / columns) % rows) - shift
      return (isUpper ? reach >= 0 : reach <= 0) ? value : 0
    })
    return { ...x, values }
  },
  Range: ({ inputs }) => {
    const [from, to, by] = inputs.map((input) => wholes(input)?.[0])
    if (from === undefined || to === undefined || by === undefined || by === 0) return undefined
    const length = Math.max(0, Math.ceil((to - from) / by))
    if (length > LONGEST) return undefined
    return toKnown(
      inputs[0]!.type,
      [length],
      range(length).map((index) => from + index * by),
    )
  },
  Size: ({ inputs: [x] }) => (x === undefined ? undefined : { type: 'int64', shape: [], values: [x.values.length] }),
}

/** What an operation gives, where that is known while the graph is read. */
export function evaluate(op: string, evaluation: Evaluation): KnownValue | undefined {
  return Object.hasOwn(EVALUATORS, op) ? EVALUATORS[op]!(evaluation) : undefined
}

/** The shape of a value as a known vector, or the part of it that the attributes ask for. */
export function shapeValue(shape: Shape, { start, end }: Record<string, FileAttribute>): KnownValue {
  const from = start !== undefined && 'int' in start ? start.int : 0
  const to = end !== undefined && 'int' in end ? end.int : shape.length
  const values = shape.slice(from, to)
  return { type: 'int64', shape: [values.length], values }
}

/** Positions that a slice takes of an axis, as NumPy and ONNX do. */
export function slicePositions(size: number, start: number, end: number, step: number): number[] {
  const clamp = (value: number, low: number, high: number) =>
    Math.min(high, Math.max(low, value < 0 ? value + size : value))
  const picked: number[] = []
  if (step > 0) for (let at = clamp(start, 0, size); at < clamp(end, 0, size); at += step) picked.push(at)
  else {
    const last = end < -size ? -1 : clamp(end, -1, size - 1)
    for (let at = clamp(start, 0, size - 1); at > last; at += step) picked.push(at)
  }
  return picked
}

function pairs(
  inputs: (KnownValue | undefined)[],
  attributes: Record<string, FileAttribute>,
  of: (a: number, b: number) => number,
): KnownValue | undefined {
  const [first, ...rest] = inputs
  const evaluate = pairwise(plain(of))
  return rest.reduce((a, b) => evaluate({ inputs: [a, b], attributes }), first)
}

/** Whether two sizes are equal; unknown where it depends on the number of examples, of which there is one at least. */
function equalSizes(a: Size, b: Size): Size | undefined {
  if (typeof a === typeof b) return Number(isSameSize(a, b))
  const [size, batches] = typeof a === 'number' ? [a, b] : [b as number, a]
  return size < (batches as { batches: number }).batches ? 0 : undefined
}

function addSizes(a: Size, b: Size): Size | undefined {
  if (typeof a === 'number' && typeof b === 'number') return a + b
  if (typeof a !== 'number' && typeof b !== 'number') return { batches: a.batches + b.batches }
  return a === 0 ? b : b === 0 ? a : undefined
}

function negate(size: Size): Size {
  return typeof size === 'number' ? -size : { batches: -size.batches }
}
