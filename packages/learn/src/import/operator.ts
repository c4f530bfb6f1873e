/**
 * What a translation of one of a file's operators is: which inputs and attributes it reads, and how it is written in
 * operations that can be trained through.
 *
 * Each operator lists what it reads. Whatever else a node has is refused by name, unless it stands at the value at
 * which it changes nothing: what is not read cannot be dropped in silence.
 */

import type { FileAttribute, FileNode } from '../onnx/reader.ts'
import type { Shape, Size } from '../onnx/sizes.ts'
import type { Attribute, ElementType, Graph } from '../onnx/writer.ts'

/** What a translation is handed. */
export interface Translation {
  graph: Graph
  node: FileNode
  /** Names of the inputs as values of `graph`; empty for one that is left out. */
  inputs: string[]
  /** Names that the outputs are to have. */
  outputs: string[]
  shapeOf: (value: string) => Shape
  typeOf: (value: string) => ElementType
  /** Entries of a small value that is known; undefined if it is not, or there is no such input. */
  knownOf: (index: number) => Size[] | undefined
  /** Examples in a batch of a file that fixes them. */
  fixedBatch: number | undefined
  /** Refuses the node. */
  refuse: (reason: string) => never
  /** Makes the node's first output stand for a value that is there. */
  alias: (value: string) => void
  /** Emits whole numbers as a vector, those that depend on the batch being computed when the graph runs. */
  emitSizes: (sizes: Size[]) => string
  /** Says the shape of a value that cannot be inferred. */
  setShape: (value: string, shape: Shape) => void
}

/** Writes one node of a file as operations. */
export type Translator = (translation: Translation) => void

/** Kinds of attributes, named as {@link FileAttribute} has them. */
export type AttributeKind = 'int' | 'float' | 'text' | 'ints' | 'floats' | 'texts' | 'tensor'

/** A value at which an attribute that is not read changes nothing; `any` where no value does. */
type IdleValue = number | string | number[] | 'any'

/** One operator of a file. */
export interface Operator {
  /** Fewest and most inputs that are read. */
  inputs: [least: number, most: number]
  /** How many of the outputs are computed. */
  outputs: number
  /** Attributes that are read. */
  reads: Record<string, AttributeKind>
  /** Attributes that are not read, each with the value at which it changes nothing. */
  idle: Record<string, IdleValue>
  translate: Translator
}

/** An operator of one input, one output and no attributes, but for what is said. */
export function operator(
  translate: Translator,
  given: Partial<Omit<Operator, 'inputs' | 'translate'>> & { inputs?: number | [number, number] } = {},
): Operator {
  const { inputs = 1, outputs = 1, reads = {}, idle = {} } = given
  return { inputs: typeof inputs === 'number' ? [inputs, inputs] : inputs, outputs, reads, idle, translate }
}

/**
 * Why a node has something that its operator does not read; undefined where all is read.
 *
 * @param isUsed - Whether a value of the file is used by anything.
 */
export function findUnread(
  { inputs, outputs, attributes }: FileNode,
  { inputs: [least, most], outputs: count, reads, idle }: Operator,
  isUsed: (value: string) => boolean,
): string | undefined {
  const given = inputs.findLastIndex((value) => value !== '') + 1
  if (given > most) return `its input ${given} ("${inputs[given - 1]}") is not read here`
  if (inputs.slice(0, least).filter((value) => value !== '').length < least) {
    return `it has ${given} inputs and needs ${least}`
  }
  if (outputs.slice(0, count).every((value) => value === '')) return 'it names no output that is computed here'
  const extra = outputs.slice(count).find((value) => value !== '' && isUsed(value))
  if (extra !== undefined) return `its output "${extra}" is used, and not computed here`
  for (const [name, attribute] of Object.entries(attributes)) {
    const kind = Object.hasOwn(reads, name) ? reads[name] : undefined
    if (kind !== undefined) {
      if (!(kind in attribute)) return `its attribute ${name} is of another type than ${kind}`
      continue
    }
    const without = Object.hasOwn(idle, name) ? idle[name] : undefined
    if (without === 'any') continue
    if (without === undefined || !isAt(attribute, without)) {
      return `its attribute ${name} (${formatAttribute(attribute)}) is not read here`
    }
  }
  return undefined
}

function isAt(attribute: FileAttribute, value: Exclude<IdleValue, 'any'>): boolean {
  if ('int' in attribute) return attribute.int === value
  if ('float' in attribute) return attribute.float === value
  if ('text' in attribute) return attribute.text === value
  const list = 'ints' in attribute ? attribute.ints : 'floats' in attribute ? attribute.floats : undefined
  // One value stands for a list of so many of it, whatever its length.
  if (list === undefined || typeof value === 'string') return false
  return typeof value === 'number' ? list.every((entry) => entry === value) : list.join() === value.join()
}

function formatAttribute(attribute: FileAttribute): string {
  if ('int' in attribute) return String(attribute.int)
  if ('float' in attribute) return String(attribute.float)
  if ('text' in attribute) return attribute.text
  if ('ints' in attribute) return `[${attribute.ints.join(', ')}]`
  if ('floats' in attribute) return `[${attribute.floats.join(', ')}]`
  if ('texts' in attribute) return `[${attribute.texts.join(', ')}]`
  return 'tensor' in attribute ? 'a tensor' : attribute.other
}

/** The attributes of a node that its operator reads. */
export function readAttributes(node: FileNode, { reads }: Operator): Record<string, FileAttribute> {
  return Object.fromEntries(Object.entries(node.attributes).filter(([name]) => Object.hasOwn(reads, name)))
}

/** Passes a node on with the attributes that it reads. */
export const keep: Translator = ({ graph, node, inputs, outputs }) => {
  const kept: Record<string, Attribute> = {}
  for (const [name, attribute] of Object.entries(node.attributes)) {
    if ('int' in attribute || 'float' in attribute || 'text' in attribute || 'ints' in attribute) {
      kept[name] = attribute
    }
  }
  graph.nodes.push({ op: node.op, inputs: trim(inputs), outputs: outputs.slice(0, 1), attributes: kept })
}

/** The first input as it is. */
export const first: Translator = ({ inputs, alias }) => alias(inputs[0]!)

/** Inputs without those left out at the end. */
export function trim(inputs: string[]): string[] {
  const last = inputs.findLastIndex((name) => name !== '')
  return inputs.slice(0, last + 1)
}

/** An integer attribute, or what holds when it is absent. */
export function intAttribute(node: FileNode, name: string, absent: number): number {
  const value = node.attributes[name]
  return value !== undefined && 'int' in value ? value.int : absent
}

/** A float attribute, or what holds when it is absent. */
export function floatAttribute(node: FileNode, name: string, absent: number): number {
  const value = node.attributes[name]
  return value !== undefined && 'float' in value ? value.float : absent
}

/** A list of integers, undefined when it is absent. */
export function intsAttribute(node: FileNode, name: string): number[] | undefined {
  const value = node.attributes[name]
  return value !== undefined && 'ints' in value ? value.ints : undefined
}

/** A text, or what holds when it is absent. */
export function textAttribute(node: FileNode, name: string, absent: string): string {
  const value = node.attributes[name]
  return value !== undefined && 'text' in value ? value.text : absent
}

/** A list of texts, undefined when it is absent. */
export function textsAttribute(node: FileNode, name: string): string[] | undefined {
  const value = node.attributes[name]
  return value !== undefined && 'texts' in value ? value.texts : undefined
}
