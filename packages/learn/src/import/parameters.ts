/**
 * Finds the parameters of a file: what a recognised operator uses as weight, bias, gain or embedding.
 *
 * Exporters merge tensors that happen to be equal, fold transposes into weights, drop biases of zero and leave constants
 * of arithmetic beside the weights. Trained as they stand, such files learn something else than the model that was
 * exported. So merged tensors are told apart, and the names, shapes and biases that users wrote are found again: by the
 * notes of PyTorch's exporter where it wrote some, and by use where not.
 */
import { readNotes } from '../onnx/export-notes.ts'
import { chooseByUse, type LeftOut, list } from '../onnx/parameter-use.ts'
import type { OnnxFile } from '../onnx/reader.ts'
import { restoreBiases } from './dropped-biases.ts'
import { type EditedFile, isFoldedFrom } from './edited-file.ts'
import { freeBatch } from './freed-batch.ts'
import { separateCalls, separateFills, tieTransposes } from './merged-tensors.ts'
import { restoreNames } from './restored-names.ts'
import { untie } from './tensor-selection.ts'

/** A file with its parameters told apart. */
export interface ParameterFile {
  file: OnnxFile
  /** Names of the tensors that are trained when none are chosen, whether they reach the output or not. */
  parameters: string[]
  leftOut: LeftOut[]
  /** What was changed or is to be known, a sentence each. */
  notes: string[]
  /** What the file calls tensors that have got a user's names again. */
  fileNames: ReadonlyMap<string, string>
  /** Names that a tensor has besides its own, and its own. */
  otherNames: ReadonlyMap<string, string>
}

/** Tells the parameters of a file apart. */
export function findParameters(given: OnnxFile): ParameterFile {
  const { file, copies } = untie(given)
  const exported = readNotes(file)
  const edited: EditedFile = {
    file,
    exported,
    constants: new Map(file.constants.map((constant) => [constant.name, constant])),
    nodes: file.nodes.map((node) => ({ ...node, inputs: [...node.inputs] })),
    added: [],
    found: new Map(),
    notes: [],
  }
  const { constants, nodes, added, found, notes } = edited
  if (copies.length > 0) {
    notes.push(
      `The exporter had merged ${list(copies)} with tensors of equal values: they are trained apart, unless they are tied (--tie).`,
    )
  }
  tieTransposes(edited)
  if (exported.isWritten) separateCalls(edited)
  else separateFills(edited)
  restoreBiases(edited)
  freeBatch(edited)
  restoreNames(edited)
  const otherNames = new Map([...exported.otherNames].filter(([, name]) => constants.has(name)))
  for (const [other, name] of otherNames) notes.push(`"${name}" is also "${other}": one tensor, trained as one.`)
  sayWhatIsMissing(edited)
  const whole: OnnxFile = { ...file, constants: [...constants.values()], nodes: [...added, ...nodes] }
  const noteOf = (name: string) => exported.constantNote(found.get(name) ?? name)
  const { parameters, leftOut } = chooseByUse(whole, noteOf, exported.isWritten)
  return { file: whole, parameters, leftOut, notes, fileNames: found, otherNames }
}

function sayWhatIsMissing(edited: EditedFile): void {
  const { file, exported, constants, nodes, notes } = edited
  const isThere = (name: string) =>
    constants.has(name) ||
    [...constants.keys()].some((own) => isFoldedFrom(edited, own, name) || own.split('+').includes(name))
  const missing = [...exported.parameters].filter((name) => !isThere(name))
  const folded = nodes.filter((node) => {
    const isConvolution = node.op === 'Conv' || node.op === 'ConvTranspose' || node.op === 'Gemm'
    return isConvolution && /batch_norm/.test(exported.callNote(node)?.call ?? '')
  })
  const isOldFold = !exported.isWritten && file.constants.some(({ name }) => /^onnx::Conv_\d+$/.test(name))
  if (folded.length > 0 || isOldFold) {
    notes.push(
      'The exporter folded batch normalisation into the layer before it: that layer is trained as it stands, with the ' +
        'statistics frozen in it. Export in training mode, or use group normalisation, to train them apart.',
    )
  }
  const scales = new Set(folded.flatMap((node) => exported.callNote(node)!.parameters))
  // A parameter that no call uses is another name of one that is there.
  const called = new Set(nodes.flatMap((node) => exported.callNote(node)?.parameters ?? []))
  const lost = missing.filter((name) => called.has(name) && !scales.has(name))
  if (lost.length > 0) notes.push(`Not in the file, so not trained: ${list(lost)}.`)
}
