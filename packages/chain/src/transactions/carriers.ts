/**
 * How a signed transaction is handed over: as it is, or with the blobs that it names beside it.
 *
 * All else about a transaction (its fate, its fees, its replacement) is the same for both.
 *
 * @example
 * ```ts
 * import { blobCarrier, bundleBlobs, prepareTransaction, sendPrepared } from '@tutti/chain'
 * import { packBlobs } from '@tutti/core'
 *
 * const bundle = await bundleBlobs(kzg, packBlobs(Int8Array.of(3), { laneBits: 16 }))
 * const prepared = await prepareTransaction(client, { to: account.address, data: '0x', bundle })
 * const carrier = blobCarrier(client, { kzg, bundleOf: () => bundle })
 * const { receipt } = await sendPrepared(client, prepared, { carrier })
 * receipt.blobGasUsed // → 131072n
 * ```
 */
import type { Hex } from 'viem'
import type { Prover } from '../blob/kzg/kzg.ts'
import type { ChainClient } from '../client/client.ts'
import type { Attempt } from './attempts.ts'
import { type Offer, offerTransaction } from './endpoint-refusals.ts'
import { type BlobBundle, proveBundle, type SidecarVersion, toEnvelope } from './sidecar.ts'

/** Hands signed transactions of one kind to an endpoint. */
export interface Carrier {
  /** Offers an attempt once; as often as one likes. @throws what `offerTransaction` throws. */
  offer(attempt: Attempt): Promise<Offer>
  /**
   * An attempt that waits so long is replaced, in milliseconds; where absent, only one whose fees no longer suffice is.
   * Whether fees for blobs suffice is not asked: pools make room by rules of their own.
   */
  readonly replaceAfterMs?: number
}

/** Carries transactions without blobs. */
export function plainCarrier(client: ChainClient): Carrier {
  return { offer: ({ raw }) => offerTransaction(client, raw) }
}

/** What carrying blobs takes. */
export interface BlobCarrierOptions {
  kzg: Prover
  /** The blobs that an attempt names. */
  bundleOf: (attempt: Attempt) => BlobBundle | Promise<BlobBundle>
  /** Proofs to send; by default version 1, and version 0 where a node refuses that. */
  version?: SidecarVersion | undefined
  /** Computes the proofs; {@link proveBundle} by default. */
  prove?: typeof proveBundle
  /** How long a transaction waits until it is replaced, in milliseconds: 3 slots, by default. */
  replaceAfterMs?: number | undefined
}

const REPLACE_AFTER_MS = 36_000
/** Updates whose proofs are kept, so that what is sent again is not proven again. */
const PROOFS_KEPT = 2
/** Endpoints that refused sidecars of version 1, by address. */
const versionZeroEndpoints = new Set<string>()

/** Carries transactions with blobs: each is sent with its sidecar, whose proofs are computed once. */
export function blobCarrier(client: ChainClient, options: BlobCarrierOptions): Carrier {
  const { kzg, bundleOf, version, prove = proveBundle, replaceAfterMs = REPLACE_AFTER_MS } = options
  const proofs = new Map<string, Promise<Uint8Array[]>>()

  const proofsOf = (bundle: BlobBundle, sidecarVersion: SidecarVersion) => {
    const key = `${sidecarVersion}/${bundle.versionedHashes.join()}`
    const known = proofs.get(key) ?? prove(kzg, bundle, sidecarVersion)
    proofs.delete(key)
    proofs.set(key, known)
    known.catch(() => proofs.delete(key))
    for (const old of [...proofs.keys()].slice(0, -PROOFS_KEPT)) proofs.delete(old)
    return known
  }
  const offerAs = async (raw: Hex, bundle: BlobBundle, sidecarVersion: SidecarVersion): Promise<Offer> => {
    const proven = await proofsOf(bundle, sidecarVersion)
    return offerTransaction(client, raw, toEnvelope(raw, { ...bundle, proofs: proven, version: sidecarVersion }))
  }
  return {
    replaceAfterMs,
    offer: async (attempt) => {
      const bundle = await bundleOf(attempt)
      const preferred = version ?? (versionZeroEndpoints.has(client.url) ? 0 : 1)
      const offer = await offerAs(attempt.raw, bundle, preferred)
      if (offer.kind !== 'sidecar' || version !== undefined || preferred === 0) return offer
      const older = await offerAs(attempt.raw, bundle, 0)
      if (older.kind !== 'sidecar') versionZeroEndpoints.add(client.url)
      return older
    },
  }
}
