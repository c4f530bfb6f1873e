/**
 * The sum rule, twice: as a plain loop over integers, which nodes and verifiers run, and on whole words as the contract
 * does it, which the tests hold against the loop. Twin of `direct/rules/SumRule.sol`; vectors in `vectors/sum.json`.
 */

import { largestUpdate } from '../terms/bits.ts'
import type { CodecWidths } from './codec.ts'
import { lanesPerWord, wordBias, wordsFor } from './lanes.ts'

/**
 * Folds updates into a shard of the model, in place: `model[p] += gain · Σ_m updates[m][p]`.
 *
 * @param model - Integers of the shard, shape [length].
 * @param updates - One a member, each shape [length].
 * @throws {@link UpdateLengthError} before anything is changed.
 */
export function aggregateShard(model: Int32Array, updates: readonly Int8Array[], gain: number): void {
  for (const [m, update] of updates.entries()) {
    if (update.length !== model.length) throw new UpdateLengthError(m, update.length, model.length)
  }
  for (const update of updates) for (let p = 0; p < model.length; p++) model[p]! += gain * update[p]!
}

/**
 * The same on whole words: each payload word is turned to offset binary by one XOR, spread into lane words by one
 * shift and one mask each, added over the members; then the bias is subtracted once and the gain multiplied in.
 *
 * @param stored - Stored (biased) words of the shard, shape [⌈length / lanes⌉].
 * @param payloads - One a member, as words, shape [⌈length / (256/bits)⌉].
 * @param options.length - Parameters in the shard.
 * @returns Stored words after the step.
 */
export function aggregateWords(
  stored: readonly bigint[],
  payloads: readonly (readonly bigint[])[],
  { bits, laneBits, length, gain }: CodecWidths & { readonly length: number; readonly gain: number },
): bigint[] {
  const width = BigInt(bits)
  const signs = repeated(1n << (width - 1n), bits)
  const fields = repeated((1n << width) - 1n, laneBits)
  const scale = bits === 1 ? 2n : 1n
  const members = BigInt(payloads.length)
  const offset = members * BigInt(largestUpdate(bits))
  const lanes = lanesPerWord(laneBits)
  const blocks = laneBits / bits

  const bias = wordBias(laneBits)
  return stored.slice(0, wordsFor(length, laneBits)).map((word, w) => {
    const shift = width * BigInt(w % blocks)
    let sum = 0n
    for (const payload of payloads) sum += ((payload[Math.floor(w / blocks)]! ^ signs) >> shift) & fields
    // Lanes beyond the shard are zero bits, which one-bit updates read as +1: they are masked out of sum and offset.
    const inside = repeatedBelow(Math.min(lanes, length - w * lanes), laneBits)
    const output = scale * (sum & (inside * ((1n << BigInt(laneBits)) - 1n))) - inside * offset
    return BigInt.asUintN(256, BigInt.asUintN(256, word - bias) + BigInt(gain) * output + bias)
  })
}

/** `field` at every multiple of `width` bits. */
function repeated(field: bigint, width: number): bigint {
  return field * repeatedBelow(256 / width, width)
}

/** 1 at the lowest `count` multiples of `width` bits. */
function repeatedBelow(count: number, width: number): bigint {
  let word = 0n
  for (let j = 0; j < count; j++) word |= 1n << BigInt(width * j)
  return word
}

/** An update that is not as long as its shard. */
export class UpdateLengthError extends Error {
  override readonly name = 'UpdateLengthError'
  readonly member: number
  readonly values: number
  readonly expected: number
  constructor(member: number, values: number, expected: number) {
    super(`Update ${member} has ${values} values; the shard has ${expected} parameters. Check shard and dimension.`)
    this.member = member
    this.values = values
    this.expected = expected
  }
}
