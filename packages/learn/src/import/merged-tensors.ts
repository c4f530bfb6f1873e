/**
 * Tells apart what an exporter merged because it happened to be equal, and joins what it wrote twice: so that each tensor
 * that is trained is one parameter of the model that was exported.
 */
import { isTorchScript, list, MADE_UP, ROLES } from '../onnx/parameter-use.ts'
import { isFill, isTransposed } from '../onnx/tensor-values.ts'
import { type EditedFile, isTaken, toNode } from './edited-file.ts'
import { CALLS } from './exporter-calls.ts'

/** A weight that a folded transpose wrote a second time is one parameter: two of random values are never equal. */
export function tieTransposes(edited: EditedFile): void {
  const { constants, added, notes } = edited
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
export function separateCalls(edited: EditedFile): void {
  const { exported, constants, nodes, found, notes } = edited
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
        if (isTaken(edited, wanted)) continue
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
export function separateFills(edited: EditedFile): void {
  const { file, constants, nodes, notes } = edited
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
      while (isTaken(edited, `${input}.${copy}`)) copy += 1
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
