/**
 * Which contracts a federation's answers come from, and whether they are ours. The core forwards what it is asked to the
 * aggregator that the terms name: one of somebody else's may answer whatever it likes, of the model and of its history.
 *
 * @example
 * ```ts
 * import { inspectModules, readManifest } from '@tutti/chain'
 *
 * const modules = await inspectModules(client, await readManifest(client, { id: federationId }))
 * modules.map(({ name, isKnown }) => [name, isKnown]) // → [['core', true], ['aggregator', true]]
 * ```
 */

import type { Address } from 'viem'
import type { ChainClient } from '../client/client.ts'
import { deployment } from '../client/deployment.ts'
import { ChainError, withChainErrors } from '../client/errors.ts'
import type { Creation } from '../reads/logs.ts'
import { pathOf } from '../reads/path.ts'
import { blobAggregatorAddress } from './deploy-blob.ts'

/** A contract that a federation depends on. */
export interface Module {
  name: 'core' | 'aggregator' | 'gate' | 'judge'
  address: Address
  /** Whether it is a contract of this version: at the address that its code alone gives, and standing there. */
  isKnown: boolean
}

/**
 * The core that was asked and the modules that the terms name. Known are this version's core and its aggregator of the
 * federation's path, by their CREATE2 addresses (EIP-1014), where code stands there; no gate and no judge is known.
 *
 * @throws `ChainUnreachableError`
 */
export async function inspectModules(
  client: ChainClient,
  creation: Pick<Creation, 'terms' | 'setup'>,
): Promise<Module[]> {
  const { aggregator, gate, judge } = creation.terms
  const { core, directAggregator } = deployment()
  const own = pathOf(creation) === 'blob' ? blobAggregatorAddress() : directAggregator
  const code = isSame(aggregator, own)
    ? await withChainErrors(client, () => client.public.getCode({ address: aggregator }))
    : undefined
  const asked: Module[] = [
    { name: 'core', address: client.core, isKnown: isSame(client.core, core) },
    { name: 'aggregator', address: aggregator, isKnown: code !== undefined && code !== '0x' },
    { name: 'gate', address: gate, isKnown: false },
    { name: 'judge', address: judge, isKnown: false },
  ]
  return asked.filter(({ address }) => BigInt(address) !== 0n)
}

const isSame = (one: Address, other: Address) => one.toLowerCase() === other.toLowerCase()

/** A federation's answers come from contracts that nobody here vouches for. */
export class UnknownModulesError extends ChainError {
  readonly modules: readonly Module[]
  /** @param modules - Those of the federation that are not known, one at least. */
  constructor(modules: readonly Module[]) {
    const named = modules.map(({ name, address }) => `${name} ${address}`).join(', ')
    super(
      `This federation depends on contracts that are not Tutti's: ${named}. What they say of its model, ` +
        'predictions, members or pay may be false. Read their code; if you trust them, go on with --unknown-modules.',
      false,
    )
    this.modules = modules
  }
}
