/**
 * A model as a small specification: dense layers, ReLU, and one of four outputs.
 *
 * Its parameters are one vector: for each layer the weights `W` [outputs, inputs] row by row, then the biases `b`
 * [outputs]. Training, prediction, export and the contract all use this order.
 */

/** A dense layer: `y = activation(W·x + b)`, W [outputs, inputs]. */
export interface DenseLayer {
  kind: 'dense'
  outputs: number
  activation: 'relu' | 'none'
}

/** How the outputs of the last layer become an answer; the loss follows from it. */
export type OutputKind = 'softmax' | 'logistic' | 'multi-label' | 'linear'

/** Architecture: every layer but the last is followed by ReLU, the last by nothing. */
export interface ModelSpec {
  inputs: number
  layers: DenseLayer[]
  output: OutputKind
}

/** A tensor of the model: its name, shape and where it lies in the parameter vector. */
export interface TensorLayout {
  name: string
  shape: number[]
  offset: number
  length: number
}

/**
 * Tensors in the order of the parameter vector: `layer0.weight`, `layer0.bias`, `layer1.weight`, …
 * The names are those that PyTorch's `state_dict` would use for modules `layer0`, `layer1`, ….
 */
export function tensorLayout(model: ModelSpec): TensorLayout[] {
  const tensors: TensorLayout[] = []
  let offset = 0
  let inputs = model.inputs
  for (const [index, layer] of model.layers.entries()) {
    for (const [part, shape] of [
      ['weight', [layer.outputs, inputs]],
      ['bias', [layer.outputs]],
    ] as const) {
      const length = shape.reduce((product, size) => product * size, 1)
      tensors.push({ name: `layer${index}.${part}`, shape: [...shape], offset, length })
      offset += length
    }
    inputs = layer.outputs
  }
  return tensors
}

/** Number of parameters of a model. */
export function countParameters(model: ModelSpec): number {
  return tensorLayout(model).reduce((sum, tensor) => sum + tensor.length, 0)
}

/** Number of outputs of the last layer. */
export function countOutputs(model: ModelSpec): number {
  return model.layers.at(-1)?.outputs ?? model.inputs
}

/**
 * A multi-layer perceptron: `sizes` = [inputs, hidden…, outputs], ReLU between.
 *
 * @example mlp([64, 32, 10], 'softmax')
 */
export function mlp(sizes: number[], output: OutputKind): ModelSpec {
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
