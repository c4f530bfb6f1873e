/**
 * Bring your own model: reads an ONNX file, as PyTorch exports it, into a graph that can be differentiated.
 *
 * Only the tensors that are chosen are trained. All else in the file stays as it is, batch normalisation's statistics
 * always; the manifest names the file by hash and every member holds it.
 */

import { hasGradient } from './autodiff.ts'
import { hashBase } from './base-hash.ts'
import { createGraph, emit, integerConstant, toFloats } from './graph.ts'
import { chooseTensors, type FileInput, findEnds, OnnxModelError, untie } from './import-choice.ts'
import { TRANSLATORS, type Translation } from './import-operators.ts'
import { sizeOf } from './layers.ts'
import { type ImportedModel, type OutputKind, validateWeights } from './model.ts'
import type { Constant, Graph, Node } from './onnx.ts'
import { decodeModel, type FileNode, type OnnxFile, toNumbers } from './onnx-reader.ts'
import { evaluate, isEvaluated, type KnownValue, shapeValue } from './shape-values.ts'
import { inferNode, ShapeError, type Shapes } from './shapes.ts'
import { BATCH, formatShape, isSameSize, type Shape, type Size } from './sizes.ts'

/** How to read a file. */
export interface ImportOptions {
  /** What the graph's outputs mean. A softmax or sigmoid that ends the graph is taken off: the loss has it. */
  output: OutputKind
  /**
   * Names of the tensors to train, `*` standing for any characters. When absent: every initialiser of floats that
   * reaches the output and has at least one dimension, but for those of batch normalisation and for masks (−∞).
   */
  trainable?: string[]
}

/** Operator sets whose operators mean what the translation takes them to mean. */
const OLDEST_OPSET = 13
const NEWEST_OPSET = 22

/** Values of a known vector; larger constants are data. */
const LARGEST_KNOWN = 4096

const DOMAINS = ['', 'ai.onnx']

/** Name of the graph's input, and the prefix of all else in it that is no trained tensor. */
const INPUT = 'model/input'
const PREFIX = 'model/'

/**
 * Reads a file.
 *
 * @throws `OnnxFileError` (damaged), {@link UnsupportedOperatorError} (names the operator and where it stands),
 * {@link OnnxModelError} (inputs, outputs, or the tensors chosen), `NonFiniteWeightError`
 */
export function importOnnx(bytes: Uint8Array, options: ImportOptions): ImportedModel {
  const file = untie(decodeModel(bytes))
  if (file.opset < OLDEST_OPSET || file.opset > NEWEST_OPSET) {
    throw new OnnxModelError(
      `it uses operator set ${file.opset}; export with opset_version ${OLDEST_OPSET} to ${NEWEST_OPSET}`,
    )
  }
  const { input, output } = findEnds(file)
  const candidates = new Set(chooseTensors(file, options.trainable))
  const translated = translate(file, input, candidates)
  const result = withoutEnd(translated.graph, translated.names.get(output.name), options.output)
  if (result === undefined) throw new OnnxModelError(`nothing computes its output "${output.name}"`)
  const nodes = reachable(translated.graph, result)
  const used = new Set(nodes.flatMap(({ inputs }) => inputs))
  const trained = file.constants.filter(({ name }) => candidates.has(name) && used.has(name))
  const unused = options.trainable === undefined ? undefined : [...candidates].find((name) => !used.has(name))
  if (unused !== undefined) throw new OnnxModelError(`tensor "${unused}" does not influence the output`)
  if (trained.length === 0) throw new OnnxModelError('no tensor is left to train; name some in `trainable`')
  refuseUndifferentiable(nodes, trained, translated.origins, file.nodes.length)
  const outputs = countResults(translated.shapes.get(result)!)
  const graph: Graph = {
    ...translated.graph,
    nodes,
    constants: translated.graph.constants.filter(({ name }) => used.has(name)),
  }
  const model: ImportedModel = {
    kind: 'onnx',
    inputs: sizeOf(input.shape),
    inputType: input.type,
    shape: input.shape,
    outputs,
    tensors: trained.map(({ name, shape }) => ({ name, shape })),
    output: options.output,
    graph,
    result,
    ends: { input: input.name, output: output.name },
    shapes: translated.shapes,
    weights: join(trained),
    baseHash: hashBase(bytes),
    isBatchFixed: input.fixedBatch !== undefined,
  }
  validateWeights(model, model.weights)
  return model
}

/** Translates all nodes into operators that can be trained through, with the shape of every value. */
function translate(file: OnnxFile, input: FileInput, candidates: Set<string>) {
  const graph = createGraph('model')
  const shapes: Shapes = new Map([[INPUT, [BATCH, ...input.shape]]])
  const names = new Map([[input.name, INPUT]])
  const known = new Map<string, KnownValue>()
  const origins = new Map<Node, { node: FileNode; position: number }>()

  const addConstant = (constant: Constant, name: string) => {
    names.set(name, PREFIX + name)
    graph.constants.push({ ...constant, name: PREFIX + name })
    shapes.set(PREFIX + name, constant.shape)
    const { type, shape } = constant
    if ((type === 'int64' || type === 'float') && sizeOf(shape) <= LARGEST_KNOWN) {
      known.set(PREFIX + name, { type, shape, values: toNumbers(constant) })
    }
  }
  for (const constant of file.constants) {
    if (!candidates.has(constant.name)) addConstant(constant, constant.name)
    else {
      names.set(constant.name, constant.name)
      shapes.set(constant.name, constant.shape)
    }
  }

  for (const [position, node] of file.nodes.entries()) {
    const refuse = (reason: string): never => {
      throw new UnsupportedOperatorError(node, position, file.nodes.length, reason)
    }
    const name = (value: string): string => names.get(value) ?? refuse(`nothing computes its input "${value}"`)
    const inputs = node.inputs.map((value) => (value === '' ? '' : name(value)))
    const outputs = node.outputs.map((value) => PREFIX + value)
    for (const [index, value] of node.outputs.entries()) names.set(value, outputs[index]!)
    if (node.op === 'Constant') {
      addConstant(readConstant(node) ?? refuse('its value is of a kind that is not read'), node.outputs[0]!)
      continue
    }
    const result =
      node.op === 'Shape'
        ? shapeValue(
            shapes.get(inputs[0]!) ?? known.get(inputs[0]!)?.shape ?? refuse('the shape of its input is not known'),
            node.attributes,
          )
        : evaluate(node.op, { attributes: node.attributes, inputs: inputs.map((value) => known.get(value)) })
    if (result !== undefined && DOMAINS.includes(node.domain)) {
      known.set(outputs[0]!, result)
      continue
    }
    const translator = DOMAINS.includes(node.domain) ? TRANSLATORS[node.op] : undefined
    if (translator === undefined) {
      const others = unknownOperators(file).filter((op) => op !== node.op)
      return refuse(
        `it is not one that can be trained through${others.length === 0 ? '' : `, nor is ${others.join(', ')}`}`,
      )
    }
    for (const value of inputs) if (value !== '' && !shapes.has(value)) addKnown(value)
    const before = { nodes: graph.nodes.length, constants: graph.constants.length }
    const given = new Map<string, Shape>()
    translator({
      graph,
      node,
      inputs,
      outputs,
      shapeOf: (value) => shapes.get(value) ?? refuse(`the shape of its input "${value}" is not known`),
      knownOf: (index) => (inputs[index] === undefined ? undefined : known.get(inputs[index])?.values),
      fixedBatch: input.fixedBatch,
      refuse,
      alias: (output, value) => {
        names.set(output.slice(PREFIX.length), value)
      },
      emitSizes: (sizes) => emitSizes(graph, sizes),
      setShape: (value, shape) => given.set(value, shape),
    } satisfies Translation)
    for (const { name: added, shape } of graph.constants.slice(before.constants)) shapes.set(added, shape)
    for (const added of graph.nodes.slice(before.nodes)) {
      origins.set(added, { node, position })
      const shape = given.get(added.outputs[0]!)
      if (shape !== undefined) {
        shapes.set(added.outputs[0]!, shape)
        continue
      }
      try {
        inferNode(graph, added, shapes)
      } catch (error) {
        if (!(error instanceof ShapeError)) throw error
        const hint = input.fixedBatch === undefined ? '' : '; the file fixes the batch, so export it with dynamic_axes'
        refuse(error.reason + hint)
      }
    }
  }
  return { graph, shapes, names, origins }

  /** Gives a value that only its evaluation knows a place in the graph. */
  function addKnown(value: string): void {
    const entry = known.get(value)
    if (entry === undefined) return
    const { type, shape, values } = entry
    if (values.some((size) => typeof size !== 'number')) return
    const numbers = values as number[]
    const bytes =
      type === 'int64'
        ? new Uint8Array(BigInt64Array.from(numbers.map(BigInt)).buffer)
        : type === 'bool'
          ? Uint8Array.from(numbers)
          : new Uint8Array(Float32Array.from(numbers).buffer)
    graph.constants.push({ name: value, type, shape, bytes })
    shapes.set(value, shape)
  }
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
  const batch = emit(graph, 'Slice', [emit(graph, 'Shape', [INPUT]), ...bounds])
  const parts = sizes.map((size) => {
    if (typeof size === 'number') return integerConstant(graph, [size])
    return size.batches === 1 ? batch : emit(graph, 'Mul', [batch, integerConstant(graph, [size.batches])])
  })
  return emit(graph, 'Concat', parts, { axis: { int: 0 } })
}

/** The value before a softmax or sigmoid that ends the graph and that the loss has itself. */
function withoutEnd(graph: Graph, result: string | undefined, kind: OutputKind): string | undefined {
  const last = graph.nodes.find(({ outputs }) => outputs.includes(result ?? ''))
  const end = { softmax: 'Softmax', logistic: 'Sigmoid', 'multi-label': 'Sigmoid', linear: '' }[kind]
  return last?.op === end ? last.inputs[0] : result
}

/** The nodes that a value is computed by, in their order. */
function reachable(graph: Graph, result: string): Node[] {
  const wanted = new Set([result])
  const nodes: Node[] = []
  for (const node of [...graph.nodes].reverse()) {
    if (!node.outputs.some((output) => wanted.has(output))) continue
    nodes.push(node)
    for (const input of node.inputs) wanted.add(input)
  }
  return nodes.reverse()
}

function refuseUndifferentiable(
  nodes: Node[],
  trained: Constant[],
  origins: Map<Node, { node: FileNode; position: number }>,
  count: number,
): void {
  const depends = new Set(trained.map(({ name }) => name))
  for (const node of nodes) {
    if (!node.inputs.some((input) => depends.has(input))) continue
    for (const output of node.outputs) depends.add(output)
    if (hasGradient(node.op)) continue
    const origin = origins.get(node)!
    throw new UnsupportedOperatorError(origin.node, origin.position, count, 'it has no gradient')
  }
}

function countResults(shape: Shape): number {
  const [batch, outputs, ...rest] = shape
  if (batch === undefined || !isSameSize(batch, BATCH) || typeof outputs !== 'number' || rest.length > 0) {
    throw new OnnxModelError(`its output has shape ${formatShape(shape)}; [batch, outputs] is needed`)
  }
  return outputs
}

/** The values of tensors one after another. */
function join(constants: Constant[]): Float32Array {
  const parts = constants.map(toFloats)
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0))
  let offset = 0
  for (const part of parts) {
    all.set(part, offset)
    offset += part.length
  }
  return all
}

/** Operators of the file that are never known, so that all of them are heard of at once. */
function unknownOperators({ nodes }: OnnxFile): string[] {
  const isKnown = ({ op, domain }: FileNode) =>
    DOMAINS.includes(domain) && (op === 'Constant' || isEvaluated(op) || Object.hasOwn(TRANSLATORS, op))
  return [...new Set(nodes.filter((node) => !isKnown(node)).map(({ op }) => op))]
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
