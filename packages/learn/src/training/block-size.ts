/**
 * How many channels this machine's runtime computes together in convolutions (blocked-layout.ts).
 *
 * The runtime does not say it, and has no such operators on some processors, so it is asked: an image whose values count
 * upwards is put into blocks, and the order in which they then lie tells the size.
 */
import { BLOCKED_DOMAIN } from '../gradients/blocked-layout.ts'
import { createGraph } from '../onnx/graph.ts'
import { openSession, TelemetryError, Tensor } from '../onnx/runtime.ts'
import { encodeModel } from '../onnx/writer.ts'

/** As many channels as the largest block has. */
const CHANNELS = 16
const COLUMNS = 2

let found: Promise<number | undefined> | undefined

/**
 * Channels in a block, 8 or 16; undefined where the runtime has no blocks. Asked once in a process.
 *
 * @throws `TelemetryError`
 */
export function findBlockSize(): Promise<number | undefined> {
  found ??= measureBlock().catch((error) => {
    found = undefined
    throw error
  })
  return found
}

async function measureBlock(): Promise<number | undefined> {
  const shape = [1, CHANNELS, 1, COLUMNS]
  const graph = createGraph('block')
  graph.inputs.push({ name: 'x', type: 'float', shape })
  graph.outputs.push({ name: 'y', type: 'float', shape })
  graph.nodes.push({ op: 'ReorderInput', domain: BLOCKED_DOMAIN, inputs: ['x'], outputs: ['y'], attributes: {} })
  const session = await openSession(encodeModel(graph), { logSeverityLevel: 4 }).catch((error) => {
    if (error instanceof TelemetryError) throw error
    return undefined
  })
  if (session === undefined) return undefined
  const values = Float32Array.from({ length: CHANNELS * COLUMNS }, (_, index) => index)
  const { y } = await session.run({ x: new Tensor('float32', values, shape) })
  await session.release()
  return [8, 16].find((block) => listBlocked(block).every((value, index) => value === y!.data[index]))
}

/** The values 0, 1, … of the image in the order in which blocks of that size hold them. */
function listBlocked(block: number): number[] {
  return Array.from({ length: CHANNELS * COLUMNS }, (_, index) => {
    const [group, rest] = [Math.floor(index / (block * COLUMNS)), index % (block * COLUMNS)]
    const [column, channel] = [Math.floor(rest / block), group * block + (rest % block)]
    return channel * COLUMNS + column
  })
}
