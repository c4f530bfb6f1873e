/** Updates to measure with: dense ones, the dearest there are, and those recorded from real training. */

import { existsSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { integer, packUpdate, payloadBytes, type Random, shardCount, shardRange, type Terms } from '@tutti/core'

/**
 * A member's update without a zero: every value is uniform in [−2^(bits−1), −1] ∪ [1, 2^(bits−1) − 1], −1 or 1 for one
 * bit. Only padding beyond the last parameter is zero, as it must be.
 */
export function denseUpdate(terms: Terms, random: Random): Uint8Array[] {
  const { bits } = terms
  return Array.from({ length: shardCount(terms) }, (_, shard) => {
    const values = Int8Array.from({ length: shardRange(terms, shard).length }, () => {
      if (bits === 1) return integer(random, 2) === 0 ? -1 : 1
      const value = integer(random, 2 ** bits - 1) - 2 ** (bits - 1)
      return value < 0 ? value : value + 1
    })
    return packUpdate(values, terms)
  })
}

/** Updates recorded in training: `[round][member][shard]`. */
export type RecordedUpdates = Uint8Array[][][]

/**
 * Reads recorded updates; undefined if there is no such file.
 *
 * The file is gzip over whole-model payloads (one shard: `payloadBytes(dimension, bits)` bytes each), one after the
 * other, member by member and round by round. Payloads of several shards are slices of it, since shards begin at whole
 * payload words.
 *
 * @throws {@link RecordedPayloadsError} if its length is no whole number of rounds
 */
export function readRecordedUpdates(path: string, terms: Terms, members: number): RecordedUpdates | undefined {
  if (!existsSync(path)) return undefined
  const bytes = gunzipSync(readFileSync(path))
  const size = payloadBytes(terms.dimension, terms.bits)
  const rounds = bytes.length / (size * members)
  if (!Number.isInteger(rounds) || rounds === 0) throw new RecordedPayloadsError(path, bytes.length, size * members)
  return Array.from({ length: rounds }, (_, round) =>
    Array.from({ length: members }, (_, member) => {
      const whole = bytes.subarray((round * members + member) * size, (round * members + member + 1) * size)
      return splitShards(whole, terms)
    }),
  )
}

function splitShards(whole: Uint8Array, terms: Terms): Uint8Array[] {
  let start = 0
  return Array.from({ length: shardCount(terms) }, (_, shard) => {
    const end = start + payloadBytes(shardRange(terms, shard).length, terms.bits)
    const payload = whole.subarray(start, end)
    start = end
    return payload
  })
}

/** A file of recorded payloads that is not what it should be. */
export class RecordedPayloadsError extends Error {
  override readonly name = 'RecordedPayloadsError'
  constructor(path: string, length: number, roundLength: number) {
    super(`${path} unpacks to ${length} bytes; a round has ${roundLength}. Record the payloads again.`)
  }
}
