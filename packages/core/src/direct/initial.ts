/**
 * The integers a model starts from.
 *
 * Seeded: for word w of the whole model, `h = keccak256(seed ‖ uint256(w))`; lane j draws
 * `u = (h >> laneBits·j) mod 2^laneBits` and is `((u · (2a + 1)) >> laneBits) − a`, with a the amplitude of the tensor
 * that owns parameter w·L + j. Twin of `direct/lanes/Initial.sol`; vectors in `vectors/initial.json`.
 *
 * @example
 * ```ts
 * import { initialModel, keccak256, Start } from '@tutti/core'
 *
 * const start = { start: Start.Seeded, seed: keccak256(Uint8Array.of(1)), tensors: [{ length: 4, amplitude: 10 }] }
 * initialModel(start, { laneBits: 16, dimension: 4 }) // → Int32Array.of(10, -9, -6, 6)
 * ```
 */
import { keccak_256 } from '@noble/hashes/sha3.js'
import { concat, fromHex, toBytes32 } from '../arithmetic/hex.ts'
import { lanesPerWord } from './lanes.ts'
import { type DirectSetup, Start } from './setup.ts'

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
    super('This model starts from given integers: read the words that were logged when it was initialised.')
  }
}
