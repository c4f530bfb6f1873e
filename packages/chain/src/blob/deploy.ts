/** Deployment of the blob path's aggregator, at an address that is a function of its code. */

import type { Address } from 'viem'
import { deployContracts } from '../actions/deploy.ts'
import type { ChainClient } from '../client.ts'
import { contractAddress } from '../deployment.ts'
import type { WriteResult } from '../transactions.ts'

/** The address that this version of the aggregator has on every chain with the deployment proxy. */
export function blobAggregatorAddress(): Address {
  return contractAddress('blobAggregator')
}

/**
 * Deploys the aggregator if it is not there, and checks the code that is.
 *
 * @throws `CodeMismatchError` `ProxyRefusedError`
 */
export async function deployBlobAggregator(client: ChainClient): Promise<{ address: Address; writes: WriteResult[] }> {
  const { writes } = await deployContracts(client, { names: ['blobAggregator'] })
  return { address: blobAggregatorAddress(), writes }
}
