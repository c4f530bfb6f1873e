/**
 * Writes ONNX models, and says how they lie in bytes: the subset of onnx.proto3 that training, export and import need,
 * field numbers as in the specification. `reader.ts` reads them.
 *
 * @see https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
 */
import protobuf from 'protobufjs/light.js'

const field = (id: number, type: string, rule?: string) => ({ id, type, ...(rule === undefined ? {} : { rule }) })

const onnx = protobuf.Root.fromJSON({
  nested: {
    Model: {
      fields: {
        irVersion: field(1, 'int64'),
        producerName: field(2, 'string'),
        graph: field(7, 'Graph'),
        opsetImport: field(8, 'OperatorSet', 'repeated'),
        metadataProps: field(14, 'Entry', 'repeated'),
        functions: field(25, 'Function', 'repeated'),
      },
    },
    OperatorSet: { fields: { domain: field(1, 'string'), version: field(2, 'int64') } },
    Function: { fields: { name: field(1, 'string'), domain: field(10, 'string') } },
    Graph: {
      fields: {
        node: field(1, 'Node', 'repeated'),
        name: field(2, 'string'),
        initializer: field(5, 'Tensor', 'repeated'),
        input: field(11, 'ValueInfo', 'repeated'),
        output: field(12, 'ValueInfo', 'repeated'),
        valueInfo: field(13, 'ValueInfo', 'repeated'),
        sparseInitializer: field(15, 'SparseTensor', 'repeated'),
        metadataProps: field(16, 'Entry', 'repeated'),
      },
    },
    Node: {
      fields: {
        input: field(1, 'string', 'repeated'),
        output: field(2, 'string', 'repeated'),
        name: field(3, 'string'),
        opType: field(4, 'string'),
        attribute: field(5, 'Attribute', 'repeated'),
        domain: field(7, 'string'),
        metadataProps: field(9, 'Entry', 'repeated'),
      },
    },
    Entry: { fields: { key: field(1, 'string'), value: field(2, 'string') } },
    Attribute: {
      fields: {
        name: field(1, 'string'),
        f: field(2, 'float'),
        i: field(3, 'int64'),
        s: field(4, 'bytes'),
        t: field(5, 'Tensor'),
        g: field(6, 'Graph'),
        floats: field(7, 'float', 'repeated'),
        ints: field(8, 'int64', 'repeated'),
        strings: field(9, 'bytes', 'repeated'),
        type: field(20, 'int32'),
      },
    },
    SparseTensor: { fields: { values: field(1, 'Tensor') } },
    Tensor: {
      fields: {
        dims: field(1, 'int64', 'repeated'),
        dataType: field(2, 'int32'),
        floatData: field(4, 'float', 'repeated'),
        int32Data: field(5, 'int32', 'repeated'),
        int64Data: field(7, 'int64', 'repeated'),
        name: field(8, 'string'),
        rawData: field(9, 'bytes'),
        doubleData: field(10, 'double', 'repeated'),
        externalData: field(13, 'Entry', 'repeated'),
        dataLocation: field(14, 'int32'),
      },
    },
    ValueInfo: {
      fields: { name: field(1, 'string'), type: field(2, 'Type'), metadataProps: field(4, 'Entry', 'repeated') },
    },
    Type: { fields: { tensorType: field(1, 'TensorType') } },
    TensorType: { fields: { elemType: field(1, 'int32'), shape: field(2, 'Shape') } },
    Shape: { fields: { dim: field(1, 'Dimension', 'repeated') } },
    Dimension: { fields: { dimValue: field(1, 'int64'), dimParam: field(2, 'string') } },
  },
})
/** The message of a whole file. */
export const modelType = onnx.lookupType('Model')

/** Element types by their number in TensorProto.DataType. */
export const ElementType = { float: 1, uint8: 2, int32: 6, int64: 7, bool: 9 } as const
export type ElementType = keyof typeof ElementType

/** A dimension: a size, or the name of one that is known only when the graph runs. */
export type Dimension = number | string

/** A named input or output of a graph. */
export interface ValueInfo {
  name: string
  type: ElementType
  shape: Dimension[]
}

/** A constant of a graph, its values little-endian and row by row; an empty shape is a scalar. */
export interface Constant {
  name: string
  type: ElementType
  shape: number[]
  bytes: Uint8Array
}

/** An attribute: an integer, a float, a text, a list of integers, or a graph. */
export type Attribute = { int: number } | { float: number } | { text: string } | { ints: number[] } | { graph: Graph }

/** One operation. */
export interface Node {
  op: string
  /** Of operators that are not ONNX's own, their set; version 1 of it is asked for. */
  domain?: string
  inputs: string[]
  outputs: string[]
  attributes: Record<string, Attribute>
}

/** A graph: operations in an order in which they can run. */
export interface Graph {
  name: string
  inputs: ValueInfo[]
  outputs: ValueInfo[]
  constants: Constant[]
  nodes: Node[]
}

/** Operator set 17, IR version 8: read by every onnxruntime since 1.12 and PyTorch's tools since 1.13. */
const OPSET = 17
const IR_VERSION = 8

/** The bytes of an ONNX file that holds `graph`. */
export function encodeModel(graph: Graph, metadata: Record<string, string> = {}): Uint8Array {
  return modelType
    .encode({
      irVersion: IR_VERSION,
      producerName: 'tutti',
      graph: toGraphProto(graph),
      opsetImport: [
        { domain: '', version: OPSET },
        ...[...listDomains(graph)].map((domain) => ({ domain, version: 1 })),
      ],
      metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
    })
    .finish()
}

/** Sets of operators beside ONNX's own that a graph and the graphs within it use. */
function listDomains({ nodes }: Graph): Set<string> {
  const inner = nodes.flatMap(({ attributes }) =>
    Object.values(attributes).flatMap((value) => ('graph' in value ? [...listDomains(value.graph)] : [])),
  )
  return new Set([...nodes.flatMap(({ domain }) => domain ?? []), ...inner])
}

function toGraphProto(graph: Graph): object {
  return {
    name: graph.name,
    input: graph.inputs.map(toValueProto),
    output: graph.outputs.map(toValueProto),
    initializer: graph.constants.map(({ name, type, shape, bytes }) => ({
      name,
      dims: shape,
      dataType: ElementType[type],
      rawData: bytes,
    })),
    node: graph.nodes.map((node, index) => ({
      name: `${node.op}_${index}`,
      opType: node.op,
      ...(node.domain === undefined ? {} : { domain: node.domain }),
      input: node.inputs,
      output: node.outputs,
      attribute: Object.entries(node.attributes).map(toAttributeProto),
    })),
  }
}

function toValueProto({ name, type, shape }: ValueInfo): object {
  const dim = shape.map((size) => (typeof size === 'number' ? { dimValue: size } : { dimParam: size }))
  return { name, type: { tensorType: { elemType: ElementType[type], shape: { dim } } } }
}

function toAttributeProto([name, value]: [string, Attribute]): object {
  if ('int' in value) return { name, type: 2, i: value.int }
  if ('float' in value) return { name, type: 1, f: value.float }
  if ('text' in value) return { name, type: 3, s: new TextEncoder().encode(value.text) }
  if ('ints' in value) return { name, type: 7, ints: value.ints }
  return { name, type: 5, g: toGraphProto(value.graph) }
}
