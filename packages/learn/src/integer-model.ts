/**
 * A model as the contract holds it: integers in lanes, judged by the integer network's own answers.
 */
import { initialModel, openNetwork } from '@tutti/core'
import { type Dataset, exampleInput } from './dataset.ts'
import { judge } from './judge.ts'
import type { Manifest } from './manifest.ts'
import type { Metrics } from './metrics.ts'
import { countParameters } from './model.ts'
import { toSetup } from './setup.ts'

const DECIMALS = 1e18

/** Integers before the first round, for zero and seeded starts, shape [dimension]. @throws core's `GivenStartError` */
export function toInitialLanes(manifest: Manifest, laneBits: number): Int32Array {
  return initialModel(toSetup(manifest), { laneBits, dimension: countParameters(manifest.model) })
}

/**
 * Figures of integers on a dataset, every answer computed by core's `openNetwork`, the twin of the contract's.
 *
 * @param lanes - Shape [dimension].
 * @throws core's `NetworkLengthError` and `InputLengthError`, `LabelError`
 */
export function evaluateIntegers(manifest: Manifest, lanes: Int32Array, dataset: Dataset): Metrics {
  const setup = toSetup(manifest)
  const { labelCenter, labelSpread } = dataset
  const answer = openNetwork(lanes, setup)
  const outputs: number[] = []
  for (let index = 0; index < dataset.count; index++) {
    for (const output of answer(exampleInput(dataset, index))) {
      outputs.push((Number(output) / DECIMALS - labelCenter) / labelSpread)
    }
  }
  return judge(manifest.model, outputs, dataset)
}
