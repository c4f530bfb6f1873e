/** Cases of `cohort.json`: who trains in a round, and what. */
import { type Case, hash, encode, word, texts, draw } from '../numbers.ts'

/** The draw, as a permutation. */
const permutations = (): Case[] => {
  const cases: Case[] = []
  for (const members of [1, 2, 3, 4, 5, 16, 17, 64, 65, 100, 257]) {
    const seed = draw()
    let h = 1n
    while (2n ** (2n * h) < BigInt(members)) h++
    const half = 2n ** h
    const indices: bigint[] = []
    for (let position = 0n; position < BigInt(members); position++) {
      let x = position
      do {
        let a = x / half
        let b = x % half
        for (let k = 0n; k < 4n; k++) {
          const keyed = hash(encode([seed, k, b])) % half
          const swapped = a ^ keyed
          a = b
          b = swapped
        }
        x = a * half + b
      } while (x >= BigInt(members))
      indices.push(x)
    }
    cases.push({ seed: word(seed), members: String(members), indices: texts(indices) })
  }
  return cases
}

/** Which shards each position trains, and how many updates each shard expects. */
const assigned = (): Case[] => {
  const assignments: Case[] = []
  for (const [shards, perMember, size] of [
    [1, 1, 4],
    [1, 1, 1],
    [4, 4, 3],
    [4, 1, 3],
    [5, 2, 7],
    [7, 3, 2],
    [16, 5, 8],
    [3, 2, 0],
  ] as const) {
    for (const round of [0, 1, 2, 13, 4294967]) {
      const flat: number[] = []
      for (let p = 0; p < size; p++) {
        for (let k = 0; k < perMember; k++) flat.push(Number((BigInt(p + round) * BigInt(perMember) + BigInt(k)) % BigInt(shards)))
      }
      const expected = Array.from({ length: shards }, (_, s) => flat.filter((shard) => shard === s).length)
      assignments.push({
        shards: String(shards),
        shardsPerMember: String(perMember),
        round: String(round),
        cohort: String(size),
        assigned: texts(flat),
        expected: texts(expected),
      })
    }
  }
  return assignments
}

const chosenKeepers = (): Case[] => {
  const keepers: Case[] = []
  for (const size of [1, 2, 8, 100, 256]) {
    const seed = draw()
    const positions = Array.from({ length: 8 }, (_, shard) => hash(encode([seed, BigInt(shard)])) % BigInt(size))
    keepers.push({ seed: word(seed), cohort: String(size), positions: texts(positions) })
  }
  return keepers
}

export const cohort = () => ({ cases: permutations(), assignments: assigned(), keepers: chosenKeepers() })
