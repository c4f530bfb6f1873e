/**
 * What the values of a file's tensors tell of them: fills, transposes, tables of sines.
 */
import type { Constant } from './writer.ts'

/** Values of a float constant, copied only where they do not lie so that they can be read in place. */
export function viewFloats({ bytes }: Constant): Float32Array {
  const { buffer, byteOffset, length } = bytes.byteOffset % 4 === 0 ? bytes : new Uint8Array(bytes)
  return new Float32Array(buffer, byteOffset, length / 4)
}

/** Whether all values are one: what weights and biases of normalisation start from. */
export function isFill(constant: Constant): boolean {
  const values = viewFloats(constant)
  return values.every((value) => value === values[0])
}

/** Whether a table holds the sines and cosines of positions, as transformers without trained positions add. */
export function isSines(constant: Constant): boolean {
  const width = constant.shape.at(-1)!
  const values = viewFloats(constant)
  if (constant.shape.length < 2 || width < 4 || values.length < 2 * width) return false
  return values.subarray(0, width).every((value, index) => value === index % 2)
}

/** Whether values other than fills come up again and again: parts of a parameter were repeated when it was folded. */
export function isRepetitive(constant: Constant): boolean {
  const values = viewFloats(constant)
  const counts = new Map<number, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return counts.size > 8 && [...counts.values()].filter((count) => count > 1).length > counts.size / 2
}

/** Whether one matrix is the transpose of another. */
export function isTransposed(a: Constant, b: Constant): boolean {
  const [rows, columns] = a.shape as [number, number]
  if (rows === 1 || columns === 1 || b.shape[0] !== columns || b.shape[1] !== rows) return false
  const [one, other] = [viewFloats(a), viewFloats(b)]
  return one.every((value, index) => value === other[(index % columns) * rows + Math.floor(index / columns)])
}

/** A matrix turned round. */
export function transpose(constant: Constant): Constant {
  const [rows, columns] = constant.shape as [number, number]
  const values = viewFloats(constant)
  const turned = values.map((_, index) => values[(index % rows) * columns + Math.floor(index / rows)]!)
  return { ...constant, shape: [columns, rows], bytes: new Uint8Array(turned.buffer) }
}
