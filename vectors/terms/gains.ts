/** Cases of `gains.json`: gain schedules, and what smaller cohorts make of them. */
import { type Case, word, texts } from '../numbers.ts'

const entry = (i: number, fromRound: bigint, gain: bigint): bigint => (fromRound * 65536n + gain) * 2n ** BigInt(48 * i)

/** Schedules, and the gain of each of some rounds. */
const schedules = (): Case[] => {
  const cases: Case[] = []
  for (const list of [
    [[0, 1]],
    [[0, 65535]],
    [
      [0, 8],
      [10, 4],
      [20, 2],
      [30, 1],
    ],
    [
      [0, 1],
      [1, 2],
      [2, 3],
      [3, 4],
      [4, 5],
    ],
    [
      [0, 3],
      [4294967294, 7],
    ],
  ]) {
    let packed = 0n
    list.forEach(([fromRound, gain], i) => (packed += entry(i, BigInt(fromRound!), BigInt(gain!))))
    const last = list[list.length - 1]![0]!
    const rounds = [...new Set([0, 1, 2, 3, 4, 5, 9, 10, 11, 19, 20, 29, 30, 1000, last, last + 1])]
    const expected = rounds.map((round) => {
      let gain = 0
      for (const [fromRound, value] of list) if (round >= fromRound!) gain = value!
      return gain
    })
    cases.push({
      gains: word(packed),
      fromRounds: texts(list.map(([fromRound]) => fromRound!)),
      gainValues: texts(list.map(([, gain]) => gain!)),
      minimumRounds: String(last + 1),
      rounds: texts(rounds),
      expected: texts(expected),
    })
  }
  return cases
}

const malformed = (): Case[] =>
  [
    [0n, 10, 'no entry'],
    [entry(0, 1n, 1n), 10, 'the first entry starts after round 0'],
    [entry(0, 0n, 1n) + entry(1, 0n, 2n), 10, 'not rising'],
    [entry(0, 0n, 1n) + entry(1, 5n, 2n) + entry(2, 5n, 3n), 10, 'not rising'],
    [entry(0, 0n, 1n) + entry(1, 10n, 2n), 10, 'starts after the last round'],
    [entry(0, 0n, 1n) + entry(1, 5n, 0n), 10, 'gain zero'],
    [entry(0, 0n, 1n) + entry(2, 5n, 2n), 10, 'gap'],
    [entry(0, 0n, 1n) + 2n ** 240n, 10, 'bits above 240'],
    [entry(0, 0n, 1n) + entry(1, 1n, 1n) + entry(2, 2n, 1n) + entry(3, 3n, 1n) + entry(4, 4n, 1n) + 2n ** 255n, 10, 'bits above 240'],
  ].map(([packed, rounds, reason]) => ({ gains: word(packed as bigint), rounds: String(rounds), reason }))

/** Updates of the shard that gets most when the runs of `cohort` positions are laid around the ring, counted one by one. */
const ofTheBusiestShard = (cohort: number, perMember: number, shards: number): number => {
  const updates = new Array<number>(shards).fill(0)
  for (let j = 0; j < cohort * perMember; j++) updates[j % shards]! += 1
  return Math.max(...updates)
}

/** The gain of a smaller cohort: as many times the schedule's as the updates of a shard are fewer, no remainder kept. */
const smallerCohorts = (): Case[] => {
  const effective: Case[] = []
  for (const [shards, perMember] of [[1, 1], [4, 4], [4, 1], [7, 3], [256, 2], [256, 255]] as const) {
    for (const cohortSize of [1, 2, 8, 33, 64, 256]) {
      const cohorts = [1, 2, 3, 5, 8, 31, 33, 63, 64, 255, 256].filter((cohort) => cohort <= cohortSize)
      const most = ofTheBusiestShard(cohortSize, perMember, shards)
      const expected = cohorts.map((cohort) => ofTheBusiestShard(cohort, perMember, shards))
      const gain = [1, 7, 65535][effective.length % 3]!
      effective.push({
        shards: String(shards),
        shardsPerMember: String(perMember),
        cohortSize: String(cohortSize),
        gain: String(gain),
        most: String(most),
        cohorts: texts(cohorts),
        expected: texts(expected),
        effective: texts(expected.map((updates) => (gain * most - ((gain * most) % updates)) / updates)),
      })
    }
  }
  return effective
}

export const gains = () => ({ cases: schedules(), malformed: malformed(), effective: smallerCohorts() })
