/**
 * What a blob-path aggregator must know beyond the terms, and the terms that the path refuses.
 *
 * Lanes start at zero; the float weights they are added to are a seed's or a file's, which the setup names by hash.
 * Twin of `blob/BlobTerms.sol`.
 *
 * @example
 * ```ts
 * import { decodeBlobSetup, encodeBlobSetup, validateBlobTerms } from '@tutti/core'
 *
 * const setup = { baseModelHash: `0x${'ab'.repeat(32)}` as const }
 * decodeBlobSetup(encodeBlobSetup(setup)) // → setup
 * validateBlobTerms({ ...terms, bits: 1 }) // throws BlobBitsError
 * ```
 */

import { fromHex, type Hex, toHex } from '../arithmetic/hex.ts'
import { BYTES_LIMIT } from '../direct/estimate.ts'
import { AggregateTooLongError, UnsupportedRuleError, validateOverflow } from '../direct/validate.ts'
import { checkBits } from '../terms/bits.ts'
import { maxUpdates, shardCount, type Terms } from '../terms/terms.ts'
import { validateTerms } from '../terms/validate.ts'
import { BLOBS_PER_TRANSACTION, blobsFor, parametersPerBlob } from './blob.ts'

/** The setup of a blob-path model; its ABI encoding is published at creation and its hash is in the terms. */
export type BlobSetup = {
  /** keccak256 of the file of initial float weights; zero where the manifest's seed gives them. */
  readonly baseModelHash: Hex
}

/** The shortest challenge window on a public network: two hours. On a private one a second will do. */
export const SHORTEST_CHALLENGE_SECONDS = 7_200

/** Bytes of a commitment in affine coordinates. */
const AFFINE_BYTES = 96

/** Head and envelope of a transaction that aggregates. */
const ENVELOPE_BYTES = 448

/** Writes a setup as the aggregator reads it: `abi.encode(BlobSetup)`, 32 bytes. */
export function encodeBlobSetup({ baseModelHash }: BlobSetup): Uint8Array {
  const bytes = fromHex(baseModelHash)
  if (bytes.length !== 32) throw new BlobSetupError(bytes.length)
  return bytes
}

/**
 * Reads a setup: the inverse of {@link encodeBlobSetup}.
 *
 * @throws {@link BlobSetupError}
 */
export function decodeBlobSetup(bytes: Uint8Array): BlobSetup {
  if (bytes.length !== 32) throw new BlobSetupError(bytes.length)
  return { baseModelHash: toHex(bytes) }
}

/**
 * Throws at the first term that the blob path refuses: widths, sizes, window, and the overflow guarantee from lanes
 * that start at zero; and what the core demands.
 *
 * @throws what `validateTerms` throws, `FieldLaneBitsError`, {@link BlobBitsError}, `UnsupportedRuleError`, {@link UnsupportedSealPayError}, {@link ChallengeTooShortError},
 *   {@link ShardTooLargeError}, {@link MisalignedBlobShardError}, {@link CommitmentOverSeveralShardsError},
 *   `LaneOverflowError`, `AggregateTooLongError`
 */
export function validateBlobTerms(terms: Terms): void {
  validateTerms(terms)
  const { laneBits, bits, shardSize, challengeSeconds } = terms
  const capacity = parametersPerBlob(laneBits)
  if (bits === 1) throw new BlobBitsError()
  checkBits(bits)
  if (terms.rule !== 0) throw new UnsupportedRuleError(terms.rule)
  if (terms.sealPay !== 0n) throw new UnsupportedSealPayError()
  const shortest = terms.isPrivateNetwork ? 1 : SHORTEST_CHALLENGE_SECONDS
  if (challengeSeconds < shortest) throw new ChallengeTooShortError(challengeSeconds, shortest)
  const isWhole = shardCount(terms) === 1
  const length = isWhole ? terms.dimension : shardSize
  const largest = BLOBS_PER_TRANSACTION * capacity
  if (length > largest) throw new ShardTooLargeError(length, largest)
  if (!isWhole && shardSize % capacity !== 0) throw new MisalignedBlobShardError(shardSize, capacity)
  if (terms.commitSeconds > 0 && terms.shardsPerMember > 1) {
    throw new CommitmentOverSeveralShardsError(terms.shardsPerMember)
  }
  validateOverflow(terms, 0n)
  const bytes = maxUpdates(terms) * blobsFor(length, laneBits) * AFFINE_BYTES
  if (bytes > BYTES_LIMIT - ENVELOPE_BYTES) throw new AggregateTooLongError(bytes)
}

/** A setup of the wrong size. */
export class BlobSetupError extends Error {
  override readonly name = 'BlobSetupError'
  constructor(bytes: number) {
    super(`The setup has ${bytes} bytes; a blob-path setup is one hash of 32. Encode it with encodeBlobSetup.`)
  }
}

/** One-bit updates, whose padding cannot be zero. */
export class BlobBitsError extends Error {
  override readonly name = 'BlobBitsError'
  constructor() {
    super('Updates of 1 bit are not supported in blobs: a zero lane would be no ±1. Use 2, 4 or 8.')
  }
}

/** Pay for sealing where nothing can be sealed. */
export class UnsupportedSealPayError extends Error {
  override readonly name = 'UnsupportedSealPayError'
  constructor() {
    super('sealPay is above 0; a model in blobs is not sealed in code. Use 0, or the direct path.')
  }
}

/** A window in which nobody could prove a fault. */
export class ChallengeTooShortError extends Error {
  override readonly name = 'ChallengeTooShortError'
  constructor(challengeSeconds: number, shortest: number) {
    super(
      `challengeSeconds is ${challengeSeconds}; the blob path needs at least ${shortest}.` +
        (shortest > 1 ? ' Terms for a private network (--private-network) may ask for less.' : ''),
    )
  }
}

/** A shard whose blobs do not fit one transaction. */
export class ShardTooLargeError extends Error {
  override readonly name = 'ShardTooLargeError'
  constructor(length: number, largest: number) {
    super(`A shard has ${length} parameters; ${BLOBS_PER_TRANSACTION} blobs hold ${largest}. Use smaller shards.`)
  }
}

/** Shards that do not begin at whole blobs. */
export class MisalignedBlobShardError extends Error {
  override readonly name = 'MisalignedBlobShardError'
  constructor(shardSize: number, capacity: number) {
    super(`shardSize is ${shardSize}; with several shards it must be a multiple of the ${capacity} lanes of a blob.`)
  }
}

/** A commit phase where an update comes in several transactions. */
export class CommitmentOverSeveralShardsError extends Error {
  override readonly name = 'CommitmentOverSeveralShardsError'
  constructor(shardsPerMember: number) {
    super(
      `commitSeconds is set and a member trains ${shardsPerMember} shards; a committed update comes in one transaction, ` +
        'which carries one shard. Use no commit phase, or one shard a member.',
    )
  }
}
