/** Gives folded weights the names and the shapes that their users wrote. */
import { MADE_UP } from '../onnx/parameter-use.ts'
import type { FileNode } from '../onnx/reader.ts'
import { transpose } from '../onnx/tensor-values.ts'
import type { Constant } from '../onnx/writer.ts'
import { type EditedFile, isTaken, rename, toNode, toShape } from './edited-file.ts'

/** Users' names, and shapes, for folded weights. */
export function restoreNames(edited: EditedFile): void {
  const { exported, constants, nodes, added, found } = edited
  for (const constant of [...constants.values()]) {
    if (constant.type !== 'float') continue
    const user = [...nodes, ...added].find(({ inputs }) => inputs.includes(constant.name))
    if (user === undefined) continue
    const { parameters } = exported.constantNote(found.get(constant.name) ?? constant.name)
    const isNoted = exported.isWritten && !exported.parameters.has(constant.name)
    const name = isNoted
      ? parameters.join('+')
      : !exported.isWritten && /^onnx::/.test(constant.name)
        ? scopedName(edited, user, constant.name)
        : constant.name
    const isFolded = name !== constant.name || (found.has(constant.name) && exported.isWritten)
    if (name === undefined || name === '' || !isFolded || (name !== constant.name && isTaken(edited, name))) continue
    const call = exported.callNote(user)?.call
    const shaped = unfold(constant, user, call)
    if (shaped === undefined) {
      if (name !== constant.name) rename(edited, constant.name, name, constant)
      continue
    }
    const moved = `${name} as the exporter folded it`
    if (isTaken(edited, moved)) continue
    for (const node of nodes) node.inputs = node.inputs.map((input) => (input === constant.name ? moved : input))
    constants.delete(constant.name)
    constants.set(name, { ...shaped.constant, name })
    found.set(name, found.get(constant.name) ?? constant.name)
    if (shaped.op === 'Transpose') added.push(toNode('Transpose', [name], moved))
    else {
      const shape = toShape(edited, `${moved}: shape`, constant.shape)
      added.push(toNode('Reshape', [name, shape], moved))
    }
  }
}

/** The older exporter names nodes by modules: `/block/mixed/MatMul` uses `block.mixed.weight`. */
function scopedName(edited: EditedFile, user: FileNode, made: string): string | undefined {
  const { constants, nodes } = edited
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
