/**
 * Where the contracts live: CREATE2 through the deterministic deployment proxy gives them the same addresses on every
 * chain, a function of their bytecode alone.
 *
 * @see EIP-1014; https://github.com/Arachnid/deterministic-deployment-proxy
 * @example
 * ```ts
 * import { contractAddress, deployment } from '@tutti/chain'
 *
 * const { core } = deployment() // the same on every chain
 * contractAddress('core') // → core
 * core // → client.core
 * ```
 */

import { type Address, concatHex, getCreate2Address, type Hex, padHex, zeroHash } from 'viem'
import { blobAggregatorBytecode } from '../abi/blobAggregator.ts'
import { demoTokenBytecode } from '../abi/demoToken.ts'
import { directAggregatorBytecode } from '../abi/directAggregator.ts'
import { federationBytecode } from '../abi/federation.ts'
import { federationExtensionBytecode } from '../abi/federationExtension.ts'

/**
 * Addresses of the contracts. The extension is code that the core runs as its own: nobody calls it. The demo token is for local
 * chains and test nets.
 */
export type Deployment = { extension: Address; core: Address; directAggregator: Address; demoToken: Address }

/** The proxy that deploys what it is called with: `salt ‖ creation code`. Anvil has it from the start. */
export const deploymentProxy: Address = '0x4e59b44847b379578588920cA78FbF26c0B4956C'

/** The contracts of this version. */
export type ContractName = keyof Deployment | 'blobAggregator'

/** Salt of every deployment: addresses tell versions apart by bytecode alone. */
export const deploymentSalt: Hex = zeroHash

/** Address of a contract by its creation code alone. */
const addressOf = (bytecode: Hex): Address =>
  getCreate2Address({ from: deploymentProxy, salt: deploymentSalt, bytecode })

/** Creation code of each contract; the core's ends with the address of its extension, which so is part of the core's own. */
export const creationCode: Record<ContractName, Hex> = {
  extension: federationExtensionBytecode,
  core: concatHex([federationBytecode, padHex(addressOf(federationExtensionBytecode), { size: 32 })]),
  directAggregator: directAggregatorBytecode,
  demoToken: demoTokenBytecode,
  blobAggregator: blobAggregatorBytecode,
}

/** Hashing creation code takes some ten milliseconds a contract, and every command asks. */
const addresses = new Map<ContractName, Address>()

/** The address that this version of a contract has on every chain with the deployment proxy. */
export function contractAddress(name: ContractName): Address {
  const known = addresses.get(name)
  if (known !== undefined) return known
  const address = addressOf(creationCode[name])
  addresses.set(name, address)
  return address
}

/** The addresses that this version of the contracts has on every chain with the deployment proxy. */
export function deployment(): Deployment {
  return {
    extension: contractAddress('extension'),
    core: contractAddress('core'),
    directAggregator: contractAddress('directAggregator'),
    demoToken: contractAddress('demoToken'),
  }
}
