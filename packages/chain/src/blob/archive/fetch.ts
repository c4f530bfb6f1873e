/**
 * Blobs and commitments that are what the chain says they are, from wherever they can be had.
 *
 * A blob is believed if its commitment, computed here, has the versioned hash; a commitment, if it has. So no source
 * can do more than withhold. What comes is kept in the archive, which outlives the chain's own copies.
 *
 * @example
 * ```ts
 * import { fetchBlobs, fetchCommitments, findBlobs } from '@tutti/chain'
 *
 * const [blob] = await fetchBlobs(access, location)
 * blob!.versionedHash // → location.versionedHashes[0]
 * await fetchCommitments(access, location) // → [blob!.commitment]
 * const { missing } = await findBlobs({ kzg, sources: [] }, location)
 * missing.length // → 1
 * ```
 */

import { BLOB_BYTES, formatCount, versionedHash } from '@tutti/core'
import type { Hex } from 'viem'
import { findContents } from '../../archive/find.ts'
import { ChainError } from '../../client/errors.ts'
import type { Kzg } from '../kzg/kzg.ts'
import type { BlobLocation, BlobSource } from './sources.ts'

/** A blob with the commitment that was computed from it. */
export type VerifiedBlob = { versionedHash: Hex; commitment: Uint8Array; blob: Uint8Array }

/** More than a block holds at any schedule of blobs so far (EIP-7892). */
const MOST_BLOBS = 128

/** Keeps blobs by their versioned hash and gives back only what still has it. */
export type BlobArchive = {
  /** Keeps a blob durably. Idempotent. */
  put: (blob: VerifiedBlob) => Promise<void>
  /** A blob and its commitment; undefined if there is none, or none that is whole. */
  get: (versionedHash: Hex) => Promise<VerifiedBlob | undefined>
  /** The commitment alone, which takes no arithmetic on the blob; undefined if there is none. */
  commitment: (versionedHash: Hex) => Promise<Uint8Array | undefined>
  /** The versioned hashes of the files that are there, unverified. */
  list: () => Promise<Hex[]>
}

/** Where to look, in this order: the archive, then each source. */
export type BlobAccess = { kzg: Kzg; archive?: BlobArchive; sources: readonly BlobSource[] }

/** One blob that nobody gave, and what each source said instead. */
export type MissingBlob = { versionedHash: Hex; location: BlobLocation; answers: readonly string[] }

/**
 * The blobs of one transaction.
 *
 * @returns In the order of `location.versionedHashes`.
 * @throws {@link BlobsMissingError} naming each blob and what every source answered
 */
export async function fetchBlobs(access: BlobAccess, location: BlobLocation): Promise<VerifiedBlob[]> {
  const { found, missing } = await findBlobs(access, location)
  if (missing.length > 0) throw new BlobsMissingError(missing)
  return location.versionedHashes.map((hash) => found.get(hash)!)
}

/** The blobs of one transaction that can be had, and those that cannot. */
export async function findBlobs(
  { kzg, archive, sources }: BlobAccess,
  location: BlobLocation,
): Promise<{ found: Map<Hex, VerifiedBlob>; missing: MissingBlob[] }> {
  const ask = (source: BlobSource) => async (lacking: readonly Hex[]) => {
    const blobs = await source.blobs({ ...location, versionedHashes: lacking })
    const items = (await verifyAll(kzg, blobs)).map((blob) => [blob.versionedHash, blob] as const)
    const matching = new Set(items.map(([hash]) => hash).filter((hash) => lacking.includes(hash))).size
    const failures =
      matching < lacking.length ? [new BlobsNotGivenError(source.name, { given: blobs.length, matching })] : []
    return { items, failures }
  }
  const { found, failures } = await findContents(location.versionedHashes, {
    kept: async (hash) => archive?.get(hash),
    keep: async (_, blob) => archive?.put(blob),
    sources: sources.map(ask),
  })
  const answers = failures.map(({ message }) => message)
  const missing = [...new Set(location.versionedHashes)]
    .filter((hash) => !found.has(hash))
    .map((hash) => ({ versionedHash: hash, location, answers }))
  return { found, missing }
}

/** Names blobs by computing their commitments; what is no blob is left out. */
async function verifyAll(kzg: Kzg, blobs: readonly Uint8Array[]): Promise<VerifiedBlob[]> {
  // A source that lies could otherwise keep this machine computing: no block has more blobs than this.
  const verified = await Promise.all(
    blobs.slice(0, MOST_BLOBS).map(async (blob) => {
      if (blob.length !== BLOB_BYTES) return []
      try {
        const commitment = await kzg.commit(blob)
        return [{ versionedHash: versionedHash(commitment), commitment, blob }]
      } catch {
        return []
      }
    }),
  )
  return verified.flat()
}

/**
 * The commitments of one transaction's blobs: they can still be had when the blobs cannot, and they are all that
 * aggregation takes.
 *
 * @returns Compressed, in the order of `location.versionedHashes`.
 * @throws {@link BlobsMissingError}
 */
export async function fetchCommitments(access: BlobAccess, location: BlobLocation): Promise<Uint8Array[]> {
  const found = new Map<Hex, Uint8Array>()
  for (const hash of location.versionedHashes) {
    const kept = await access.archive?.commitment(hash)
    if (kept !== undefined) found.set(hash, kept)
  }
  for (const source of access.sources) {
    if (location.versionedHashes.every((hash) => found.has(hash))) break
    try {
      for (const commitment of (await source.commitments?.(location)) ?? []) {
        found.set(versionedHash(commitment), commitment)
      }
    } catch (error) {
      // The blobs, if they are there, give the commitments too.
      if (!(error instanceof ChainError)) throw error
    }
  }
  const lacking = location.versionedHashes.filter((hash) => !found.has(hash))
  if (lacking.length > 0) {
    const blobs = await fetchBlobs(access, { ...location, versionedHashes: lacking })
    for (const { versionedHash: hash, commitment } of blobs) found.set(hash, commitment)
  }
  return location.versionedHashes.map((hash) => found.get(hash)!)
}

/** One missing blob in words: round (from 1) and member where it is an update's, versioned hash, transaction and block. */
function describeMissing({ versionedHash: hash, location }: MissingBlob): string {
  const { update, transactionHash, blockNumber } = location
  const whose =
    update === undefined ? '' : `round ${update.round + 1}, shard ${update.shard}, member ${update.member}: `
  return `${whose}${hash} (transaction ${transactionHash}, block ${blockNumber})`
}

/** Missing blobs that one message names. */
const MOST_NAMED = 12

/** A source gave other blobs than it was asked for, or fewer. */
export class BlobsNotGivenError extends ChainError {
  constructor(name: string, { given, matching }: { given: number; matching: number }) {
    super(`${name} gave ${formatCount(given, 'blob')}, ${matching} of them among those asked for`, true)
  }
}

/** Blobs that neither the archive nor any source has. */
export class BlobsMissingError extends ChainError {
  readonly missing: readonly MissingBlob[]
  constructor(missing: readonly MissingBlob[]) {
    const lines = missing.slice(0, MOST_NAMED).map(describeMissing)
    if (missing.length > MOST_NAMED) lines.push(`and ${missing.length - MOST_NAMED} more`)
    lines.push(...new Set(missing.flatMap((blob) => blob.answers)))
    super(
      `${formatCount(missing.length, 'blob')} missing. Name the archive of a member of that round (--peer-archive ` +
        `DIRECTORY) or a beacon node (--beacon URL).${lines.map((line) => `\n  ${line}`).join('')}`,
      true,
    )
    this.missing = missing
  }
}
