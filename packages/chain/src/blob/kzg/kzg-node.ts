/**
 * KZG in Node: prebuilt Rust. Node only.
 *
 * On the main thread it runs in libuv's threads, so that the event loop stays free. In a worker it runs on the worker's own
 * thread: the library hands the buffers of asynchronous calls back to the thread that loaded it first, and with several
 * workers in a process that corrupted the heap after some thousand blobs ("free(): invalid pointer").
 *
 * @example
 * ```ts
 * import { loadKzg } from '@tutti/chain/kzg'
 *
 * const kzg = await loadKzg()
 * const commitment = await kzg.commit(new Uint8Array(131_072))
 * commitment.length // → 48
 * ```
 */

import { isMainThread } from 'node:worker_threads'
import { DasContextJs } from '@crate-crypto/node-eth-kzg'
import { openingPoint } from '@tutti/core'
import { InvalidBlobError, type Kzg } from './kzg.ts'

let loading: Promise<Kzg> | undefined

/** Loads the trusted setup of the ceremony, once a process: some two seconds. */
export function loadKzg(): Promise<Kzg> {
  loading ??= Promise.resolve().then(() => {
    const context = DasContextJs.create({ usePrecomp: false })
    return isMainThread ? onOtherThreads(context) : onThisThread(context)
  })
  return loading
}

function onOtherThreads(context: DasContextJs): Kzg {
  return {
    commit: (blob) => naming(() => context.asyncBlobToKzgCommitment(blob)),
    openAt: (blob, word) =>
      naming(async () => {
        const [proof, value] = await context.asyncComputeKzgProof(blob, openingPoint(word))
        return { value: value!, proof: proof! }
      }),
    verifyOpening: (commitment, word, { value, proof }) =>
      falseIfRefused(() => context.asyncVerifyKzgProof(commitment, openingPoint(word), value, proof)),
    blobProof: (blob, commitment) => naming(() => context.asyncComputeBlobKzgProof(blob, commitment)),
    cellProofs: (blob) => naming(async () => (await context.asyncComputeCellsAndKzgProofs(blob)).proofs),
  }
}

function onThisThread(context: DasContextJs): Kzg {
  return {
    commit: (blob) => naming(async () => context.blobToKzgCommitment(blob)),
    openAt: (blob, word) =>
      naming(async () => {
        const [proof, value] = context.computeKzgProof(blob, openingPoint(word))
        return { value: value!, proof: proof! }
      }),
    verifyOpening: (commitment, word, { value, proof }) =>
      falseIfRefused(async () => context.verifyKzgProof(commitment, openingPoint(word), value, proof)),
    blobProof: (blob, commitment) => naming(async () => context.computeBlobKzgProof(blob, commitment)),
    cellProofs: (blob) => naming(async () => context.computeCellsAndKzgProofs(blob).proofs),
  }
}

async function falseIfRefused(verify: () => Promise<boolean>): Promise<boolean> {
  try {
    return await verify()
  } catch {
    return false
  }
}

async function naming<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    throw new InvalidBlobError(error)
  }
}
