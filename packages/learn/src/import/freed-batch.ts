/** Frees the batch of a file that an exporter wrote for one size of it. */
import { type EditedFile, toNode, toShape } from './edited-file.ts'

/** What the exporter wrote out for each example of a fixed batch is one value for all examples. */
export function freeBatch(edited: EditedFile): void {
  const { file, constants, nodes, added } = edited
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
    const sizes = toShape(edited, `${spread}: shape`, shape)
    for (const node of users) node.inputs = node.inputs.map((input) => (input === name ? spread : input))
    constants.set(name, { name, type, shape: [1, ...shape.slice(1)], bytes: bytes.slice(0, size) })
    added.push(toNode('Expand', [name, sizes], spread))
  }
}
