/**
 * Builds an ONNX graph one operation at a time; every value is named by the string that `emit` returns.
 */
import type { Attribute, Constant, Graph, Node } from './writer.ts'

/** An empty graph. */
export function createGraph(name: string): Graph {
  return { name, inputs: [], outputs: [], constants: [], nodes: [] }
}

/**
 * Appends an operation with one output and returns the output's name. Five by position, since that is how a line of a graph
 * is written.
 */
export function emit(
  graph: Graph,
  op: string,
  inputs: string[],
  attributes: Record<string, Attribute> = {},
  output = `${graph.name}_${op}_${graph.nodes.length}`,
): string {
  graph.nodes.push({ op, inputs, outputs: [output], attributes })
  return output
}

/** Adds float values as a constant and returns its name; an empty shape is a scalar. */
export function floatConstant(graph: Graph, values: ArrayLike<number>, shape: number[]): string {
  const name = `${graph.name}_constant_${graph.constants.length}`
  graph.constants.push({ name, type: 'float', shape, bytes: new Uint8Array(Float32Array.from(values).buffer) })
  return name
}

/** Adds 64-bit integers as a constant of one dimension and returns its name. */
export function integerConstant(graph: Graph, values: number[]): string {
  const name = `${graph.name}_constant_${graph.constants.length}`
  const bytes = new Uint8Array(BigInt64Array.from(values.map(BigInt)).buffer)
  graph.constants.push({ name, type: 'int64', shape: [values.length], bytes })
  return name
}

/** Values of a float constant, wherever in a buffer its bytes lie. */
export function toFloats({ bytes }: Pick<Constant, 'bytes'>): Float32Array {
  return new Float32Array(Uint8Array.from(bytes).buffer)
}

/** Values of a constant of 64-bit integers, wherever in a buffer its bytes lie. */
export function toIntegers({ bytes }: Pick<Constant, 'bytes'>): number[] {
  return Array.from(new BigInt64Array(Uint8Array.from(bytes).buffer), Number)
}

/** The operation that computes `value`, or undefined for inputs and constants. */
export function findProducer(graph: Graph, value: string): Node | undefined {
  return graph.nodes.find((node) => node.outputs.includes(value))
}
