/**
 * JSON with its checksum in the line before it, which shows whether the file was cut or altered.
 */
import { createHash } from 'node:crypto'

/** An object as the bytes of a file: SHA-256 of the text, then the text, a line each. */
export function toCheckedBytes(content: object): Uint8Array {
  const text = JSON.stringify(content)
  return new TextEncoder().encode(`${sha256(new TextEncoder().encode(text))}\n${text}\n`)
}

/** What {@link toCheckedBytes} wrote; undefined if it is absent, cut or altered. */
export function fromCheckedBytes(bytes: Uint8Array | undefined): unknown {
  if (bytes === undefined) return undefined
  const [checksum, text, ...rest] = new TextDecoder().decode(bytes).split('\n')
  if (text === undefined || rest.length !== 1 || rest[0] !== '') return undefined
  return sha256(new TextEncoder().encode(text)) === checksum ? JSON.parse(text) : undefined
}

/**
 * Refuses what a newer version wrote: it is not damaged, and must not be overwritten.
 *
 * @param known - The newest form that this version knows.
 * @throws {@link NewerVersionError}
 */
export function refuseNewer(path: string, content: unknown, known: number): void {
  const version = (content as { version?: unknown } | undefined)?.version
  if (typeof version === 'number' && version > known) throw new NewerVersionError(path, version, known)
}

/** A file of the store was written by a newer version. Do not retry. */
export class NewerVersionError extends Error {
  override readonly name = 'NewerVersionError'
  readonly isRetryable = false

  constructor(path: string, version: number, known: number) {
    super(
      `Run the newer version of Tutti again: ${path} was written by it (form ${version}; this version knows ${known}). Nothing ` +
        'was changed. A fresh store would not know what was sent and spent from this one.',
    )
  }
}

/** SHA-256 in hexadecimal, without prefix. */
export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
