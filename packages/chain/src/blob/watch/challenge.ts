/**
 * Watching and challenging: every blob of a round decoded, and what is wrong with one proven to the contract.
 *
 * The challenger binds itself to its proof in one block and shows it in a later one, so that nobody can take it.
 *
 * @example
 * ```ts
 * import { checkRound, describeFault } from '@tutti/chain'
 *
 * const { checked, faults, missing } = await checkRound(client, { id: blobFederationId, round: 0, access })
 * checked // → 3
 * faults.length + missing.length // → 0
 * describeFault({ kind: 'bound', blob: 0, word: 3, lane: 7 }) // → 'bound in word 3, lane 7 of blob 0'
 * ```
 */

import { type BlobFault, encodeStatic, findFault, keccak256, setBits, type Terms } from '@tutti/core'
import { bytesToHex, encodeAbiParameters, encodeFunctionData, type Hex, hexToBytes, parseAbiParameters } from 'viem'
import { federationAbi } from '../../abi/federation.ts'
import type { RoundTarget } from '../../actions/calls.ts'
import type { ChainClient } from '../../client/client.ts'
import { ChainError, ContractError, NoAccountError, withChainErrors } from '../../client/errors.ts'
import { pause } from '../../client/pause.ts'
import { readRound, readTerms } from '../../reads/federation.ts'
import { readSubmissions, type Submission } from '../../reads/logs.ts'
import type { Call } from '../../transactions/prepare.ts'
import { sendCall, type WriteResult } from '../../transactions/send.ts'
import { type BlobAccess, findBlobs, type MissingBlob, type VerifiedBlob } from '../archive/fetch.ts'
import type { Kzg, Opening } from '../kzg/kzg.ts'
import { type BlobUpdate, locateUpdates } from '../reads/updates.ts'

/** A fault in an update, with the blob that shows it: a verified one, unless said otherwise. */
export type FoundFault<Content extends { blob: Uint8Array } = VerifiedBlob> = {
  update: BlobUpdate
  /** Which blob of the shard. */
  blob: number
  fault: BlobFault
  content: Content
}

/** What a look at a round's blobs brought. */
export type RoundCheck = {
  /** Blobs that were decoded. */
  checked: number
  /** One an update at most: one is enough to void it. */
  faults: FoundFault[]
  /** Blobs that could not be had: nobody can say whether they are faultless. */
  missing: MissingBlob[]
}

/**
 * Decodes every blob of the updates that the round counts.
 *
 * @throws {@link MissingPayloadError}, {@link ChainUnreachableError}
 */
export async function checkRound(
  client: ChainClient,
  target: RoundTarget & { access: BlobAccess; submissions?: readonly Submission[]; terms?: Terms },
): Promise<RoundCheck> {
  const [terms, record, submissions] = await Promise.all([
    target.terms ?? readTerms(client, target),
    readRound(client, target),
    target.submissions ?? readSubmissions(client, target),
  ])
  const positions = setBits(record.submitted)
  const check: RoundCheck = { checked: 0, faults: [], missing: [] }
  for (const update of locateUpdates({ terms, round: target.round, positions, submissions })) {
    const { found, missing } = await findBlobs(target.access, update.location)
    check.missing.push(...missing)
    check.checked += found.size
    const fault = findUpdateFault(terms, update, found)
    if (fault !== undefined) check.faults.push(fault)
  }
  return check
}

/** The first fault among the blobs of one update that are there. */
export function findUpdateFault<Content extends { blob: Uint8Array }>(
  { laneBits, bits }: Pick<Terms, 'laneBits' | 'bits'>,
  update: BlobUpdate,
  blobs: ReadonlyMap<Hex, Content>,
): FoundFault<Content> | undefined {
  for (const [blob, hash] of update.location.versionedHashes.entries()) {
    const content = blobs.get(hash)
    if (content === undefined) continue
    const fault = findFault(content.blob, { laneBits, bits, used: update.lengths[blob]! })
    if (fault !== undefined) return { update, blob, fault, content }
  }
  return undefined
}

/** A fault that nobody proved in time: it is part of the model for good. */
export type StandingFault = {
  round: number
  shard: number
  position: number
  member: Hex
  kind: BlobFault['kind']
  /** Which blob of the shard, and which word of it. */
  blob: number
  word: number
  lane?: number
}

/** What stands of a fault in an update that was aggregated. */
export function toStandingFault(
  round: number,
  { update, blob, fault }: Pick<FoundFault, 'update' | 'blob' | 'fault'>,
): StandingFault {
  const { shard, position, member } = update
  return { round, shard, position, member, blob, ...fault }
}

/** A fault in words, by its place: "packing in word 3 of blob 0". */
export function describeFault({
  kind,
  blob,
  word,
  lane,
}: Pick<StandingFault, 'kind' | 'blob' | 'word' | 'lane'>): string {
  return `${kind} in word ${word}${lane === undefined ? '' : `, lane ${lane}`} of blob ${blob}`
}

const proofParameters = parseAbiParameters('bytes32[], uint256, uint256, bytes32, bytes, bytes')

/** What the contract must see: all the update's hashes, which blob and word, and the opening. */
export type FaultProof = {
  versionedHashes: readonly Hex[]
  blob: number
  word: number
  /** Compressed, 48 bytes. */
  commitment: Uint8Array
  opening: Opening
}

/** The proof as the aggregator reads it: `abi.encode(hashes, blob, word, value, commitment, proof)`. */
function encodeFaultProof({ versionedHashes, blob, word, commitment, opening }: FaultProof): Uint8Array {
  const { value, proof } = opening
  const values = [versionedHashes, BigInt(blob), BigInt(word), bytesToHex(value)] as const
  return hexToBytes(encodeAbiParameters(proofParameters, [...values, bytesToHex(commitment), bytesToHex(proof)]))
}

/** Opens the faulty word and encodes the proof. */
export async function proveFault(kzg: Kzg, { update, blob, fault, content }: FoundFault): Promise<Uint8Array> {
  const opening = await kzg.openAt(content.blob, fault.word)
  const { versionedHashes } = update.location
  return encodeFaultProof({ versionedHashes, blob, word: fault.word, commitment: content.commitment, opening })
}

/** Whose update of which shard is challenged, by whom, with what. */
export type Challenge = RoundTarget & { position: number; assigned: number; proof: Uint8Array; salt: Hex }

/**
 * What a challenger binds itself to:
 * `keccak256(abi.encode(challenger, id, round, position, assigned, keccak256(proof), salt))`.
 */
export function toChallengeCommitment(challenger: Hex, challenge: Challenge): Hex {
  const { id, round, position, assigned, proof, salt } = challenge
  return keccak256(encodeStatic([challenger, id, round, position, assigned, keccak256(proof), salt]))
}

/** Binds the signer to a challenge. */
export function callToBindChallenge({ core }: Pick<ChainClient, 'core'>, commitment: Hex): Call {
  const data = encodeFunctionData({ abi: federationAbi, functionName: 'bindChallenge', args: [commitment] })
  return { to: core, data }
}

/** Proves a fault: in a later block than the binding. */
export function callToChallenge({ core }: Pick<ChainClient, 'core'>, challenge: Challenge): Call {
  const { id, round, position, assigned, proof, salt } = challenge
  const args = [id, round, position, assigned, bytesToHex(proof), salt] as const
  return { to: core, data: encodeFunctionData({ abi: federationAbi, functionName: 'challenge', args }) }
}

/** What a challenge took. */
export type ChallengeResult = { bound: WriteResult; challenged: WriteResult }

/**
 * Binds, waits for the next block, and challenges: the update is voided and its member slashed.
 *
 * @param parameters - `fault`: of {@link checkRound}; `proof`: of {@link proveFault}, where it was made before. `salt`: 32 bytes that
 *   nobody can guess; drawn if absent.
 * @throws {@link ContractError} if the window is closed or the fault is none; {@link NoBlockError}
 */
export async function challengeFault(
  client: ChainClient,
  parameters: RoundTarget & { kzg: Kzg; fault: FoundFault; proof?: Uint8Array; salt?: Hex },
): Promise<ChallengeResult> {
  const { id, round, kzg, fault } = parameters
  if (client.account === undefined) throw new NoAccountError()
  const proof = parameters.proof ?? (await proveFault(kzg, fault))
  const salt = parameters.salt ?? bytesToHex(crypto.getRandomValues(new Uint8Array(32)))
  const { position, assigned } = fault.update
  const challenge = { id, round, position, assigned, proof, salt }
  const commitment = toChallengeCommitment(client.account.address, challenge)
  const bound = await sendCall(client, callToBindChallenge(client, commitment))
  const deadline = Date.now() + client.receiptTimeoutMs
  for (;;) {
    try {
      return { bound, challenged: await sendCall(client, callToChallenge(client, challenge)) }
    } catch (error) {
      // A node that simulates on the latest block refuses until there is a later one.
      if (!(error instanceof ContractError) || error.errorName !== 'ChallengeNotBound') throw error
      const head = await withChainErrors(client, () => client.public.getBlockNumber())
      if (head > bound.receipt.blockNumber) throw error
      if (Date.now() >= deadline) throw new NoBlockError(head)
    }
    await pause(client.pollingIntervalMs)
  }
}

/** The chain made no block for too long. */
export class NoBlockError extends ChainError {
  constructor(head: bigint) {
    super(`No block came after ${head}. The challenge is bound; send it again when the chain moves.`, true)
  }
}
