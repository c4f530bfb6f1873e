import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { decodeJsonText, JsonEncodingError, parseJsonBytes } from '../../src/arithmetic/json-text.ts'

const wide = (text: string, isBig: boolean) => {
  const bytes = Buffer.from(text, 'utf16le')
  return isBig ? bytes.swap16() : bytes
}

/** As editors of all systems write it. */
const written = (text: string): Uint8Array[] => [
  Buffer.from(text),
  Buffer.from(`\ufeff${text}`),
  wide(text, false),
  wide(`\ufeff${text}`, false),
  wide(text, true),
  wide(`\ufeff${text}`, true),
]

test('parse(write(value)) ≡ value, in UTF-8 and UTF-16, with and without a byte order mark, with either end of line', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.oneof(fc.string({ unit: 'grapheme' }), fc.integer())), (value) => {
      for (const text of [JSON.stringify(value), JSON.stringify(value, null, 2).replaceAll('\n', '\r\n')]) {
        for (const bytes of written(text)) {
          assert.deepEqual(parseJsonBytes(bytes), JSON.parse(text))
          assert.equal(decodeJsonText(bytes), text)
        }
      }
    }),
  )
})

test('what is no UTF is refused by name, and nothing is replaced', () => {
  const latin = Buffer.from('{"data": "/home/K\u00f6ln.csv"}', 'latin1')
  assert.throws(() => decodeJsonText(latin), { name: 'JsonEncodingError', message: /no UTF-8; save it as UTF-8/ })
  assert.throws(() => decodeJsonText(Uint8Array.of(0, 0, 0, 0x7b)), JsonEncodingError)
  assert.throws(() => decodeJsonText(Uint8Array.of(0x7b, 0, 0, 0)), JsonEncodingError)
  assert.throws(() => decodeJsonText(Uint8Array.of(0xff, 0xfe, 0x00, 0xd8)), JsonEncodingError)
  assert.throws(() => parseJsonBytes(Buffer.from('{')), SyntaxError)
})
