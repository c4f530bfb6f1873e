/**
 * The forward pass of a model as operations: from a batch of inputs to the outputs before softmax or sigmoid.
 */
import { emit, integerConstant } from '../onnx/graph.ts'
import { inferShapes, type Shapes } from '../onnx/shapes.ts'
import { BATCH, type Shape } from '../onnx/sizes.ts'
import { ElementType, type Graph } from '../onnx/writer.ts'
import { convolutionPads, type Layer, type LayerShape, sizeOf } from './layers.ts'
import {
  type ImportedModel,
  isOnnxModel,
  type LayeredModel,
  layerShapes,
  MODEL_INPUT,
  type ModelSpec,
  tensorLayout,
} from './model.ts'

/** Weights and examples from which on a dense layer is computed as `(W·xᵀ + b)ᵀ`. */
const TURNED = { weights: 2 ** 15, batch: 16 }

/**
 * Appends the forward pass. Parameters go by the names of `parameterLayout`.
 *
 * @param input - Real inputs, shape [batch, inputs].
 * @param batch - How many examples a batch usually has, where the weights change from batch to batch.
 * @returns Name of the outputs, shape [batch, outputs], and the shapes of all values between.
 * @throws {@link MissingGraphError} for an ONNX model whose file was not read.
 */
export function emitForward(
  graph: Graph,
  model: ModelSpec | ImportedModel,
  input: string,
  batch?: number,
): { outputs: string; shapes: Shapes } {
  if (isOnnxModel(model)) {
    if (!('graph' in model)) throw new MissingGraphError()
    return emitImported(graph, model, input)
  }
  const start = graph.nodes.length
  const outputs = emitLayers(graph, model, input, batch)
  const known = new Map<string, Shape>(tensorLayout(model).map(({ name, shape }) => [name, shape]))
  return { outputs, shapes: inferShapes(graph, graph.nodes.slice(start), known.set(input, [BATCH, model.inputs])) }
}

function emitImported(graph: Graph, model: ImportedModel, input: string): { outputs: string; shapes: Shapes } {
  const { element } = model
  const typed = element === 'float' ? input : emit(graph, 'Cast', [input], { to: { int: ElementType[element] } })
  emit(graph, 'Reshape', [typed, integerConstant(graph, [-1, ...model.shape])], {}, MODEL_INPUT)
  graph.constants.push(...model.graph.constants.map((constant) => ({ ...constant })))
  for (const { op, inputs, outputs, attributes } of model.graph.nodes) {
    graph.nodes.push({ op, inputs: [...inputs], outputs: [...outputs], attributes: { ...attributes } })
  }
  return { outputs: model.result, shapes: model.shapes }
}

function emitLayers(graph: Graph, model: LayeredModel, input: string, batch?: number): string {
  const shapes = layerShapes(model)
  const isFlat = shapes[0]!.length === 1
  let value = isFlat ? input : emit(graph, 'Reshape', [input, integerConstant(graph, [-1, ...shapes[0]!])])
  for (const [index, layer] of model.layers.entries()) {
    value = emitLayer(graph, layer, { index, shape: shapes[index]!, batch }, value)
    // ReLU and maximum commute; after pooling there is less to do.
    const isPooledNext = model.layers[index + 1]?.kind === 'max-pooling'
    const isRectifiedBefore = layer.kind === 'max-pooling' && isRectified(model.layers[index - 1])
    if (layer.kind === 'max-pooling' ? isRectifiedBefore : isRectified(layer) && !isPooledNext) {
      value = emit(graph, 'Relu', [value])
    }
  }
  const last = shapes.at(-1)!
  return last.length === 1 ? value : emitFlat(graph, value, last)
}

function isRectified(layer: Layer | undefined): boolean {
  return layer !== undefined && 'activation' in layer && layer.activation === 'relu'
}

/** @param place.shape - Of `value`, which the layer takes. */
function emitLayer(
  graph: Graph,
  layer: Layer,
  { index, shape, batch }: { index: number; shape: LayerShape; batch: number | undefined },
  value: string,
): string {
  const [weight, bias] = [`layer${index}.weight`, `layer${index}.bias`]
  const name = 'activation' in layer && layer.activation === 'none' ? [`outputs${index}`] : []
  if (layer.kind === 'dense') {
    const flat = shape.length === 1 ? value : emitFlat(graph, value, shape)
    if (!isTurned(layer.outputs, sizeOf(shape), batch)) {
      return emit(graph, 'Gemm', [flat, weight, bias], { transB: { int: 1 } }, ...name)
    }
    const column = emit(graph, 'Unsqueeze', [bias, integerConstant(graph, [1])])
    const product = emit(graph, 'Gemm', [weight, flat, column], { transB: { int: 1 } })
    return emit(graph, 'Transpose', [product], { perm: { ints: [1, 0] } }, ...name)
  }
  if (layer.kind === 'convolution') {
    const attributes = {
      kernel_shape: { ints: layer.kernel },
      pads: { ints: convolutionPads(layer, [shape[1]!, shape[2]!]) },
      strides: { ints: layer.stride ?? [1, 1] },
    }
    return emit(graph, 'Conv', [value, weight, bias], attributes, ...name)
  }
  if (layer.kind === 'embedding') {
    const indices = emit(graph, 'Cast', [value], { to: { int: 7 } })
    const rows = emit(graph, 'Gather', [weight, indices])
    const turned = emit(graph, 'Transpose', [rows], { perm: { ints: [0, 2, 1] } })
    return emit(graph, 'Unsqueeze', [turned, integerConstant(graph, [3])])
  }
  const windows = { kernel_shape: { ints: layer.window }, strides: { ints: layer.window } }
  return emit(graph, layer.kind === 'max-pooling' ? 'MaxPool' : 'AveragePool', [value], windows)
}

/**
 * Whether a dense layer is computed the other way round. The runtime puts the right factor of a product into an order of
 * its own each time: better the batch than the weights, unless turning the outputs costs more.
 */
function isTurned(outputs: number, inputs: number, batch = 0): boolean {
  return outputs * inputs >= TURNED.weights && batch >= TURNED.batch && batch < outputs
}

function emitFlat(graph: Graph, value: string, shape: LayerShape): string {
  return emit(graph, 'Reshape', [value, integerConstant(graph, [-1, sizeOf(shape)])])
}

/** An ONNX model is specified by a file, and the file was not read. */
export class MissingGraphError extends Error {
  override name = 'MissingGraphError'
  constructor() {
    super('The model is the graph of an ONNX file. Read the file with importOnnx and hand over what it returns.')
  }
}
