/**
 * Tensors that stay one: an embedding that is also the output's weight, say. Exporters write tensors of equal values once
 * whether they are meant to stay equal or not, and `findParameters` tells them apart; which are one is for the model's
 * owner to say, and for the manifest to repeat.
 */

import type { OnnxFile } from '../onnx/reader.ts'
import { OnnxModelError } from './tensor-selection.ts'

/** Names of tensors that are trained as one; the first is the one that stays. */
export type Tie = string[]

/**
 * Ties by the names that the tensors have in the file; those of names that are one tensor already are done.
 *
 * @param otherNames - Of `findParameters`: names that a tensor has besides its own, and its own.
 */
export function resolveTies(ties: readonly Tie[], otherNames: ReadonlyMap<string, string>): Tie[] {
  return ties.flatMap((tie) => {
    const own = tie.map((name) => otherNames.get(name) ?? name)
    // A name that is given twice stays, for `tieTensors` to refuse.
    const isRepeated = (index: number) => tie.indexOf(tie[index]!) < index
    const names = own.filter((name, index) => isRepeated(index) || own.indexOf(name) === index)
    return names.length === 1 && tie.length > 1 ? [] : [names]
  })
}

/**
 * A file in which the tensors of each tie are the first of it.
 *
 * @throws {@link OnnxModelError} if a tie names fewer than two tensors, one that is not there or was tied before, or
 *   tensors of different shapes or values
 */
export function tieTensors(file: OnnxFile, ties: readonly Tie[]): OnnxFile {
  const constants = new Map(file.constants.map((constant) => [constant.name, constant]))
  const kept = new Map<string, string>()
  const firsts = new Set<string>()
  for (const tie of ties) {
    const [first, ...others] = tie
    if (first === undefined || others.length === 0) {
      throw new OnnxModelError(
        `a tie needs two tensors; one names ${first === undefined ? 'none' : `"${first}" alone`}`,
      )
    }
    if (firsts.has(first) || kept.has(first)) throw new OnnxModelError(`tensor "${first}" is tied twice`)
    firsts.add(first)
    const one = find(first)
    for (const name of others) {
      if (firsts.has(name) || kept.has(name)) throw new OnnxModelError(`tensor "${name}" is tied twice`)
      const other = find(name)
      if (one.shape.join() !== other.shape.join()) {
        throw new OnnxModelError(
          `tensors "${first}" and "${name}" cannot be tied: their shapes are [${one.shape.join(', ')}] and [${other.shape.join(', ')}]`,
        )
      }
      if (!one.bytes.every((byte, index) => byte === other.bytes[index])) {
        throw new OnnxModelError(`tensors "${first}" and "${name}" cannot be tied: their values differ`)
      }
      kept.set(name, first)
    }
  }
  return {
    ...file,
    constants: file.constants.filter(({ name }) => !kept.has(name)),
    nodes: file.nodes.map((node) => ({ ...node, inputs: node.inputs.map((name) => kept.get(name) ?? name) })),
  }

  function find(name: string) {
    const constant = constants.get(name)
    if (constant?.type === 'float') return constant
    const names = [...constants.values()].flatMap(({ name: own, type }) => (type === 'float' ? [`"${own}"`] : []))
    throw new OnnxModelError(
      `no tensor of floats is named "${name}", which is to be tied; there are ${names.join(', ')}`,
    )
  }
}
