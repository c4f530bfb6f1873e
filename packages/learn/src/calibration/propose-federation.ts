/**
 * What `create` proposes for a manifest: its setup, terms that fit it, and the narrowest lanes that cannot overflow. Also
 * for a model that goes on from another federation's.
 *
 * @example
 * ```ts
 * import { proposeFromManifest, proposeLaneBits } from '@tutti/learn'
 * import { calibrateManifest, loadTask } from '@tutti/learn/node'
 *
 * const task = loadTask('breast-cancer')
 * const address = `0x${'11'.repeat(20)}` as const
 * const choices = { members: 2, rounds: 3, bits: 4, aggregator: address, token: address }
 * const manifest = await calibrateManifest({ ...task, contact: 'none' }, task.train, {
 *   members: 2,
 *   arithmetic: { bits: 4, laneBits: 16, gains: [{ fromRound: 0, gain: 1 }] },
 *   startsFromFloats: false,
 *   seed: 1,
 *   initialisation: new Uint8Array(32),
 * })
 * proposeFromManifest(manifest, choices).terms.cohortSize // → 2
 * proposeLaneBits({ ...choices, members: 8, rounds: 30, bits: 8 }, 513, 3_000n) // → 32
 * ```
 */
import {
  type CohortTerms,
  type DirectSetup,
  encodeBlobSetup,
  encodeSetup,
  gainAt,
  type Hex,
  initialBound,
  keccak256,
  largestLane,
  maxUpdates,
  packModel,
  shardHashes,
  type Terms,
  toHex,
  validateBlobTerms,
  validateDirectTerms,
  validateSetup,
} from '@tutti/core'
import { type Manifest, serializeManifest } from '../manifest/manifest.ts'
import { toSetup } from '../manifest/setup.ts'
import { countParameters } from '../model/model.ts'
import { proposeBlobTerms, proposeTerms, type TermChoices } from './propose-terms.ts'

/** Widths of a model integer. */
export const NARROW_LANES = 16
const WIDE_LANES = 32
/** Of the blob path: ten lanes a field element, and room for 16,000 rounds of four members at 8 bits. */
const BLOB_LANES = 24

const ZERO_HASH: Hex = `0x${'0'.repeat(64)}`

/** What a creator chooses beyond what is to be learnt. */
export type FederationChoices = Omit<TermChoices, 'manifestHash' | 'setupHash' | 'salt' | 'dimension' | 'laneBits'> & {
  /** Tells otherwise equal federations apart; of the system's randomness when absent. */
  salt?: Hex
  /** Direct unless told otherwise. */
  path?: 'direct' | 'blob'
  /** Width of a model integer; when absent 16, or 32 where 16 could overflow; 24 on the blob path. */
  laneBits?: number
}

/** All that a creation needs, and what it was made of. */
export interface FederationProposal {
  terms: Terms
  manifest: Manifest
  manifestBytes: Uint8Array
  /** What the direct path's aggregator is told; absent on the blob path. */
  setup?: DirectSetup
  setupBytes: Uint8Array
  /** Largest |initial integer|; 0 on the blob path. */
  initialBound: bigint
  /** Words of a given start, which `initialiseDirectModel` writes; absent where the contract computes them. */
  words?: Uint8Array
}

/**
 * Setup and terms of a manifest.
 *
 * @param words - Of the model that a given start begins from, whose hashes by shard are in the setup.
 * @throws `NoShardFitsError`
 */
export function proposeFromManifest(
  manifest: Manifest,
  choices: FederationChoices,
  words?: Uint8Array,
): FederationProposal {
  const manifestBytes = serializeManifest(manifest)
  if (choices.path === 'blob') return proposeInBlobs(manifest, manifestBytes, choices)
  const plain = toSetup(manifest)
  const bound = initialBound(plain)
  const dimension = countParameters(manifest.model)
  const draft = proposeTerms({
    ...choices,
    dimension,
    laneBits: choices.laneBits ?? proposeLaneBits(choices, dimension, bound),
    manifestHash: keccak256(manifestBytes),
    setupHash: ZERO_HASH,
    salt: choices.salt ?? drawSalt(),
  })
  const setup = words === undefined ? plain : { ...plain, hashes: shardHashes(words, draft) }
  const setupBytes = encodeSetup(setup)
  const proposal = { terms: { ...draft, setupHash: keccak256(setupBytes) }, manifest, manifestBytes, setup, setupBytes }
  return { ...proposal, initialBound: bound, ...(words === undefined ? {} : { words }) }
}

/** Lanes start at zero there, and are added to the weights that the manifest's seed, or a file, gives. */
function proposeInBlobs(manifest: Manifest, manifestBytes: Uint8Array, choices: FederationChoices): FederationProposal {
  const { initialisation } = manifest
  const baseModelHash = initialisation.kind === 'base' ? (initialisation.hash as Hex) : ZERO_HASH
  const setupBytes = encodeBlobSetup({ baseModelHash })
  const terms = proposeBlobTerms({
    ...choices,
    dimension: countParameters(manifest.model),
    laneBits: choices.laneBits ?? BLOB_LANES,
    manifestHash: keccak256(manifestBytes),
    setupHash: keccak256(setupBytes),
    salt: choices.salt ?? drawSalt(),
  })
  return { terms, manifest, manifestBytes, setupBytes, initialBound: 0n }
}

/**
 * The narrowest lanes that no sequence of accepted updates can overflow: 16 bits, else 32.
 *
 * @param bound - Largest |initial integer|.
 * @throws `NoShardFitsError`
 */
export function proposeLaneBits(choices: FederationChoices, dimension: number, bound: bigint): number {
  const hashes = { manifestHash: ZERO_HASH, setupHash: ZERO_HASH, salt: ZERO_HASH }
  const narrow = proposeTerms({ ...choices, ...hashes, dimension, laneBits: NARROW_LANES })
  return largestLane(narrow, bound) < 1n << BigInt(NARROW_LANES - 1) ? NARROW_LANES : WIDE_LANES
}

/** A model to go on from, as it stands. */
export interface ModelSource {
  manifest: Manifest
  terms: Terms
  /** Integers of the model, shape [dimension]. */
  lanes: Int32Array
  /** Rounds that are over, failed ones included. */
  roundsClosed: number
}

/**
 * A federation that starts from the integers that another one stands at; manifest and steps are taken over, and the gain
 * where it stands, so that an integer goes on being worth as much of the mean.
 *
 * @throws `NoShardFitsError`, `ManifestError`
 */
export function proposeContinuation(
  { manifest, terms, lanes, roundsClosed }: ModelSource,
  choices: FederationChoices,
): FederationProposal {
  const gain = choices.gain ?? gainToContinue(terms, roundsClosed, choices.members)
  const continuedChoices = { ...choices, gain }
  const bound = lanes.reduce((largest, lane) => Math.max(largest, Math.abs(lane)), 0)
  const laneBits = choices.laneBits ?? proposeLaneBits(continuedChoices, lanes.length, BigInt(bound))
  const words = packModel(lanes, laneBits)
  const continued: Manifest = { ...manifest, initialisation: { kind: 'given', bound, hash: keccak256(words) } }
  return proposeFromManifest(continued, { ...continuedChoices, laneBits }, words)
}

/** `gain · updates` of the source where it ended, divided by the updates that are expected now; at least 1. */
export function gainToContinue(
  terms: CohortTerms & Pick<Terms, 'gains' | 'rounds'>,
  round: number,
  members: number,
): number {
  const last = gainAt(terms.gains, Math.min(round, terms.rounds - 1))
  return Math.max(1, Math.round((last * maxUpdates(terms)) / members))
}

/**
 * Refuses what the contract would refuse, before anything is paid: of the terms, and of the setup on the direct path.
 *
 * @param proposal.setup - Absent on the blob path.
 * @throws what `validateDirectTerms` and `validateSetup`, or `validateBlobTerms` throw.
 */
export function validateProposal({ terms, setup }: Pick<FederationProposal, 'terms' | 'setup'>): void {
  if (setup === undefined) validateBlobTerms(terms)
  else {
    validateDirectTerms(terms, initialBound(setup))
    validateSetup(setup, terms)
  }
}

/** 32 bytes of the system's randomness. */
export function drawSalt(): Hex {
  return toHex(crypto.getRandomValues(new Uint8Array(32)))
}
