/**
 * The kinds of layers that a model is specified of, and the shapes that pass between them.
 *
 * A value between layers is flat, [n], or an image, [channels, height, width]. A dense layer takes an image as it lies in
 * memory: channel by channel, row by row, as PyTorch's `flatten` does.
 */

/** A dense layer: `y = activation(W·x + b)`, W [outputs, inputs]. */
export interface DenseLayer {
  kind: 'dense'
  outputs: number
  activation: 'relu' | 'none'
}

/**
 * A convolution (cross-correlation) of an image, W [channels, input channels, height, width], b [channels]. Padding
 * `same` keeps ⌈size / stride⌉, zeros being added evenly, the odd one below and to the right; `valid` adds none.
 */
export interface ConvolutionLayer {
  kind: 'convolution'
  channels: number
  /** [height, width] */
  kernel: [number, number]
  /** [vertical, horizontal]; [1, 1] when absent. */
  stride?: [number, number] | undefined
  padding: 'same' | 'valid'
  activation: 'relu' | 'none'
}

/** Maximum or mean over windows of an image that do not overlap; what fills no window is left out. */
export interface PoolingLayer {
  kind: 'max-pooling' | 'average-pooling'
  /** [height, width] */
  window: [number, number]
}

/**
 * A row of W [entries, width] for each input, which is a whole number: gives an image [width, inputs, 1], over whose
 * height convolution and pooling run along the sequence. First layer only.
 */
export interface EmbeddingLayer {
  kind: 'embedding'
  /** Inputs are 0 to entries − 1. */
  entries: number
  width: number
}

/** One layer. */
export type Layer = DenseLayer | ConvolutionLayer | PoolingLayer | EmbeddingLayer

/** Shape of one example between layers: [n] or [channels, height, width]. */
export type LayerShape = [number] | [number, number, number]

/** Number of values of a shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1)
}

/** Shape of a layer's parameters, in the order of the parameter vector. */
export function parameterShapes(layer: Layer, input: LayerShape): { part: 'weight' | 'bias'; shape: number[] }[] {
  if (layer.kind === 'embedding') return [{ part: 'weight', shape: [layer.entries, layer.width] }]
  if (layer.kind === 'dense') {
    return [
      { part: 'weight', shape: [layer.outputs, sizeOf(input)] },
      { part: 'bias', shape: [layer.outputs] },
    ]
  }
  if (layer.kind !== 'convolution') return []
  return [
    { part: 'weight', shape: [layer.channels, input[0], ...layer.kernel] },
    { part: 'bias', shape: [layer.channels] },
  ]
}

/**
 * Shape of what a layer gives.
 *
 * @throws {@link LayerShapeError} if the layer cannot take such a shape.
 */
export function outputShape(layer: Layer, index: number, input: LayerShape): LayerShape {
  if (layer.kind === 'dense') return [layer.outputs]
  if (layer.kind === 'embedding') {
    if (index > 0 || input.length !== 1) {
      throw new LayerShapeError(index, 'an embedding is the first layer, of a model without a shape')
    }
    return [layer.width, input[0], 1]
  }
  if (input.length !== 3) {
    throw new LayerShapeError(index, `${layer.kind} needs an image; give the model a shape [channels, height, width]`)
  }
  const [channels, height, width] = input
  const sizes = layer.kind === 'convolution' ? convolutionSizes(layer, [height, width]) : windowCounts(layer, input)
  if (sizes.some((size) => size < 1)) {
    throw new LayerShapeError(index, `nothing is left of an image of ${height} × ${width}`)
  }
  return [layer.kind === 'convolution' ? layer.channels : channels, ...sizes]
}

/**
 * Zeros that a convolution adds around an image: [top, left, bottom, right], as ONNX orders them.
 */
export function convolutionPads(layer: ConvolutionLayer, [height, width]: [number, number]): number[] {
  if (layer.padding === 'valid') return [0, 0, 0, 0]
  const [vertical, horizontal] = layer.stride ?? [1, 1]
  const total = (size: number, kernel: number, stride: number) =>
    Math.max(0, (Math.ceil(size / stride) - 1) * stride + kernel - size)
  const rows = total(height, layer.kernel[0], vertical)
  const columns = total(width, layer.kernel[1], horizontal)
  return [Math.floor(rows / 2), Math.floor(columns / 2), Math.ceil(rows / 2), Math.ceil(columns / 2)]
}

function convolutionSizes(layer: ConvolutionLayer, image: [number, number]): [number, number] {
  const pads = convolutionPads(layer, image)
  const [vertical, horizontal] = layer.stride ?? [1, 1]
  return [
    Math.floor((image[0] + pads[0]! + pads[2]! - layer.kernel[0]) / vertical) + 1,
    Math.floor((image[1] + pads[1]! + pads[3]! - layer.kernel[1]) / horizontal) + 1,
  ]
}

function windowCounts({ window }: PoolingLayer, [, height, width]: [number, number, number]): [number, number] {
  return [Math.floor(height / window[0]), Math.floor(width / window[1])]
}

/** A layer cannot take what the layer before it gives. */
export class LayerShapeError extends Error {
  override name = 'LayerShapeError'
  readonly layer: number
  readonly reason: string
  constructor(layer: number, reason: string) {
    super(`Layer ${layer} does not fit the one before it: ${reason}.`)
    this.layer = layer
    this.reason = reason
  }
}
