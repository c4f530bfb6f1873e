/**
 * Commitments as points: compressed (48 bytes, what blobs are named by), affine (x ‖ y, 96 bytes, what the contract
 * adds), and their sums, which are the commitments of sums. Infinity is `0xc0…` compressed and all zero affine.
 *
 * @example
 * ```ts
 * import { fromAffine, sumCommitments, toAffine } from '@tutti/chain'
 * import { packBlobs } from '@tutti/core'
 *
 * const commit = (value: number) => kzg.commit(packBlobs(Int8Array.of(value), { laneBits: 16 })[0]!)
 * const [two, three, five] = await Promise.all([2, 3, 5].map(commit))
 * sumCommitments([two!, three!]) // → five
 * fromAffine(toAffine(two!)) // → two
 * ```
 */

import { bls12_381 } from '@noble/curves/bls12-381'
import { bytesToHex } from 'viem'
import { ChainError } from '../../client/errors.ts'

type Point = InstanceType<typeof bls12_381.G1.ProjectivePoint>
const { ProjectivePoint } = bls12_381.G1

/** Bytes of a compressed commitment. */
export const COMMITMENT_BYTES = 48

/** Bytes of an affine commitment. */
export const AFFINE_BYTES = 96

/**
 * Affine coordinates of a compressed commitment: x ‖ y, 48 big-endian bytes each.
 *
 * @throws {@link InvalidCommitmentError}
 */
export function toAffine(commitment: Uint8Array): Uint8Array {
  return affineOf(readPoint(commitment))
}

/**
 * Compresses affine coordinates: the inverse of {@link toAffine}.
 *
 * @throws {@link InvalidCommitmentError}
 */
export function fromAffine(affine: Uint8Array): Uint8Array {
  if (affine.length !== AFFINE_BYTES) throw new InvalidCommitmentError(affine)
  if (affine.every((byte) => byte === 0)) return ProjectivePoint.ZERO.toRawBytes(true)
  try {
    const point = ProjectivePoint.fromHex(affine)
    point.assertValidity()
    return point.toRawBytes(true)
  } catch {
    throw new InvalidCommitmentError(affine)
  }
}

/**
 * The commitment of a linear combination: `Σ_i weights[i] · commitments[i]`, compressed. Weights are 1 by default.
 *
 * @throws {@link InvalidCommitmentError}
 */
export function sumCommitments(commitments: readonly Uint8Array[], weights?: readonly number[]): Uint8Array {
  let sum: Point = ProjectivePoint.ZERO
  for (const [i, commitment] of commitments.entries()) {
    const weight = weights?.[i] ?? 1
    if (weight === 0) continue
    const point = readPoint(commitment)
    sum = sum.add(weight === 1 || point.equals(ProjectivePoint.ZERO) ? point : point.multiply(BigInt(weight)))
  }
  return sum.toRawBytes(true)
}

function affineOf(point: Point): Uint8Array {
  return point.equals(ProjectivePoint.ZERO) ? new Uint8Array(AFFINE_BYTES) : point.toRawBytes(false)
}

function readPoint(commitment: Uint8Array): Point {
  if (commitment.length !== COMMITMENT_BYTES) throw new InvalidCommitmentError(commitment)
  try {
    return ProjectivePoint.fromHex(commitment)
  } catch {
    throw new InvalidCommitmentError(commitment)
  }
}

/** Bytes that are no point of the group. */
export class InvalidCommitmentError extends ChainError {
  constructor(bytes: Uint8Array) {
    super(`${bytesToHex(bytes).slice(0, 100)} is no commitment: no point of the group. Fetch it from elsewhere.`, false)
  }
}
