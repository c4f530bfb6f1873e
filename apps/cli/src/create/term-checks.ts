/** Refuses proposed terms and setups that cannot be, before anything is paid: for `create`. */
import { localChainId } from '@tutti/chain'
import { formatCount, formatInteger, shardCount, type Terms } from '@tutti/core'
import { type FederationProposal, type TermChoices, validateProposal } from '@tutti/learn'
import { CommandError, exitCodes } from '../terminal/exit-codes.ts'

/**
 * Refuses shards that were asked for and cannot be: a shard is so many whole blobs, or whole words of a payload.
 *
 * @throws `CommandError` naming the number that is possible next.
 */
export function checkShards(
  terms: Pick<Terms, 'dimension' | 'shardSize'>,
  { shards, shardsPerMember }: Pick<TermChoices, 'shards' | 'shardsPerMember'>,
): void {
  const count = shardCount(terms)
  if (shards !== undefined && shards !== count) {
    throw new CommandError(
      `The model cannot be cut into ${formatCount(shards, 'shard')}: its ${formatInteger(terms.dimension)} parameters give ` +
        `${formatCount(count, 'shard')} of whole blobs or payload words at that size. Ask for --shards ${count}, or leave it out.`,
      exitCodes.usage,
    )
  }
  if (shardsPerMember !== undefined && shardsPerMember > count) {
    throw new CommandError(
      `A member cannot train ${formatCount(shardsPerMember, 'shard')} a round: the model has ${count}. ` +
        'Lower --shards-per-member, or leave it out.',
      exitCodes.usage,
    )
  }
}

/**
 * Refuses what the contract would refuse, before anything is paid or a dry run says that all is well.
 *
 * @throws `CommandError` naming what cannot be.
 */
export function checkProposal(proposal: Pick<FederationProposal, 'terms' | 'setup'>): void {
  try {
    validateProposal(proposal)
  } catch (cause) {
    throw new CommandError((cause as Error).message, exitCodes.usage)
  }
}

/** Chains of many strangers with money at stake, where nobody's network is private. */
const PUBLIC_CHAINS = new Map([
  [1, 'Ethereum'],
  [10, 'OP Mainnet'],
  [56, 'BNB Smart Chain'],
  [100, 'Gnosis'],
  [137, 'Polygon'],
  [324, 'ZKsync Era'],
  [8_453, 'Base'],
  [42_161, 'Arbitrum One'],
  [43_114, 'Avalanche'],
  [59_144, 'Linea'],
  [534_352, 'Scroll'],
])

/**
 * Whether terms are for a private network: as `--private-network` says, and on a local chain.
 *
 * @throws `CommandError` where the chain is known to be public.
 */
export function choosePrivateNetwork(options: { privateNetwork?: boolean }, chainId: number): boolean {
  const name = PUBLIC_CHAINS.get(chainId)
  if (options.privateNetwork === true && name !== undefined) {
    throw new CommandError(`Chain ${chainId} is ${name}, a public chain: leave --private-network out.`, exitCodes.usage)
  }
  return options.privateNetwork ?? chainId === localChainId
}
