/** Cases of `sum.json`: updates folded into a model. */
import { type Case, bytes32, hash, word, words, between } from '../numbers.ts'
import { payloadWords, leastOf, mostOf, updateValue } from './codec.ts'
import { storedWords } from './lanes.ts'

export const sum = () => {
  const cases: Case[] = []
  for (const laneBits of [16, 32]) {
    for (const bits of [1, 2, 4, 8]) {
      const perWord = 256 / bits
      const settings: [members: number, length: number, gain: number, value: (m: number, p: number) => bigint][] = [
        [1, 1, 1, () => leastOf(bits)],
        [3, perWord + 3, 2, () => updateValue(bits)],
        [8, perWord, 1, () => leastOf(bits)],
        [7, perWord - 1, 3, () => mostOf(bits)],
        [20, 256 / laneBits + 5, 1, (m) => (m % 2 === 0 ? leastOf(bits) : mostOf(bits))],
      ]
      for (const [members, length, gain, value] of settings) {
        const room = 2n ** BigInt(laneBits - 1) - BigInt(gain * members) * 2n ** BigInt(bits - 1) - 1n
        const before = Array.from({ length }, (_, p) => (p % 5 === 0 ? -room : between(-room, room)))
        const updates = Array.from({ length: members }, (_, m) => Array.from({ length }, (_, p) => value(m, p)))
        const after = before.map((v, p) => {
          let total = 0n
          for (const update of updates) total += update[p]!
          return v + BigInt(gain) * total
        })
        cases.push({
          bits: String(bits),
          laneBits: String(laneBits),
          length: String(length),
          members: String(members),
          gain: String(gain),
          before: words(storedWords(before, laneBits)),
          data: words(updates.flatMap((update) => payloadWords(update, bits, laneBits))),
          after: words(storedWords(after, laneBits)),
          modelHash: word(hash(storedWords(after, laneBits).flatMap(bytes32))),
        })
      }
    }
  }
  return { cases }
}
