/**
 * The deterministic deployment proxy, brought to a chain that lacks it by the transaction that nobody's key signed: the
 * same bytes, so the same sender and the same address everywhere.
 *
 * @see https://github.com/Arachnid/deterministic-deployment-proxy (Nick's method)
 * @example
 * ```ts
 * import { deploymentProxy, hasDeploymentProxy } from '@tutti/chain'
 *
 * deploymentProxy // → '0x4e59b44847b379578588920cA78FbF26c0B4956C'
 * await hasDeploymentProxy(client) // → true
 * ```
 */

import { formatInteger } from '@tutti/core'
import { type Address, type Hex, keccak256 } from 'viem'
import type { ChainClient } from '../client/client.ts'
import { deploymentProxy } from '../client/deployment.ts'
import { ChainError, ChainUnreachableError, toChainError, withChainErrors } from '../client/errors.ts'
import { sendCall, sendPrepared, type WriteResult } from '../transactions/send.ts'

/** The code of the proxy, for the genesis of a private network. */
export const proxyCode: Hex =
  '0x7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe03601600081602082378035828234f58015156039578182fd5b8082525050506014600cf3'

/** Who sends the keyless transaction, and the most it can cost: 100,000 gas at 100 gwei. */
export const proxyDeployer: Address = '0x3fAB184622Dc19b6109349B94811493BF2a45362'

/** What {@link proxyDeployer} must hold before it can send, in wei. */
const proxyPrice = 10n ** 16n

const keylessTransaction: Hex =
  '0xf8a58085174876e800830186a08080b853604580600e600039806000f350fe7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe03601600081602082378035828234f58015156039578182fd5b8082525050506014600cf31ba02222222222222222222222222222222222222222222222222222222222222222a02222222222222222222222222222222222222222222222222222222222222222'

/**
 * Whether the proxy stands at its address.
 *
 * @throws {@link ProxyOccupiedError} if something else does.
 */
export async function hasDeploymentProxy(client: ChainClient): Promise<boolean> {
  const code = await withChainErrors(client, () => client.public.getCode({ address: deploymentProxy }))
  if (code === undefined || code === '0x') return false
  if (code.toLowerCase() !== proxyCode) throw new ProxyOccupiedError(client.chainId)
  return true
}

/** Gas that the keyless transaction was signed with, for ever. */
const keylessGas = 100_000n
/** What it runs, to be estimated. */
const proxyCreation: Hex = `0x604580600e600039806000f350fe${proxyCode.slice(2)}`

/**
 * Gas of the keyless transaction and of the transfer that pays for it.
 *
 * @throws {@link ProxyTooDearError} where its fixed gas is too little: sent nevertheless, it would be spent for ever.
 */
export async function planProxy(client: ChainClient): Promise<bigint> {
  const [creation, transfer] = await withChainErrors(client, () =>
    Promise.all([
      client.public.estimateGas({ account: proxyDeployer, data: proxyCreation }),
      client.public.estimateGas({ to: proxyDeployer }),
    ]),
  )
  if (creation > keylessGas) throw new ProxyTooDearError(client.chainId, creation)
  return keylessGas + transfer
}

/**
 * Deploys the proxy if it is not there: pays its keyless sender what it lacks, then sends its transaction.
 *
 * @throws {@link ProxyRefusedError} if the chain does not take it; {@link ProxyTooDearError}; {@link ProxyOccupiedError}
 */
export async function deployProxy(client: ChainClient): Promise<WriteResult[]> {
  if (await hasDeploymentProxy(client)) return []
  await planProxy(client)
  const writes: WriteResult[] = []
  const balance = await withChainErrors(client, () => client.public.getBalance({ address: proxyDeployer }))
  if (balance < proxyPrice) {
    writes.push(await sendCall(client, { to: proxyDeployer, data: '0x', value: proxyPrice - balance }))
  }
  const { chainId } = client
  const raw = keylessTransaction
  try {
    // Sent by itself first: sendPrepared would wait for a transaction that the chain refused for good.
    await client.public.sendRawTransaction({ serializedTransaction: raw })
  } catch (error) {
    const named = toChainError(error, client.url)
    if (named instanceof ChainUnreachableError) throw named
    if (!(await hasDeploymentProxy(client))) throw new ProxyRefusedError(chainId, reasonOf(error))
    return writes
  }
  writes.push(await sendPrepared(client, { hash: keccak256(raw), raw, nonce: 0, from: proxyDeployer, chainId }))
  return writes
}

function reasonOf(error: unknown): string {
  const { details, shortMessage, message } = error as { details?: string; shortMessage?: string; message?: string }
  return (details ?? shortMessage ?? message ?? String(error)).replace(/\.?$/, '')
}

/** The chain does not take the transaction that deploys the proxy. */
export class ProxyRefusedError extends ChainError {
  constructor(chainId: number, reason: string) {
    super(
      `Chain ${chainId} refuses the keyless transaction that deploys the deployment proxy (${reason}). On a network of ` +
        `your own, allow transactions without a chain id, or put this code at ${deploymentProxy} in its genesis: ${proxyCode}`,
      false,
    )
  }
}

/** Another contract lives at the proxy's address. */
export class ProxyOccupiedError extends ChainError {
  constructor(chainId: number) {
    super(
      `The code at ${deploymentProxy} on chain ${chainId} is not the deployment proxy's: the contracts cannot have their ` +
        'addresses there. Check that this is the chain you mean.',
      false,
    )
  }
}

/** Creation costs more on this chain than the keyless transaction has gas for. */
export class ProxyTooDearError extends ChainError {
  constructor(chainId: number, gas: bigint) {
    super(
      `On chain ${chainId} the deployment proxy takes ${formatInteger(gas)} gas, and the keyless transaction that deploys ` +
        `it has ${formatInteger(keylessGas)}, which nobody can change: new code is too dear here. Nothing was sent. On a ` +
        `network of your own, put this code at ${deploymentProxy} in its genesis: ${proxyCode}`,
      false,
    )
  }
}
