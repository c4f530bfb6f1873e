/** Files as others write them: any operator set, any attribute. */
import { ElementType, modelType } from '../src/onnx/writer.ts'

export type Values = { shape: number[]; values: number[]; type?: ElementType }
export type AttributeValue =
  | number
  | string
  | number[]
  | { float: number }
  | { floats: number[] }
  | { texts: string[] }
  | { tensor: Values }

export interface FileNodeSpec {
  op: string
  inputs: string[]
  outputs: string[]
  attributes?: Record<string, AttributeValue>
  domain?: string
  name?: string
}

export interface FileSpec {
  opset?: number
  input: { name: string; type?: ElementType; shape: (number | string)[] }
  constants?: Record<string, Values>
  nodes: FileNodeSpec[]
  output: { name: string; shape?: (number | string)[]; type?: ElementType }
}

const BYTES = { float: Float32Array, uint8: Uint8Array, int32: Int32Array, bool: Uint8Array }

function toTensor(name: string, { shape, values, type = 'float' }: Values): object {
  const array = type === 'int64' ? BigInt64Array.from(values.map(BigInt)) : BYTES[type].from(values)
  return { name, dims: shape, dataType: ElementType[type], rawData: new Uint8Array(array.buffer) }
}

function toAttribute(name: string, value: AttributeValue): object {
  if (typeof value === 'number') return { name, type: 2, i: value }
  if (typeof value === 'string') return { name, type: 3, s: new TextEncoder().encode(value) }
  if (Array.isArray(value)) return { name, type: 7, ints: value }
  if ('float' in value) return { name, type: 1, f: value.float }
  if ('floats' in value) return { name, type: 6, floats: value.floats }
  if ('texts' in value) return { name, type: 8, strings: value.texts.map((text) => new TextEncoder().encode(text)) }
  return { name, type: 4, t: toTensor('', value.tensor) }
}

function toValue(name: string, type: ElementType, shape: (number | string)[]): object {
  const dim = shape.map((size) => (typeof size === 'number' ? { dimValue: size } : { dimParam: size }))
  return { name, type: { tensorType: { elemType: ElementType[type], shape: { dim } } } }
}

/** Bytes of an ONNX file. */
export function toOnnxFile({ opset = 17, input, constants = {}, nodes, output }: FileSpec): Uint8Array {
  const outputs = [toValue(output.name, output.type ?? 'float', output.shape ?? ['n', 'm'])]
  if (output.shape === undefined)
    outputs[0] = { name: output.name, type: { tensorType: { elemType: ElementType[output.type ?? 'float'] } } }
  return modelType
    .encode({
      irVersion: 8,
      opsetImport: [{ domain: '', version: opset }],
      graph: {
        name: 'g',
        input: [toValue(input.name, input.type ?? 'float', input.shape)],
        output: outputs,
        initializer: Object.entries(constants).map(([name, values]) => toTensor(name, values)),
        node: nodes.map(({ op, inputs, outputs, attributes = {}, domain = '', name = '' }) => ({
          opType: op,
          input: inputs,
          output: outputs,
          name,
          domain,
          attribute: Object.entries(attributes).map(([key, value]) => toAttribute(key, value)),
        })),
      },
    })
    .finish()
}
