/**
 * A model as a small specification: layers of one another's outputs, or the graph of an ONNX file; and one of four
 * outputs.
 *
 * Its parameters are one vector, tensor after tensor, each row by row: for a specified model the weights and then the
 * biases of each layer, for an ONNX model the trained tensors in the order of the specification. Training, prediction,
 * export and the contract all use this order.
 *
 * @example
 * ```ts
 * import { countParameters, describeModel, mlp, mnistCnn, tensorLayout } from '@tutti/learn'
 *
 * const model = mlp([64, 32, 10], 'softmax')
 * countParameters(model) // → 2410
 * tensorLayout(model)[0] // → { name: 'layer0.weight', shape: [32, 64], offset: 0, length: 2048 }
 * describeModel(model) // → '64-32-10'
 * countParameters(mnistCnn()) // → 1663370
 * ```
 */

import type { LeftOut } from '../onnx/parameter-use.ts'
import type { Shapes } from '../onnx/shapes.ts'
import type { ElementType, Graph } from '../onnx/writer.ts'
import { type Layer, type LayerShape, outputShape, parameterShapes, sizeOf } from './layers.ts'

export type { ConvolutionLayer, DenseLayer, EmbeddingLayer, Layer, LayerShape, PoolingLayer } from './layers.ts'

/** How the outputs of the last layer become an answer; the loss follows from it. */
export type OutputKind = 'softmax' | 'logistic' | 'multi-label' | 'linear'

/** An architecture of layers: every dense or convolution layer but the last is followed by ReLU, the last by nothing. */
export interface LayeredModel {
  kind?: undefined
  inputs: number
  /** How the inputs of an example form an image, [channels, height, width]; flat when absent. */
  shape?: [number, number, number] | undefined
  layers: Layer[]
  output: OutputKind
}

/**
 * A model whose graph is an ONNX file, which each member holds; the manifest names it by hash. Only `tensors` are
 * trained; whatever else the file contains stays as it is.
 */
export interface OnnxModel {
  kind: 'onnx'
  inputs: number
  /** What an example's inputs are to the graph: numbers, or whole numbers that it looks up. */
  inputType: 'float' | 'integer'
  /** Shape of one example in the graph, without the batch. */
  shape: number[]
  outputs: number
  /** Trained tensors, named as in the file, in the order of the parameter vector. */
  tensors: { name: string; shape: number[] }[]
  /** Names of tensors that are trained as one; of each only the first is in `tensors`. */
  ties?: string[][] | undefined
  output: OutputKind
}

/** What is trained. */
export type ModelSpec = LayeredModel | OnnxModel

/** Name of the input in the graph of an imported model. */
export const MODEL_INPUT = 'model/input'

/** An ONNX model with what its file holds: what `importOnnx` gives. It goes wherever a {@link ModelSpec} goes. */
export interface ImportedModel extends OnnxModel {
  /** Element type of the file's input. */
  element: ElementType
  /** From `model/input` [batch, …shape] to `result`; trained tensors go by `parameterName`, and are not in it. */
  graph: Graph
  /** Name of the outputs in the graph, shape [batch, outputs]. */
  result: string
  /** Names of input and output as the file has them. */
  ends: { input: string; output: string }
  /** Names that the file has for frozen constants, by their names in the graph. */
  names: Map<string, string>
  /** Shapes of the graph's values. */
  shapes: Shapes
  /** Trained tensors as the file has them, shape [dimension]. */
  weights: Float32Array
  /** keccak256 of the file. */
  baseHash: string
  /** Whether the file fixed the batch, which was then freed by its shapes alone: the trainer tries whether it is. */
  isBatchFixed: boolean
  /** Tensors of floats that are not trained, and why. */
  leftOut: LeftOut[]
  /** What the import changed of the file, or could not find in it, a sentence each. */
  notes: string[]
}

/** A tensor of the model: its name, shape and where it lies in the parameter vector. */
export interface TensorLayout {
  name: string
  shape: number[]
  offset: number
  length: number
}

/** Whether a model is the graph of an ONNX file. */
export function isOnnxModel(model: ModelSpec): model is OnnxModel {
  return model.kind === 'onnx'
}

/** Whether a model looks its inputs up in a table: they are then whole numbers, not measurements. */
export function takesWholeNumbers(model: ModelSpec): boolean {
  return isOnnxModel(model) ? model.inputType === 'integer' : model.layers[0]?.kind === 'embedding'
}

/**
 * Shapes of one example before each layer and after the last.
 *
 * @throws `LayerShapeError`
 */
export function layerShapes({ inputs, shape, layers }: LayeredModel): LayerShape[] {
  const shapes: LayerShape[] = [shape ?? [inputs]]
  for (const [index, layer] of layers.entries()) shapes.push(outputShape(layer, index, shapes[index]!))
  return shapes
}

/**
 * Tensors in the order of the parameter vector: `layer0.weight`, `layer0.bias`, `layer1.weight`, … The names are those
 * that PyTorch's `state_dict` would use for modules `layer0`, `layer1`, …; layers without parameters are counted.
 *
 * @throws `LayerShapeError`
 */
export function tensorLayout(model: ModelSpec): TensorLayout[] {
  const tensors: TensorLayout[] = []
  let offset = 0
  for (const { name, shape } of isOnnxModel(model) ? model.tensors : layerTensors(model)) {
    const length = sizeOf(shape)
    tensors.push({ name, shape: [...shape], offset, length })
    offset += length
  }
  return tensors
}

/** Name in a graph of the trained tensor at a place: a file may name its tensors as it likes. */
export function parameterName(index: number): string {
  return `parameter${index}`
}

/** {@link tensorLayout} with the names that the tensors have in a graph. */
export function parameterLayout(model: ModelSpec): TensorLayout[] {
  const layout = tensorLayout(model)
  return isOnnxModel(model) ? layout.map((tensor, index) => ({ ...tensor, name: parameterName(index) })) : layout
}

function layerTensors(model: LayeredModel): { name: string; shape: number[] }[] {
  const shapes = layerShapes(model)
  return model.layers.flatMap((layer, index) =>
    parameterShapes(layer, shapes[index]!).map(({ part, shape }) => ({ name: `layer${index}.${part}`, shape })),
  )
}

/** Number of parameters of a model. */
export function countParameters(model: ModelSpec): number {
  return tensorLayout(model).reduce((sum, tensor) => sum + tensor.length, 0)
}

/** Why no task is learnt by a model of so many outputs of one kind; undefined where one is. */
export function findOutputsFault({ output, outputs }: { output: OutputKind; outputs: number }): string | undefined {
  if ((output === 'logistic' || output === 'linear') && outputs !== 1) return `"${output}" has 1 output, not ${outputs}`
  if (output === 'softmax' && outputs < 2)
    return `"softmax" has an output for each class, so 2 at least, not ${outputs}`
  return undefined
}

/** Number of outputs of the last layer. */
export function countOutputs(model: ModelSpec): number {
  return isOnnxModel(model) ? model.outputs : sizeOf(layerShapes(model).at(-1)!)
}

/** A model in a few words: `784-32-10`, `1×28×28, convolution 32, max-pooling, dense 10`, or where its graph is. */
export function describeModel(model: ModelSpec): string {
  if (isOnnxModel(model)) return `ONNX graph, ${model.tensors.length} tensors trained`
  const { inputs, layers, shape } = model
  if (layers.every((layer) => layer.kind === 'dense'))
    return [inputs, ...layers.map(({ outputs }) => outputs)].join('-')
  const parts = layers.map((layer) => {
    if (layer.kind === 'dense') return `dense ${layer.outputs}`
    if (layer.kind === 'convolution') return `convolution ${layer.channels} of ${layer.kernel.join('×')}`
    return layer.kind === 'embedding' ? `embedding ${layer.entries}×${layer.width}` : layer.kind
  })
  return [(shape ?? [inputs]).join('×'), ...parts].join(', ')
}

/**
 * A multi-layer perceptron: `sizes` = [inputs, hidden…, outputs], ReLU between.
 *
 * @example mlp([64, 32, 10], 'softmax')
 */
export function mlp(sizes: number[], output: OutputKind): LayeredModel {
  const [inputs = 0, ...outputs] = sizes
  return {
    inputs,
    layers: outputs.map((size, index) => ({
      kind: 'dense',
      outputs: size,
      activation: index < outputs.length - 1 ? 'relu' : 'none',
    })),
    output,
  }
}

/**
 * The convolutional network of the paper that named federated averaging: two convolutions of 5 × 5 with 32 and 64
 * channels, each followed by ReLU and max pooling of 2 × 2, a dense layer of 512 and a softmax of 10: 1,663,370
 * parameters on images of 28 × 28.
 *
 * @see McMahan et al., Communication-Efficient Learning of Deep Networks from Decentralized Data, AISTATS 2017, section 3
 */
export function mnistCnn(): LayeredModel {
  const convolution = (channels: number): Layer[] => [
    { kind: 'convolution', channels, kernel: [5, 5], padding: 'same', activation: 'relu' },
    { kind: 'max-pooling', window: [2, 2] },
  ]
  return {
    inputs: 784,
    shape: [1, 28, 28],
    layers: [
      ...convolution(32),
      ...convolution(64),
      { kind: 'dense', outputs: 512, activation: 'relu' },
      { kind: 'dense', outputs: 10, activation: 'none' },
    ],
    output: 'softmax',
  }
}

/**
 * Checks that weights fit a model and are finite numbers.
 *
 * @throws {@link WeightCountError} {@link NonFiniteWeightError}
 */
export function validateWeights(model: ModelSpec, weights: Float32Array): void {
  const expected = countParameters(model)
  if (weights.length !== expected) throw new WeightCountError(weights.length, expected)
  const index = weights.findIndex((weight) => !Number.isFinite(weight))
  if (index >= 0) throw new NonFiniteWeightError(index, weights[index]!)
}

/** The weight vector has another length than the model. */
export class WeightCountError extends Error {
  override name = 'WeightCountError'
  constructor(count: number, expected: number) {
    super(`Got ${count} weights; the model has ${expected} parameters. Check the model in the manifest.`)
  }
}

/** A weight is NaN or infinite: training diverged, or the file is damaged. */
export class NonFiniteWeightError extends Error {
  override name = 'NonFiniteWeightError'
  readonly index: number
  constructor(index: number, value: number) {
    super(
      `Weight ${index} is ${value}; weights must be finite. Lower the learning rate, or check where they came from.`,
    )
    this.index = index
  }
}
