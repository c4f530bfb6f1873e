/**
 * Submissions of blobs: what is signed names its blobs by hash, and the blobs are in the archive before anything is signed,
 * so that a node that comes back after a crash sends the very same transaction.
 */
import {
  type BlobArchive,
  type BlobCarrierOptions,
  blobCarrier,
  prepareTransaction,
  readBundle,
  restoreBundle,
  toHashes,
} from '@tutti/chain'
import type { Carrier, Signer } from '../sending/transactions.ts'

/** Carries submissions whose blobs are in an archive. */
export function archiveCarrier(
  client: Signer,
  { archive, ...options }: Omit<BlobCarrierOptions, 'bundleOf'> & { archive: BlobArchive },
): Carrier {
  return {
    ...blobCarrier(client, { ...options, bundleOf: (attempt) => restoreBundle(archive, attempt) }),
    sign: async (call, payloads) => {
      const bundle = await readBundle(archive, payloads.flatMap(toHashes))
      return prepareTransaction(client, { ...call, bundle })
    },
  }
}
