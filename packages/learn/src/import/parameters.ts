/**
 * Finds the parameters of a file: what a recognised operator uses as weight, bias, gain or embedding.
 *
 * Exporters merge tensors that happen to be equal, fold transposes into weights, drop biases of zero and leave constants
 * of arithmetic beside the weights. Trained as they stand, such files learn something else than the model that was
 * exported. So merged tensors are told apart, and the names, shapes and biases that users wrote are found again: by the
 * notes of PyTorch's exporter where it wrote some, and by use where not.
 */
import { readNotes } from '../onnx/export-notes.ts'
import { chooseByUse, isTorchScript, type LeftOut, list, MADE_UP, ROLES } from '../onnx/parameter-use.ts'
import type { FileNode, OnnxFile } from '../onnx/reader.ts'
import { isFill, isTransposed, transpose } from '../onnx/tensor-values.ts'
import type { Constant } from '../onnx/writer.ts'
import { untie } from './choice.ts'

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

/** Which of a call's parameters an operand is: by the call, the operator, and the operand's place. */
const CALLS = new Map<string, Record<string, (place: number) => number>>(
  Object.entries({
    linear: { MatMul: () => 0, Gemm: (place) => place - 1, Add: () => 1 },
    layer_norm: { LayerNormalization: (place) => place - 1 },
    group_norm: {
      GroupNormalization: (place) => place - 1,
      InstanceNormalization: () => -1,
      Mul: () => 0,
      Add: () => 1,
    },
    instance_norm: { InstanceNormalization: (place) => place - 1 },
    prelu: { PRelu: () => 0 },
    embedding: { Gather: () => 0 },
    ...Object.fromEntries(
      ['conv1d', 'conv2d', 'convolution', 'conv_transpose1d', 'conv_transpose2d'].map((call) => [
        call,
        { Conv: (place: number) => place - 1, ConvTranspose: (place: number) => place - 1 },
      ]),
    ),
  }),
)

/** Tells the parameters of a file apart. */
export function findParameters(given: OnnxFile): ParameterFile {
  const { file, copies } = untie(given)
  const exported = readNotes(file)
  const notes: string[] = []
  if (copies.length > 0) {
    notes.push(
      `The exporter had merged ${list(copies)} with tensors of equal values: they are trained apart, unless they are tied (--tie).`,
    )
  }
  const found = new Map<string, string>()
  const constants = new Map(file.constants.map((constant) => [constant.name, constant]))
  let nodes = file.nodes.map((node) => ({ ...node, inputs: [...node.inputs] }))
  const added: FileNode[] = []

  tieTransposes()
  if (exported.isWritten) separateCalls()
  else separateFills()
  restoreBiases()
  freeBatch()
  restoreNames()
  const otherNames = new Map([...exported.otherNames].filter(([, name]) => constants.has(name)))
  for (const [other, name] of otherNames) notes.push(`"${name}" is also "${other}": one tensor, trained as one.`)
  sayWhatIsMissing()
  nodes = [...added, ...nodes]
  const whole: OnnxFile = { ...file, constants: [...constants.values()], nodes }
  const noteOf = (name: string) => exported.constantNote(found.get(name) ?? name)
  const { parameters, leftOut } = chooseByUse(whole, noteOf, exported.isWritten)
  return { file: whole, parameters, leftOut, notes, fileNames: found, otherNames }

  function rename(from: string, to: string, constant: Constant): void {
    constants.delete(from)
    constants.set(to, { ...constant, name: to })
    for (const node of nodes) node.inputs = node.inputs.map((input) => (input === from ? to : input))
    for (const node of added) node.inputs = node.inputs.map((input) => (input === from ? to : input))
    found.set(to, found.get(from) ?? from)
  }

  function isTaken(name: string): boolean {
    return constants.has(name) || file.nodes.some(({ outputs }) => outputs.includes(name)) || isEnd(name)
  }

  function isEnd(name: string): boolean {
    return [...file.inputs, ...file.outputs].some((value) => value.name === name && !constants.has(value.name))
  }

  /** A weight that a folded transpose wrote a second time is one parameter: two of random values are never equal. */
  function tieTransposes(): void {
    const matrices = [...constants.values()].filter(
      (constant) => constant.type === 'float' && constant.shape.length === 2 && !isFill(constant),
    )
    for (const [index, one] of matrices.entries()) {
      const other = matrices.slice(0, index).find((before) => constants.has(before.name) && isTransposed(one, before))
      if (other === undefined) continue
      const [kept, gone] = MADE_UP.test(other.name) && !MADE_UP.test(one.name) ? [one, other] : [other, one]
      constants.delete(gone.name)
      added.push(toNode('Transpose', [kept.name], gone.name))
      notes.push(`"${gone.name}" is the transpose of "${kept.name}": they are trained as one.`)
    }
  }

  /** Each parameter that a call names is a tensor of its own, whatever the exporter merged it with. */
  function separateCalls(): void {
    const separated: string[] = []
    for (const node of nodes) {
      const call = exported.callNote(node)
      const places = call && CALLS.get(call.call)?.[node.op]
      if (call === undefined || places === undefined) continue
      for (const [place, input] of node.inputs.entries()) {
        const constant = constants.get(input)
        if (constant?.type !== 'float') continue
        const { kind, parameters } = exported.constantNote(found.get(input) ?? input)
        if (kind !== 'parameter' || parameters.length !== 1) continue
        const wanted = call.parameters[places(place)]
        if (wanted === undefined) {
          // The call has no such parameter: ones or zeros of its own, merged with a parameter.
          const own = `${input} as a constant of ${node.outputs[0]}`
          constants.set(own, { ...constant, name: own })
          node.inputs[place] = own
          continue
        }
        if (parameters[0] === wanted || input === wanted) continue
        if (!constants.has(wanted)) {
          if (isTaken(wanted)) continue
          constants.set(wanted, { ...constant, name: wanted })
          found.set(wanted, input)
          separated.push(wanted)
        }
        node.inputs[place] = wanted
      }
    }
    if (separated.length > 0) {
      notes.push(
        `The exporter had merged ${list(separated)} with tensors of equal values: they are trained apart, unless they are tied (--tie).`,
      )
    }
  }

  /** Where nothing is noted, ones and zeros that several operators use are taken to be equal by chance. */
  function separateFills(): void {
    // The older exporter writes what it merged as `Identity`, and what it did not merge is one parameter.
    if (isTorchScript(file)) return
    const used = new Set<string>()
    const separated = new Set<string>()
    for (const node of nodes) {
      for (const [place, input] of node.inputs.entries()) {
        const constant = constants.get(input)
        if (constant === undefined || !ROLES.get(node.op)?.includes(place) || node.op === 'Gather') continue
        if (constant.type !== 'float' || !isFill(constant)) continue
        if (!used.has(input)) {
          used.add(input)
          continue
        }
        let copy = 2
        while (isTaken(`${input}.${copy}`)) copy += 1
        const name = `${input}.${copy}`
        constants.set(name, { ...constant, name })
        node.inputs[place] = name
        separated.add(input)
      }
    }
    if (separated.size > 0) {
      notes.push(`${list([...separated])}: all of one value and used several times, so taken apart and trained apart.`)
    }
  }

  /** The exporter drops biases of zero, which training would move. */
  function restoreBiases(): void {
    const restored: string[] = []
    for (const node of [...nodes]) {
      const call = exported.callNote(node)
      if (call === undefined || call.parameters.length !== 2 || !CALLS.get(call.call)?.[node.op]) continue
      const bias = call.parameters[1]!
      const weight = constants.get(node.inputs[1] ?? '')
      if (weight === undefined || isTaken(bias) || [...found.keys()].includes(bias)) continue
      if (exported.constantNote(found.get(weight.name) ?? weight.name).kind !== 'parameter') continue
      if (nodes.some(({ inputs }) => inputs.some((input) => isFoldedFrom(input, bias)))) continue
      const width = biasWidth(node, weight.shape)
      if (width === undefined) continue
      constants.set(bias, { name: bias, type: 'float', shape: [width], bytes: new Uint8Array(4 * width) })
      if (node.op !== 'MatMul') node.inputs[2] = bias
      else {
        const output = node.outputs[0]!
        node.outputs = [`${output} without bias`]
        const at = nodes.indexOf(node)
        nodes.splice(at + 1, 0, toNode('Add', [node.outputs[0]!, bias], output))
      }
      restored.push(bias)
    }
    if (restored.length > 0) {
      notes.push(`The exporter had left out ${list(restored)}, which is zero: it is there again, and trained.`)
    }
  }

  function isFoldedFrom(input: string, parameter: string): boolean {
    return constants.has(input) && exported.constantNote(found.get(input) ?? input).parameters.includes(parameter)
  }

  function biasWidth({ op, inputs, attributes }: FileNode, shape: number[]): number | undefined {
    const { transB, group } = attributes
    if (op === 'MatMul') return shape.at(-1)
    if (op === 'Gemm' && inputs.length === 2)
      return transB !== undefined && 'int' in transB && transB.int === 1 ? shape[0] : shape[1]
    if (op === 'Conv' && inputs.length === 2) return shape[0]
    if (op === 'LayerNormalization' && inputs.length === 2) return shape.length === 1 ? shape[0] : undefined
    if (op === 'ConvTranspose' && inputs.length === 2) {
      return shape[1]! * (group !== undefined && 'int' in group ? group.int : 1)
    }
    return undefined
  }

  /** What the exporter wrote out for each example of a fixed batch is one value for all examples. */
  function freeBatch(): void {
    const batch = file.inputs.find(({ name }) => !constants.has(name))?.shape?.[0]
    if (typeof batch !== 'number' || batch < 2) return
    for (const constant of [...constants.values()]) {
      const { name, type, shape, bytes } = constant
      const users = nodes.filter(({ inputs }) => inputs.includes(name))
      const isJoined = users.every(({ op }) => op === 'Concat' || op === 'Add' || op === 'Mul' || op === 'Where')
      if (type !== 'float' || shape.length < 3 || shape[0] !== batch || !isJoined) continue
      const size = bytes.length / batch
      if (!bytes.every((byte, index) => byte === bytes[index % size])) continue
      const spread = `${name} for each example`
      const sizes = toShape(`${spread}: shape`, shape)
      for (const node of users) node.inputs = node.inputs.map((input) => (input === name ? spread : input))
      constants.set(name, { name, type, shape: [1, ...shape.slice(1)], bytes: bytes.slice(0, size) })
      added.push(toNode('Expand', [name, sizes], spread))
    }
  }

  /** Adds a shape as a constant. */
  function toShape(name: string, shape: number[]): string {
    const bytes = new Uint8Array(BigInt64Array.from(shape.map(BigInt)).buffer)
    constants.set(name, { name, type: 'int64', shape: [shape.length], bytes })
    return name
  }

  /** Users' names, and shapes, for folded weights. */
  function restoreNames(): void {
    for (const constant of [...constants.values()]) {
      if (constant.type !== 'float') continue
      const user = [...nodes, ...added].find(({ inputs }) => inputs.includes(constant.name))
      if (user === undefined) continue
      const { parameters } = exported.constantNote(found.get(constant.name) ?? constant.name)
      const isNoted = exported.isWritten && !exported.parameters.has(constant.name)
      const name = isNoted
        ? parameters.join('+')
        : !exported.isWritten && /^onnx::/.test(constant.name)
          ? scopedName(user, constant.name)
          : constant.name
      const isFolded = name !== constant.name || (found.has(constant.name) && exported.isWritten)
      if (name === undefined || name === '' || !isFolded || (name !== constant.name && isTaken(name))) continue
      const call = exported.callNote(user)?.call
      const shaped = unfold(constant, user, call)
      if (shaped === undefined) {
        if (name !== constant.name) rename(constant.name, name, constant)
        continue
      }
      const moved = `${name} as the exporter folded it`
      if (isTaken(moved)) continue
      for (const node of nodes) node.inputs = node.inputs.map((input) => (input === constant.name ? moved : input))
      constants.delete(constant.name)
      constants.set(name, { ...shaped.constant, name })
      found.set(name, found.get(constant.name) ?? constant.name)
      if (shaped.op === 'Transpose') added.push(toNode('Transpose', [name], moved))
      else {
        const shape = toShape(`${moved}: shape`, constant.shape)
        added.push(toNode('Reshape', [name, shape], moved))
      }
    }
  }

  /** The older exporter names nodes by modules: `/block/mixed/MatMul` uses `block.mixed.weight`. */
  function scopedName(user: FileNode, made: string): string | undefined {
    if (!user.name.startsWith('/')) return undefined
    const next = nodes.find(({ op, inputs }) => op === 'Add' && inputs.includes(user.outputs[0]!))
    const bias = next?.inputs.find((input) => constants.has(input) && /bias$/.test(input))
    if (user.op === 'MatMul' && bias !== undefined && !MADE_UP.test(bias)) return bias.replace(/bias$/, 'weight')
    const scope = user.name.split('/').slice(1, -1).join('.')
    const place = user.inputs.indexOf(made)
    const part = {
      LSTM: ['', 'weight_ih', 'weight_hh', 'bias'],
      GRU: ['', 'weight_ih', 'weight_hh', 'bias'],
      Conv: ['', 'weight', 'bias'],
      Add: ['bias', 'bias'],
    }[user.op]?.[place]
    return `${scope === '' ? user.op : scope}.${part ?? 'weight'}`
  }

  /** A folded weight as its user had it: a matrix turned back, a gain of channels without the axes behind it. */
  function unfold(
    constant: Constant,
    user: FileNode,
    call: string | undefined,
  ): { op: string; constant: Constant } | undefined {
    const { shape } = constant
    const isLinear = user.op === 'MatMul' && shape.length === 2 && user.inputs[1] === constant.name
    if (isLinear && (call === 'linear' || call === undefined)) return { op: 'Transpose', constant: transpose(constant) }
    const size = shape.reduce((product, one) => product * one, 1)
    const isVector = shape.length > 1 && shape.includes(size)
    if (isVector && (call === 'group_norm' || call === 'prelu' || user.op === 'PRelu')) {
      return { op: 'Reshape', constant: { ...constant, shape: [size] } }
    }
    return undefined
  }

  function sayWhatIsMissing(): void {
    const isThere = (name: string) =>
      constants.has(name) ||
      [...constants.keys()].some((own) => isFoldedFrom(own, name) || own.split('+').includes(name))
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
}

function toNode(op: string, inputs: string[], output: string): FileNode {
  return { op, name: '', domain: '', inputs, outputs: [output], attributes: {}, metadata: new Map() }
}
