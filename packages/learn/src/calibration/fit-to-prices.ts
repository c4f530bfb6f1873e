/**
 * How many shards a model gets where a chain's prices make a round dearer than the contracts assume.
 *
 * @example
 * ```ts
 * import { BERLIN_PRICES } from '@tutti/core'
 * import { fitToPrices } from '@tutti/learn'
 * import { loadTask, proposeFederation } from '@tutti/learn/node'
 *
 * const task = loadTask('breast-cancer')
 * const address = `0x${'11'.repeat(20)}` as const
 * const choices = { members: 2, rounds: 3, bits: 4, aggregator: address, token: address, seed: 1 } as const
 * const proposal = await proposeFederation({ ...task, contact: 'none' }, task.train, choices)
 * fitToPrices(proposal, choices, { prices: BERLIN_PRICES, executionGas: 16_777_216n }) === proposal // → true
 * ```
 */
import { estimateRoundAt, type GasPrices, MOST_SHARDS, shardCount, unpackGains } from '@tutti/core'
import { type FederationChoices, type FederationProposal, proposeFromManifest } from './propose-federation.ts'

/**
 * The same proposal in more and smaller shards, where a chain's prices make a round dearer than the contracts assume; as it
 * is where it fits, where its creator chose the shards, and where no number of them helps.
 *
 * @param limits.executionGas - The most that a transaction may spend on execution there.
 */
export function fitToPrices(
  proposal: FederationProposal,
  choices: FederationChoices,
  { prices, executionGas }: { prices: GasPrices; executionGas: bigint },
): FederationProposal {
  if (choices.path === 'blob' || choices.shards !== undefined) return proposal
  const fits = ({ terms }: FederationProposal) => {
    const { aggregate, submit } = estimateRoundAt(terms, prices)
    return Math.max(aggregate.gas, submit.gas) <= Number(executionGas)
  }
  const { manifest, terms, words } = proposal
  const kept = { laneBits: terms.laneBits, gains: unpackGains(terms.gains) }
  let fitted = proposal
  for (let shards = shardCount(terms) + 1; !fits(fitted) && shards <= MOST_SHARDS; shards = Math.ceil(shards * 1.2)) {
    fitted = proposeFromManifest(manifest, { ...choices, ...kept, shards }, words)
  }
  return fits(fitted) ? fitted : proposal
}
