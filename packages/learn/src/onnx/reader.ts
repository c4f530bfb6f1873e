/**
 * Reads ONNX files: the counterpart of the writer in `writer.ts`. A stranger may have written the file, so whatever is
 * wrong with it ends in an {@link OnnxFileError}.
 */
import { unpackBase } from './base-bundle.ts'
import { type Attribute, type Constant, ElementType, modelType } from './writer.ts'

/** A node as the file has it: constants may be attributes, and lists of floats too. */
export interface FileNode {
  op: string
  name: string
  domain: string
  inputs: string[]
  outputs: string[]
  attributes: Record<string, FileAttribute>
  /** What the exporter wrote about the node. */
  metadata: ReadonlyMap<string, string>
}

/** An attribute of a file's node. */
export type FileAttribute =
  | Exclude<Attribute, { graph: unknown }>
  | { floats: number[] }
  | { texts: string[] }
  | { tensor: Constant }
  | { other: string }

/** An input or output of the file's graph; a size that is not known is a name, empty if it has none. */
export interface FileValue {
  name: string
  /** Number of the element type, as in TensorProto.DataType. */
  type: number
  shape: (number | string)[] | undefined
}

/** What an ONNX file holds. */
export interface OnnxFile {
  opset: number
  inputs: FileValue[]
  outputs: FileValue[]
  constants: Constant[]
  nodes: FileNode[]
  /** What the exporter wrote about the graph. */
  metadata: ReadonlyMap<string, string>
  /** What the exporter wrote about values, by their names. */
  valueMetadata: ReadonlyMap<string, ReadonlyMap<string, string>>
}

/** Values that protobufjs hands out: a 64-bit integer may be a number or an object of two halves. */
type Whole = number | { toString(): string }

interface TensorMessage {
  name?: string
  dims?: Whole[]
  dataType?: number
  floatData?: number[]
  int32Data?: number[]
  int64Data?: Whole[]
  doubleData?: number[]
  rawData?: Uint8Array
  externalData?: Entry[]
  dataLocation?: number
}

interface AttributeMessage {
  name: string
  type?: number
  f?: number
  i?: Whole
  s?: Uint8Array
  t?: TensorMessage
  g?: unknown
  floats?: number[]
  ints?: Whole[]
  strings?: Uint8Array[]
}

interface Entry {
  key?: string
  value?: string
}

interface ValueMessage {
  name: string
  metadataProps?: Entry[]
  type?: { tensorType?: { elemType?: number; shape?: { dim?: { dimValue?: Whole; dimParam?: string }[] } } }
}

interface ModelMessage {
  graph?: {
    node?: {
      input?: string[]
      output?: string[]
      name?: string
      opType?: string
      domain?: string
      attribute?: AttributeMessage[]
      metadataProps?: Entry[]
    }[]
    initializer?: TensorMessage[]
    sparseInitializer?: { values?: TensorMessage }[]
    input?: ValueMessage[]
    output?: ValueMessage[]
    valueInfo?: ValueMessage[]
    metadataProps?: Entry[]
  }
  opsetImport?: { domain?: string; version?: Whole }[]
  functions?: { name?: string; domain?: string }[]
}

const FLOAT = 1
const INT32 = 6
const INT64 = 7
const BOOL = 9
const DOUBLE = 11
const EXTERNAL = 1

/** Content of files beside the model, by their places relative to its folder. */
type External = ReadonlyMap<string, Uint8Array>

const NONE: External = new Map()

/**
 * Reads a base: a file, or one with those that hold its values (`packBase`).
 *
 * @throws {@link OnnxFileError}, `BaseBundleError`
 */
export function decodeModel(bytes: Uint8Array): OnnxFile {
  const { file, external } = unpackBase(bytes)
  const { graph, opsetImport = [], functions = [] } = decodeMessage(file)
  if (graph === undefined) throw new OnnxFileError('it holds no graph')
  const opset = opsetImport.find(({ domain = '' }) => domain === '' || domain === 'ai.onnx')?.version
  if (opset === undefined) throw new OnnxFileError('it names no operator set')
  const own = functions.find(({ domain = '' }) => domain === '' || domain === 'ai.onnx')
  if (own !== undefined) throw new OnnxFileError(`it defines operator ${own.name} itself`)
  const sparse = graph.sparseInitializer?.[0]?.values?.name
  if (sparse !== undefined) throw new OnnxFileError(`tensor "${sparse}" is sparse; save it dense`)
  const constants = (graph.initializer ?? []).map((tensor) => toConstant(tensor, external))
  const twice = findTwice(constants.map(({ name }) => name))
  if (twice !== undefined) throw new OnnxFileError(`two tensors are named "${twice}"`)
  return {
    opset: toNumber(opset),
    inputs: (graph.input ?? []).map(toValue),
    outputs: (graph.output ?? []).map(toValue),
    constants,
    nodes: (graph.node ?? []).map(
      ({ input = [], output = [], name = '', opType = '', domain = '', attribute = [], metadataProps }) => ({
        op: opType,
        name,
        domain,
        inputs: input,
        outputs: output,
        attributes: toAttributes(attribute),
        metadata: toMap(metadataProps),
      }),
    ),
    metadata: toMap(graph.metadataProps),
    valueMetadata: new Map((graph.valueInfo ?? []).map(({ name, metadataProps }) => [name, toMap(metadataProps)])),
  }
}

/**
 * Places of the files that hold values of a model, relative to its folder, as the model names them.
 *
 * @throws {@link OnnxFileError}
 */
export function externalLocations(file: Uint8Array): string[] {
  const { graph } = decodeMessage(file)
  const tensors = (graph?.initializer ?? []).filter(({ dataLocation }) => dataLocation === EXTERNAL)
  return [...new Set(tensors.map((tensor) => toMap(tensor.externalData).get('location') ?? ''))].sort()
}

/** Values of a constant as numbers; whole numbers beyond ±2^53 are cut off there. */
export function toNumbers({ type, bytes }: Pick<Constant, 'type' | 'bytes'>): number[] {
  const { buffer } = new Uint8Array(bytes)
  if (type === 'float') return [...new Float32Array(buffer)]
  if (type === 'int32') return [...new Int32Array(buffer)]
  if (type === 'int64') return [...new BigInt64Array(buffer)].map(toSafe)
  return [...bytes]
}

function decodeMessage(bytes: Uint8Array): ModelMessage {
  try {
    return modelType.toObject(modelType.decode(bytes), { arrays: false }) as ModelMessage
  } catch (cause) {
    throw new OnnxFileError(`the bytes end early or are no ONNX (${(cause as Error).message})`)
  }
}

function toValue({ name, type }: ValueMessage): FileValue {
  const tensor = type?.tensorType
  const shape = tensor?.shape
  return {
    name,
    type: tensor?.elemType ?? 0,
    shape:
      shape === undefined
        ? undefined
        : (shape.dim ?? []).map(({ dimValue, dimParam }) =>
            dimValue === undefined ? (dimParam ?? '') : toNumber(dimValue),
          ),
  }
}

function toAttributes(messages: AttributeMessage[]): Record<string, FileAttribute> {
  const twice = findTwice(messages.map(({ name }) => name))
  if (twice !== undefined) throw new OnnxFileError(`a node has attribute "${twice}" twice`)
  return Object.fromEntries(messages.map((message) => [message.name, toAttribute(message)]))
}

function toMap(entries: Entry[] = []): ReadonlyMap<string, string> {
  return new Map(entries.map(({ key = '', value = '' }) => [key, value]))
}

function findTwice(names: string[]): string | undefined {
  const seen = new Set<string>()
  return names.find((name) => seen.has(name) || !seen.add(name))
}

/** Kinds of attributes by their number in AttributeProto.AttributeType, those that no operation here reads too. */
const KINDS: Record<number, string> = {
  1: 'float',
  2: 'int',
  3: 'text',
  4: 'tensor',
  5: 'a graph',
  6: 'floats',
  7: 'ints',
  8: 'texts',
}

function toAttribute(message: AttributeMessage): FileAttribute {
  const { name, f = 0, i = 0, s, t, floats = [], ints = [] } = message
  const kind = KINDS[message.type ?? 0] ?? guessKind(message)
  if ([f, ...floats].some(Number.isNaN)) throw new OnnxFileError(`attribute "${name}" is NaN`)
  // proto3 leaves out what is zero or empty: the declared type then says what it was.
  if (kind === 'float') return { float: f }
  if (kind === 'int') return { int: toNumber(i) }
  if (kind === 'text') return { text: new TextDecoder().decode(s ?? new Uint8Array()) }
  if (kind === 'tensor' && t !== undefined) return { tensor: toConstant(t) }
  if (kind === 'floats') return { floats }
  if (kind === 'ints') return { ints: ints.map(toNumber) }
  if (kind === 'texts') return { texts: (message.strings ?? []).map((text) => new TextDecoder().decode(text)) }
  return { other: kind }
}

/** What an attribute without a type seems to be: files of old writers have none. */
function guessKind({ f, i, s, t, g, floats, ints }: AttributeMessage): string {
  if (t !== undefined) return 'tensor'
  if (ints !== undefined) return 'ints'
  if (floats !== undefined) return 'floats'
  if (f !== undefined) return 'float'
  if (i !== undefined) return 'int'
  if (s !== undefined) return 'text'
  return g === undefined ? 'a value of unknown type' : 'a graph'
}

function toConstant(given: TensorMessage, external: External = NONE): Constant {
  const { name = '', dataType = 0 } = given
  const message = given.dataLocation === EXTERNAL ? { ...given, rawData: readExternal(given, external) } : given
  const shape = (message.dims ?? []).map(toNumber)
  const count = shape.reduce((product, size) => product * size, 1)
  if (!Number.isSafeInteger(count) || count < 0) throw new OnnxFileError(`tensor "${name}" has shape [${shape}]`)
  const { type, bytes } = toBytes(message)
  const width = { float: 4, uint8: 1, int32: 4, int64: 8, bool: 1 }[type]
  if (bytes.length !== count * width) {
    throw new OnnxFileError(`tensor "${name}" of shape [${shape}] needs ${count * width} bytes, it has ${bytes.length}`)
  }
  // A copy: the reader hands out views of the file, which are not aligned.
  const constant: Constant = { name, type, shape, bytes: new Uint8Array(bytes) }
  // Infinities are left: masks are made of −∞. A tensor that is trained has none, which `importOnnx` sees to.
  const index = type === 'float' ? new Float32Array(constant.bytes.buffer).findIndex(Number.isNaN) : -1
  if (index >= 0) throw new OnnxFileError(`value ${index} of tensor "${name}" is NaN`)
  return constant

  function toBytes({ rawData, floatData, int32Data, int64Data, doubleData }: TensorMessage) {
    const of = (values: { buffer: ArrayBufferLike }) => new Uint8Array(values.buffer)
    if (dataType === FLOAT) return { type: 'float', bytes: rawData ?? of(Float32Array.from(floatData ?? [])) } as const
    if (dataType === INT32) return { type: 'int32', bytes: rawData ?? of(Int32Array.from(int32Data ?? [])) } as const
    if (dataType === INT64) {
      const values = () => of(BigInt64Array.from((int64Data ?? []).map((value) => BigInt(value.toString()))))
      return { type: 'int64', bytes: rawData ?? values() } as const
    }
    if (dataType === BOOL) return { type: 'bool', bytes: rawData ?? Uint8Array.from(int32Data ?? []) } as const
    if (dataType === ElementType.uint8) {
      return { type: 'uint8', bytes: rawData ?? Uint8Array.from(int32Data ?? []) } as const
    }
    // Double constants are scalars that PyTorch writes beside single-precision weights.
    if (dataType === DOUBLE && (rawData?.length ?? 0) % 8 === 0) {
      const values = rawData === undefined ? (doubleData ?? []) : new Float64Array(new Uint8Array(rawData).buffer)
      return { type: 'float', bytes: of(Float32Array.from(values)) } as const
    }
    throw new OnnxFileError(`tensor "${name}" has element type ${dataType}; export weights in float32`)
  }
}

/** The bytes of a tensor that lie in another file: from `offset`, `length` of them, or all that follow. */
function readExternal({ name = '', externalData }: TensorMessage, external: External): Uint8Array {
  const entries = toMap(externalData)
  const location = entries.get('location') ?? ''
  const content = external.get(location)
  if (content === undefined) {
    throw new OnnxFileError(
      `tensor "${name}" keeps its values in "${location}", which was not given`,
      'Read the model with readBaseFile, both files being in one folder, or export it with external_data=False.',
    )
  }
  const whole = (key: string, absent: number) => {
    const text = entries.get(key)
    if (text === undefined) return absent
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN
    if (Number.isNaN(value)) throw new OnnxFileError(`tensor "${name}" has ${key} "${text}"`)
    return value
  }
  const offset = whole('offset', 0)
  const length = whole('length', content.length - offset)
  if (length < 0 || offset + length > content.length) {
    throw new OnnxFileError(
      `tensor "${name}" needs bytes ${offset} to ${offset + length} of "${location}", which has ${content.length}`,
    )
  }
  return content.subarray(offset, offset + length)
}

function toNumber(value: Whole): number {
  return typeof value === 'number' ? value : toSafe(BigInt(value.toString()))
}

function toSafe(value: bigint): number {
  const limit = BigInt(Number.MAX_SAFE_INTEGER)
  return Number(value > limit ? limit : value < -limit ? -limit : value)
}

/** The bytes are no ONNX file that can be read. */
export class OnnxFileError extends Error {
  override name = 'OnnxFileError'
  constructor(reason: string, remedy = 'Fetch the file again, or export the model anew.') {
    super(`ONNX file: ${reason}. ${remedy}`)
  }
}
