/**
 * KZG commitments of blobs behind one small interface, so that a node commits with native code and a browser with
 * WebAssembly. `@tutti/chain/kzg` has the implementation for Node, `@tutti/chain/kzg-wasm` the one for browsers.
 *
 * @see EIP-4844, EIP-7594
 * @example
 * ```ts
 * import { packBlobs } from '@tutti/core'
 *
 * const [blob] = packBlobs(Int8Array.of(3), { laneBits: 16 })
 * const commitment = await kzg.commit(blob!)
 * const opening = await kzg.openAt(blob!, 0)
 * await kzg.verifyOpening(commitment, 0, opening) // → true
 * await kzg.verifyOpening(commitment, 1, opening) // → false
 * ```
 */

import { ChainError } from '../../client/errors.ts'

/** What an opening shows: that the word of a blob with some commitment has this value. */
export type Opening = {
  /** Field element, 32 bytes. */
  value: Uint8Array
  /** KZG proof, compressed, 48 bytes. */
  proof: Uint8Array
}

/** Commits to blobs and opens them. Every method throws {@link InvalidBlobError} for what is no blob. */
export interface Kzg {
  /** The compressed commitment of a blob, 48 bytes. */
  commit(blob: Uint8Array): Promise<Uint8Array>
  /** Opens a blob at one of its 4,096 words. */
  openAt(blob: Uint8Array, word: number): Promise<Opening>
  /** Whether an opening of a word belongs to a commitment; false for what is no point. */
  verifyOpening(commitment: Uint8Array, word: number, opening: Opening): Promise<boolean>
  /** The proof that sidecars of version 0 carry, one a blob, 48 bytes. */
  blobProof(blob: Uint8Array, commitment: Uint8Array): Promise<Uint8Array>
  /** The proofs that sidecars of version 1 carry, 128 a blob, 48 bytes each. */
  cellProofs(blob: Uint8Array): Promise<Uint8Array[]>
}

/** What sending blobs takes: the proofs that travel beside them. */
export type Prover = Pick<Kzg, 'blobProof' | 'cellProofs'>

/** Proofs of a blob's cells (EIP-7594 `CELLS_PER_EXT_BLOB`). */
export const CELLS_PER_BLOB = 128

/** Bytes that a KZG library refused. */
export class InvalidBlobError extends ChainError {
  constructor(cause: unknown) {
    const reason = cause instanceof Error ? cause.message.slice(0, 120) : String(cause).slice(0, 120)
    super(`These bytes are no blob, commitment or proof: ${reason}. Pack the values again, or fetch it again.`, false)
  }
}
