/** Deployment of the contracts, at addresses that are a function of their code. */

import { type Address, concatHex, type Hex, keccak256, zeroAddress } from 'viem'
import type { ChainClient } from '../client.ts'
import { creationCode, type Deployment, deployment, deploymentProxy, deploymentSalt } from '../deployment.ts'
import { ChainError, withChainErrors } from '../errors.ts'
import { sendCall, type WriteResult } from '../transactions.ts'

/** What a deployment did. */
export type DeployResult = Deployment & {
  /** One for each contract that was not there. */
  writes: WriteResult[]
}

/**
 * Deploys the contracts that are not there yet, by CREATE2 through the deterministic deployment proxy, and checks the
 * code that is: what the same creation code would leave. On a chain without the proxy they are deployed plainly, at
 * addresses that the result alone knows.
 *
 * @throws {@link CodeMismatchError}
 */
export async function deployContracts(client: ChainClient): Promise<DeployResult> {
  const names = Object.keys(creationCode) as (keyof Deployment)[]
  const hasProxy = (await codeAt(client, deploymentProxy)) !== undefined
  const addresses = deployment()
  const writes: WriteResult[] = []
  for (const name of names) {
    if (!hasProxy) {
      const write = await sendCall(client, { data: creationCode[name] })
      addresses[name] = write.receipt.contractAddress ?? zeroAddress
      writes.push(write)
    } else if ((await codeAt(client, addresses[name])) === undefined) {
      const data = concatHex([deploymentSalt, creationCode[name]])
      writes.push(await sendCall(client, { to: deploymentProxy, data }))
    }
    await checkCode(client, name, addresses[name])
  }
  return { ...addresses, writes }
}

async function codeAt(client: ChainClient, address: Address): Promise<Hex | undefined> {
  return withChainErrors(client, () => client.public.getCode({ address }))
}

/**
 * Compares deployed code with what the creation code returns when it is run. Immutables that depend on the address
 * (a token's EIP-712 domain) differ, so then the length alone is compared; CREATE2 binds the address to the code.
 */
async function checkCode(client: ChainClient, name: string, address: Address): Promise<void> {
  const [code, fresh] = await Promise.all([
    codeAt(client, address),
    withChainErrors(client, () => client.public.call({ data: creationCode[name as keyof Deployment] })),
  ])
  const expected = fresh.data
  if (code === undefined || expected === undefined) throw new CodeMismatchError(name, address)
  const isSame = keccak256(code) === keccak256(expected)
  if (!isSame && (name !== 'demoToken' || code.length !== expected.length)) throw new CodeMismatchError(name, address)
}

/** Something else lives where a contract should be. */
export class CodeMismatchError extends ChainError {
  constructor(name: string, address: Address) {
    super(`The code at ${address} is not this version's ${name}. Check the chain, and deploy again.`, false)
  }
}
