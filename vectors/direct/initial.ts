/** Cases of `initial.json`: the integers that a model starts from. */
import { type Case, hash, encode, word, words, texts, draw } from '../numbers.ts'
import { storedWords } from './lanes.ts'

export const initial = () => {
  const cases: Case[] = []
  for (const laneBits of [16, 32]) {
    const widest = 2n ** BigInt(laneBits - 1) - 1n
    const settings: [lengths: number[], amplitudes: bigint[]][] = [
      [[40], [100n]],
      [[1], [0n]],
      [
        [10, 3, 20, 4],
        [7n, 0n, widest, 1n],
      ],
      [
        [16, 8],
        [widest, 5n],
      ],
      [
        [5, 1, 1, 1, 30],
        [1n, 2n, 3n, 4n, 300n],
      ],
    ]
    for (const [lengths, amplitudes] of settings) {
      const seed = draw()
      const size = 256 / laneBits
      const values: bigint[] = []
      lengths.forEach((length, t) => {
        for (let k = 0; k < length; k++) {
          const p = values.length
          const h = hash(encode([seed, BigInt(Math.floor(p / size))]))
          const u = (h / 2n ** BigInt(laneBits * (p % size))) % 2n ** BigInt(laneBits)
          const a = amplitudes[t]!
          values.push((u * (2n * a + 1n)) / 2n ** BigInt(laneBits) - a)
        }
      })
      cases.push({
        laneBits: String(laneBits),
        dimension: String(values.length),
        seed: word(seed),
        tensorLengths: texts(lengths),
        tensorAmplitudes: texts(amplitudes),
        values: texts(values),
        stored: words(storedWords(values, laneBits)),
      })
    }
  }
  return { cases }
}
