/** Reads from the chain what a federation that continues another one's model starts from, and proposes it. */
import { type ChainClient, readDirectModel, readManifest, readStatus } from '@tutti/chain'
import type { Hex } from '@tutti/core'
import { type FederationChoices, type FederationProposal, parseModelManifest, proposeContinuation } from '@tutti/learn'

/**
 * A federation that starts from the integers that another one stands at.
 *
 * @param source - The federation that is continued.
 * @throws the chain's errors, `ManifestError`, `NoShardFitsError`
 */
export async function continueFederation(
  client: ChainClient,
  source: Hex,
  choices: FederationChoices,
): Promise<FederationProposal> {
  const { terms, manifest } = await readManifest(client, { id: source })
  const { lanes } = await readDirectModel(client, { id: source, terms })
  const { roundsClosed } = await readStatus(client, { id: source })
  return proposeContinuation({ manifest: parseModelManifest(manifest), terms, lanes, roundsClosed }, choices)
}
