/**
 * What a node must know of a federation once, checked against the hash in its terms.
 */
import { type ChainClient, type Creation, type PathName, pathOf, readManifest } from '@tutti/chain'
import { type Hex, keccak256, type Terms } from '@tutti/core'
import {
  countParameters,
  isStatistics,
  type PublishedManifest,
  parsePublishedManifest,
  type StatisticsManifest,
  statisticsDimension,
  toParameterSteps,
} from '@tutti/learn'

/** A federation as a node works with it. */
export interface FederationFacts {
  terms: Terms
  manifest: PublishedManifest
  /** Whether the contract holds the integers themselves, or commitments of blobs. */
  pathName: PathName
}

/**
 * Reads terms and manifest from the chain.
 *
 * @param agreedHash - Hash of the manifest that the owner agreed to; not compared when undefined.
 * @throws {@link StaleManifestError} if it is another one; {@link PublishedManifestError} if what was published is not
 *   what the terms name; `ManifestError`; {@link DimensionMismatchError}; {@link StatisticsTermsError}.
 */
export async function readFederation(
  client: ChainClient,
  id: Hex,
  agreedHash: Hex | undefined,
): Promise<FederationFacts> {
  const creation = await readManifest(client, { id })
  const { terms } = creation
  if (agreedHash !== undefined && agreedHash.toLowerCase() !== terms.manifestHash.toLowerCase()) {
    throw new StaleManifestError(agreedHash, terms.manifestHash)
  }
  return toFacts(creation)
}

/**
 * What a creation event says, checked.
 *
 * @throws as {@link readFederation}, but for the agreed hash; {@link StatisticsTermsError}
 */
export function toFacts(creation: Creation): FederationFacts {
  const { id, terms, manifest: bytes } = creation
  if (keccak256(bytes) !== terms.manifestHash.toLowerCase()) throw new PublishedManifestError(id)
  const manifest = parsePublishedManifest(bytes)
  // Counted, not built: a manifest of two kilobytes may name a hundred million parameters.
  const dimension = isStatistics(manifest) ? statisticsDimension(manifest.plan) : countParameters(manifest.model)
  if (dimension !== terms.dimension) throw new DimensionMismatchError(dimension, terms.dimension)
  const pathName = pathOf(creation)
  if (isStatistics(manifest)) checkStatistics(id, terms, manifest, pathName)
  return { terms, manifest, pathName }
}

function checkStatistics(id: Hex, { bits }: Terms, { plan }: StatisticsManifest, pathName: PathName): void {
  if (pathName === 'blob')
    throw new StatisticsTermsError(id, 'its sums would lie in blobs; they are made on the direct path')
  if (bits !== plan.bits) throw new StatisticsTermsError(id, `its digits have ${plan.bits} bits, its updates ${bits}`)
}

/** Weight units per integer of every parameter, shape [dimension]; statistics are integers as they stand. */
export function stepsOf(manifest: PublishedManifest): Float64Array {
  return isStatistics(manifest)
    ? new Float64Array(statisticsDimension(manifest.plan)).fill(1)
    : toParameterSteps(manifest)
}

/** The chain's manifest is not the one that the owner agreed to. Do not retry. */
export class StaleManifestError extends Error {
  override readonly name = 'StaleManifestError'
  readonly isRetryable = false

  constructor(agreed: string, published: string) {
    super(
      `Read the federation's manifest, and join again if you agree to it: you agreed to one with hash ${agreed}; this one has ${published}.`,
    )
  }
}

/** What was published at creation is not the manifest that the terms name. Do not retry. */
export class PublishedManifestError extends Error {
  override readonly name = 'PublishedManifestError'
  readonly isRetryable = false

  constructor(id: string) {
    super(`Do not join federation ${id}: the manifest published with it does not have the hash in its terms.`)
  }
}

/** A statistics round by whose terms nothing can be summed. Do not retry. */
export class StatisticsTermsError extends Error {
  override readonly name = 'StatisticsTermsError'
  readonly isRetryable = false

  constructor(id: string, reason: string) {
    super(`Do not join federation ${id}: it is a statistics round that cannot be counted; ${reason}.`)
  }
}

/** The manifest's model has another number of parameters than the terms say. Do not retry. */
export class DimensionMismatchError extends Error {
  override readonly name = 'DimensionMismatchError'
  readonly isRetryable = false

  constructor(parameters: number, dimension: number) {
    super(
      `Do not join this federation: its manifest's model has ${parameters} parameters, and its terms say ${dimension}.`,
    )
  }
}
