/**
 * Sizes of dimensions in a graph whose batch is known only when it runs: a number, or a multiple of the batch.
 */

/** A size: known, or so many times the number of examples in the batch. */
export type Size = number | { batches: number }

/** Shape of a value in a graph. */
export type Shape = Size[]

/** The number of examples in the batch. */
export const BATCH: Size = { batches: 1 }

/** Whether two sizes are the same for every batch. */
export function isSameSize(a: Size, b: Size): boolean {
  return typeof a === 'number' || typeof b === 'number' ? a === b : a.batches === b.batches
}

/** Whether two shapes are the same for every batch. */
export function isSameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((size, axis) => isSameSize(size, b[axis]!))
}

/** `a · b`; undefined for a square of the batch. */
export function multiplySizes(a: Size, b: Size): Size | undefined {
  if (typeof a === 'number') return typeof b === 'number' ? a * b : { batches: a * b.batches }
  return typeof b === 'number' ? { batches: a.batches * b } : undefined
}

/** Number of values of a shape; undefined where it grows with the square of the batch. */
export function countValues(shape: Shape): Size | undefined {
  return shape.reduce<Size | undefined>((product, size) => product && multiplySizes(product, size), 1)
}

/** `a / b` where it is whole for every batch. */
export function divideSizes(a: Size, b: Size): Size | undefined {
  const [upper, lower] = [typeof a === 'number' ? a : a.batches, typeof b === 'number' ? b : b.batches]
  if (lower === 0 || upper % lower !== 0 || (typeof a === 'number' && typeof b !== 'number')) return undefined
  return typeof a !== 'number' && typeof b === 'number' ? { batches: upper / lower } : upper / lower
}

/**
 * The shape that `Reshape` gives: 0 copied, one −1 worked out; undefined if the number of values is another.
 */
export function fillReshape(from: Shape, target: Shape): Shape | undefined {
  const isSound = target.every((size, axis) =>
    size === 0 ? axis < from.length : typeof size !== 'number' || size >= -1,
  )
  const open = target.indexOf(-1)
  if (!isSound || target.lastIndexOf(-1) !== open) return undefined
  const sizes = target.map((size, axis) => (size === 0 ? from[axis]! : size))
  const [all, rest] = [countValues(from), countValues(sizes.filter((_, axis) => axis !== open))]
  if (all === undefined || rest === undefined) return undefined
  if (open < 0) return isSameSize(all, rest) ? sizes : undefined
  const size = divideSizes(all, rest)
  return size === undefined ? undefined : sizes.with(open, size)
}

/** The shape that two shapes broadcast to, as NumPy and ONNX do; undefined if they do not fit. */
export function broadcastShapes(a: Shape, b: Shape): Shape | undefined {
  const rank = Math.max(a.length, b.length)
  const result: Shape = []
  for (let axis = 0; axis < rank; axis++) {
    const left = a[axis - rank + a.length] ?? 1
    const right = b[axis - rank + b.length] ?? 1
    if (left !== 1 && right !== 1 && !isSameSize(left, right)) return undefined
    result.push(left === 1 ? right : left)
  }
  return result
}

/** Axes of `from`, broadcast to `to`, along which its values were repeated; axes of `to`. */
export function repeatedAxes(from: Shape, to: Shape): number[] {
  const missing = to.length - from.length
  return to.flatMap((size, axis) => (axis < missing || (from[axis - missing] === 1 && size !== 1) ? [axis] : []))
}

/** A shape as the integers of `Reshape`: the batch by −1, of which there can be one. */
export function toReshapeTarget(shape: Shape): number[] {
  return shape.map((size) => (typeof size === 'number' ? size : -1))
}

/** A shape for people: `[batch, 3, 2·batch]`. */
export function formatShape(shape: Shape): string {
  const format = (size: Size) =>
    typeof size === 'number' ? size : size.batches === 1 ? 'batch' : `${size.batches}·batch`
  return `[${shape.map(format).join(', ')}]`
}
