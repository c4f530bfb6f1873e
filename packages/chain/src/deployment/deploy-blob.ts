/**
 * Deployment of the blob path's aggregator, at an address that is a function of its code.
 *
 * @example
 * ```ts
 * import { blobAggregatorAddress, deployBlobAggregator } from '@tutti/chain'
 *
 * const { address, writes } = await deployBlobAggregator(client) // it stands already
 * address // → blobAggregatorAddress()
 * writes // → []
 * ```
 */

import type { Address } from 'viem'
import type { ChainClient } from '../client/client.ts'
import { contractAddress } from '../client/deployment.ts'
import { withChainErrors } from '../client/errors.ts'
import { type BlobSupport, BlobsNotTakenError, probeBlobSupport } from '../network/blob-support.ts'
import type { WriteResult } from '../transactions/send.ts'
import { deployContracts } from './deploy.ts'

/** The address that this version of the aggregator has on every chain with the deployment proxy. */
export function blobAggregatorAddress(): Address {
  return contractAddress('blobAggregator')
}

/**
 * Deploys the aggregator if it is not there, and checks the code that is.
 *
 * Where it stands, somebody has found or decided that the chain takes blob transactions; where it does not, the chain is
 * asked first, and `support` says what it answered.
 *
 * @throws `BlobsNotTakenError` `CodeMismatchError` `ProxyRefusedError`
 */
export async function deployBlobAggregator(
  client: ChainClient,
): Promise<{ address: Address; writes: WriteResult[]; support?: BlobSupport }> {
  const address = blobAggregatorAddress()
  const code = await withChainErrors(client, () => client.public.getCode({ address }))
  const support = code === undefined || code === '0x' ? await probeBlobSupport(client) : undefined
  if (support?.answer === 'no') throw new BlobsNotTakenError(client.chainId, support)
  const { writes } = await deployContracts(client, { names: ['blobAggregator'] })
  return { address, writes, ...(support === undefined ? {} : { support }) }
}
