/** Which tensors of an ONNX file are trained, and which of them as one. */
import { type Command, InvalidArgumentError } from 'commander'
import { collectTexts } from '../terminal/option-values.ts'

/** What {@link addTensorOptions} reads. */
export interface TensorOptions {
  train?: string[]
  tie?: string[][]
}

/** Adds `--train` and `--tie`. */
export function addTensorOptions(command: Command): Command {
  return command
    .option(
      '--train <pattern>',
      'tensors of an ONNX model to train, * for any characters; may be repeated (default: weights, biases, gains and embeddings)',
      collectTexts,
    )
    .option(
      '--tie <first=second>',
      'tensors of it, of equal values, that are one and stay so, as an embedding and the output that shares it; may be repeated',
      (text: string, before: string[][] | undefined) => [...(before ?? []), parseTie(text)],
    )
}

/** @throws `InvalidArgumentError` */
function parseTie(text: string): string[] {
  const names = text.split('=')
  if (names.length < 2 || names.includes('')) {
    throw new InvalidArgumentError('It takes names with = between them, such as embedding.weight=head.weight.')
  }
  return names
}
