/** Into which transactions an update is divided. */
import type { Sending } from '../disk/round-record.ts'

/**
 * The transactions of an update: its shards in order, as many in each as `bytesPerTransaction` allows and one at the
 * least; all in one, after the commitment, where they are committed to.
 */
export function planSendings(
  payloads: readonly Uint8Array[],
  hasCommit: boolean,
  bytesPerTransaction: number,
): Sending[] {
  const unsent = { state: 'unsent', attempts: [] } as const
  const all = { ...unsent, first: 0, count: payloads.length }
  if (hasCommit)
    return [
      { ...all, attempts: [], kind: 'commit' },
      { ...all, attempts: [], kind: 'submit' },
    ]
  const sendings: Sending[] = []
  let bytes = Infinity
  for (const [first, payload] of payloads.entries()) {
    // Each payload has its place and its length beside its content.
    const size = payload.length + 64
    if (bytes + size > bytesPerTransaction) {
      sendings.push({ kind: 'submit', first, count: 0, state: 'unsent', attempts: [] })
      bytes = 0
    }
    sendings.at(-1)!.count++
    bytes += size
  }
  return sendings
}

/** One transaction a shard, after the commitment where there is one: as many blobs as a transaction carries. */
export function planBlobSendings(payloads: readonly Uint8Array[], hasCommit: boolean): Sending[] {
  return planSendings(payloads, hasCommit, 0)
}
