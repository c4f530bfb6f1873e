/**
 * Translates the nodes of a file, one after another, into operations that can be trained through, with the shape and
 * the type of every value.
 */
import { MODEL_INPUT } from '../model/model.ts'
import { emit, integerConstant } from '../onnx/graph.ts'
import type { FileNode, OnnxFile } from '../onnx/reader.ts'
import type { Shapes } from '../onnx/shapes.ts'
import type { Shape, Size } from '../onnx/sizes.ts'
import type { Constant, Graph, Node } from '../onnx/writer.ts'
import { findUnread, type Operator, readAttributes } from './operator.ts'
import { findOperator } from './operators.ts'
import type { FileInput } from './tensor-selection.ts'
import {
  addConstant,
  evaluateNode,
  inferAdded,
  nameValue,
  openValues,
  placeKnown,
  type Refuse,
  shapeOfValue,
  type TranslatedValues,
} from './translated-values.ts'

/** From which node of the file, and at which place in it, a node of the graph comes. */
export type Origins = Map<Node, { node: FileNode; position: number }>

/** A file's graph in our operations. */
export interface TranslatedGraph {
  graph: Graph
  shapes: Shapes
  /** Our names of the file's values. */
  names: Map<string, string>
  origins: Origins
}

/** Domains of the standard operators. */
const DOMAINS = ['', 'ai.onnx']

/**
 * Translates all nodes.
 *
 * @param trained - Constants that stay out of the graph, since they are trained.
 * @throws {@link UnsupportedOperatorError}
 */
export function translate(file: OnnxFile, input: FileInput, trained: ReadonlySet<string>): TranslatedGraph {
  const values = openValues(file, input, trained)
  const { graph, shapes, names } = values
  const origins: Origins = new Map()
  const read = new Set([...file.nodes.flatMap(({ inputs }) => inputs), ...file.outputs.map(({ name }) => name)])
  for (const [position, node] of file.nodes.entries()) {
    for (const added of translateNode(values, node, position, read)) origins.set(added, { node, position })
  }
  return { graph, shapes, names, origins }
}

/**
 * Translates one node; what can be worked out while the file is read gets no operations.
 *
 * @param read - Values that a node or the file's end reads.
 * @returns The operations that were added for it.
 */
function translateNode(
  values: TranslatedValues,
  node: FileNode,
  position: number,
  read: ReadonlySet<string>,
): readonly Node[] {
  const { file, names } = values
  const refuse: Refuse = (reason) => {
    throw new UnsupportedOperatorError(node, position, file.nodes.length, reason)
  }
  const find = (value: string) => names.get(value) ?? refuse(`nothing computes its input "${value}"`)
  const inputs = node.inputs.map((value) => (value === '' ? '' : find(value)))
  const outputs = node.outputs.map((value) => {
    if (value !== '' && names.has(value)) refuse(`it computes "${value}", which is there already`)
    return value === '' ? '' : nameValue(values, value)
  })
  const operator = DOMAINS.includes(node.domain) ? findOperator(node.op) : undefined
  if (node.op === 'Constant' && DOMAINS.includes(node.domain)) {
    const constant = readConstant(node) ?? refuse('its value is of a kind that is not read')
    addConstant(values, constant, outputs[0] ?? refuse('it names no output'))
    return []
  }
  if (operator === undefined) throw unknownOperator(file, node, position)
  const unread = findUnread(node, operator, (value) => read.has(value))
  if (unread !== undefined) refuse(unread)
  const attributes = readAttributes(node, operator)
  const result = evaluateNode(values, { op: node.op, attributes, inputs })
  if (result !== undefined) {
    values.known.set(outputs[0]!, result)
    return []
  }
  for (const value of inputs) {
    if (value !== '' && !values.shapes.has(value) && !placeKnown(values, value)) {
      refuse('it computes with the number of examples')
    }
  }
  return emitOperator(values, operator, { node: { ...node, attributes }, inputs, outputs }, refuse)
}

/** Emits an operator's operations, and notes what each of them gives. */
function emitOperator(
  values: TranslatedValues,
  operator: Operator,
  { node, inputs, outputs }: { node: FileNode; inputs: string[]; outputs: string[] },
  refuse: Refuse,
): readonly Node[] {
  const { graph, shapes, types, known, names } = values
  const before = { nodes: graph.nodes.length, constants: graph.constants.length }
  const given = new Map<string, Shape>()
  operator.translate({
    graph,
    node,
    inputs,
    outputs,
    shapeOf: (value) => shapeOfValue(values, value) ?? refuse('the shape of its input is not known'),
    typeOf: (value) => types.get(value)!,
    knownOf: (index) => (inputs[index] === undefined ? undefined : known.get(inputs[index])?.values),
    fixedBatch: values.input.fixedBatch,
    refuse,
    alias: (value) => {
      names.set(node.outputs[0]!, value)
    },
    emitSizes: (sizes) => emitSizes(graph, sizes),
    setShape: (value, shape) => given.set(value, shape),
  })
  for (const { name, shape, type } of graph.constants.slice(before.constants)) {
    shapes.set(name, shape)
    types.set(name, type)
  }
  const added = graph.nodes.slice(before.nodes)
  for (const one of added) inferAdded(values, one, given.get(one.outputs[0]!), refuse)
  return added
}

/** Names all operators that are not known, so that all of them are heard of at once. */
function unknownOperator(file: OnnxFile, node: FileNode, position: number): UnsupportedOperatorError {
  const isKnown = ({ op, domain }: FileNode) =>
    DOMAINS.includes(domain) && (op === 'Constant' || findOperator(op) !== undefined)
  const unknown = [...new Set(file.nodes.filter((other) => !isKnown(other)).map(({ op }) => op))]
  const others = unknown.filter((op) => op !== node.op)
  const reason = `it is not one that can be trained through${others.length === 0 ? '' : `, nor is ${others.join(', ')}`}`
  return new UnsupportedOperatorError(node, position, file.nodes.length, reason)
}

/** The value of a `Constant` node. */
function readConstant({ attributes }: FileNode): Constant | undefined {
  const { value, value_float, value_int, value_floats, value_ints } = attributes
  if (value !== undefined && 'tensor' in value) return value.tensor
  const floats = (values: number[], shape: number[]): Constant => {
    return { name: '', type: 'float', shape, bytes: new Uint8Array(Float32Array.from(values).buffer) }
  }
  const integers = (values: number[], shape: number[]): Constant => {
    return { name: '', type: 'int64', shape, bytes: new Uint8Array(BigInt64Array.from(values.map(BigInt)).buffer) }
  }
  if (value_float !== undefined && 'float' in value_float) return floats([value_float.float], [])
  if (value_int !== undefined && 'int' in value_int) return integers([value_int.int], [])
  if (value_floats !== undefined && 'floats' in value_floats)
    return floats(value_floats.floats, [value_floats.floats.length])
  if (value_ints !== undefined && 'ints' in value_ints) return integers(value_ints.ints, [value_ints.ints.length])
  return undefined
}

/** A vector of sizes; those that grow with the batch are computed from the input's shape. */
function emitSizes(graph: Graph, sizes: Size[]): string {
  if (sizes.every((size) => typeof size === 'number')) return integerConstant(graph, sizes)
  const bounds = [0, 1].map((bound) => integerConstant(graph, [bound]))
  const batch = emit(graph, 'Slice', [emit(graph, 'Shape', [MODEL_INPUT]), ...bounds])
  const parts = sizes.map((size) => {
    if (typeof size === 'number') return integerConstant(graph, [size])
    return size.batches === 1 ? batch : emit(graph, 'Mul', [batch, integerConstant(graph, [size.batches])])
  })
  return emit(graph, 'Concat', parts, { axis: { int: 0 } })
}

/** A node of the file cannot be trained through. */
export class UnsupportedOperatorError extends Error {
  override name = 'UnsupportedOperatorError'
  readonly op: string
  readonly node: string
  constructor({ op, name, domain, outputs }: FileNode, position: number, count: number, reason: string) {
    const full = DOMAINS.includes(domain) ? op : `${domain}.${op}`
    super(
      `ONNX operator ${full} (node "${name}", ${position + 1} of ${count}, computing "${outputs.join('", "')}"): ${reason}. ` +
        'Export the model without it, or cut it off before this node.',
    )
    this.op = op
    this.node = name
  }
}
