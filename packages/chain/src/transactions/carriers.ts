/**
 * Handing signed blob transactions to a node, with the sidecar it takes, and what its refusals mean.
 *
 * @example
 * ```ts
 * import { bundleBlobs, openSender, prepareBlobTransaction } from '@tutti/chain'
 * import { packBlobs } from '@tutti/core'
 *
 * const bundle = await bundleBlobs(kzg, packBlobs(Int8Array.of(3), { laneBits: 16 }))
 * const send = openSender(client, bundle, { kzg })
 * const prepared = await prepareBlobTransaction(client, { to: account.address, data: '0x', bundle })
 * await send(prepared) // → true
 * const { status } = await client.public.waitForTransactionReceipt({ hash: prepared.hash })
 * status // → 'success'
 * ```
 */

import type { Prover } from '../blob/kzg/kzg.ts'
import { wordsOf } from '../client/answers.ts'
import type { ChainClient } from '../client/client.ts'
import { AccountBusyError, withChainErrors } from '../client/errors.ts'
import { type Offer, offerTransaction } from './refusals.ts'
import type { PreparedTransaction } from './send.ts'
import { type BlobBundle, proveBundle, type SidecarVersion, toEnvelope } from './sidecar.ts'

/** Nodes that refused sidecars of version 1, by address. */
const versionZeroNodes = new Set<string>()

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
  { kzg, version, prove = proveBundle }: { kzg: Prover; version?: SidecarVersion; prove?: typeof proveBundle },
): (attempt: PreparedTransaction) => Promise<boolean> {
  const proofs = new Map<SidecarVersion, Promise<Uint8Array[]>>()
  const broadcast = async ({ raw }: PreparedTransaction, sidecarVersion: SidecarVersion) => {
    const proven = proofs.get(sidecarVersion) ?? prove(kzg, bundle, sidecarVersion)
    proofs.set(sidecarVersion, proven)
    const envelope = toEnvelope(raw, { ...bundle, proofs: await proven, version: sidecarVersion })
    return offerTransaction(client, raw, envelope)
  }
  return async (attempt: PreparedTransaction): Promise<boolean> => {
    const preferred = version ?? (versionZeroNodes.has(client.url) ? 0 : 1)
    const mayFallBack = version === undefined && preferred === 1
    try {
      return await readOffer(client, attempt, await broadcast(attempt, preferred))
    } catch (error) {
      if (!mayFallBack || !sidecarRefused.test(wordsOf(error))) throw error
      const offer = await broadcast(attempt, 0)
      versionZeroNodes.add(client.url)
      return readOffer(client, attempt, offer)
    }
  }
}

/** Whether the chain has the attempt, or another one of its nonce; false if it must pay more, or be offered later. */
async function readOffer(client: ChainClient, attempt: PreparedTransaction, offer: Offer): Promise<boolean> {
  switch (offer.kind) {
    case 'taken':
      return true
    case 'busy':
      throw new AccountBusyError(attempt.from, attempt.nonce, 1)
    case 'nonce-used': {
      const used = await withChainErrors(client, () =>
        client.public.getTransactionCount({ address: attempt.from, blockTag: 'latest' }),
      )
      if (used > attempt.nonce) return true
      throw new AccountBusyError(attempt.from, attempt.nonce, 1)
    }
    default:
      return false
  }
}

/** viem's types know no blob hashes in a simulated call; JSON-RPC does. */
export function requestOf(client: ChainClient): <T>(method: string, params: unknown[]) => Promise<T> {
  const request = client.public.request as unknown as (request: { method: string; params: unknown[] }) => Promise<never>
  return (method, params) => request({ method, params })
}
