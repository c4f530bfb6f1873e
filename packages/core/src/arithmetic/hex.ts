/**
 * Bytes, hexadecimal strings and 32-byte words, and the one hash the EVM uses.
 *
 * Numbers are big-endian, as in the ABI. Hexadecimal strings are lower case and carry the `0x`.
 *
 * @example
 * ```ts
 * import { fromBytes, fromHex, keccak256, toBytes32, toHex } from '@tutti/core'
 *
 * toHex(Uint8Array.of(1, 255)) // → '0x01ff'
 * fromHex('0x01ff') // → Uint8Array.of(1, 255)
 * fromBytes(toBytes32(42n)) // → 42n
 * keccak256(new Uint8Array()).slice(0, 10) // → '0xc5d24601'
 * ```
 */
import { keccak_256 } from '@noble/hashes/sha3.js'

/** A hexadecimal string: an address, a hash, or bytes. */
export type Hex = `0x${string}`

const DIGITS = '0123456789abcdef'

/** Writes bytes as a lower-case hexadecimal string. */
export function toHex(bytes: Uint8Array): Hex {
  let text = ''
  for (const byte of bytes) text += DIGITS[byte >> 4]! + DIGITS[byte & 15]!
  return `0x${text}`
}

/**
 * Reads a hexadecimal string as bytes.
 *
 * @throws {@link MalformedHexError}
 */
export function fromHex(hex: Hex): Uint8Array {
  if (!/^0x([0-9a-fA-F]{2})*$/.test(hex)) throw new MalformedHexError(hex)
  const bytes = new Uint8Array((hex.length - 2) / 2)
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(hex.slice(2 + 2 * i, 4 + 2 * i), 16)
  return bytes
}

/** Writes `value mod 2^256` as 32 big-endian bytes; negative values in two's complement. */
export function toBytes32(value: bigint): Uint8Array {
  return fromHex(`0x${BigInt.asUintN(256, value).toString(16).padStart(64, '0')}`)
}

/** Reads big-endian bytes as an unsigned integer; no bytes are 0. */
export function fromBytes(bytes: Uint8Array): bigint {
  return bytes.length === 0 ? 0n : BigInt(toHex(bytes))
}

/** Joins byte strings, as `abi.encodePacked` does with `bytes`. */
export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let offset = 0
  for (const part of parts) {
    joined.set(part, offset)
    offset += part.length
  }
  return joined
}

/**
 * Encodes static values as `abi.encode` does: one 32-byte word each. Numbers are taken modulo 2^256,
 * hexadecimal strings (addresses, bytes32) as the integer they spell, which right-aligns an address as the ABI does.
 */
export function encodeStatic(values: readonly (bigint | number | Hex)[]): Uint8Array {
  return concat(values.map((value) => toBytes32(BigInt(value))))
}

/** keccak256 of bytes, as a hexadecimal string. */
export function keccak256(bytes: Uint8Array): Hex {
  return toHex(keccak_256(bytes))
}

/** A string is not `0x` followed by an even number of hexadecimal digits. */
export class MalformedHexError extends Error {
  override readonly name = 'MalformedHexError'
  readonly text: string
  constructor(text: string) {
    super(`"${text.slice(0, 80)}" is not a hexadecimal string: expected 0x and an even number of digits 0-9, a-f.`)
    this.text = text
  }
}
