/**
 * Deployment of the contracts, at addresses that are a function of their code: what stands is checked and left alone,
 * what is missing is deployed, and a chain that cannot run them is told from one that can before anything is paid.
 *
 * @example
 * ```ts
 * import { deployContracts, deployment, planDeployment } from '@tutti/chain'
 *
 * const { core, writes } = await deployContracts(client) // everything stands already
 * core // → deployment().core
 * writes // → []
 * const { gas } = await planDeployment(client, { hasDemoToken: true })
 * gas // → 0n
 * ```
 */

import { type Address, concatHex, type Hex } from 'viem'
import type { ChainClient } from '../client/client.ts'
import {
  type ContractName,
  contractAddress,
  creationCode,
  type Deployment,
  deployment,
  deploymentProxy,
  deploymentSalt,
} from '../client/deployment.ts'
import { ChainError, GasCapExceededError, withChainErrors } from '../client/errors.ts'
import { type Capabilities, type Capability, probeCapabilities } from '../network/capabilities.ts'
import { readFeePerGas } from '../network/fee-per-gas.ts'
import { type ChainLimits, readLimits } from '../network/limits.ts'
import { estimateGas, explainEstimate } from '../transactions/estimates.ts'
import { sendCall, type WriteResult } from '../transactions/send.ts'
import { deployProxy, hasDeploymentProxy, planProxy } from './deploy-proxy.ts'

/** What a deployment did. */
export type DeployResult = Deployment & {
  /** One for each contract that was not there. */
  writes: WriteResult[]
}

/** A contract as a chain has it, or would. */
export interface PlannedContract {
  name: ContractName
  address: Address
  /** Whether it stands there already, its code checked. */
  isThere: boolean
  /** To deploy it, as the chain estimates; 0 if it stands. */
  gas: bigint
}

/** What a deployment would do, and cost. */
export interface DeploymentPlan {
  chainId: number
  capabilities: Capabilities
  limits: ChainLimits
  proxy: { address: Address; isThere: boolean; gas: bigint }
  contracts: PlannedContract[]
  /** Of all that is missing. */
  gas: bigint
  /** Base fee of the latest block and the tip that the chain suggests, in wei. */
  feePerGas: bigint
  /** `gas · feePerGas`, in wei. A rollup adds what it pays for data on the chain below. */
  cost: bigint
}

/**
 * Looks at a chain: what it can do, what stands there, and what the rest would cost. Sends nothing; needs no account.
 *
 * @param options.hasDemoToken - Whether the demo token is wanted: for local chains and test nets.
 * @param options.path - `blob`: the blob aggregator too, `direct`: not; by default where the chain is found to have what
 *   it needs.
 * @throws {@link EvmTooOldError} if none of the contracts could run; {@link CodeMismatchError}; `ProxyOccupiedError`
 *   `ProxyTooDearError` `GasCapExceededError` `EndpointGasError`
 */
export async function planDeployment(
  client: ChainClient,
  { hasDemoToken, path }: { hasDemoToken: boolean; path?: 'direct' | 'blob' },
): Promise<DeploymentPlan> {
  const capabilities = await probeCapabilities(client)
  const { missingForDirectPath, missingForBlobPath } = capabilities
  if (missingForDirectPath.length > 0) throw new EvmTooOldError(client.chainId, missingForDirectPath)
  const names: ContractName[] = ['extension', 'core', 'directAggregator']
  const hasBlobPath = path === undefined ? missingForBlobPath.length === 0 : path === 'blob'
  if (hasBlobPath) names.push('blobAggregator')
  if (hasDemoToken) names.push('demoToken')
  const isThere = await hasDeploymentProxy(client)
  const proxy = { address: deploymentProxy, isThere, gas: isThere ? 0n : await planProxy(client) }
  const [limits, contracts, feePerGas] = await Promise.all([
    readLimits(client),
    Promise.all(names.map((name) => planContract(client, name, isThere))),
    readFeePerGas(client),
  ])
  for (const { gas } of contracts) {
    if (gas > limits.transactionGas) throw new GasCapExceededError(gas, limits.transactionGas)
  }
  const gas = contracts.reduce((sum, contract) => sum + contract.gas, proxy.gas)
  return { chainId: client.chainId, capabilities, limits, proxy, contracts, gas, feePerGas, cost: gas * feePerGas }
}

/**
 * Deploys the contracts that are not there yet, by CREATE2 through the deterministic deployment proxy, and checks the
 * code that is: what the same creation code would leave. The proxy is deployed first where it is missing. Idempotent.
 *
 * @param options.names - Extension, core, direct aggregator and demo token when absent.
 * @throws {@link CodeMismatchError} `ProxyRefusedError`
 */
export async function deployContracts(
  client: ChainClient,
  { names = Object.keys(deployment()) as ContractName[], onContract }: DeployOptions = {},
): Promise<DeployResult> {
  const writes: WriteResult[] = await deployProxy(client)
  for (const name of names) {
    const address = contractAddress(name)
    if ((await codeAt(client, address)) === undefined) {
      onContract?.(name, address)
      writes.push(await sendCall(client, { to: deploymentProxy, data: deploymentData(name) }))
    }
    await checkCode(client, name, address)
  }
  return { ...deployment(), writes }
}

/** What {@link deployContracts} may be told. */
export interface DeployOptions {
  names?: readonly ContractName[]
  /** Called before a contract that is missing is deployed. */
  onContract?: (name: ContractName, address: Address) => void
}

async function planContract(client: ChainClient, name: ContractName, hasProxy: boolean): Promise<PlannedContract> {
  const address = contractAddress(name)
  if ((await codeAt(client, address)) !== undefined) {
    await checkCode(client, name, address)
    return { name, address, isThere: true, gas: 0n }
  }
  const call = hasProxy ? { to: deploymentProxy, data: deploymentData(name) } : { data: creationCode[name] }
  const from = client.account === undefined ? {} : { account: client.account.address }
  const gas = await withChainErrors(client, () => estimateGas(client, { ...from, ...call }))
  return { name, address, isThere: false, gas }
}

function deploymentData(name: ContractName): Hex {
  return concatHex([deploymentSalt, creationCode[name]])
}

async function codeAt(client: ChainClient, address: Address): Promise<Hex | undefined> {
  const code = await withChainErrors(client, () => client.public.getCode({ address }))
  return code === '0x' ? undefined : code
}

/** Compares deployed code with what the creation code returns when it is run, immutables apart. */
async function checkCode(client: ChainClient, name: ContractName, address: Address): Promise<void> {
  const [code, fresh] = await Promise.all([
    codeAt(client, address),
    withChainErrors(client, () => runCreation(client, name)),
  ])
  if (code === undefined || fresh.data === undefined || !isSameCode(code, fresh.data)) {
    throw new CodeMismatchError(name, address, client.chainId)
  }
}

/** What the creation code of a contract returns. Running it takes the gas of deploying it. */
async function runCreation(client: ChainClient, name: ContractName) {
  try {
    return await client.public.call({ data: creationCode[name] })
  } catch (error) {
    throw await explainEstimate(client, error)
  }
}

const push1 = 0x60
const push32 = 0x7f

/**
 * Whether two runtime codes are one program: equal but for operands of PUSH32, where the compiler keeps immutables. A
 * token's domain separator, which its own address is part of, is such a one.
 */
export function isSameCode(one: Hex, other: Hex): boolean {
  if (one.length !== other.length) return false
  if (one === other) return true
  const byte = (code: Hex, index: number) => code.slice(2 + 2 * index, 4 + 2 * index)
  const size = (one.length - 2) / 2
  for (let index = 0; index < size; index++) {
    if (byte(one, index) !== byte(other, index)) return false
    const opcode = Number.parseInt(byte(one, index), 16)
    const operand = opcode >= push1 && opcode <= push32 ? opcode - push1 + 1 : 0
    const [from, to] = [2 + 2 * (index + 1), 2 + 2 * (index + 1 + operand)]
    if (opcode !== push32 && one.slice(from, to) !== other.slice(from, to)) return false
    index += operand
  }
  return true
}

/** Something else lives where a contract should be. */
export class CodeMismatchError extends ChainError {
  constructor(name: string, address: Address, chainId: number) {
    super(
      `The code at ${address} on chain ${chainId} is not this version's ${name}: do not use it. Check that this is the ` +
        'chain you mean; on a network of your own, take that code out of its genesis.',
      false,
    )
  }
}

/** A chain whose EVM cannot run the contracts at all. */
export class EvmTooOldError extends ChainError {
  readonly missing: readonly Capability[]
  constructor(chainId: number, missing: readonly Capability[]) {
    super(
      `The EVM of chain ${chainId} lacks ${missing.join(', ')}: none of the contracts can run there, and nothing was ` +
        'sent. Choose a chain with the Cancun upgrade or a later one.',
      false,
    )
    this.missing = missing
  }
}
