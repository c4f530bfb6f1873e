/**
 * JSON Canonicalization Scheme (RFC 8785): sorted keys, no white space, numbers as ECMAScript writes them.
 * The same value always gives the same bytes, so that a hash names it.
 *
 * @example
 * ```ts
 * import { toCanonicalJson } from '@tutti/learn'
 *
 * toCanonicalJson({ b: [1, 2], a: 'x' }) // → '{"a":"x","b":[1,2]}'
 * toCanonicalJson({ a: Number.NaN }) // throws CanonicalJsonError
 * ```
 */

/** A value that JSON can hold. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

/**
 * Canonical text of a JSON value; keys are sorted by UTF-16 code units.
 *
 * @throws {@link CanonicalJsonError} for NaN, infinities, lone surrogates and values that JSON has no form for.
 */
export function toCanonicalJson(value: unknown, path = ''): string {
  if (value === null || typeof value === 'boolean') return JSON.stringify(value)
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new CanonicalJsonError(path, `${value} has no form in JSON`)
    return JSON.stringify(value)
  }
  if (typeof value === 'string') {
    if (/\p{Surrogate}/u.test(value)) throw new CanonicalJsonError(path, 'a lone surrogate is not text')
    return JSON.stringify(value)
  }
  if (Array.isArray(value)) {
    return `[${value.map((item, index) => toCanonicalJson(item, `${path}[${index}]`)).join(',')}]`
  }
  if (typeof value === 'object') {
    const entries = Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    return `{${entries
      .map(
        ([key, item]) => `${toCanonicalJson(key, path)}:${toCanonicalJson(item, path === '' ? key : `${path}.${key}`)}`,
      )
      .join(',')}}`
  }
  throw new CanonicalJsonError(path, `a ${typeof value} has no form in JSON`)
}

/** A value that canonical JSON cannot hold. */
export class CanonicalJsonError extends Error {
  override name = 'CanonicalJsonError'
  readonly path: string
  constructor(path: string, reason: string) {
    super(`Cannot serialise ${path === '' ? 'the value' : `"${path}"`}: ${reason}.`)
    this.path = path
  }
}
