/** Deployment of the blob path's aggregator, at an address that is a function of its code. */

import { type Address, concatHex, getCreate2Address, keccak256 } from 'viem'
import { blobAggregatorBytecode } from '../abi/blobAggregator.ts'
import { CodeMismatchError } from '../actions/deploy.ts'
import type { ChainClient } from '../client.ts'
import { deploymentProxy, deploymentSalt } from '../deployment.ts'
import { withChainErrors } from '../errors.ts'
import { sendCall, type WriteResult } from '../transactions.ts'

/** The address that this version of the aggregator has on every chain with the deployment proxy. */
export function blobAggregatorAddress(): Address {
  return getCreate2Address({ from: deploymentProxy, salt: deploymentSalt, bytecode: blobAggregatorBytecode })
}

/**
 * Deploys the aggregator if it is not there, and checks the code that is. On a chain without the deployment proxy it is
 * deployed plainly, at an address that the result alone knows.
 *
 * @throws {@link CodeMismatchError}
 */
export async function deployBlobAggregator(client: ChainClient): Promise<{ address: Address; writes: WriteResult[] }> {
  const codeAt = (address: Address) => withChainErrors(client, () => client.public.getCode({ address }))
  const writes: WriteResult[] = []
  let address = blobAggregatorAddress()
  if ((await codeAt(deploymentProxy)) === undefined) {
    const write = await sendCall(client, { data: blobAggregatorBytecode })
    address = write.receipt.contractAddress!
    writes.push(write)
  } else if ((await codeAt(address)) === undefined) {
    const data = concatHex([deploymentSalt, blobAggregatorBytecode])
    writes.push(await sendCall(client, { to: deploymentProxy, data }))
  }
  const [code, fresh] = await Promise.all([
    codeAt(address),
    withChainErrors(client, () => client.public.call({ data: blobAggregatorBytecode })),
  ])
  if (code === undefined || fresh.data === undefined || keccak256(code) !== keccak256(fresh.data)) {
    throw new CodeMismatchError('blobAggregator', address)
  }
  return { address, writes }
}
