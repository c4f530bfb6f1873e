/**
 * What of an ONNX file is used: its input, its output, and the tensors that are trained.
 */

import type { FileNode, FileValue, OnnxFile } from '../onnx/reader.ts'
import type { Constant, ElementType } from '../onnx/writer.ts'

/** Element types that an input may have, by their number in TensorProto.DataType. */
const INPUT_TYPES: Record<number, ElementType> = { 1: 'float', 2: 'uint8', 6: 'int32', 7: 'int64' }

/** The input of a file, the batch taken off its shape. */
export interface FileInput {
  name: string
  type: ElementType
  shape: number[]
  /** Examples in a batch of a file that fixes them. */
  fixedBatch: number | undefined
}

/**
 * Tensors of equal values told apart again: PyTorch writes them once, and the others as its `Identity`. What was equal
 * when it was exported, ones and zeros above all, is not meant to stay so.
 */
export function untie(file: OnnxFile): { file: OnnxFile; copies: string[] } {
  const byName = new Map(file.constants.map((constant) => [constant.name, constant]))
  const isCopy = ({ op, inputs }: FileNode) => op === 'Identity' && byName.has(inputs[0]!)
  const copies = file.nodes
    .filter(isCopy)
    .map(({ inputs, outputs }): Constant => ({ ...byName.get(inputs[0]!)!, name: outputs[0]! }))
  const constants = [...file.constants, ...copies]
  return {
    file: { ...file, constants, nodes: file.nodes.filter((node) => !isCopy(node)) },
    copies: copies.flatMap(({ name, type }) => (type === 'float' ? [name] : [])),
  }
}

/**
 * The one input and the one output of a file.
 *
 * @throws {@link OnnxModelError}
 */
export function findEnds(file: OnnxFile): { input: FileInput; output: FileValue } {
  const constants = new Set(file.constants.map(({ name }) => name))
  const inputs = file.inputs.filter(({ name }) => !constants.has(name))
  const [input, ...others] = inputs
  const [output, ...more] = file.outputs
  if (input === undefined || others.length > 0) {
    throw new OnnxModelError(`it has inputs ${list(inputs)}; one is needed, of all of an example's numbers`)
  }
  if (output === undefined || more.length > 0)
    throw new OnnxModelError(`it has outputs ${list(file.outputs)}; one is needed`)
  const [batch, ...shape] = input.shape ?? []
  if (batch === undefined || shape.some((size) => typeof size !== 'number' || size < 1)) {
    throw new OnnxModelError(
      `its input has shape [${(input.shape ?? []).join(', ')}]; all but the first size, the batch, must be numbers`,
    )
  }
  const type = INPUT_TYPES[input.type]
  if (type === undefined) {
    throw new OnnxModelError(`its input has element type ${input.type}; float32, uint8, int32 and int64 can be given`)
  }
  return {
    input: {
      name: input.name,
      type,
      shape: shape as number[],
      fixedBatch: typeof batch === 'number' ? batch : undefined,
    },
    output,
  }
}

/**
 * Names of the tensors to train, before it is known which of them reach the output.
 *
 * @param found - Names of the parameters, what the file calls those that have got a user's name again, and what else the
 *   exporter calls them.
 * @throws {@link OnnxModelError}
 */
export function chooseTensors(
  { constants, nodes }: OnnxFile,
  {
    likely,
    fileNames,
    otherNames,
  }: { likely: string[]; fileNames: ReadonlyMap<string, string>; otherNames: ReadonlyMap<string, string> },
  { trainable: patterns, tensors }: { trainable?: string[]; tensors?: string[] },
): string[] {
  if (patterns === undefined && tensors === undefined) return likely
  const normalisations = nodes.filter(({ op }) => op === 'BatchNormalization')
  const statistics = new Set(normalisations.flatMap(({ inputs }) => inputs.slice(3, 5)))
  const floats = constants.filter(({ type }) => type === 'float')
  const chosen = new Set<string>()
  for (const pattern of tensors ?? patterns ?? []) {
    const expression = new RegExp(`^${pattern.split('*').map(escapePattern).join('.*')}$`, 's')
    const isMeant = (name: string) => name === pattern || (tensors === undefined && expression.test(name))
    const alsoMeant = new Set([...otherNames].flatMap(([other, name]) => (isMeant(other) ? [name] : [])))
    const byName = floats.filter(({ name }) => isMeant(name) || alsoMeant.has(name))
    const found = byName.length > 0 ? byName : floats.filter(({ name }) => isMeant(fileNames.get(name) ?? name))
    if (found.length === 0) {
      throw new OnnxModelError(`no tensor of floats is named "${pattern}"; it has ${list(floats)}`)
    }
    for (const { name } of found) {
      if (statistics.has(name)) {
        throw new OnnxModelError(
          `tensor "${name}" is a statistic of batch normalisation, which stays frozen, and "${pattern}" asks to train ` +
            'it; choose patterns that leave it out, or none, for all that can be trained',
        )
      }
      chosen.add(name)
    }
  }
  return [...chosen]
}

function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}

function list(values: Pick<FileValue, 'name'>[]): string {
  return values.length === 0 ? 'none' : values.map(({ name }) => `"${name}"`).join(', ')
}

/** The file is sound, but no model that can be trained here. */
export class OnnxModelError extends Error {
  override name = 'OnnxModelError'
  constructor(reason: string) {
    super(`ONNX model: ${reason}.`)
  }
}
