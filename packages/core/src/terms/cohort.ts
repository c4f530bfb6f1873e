/**
 * Who trains in a round, and what: the draw of a sampled cohort, the shards a position is assigned, and the keeper
 * chosen for a shard.
 *
 * The draw is a permutation of the members, a balanced Feistel network of 4 rounds on 2h bits with cycle-walking
 * (Black and Rogaway, Ciphers with Arbitrary Finite Domains, 2002), so that one position costs O(1) to find or check.
 * Twin of `terms/Cohort.sol`; vectors in `vectors/cohort.json`.
 *
 * @example
 * ```ts
 * import { assignedShards, cohortIndices, indexToPosition, keccak256, positionToIndex } from '@tutti/core'
 *
 * const seed = keccak256(Uint8Array.of(1))
 * cohortIndices({ seed, members: 1_000, cohort: 4 }) // → [745, 515, 41, 125]
 * indexToPosition(seed, positionToIndex(seed, 2, 1_000), 1_000) // → 2
 * assignedShards({ dimension: 64, shardSize: 16, shardsPerMember: 2 }, 1, 0) // → [2, 3]
 * ```
 */
import { keccak_256 } from '@noble/hashes/sha3.js'
import { fromHex, type Hex } from '../arithmetic/hex.ts'
import type { Round } from './phase.ts'
import { shardCount, type Terms } from './terms.ts'

const FEISTEL_ROUNDS = 4

/**
 * The index of the member who holds a position of a sampled cohort. Where all members take part, a position is its
 * index and there is no draw: see {@link cohortIndices}.
 *
 * @param seed - Seed of the round.
 * @param position - Position, 0 ≤ position < members.
 * @param members - Members frozen into the round, ≥ 1.
 * @throws {@link OutsideMembersError}
 */
export function positionToIndex(seed: Hex, position: number, members: number): number {
  const { half, keyed } = feistel(seed, position, members)
  let x = position
  do {
    let a = Math.floor(x / half)
    let b = x % half
    for (let k = 0; k < FEISTEL_ROUNDS; k++) [a, b] = [b, (a ^ keyed(k, b)) >>> 0]
    x = a * half + b
  } while (x >= members)
  return x
}

/**
 * The position that a sampled cohort gives to the member at an index: the inverse of {@link positionToIndex}.
 * The member trains when it is below the size of the cohort.
 *
 * @throws {@link OutsideMembersError}
 */
export function indexToPosition(seed: Hex, index: number, members: number): number {
  const { half, keyed } = feistel(seed, index, members)
  let x = index
  do {
    let a = Math.floor(x / half)
    let b = x % half
    for (let k = FEISTEL_ROUNDS - 1; k >= 0; k--) [a, b] = [(b ^ keyed(k, a)) >>> 0, a]
    x = a * half + b
  } while (x >= members)
  return x
}

/**
 * Indices of the cohort's members, in order of position: the identity while all members take part, else the draw.
 *
 * @param round - Round whose seed is known; shape of the result [round.cohort].
 */
export function cohortIndices(round: Pick<Round, 'seed' | 'members' | 'cohort'>): number[] {
  const positions = Array.from({ length: round.cohort }, (_, position) => position)
  if (round.members <= round.cohort) return positions
  return positions.map((position) => positionToIndex(round.seed, position, round.members))
}

/**
 * Shards that a position trains in a round: `((position + round) · K + k) mod S` for k < K = `shardsPerMember`.
 * `submit(first, …)` counts along this list.
 */
export function assignedShards(
  terms: Pick<Terms, 'dimension' | 'shardSize' | 'shardsPerMember'>,
  position: number,
  round: number,
): number[] {
  const shards = shardCount(terms)
  const first = ((position + round) * terms.shardsPerMember) % shards
  return Array.from({ length: terms.shardsPerMember }, (_, k) => (first + k) % shards)
}

/**
 * Updates that a shard expects in a round: `D = #{ j ∈ [0, cohort·K) : (round·K + j) mod S = shard }`.
 * A client divides by it, so that the sum is a mean.
 */
export function expectedUpdates(
  terms: Pick<Terms, 'dimension' | 'shardSize' | 'shardsPerMember'>,
  shard: number,
  round: number,
  cohort: number,
): number {
  const shards = shardCount(terms)
  const total = cohort * terms.shardsPerMember
  const offset = (shard + shards - ((round * terms.shardsPerMember) % shards)) % shards
  return offset >= total ? 0 : Math.floor((total - 1 - offset) / shards) + 1
}

/**
 * The place of a position among those that update its k-th assigned shard, in their order: `⌊(position · K + k) / S⌋`,
 * below {@link expectedUpdates} of that shard.
 */
export function updateRank(
  terms: Pick<Terms, 'dimension' | 'shardSize' | 'shardsPerMember'>,
  position: number,
  k: number,
): number {
  return Math.floor((position * terms.shardsPerMember + k) / shardCount(terms))
}

/** Position of the keeper chosen for a shard: `uint256(keccak256(abi.encode(seed, shard))) mod cohort`. */
export function keeperPosition(seed: Hex, shard: number, cohort: number): number {
  const words = new Uint8Array(64)
  words.set(fromHex(seed))
  new DataView(words.buffer).setUint32(60, shard)
  const bytes = keccak_256(words)
  const digest = new DataView(bytes.buffer, bytes.byteOffset)
  let rest = 0
  // 16 bits at a time keep `rest · 2^16` exact: a cohort has at most 256 positions.
  for (let at = 0; at < 32; at += 2) rest = (rest * 0x10000 + digest.getUint16(at)) % cohort
  return rest
}

/** `half = 2^h`, h ≥ 1 the smallest with `2^(2h) ≥ members`; `keyed(k, x) = keccak256(seed, k, x) mod 2^h`. */
function feistel(seed: Hex, place: number, members: number) {
  if (!Number.isInteger(place) || place < 0 || place >= members) throw new OutsideMembersError(place, members)
  let half = 2
  while (half * half < members) half *= 2
  const words = new Uint8Array(96)
  words.set(fromHex(seed))
  const view = new DataView(words.buffer)
  // `half` is a power of two, so the last four bytes of a digest hold all of its remainder.
  const keyed = (k: number, x: number): number => {
    view.setUint32(60, k)
    view.setUint32(92, x)
    const digest = keccak_256(words)
    return (new DataView(digest.buffer, digest.byteOffset).getUint32(28) & (half - 1)) >>> 0
  }
  return { half, keyed }
}

/** A position or index that no member holds. */
export class OutsideMembersError extends Error {
  override readonly name = 'OutsideMembersError'
  readonly place: number
  readonly members: number
  constructor(place: number, members: number) {
    super(`Place ${place} is not among the ${members} members frozen into the round, counted from 0.`)
    this.place = place
    this.members = members
  }
}
