/**
 * KZG in browsers: c-kzg-4844 as WebAssembly, several times slower than native code.
 *
 * The library opens no single points, so a word is proven by committing to the quotient that core computes.
 */

import { openingPoint, quotientOf, wordOf } from '@tutti/core'
import { loadKZG } from 'kzg-wasm'
import { bytesToHex, type Hex, hexToBytes } from 'viem'
import { InvalidBlobError, type Kzg } from './kzg.ts'

let loading: Promise<Kzg> | undefined

/** Loads the trusted setup of the ceremony, once a page. */
export function loadWasmKzg(): Promise<Kzg> {
  loading ??= loadKZG().then(fromLibrary)
  return loading
}

function fromLibrary(library: Awaited<ReturnType<typeof loadKZG>>): Kzg {
  const commit = (blob: Uint8Array) => toBytes(library.blobToKZGCommitment(bytesToHex(blob)))
  return {
    commit: async (blob) => naming(() => commit(blob)),
    openAt: async (blob, word) => naming(() => ({ value: wordOf(blob, word), proof: commit(quotientOf(blob, word)) })),
    verifyOpening: async (commitment, word, { value, proof }) => {
      try {
        const [point, y] = [bytesToHex(openingPoint(word)), bytesToHex(value)]
        return library.verifyKZGProof(bytesToHex(commitment), point, y, bytesToHex(proof))
      } catch {
        return false
      }
    },
    blobProof: async (blob, commitment) =>
      naming(() => toBytes(library.computeBlobKZGProof(bytesToHex(blob), bytesToHex(commitment)))),
    cellProofs: async (blob) => naming(() => library.computeCellsAndKZGProofs(bytesToHex(blob)).proofs.map(toBytes)),
  }
}

function toBytes(hex: string): Uint8Array {
  return hexToBytes(hex as Hex)
}

function naming<T>(run: () => T): T {
  try {
    return run()
  } catch (error) {
    throw new InvalidBlobError(error)
  }
}
