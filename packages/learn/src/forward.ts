/**
 * The forward pass of a model as operations: from a batch of inputs to the outputs before softmax or sigmoid.
 */
import { emit, integerConstant } from './graph.ts'
import { convolutionPads, type Layer, type LayerShape, sizeOf } from './layers.ts'
import { isOnnxModel, type LayeredModel, layerShapes, type ModelSpec } from './model.ts'
import type { Graph } from './onnx.ts'

/**
 * Appends the forward pass. Parameters go by tensor name.
 *
 * @param input - Real inputs, shape [batch, inputs].
 * @returns Name of the outputs, shape [batch, outputs].
 */
export function emitForward(graph: Graph, model: ModelSpec, input: string): string {
  if (!isOnnxModel(model)) return emitLayers(graph, model, input)
  throw new MissingGraphError()
}

function emitLayers(graph: Graph, model: LayeredModel, input: string): string {
  const shapes = layerShapes(model)
  const isFlat = shapes[0]!.length === 1
  let value = isFlat ? input : emit(graph, 'Reshape', [input, integerConstant(graph, [-1, ...shapes[0]!])])
  for (const [index, layer] of model.layers.entries()) {
    value = emitLayer(graph, layer, index, shapes[index]!, value)
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

function emitLayer(graph: Graph, layer: Layer, index: number, shape: LayerShape, value: string): string {
  const [weight, bias] = [`layer${index}.weight`, `layer${index}.bias`]
  const name = 'activation' in layer && layer.activation === 'none' ? [`outputs${index}`] : []
  if (layer.kind === 'dense') {
    const flat = shape.length === 1 ? value : emitFlat(graph, value, shape)
    return emit(graph, 'Gemm', [flat, weight, bias], { transB: { int: 1 } }, ...name)
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
