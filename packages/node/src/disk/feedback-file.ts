/**
 * Error feedback as the bytes of a file: what quantisation lost of a member's updates, `feedback.bin` of its store.
 *
 * A line of JSON (decay, bound, which shards follow, of which rounds, SHA-256 of all else), then the residuals, 32-bit
 * floats, little-endian. A file that was cut or altered anywhere is told from a whole one by the checksum.
 */
import type { ErrorFeedback } from '@tutti/core'
import { sha256 } from './checked-json.ts'

/** A residual that follows: its shard, its length, and the round of an update that is not known to count. */
interface Entry {
  shard: number
  length: number
  round?: number
}

interface Head {
  decay: number
  bound: number
  entries: Entry[]
}

/** The bytes of error feedback. */
export function encodeFeedback({ decay, bound, residuals, pending }: ErrorFeedback): Uint8Array {
  const parts = [
    ...[...residuals].map(([shard, residual]) => ({ entry: { shard, length: residual.length }, residual })),
    ...[...pending].map(([shard, { round, residual }]) => ({
      entry: { shard, length: residual.length, round },
      residual,
    })),
  ]
  const body = new Uint8Array(4 * parts.reduce((sum, { residual }) => sum + residual.length, 0))
  const view = new DataView(body.buffer)
  let at = 0
  for (const { residual } of parts) {
    for (const value of residual) {
      view.setFloat32(at, value, true)
      at += 4
    }
  }
  const head: Head = { decay, bound, entries: parts.map(({ entry }) => entry) }
  const line = new TextEncoder().encode(`${JSON.stringify({ ...head, sha256: checksum(head, body) })}\n`)
  return Buffer.concat([line, body])
}

/** Reads what {@link encodeFeedback} wrote, wherever in a buffer the bytes lie; undefined if they are not that. */
export function decodeFeedback(bytes: Uint8Array): ErrorFeedback | undefined {
  const end = bytes.indexOf(10)
  if (end < 0) return undefined
  const parsed = parseHead(bytes.subarray(0, end))
  const body = bytes.subarray(end + 1)
  if (parsed === undefined) return undefined
  const { sha256: sum, ...head } = parsed
  const size = head.entries.reduce((total, { length }) => total + 4 * length, 0)
  if (body.length !== size || sum !== checksum(head, body)) return undefined
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength)
  const residuals = new Map<number, Float32Array>()
  const pending = new Map<number, { round: number; residual: Float32Array }>()
  let at = 0
  for (const { shard, length, round } of head.entries) {
    const start = at
    const residual = Float32Array.from({ length }, (_, i) => view.getFloat32(start + 4 * i, true))
    at += 4 * length
    if (round === undefined) residuals.set(shard, residual)
    else pending.set(shard, { round, residual })
  }
  return { decay: head.decay, bound: head.bound, residuals, pending }
}

function parseHead(line: Uint8Array): (Head & { sha256: unknown }) | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(line)
    const { decay, bound, entries, sha256: sum } = JSON.parse(text) as Head & { sha256: unknown }
    const isWhole = Number.isFinite(decay) && Number.isFinite(bound) && Array.isArray(entries) && entries.every(isEntry)
    return isWhole ? { decay, bound, entries, sha256: sum } : undefined
  } catch {
    return undefined
  }
}

function isEntry(entry: Partial<Entry> | null): boolean {
  const isCount = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0
  return isCount(entry?.shard) && isCount(entry?.length) && (entry?.round === undefined || isCount(entry.round))
}

function checksum({ decay, bound, entries }: Head, body: Uint8Array): string {
  const head = new TextEncoder().encode(JSON.stringify({ decay, bound, entries }))
  return sha256(Buffer.concat([head, body]))
}
