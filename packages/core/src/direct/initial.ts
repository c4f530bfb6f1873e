/**
 * The integers a model starts from, and the chunks they are written in.
 *
 * Seeded: for word w of the whole model, `h = keccak256(seed ‖ uint256(w))`; lane j draws
 * `u = (h >> laneBits·j) mod 2^laneBits` and is `((u · (2a + 1)) >> laneBits) − a`, with a the amplitude of the tensor
 * that owns parameter w·L + j. Twin of `direct/lanes/Initial.sol`; vectors in `vectors/initial.json`.
 *
 * @example
 * ```ts
 * import { chunkCount, initialModel, keccak256, Start } from '@tutti/core'
 *
 * const start = { start: Start.Seeded, seed: keccak256(Uint8Array.of(1)), tensors: [{ length: 4, amplitude: 10 }] }
 * initialModel(start, { laneBits: 16, dimension: 4 }) // → Int32Array.of(10, -9, -6, 6)
 * chunkCount(1_000_000, 16) // → 123
 * ```
 */
import { keccak_256 } from '@noble/hashes/sha3.js'
import { concat, fromHex, type Hex, keccak256, toBytes32 } from '../arithmetic/hex.ts'
import { lanesPerWord, packModel, wordsFor } from './lanes.ts'
import { type DirectSetup, Start } from './setup.ts'

/** Words in a chunk. */
export const CHUNK_WORDS = 512

/**
 * The model before its first round, for a zero or a seeded start.
 *
 * @returns Integers, shape [dimension].
 * @throws {@link GivenStartError}
 */
export function initialModel(
  setup: Pick<DirectSetup, 'start' | 'seed' | 'tensors'>,
  { laneBits, dimension }: { readonly laneBits: number; readonly dimension: number },
): Int32Array {
  if (setup.start === Start.Given) throw new GivenStartError()
  const model = new Int32Array(dimension)
  if (setup.start === Start.Zero) return model

  const lanes = lanesPerWord(laneBits)
  const width = laneBits / 8
  const seed = fromHex(setup.seed)
  const amplitudes = amplitudeOf(setup.tensors, dimension)
  let hash = new DataView(new ArrayBuffer(32))
  for (let p = 0; p < dimension; p++) {
    const lane = p % lanes
    if (lane === 0) hash = new DataView(keccak_256(concat([seed, toBytes32(BigInt(p / lanes))])).slice().buffer)
    const offset = 32 - (lane + 1) * width
    const a = amplitudes[p]!
    // The product of two 32-bit numbers can pass 2^53, hence bigint beside the widest lanes.
    model[p] =
      width === 2
        ? Math.floor((hash.getUint16(offset) * (2 * a + 1)) / 2 ** 16) - a
        : Number((BigInt(hash.getUint32(offset)) * BigInt(2 * a + 1)) >> 32n) - a
  }
  return model
}

/** Chunks of a model: `⌈words / 512⌉`. */
export function chunkCount(dimension: number, laneBits: number): number {
  return Math.ceil(wordsFor(dimension, laneBits) / CHUNK_WORDS)
}

/**
 * One chunk of a given start: its stored words, as `initialise` takes them.
 *
 * @param model - Integers, shape [dimension].
 * @param chunk - Index of the chunk.
 * @throws {@link UnknownChunkError}, `LaneRangeError`
 */
export function chunkBytes(model: Int32Array, chunk: number, laneBits: number): Uint8Array {
  const chunks = chunkCount(model.length, laneBits)
  if (!Number.isInteger(chunk) || chunk < 0 || chunk >= chunks) throw new UnknownChunkError(chunk, chunks)
  const size = CHUNK_WORDS * lanesPerWord(laneBits)
  return packModel(model.subarray(chunk * size, (chunk + 1) * size), laneBits)
}

/** keccak256 of every chunk of a given start: what `setup.chunks` holds. */
export function chunkHashes(model: Int32Array, laneBits: number): Hex[] {
  return Array.from({ length: chunkCount(model.length, laneBits) }, (_, chunk) =>
    keccak256(chunkBytes(model, chunk, laneBits)),
  )
}

function amplitudeOf(tensors: DirectSetup['tensors'], dimension: number): Float64Array {
  const amplitudes = new Float64Array(dimension)
  let start = 0
  for (const { length, amplitude } of tensors) {
    amplitudes.fill(amplitude, start, start + length)
    start += length
  }
  return amplitudes
}

/** A given start has no formula: its integers are handed in. */
export class GivenStartError extends Error {
  override readonly name = 'GivenStartError'
  constructor() {
    super('This model starts from given integers: read them from the calldata of `initialise`, chunk by chunk.')
  }
}

/** A chunk that the model does not have. */
export class UnknownChunkError extends Error {
  override readonly name = 'UnknownChunkError'
  readonly chunk: number
  readonly chunks: number
  constructor(chunk: number, chunks: number) {
    super(`Chunk ${chunk} does not exist; the model has ${chunks}, counted from 0.`)
    this.chunk = chunk
    this.chunks = chunks
  }
}
