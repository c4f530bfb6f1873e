/**
 * The float weights that lanes are added to: `weight = base + step · lane`; and the model with its file.
 *
 * Zero where the model starts in its lanes; drawn from the manifest's seed; or read from a file that each member holds
 * and that the manifest names by its keccak256: safetensors for a model of layers, ONNX for a graph.
 *
 * @example
 * ```ts
 * import { initialWeights, toBaseWeights } from '@tutti/learn'
 *
 * const seed = `0x${'01'.repeat(32)}`
 * const start = { model: manifest.model, initialisation: { kind: 'float', seed } } as const
 * toBaseWeights(start) // → initialWeights(manifest.model, BigInt(seed))
 * ```
 */

import { importSafetensors } from '../export/export.ts'
import type { Manifest } from '../manifest/manifest.ts'
import { checkBase } from '../model/base-hash.ts'
import { initialWeights } from '../model/initial-weights.ts'
import { countParameters, type ImportedModel, isOnnxModel, type ModelSpec, type OnnxModel } from '../model/model.ts'
import { importOnnx } from './import-onnx.ts'

type Start = Pick<Manifest, 'model' | 'initialisation'>

/**
 * Base weights of a manifest, shape [dimension].
 *
 * @param file - Bytes of the file that the manifest names; not looked at where it names none.
 * @throws `MissingBaseError`, `BaseHashError`; `SafetensorsError`, `OnnxFileError`, `NonFiniteWeightError` and what
 * `openModel` throws for what is inside.
 */
export function toBaseWeights(manifest: Start, file?: Uint8Array): Float32Array {
  const { model, initialisation } = manifest
  if (initialisation.kind === 'float') return initialWeights(model, BigInt(initialisation.seed))
  if (initialisation.kind !== 'base') return new Float32Array(countParameters(model))
  const opened = openModel(manifest, file)
  return 'weights' in opened ? opened.weights : importSafetensors(model, checkBase(initialisation.hash, file))
}

/**
 * The model of a manifest, ready for `createTrainer`: as it is, or with the graph of its ONNX file.
 *
 * @param file - Bytes of the file that the manifest names; looked at for ONNX models only.
 * @throws `MissingBaseError`, `BaseHashError`, {@link BaseModelError}, what `importOnnx` throws
 */
export function openModel({ model, initialisation }: Start, file?: Uint8Array): ModelSpec | ImportedModel {
  if (!isOnnxModel(model)) return model
  const hash = initialisation.kind === 'base' ? initialisation.hash : ''
  const names = model.tensors.map(({ name }) => name)
  const imported = importOnnx(checkBase(hash, file), { output: model.output, tensors: names, ties: model.ties })
  const found = toOnnxSpec(imported)
  for (const key of ['inputs', 'inputType', 'shape', 'outputs', 'tensors'] as const) {
    if (JSON.stringify(found[key]) !== JSON.stringify(model[key])) throw new BaseModelError(key)
  }
  return imported
}

/** What a manifest says of an imported model. */
export function toSpec(model: ModelSpec | ImportedModel): ModelSpec {
  return isOnnxModel(model) ? toOnnxSpec(model) : model
}

function toOnnxSpec({ kind, inputs, inputType, shape, outputs, tensors, ties, output }: OnnxModel): OnnxModel {
  return { kind, inputs, inputType, shape, outputs, tensors, ...(ties === undefined ? {} : { ties }), output }
}

/** The file is the one that is named, and the manifest describes it wrongly. */
export class BaseModelError extends Error {
  override name = 'BaseModelError'
  constructor(key: string) {
    super(`The manifest's model.${key} is not what the ONNX file that it names has. Do not join this federation.`)
  }
}
