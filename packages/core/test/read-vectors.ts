/** The shared vectors of `vectors/`, and readers of the texts they hold. */
import { readFileSync } from 'node:fs'
import { fromBytes, fromHex, type Hex } from '../src/arithmetic/hex.ts'

/** A file of vectors: lists of cases, whose numbers are decimal strings. */
// biome-ignore lint/suspicious/noExplicitAny: the shapes are described in vectors/README.md and differ by file
export type Vectors = Record<string, any>

export function readVectors(name: string): Vectors {
  return JSON.parse(readFileSync(new URL(`../../../vectors/${name}.json`, import.meta.url), 'utf8'))
}

/** Decimal strings as numbers. */
export function toNumbers(texts: readonly string[]): number[] {
  return texts.map(Number)
}

/** Bytes as big-endian words. */
export function toWords(hex: Hex): bigint[] {
  const bytes = fromHex(hex)
  return Array.from({ length: bytes.length / 32 }, (_, w) => fromBytes(bytes.subarray(32 * w, 32 * w + 32)))
}
