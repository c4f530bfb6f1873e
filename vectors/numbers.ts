/**
 * Bytes and words of the vectors, from the definitions, and a stream of numbers that is the same every time. Only keccak256
 * is borrowed.
 */
import { keccak_256 } from '@noble/hashes/sha3.js'

/** One case of a vector file: every value as text. */
export type Case = Record<string, unknown>

export const WORD = 1n << 256n

export const hex = (bytes: Iterable<number>): string => {
  let text = '0x'
  for (const byte of bytes) text += byte.toString(16).padStart(2, '0')
  return text
}

export const bytes32 = (value: bigint): number[] => {
  const unsigned = ((value % WORD) + WORD) % WORD
  const bytes: number[] = []
  for (let i = 31; i >= 0; i--) bytes.push(Number((unsigned / 256n ** BigInt(i)) % 256n))
  return bytes
}

export const hash = (bytes: readonly number[]): bigint => {
  let value = 0n
  for (const byte of keccak_256(Uint8Array.from(bytes))) value = value * 256n + BigInt(byte)
  return value
}

export const encode = (values: readonly bigint[]): number[] => values.flatMap(bytes32)
export const word = (value: bigint): string => hex(bytes32(value))
export const words = (values: readonly bigint[]): string => hex(values.flatMap(bytes32))
export const address = (value: bigint): string => `0x${value.toString(16).padStart(40, '0')}`
export const texts = (values: Iterable<bigint | number>): string[] => [...values].map(String)

let drawn = 0n
export const draw = (): bigint => hash(encode([0x7475747469n, drawn++])) // "tutti"
export const below = (bound: bigint | number): bigint => draw() % BigInt(bound)
export const between = (low: bigint, high: bigint): bigint => low + below(high - low + 1n)

/** Begins the stream again. */
export const restart = (): void => {
  drawn = 0n
}
