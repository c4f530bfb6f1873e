/** Cases of `codec.json`: updates and their payloads. */
import { type Case, hex, bytes32, word, words, texts, below, between } from '../numbers.ts'

/** Bit by bit: value p of a shard to its place in its payload word. */
export const payloadWords = (values: readonly bigint[], bits: number, laneBits: number): bigint[] => {
  const perWord = 256 / bits
  const perLaneWord = 256 / laneBits
  const result: bigint[] = Array.from({ length: Math.ceil(values.length / perWord) }, () => 0n)
  for (let p = 0; p < values.length; p++) {
    const q = p % perWord
    const i = Math.floor(q / perLaneWord)
    const j = q % perLaneWord
    const field = bits === 1 ? (values[p] === 1n ? 0n : 1n) : (values[p]! + 2n ** BigInt(bits)) % 2n ** BigInt(bits)
    result[Math.floor(p / perWord)]! += field * 2n ** BigInt(laneBits * j + bits * i)
  }
  return result
}

export const leastOf = (bits: number): bigint => (bits === 1 ? -1n : -(2n ** BigInt(bits - 1)))
export const mostOf = (bits: number): bigint => (bits === 1 ? 1n : 2n ** BigInt(bits - 1) - 1n)
export const updateValue = (bits: number): bigint => (bits === 1 ? 2n * below(2) - 1n : between(leastOf(bits), mostOf(bits)))

export const codec = () => {
  const cases: Case[] = []
  const refused: Case[] = []
  for (const laneBits of [16, 32]) {
    for (const bits of [1, 2, 4, 8]) {
      const perWord = 256 / bits
      const add = (values: bigint[]) =>
        cases.push({
          bits: String(bits),
          laneBits: String(laneBits),
          length: String(values.length),
          values: texts(values),
          payload: words(payloadWords(values, bits, laneBits)),
        })
      const fill = (length: number, f: (p: number) => bigint) => add(Array.from({ length }, (_, p) => f(p)))
      fill(1, () => leastOf(bits))
      fill(perWord, () => leastOf(bits))
      fill(perWord, () => mostOf(bits))
      fill(perWord, (p) => (p === perWord - 1 ? leastOf(bits) : mostOf(bits)))
      fill(256 / laneBits + 1, () => updateValue(bits))
      fill(perWord + 1, () => updateValue(bits))
      fill(2 * perWord - 1, () => updateValue(bits))

      const length = perWord + 3
      const good = payloadWords(
        Array.from({ length }, () => updateValue(bits)),
        bits,
        laneBits,
      )
      const widths = { bits: String(bits), laneBits: String(laneBits), length: String(length) }
      refused.push({ ...widths, payload: words(good.slice(1)), reason: 'length' })
      refused.push({ ...widths, payload: words([...good, 0n]), reason: 'length' })
      refused.push({ ...widths, payload: hex(good.flatMap(bytes32).slice(1)), reason: 'length' })
      for (const q of [3, perWord - 1]) {
        const bit = laneBits * (q % (256 / laneBits)) + bits * Math.floor(q / (256 / laneBits))
        refused.push({ ...widths, payload: words([good[0]!, good[1]! + 2n ** BigInt(bit)]), reason: 'padding' })
      }
    }
  }
  return { cases, refused }
}
