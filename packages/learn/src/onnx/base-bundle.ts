/**
 * A base file with the files beside it that hold its tensors' values, as one sequence of bytes: so that one hash names
 * them all, and who holds the bytes holds the whole base.
 *
 * Layout: `MAGIC`, the length of a header in 4 bytes little-endian, the header as JSON
 * (`[{ name, length }, …]`, the first being the base file, whose name is empty), and the files one after another. A base
 * without other files is its own bytes.
 */

const MAGIC = new TextEncoder().encode('tutti base 1\n')

/** A base file and, by their places relative to its folder, the files that it keeps values in. */
export interface BaseBundle {
  file: Uint8Array
  external: ReadonlyMap<string, Uint8Array>
}

/** `unpackBase(packBase(b)) ≡ b`. */
export function packBase({ file, external }: BaseBundle): Uint8Array {
  if (external.size === 0) return file
  // In the order of their names, so that the same files give the same bytes.
  const parts = [['', file] as const, ...[...external].sort(([a], [b]) => (a < b ? -1 : 1))]
  const header = new TextEncoder().encode(JSON.stringify(parts.map(([name, { length }]) => ({ name, length }))))
  const bytes = new Uint8Array(parts.reduce((sum, [, { length }]) => sum + length, MAGIC.length + 4 + header.length))
  bytes.set(MAGIC)
  new DataView(bytes.buffer).setUint32(MAGIC.length, header.length, true)
  let position = MAGIC.length + 4
  for (const part of [header, ...parts.map(([, content]) => content)]) {
    bytes.set(part, position)
    position += part.length
  }
  return bytes
}

/**
 * Takes a base apart; bytes without the mark are a base file by themselves.
 *
 * @throws {@link BaseBundleError}
 */
export function unpackBase(bytes: Uint8Array): BaseBundle {
  if (!MAGIC.every((byte, index) => bytes[index] === byte)) return { file: bytes, external: new Map() }
  const start = MAGIC.length + 4
  if (bytes.length < start) throw new BaseBundleError('it ends early')
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(MAGIC.length, true)
  const parts = readHeader(bytes.subarray(start, start + length))
  let position = start + length
  const files = parts.map(({ name, length: size }): [string, Uint8Array] => {
    const content = bytes.subarray(position, position + size)
    if (content.length < size) throw new BaseBundleError(`"${name}" ends early`)
    position += size
    return [name, content]
  })
  if (position !== bytes.length) throw new BaseBundleError('it goes on behind its files')
  const [first, ...rest] = files
  if (first === undefined || first[0] !== '') throw new BaseBundleError('its first file is not the model')
  return { file: first[1], external: new Map(rest) }
}

function readHeader(bytes: Uint8Array): { name: string; length: number }[] {
  let parsed: unknown
  try {
    parsed = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    throw new BaseBundleError('its header is no JSON')
  }
  const isPart = (part: unknown): part is { name: string; length: number } => {
    const { name, length } = (part ?? {}) as { name?: unknown; length?: unknown }
    return typeof name === 'string' && typeof length === 'number' && Number.isSafeInteger(length) && length >= 0
  }
  if (!Array.isArray(parsed) || !parsed.every(isPart)) throw new BaseBundleError('its header names no files')
  return parsed
}

/** The bytes claim to be a base of several files, and are none. */
export class BaseBundleError extends Error {
  override name = 'BaseBundleError'
  constructor(reason: string) {
    super(`Base of several files: ${reason}. Fetch the files again.`)
  }
}
