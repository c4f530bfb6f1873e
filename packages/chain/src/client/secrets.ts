/**
 * What may be a secret of an endpoint's address, and texts without it: providers put their keys into path and query, or
 * before an `@`, and servers and libraries repeat them in what they say.
 *
 * Loads nothing, so that all that writes may ask it.
 *
 * @example
 * ```ts
 * import { hideKnown, hideSecrets, rememberEndpoint } from '@tutti/chain/secrets'
 *
 * const url = 'https://rpc.example.org/v2/a-key-of-somebody'
 * hideSecrets(url) // → 'https://rpc.example.org/…'
 * rememberEndpoint(url)
 * hideKnown(`no answer from ${url}`) // → 'no answer from https://rpc.example.org/…'
 * ```
 */

/** Longest text of an endpoint that is shown, in characters. */
const longestText = 400
/** Where a text comes from: an endpoint's words, or all that is shown, ids and amounts and people's own words among it. */
type Place = 'inWords' | 'anywhere'
/** A part of a path that is shorter is a word or a version, and stands in sentences. */
const SHORTEST = { inWords: 6, anywhere: 12 }
/** Values of a query, and what stands before an `@`, from so many characters on. */
const SHORTEST_VALUE = { inWords: 3, anywhere: 8 }
/** What is so long, and no number, is found within other words too, such as `key%3D…`. */
const LONG = 16
/** Numbers, as amounts, addresses, hashes and ids are. */
const NUMBER = /^(\d+|0x[0-9a-f]+)$/i

/** Addresses that this process talks to. */
const known = new Set<string>()

/** Remembers an address that this process talks to, so that no text shows its secrets: see {@link hideKnown}. */
export function rememberEndpoint(url: string): void {
  if (secretsOf(url, 'inWords').length > 0) known.add(url)
}

/** An address without what may be a secret of it. */
export function hideSecrets(url: string): string {
  if (!URL.canParse(url)) return url
  const { origin, pathname, search } = new URL(url)
  if (origin === 'null') return url
  return pathname === '/' && search === '' ? origin : `${origin}/…`
}

/**
 * A text without the secrets of all endpoints that this process talks to. Amounts, addresses and ids in it stay as they
 * are: only whole words are taken out, and none that is a number.
 */
export function hideKnown(text: string): string {
  let plain = text
  for (const url of known) {
    plain = plain.replaceAll(url, hideSecrets(url))
    for (const secret of secretsOf(url, 'anywhere')) plain = hide(plain, secret)
  }
  return plain
}

/**
 * What an endpoint said, fit to be shown: without addresses' secrets, whole transactions, lines or pages.
 *
 * @param url - The endpoint's own address: its secrets are left out wherever they stand.
 */
export function withoutSecrets(text: string, url?: string): string {
  const own = [...(url === undefined ? [] : [url]), ...known].flatMap((address) => secretsOf(address, 'inWords'))
  const plain = own
    .reduce(hide, text)
    .replace(/https?:\/\/[^\s"'<>)]+/g, hideSecrets)
    .replace(/(0x)?[0-9a-f]{130,}/gi, (hex) => `0x… (${Math.floor(hex.length / 2)} bytes)`)
    .replace(/\s+/g, ' ')
    .trim()
  return plain.length > longestText ? `${plain.slice(0, longestText)}…` : plain
}

/** What stands before an `@`, the path with its query, their parts and values, as they are and decoded; longest first. */
function secretsOf(url: string, place: Place): string[] {
  if (!URL.canParse(url)) return []
  const { username, password, pathname, search, searchParams } = new URL(url)
  const parts = [`${pathname}${search}`, ...pathname.split('/')].filter(({ length }) => length >= SHORTEST[place])
  const values = [username, password, ...searchParams.values()].filter(({ length }) => length >= SHORTEST_VALUE[place])
  const all = [...parts, ...(search === '' ? [] : [search]), ...values]
    .flatMap((part) => [part, readably(part)])
    .filter((part) => place === 'inWords' || !NUMBER.test(part))
  return [...new Set(all)].sort((a, b) => b.length - a.length)
}

function hide(text: string, secret: string): string {
  if (secret.length >= LONG && !/^(0x)?[0-9a-f]+$/i.test(secret)) return text.replaceAll(secret, '…')
  const before = /^[0-9a-z]/i.test(secret) ? '(?<![0-9A-Za-z])' : ''
  const after = /[0-9a-z]$/i.test(secret) ? '(?![0-9A-Za-z])' : ''
  const escaped = secret.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
  return text.replace(new RegExp(`${before}${escaped}${after}`, 'g'), '…')
}

function readably(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
