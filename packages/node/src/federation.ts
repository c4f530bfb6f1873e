/**
 * What a node must know of a federation once, checked against the hash in its terms.
 */
import { type ChainClient, type PathName, pathOf, readManifest } from '@tutti/chain'
import { type Hex, keccak256, type Terms } from '@tutti/core'
import { type Manifest, parseManifest, toParameterSteps } from '@tutti/learn'

/** A federation as a node works with it. */
export interface FederationFacts {
  terms: Terms
  manifest: Manifest
  /** Weight units per integer of every parameter, shape [dimension]. */
  steps: Float64Array
  /** Whether the contract holds the integers themselves, or commitments of blobs. */
  pathName: PathName
}

/**
 * Reads terms and manifest from the chain.
 *
 * @param agreedHash - Hash of the manifest that the owner agreed to; not compared when undefined.
 * @throws {@link StaleManifestError} if it is another one; {@link PublishedManifestError} if what was published is not
 *   what the terms name; `ManifestError`; {@link DimensionMismatchError}.
 */
export async function readFederation(
  client: ChainClient,
  id: Hex,
  agreedHash: Hex | undefined,
): Promise<FederationFacts> {
  const creation = await readManifest(client, { id })
  const { terms, manifest: bytes } = creation
  if (agreedHash !== undefined && agreedHash.toLowerCase() !== terms.manifestHash.toLowerCase()) {
    throw new StaleManifestError(agreedHash, terms.manifestHash)
  }
  if (keccak256(bytes) !== terms.manifestHash.toLowerCase()) throw new PublishedManifestError(id)
  const manifest = parseManifest(bytes)
  const steps = toParameterSteps(manifest)
  if (steps.length !== terms.dimension) throw new DimensionMismatchError(steps.length, terms.dimension)
  return { terms, manifest, steps, pathName: pathOf(creation) }
}

/** The chain's manifest is not the one that the owner agreed to. Do not retry. */
export class StaleManifestError extends Error {
  override readonly name = 'StaleManifestError'
  readonly isRetryable = false

  constructor(agreed: string, published: string) {
    super(
      `The manifest agreed to has hash ${agreed}; the federation's has ${published}. Read the federation's manifest and join again if you agree to it.`,
    )
  }
}

/** What was published at creation is not the manifest that the terms name. Do not retry. */
export class PublishedManifestError extends Error {
  override readonly name = 'PublishedManifestError'
  readonly isRetryable = false

  constructor(id: string) {
    super(`The manifest published with federation ${id} does not have the hash in its terms. Do not join it.`)
  }
}

/** The manifest's model has another number of parameters than the terms say. Do not retry. */
export class DimensionMismatchError extends Error {
  override readonly name = 'DimensionMismatchError'
  readonly isRetryable = false

  constructor(parameters: number, dimension: number) {
    super(`The manifest's model has ${parameters} parameters; the terms say ${dimension}. Do not join this federation.`)
  }
}
