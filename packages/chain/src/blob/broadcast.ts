/**
 * Handing signed blob transactions to a node, with the sidecar it takes, and what its refusals mean.
 */

import type { Hex } from 'viem'
import type { ChainClient } from '../client.ts'
import { ChainError, ChainUnreachableError, toChainError, withChainErrors } from '../errors.ts'
import type { PreparedTransaction } from '../transactions.ts'
import type { Kzg } from './kzg.ts'
import { type BlobBundle, proveBundle, type SidecarVersion, toEnvelope } from './sidecar.ts'

/** Nodes that refused sidecars of version 1, by address. */
const versionZeroNodes = new Set<string>()

const known = /already known|already imported|already exists|known transaction|nonce too low|nonce is too low/i
const underpriced = /underpriced|less than block (blob )?base fee|fee (cap )?too low/i
const sidecarRefused = /sidecar|rlp|decod|7594|proof|unexpected.*version/i

/**
 * A function that sends attempts with their sidecar, whose proofs are computed once. It answers whether the node took
 * the attempt: false if its fees have become too low, so that only a replacement can help.
 *
 * @param options.prove - Computes the proofs; {@link proveBundle} by default.
 */
export function openSender(
  client: ChainClient,
  bundle: BlobBundle,
  { kzg, version, prove = proveBundle }: { kzg: Kzg; version?: SidecarVersion; prove?: typeof proveBundle },
): (attempt: PreparedTransaction) => Promise<boolean> {
  const proofs = new Map<SidecarVersion, Promise<Uint8Array[]>>()
  const broadcast = async ({ raw }: PreparedTransaction, sidecarVersion: SidecarVersion) => {
    const proven = proofs.get(sidecarVersion) ?? prove(kzg, bundle, sidecarVersion)
    proofs.set(sidecarVersion, proven)
    const serializedTransaction = toEnvelope(raw, { ...bundle, proofs: await proven, version: sidecarVersion })
    await client.public.sendRawTransaction({ serializedTransaction })
  }
  return async (attempt: PreparedTransaction): Promise<boolean> => {
    const preferred = version ?? (versionZeroNodes.has(client.url) ? 0 : 1)
    const mayFallBack = version === undefined && preferred === 1
    try {
      await broadcast(attempt, preferred)
    } catch (error) {
      const answer = await readRefusal(client, attempt, error)
      if (answer !== undefined) return answer
      if (!mayFallBack || !sidecarRefused.test(textOf(error))) throw nameError(client, error)
      try {
        await broadcast(attempt, 0)
        versionZeroNodes.add(client.url)
      } catch (second) {
        const secondAnswer = await readRefusal(client, attempt, second)
        if (secondAnswer === undefined) throw nameError(client, second)
        return secondAnswer
      }
    }
    return true
  }
}

/** What a refused broadcast means: true if the chain has it anyway, false if it must pay more, undefined otherwise. */
async function readRefusal(
  client: ChainClient,
  attempt: PreparedTransaction,
  error: unknown,
): Promise<boolean | undefined> {
  if (await isSettled(client, attempt, error)) return true
  return underpriced.test(textOf(error)) ? false : undefined
}

/** Whether the chain has the attempt, or another one of its nonce, in spite of the error. */
async function isSettled(client: ChainClient, attempt: PreparedTransaction, error: unknown): Promise<boolean> {
  if (!known.test(textOf(error))) return false
  if (!/nonce/i.test(textOf(error))) return true
  const used = await withChainErrors(client, () =>
    client.public.getTransactionCount({ address: attempt.from, blockTag: 'latest' }),
  )
  return used > attempt.nonce
}

function nameError(client: ChainClient, error: unknown): unknown {
  if (/address already reserved/i.test(textOf(error))) return new AccountBusyError(client.account!.address, 1)
  return toChainError(error, client.url)
}

/** viem's types know no blob hashes in a simulated call; JSON-RPC does. */
export function requestOf(client: ChainClient): <T>(method: string, params: unknown[]) => Promise<T> {
  const request = client.public.request as unknown as (request: { method: string; params: unknown[] }) => Promise<never>
  return (method, params) => request({ method, params })
}

function textOf(error: unknown): string {
  let text = ''
  for (let cause: unknown = error; cause instanceof Error && !(cause instanceof ChainUnreachableError); ) {
    // viem's messages quote the request, blobs and all; its details do not.
    const { details, shortMessage } = cause as { details?: string; shortMessage?: string }
    text += ` ${details || shortMessage || cause.message.slice(0, 500)}`
    cause = cause.cause
  }
  return text
}

/** Other transactions of the account are pending; nodes do not mix them with blob transactions. */
export class AccountBusyError extends ChainError {
  constructor(account: Hex, pending: number) {
    super(
      `Account ${account} has ${pending} transactions pending, which nodes do not mix with blob transactions. ` +
        'Wait until they are included.',
      true,
    )
  }
}
