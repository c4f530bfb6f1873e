/**
 * Each write as a {@link Call}: what a node signs, keeps on disk and sends. The actions send the same calls at once.
 *
 * `spareGas` is given where a call costs more if others are included before it.
 *
 * @example
 * ```ts
 * import { callToClaim, callToJoin } from '@tutti/chain'
 * import { decodeFunctionData } from 'viem'
 * import { federationAbi } from '@tutti/chain'
 *
 * const { to, data } = callToJoin(client, { id: federationId })
 * to // → client.core
 * decodeFunctionData({ abi: federationAbi, data }).functionName // → 'join'
 * callToClaim(client, { id: federationId }).value // → undefined
 * ```
 */

import { concat } from '@tutti/core'
import { type Address, bytesToHex, encodeFunctionData, type Hex, zeroHash } from 'viem'
import { federationAbi } from '../abi/federation.ts'
import type { ChainClient } from '../client/client.ts'
import type { Terms } from '../client/types.ts'
import type { Call } from '../transactions/prepare.ts'

type Core = Pick<ChainClient, 'core'>

/** Which federation. */
export type FederationTarget = { id: Hex }
/** Which round of which federation: a call for another round than the current one is refused. */
export type RoundTarget = { id: Hex; round: number }

/** Of the call that may turn out to be the round's last: it settles, pays everybody and opens the next round. */
const settlingGas = 400_000n

/** Of the call that may turn out to be the last of its phase. */
const phaseEndingGas = 60_000n

/** Creates a federation; the core takes the bounty by an earlier approval. */
export function callToCreate(
  { core }: Core,
  { terms, manifest, setup }: { terms: Terms; manifest: Uint8Array; setup: Uint8Array },
): Call {
  const args = [terms, bytesToHex(manifest), bytesToHex(setup)] as const
  return { to: core, data: encodeFunctionData({ abi: federationAbi, functionName: 'create', args }) }
}

/** Writes one shard of the initial model; `data` is empty where the contract computes it. */
export function callToInitialise(
  { core }: Core,
  { id, shard, data = new Uint8Array() }: FederationTarget & { shard: number; data?: Uint8Array },
): Call {
  const args = [id, BigInt(shard), bytesToHex(data)] as const
  return { to: core, data: encodeFunctionData({ abi: federationAbi, functionName: 'initialise', args }) }
}

/** Joins with a stake approved earlier. */
export function callToJoin({ core }: Core, { id, admission = '0x' }: FederationTarget & { admission?: Hex }): Call {
  return { to: core, data: encodeFunctionData({ abi: federationAbi, functionName: 'join', args: [id, admission] }) }
}

/** Leaves: at once, or when the next round opens. */
export function callToLeave({ core }: Core, { id }: FederationTarget): Call {
  const data = encodeFunctionData({ abi: federationAbi, functionName: 'leave', args: [id] })
  return { to: core, data, spareGas: phaseEndingGas }
}

/** Opens the first round. */
export function callToOpen({ core }: Core, { id }: FederationTarget): Call {
  return { to: core, data: encodeFunctionData({ abi: federationAbi, functionName: 'open', args: [id] }) }
}

/** Seeds a sampled cohort. */
export function callToDraw({ core }: Core, { id, round }: RoundTarget): Call {
  return { to: core, data: encodeFunctionData({ abi: federationAbi, functionName: 'draw', args: [id, round] }) }
}

/** Binds the signer to an update that it sends later. */
export function callToCommit({ core }: Core, { id, round, commitment }: RoundTarget & { commitment: Hex }): Call {
  const data = encodeFunctionData({ abi: federationAbi, functionName: 'commit', args: [id, round, commitment] })
  return { to: core, data, spareGas: phaseEndingGas }
}

/** What a member sends: one payload for each of its assigned shards from `first` on. */
export type SubmitParameters = RoundTarget & {
  payloads: readonly Uint8Array[]
  first?: number
  /** Of the commitment, where the terms have a commit phase. */
  salt?: Hex
  /** Self-reported; logged, shown, never paid for. */
  metrics?: Uint8Array
}

/** Sends updates for the signer's assigned shards. */
export function callToSubmit(
  { core }: Core,
  { id, round, payloads, first = 0, salt = zeroHash, metrics = new Uint8Array() }: SubmitParameters,
): Call {
  const args = [id, round, first, payloads.map((payload) => bytesToHex(payload)), salt, bytesToHex(metrics)] as const
  const data = encodeFunctionData({ abi: federationAbi, functionName: 'submit', args })
  return { to: core, data, spareGas: phaseEndingGas }
}

/** What folds a shard's updates into the model. */
export type AggregateParameters = RoundTarget & {
  shard: number
  /** Of the shard as the chain has it: `readShardWords`. The contract holds them against its hash. Empty on the blob path. */
  words: Uint8Array
  /** In order of position: see `collectPayloads`. Without any the model stays, and nothing is handed in. */
  payloads: readonly Uint8Array[]
}

/** Folds one shard's payloads into its words. */
export function callToAggregate({ core }: Core, { id, round, shard, words, payloads }: AggregateParameters): Call {
  const data = bytesToHex(payloads.length === 0 ? new Uint8Array() : concat([words, ...payloads]))
  return {
    to: core,
    data: encodeFunctionData({ abi: federationAbi, functionName: 'aggregate', args: [id, round, shard, data] }),
    spareGas: settlingGas + 40_000n * BigInt(payloads.length),
  }
}

/** Which pieces of a shard are sealed, counted within it, and its words. */
export type SealParameters = FederationTarget & { shard: number; first: number; count: number; words: Uint8Array }

/** Writes pieces of a shard's words into code. */
export function callToSeal({ core }: Core, { id, shard, first, count, words }: SealParameters): Call {
  const args = [id, BigInt(shard), BigInt(first), BigInt(count), bytesToHex(words)] as const
  return { to: core, data: encodeFunctionData({ abi: federationAbi, functionName: 'seal', args }) }
}

/** Has the judge split the pot and opens the next round. */
export function callToSettle({ core }: Core, { id, round }: RoundTarget): Call {
  const data = encodeFunctionData({ abi: federationAbi, functionName: 'settle', args: [id, round] })
  return { to: core, data, spareGas: settlingGas }
}

/** Closes a round that got too few updates. */
export function callToClose({ core }: Core, { id, round }: RoundTarget): Call {
  const data = encodeFunctionData({ abi: federationAbi, functionName: 'close', args: [id, round] })
  return { to: core, data, spareGas: settlingGas }
}

/** Votes to finish with this round. */
export function callToVoteToEnd({ core }: Core, { id, round }: RoundTarget): Call {
  const data = encodeFunctionData({ abi: federationAbi, functionName: 'voteToEnd', args: [id, round] })
  return { to: core, data, spareGas: phaseEndingGas }
}

/** Finishes a federation whose next step is overdue. */
export function callToAbandon({ core }: Core, { id }: FederationTarget): Call {
  return { to: core, data: encodeFunctionData({ abi: federationAbi, functionName: 'abandon', args: [id] }) }
}

/** Pays what the signer is owed: to itself, or to `recipient`, for tokens that do not pay the signer. */
export function callToClaim({ core }: Core, { id, recipient }: FederationTarget & { recipient?: Address }): Call {
  const data =
    recipient === undefined
      ? encodeFunctionData({ abi: federationAbi, functionName: 'claim', args: [id] })
      : encodeFunctionData({ abi: federationAbi, functionName: 'claimTo', args: [id, recipient] })
  return { to: core, data }
}
