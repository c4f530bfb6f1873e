/**
 * From a task to a federation: rehearses on the creator's data, writes the manifest, and proposes terms around it.
 */
import {
  type ChainClient,
  type ChainLimits,
  encodeSetup,
  type PathName,
  readDirectModel,
  readManifest,
  readStatus,
} from '@tutti/chain'
import {
  type CohortTerms,
  chunkHashes,
  type DirectSetup,
  encodeBlobSetup,
  estimateRoundAt,
  gainAt,
  type Hex,
  initialBound,
  largestLane,
  maxUpdates,
  packModel,
  proposeGains,
  shardCount,
  type Terms,
  unpackGains,
} from '@tutti/core'
import {
  type ArithmeticTerms,
  countParameters,
  type Dataset,
  type Manifest,
  parseModelManifest,
  serializeManifest,
  toSetup,
} from '@tutti/learn'
import { foundManifest, type Undertaking } from '@tutti/learn/node'
import { bytesToHex, keccak256, stringToBytes, zeroHash } from 'viem'
import { proposeBlobTerms, proposeTerms, type TermChoices } from './terms-proposal.ts'

/** Widths of a model integer. */
const NARROW = 16
const WIDE = 32
/** Of the blob path: ten lanes a field element, and room for 16,000 rounds of four members at 8 bits. */
const BLOB_LANES = 24

/** What a creator chooses beyond the undertaking. */
export type FoundingChoices = Omit<TermChoices, 'manifestHash' | 'setupHash' | 'salt' | 'dimension' | 'laneBits'> & {
  /** The same in all rounds; when absent, gains follow the fading of updates. */
  gain?: number
  seed: number
  /** Direct unless told otherwise. */
  path?: PathName
  /** Width of a model integer; when absent 16, or 32 where 16 could overflow; 24 on the blob path. */
  laneBits?: number
}

/** All that `createFederation` needs, and what it was made of. */
export interface Founding {
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
 * Calibrates steps and activation shifts by a rehearsal on the creator's own data, and builds terms that fit.
 *
 * @param rehearsal - The creator's data, as one member would hold it.
 */
export async function foundFederation(
  undertaking: Undertaking,
  rehearsal: Dataset,
  choices: FoundingChoices,
): Promise<Founding> {
  const { bits, laneBits = NARROW, members, rounds, gain, seed } = choices
  const gains = gain === undefined ? proposeGains({ bits, rounds, updates: members }) : [{ fromRound: 0, gain }]
  // Steps depend on the width of updates and the first gain alone, so the rehearsal may precede the choice of lanes.
  const arithmetic: ArithmeticTerms = { bits, laneBits, gains }
  const initialisation = keccak256(stringToBytes(`${undertaking.name} ${seed}`), 'bytes')
  const startsFromFloats = choices.path === 'blob'
  const how = { members, arithmetic, startsFromFloats, seed, initialisation }
  return describeFounding(await foundManifest(undertaking, rehearsal, how), { ...choices, gains })
}

/** Setup and terms of a manifest. */
export function describeFounding(manifest: Manifest, choices: FoundingChoices): Founding {
  const manifestBytes = serializeManifest(manifest)
  if (choices.path === 'blob') return describeBlobFounding(manifest, manifestBytes, choices)
  const setup = toSetup(manifest)
  const setupBytes = encodeSetup(setup)
  const dimension = countParameters(manifest.model)
  const terms = proposeTerms({
    ...choices,
    dimension,
    laneBits: choices.laneBits ?? proposeLaneBits(choices, dimension, initialBound(setup)),
    manifestHash: keccak256(manifestBytes),
    setupHash: keccak256(setupBytes),
    salt: bytesToHex(crypto.getRandomValues(new Uint8Array(32))),
  })
  return { terms, manifest, manifestBytes, setup, setupBytes, initialBound: initialBound(setup) }
}

/** Lanes start at zero there, and are added to the weights that the manifest's seed, or a file, gives. */
function describeBlobFounding(manifest: Manifest, manifestBytes: Uint8Array, choices: FoundingChoices): Founding {
  const { initialisation } = manifest
  const baseModelHash = initialisation.kind === 'base' ? (initialisation.hash as Hex) : zeroHash
  const setupBytes = encodeBlobSetup({ baseModelHash })
  const terms = proposeBlobTerms({
    ...choices,
    dimension: countParameters(manifest.model),
    laneBits: choices.laneBits ?? BLOB_LANES,
    manifestHash: keccak256(manifestBytes),
    setupHash: keccak256(setupBytes),
    salt: bytesToHex(crypto.getRandomValues(new Uint8Array(32))),
  })
  return { terms, manifest, manifestBytes, setupBytes, initialBound: 0n }
}

/**
 * The narrowest lanes that no sequence of accepted updates can overflow: 16 bits, else 32.
 *
 * @param bound - Largest |initial integer|.
 * @throws `CommandError` if the updates of so many members fit no transaction.
 */
export function proposeLaneBits(choices: FoundingChoices, dimension: number, bound: bigint): number {
  const hashes = { manifestHash: zeroHash, setupHash: zeroHash, salt: zeroHash }
  const narrow = proposeTerms({ ...choices, ...hashes, dimension, laneBits: NARROW })
  return largestLane(narrow, bound) < 1n << BigInt(NARROW - 1) ? NARROW : WIDE
}

/**
 * A federation that starts from the integers that another one stands at; manifest and steps are taken over, and the gain
 * where it stands, so that an integer goes on being worth as much of the mean.
 *
 * @throws the chain's errors, `ManifestError`
 */
export async function continueFederation(
  client: ChainClient,
  source: Hex,
  choices: FoundingChoices,
): Promise<Founding> {
  const creation = await readManifest(client, { id: source })
  const { lanes } = await readDirectModel(client, { id: source, terms: creation.terms })
  const { roundsClosed } = await readStatus(client, { id: source })
  const gain = choices.gain ?? gainToContinue(creation.terms, roundsClosed, choices.members)
  const continuedChoices = { ...choices, gain }
  const bound = lanes.reduce((largest, lane) => Math.max(largest, Math.abs(lane)), 0)
  const laneBits = choices.laneBits ?? proposeLaneBits(continuedChoices, lanes.length, BigInt(bound))
  const chunks = chunkHashes(lanes, laneBits)
  const manifest = parseModelManifest(creation.manifest)
  const continued: Manifest = { ...manifest, initialisation: { kind: 'given', bound, chunks } }
  return { ...describeFounding(continued, { ...continuedChoices, laneBits }), words: packModel(lanes, laneBits) }
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

/** Shards that the contracts take at the most. */
const MOST_SHARDS = 256

/**
 * The same founding in more and smaller shards, where a chain's prices make a round dearer than the contracts assume;
 * as it is where it fits, where its creator chose the shards, and where no number of them helps.
 *
 * @param limits - Of the chain at hand.
 */
export function fitToChain(
  founding: Founding,
  choices: FoundingChoices,
  { prices, executionGas }: Pick<ChainLimits, 'prices' | 'executionGas'>,
): Founding {
  if (choices.path === 'blob' || choices.shards !== undefined) return founding
  const fits = ({ terms }: Founding) => {
    const { aggregate, submit } = estimateRoundAt(terms, prices)
    return Math.max(aggregate.gas, submit.gas) <= Number(executionGas)
  }
  const { manifest, terms, words } = founding
  const given = words === undefined ? {} : { words }
  const kept = { laneBits: terms.laneBits, gains: unpackGains(terms.gains) }
  let fitted = founding
  for (let shards = shardCount(terms) + 1; !fits(fitted) && shards <= MOST_SHARDS; shards = Math.ceil(shards * 1.2)) {
    fitted = { ...describeFounding(manifest, { ...choices, ...kept, shards }), ...given }
  }
  return fits(fitted) ? fitted : founding
}
