/** Cases of `lanes.json`: lanes in words, and stored models. */
import { type Case, WORD, word, words, texts, between } from '../numbers.ts'

/** Σ_j v_j · 2^(laneBits·j) mod 2^256. */
export const sumOfLanes = (lanes: readonly bigint[], laneBits: number): bigint => {
  let total = 0n
  for (let j = 0; j < lanes.length; j++) total += lanes[j]! * 2n ** BigInt(laneBits * j)
  return ((total % WORD) + WORD) % WORD
}

/** Every field is v + 2^(laneBits−1). */
export const storedWord = (lanes: readonly bigint[], laneBits: number): bigint => {
  let total = 0n
  for (let j = 0; j < 256 / laneBits; j++) {
    total += ((lanes[j] ?? 0n) + 2n ** BigInt(laneBits - 1)) * 2n ** BigInt(laneBits * j)
  }
  return total
}

export const storedWords = (values: readonly bigint[], laneBits: number): bigint[] => {
  const size = 256 / laneBits
  const result: bigint[] = []
  for (let p = 0; p < values.length; p += size) result.push(storedWord(values.slice(p, p + size), laneBits))
  return result
}

export const lanes = () => {
  const cases: Case[] = []
  const models: Case[] = []
  for (const laneBits of [16, 32]) {
    const size = 256 / laneBits
    const least = -(2n ** BigInt(laneBits - 1))
    const most = -least - 1n
    const fill = (f: (j: number) => bigint): bigint[] => Array.from({ length: size }, (_, j) => f(j))
    const sets = [
      fill(() => 0n),
      fill(() => 1n),
      fill(() => -1n),
      fill(() => least),
      fill(() => most),
      fill((j) => (j % 2 === 0 ? least : most)),
      fill((j) => (j % 2 === 0 ? most : least)),
      fill((j) => (j === size - 1 ? least : 0n)),
      fill((j) => (j === size - 1 ? most : -1n)),
      fill((j) => (j === 0 ? -1n : 0n)),
      fill((j) => BigInt(j) - BigInt(size / 2)),
      ...Array.from({ length: 5 }, () => fill(() => between(least, most))),
    ]
    for (const set of sets) {
      cases.push({
        laneBits: String(laneBits),
        lanes: texts(set),
        word: word(sumOfLanes(set, laneBits)),
        stored: word(storedWord(set, laneBits)),
      })
    }
    for (const length of [1, size - 1, size, size + 1, 3 * size + 2]) {
      const values = Array.from({ length }, () => between(least, most))
      models.push({
        laneBits: String(laneBits),
        length: String(length),
        values: texts(values),
        stored: words(storedWords(values, laneBits)),
      })
    }
  }
  return { cases, models }
}
