/**
 * A model as the bytes of a file: `model.bin` of a node, and what `tutti model pull` writes.
 *
 * A line of JSON (dimension, the last round in each shard, the stray words, SHA-256 of all else), then the integers, 32
 * bits each, little-endian. A file that was cut or altered anywhere is told from a whole one by the checksum.
 *
 * @example
 * ```ts
 * import { decodeState, encodeState } from '@tutti/node'
 *
 * const state = { values: Int32Array.of(1, -2), rounds: [0], strays: new Map<number, bigint>() }
 * decodeState(encodeState(state)) // → state
 * decodeState(encodeState(state).subarray(1)) // → undefined
 * ```
 */
import type { ModelState } from '@tutti/chain'
import { sha256 } from '../disk/checked-json.ts'

interface Head {
  dimension: number
  rounds: number[]
  /** Place and word, in hexadecimal. */
  strays: [number, string][]
}

/** The bytes of a model. */
export function encodeState({ values, rounds, strays }: ModelState): Uint8Array {
  const body = new Uint8Array(4 * values.length)
  const view = new DataView(body.buffer)
  for (let p = 0; p < values.length; p++) view.setInt32(4 * p, values[p]!, true)
  const words = [...strays].map(([place, word]): [number, string] => [place, word.toString(16)])
  const head: Head = { dimension: values.length, rounds, strays: words }
  const line = new TextEncoder().encode(`${JSON.stringify({ ...head, sha256: checksum(head, body) })}\n`)
  const bytes = new Uint8Array(line.length + body.length)
  bytes.set(line)
  bytes.set(body, line.length)
  return bytes
}

/** Reads what {@link encodeState} wrote, wherever in a buffer the bytes lie; undefined if they are not that. */
export function decodeState(bytes: Uint8Array): ModelState | undefined {
  const end = bytes.indexOf(10)
  if (end < 0) return undefined
  const head = parseHead(bytes.subarray(0, end))
  const body = bytes.subarray(end + 1)
  if (head === undefined || body.length !== 4 * head.dimension || head.sha256 !== checksum(head, body)) return undefined
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength)
  const values = new Int32Array(head.dimension)
  for (let p = 0; p < values.length; p++) values[p] = view.getInt32(4 * p, true)
  return {
    values,
    rounds: head.rounds,
    strays: new Map(head.strays.map(([place, word]) => [place, BigInt(`0x${word}`)])),
  }
}

function parseHead(line: Uint8Array): (Head & { sha256: unknown }) | undefined {
  try {
    const {
      dimension,
      rounds,
      strays,
      sha256: sum,
    } = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(line))
    const isWhole = Number.isSafeInteger(dimension) && Array.isArray(rounds) && rounds.every(Number.isInteger)
    return isWhole && Array.isArray(strays) && strays.every(isStray)
      ? { dimension, rounds, strays, sha256: sum }
      : undefined
  } catch {
    return undefined
  }
}

function isStray(stray: unknown): boolean {
  if (!Array.isArray(stray)) return false
  const [place, word] = stray
  return Number.isSafeInteger(place) && typeof word === 'string' && /^[0-9a-f]+$/.test(word)
}

function checksum({ dimension, rounds, strays }: Head, body: Uint8Array): string {
  const head = new TextEncoder().encode(JSON.stringify({ dimension, rounds, strays }))
  return sha256(Buffer.concat([head, body]))
}
