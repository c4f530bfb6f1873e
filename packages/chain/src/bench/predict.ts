/**
 * Gas of a prediction as a call, storage reads counted apart.
 *
 * The call is traced instruction by instruction (`debug_traceCall`). What the top frame used, less what its SLOADs and
 * those of the frames below cost, is arithmetic, memory and control; the intrinsic cost of a transaction is no part of
 * a call and does not appear in frames.
 */

import { bytesToHex, encodeFunctionData, type Hex, toHex } from 'viem'
import { federationAbi } from '../abi/federation.ts'
import type { ChainClient } from '../client/client.ts'
import { withChainErrors } from '../client/errors.ts'
import { request } from '../client/request.ts'

/** What a prediction used. */
export type PredictGas = {
  /** All of the call's, storage reads included. */
  total: number
  /** Of the storage reads. */
  storage: number
  storageReads: number
}

type StructLog = { op: string; gas: number; gasCost: number; depth: number }

/** Traces one prediction. */
export async function measurePredict(
  client: ChainClient,
  { id, input }: { id: Hex; input: Uint8Array },
): Promise<PredictGas> {
  const data = encodeFunctionData({ abi: federationAbi, functionName: 'predict', args: [id, bytesToHex(input)] })
  const call = { from: client.account?.address, to: client.core, data, gas: toHex(16_000_000) }
  const options = { disableStack: true, disableStorage: true, disableMemory: true, enableMemory: false }
  const { structLogs } = await withChainErrors(client, () =>
    request<{ structLogs: StructLog[] }>(client, 'debug_traceCall', [call, 'latest', options]),
  )
  const top = structLogs.filter(({ depth }) => depth === structLogs[0]!.depth)
  const last = top[top.length - 1]!
  const reads = structLogs.filter(({ op }) => op === 'SLOAD')
  return {
    total: top[0]!.gas - last.gas + last.gasCost,
    storage: reads.reduce((sum, { gasCost }) => sum + gasCost, 0),
    storageReads: reads.length,
  }
}
