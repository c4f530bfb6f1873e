import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Hex, toHex } from '../../src/arithmetic/hex.ts'
import {
  assignedShards,
  cohortIndices,
  expectedUpdates,
  indexToPosition,
  keeperPosition,
  OutsideMembersError,
  positionToIndex,
  updateRank,
} from '../../src/terms/cohort.ts'
import { readVectors, toNumbers } from '../read-vectors.ts'

const { cases, assignments, keepers } = readVectors('cohort')
const seedOf = fc.uint8Array({ minLength: 32, maxLength: 32 }).map(toHex)

test('the draw agrees with the vectors', () => {
  for (const { seed, members, indices } of cases) {
    toNumbers(indices).forEach((index, position) => {
      assert.equal(positionToIndex(seed, position, Number(members)), index)
      assert.equal(indexToPosition(seed, index, Number(members)), position)
    })
  }
})

test('assigned shards and expected updates agree with the vectors', () => {
  for (const entry of assignments) {
    const [shards, shardsPerMember, round, cohort] = toNumbers([
      entry.shards,
      entry.shardsPerMember,
      entry.round,
      entry.cohort,
    ]) as [number, number, number, number]
    const terms = { dimension: shards, shardSize: 1, shardsPerMember }
    const assigned = Array.from({ length: cohort }, (_, position) => assignedShards(terms, position, round)).flat()
    assert.deepEqual(assigned, toNumbers(entry.assigned))
    const expected = Array.from({ length: shards }, (_, shard) => expectedUpdates(terms, shard, round, cohort))
    assert.deepEqual(expected, toNumbers(entry.expected))
  }
})

test('keepers agree with the vectors', () => {
  for (const { seed, cohort, positions } of keepers) {
    toNumbers(positions).forEach((position, shard) => {
      assert.equal(keeperPosition(seed, shard, Number(cohort)), position)
    })
  }
})

test('the draw is a bijection of the members, and indexToPosition its inverse', () => {
  fc.assert(
    fc.property(seedOf, fc.integer({ min: 1, max: 90 }), (seed, members) => {
      const indices = Array.from({ length: members }, (_, position) => positionToIndex(seed, position, members))
      assert.equal(new Set(indices).size, members)
      assert.ok(indices.every((index) => index >= 0 && index < members))
      indices.forEach((index, position) => {
        assert.equal(indexToPosition(seed, index, members), position)
      })
    }),
    { numRuns: 20 },
  )
})

test('the inverse holds for as many members as a round can freeze', () => {
  fc.assert(
    fc.property(seedOf, fc.integer({ min: 1, max: 2 ** 32 - 1 }), fc.nat(), (seed, members, place) => {
      const position = place % members
      assert.equal(indexToPosition(seed, positionToIndex(seed, position, members), members), position)
    }),
    { numRuns: 50 },
  )
})

test('updates that shards expect are those that positions are assigned, ranked in their order from 0', () => {
  const setting = fc.record({
    shards: fc.integer({ min: 1, max: 20 }),
    round: fc.integer({ min: 0, max: 1000 }),
    cohort: fc.integer({ min: 0, max: 30 }),
    share: fc.nat(),
  })
  fc.assert(
    fc.property(setting, ({ shards, round, cohort, share }) => {
      const terms = { dimension: shards * 10, shardSize: 10, shardsPerMember: 1 + (share % shards) }
      const counts = new Array<number>(shards).fill(0)
      for (let position = 0; position < cohort; position++) {
        const assigned = assignedShards(terms, position, round)
        assert.equal(new Set(assigned).size, terms.shardsPerMember)
        for (const [k, shard] of assigned.entries()) {
          assert.equal(updateRank(terms, position, k), counts[shard]!)
          counts[shard]!++
        }
      }
      counts.forEach((count, shard) => {
        assert.equal(expectedUpdates(terms, shard, round, cohort), count)
      })
    }),
  )
})

test('without a draw, positions are indices', () => {
  const seed: Hex = `0x${'ab'.repeat(32)}`
  assert.deepEqual(cohortIndices({ seed, members: 4, cohort: 4 }), [0, 1, 2, 3])
  const drawn = cohortIndices({ seed, members: 9, cohort: 4 })
  assert.deepEqual(
    drawn,
    [0, 1, 2, 3].map((position) => positionToIndex(seed, position, 9)),
  )
})

test('a place that no member holds is refused', () => {
  const seed: Hex = `0x${'00'.repeat(32)}`
  for (const place of [-1, 5, 0.5]) {
    assert.throws(() => positionToIndex(seed, place, 5), OutsideMembersError)
    assert.throws(() => indexToPosition(seed, place, 5), OutsideMembersError)
  }
})
