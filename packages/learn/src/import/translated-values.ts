/**
 * The values of a file while its nodes are translated: our name, shape and type of each, and what is known of it before
 * any example is seen.
 *
 * A file may give its values any name. So each gets one of ours, by number, and no name of a file ever meets a name
 * that training makes up.
 */
import { MODEL_INPUT } from '../model/model.ts'
import { createGraph } from '../onnx/graph.ts'
import { type FileNode, type OnnxFile, toNumbers } from '../onnx/reader.ts'
import { evaluate, type KnownValue, shapeValue } from '../onnx/shape-values.ts'
import { inferNode, ShapeError, type Shapes } from '../onnx/shapes.ts'
import { BATCH, type Shape } from '../onnx/sizes.ts'
import { inferType } from '../onnx/value-types.ts'
import type { Constant, ElementType, Graph, Node } from '../onnx/writer.ts'
import type { FileInput } from './tensor-selection.ts'

/** Ends a translation with the reason. */
export type Refuse = (reason: string) => never

/** Values of a small constant; larger ones are data. */
const LARGEST_KNOWN = 4096

/** What is translated so far. */
export interface TranslatedValues {
  readonly file: OnnxFile
  readonly input: FileInput
  readonly graph: Graph
  /** Shapes and types, by our names. */
  readonly shapes: Shapes
  readonly types: Map<string, ElementType>
  /** Our names of the file's values. */
  readonly names: Map<string, string>
  /** Values that follow from shapes and constants alone, by our names. */
  readonly known: Map<string, KnownValue>
  /** Names of ours that were given out. */
  count: number
}

/** The values before the first node: the input, and the file's constants, of which the trained ones stay out of the graph. */
export function openValues(file: OnnxFile, input: FileInput, trained: ReadonlySet<string>): TranslatedValues {
  const values: TranslatedValues = {
    file,
    input,
    graph: createGraph('model'),
    shapes: new Map([[MODEL_INPUT, [BATCH, ...input.shape]]]),
    types: new Map<string, ElementType>([[MODEL_INPUT, input.type]]),
    names: new Map([[input.name, MODEL_INPUT]]),
    known: new Map(),
    count: 0,
  }
  for (const constant of file.constants) {
    const own = nameValue(values, constant.name)
    if (!trained.has(constant.name)) addConstant(values, constant, own)
    else {
      values.shapes.set(own, constant.shape)
      values.types.set(own, constant.type)
    }
  }
  return values
}

/** A new name of ours for a value of the file. */
export function nameValue(values: TranslatedValues, value: string): string {
  values.count += 1
  const own = `model/${values.count}`
  values.names.set(value, own)
  return own
}

/** Adds a constant of the file under a name of ours. */
export function addConstant({ graph, shapes, types, known }: TranslatedValues, constant: Constant, own: string): void {
  graph.constants.push({ ...constant, name: own })
  shapes.set(own, constant.shape)
  types.set(own, constant.type)
  const { type, shape } = constant
  if (type !== 'uint8' && shape.reduce((product, size) => product * size, 1) <= LARGEST_KNOWN) {
    known.set(own, { type, shape, values: toNumbers(constant) })
  }
}

/** What a node gives, where that follows from shapes and constants alone. */
export function evaluateNode(
  { shapes, known }: TranslatedValues,
  { op, attributes, inputs }: Pick<FileNode, 'op' | 'attributes' | 'inputs'>,
): KnownValue | undefined {
  if (op !== 'Shape') return evaluate(op, { attributes, inputs: inputs.map((value) => known.get(value)) })
  const shape = shapes.get(inputs[0]!) ?? known.get(inputs[0]!)?.shape
  return shape && shapeValue(shape, attributes)
}

/** Gives a value that only its evaluation knows a place in the graph; says whether it could. */
export function placeKnown({ graph, shapes, types, known }: TranslatedValues, value: string): boolean {
  const entry = known.get(value)
  if (entry === undefined) return false
  const { type, shape, values } = entry
  if (values.some((size) => typeof size !== 'number')) return true
  graph.constants.push({ name: value, type, shape, bytes: toBytes(type, values as number[]) })
  shapes.set(value, shape)
  types.set(value, type)
  return true
}

/** The shape of a value, also of a constant that a translation has just added. */
export function shapeOfValue({ graph, shapes }: TranslatedValues, value: string): Shape | undefined {
  return shapes.get(value) ?? graph.constants.find(({ name }) => name === value)?.shape
}

/**
 * Notes the shape and the type of what an emitted node gives.
 *
 * @param given - Its shape, where the translation said it.
 */
export function inferAdded(
  { graph, shapes, types, input }: TranslatedValues,
  added: Node,
  given: Shape | undefined,
  refuse: Refuse,
): void {
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

function toBytes(type: KnownValue['type'], values: number[]): Uint8Array {
  if (type === 'int64') return new Uint8Array(BigInt64Array.from(values.map(BigInt)).buffer)
  if (type === 'int32') return new Uint8Array(Int32Array.from(values).buffer)
  if (type === 'bool') return Uint8Array.from(values)
  return new Uint8Array(Float32Array.from(values).buffer)
}
