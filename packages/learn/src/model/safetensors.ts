/**
 * safetensors: 8 bytes little-endian header length, a JSON header, the tensors' bytes. Holds numbers and nothing that
 * runs, so a stranger's model can be read.
 *
 * @see https://github.com/huggingface/safetensors, "Format"
 */

/** A named tensor of single-precision numbers, row-major. */
export interface FloatTensor {
  name: string
  shape: number[]
  values: Float32Array
}

/** The reference implementation's limit. */
const MAXIMUM_HEADER = 100_000_000

/** Bytes of a safetensors file. Names must be unique and not `__metadata__`. @throws {@link SafetensorsError} */
export function writeSafetensors(tensors: FloatTensor[], metadata: Record<string, string> = {}): Uint8Array {
  const header: Record<string, unknown> = Object.create(null)
  if (Object.keys(metadata).length > 0) header.__metadata__ = metadata
  let end = 0
  for (const { name, shape, values } of tensors) {
    if (name in header || name === '__metadata__')
      throw new SafetensorsError(`tensor "${name}" is named twice or reserved`)
    if (countOf(shape) !== values.length) {
      throw new SafetensorsError(`tensor "${name}" has ${values.length} values for shape [${shape}]`)
    }
    header[name] = { dtype: 'F32', shape, data_offsets: [end, end + 4 * values.length] }
    end += 4 * values.length
  }
  const text = JSON.stringify(header)
  // Spaces after the header align the data to 8 bytes, as the reference does.
  const json = new TextEncoder().encode(text)
  const padded = Math.ceil(json.length / 8) * 8
  const bytes = new Uint8Array(8 + padded + end).fill(0x20, 8, 8 + padded)
  const view = new DataView(bytes.buffer)
  view.setBigUint64(0, BigInt(padded), true)
  bytes.set(json, 8)
  let position = 8 + padded
  for (const { values } of tensors) {
    for (const value of values) {
      view.setFloat32(position, value, true)
      position += 4
    }
  }
  return bytes
}

/**
 * Reads a safetensors file of F32 tensors. Hostile input is refused: lengths beyond the file, overlaps, holes, shapes
 * that do not fit their bytes, other types, numbers that are not finite.
 *
 * @throws {@link SafetensorsError}
 */
export function readSafetensors(bytes: Uint8Array): { tensors: FloatTensor[]; metadata: Record<string, string> } {
  if (bytes.length < 8) throw new SafetensorsError('the file is shorter than 8 bytes')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const length = view.getBigUint64(0, true)
  if (length > BigInt(MAXIMUM_HEADER) || length > BigInt(bytes.length - 8)) {
    throw new SafetensorsError(`the header claims ${length} bytes, the file has ${bytes.length - 8} left`)
  }
  const start = 8 + Number(length)
  const { __metadata__: metadata, ...entries } = parseHeader(bytes.subarray(8, start))
  let position = 0
  const tensors = Object.entries(entries)
    .map(([name, entry]) => checkEntry(name, entry))
    .sort((a, b) => a.begin - b.begin || a.end - b.end)
    .map(({ name, shape, begin, end }) => {
      if (begin !== position) throw new SafetensorsError(`tensor "${name}" starts at ${begin}, not at ${position}`)
      if (end > bytes.length - start) throw new SafetensorsError(`tensor "${name}" ends after the file`)
      position = end
      const values = Float32Array.from({ length: (end - begin) / 4 }, (_, i) =>
        view.getFloat32(start + begin + 4 * i, true),
      )
      const broken = values.findIndex((value) => !Number.isFinite(value))
      if (broken >= 0) throw new SafetensorsError(`value ${broken} of tensor "${name}" is ${values[broken]}`)
      return { name, shape, values }
    })
  if (position !== bytes.length - start)
    throw new SafetensorsError(`${bytes.length - start - position} bytes after the last tensor`)
  return { tensors, metadata: checkMetadata(metadata) }
}

function parseHeader(bytes: Uint8Array): Record<string, unknown> {
  let header: unknown
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    throw new SafetensorsError('the header is not JSON in UTF-8')
  }
  if (!isRecord(header)) throw new SafetensorsError('the header is not a JSON object')
  return header
}

function checkEntry(name: string, entry: unknown): { name: string; shape: number[]; begin: number; end: number } {
  if (!isRecord(entry)) throw new SafetensorsError(`tensor "${name}" is not an object`)
  const { dtype, shape, data_offsets: offsets } = entry
  if (dtype !== 'F32')
    throw new SafetensorsError(`tensor "${name}" has type ${JSON.stringify(dtype)}; only F32 is read`)
  if (!isSizes(shape)) throw new SafetensorsError(`tensor "${name}" has no valid shape`)
  if (!isSizes(offsets) || offsets.length !== 2)
    throw new SafetensorsError(`tensor "${name}" has no valid data_offsets`)
  const [begin, end] = offsets as [number, number]
  if (end - begin !== 4 * countOf(shape)) {
    throw new SafetensorsError(`tensor "${name}" of shape [${shape}] has ${end - begin} bytes`)
  }
  return { name, shape, begin, end }
}

function checkMetadata(metadata: unknown): Record<string, string> {
  if (metadata === undefined) return {}
  if (!isRecord(metadata) || Object.values(metadata).some((value) => typeof value !== 'string')) {
    throw new SafetensorsError('__metadata__ must map text to text')
  }
  return metadata as Record<string, string>
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0)
}

function countOf(shape: number[]): number {
  return shape.reduce((product, size) => product * size, 1)
}

/** Bytes are not a safetensors file that this project reads. */
export class SafetensorsError extends Error {
  override name = 'SafetensorsError'
  constructor(reason: string) {
    super(`safetensors: ${reason}. Fetch or write the file again.`)
  }
}
