/**
 * Base files by name: the keccak256 that contract and manifest know one by.
 *
 * @example
 * ```ts
 * import { checkBase, hashBase } from '@tutti/learn'
 *
 * const file = Uint8Array.of(1, 2, 3)
 * checkBase(hashBase(file), file) // → file
 * checkBase(hashBase(file), Uint8Array.of(4)) // throws BaseHashError
 * ```
 */
import { keccak256 } from '@tutti/core'

/** What a contract and a manifest name a base file by: its keccak256. */
export function hashBase(file: Uint8Array): `0x${string}` {
  return keccak256(file)
}

/**
 * The file, if it is the one that is named.
 *
 * @param hash - keccak256 in lower-case hexadecimal.
 * @throws {@link MissingBaseError}, {@link BaseHashError}
 */
export function checkBase(hash: string, file: Uint8Array | undefined): Uint8Array {
  if (file === undefined) throw new MissingBaseError(hash)
  const found = hashBase(file)
  if (found !== hash) throw new BaseHashError(hash, found)
  return file
}

/** The manifest names a base file and none was given. */
export class MissingBaseError extends Error {
  override name = 'MissingBaseError'
  readonly hash: string
  constructor(hash: string) {
    super(
      `The model builds on a file with keccak256 ${hash}, and none was given. Ask the creator for the file, and give ` +
        'it with --base-model FILE.',
    )
    this.hash = hash
  }
}

/** A base file is another than the manifest names. */
export class BaseHashError extends Error {
  override name = 'BaseHashError'
  constructor(expected: string, found: string) {
    super(`The base file has keccak256 ${found}; the manifest names ${expected}. Fetch the right file.`)
  }
}
