/**
 * A model as the contract holds it: integers in lanes, judged by the integer network's own answers.
 *
 * @example
 * ```ts
 * import { evaluateIntegers, scoreIntegers, toInitialLanes } from '@tutti/learn'
 *
 * const lanes = toInitialLanes(manifest, 16)
 * lanes.length // → 14
 * scoreIntegers(manifest, lanes, rows).length // → 120
 * evaluateIntegers(manifest, lanes, rows).accuracy! >= 0 // → true
 * ```
 */
import { initialModel, predictAll } from '@tutti/core'
import type { Dataset } from '../data/dataset.ts'
import type { Manifest } from '../manifest/manifest.ts'
import { toSetup } from '../manifest/setup.ts'
import { countParameters } from '../model/model.ts'
import { judge } from './judge.ts'
import type { Metrics } from './metrics.ts'

/** Integers before the first round, for zero and seeded starts, shape [dimension]. @throws core's `GivenStartError` */
export function toInitialLanes(manifest: Manifest, laneBits: number): Int32Array {
  return initialModel(toSetup(manifest), { laneBits, dimension: countParameters(manifest.model) })
}

/**
 * Outputs of integers for every example, as {@link judge} takes them: logits, or standardised values; computed by core's
 * `predictAll`, the twin of the contract's `predict`.
 *
 * @param lanes - Shape [dimension].
 * @returns Shape [count, outputs].
 * @throws core's `NetworkLengthError` and `InputLengthError`
 */
export function scoreIntegers(manifest: Manifest, lanes: Int32Array, dataset: Dataset): Float64Array {
  const { labelCenter, labelSpread } = dataset
  const outputs = predictAll(lanes, toSetup(manifest), dataset.inputs)
  if (manifest.model.output === 'linear') {
    for (let i = 0; i < outputs.length; i++) outputs[i] = (outputs[i]! - labelCenter) / labelSpread
  }
  return outputs
}

/** Figures of integers on a dataset. @throws as {@link scoreIntegers}; `LabelError` */
export function evaluateIntegers(manifest: Manifest, lanes: Int32Array, dataset: Dataset): Metrics {
  return judge(manifest.model, scoreIntegers(manifest, lanes, dataset), dataset)
}
