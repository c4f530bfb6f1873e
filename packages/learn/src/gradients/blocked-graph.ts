/**
 * Rewrites a graph's convolutions, with what lies between them, to blocked images (blocked-layout.ts).
 */

import { emit, integerConstant, toIntegers } from '../onnx/graph.ts'
import { intOf } from '../onnx/shapes.ts'
import { isSameShape, type Shape } from '../onnx/sizes.ts'
import type { Graph, Node } from '../onnx/writer.ts'
import {
  blockConvolution,
  blockTransposedConvolution,
  blockWeightGradient,
  WEIGHT_GRADIENT,
} from './blocked-convolution.ts'
import { findBlocks, keepBlocked, type Layout, reshape, toBlocked, toPlain } from './blocked-layout.ts'
import { blockMaximum, blockMaximumGradient, MAXIMUM_GRADIENT } from './blocked-pooling.ts'

/** Rewrites one operation; false where it stays as it is. */
type Rewrite = (layout: Layout, node: Node) => boolean

/** What acts on each value by itself, and so in any layout. */
const ELEMENTWISE =
  'Relu LeakyRelu HardSigmoid Sigmoid Tanh Elu Abs Exp Erf Neg Sign Sqrt Softplus Add Sub Mul Div'.split(' ')

const REWRITES: Record<string, Rewrite> = {
  Conv: blockConvolution,
  ConvTranspose: blockTransposedConvolution,
  [WEIGHT_GRADIENT]: blockWeightGradient,
  MaxPool: blockMaximum,
  [MAXIMUM_GRADIENT]: blockMaximumGradient,
  ReduceSum: blockChannelSum,
  ...Object.fromEntries(ELEMENTWISE.map((op) => [op, blockElementwise])),
}

/**
 * Rewrites `graph` in place. Values keep their names; of those that are in blocks only, `kept` are put in order at the end.
 *
 * @param shapes - Plain shapes of the values, as far as known.
 * @param block - Channels in a block of this machine.
 */
export function blockGraph(graph: Graph, shapes: ReadonlyMap<string, Shape>, block: number, kept: string[]): void {
  const rewritten: Graph = { ...graph, name: `${graph.name}_blocked`, nodes: [] }
  const layout: Layout = { graph: rewritten, block, shapes: new Map(shapes), blocked: new Map(), waiting: new Set() }
  for (const node of graph.nodes) {
    if (REWRITES[node.op]?.(layout, node)) continue
    for (const input of node.inputs) toPlain(layout, input)
    rewritten.nodes.push(node)
  }
  for (const value of kept) toPlain(layout, value)
  graph.nodes = rewritten.nodes
}

/** Where all that is no single number is of one shape and something of it is in blocks. */
function blockElementwise(layout: Layout, node: Node): boolean {
  const { graph, shapes, blocked } = layout
  const isSingle = (value: string) =>
    graph.constants.some(({ name, shape }) => name === value && shape.length < 2 && shape.every((size) => size === 1))
  const images = node.inputs.filter((value) => !isSingle(value))
  const first = images[0] === undefined ? undefined : findBlocks(layout, images[0])
  const isAlike = (value: string) => shapes.has(value) && isSameShape(shapes.get(value)!, first!)
  if (first === undefined || !images.every(isAlike)) return false
  if (!images.some((value) => blocked.has(value))) {
    shapes.set(node.outputs[0]!, first)
    return false
  }
  const inputs = node.inputs.map((value) => (isSingle(value) ? value : toBlocked(layout, value)))
  keepBlocked(layout, node.outputs[0]!, emit(graph, node.op, inputs, node.attributes), first)
  return true
}

/** The sum over examples, rows and columns of what is in blocks, shape [channels]. */
function blockChannelSum(layout: Layout, node: Node): boolean {
  const [x, axes] = node.inputs as [string, string | undefined]
  const shape = findBlocks(layout, x)
  if (shape === undefined || !layout.blocked.has(x) || intOf(node, 'keepdims', 1) === 1) return false
  const given = layout.graph.constants.find(({ name }) => name === axes)
  if (given === undefined || String(toIntegers(given)) !== '0,2,3') return false
  // One dimension at a time: the runtime sums several slowly where they do not adjoin.
  const { block, graph } = layout
  const lines = reshape(layout, toBlocked(layout, x), [-1, shape[1] / block, shape[2] * shape[3], block])
  const sum = (value: string, axis: number) =>
    emit(graph, 'ReduceSum', [value, integerConstant(graph, [axis])], { keepdims: { int: 0 } })
  reshape(layout, sum(sum(lines, 2), 0), [shape[1]], node.outputs[0])
  return true
}
