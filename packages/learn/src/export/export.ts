/**
 * A trained model for other programs: an ONNX inference graph, and safetensors.
 *
 * @example
 * ```ts
 * import { exportOnnx, exportSafetensors, importSafetensors, toInitialLanes, toWeights } from '@tutti/learn'
 *
 * const weights = toWeights(manifest, toInitialLanes(manifest, 16))
 * exportOnnx(manifest, weights).length > 100 // → true
 * importSafetensors(manifest.model, exportSafetensors(manifest.model, weights)) // → weights
 * ```
 */

import type { Manifest } from '../manifest/manifest.ts'
import { emitForward } from '../model/forward.ts'
import {
  countOutputs,
  type ImportedModel,
  type ModelSpec,
  parameterLayout,
  parameterName,
  tensorLayout,
  validateWeights,
} from '../model/model.ts'
import { type FloatTensor, readSafetensors, SafetensorsError, writeSafetensors } from '../model/safetensors.ts'
import { createGraph, emit, floatConstant } from '../onnx/graph.ts'
import { encodeModel, type Graph } from '../onnx/writer.ts'

/**
 * An ONNX file: `input` float [batch, inputs], dequantised as `(byte − inputZero) · inputScale` → `output` float
 * [batch, outputs], which are probabilities (softmax, logistic, multi-label) or values in the label's unit (linear). An imported
 * model keeps the names that its own file gave to input and output.
 *
 * @param metadata - Texts that the file carries, see `exportMetadata`.
 * @throws `WeightCountError`, `NonFiniteWeightError`, `MissingGraphError` for an ONNX model without its file
 */
export function exportOnnx(
  manifest: Pick<Manifest, 'data'> & { model: ModelSpec | ImportedModel },
  weights: Float32Array,
  metadata: Record<string, string> = {},
): Uint8Array {
  const { model, data } = manifest
  validateWeights(model, weights)
  const graph = createGraph('tutti')
  for (const { name, shape, offset, length } of parameterLayout(model)) {
    const bytes = new Uint8Array(weights.slice(offset, offset + length).buffer)
    graph.constants.push({ name, type: 'float', shape, bytes })
  }
  graph.inputs.push({ name: 'input', type: 'float', shape: ['batch', model.inputs] })
  const { outputs } = emitForward(graph, model, 'input')
  if (model.output === 'softmax') emit(graph, 'Softmax', [outputs], { axis: { int: 1 } }, 'output')
  else if (model.output !== 'linear') emit(graph, 'Sigmoid', [outputs], {}, 'output')
  else {
    const { center, spread } = data.label.kind === 'number' ? data.label : { center: 0, spread: 1 }
    const scaled = emit(graph, 'Mul', [outputs, floatConstant(graph, [spread], [])])
    emit(graph, 'Add', [scaled, floatConstant(graph, [center], [])], {}, 'output')
  }
  graph.outputs.push({ name: 'output', type: 'float', shape: ['batch', countOutputs(model)] })
  return encodeModel('ends' in model ? restoreNames(graph, model) : graph, metadata)
}

/** Gives all that an imported file had, ends, trained and frozen tensors, the names that the file had for it. */
function restoreNames(graph: Graph, model: ImportedModel): Graph {
  const { ends, tensors, names } = model
  const given = new Map([
    ['input', ends.input],
    ['output', ends.output],
    ...names,
    ...tensors.map(({ name }, index) => [parameterName(index), name] as const),
  ])
  const taken = new Set(given.values())
  // Our own names give way to those of the file.
  const rename = (name: string): string => {
    const known = given.get(name)
    if (known !== undefined || !taken.has(name)) return known ?? name
    let free = `${name}_`
    while (taken.has(free)) free += '_'
    given.set(name, free)
    taken.add(free)
    return free
  }
  const renamed = <T extends { name: string }>(values: T[]) =>
    values.map((value) => ({ ...value, name: rename(value.name) }))
  return {
    ...graph,
    inputs: renamed(graph.inputs),
    outputs: renamed(graph.outputs),
    constants: renamed(graph.constants),
    nodes: graph.nodes.map((node) => ({
      ...node,
      inputs: node.inputs.map((name) => (name === '' ? '' : rename(name))),
      outputs: node.outputs.map((name) => (name === '' ? '' : rename(name))),
    })),
  }
}

/**
 * A safetensors file of the model's tensors, named as PyTorch's `state_dict` names those of modules `layer0`, ….
 *
 * @throws `WeightCountError`, `NonFiniteWeightError`
 */
export function exportSafetensors(
  model: ModelSpec,
  weights: Float32Array,
  metadata: Record<string, string> = {},
): Uint8Array {
  validateWeights(model, weights)
  const tensors = tensorLayout(model).map(
    ({ name, shape, offset, length }): FloatTensor => ({ name, shape, values: weights.slice(offset, offset + length) }),
  )
  return writeSafetensors(tensors, metadata)
}

/** `importSafetensors(m, exportSafetensors(m, w)) ≡ w`. @throws `SafetensorsError`, `NonFiniteWeightError` */
export function importSafetensors(model: ModelSpec, bytes: Uint8Array): Float32Array {
  const byName = new Map(readSafetensors(bytes).tensors.map((tensor) => [tensor.name, tensor]))
  const layout = tensorLayout(model)
  const weights = new Float32Array(layout.reduce((sum, { length }) => sum + length, 0))
  for (const { name, shape, offset } of layout) {
    const tensor = byName.get(name)
    if (tensor === undefined) throw new SafetensorsError(`tensor "${name}" is missing`)
    if (tensor.shape.join() !== shape.join()) {
      throw new SafetensorsError(`tensor "${name}" has shape [${tensor.shape}], the model expects [${shape}]`)
    }
    weights.set(tensor.values, offset)
  }
  validateWeights(model, weights)
  return weights
}
