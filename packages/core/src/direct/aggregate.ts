/**
 * The sum rule on plain integers: what nodes, verifiers, simulations and baselines add by. Twin of
 * `direct/rules/SumRule.sol`, which adds whole words; vectors in `vectors/sum.json`.
 *
 * @example
 * ```ts
 * import { aggregateShard } from '@tutti/core'
 *
 * const model = Int32Array.of(10, 20, 30)
 * aggregateShard(model, [Int8Array.of(1, -2, 0), Int8Array.of(3, 0, -1)], 2)
 * model // → Int32Array.of(18, 16, 28)
 * aggregateShard(model, [Int8Array.of(1)], 2) // throws UpdateLengthError
 * ```
 */

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
