/**
 * What a node must know of a federation once, checked against the hash in its terms; and the updates of a round, put
 * together for aggregation.
 */
import {
  type ChainClient,
  collectPayloads,
  readManifest,
  readModel,
  readSubmissions,
  type Submission,
} from '@tutti/chain'
import { type Hex, keccak256, type Round, setBits, type Terms } from '@tutti/core'
import {
  isStatistics,
  type PublishedManifest,
  parsePublishedManifest,
  statisticsDimension,
  toParameterSteps,
  toWeights,
} from '@tutti/learn'

/** A federation as a node works with it. */
export interface FederationFacts {
  terms: Terms
  manifest: PublishedManifest
  /** Weight units per integer of every parameter, shape [dimension]. */
  steps: Float64Array
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
  const { terms, manifest: bytes } = await readManifest(client, { id })
  if (agreedHash !== undefined && agreedHash.toLowerCase() !== terms.manifestHash.toLowerCase()) {
    throw new StaleManifestError(agreedHash, terms.manifestHash)
  }
  if (keccak256(bytes) !== terms.manifestHash.toLowerCase()) throw new PublishedManifestError(id)
  const manifest = parsePublishedManifest(bytes)
  const steps = stepsOf(manifest)
  if (steps.length !== terms.dimension) throw new DimensionMismatchError(steps.length, terms.dimension)
  return { terms, manifest, steps }
}

/** Weights of the global model, shape [dimension]. */
export async function readWeights(
  client: ChainClient,
  id: Hex,
  { terms, manifest }: Pick<FederationFacts, 'terms' | 'manifest'>,
): Promise<Float32Array> {
  const { lanes } = await readModel(client, { id, terms })
  return isStatistics(manifest) ? Float32Array.from(lanes) : toWeights(manifest, lanes)
}

/** Steps of a model's parameters; statistics are integers as they stand. */
function stepsOf(manifest: PublishedManifest): Float64Array {
  return isStatistics(manifest)
    ? new Float64Array(statisticsDimension(manifest.plan)).fill(1)
    : toParameterSteps(manifest)
}

/** The updates of a shard as `aggregate` wants them: in order of position, those of members that sent all their shards. */
export type PayloadReader = (round: Round, shard: number, fromBlock: bigint | undefined) => Promise<Uint8Array[]>

/**
 * A reader that asks the chain once a round, however many shards it is asked for.
 *
 * @throws `MissingPayloadError` from the reader if the endpoint's logs lack an update that counts.
 */
export function createPayloadReader(client: ChainClient, id: Hex, terms: Terms): PayloadReader {
  let known: { key: string; submissions: Submission[] } | undefined
  return async (round, shard, fromBlock) => {
    const key = `${round.number}/${round.submitted}`
    if (known?.key !== key) {
      const from = fromBlock === undefined ? {} : { fromBlock }
      known = { key, submissions: await readSubmissions(client, { id, round: round.number, ...from }) }
    }
    const { submissions } = known
    try {
      return collectPayloads({ terms, round: round.number, shard, positions: setBits(round.submitted), submissions })
    } catch (error) {
      known = undefined
      throw error
    }
  }
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
