/**
 * Text of JSON as programs of all systems write it: UTF-8 or UTF-16, with a byte order mark or without. What is neither is
 * refused, since a replaced byte could be part of a path or a name.
 *
 * @see RFC 4627, section 3: JSON begins with two ASCII characters, whose zeros tell the encoding
 * @example
 * ```ts
 * import { parseJsonBytes } from '@tutti/core'
 *
 * const utf16 = Buffer.from('\ufeff{"rounds":30}', 'utf16le')
 * parseJsonBytes(utf16) // → { rounds: 30 }
 * parseJsonBytes(Uint8Array.of(0x22, 0xff, 0x22)) // throws JsonEncodingError
 * ```
 */

/**
 * The text of a JSON file, without its byte order mark.
 *
 * @throws {@link JsonEncodingError}
 */
export function decodeJsonText(bytes: Uint8Array): string {
  const encoding = encodingOf(bytes)
  if (encoding === 'utf-32') throw new JsonEncodingError('it is UTF-32')
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes)
  } catch {
    throw new JsonEncodingError(`its bytes are no ${encoding === 'utf-8' ? 'UTF-8' : 'UTF-16'}`)
  }
}

/**
 * Parses a JSON file.
 *
 * @throws {@link JsonEncodingError}; `SyntaxError`
 */
export function parseJsonBytes(bytes: Uint8Array): unknown {
  return JSON.parse(decodeJsonText(bytes))
}

function encodingOf([a, b, c, d]: Uint8Array): 'utf-8' | 'utf-16le' | 'utf-16be' | 'utf-32' {
  if ((a === 0xff && b === 0xfe && c === 0 && d === 0) || (a === 0 && b === 0)) return 'utf-32'
  if (a !== 0 && b === 0 && c === 0 && d === 0) return 'utf-32'
  if ((a === 0xff && b === 0xfe) || b === 0) return 'utf-16le'
  if ((a === 0xfe && b === 0xff) || a === 0) return 'utf-16be'
  return 'utf-8'
}

/** Bytes that are no text in an encoding of JSON. */
export class JsonEncodingError extends Error {
  override readonly name = 'JsonEncodingError'

  constructor(reason: string) {
    super(`${reason}; save it as UTF-8`)
  }
}
