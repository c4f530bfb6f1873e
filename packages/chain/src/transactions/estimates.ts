/**
 * What a call needs, by the chain's own estimate, and why there is none where there is none: an endpoint's limit, the
 * chain's, or a refusal of the contract.
 *
 * Gas that runs out in a module reaches the core as a failure without a reason, so that the chain's words alone would
 * blame the module.
 */

import { GAS_LIMIT, gasToSign } from '@tutti/core'
import { type Address, type Hex, numberToHex } from 'viem'
import type { ChainClient } from '../client/client.ts'
import { contractAddress } from '../client/deployment.ts'
import { ContractError, decodeRevert, EndpointGasError, findRevertData, GasCapExceededError } from '../client/errors.ts'
import { request } from '../client/request.ts'
import { readLimits } from '../network/limits.ts'

/** A call to estimate; from nobody where no address is given. */
export interface EstimatedCall {
  account?: Address
  to?: Address
  data: Hex
  value?: bigint
  /** Of the blobs that travel beside it. */
  blobs?: { versionedHashes: readonly Hex[] }
}

/**
 * The gas that a call needs.
 *
 * @throws `EndpointGasError` where the endpoint's own limit stopped the estimate; `GasCapExceededError` where the chain's
 *   did; what the client threw otherwise.
 */
export async function estimateGas(client: ChainClient, { blobs, ...call }: EstimatedCall): Promise<bigint> {
  try {
    if (blobs === undefined) return await client.public.estimateGas(call)
    return BigInt(await request<Hex>(client, 'eth_estimateGas', [toBlobRequest({ ...call, blobs })]))
  } catch (error) {
    throw await explainEstimate(client, error)
  }
}

/** A call with blobs as JSON-RPC has it, by hash. */
export function toBlobRequest({ account, to, data, value = 0n, blobs }: EstimatedCall): object {
  return {
    ...{ type: '0x3', from: account, to, data, value: numberToHex(value) },
    blobVersionedHashes: blobs?.versionedHashes,
  }
}

/**
 * The gas to sign a transaction with: see `gasToSign`. The chain is asked for its limits where the usual ones are too low.
 *
 * @param blockGas - Gas limit of the latest block.
 * @throws `GasCapExceededError`
 */
export async function chooseGas(
  client: ChainClient,
  estimate: bigint,
  blockGas: bigint,
  spare?: bigint,
): Promise<bigint> {
  const usual = blockGas < BigInt(GAS_LIMIT) ? blockGas : BigInt(GAS_LIMIT)
  const isUsual = gasToSign(estimate, spare, usual) < usual
  let most = isUsual ? usual : (await readLimits(client)).transactionGas
  // A fork may have come since they were read.
  if (estimate > most) most = (await readLimits(client, { isFresh: true })).transactionGas
  if (estimate > most) throw new GasCapExceededError(estimate, most)
  return gasToSign(estimate, spare, most)
}

/** What gas may be behind, told from refusals that have another reason for sure. */
const gasNames = new Set(['ModuleFailed', 'GasTooLow'])

/** The error behind an estimate that failed: gas, where that is what was missing. */
export async function explainEstimate(client: ChainClient, error: unknown): Promise<unknown> {
  const message = String((error as Error).message)
  const data = findRevertData(error)
  const refusal = error instanceof ContractError ? error : data === undefined ? undefined : decodeRevert(data, error)
  const isSpent = refusal === undefined && /gas required exceeds|out of gas/i.test(message)
  // The deployment proxy fails without a word when creation does.
  const isSilent = refusal === undefined && /revert/i.test(message)
  if (!isSpent && !isSilent && !(refusal !== undefined && gasNames.has(refusal.errorName))) return error
  const { transactionGas, endpointGas } = await readLimits(client, { isFresh: true })
  const stated = /allowance:? \(?(\d+)/i.exec(message)?.[1]
  const given = stated !== undefined && BigInt(stated) < endpointGas ? BigInt(stated) : endpointGas
  // A call is charged for its own data before it tells what is left.
  if (given + given / 16n < transactionGas) return new EndpointGasError(given, transactionGas, error)
  if (isSpent || (refusal !== undefined && isOfOwnModule(refusal))) {
    return new GasCapExceededError(undefined, transactionGas)
  }
  return error
}

/** Modules of this version fail without a reason when gas runs out, and never otherwise. */
function isOfOwnModule({ errorName, args }: ContractError): boolean {
  const own = [contractAddress('directAggregator'), contractAddress('blobAggregator')]
  return errorName === 'ModuleFailed' && own.some((address) => String(args[0]).toLowerCase() === address.toLowerCase())
}
