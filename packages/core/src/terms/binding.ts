/**
 * What ties an update to chain, core, federation, round and member, so that it counts nowhere else.
 *
 * All are keccak256 of ABI encodings whose values are static. Vectors in `vectors/binding.json`.
 *
 * @example
 * ```ts
 * import { toContext, toDigest, toId } from '@tutti/core'
 *
 * const id = toId(client.chainId, client.core, terms) // → federationId
 * const context = toContext({ chainId: client.chainId, core: client.core, id, round: 0, member: account.address })
 * toDigest(context, 0, Uint8Array.of(1)) === toDigest(context, 1, Uint8Array.of(1)) // → false
 * ```
 */
import { concat, encodeStatic, fromHex, type Hex, keccak256, toBytes32 } from '../arithmetic/hex.ts'
import type { Terms } from './terms.ts'

/** Whose update, in which round, of which federation. */
export type Occasion = {
  readonly chainId: bigint | number
  readonly core: Hex
  readonly id: Hex
  readonly round: number
  readonly member: Hex
}

/** Id of a federation: `keccak256(abi.encode(chainid, core, terms))`. */
export function toId(chainId: bigint | number, core: Hex, terms: Terms): Hex {
  return keccak256(
    encodeStatic([
      chainId,
      core,
      terms.manifestHash,
      terms.setupHash,
      terms.salt,
      terms.gains,
      terms.stake,
      terms.bounty,
      terms.keeperPay,
      terms.joinSeconds,
      terms.commitSeconds,
      terms.idleSeconds,
      terms.aggregator,
      terms.dimension,
      terms.shardSize,
      terms.rounds,
      terms.token,
      terms.cohortSize,
      terms.minimumUpdates,
      terms.shardsPerMember,
      terms.endQuorum,
      terms.laneBits,
      terms.bits,
      terms.rule,
      terms.isPrivateNetwork ? 1 : 0,
      terms.gate,
      terms.submitSeconds,
      terms.challengeSeconds,
      terms.keeperSeconds,
      terms.judge,
      terms.sealPay,
    ]),
  )
}

/** Context of an update: `keccak256(abi.encode(chainid, core, id, uint256(round), member))`. */
export function toContext({ chainId, core, id, round, member }: Occasion): Hex {
  return keccak256(encodeStatic([chainId, core, id, round, member]))
}

/** What a shard's update is remembered by (direct path): `keccak256(abi.encodePacked(context, uint256(shard), payload))`. */
export function toDigest(context: Hex, shard: number, payload: Uint8Array): Hex {
  return keccak256(concat([fromHex(context), toBytes32(BigInt(shard)), payload]))
}

/** Hash of a submission's payloads: `keccak256(keccak256(payload_0) ‖ keccak256(payload_1) ‖ …)`. */
export function toPayloadHash(payloads: readonly Uint8Array[]): Hex {
  return keccak256(concat(payloads.map((payload) => fromHex(keccak256(payload)))))
}

/**
 * What a member commits to before it shows its updates:
 * `keccak256(abi.encode(chainid, core, id, uint256(round), member, salt, payloadHash))`.
 *
 * @param salt - 32 bytes that nobody can guess, drawn anew for each round.
 */
export function toCommitment({
  chainId,
  core,
  id,
  round,
  member,
  salt,
  payloadHash,
}: Occasion & { readonly salt: Hex; readonly payloadHash: Hex }): Hex {
  return keccak256(encodeStatic([chainId, core, id, round, member, salt, payloadHash]))
}
