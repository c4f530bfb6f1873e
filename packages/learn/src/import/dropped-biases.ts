/** Puts biases of zero back that an exporter dropped. */
import { list } from '../onnx/parameter-use.ts'
import type { FileNode } from '../onnx/reader.ts'
import { type EditedFile, isFoldedFrom, isTaken, toNode } from './edited-file.ts'
import { CALLS } from './exporter-calls.ts'

/** The exporter drops biases of zero, which training would move. */
export function restoreBiases(edited: EditedFile): void {
  const { exported, constants, nodes, found, notes } = edited
  const restored: string[] = []
  for (const node of [...nodes]) {
    const call = exported.callNote(node)
    if (call === undefined || call.parameters.length !== 2 || !CALLS.get(call.call)?.[node.op]) continue
    const bias = call.parameters[1]!
    const weight = constants.get(node.inputs[1] ?? '')
    if (weight === undefined || isTaken(edited, bias) || [...found.keys()].includes(bias)) continue
    if (exported.constantNote(found.get(weight.name) ?? weight.name).kind !== 'parameter') continue
    if (nodes.some(({ inputs }) => inputs.some((input) => isFoldedFrom(edited, input, bias)))) continue
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
