/**
 * Which tensors of a file are parameters, by their use: weights, biases, gains and embeddings of operators, and what
 * arithmetic adds to or multiplies with values that have gone through a weight.
 */
import type { ExportNotes } from './export-notes.ts'
import type { OnnxFile } from './reader.ts'
import { isRepetitive, isSines, viewFloats } from './tensor-values.ts'
import type { Constant } from './writer.ts'

/** A tensor of the file that is not trained unless it is asked for. */
export interface LeftOut {
  name: string
  shape: number[]
  reason: string
}

/** Operators that move a constant's values about and leave it what it is. */
const MOVING = new Set('Transpose Reshape Unsqueeze Squeeze Flatten Identity Expand Slice Split'.split(' '))

/** Operands that are weights, biases, gains or tables of embeddings. */
export const ROLES = new Map<string, number[]>(
  Object.entries({
    MatMul: [0, 1],
    Gemm: [0, 1, 2],
    Conv: [1, 2],
    ConvTranspose: [1, 2],
    LayerNormalization: [1, 2],
    GroupNormalization: [1, 2],
    InstanceNormalization: [1, 2],
    LSTM: [1, 2, 3],
    GRU: [1, 2, 3],
    RNN: [1, 2, 3],
    PRelu: [1],
    Gather: [0],
  }),
)

/** Names that exporters make up. */
export const MADE_UP = /^(val_\d+|onnx::.*|.*_output_\d+|const_.*|c_.*|\d+)$/

/** The constants that are used as parameters, and why others are not. */
export function chooseByUse(
  file: OnnxFile,
  noteOf: ExportNotes['constantNote'],
  isNoted: boolean,
): { parameters: string[]; leftOut: LeftOut[] } {
  const { constants, nodes } = file
  const isOld = isTorchScript(file)
  const floats = constants.filter(({ type }) => type === 'float')
  const used = findUses(file, floats, isOld)
  const normalised = new Set(
    nodes.filter(({ op }) => op === 'BatchNormalization').flatMap(({ inputs }) => inputs.slice(1)),
  )
  const parameters: string[] = []
  const leftOut: LeftOut[] = []
  for (const constant of floats) {
    const { name, shape } = constant
    const reason = whyNot(constant)
    if (reason === undefined) parameters.push(name)
    else leftOut.push({ name, shape, reason })
  }
  return { parameters, leftOut }

  function whyNot(constant: Constant): string | undefined {
    const { name, shape } = constant
    if (normalised.has(name)) return 'batch normalisation, frozen unless its scale and shift are asked for'
    const note = isNoted ? noteOf(name) : undefined
    if (note?.kind === 'buffer') return 'a buffer of the exported model'
    if (note?.kind === 'constant') return 'a constant of the exporter'
    if (viewFloats(constant).includes(Number.NEGATIVE_INFINITY)) return 'a mask'
    if (note !== undefined) {
      if (note.parameters[0] === name || !isRepetitive(constant)) return undefined
      return `made of ${list(note.parameters)}, with values repeated`
    }
    const role = used.get(name)
    if (role === undefined) return 'no operator uses it as weight, bias, gain or embedding'
    if (shape.length === 0 && (!isOld || MADE_UP.test(name))) return 'a single number'
    const count = shape.reduce((product, size) => product * size, 1)
    if (role === 'Mul' && count === 1 && MADE_UP.test(name)) return 'a constant factor'
    if (role === 'Add' && isSines(constant)) return 'a table of sines'
    return undefined
  }
}

/**
 * What each constant is used as: the last operator that has it as weight, bias, gain or embedding, or whose arithmetic takes
 * it together with values that have gone through a weight.
 *
 * @param isOld - Whether PyTorch's older exporter wrote the file.
 */
function findUses(
  { constants, nodes, inputs: given }: OnnxFile,
  floats: Constant[],
  isOld: boolean,
): Map<string, string> {
  /** Constant values, and which tensors they are made of by moving alone. */
  const origins = new Map<string, string[]>(floats.map(({ name }) => [name, [name]]))
  const names = new Set(constants.map(({ name }) => name))
  const fixed = new Set(names)
  /** Values that come from the input through a weight. */
  const deep = new Set<string>()
  const raw = new Set(given.map(({ name }) => name).filter((name) => !names.has(name)))
  const used = new Map<string, string>()
  const use = (value: string, role: string) => {
    for (const origin of origins.get(value) ?? []) used.set(origin, role)
  }
  const isParameter = (value: string) => (origins.get(value) ?? []).length > 0
  for (const { op, inputs, outputs } of nodes) {
    const roles = ROLES.get(op) ?? []
    const parameters = roles.map((place) => inputs[place]!).filter((value) => value !== undefined && isParameter(value))
    for (const value of parameters) use(value, op)
    const isDeep =
      inputs.some((value) => deep.has(value)) || (parameters.length > 0 && inputs.some((value) => !fixed.has(value)))
    const isArithmetic = op === 'Add' || op === 'Mul' || (isOld && (op === 'Sub' || op === 'Div' || op === 'Pow'))
    if (isArithmetic && inputs.some((value) => deep.has(value))) {
      for (const value of inputs) if (isParameter(value)) use(value, op)
    }
    // A token of a class is joined to the values of an example.
    if (op === 'Concat' && inputs.some((value) => !fixed.has(value) && !raw.has(value))) {
      for (const value of inputs) if (isParameter(value)) use(value, op)
    }
    if (isDeep) for (const output of outputs) deep.add(output)
    if (inputs.every((value) => value === '' || fixed.has(value))) for (const output of outputs) fixed.add(output)
    if (MOVING.has(op) || op === 'Concat') {
      const moved = (op === 'Concat' ? inputs : inputs.slice(0, 1)).flatMap((value) => origins.get(value) ?? [])
      // A token is expanded over the batch, whose size is no constant.
      if (moved.length > 0 && (op !== 'Concat' || inputs.every((value) => origins.has(value)))) {
        for (const output of outputs) origins.set(output, moved)
      }
    }
  }
  return used
}

/**
 * Whether PyTorch's older exporter wrote a file, whose nodes are named by modules: `/block/first/Add`. Its constants of
 * arithmetic are `Constant` nodes, and what it names as its user did is a parameter or a buffer.
 */
export function isTorchScript({ nodes, constants }: OnnxFile): boolean {
  const names = new Set(constants.map(({ name }) => name))
  return nodes.some(({ name, inputs }) => name.startsWith('/') && inputs.some((input) => names.has(input)))
}

/** Some names for people, the first of many. */
export function list(names: readonly string[]): string {
  const shown = names.slice(0, 8).map((name) => `"${name}"`)
  return names.length > shown.length ? `${shown.join(', ')} and ${names.length - shown.length} more` : shown.join(', ')
}
