/**
 * A trained model for other programs: an ONNX inference graph, and safetensors.
 */
import { emitForward } from './forward.ts'
import { createGraph, emit, floatConstant } from './graph.ts'
import type { Manifest } from './manifest.ts'
import { countOutputs, type ImportedModel, type ModelSpec, tensorLayout, validateWeights } from './model.ts'
import { encodeModel, type Graph } from './onnx.ts'
import { type FloatTensor, readSafetensors, SafetensorsError, writeSafetensors } from './safetensors.ts'

/** Prefix of all that is not trained in an imported graph. */
const IMPORTED = 'model/'

/**
 * An ONNX file: `input` float [batch, inputs], dequantised as `(byte − inputZero) · inputScale` → `output` float
 * [batch, outputs]: probabilities (softmax, logistic, multi-label) or values in the label's unit (linear). An imported
 * model keeps the names that its own file gave to input and output.
 *
 * @throws `WeightCountError`, `NonFiniteWeightError`, `MissingGraphError` for an ONNX model without its file
 */
export function exportOnnx(
  manifest: Pick<Manifest, 'data'> & { model: ModelSpec | ImportedModel },
  weights: Float32Array,
): Uint8Array {
  const { model, data } = manifest
  validateWeights(model, weights)
  const graph = createGraph('tutti')
  for (const { name, shape, offset, length } of tensorLayout(model)) {
    const bytes = new Uint8Array(weights.slice(offset, offset + length).buffer)
    graph.constants.push({ name, type: 'float', shape, bytes })
  }
  const { input, output } = 'ends' in model ? model.ends : { input: 'input', output: 'output' }
  graph.inputs.push({ name: input, type: 'float', shape: ['batch', model.inputs] })
  const { outputs } = emitForward(graph, model, input)
  if (model.output === 'softmax') emit(graph, 'Softmax', [outputs], { axis: { int: 1 } }, output)
  else if (model.output !== 'linear') emit(graph, 'Sigmoid', [outputs], {}, output)
  else {
    const { center, spread } = data.label.kind === 'number' ? data.label : { center: 0, spread: 1 }
    const scaled = emit(graph, 'Mul', [outputs, floatConstant(graph, [spread], [])])
    emit(graph, 'Add', [scaled, floatConstant(graph, [center], [])], {}, output)
  }
  graph.outputs.push({ name: output, type: 'float', shape: ['batch', countOutputs(model)] })
  restoreNames(graph, [input, output])
  return encodeModel(graph)
}

/** Gives what stayed frozen of an imported file the names that the file had. */
function restoreNames(graph: Graph, ends: string[]): void {
  const taken = new Set([...ends, ...graph.constants.map(({ name }) => name)])
  const names = new Map(
    graph.constants.flatMap(({ name }) => {
      const original = name.startsWith(IMPORTED) ? name.slice(IMPORTED.length) : name
      return taken.has(original) ? [] : [[name, original] as const]
    }),
  )
  for (const constant of graph.constants) constant.name = names.get(constant.name) ?? constant.name
  for (const node of graph.nodes) node.inputs = node.inputs.map((input) => names.get(input) ?? input)
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
