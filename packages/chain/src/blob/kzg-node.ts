/** KZG in Node: prebuilt Rust, run in libuv's threads so that the event loop stays free. Node only. */

import { DasContextJs } from '@crate-crypto/node-eth-kzg'
import { openingPoint } from '@tutti/core'
import { InvalidBlobError, type Kzg } from './kzg.ts'

let loading: Promise<Kzg> | undefined

/** Loads the trusted setup of the ceremony, once a process: some two seconds. */
export function loadKzg(): Promise<Kzg> {
  loading ??= Promise.resolve().then(() => fromContext(DasContextJs.create({ usePrecomp: false })))
  return loading
}

function fromContext(context: DasContextJs): Kzg {
  return {
    commit: (blob) => naming(() => context.asyncBlobToKzgCommitment(blob)),
    openAt: (blob, word) =>
      naming(async () => {
        const [proof, value] = await context.asyncComputeKzgProof(blob, openingPoint(word))
        return { value: value!, proof: proof! }
      }),
    verifyOpening: async (commitment, word, { value, proof }) => {
      try {
        return await context.asyncVerifyKzgProof(commitment, openingPoint(word), value, proof)
      } catch {
        return false
      }
    },
    blobProof: (blob, commitment) => naming(() => context.asyncComputeBlobKzgProof(blob, commitment)),
    cellProofs: (blob) => naming(async () => (await context.asyncComputeCellsAndKzgProofs(blob)).proofs),
  }
}

async function naming<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    throw new InvalidBlobError(error)
  }
}
