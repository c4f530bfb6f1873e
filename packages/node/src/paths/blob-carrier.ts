/**
 * Transactions that carry blobs: signed without them, sent with the sidecar, replaced at doubled fees when stuck.
 *
 * What is signed names its blobs by hash, and the blobs are in the archive before anything is signed; so a node that
 * comes back after a crash sends the very same transaction.
 */
import {
  AccountBusyError,
  type BlobArchive,
  type Kzg,
  openSender,
  prepareBlobTransaction,
  type proveBundle,
  readBundle,
  replaceBlobTransaction,
  restoreBundle,
  type SidecarVersion,
  toHashes,
} from '@tutti/chain'
import type { Hex } from '@tutti/core'
import type { Attempt } from '../disk/round-record.ts'
import type { Carrier, Signer } from '../sending/transactions.ts'

/** What carrying blobs takes. */
export interface BlobCarrierOptions {
  client: Signer
  kzg: Kzg
  archive: BlobArchive
  version: SidecarVersion | undefined
  /** Computes the proofs of a sidecar. */
  prove: typeof proveBundle
  replaceAfterMs: number
}

/** Replacements of one transaction: its fees are 32 times those of the first then. */
const MOST_REPLACEMENTS = 5
/** Senders that keep their proofs, so that what is sent again is not proven again. */
const SENDERS_KEPT = 2

/** Carries submissions of blobs. */
export function blobCarrier(options: BlobCarrierOptions): Carrier {
  const { client, kzg, archive, version, prove, replaceAfterMs } = options
  const senders = new Map<string, ReturnType<typeof openSender>>()
  const sentAt = new Map<Hex, number>()
  const underpriced = new Set<Hex>()

  const prepared = ({ hash, nonce, signed }: Attempt) => {
    return { hash, nonce, raw: signed, from: client.account.address, chainId: client.chainId }
  }
  const senderOf = async (attempt: Attempt) => {
    const bundle = await restoreBundle(archive, prepared(attempt))
    const key = bundle.versionedHashes.join()
    const known = senders.get(key)
    if (known !== undefined) return known
    const sender = openSender(client, bundle, { kzg, prove, ...(version === undefined ? {} : { version }) })
    for (const old of [...senders.keys()].slice(0, Math.max(0, senders.size + 1 - SENDERS_KEPT))) senders.delete(old)
    senders.set(key, sender)
    return sender
  }

  return {
    sign: async (call, payloads) => {
      const bundle = await readBundle(archive, payloads.flatMap(toHashes))
      const { hash, nonce, raw } = await prepareBlobTransaction(client, { ...call, to: call.to!, bundle })
      return { hash, nonce, signed: raw }
    },
    broadcast: async (attempt) => {
      const send = await senderOf(attempt)
      if (!sentAt.has(attempt.hash)) sentAt.set(attempt.hash, Date.now())
      try {
        if (!(await send(prepared(attempt)))) underpriced.add(attempt.hash)
      } catch (error) {
        // Something else of this account is pending: its fate decides whether the nonce is still free.
        if (!(error instanceof AccountBusyError)) throw error
      }
    },
    raise: async (attempts) => {
      const last = attempts.at(-1)!
      if (attempts.length > MOST_REPLACEMENTS) return undefined
      const since = sentAt.get(last.hash)
      const isStuck = underpriced.has(last.hash) || (since !== undefined && Date.now() - since >= replaceAfterMs)
      if (!isStuck) return undefined
      const { hash, nonce, raw } = await replaceBlobTransaction(client, prepared(last))
      return { hash, nonce, signed: raw }
    },
  }
}
