/** Cases of `words.json`: the hashes that the chain keeps of a model, shard by shard and of the whole. */
import { type Case, between, bytes32, hash, word, words } from '../numbers.ts'
import { storedWords } from './lanes.ts'

export const modelWords = () => {
  const cases: Case[] = []
  for (const laneBits of [16, 32]) {
    const settings: [dimension: number, shardSize: number][] = [
      [1, 1],
      [40, 64],
      [64, 64],
      [96, 64],
      [193, 64],
    ]
    for (const [dimension, shardSize] of settings) {
      const most = 2n ** BigInt(laneBits - 1) - 1n
      const values = Array.from({ length: dimension }, () => between(-most - 1n, most))
      const hashes: bigint[] = []
      for (let start = 0; start < dimension; start += shardSize) {
        hashes.push(hash(storedWords(values.slice(start, start + shardSize), laneBits).flatMap(bytes32)))
      }
      const whole = hashes.length === 1 ? hashes[0]! : hash(hashes.flatMap(bytes32))
      cases.push({
        laneBits: String(laneBits),
        dimension: String(dimension),
        shardSize: String(shardSize),
        words: words(storedWords(values, laneBits)),
        hashes: hashes.map(word),
        modelHash: word(whole),
      })
    }
  }
  return { cases }
}
