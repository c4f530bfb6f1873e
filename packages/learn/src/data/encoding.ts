/**
 * Text of a file whose encoding nobody states: UTF-8 and UTF-16 by what they cannot be mistaken for, Windows-1252 where
 * it reads like words of western Europe, and a refusal by line and byte otherwise. No byte is ever replaced.
 *
 * @see WHATWG Encoding Standard, section 4 (decoders); RFC 3629 (UTF-8)
 */

/** Encodings that are told apart. */
export type TextEncoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252'

/** How encodings are called where people read of them. */
export const ENCODING_NAMES: Record<TextEncoding, string> = {
  'utf-8': 'UTF-8',
  'utf-16le': 'UTF-16',
  'utf-16be': 'UTF-16',
  'windows-1252': 'Windows-1252',
}

const LINE_FEED = 0x0a
/** Bytes at the start by which UTF-16 without a mark is told. */
const LOOKED_AT = 1_024
/** Letters outside ASCII in a row, from which a text is hardly one of western Europe. */
const MOST_ACCENTS = 3
/** What stands between letters only where another encoding's letter was meant: "Wroc³aw" for "Wrocław". */
const ODD_BETWEEN_LETTERS = /\p{L}[¡-©«-¶¸-¿×÷€‚„“”†‡‰‹™›ˆ˜]\p{L}|[A-Za-z][ŠŽŸ][a-z]/u
const MANY_ACCENTS = new RegExp(`[À-ÖØ-öø-ÿŠšŽžŒœŸƒ]{${MOST_ACCENTS},}`, 'u')
/** Bytes that Windows-1252 does not assign; the decoder gives control characters for them. */
const UNASSIGNED = /[\u0080-\u009f]/

/**
 * Tells the encoding of bytes from all of them.
 *
 * @param chunks - The bytes in their order, in as many parts as wanted.
 * @throws {@link EncodingError} naming the line and the first byte that is none of UTF-8.
 */
export function detectEncoding(chunks: Iterable<Uint8Array>): TextEncoding {
  const detector = createDetector()
  for (const chunk of chunks) detector.add(chunk)
  return detector.finish()
}

/** Tells an encoding from bytes as they come: give every part, then ask. */
export interface EncodingDetector {
  add(chunk: Uint8Array): void
  /** @throws {@link EncodingError} */
  finish(): TextEncoding
}

/** A detector that keeps no bytes but those of the line it is in. */
export function createDetector(): EncodingDetector {
  let wide: TextEncoding | undefined
  let isFirst = true
  let utf8: InstanceType<typeof TextDecoder> | undefined = new TextDecoder('utf-8', { fatal: true })
  const western = createWesternReader()
  return {
    add(chunk) {
      if (chunk.length === 0) return
      if (isFirst) wide = findWide(chunk)
      isFirst = false
      if (wide !== undefined) return
      if (utf8 !== undefined) {
        try {
          utf8.decode(chunk, { stream: true })
        } catch {
          utf8 = undefined
        }
      }
      western.add(chunk)
    },
    finish() {
      if (wide !== undefined) return wide
      try {
        utf8?.decode()
        if (utf8 !== undefined) return 'utf-8'
      } catch {
        // A character was cut off at the end of the file.
      }
      const fault = western.finish()
      if (fault !== undefined) throw fault
      return 'windows-1252'
    },
  }
}

/** UTF-16 by its mark, or by the zeros that every second byte of western text is. */
function findWide(head: Uint8Array): TextEncoding | undefined {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le'
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be'
  const looked = head.subarray(0, LOOKED_AT)
  const zeros = [0, 0]
  for (const [index, byte] of looked.entries()) if (byte === 0) zeros[index % 2]!++
  const [even, odd] = zeros as [number, number]
  if (odd > looked.length / 4 && even === 0) return 'utf-16le'
  if (even > looked.length / 4 && odd === 0) return 'utf-16be'
  return undefined
}

/** Reads lines as Windows-1252 and keeps the first place that does not read like it. */
function createWesternReader(): { add(chunk: Uint8Array): void; finish(): EncodingError | undefined } {
  const decoder = new TextDecoder('windows-1252')
  let line = 1
  let rest: Uint8Array = new Uint8Array(0)
  let fault: EncodingError | undefined
  const look = (bytes: Uint8Array) => {
    if (fault !== undefined) return
    const first = bytes.findIndex((byte) => byte >= 0x80)
    if (first < 0) return
    const text = decoder.decode(bytes)
    const isWestern = !UNASSIGNED.test(text) && !ODD_BETWEEN_LETTERS.test(text) && !MANY_ACCENTS.test(text)
    if (!isWestern) fault = new EncodingError(line, bytes[first]!)
  }
  return {
    add(chunk) {
      let start = 0
      for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, start)) {
        const part = chunk.subarray(start, end)
        look(rest.length === 0 ? part : joinBytes(rest, part))
        rest = new Uint8Array(0)
        start = end + 1
        line++
      }
      rest = rest.length === 0 ? chunk.slice(start) : joinBytes(rest, chunk.subarray(start))
    },
    finish() {
      look(rest)
      return fault
    },
  }
}

function joinBytes(first: Uint8Array, second: Uint8Array): Uint8Array {
  const joined = new Uint8Array(first.length + second.length)
  joined.set(first)
  joined.set(second, first.length)
  return joined
}

/**
 * The text of whole bytes, without a byte order mark, and the encoding it was in.
 *
 * @throws {@link EncodingError}
 */
export function decodeText(bytes: Uint8Array): { text: string; encoding: TextEncoding } {
  const encoding = detectEncoding([bytes])
  return { text: new TextDecoder(encoding).decode(bytes), encoding }
}

/** Bytes that are text in no encoding that is read. */
export class EncodingError extends Error {
  override readonly name = 'EncodingError'
  readonly line: number
  /** What is wrong, without the place. */
  readonly reason: string
  constructor(line: number, byte: number) {
    const code = byte.toString(16).padStart(2, '0').toUpperCase()
    const reason = `byte 0x${code} is not UTF-8, and the text does not read as Windows-1252 either`
    super(`Line ${line}: ${reason}. Save the file as UTF-8.`)
    this.line = line
    this.reason = reason
  }
}
