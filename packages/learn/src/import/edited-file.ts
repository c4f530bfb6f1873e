/** A file whose parameters are being told apart: its constants and nodes as edited so far, and what is to be said of it. */
import type { ExportNotes } from '../onnx/export-notes.ts'
import type { FileNode, OnnxFile } from '../onnx/reader.ts'
import type { Constant } from '../onnx/writer.ts'

/** What the functions that `findParameters` calls change, one after another. */
export interface EditedFile {
  /** As it was read, its tied tensors untied. */
  readonly file: OnnxFile
  /** What PyTorch's exporter noted in it. */
  readonly exported: ExportNotes
  readonly constants: Map<string, Constant>
  readonly nodes: FileNode[]
  /** Nodes that come before all others. */
  readonly added: FileNode[]
  /** What the file calls tensors that have another name by now. */
  readonly found: Map<string, string>
  readonly notes: string[]
}

export function rename(edited: EditedFile, from: string, to: string, constant: Constant): void {
  const { constants, nodes, added, found } = edited
  constants.delete(from)
  constants.set(to, { ...constant, name: to })
  for (const node of nodes) node.inputs = node.inputs.map((input) => (input === from ? to : input))
  for (const node of added) node.inputs = node.inputs.map((input) => (input === from ? to : input))
  found.set(to, found.get(from) ?? from)
}

/** Whether a name cannot be given to a tensor: something in the file has it. */
export function isTaken(edited: EditedFile, name: string): boolean {
  const { file, constants } = edited
  return constants.has(name) || file.nodes.some(({ outputs }) => outputs.includes(name)) || isEnd(edited, name)
}

function isEnd({ file, constants }: EditedFile, name: string): boolean {
  return [...file.inputs, ...file.outputs].some((value) => value.name === name && !constants.has(value.name))
}

/** Whether a constant of the file was made of a parameter, by the exporter's notes. */
export function isFoldedFrom(edited: EditedFile, input: string, parameter: string): boolean {
  const { exported, constants, found } = edited
  return constants.has(input) && exported.constantNote(found.get(input) ?? input).parameters.includes(parameter)
}

/** Adds a shape as a constant. */
export function toShape(edited: EditedFile, name: string, shape: number[]): string {
  const { constants } = edited
  const bytes = new Uint8Array(BigInt64Array.from(shape.map(BigInt)).buffer)
  constants.set(name, { name, type: 'int64', shape: [shape.length], bytes })
  return name
}

/** A node of the standard set without attributes. */
export function toNode(op: string, inputs: string[], output: string): FileNode {
  return { op, name: '', domain: '', inputs, outputs: [output], attributes: {}, metadata: new Map() }
}
