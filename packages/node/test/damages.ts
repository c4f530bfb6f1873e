/** Ways in which a file on disk is damaged: one of each kind of place, and what is cut off. */
export const damages: [what: string, damage: (content: Uint8Array) => Uint8Array][] = [
  ['altered in its first byte', (content) => altered(content, 0)],
  ['altered in its head', (content) => altered(content, 40)],
  ['altered in the byte before its middle', (content) => altered(content, Math.max(0, (content.length >> 1) - 1))],
  ['altered three quarters of the way', (content) => altered(content, Math.floor((3 * content.length) / 4))],
  ['altered in its last byte', (content) => altered(content, content.length - 1)],
  ['cut in half', (content) => content.slice(0, content.length >> 1)],
  ['short of its last byte', (content) => content.slice(0, -1)],
  ['emptied', () => new Uint8Array()],
  ['overwritten with zeros', (content) => new Uint8Array(content.length)],
]

function altered(content: Uint8Array, at: number): Uint8Array {
  const copy = Uint8Array.from(content)
  copy[Math.min(at, copy.length - 1)]! ^= 0x10
  return copy
}
