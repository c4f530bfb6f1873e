/** What an ONNX file is as a model: its tensors, those that are trained and those that are not, and what to know of it. */
import { formatCount, formatInteger } from '@tutti/core'
import { countParameters, type ImportedModel } from '@tutti/learn'
import { toPlainText } from '../terminal/plain-text.ts'

/** An imported model for people, a line each. */
export function modelLines(model: ImportedModel): string[] {
  const row = (name: string, shape: number[]) => `${toPlainText(name)}  [${shape.join(', ')}]`
  return [
    `input "${toPlainText(model.ends.input)}" [batch, ${model.shape.join(', ')}] of ${model.element}, output ` +
      `"${toPlainText(model.ends.output)}" [batch, ${model.outputs}]`,
    `trained: ${formatCount(model.tensors.length, 'tensor')}, ${formatInteger(countParameters(model))} parameters`,
    ...model.tensors.map(({ name, shape }) => `  ${row(name, shape)}`),
    ...(model.leftOut.length === 0 ? [] : [`left as they are: ${formatCount(model.leftOut.length, 'tensor')}`]),
    ...model.leftOut.map(({ name, shape, reason }) => `  ${row(name, shape)}  ${toPlainText(reason)}`),
  ]
}

/** What an import changed of the file, or could not find in it, for people. */
export function modelNotes({ notes }: ImportedModel): string[] {
  return notes.map(toPlainText)
}

/** Which tensors a file's model leaves as they are, in one line; undefined where it leaves none. */
export function leftOutLine({ leftOut }: ImportedModel): string | undefined {
  if (leftOut.length === 0) return undefined
  const shown = leftOut.slice(0, 5).map(({ name, shape }) => `${toPlainText(name)} [${shape.join(', ')}]`)
  const rest = leftOut.length - shown.length
  const more = rest === 0 ? '' : ` and ${rest} more`
  return `Not trained: ${shown.join(', ')}${more}. Why is said by: tutti model check FILE`
}

/** An imported model for machines. */
export function describeImported(model: ImportedModel): object {
  const { ends, shape, element, outputs, tensors, leftOut, notes, baseHash } = model
  const parameters = countParameters(model)
  return {
    baseHash,
    input: ends.input,
    output: ends.output,
    shape,
    element,
    outputs,
    parameters,
    tensors,
    leftOut,
    notes,
  }
}
