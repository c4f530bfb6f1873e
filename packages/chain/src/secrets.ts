/**
 * What may be a secret of an endpoint's address, and texts without it: providers put their keys into path and query, or
 * before an `@`, and servers and libraries repeat them in what they say.
 *
 * Loads nothing, so that all that writes may ask it.
 */

/** Longest text of an endpoint that is shown, in characters. */
const longestText = 400
/** A part of a path that is shorter is a word or a version, and stands in sentences. */
const SHORTEST = { inWords: 6, anywhere: 12 }
/** Values of a query, and what stands before an `@`, from so many characters on. */
const SHORTEST_VALUE = 3

/** Addresses that this process talks to. */
const known = new Set<string>()

/** Remembers an address that this process talks to, so that no text shows its secrets: see {@link hideKnown}. */
export function rememberEndpoint(url: string): void {
  if (secretsOf(url, SHORTEST.inWords).length > 0) known.add(url)
}

/** An address without what may be a secret of it. */
export function hideSecrets(url: string): string {
  if (!URL.canParse(url)) return url
  const { origin, pathname, search } = new URL(url)
  if (origin === 'null') return url
  return pathname === '/' && search === '' ? origin : `${origin}/…`
}

/** A text without the secrets of all endpoints that this process talks to. */
export function hideKnown(text: string): string {
  let plain = text
  for (const url of known) {
    plain = plain.replaceAll(url, hideSecrets(url))
    for (const secret of secretsOf(url, SHORTEST.anywhere)) plain = plain.replaceAll(secret, '…')
  }
  return plain
}

/**
 * What an endpoint said, fit to be shown: without addresses' secrets, whole transactions, lines or pages.
 *
 * @param url - The endpoint's own address: its secrets are left out wherever they stand.
 */
export function withoutSecrets(text: string, url?: string): string {
  const own = [...(url === undefined ? [] : [url]), ...known].flatMap((address) => secretsOf(address, SHORTEST.inWords))
  const plain = own
    .reduce((rest, secret) => rest.replaceAll(secret, '…'), text)
    .replace(/https?:\/\/[^\s"'<>)]+/g, hideSecrets)
    .replace(/(0x)?[0-9a-f]{130,}/gi, (hex) => `0x… (${Math.floor(hex.length / 2)} bytes)`)
    .replace(/\s+/g, ' ')
    .trim()
  return plain.length > longestText ? `${plain.slice(0, longestText)}…` : plain
}

/** What stands before an `@`, the path with its query, their parts and values, as they are and decoded; longest first. */
function secretsOf(url: string, shortest: number): string[] {
  if (!URL.canParse(url)) return []
  const { username, password, pathname, search, searchParams } = new URL(url)
  const parts = [`${pathname}${search}`, ...pathname.split('/')].filter(({ length }) => length >= shortest)
  const values = [username, password, search, ...searchParams.values()].filter(({ length }) => length >= SHORTEST_VALUE)
  const all = [...parts, ...values].flatMap((part) => [part, readably(part)])
  return [...new Set(all)].sort((a, b) => b.length - a.length)
}

function readably(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
