/**
 * Translates the nodes of a file, one after another, into operations that can be trained through, with the shape and
 * the type of every value.
 *
 * A file may give its values any name. So each gets one of ours, by number, and no name of a file ever meets a name
 * that training makes up.
 */

import { MODEL_INPUT } from '../model/model.ts'
import { createGraph, emit, integerConstant } from '../onnx/graph.ts'
import { type FileNode, type OnnxFile, toNumbers } from '../onnx/reader.ts'
import { evaluate, type KnownValue, shapeValue } from '../onnx/shape-values.ts'
import { inferNode, ShapeError, type Shapes } from '../onnx/shapes.ts'
import { BATCH, type Shape, type Size } from '../onnx/sizes.ts'
import { inferType } from '../onnx/value-types.ts'
import type { Constant, ElementType, Graph, Node } from '../onnx/writer.ts'
import type { FileInput } from './choice.ts'
import { findUnread, readAttributes } from './operator.ts'
import { findOperator } from './operators.ts'

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

/** Values of a small constant; larger ones are data. */
const LARGEST_KNOWN = 4096

/**
 * Translates all nodes.
 *
 * @param trained - Constants that stay out of the graph, since they are trained.
 * @throws {@link UnsupportedOperatorError}
 */
export function translate(file: OnnxFile, input: FileInput, trained: ReadonlySet<string>): TranslatedGraph {
  const graph = createGraph('model')
  const shapes: Shapes = new Map([[MODEL_INPUT, [BATCH, ...input.shape]]])
  const types = new Map<string, ElementType>([[MODEL_INPUT, input.type]])
  const names = new Map([[input.name, MODEL_INPUT]])
  const known = new Map<string, KnownValue>()
  const origins: Origins = new Map()
  let count = 0
  const read = new Set([...file.nodes.flatMap(({ inputs }) => inputs), ...file.outputs.map(({ name }) => name)])

  for (const constant of file.constants) {
    const own = nameOf(constant.name)
    if (!trained.has(constant.name)) addConstant(constant, own)
    else {
      shapes.set(own, constant.shape)
      types.set(own, constant.type)
    }
  }
  for (const [position, node] of file.nodes.entries()) translateNode(node, position)
  return { graph, shapes, names, origins }

  /** A new name of ours for a value of the file. */
  function nameOf(value: string): string {
    count += 1
    const own = `model/${count}`
    names.set(value, own)
    return own
  }

  function addConstant(constant: Constant, own: string): void {
    graph.constants.push({ ...constant, name: own })
    shapes.set(own, constant.shape)
    types.set(own, constant.type)
    const { type, shape } = constant
    if (type !== 'uint8' && shape.reduce((product, size) => product * size, 1) <= LARGEST_KNOWN) {
      known.set(own, { type, shape, values: toNumbers(constant) })
    }
  }

  function translateNode(node: FileNode, position: number): void {
    const refuse = (reason: string): never => {
      throw new UnsupportedOperatorError(node, position, file.nodes.length, reason)
    }
    const find = (value: string) => names.get(value) ?? refuse(`nothing computes its input "${value}"`)
    const inputs = node.inputs.map((value) => (value === '' ? '' : find(value)))
    const outputs = node.outputs.map((value) => {
      if (value !== '' && names.has(value)) refuse(`it computes "${value}", which is there already`)
      return value === '' ? '' : nameOf(value)
    })
    const operator = DOMAINS.includes(node.domain) ? findOperator(node.op) : undefined
    if (node.op === 'Constant' && DOMAINS.includes(node.domain)) {
      const constant = readConstant(node) ?? refuse('its value is of a kind that is not read')
      addConstant(constant, outputs[0] ?? refuse('it names no output'))
      return
    }
    if (operator === undefined) throw unknownOperator(node, position)
    const unread = findUnread(node, operator, (value) => read.has(value))
    if (unread !== undefined) refuse(unread)
    const attributes = readAttributes(node, operator)
    const result = evaluateNode(node.op, attributes, inputs)
    if (result !== undefined) {
      known.set(outputs[0]!, result)
      return
    }
    for (const value of inputs) {
      if (value !== '' && !shapes.has(value) && !place(value)) refuse('it computes with the number of examples')
    }
    const before = { nodes: graph.nodes.length, constants: graph.constants.length }
    const given = new Map<string, Shape>()
    operator.translate({
      graph,
      node: { ...node, attributes },
      inputs,
      outputs,
      shapeOf: (value) => shapes.get(value) ?? addedShape(value) ?? refuse('the shape of its input is not known'),
      typeOf: (value) => types.get(value)!,
      knownOf: (index) => (inputs[index] === undefined ? undefined : known.get(inputs[index])?.values),
      fixedBatch: input.fixedBatch,
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
    for (const added of graph.nodes.slice(before.nodes)) {
      origins.set(added, { node, position })
      inferAdded(added, given.get(added.outputs[0]!), refuse)
    }
  }

  function evaluateNode(op: string, attributes: FileNode['attributes'], inputs: string[]): KnownValue | undefined {
    if (op !== 'Shape') return evaluate(op, { attributes, inputs: inputs.map((value) => known.get(value)) })
    const shape = shapes.get(inputs[0]!) ?? known.get(inputs[0]!)?.shape
    return shape && shapeValue(shape, attributes)
  }

  /** The shape and the type of what an emitted node gives. */
  function inferAdded(added: Node, given: Shape | undefined, refuse: (reason: string) => never): void {
    const operands = added.inputs.filter((value) => value !== '').map((value) => types.get(value))
    const isTyped = operands.every((type) => type !== undefined)
    const type = isTyped ? inferType(added, operands as ElementType[]) : refuse('the type of its input is not known')
    const found = type ?? refuse(`its inputs are of types ${operands.join(', ')}`)
    for (const output of added.outputs) types.set(output, found)
    if (given !== undefined) {
      shapes.set(added.outputs[0]!, given)
      return
    }
    try {
      inferNode(graph, added, shapes)
    } catch (error) {
      if (!(error instanceof ShapeError)) throw error
      const hint = input.fixedBatch === undefined ? '' : '; the file fixes the batch, so export it with dynamic_axes'
      refuse(error.reason + hint)
    }
  }

  /** The shape of a constant that a translation has just added. */
  function addedShape(value: string): Shape | undefined {
    return graph.constants.find(({ name }) => name === value)?.shape
  }

  /** Gives a value that only its evaluation knows a place in the graph; says whether it could. */
  function place(value: string): boolean {
    const entry = known.get(value)
    if (entry === undefined) return false
    const { type, shape, values } = entry
    if (values.some((size) => typeof size !== 'number')) return true
    graph.constants.push({ name: value, type, shape, bytes: toBytes(type, values as number[]) })
    shapes.set(value, shape)
    types.set(value, type)
    return true
  }

  /** Names all operators that are not known, so that all of them are heard of at once. */
  function unknownOperator(node: FileNode, position: number): UnsupportedOperatorError {
    const isKnown = ({ op, domain }: FileNode) =>
      DOMAINS.includes(domain) && (op === 'Constant' || findOperator(op) !== undefined)
    const unknown = [...new Set(file.nodes.filter((other) => !isKnown(other)).map(({ op }) => op))]
    const others = unknown.filter((op) => op !== node.op)
    const reason = `it is not one that can be trained through${others.length === 0 ? '' : `, nor is ${others.join(', ')}`}`
    return new UnsupportedOperatorError(node, position, file.nodes.length, reason)
  }
}

function toBytes(type: KnownValue['type'], values: number[]): Uint8Array {
  if (type === 'int64') return new Uint8Array(BigInt64Array.from(values.map(BigInt)).buffer)
  if (type === 'int32') return new Uint8Array(Int32Array.from(values).buffer)
  if (type === 'bool') return Uint8Array.from(values)
  return new Uint8Array(Float32Array.from(values).buffer)
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
