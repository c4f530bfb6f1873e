import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  PartitionError,
  partitionDirichlet,
  partitionIid,
  partitionShards,
  splitStratified,
  spreadOut,
} from '../../src/data/partition.ts'

const LABELS = Int32Array.from({ length: 1000 }, (_, i) => (i * 7) % 10)

function assertDivides(lists: Int32Array[], count: number): void {
  const all = lists.flatMap((list) => [...list]).sort((a, b) => a - b)
  assert.deepEqual(
    all,
    Array.from({ length: count }, (_, i) => i),
  )
}

const WAYS: [string, (seed: number) => Int32Array[]][] = [
  ['IID', (seed) => partitionIid(LABELS.length, { members: 7, seed })],
  ['label shards', (seed) => partitionShards(LABELS, { members: 7, seed })],
  ['Dirichlet', (seed) => partitionDirichlet(LABELS, { members: 7, seed, alpha: 0.3 })],
]

for (const [name, divide] of WAYS) {
  test(`${name}: every example goes to exactly one member, the same for the same seed`, () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 31 }), (seed) => {
        const lists = divide(seed)
        assert.equal(lists.length, 7)
        assertDivides(lists, LABELS.length)
        assert.deepEqual(divide(seed), lists)
      }),
      { numRuns: 20 },
    )
  })
}

test('IID parts differ in size by one at most', () => {
  const sizes = partitionIid(1003, { members: 7, seed: 1 }).map(({ length }) => length)
  assert.ok(Math.max(...sizes) - Math.min(...sizes) <= 1)
})

test('two label shards a member hold three labels at most', () => {
  for (const list of partitionShards(LABELS, { members: 10, seed: 3 })) {
    assert.ok(new Set([...list].map((index) => LABELS[index])).size <= 3)
  }
})

test('Dirichlet: every member has the minimum, and a smaller α is a stronger skew', () => {
  const skew = (alpha: number) => {
    const lists = partitionDirichlet(LABELS, { members: 5, seed: 2, alpha, minimum: 20 })
    assert.ok(lists.every(({ length }) => length >= 20))
    const shares = lists.map((list) => {
      const counts = Array.from(
        { length: 10 },
        (_, label) => [...list].filter((index) => LABELS[index] === label).length,
      )
      return Math.max(...counts) / list.length
    })
    return shares.reduce((sum, share) => sum + share, 0) / shares.length
  }
  assert.ok(skew(0.1) > skew(0.5))
  assert.ok(skew(0.5) > skew(100))
})

test('what cannot be divided is refused', () => {
  assert.throws(() => partitionIid(3, { members: 4, seed: 1 }), PartitionError)
  assert.throws(() => partitionIid(3, { members: 0, seed: 1 }), PartitionError)
  assert.throws(() => partitionDirichlet(LABELS, { members: 101, seed: 1, alpha: 1 }), PartitionError)
  assert.throws(() => partitionDirichlet(LABELS.subarray(0, 40), { members: 4, seed: 1, alpha: 0.001 }), /no draw/)
  assert.throws(() => splitStratified(LABELS, { fraction: 1, seed: 1 }), PartitionError)
})

test('a stratified split keeps the share of every class', () => {
  const { train, heldOut } = splitStratified(LABELS, { fraction: 0.3, seed: 1 })
  assertDivides([train, heldOut], LABELS.length)
  for (let label = 0; label < 10; label++) {
    assert.equal([...heldOut].filter((index) => LABELS[index] === label).length, 30)
  }
})

test('spread out: every member has the minimum, no example is lost, and enough is left as it is', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 30 }),
      fc.integer({ min: 0, max: 20 }),
      fc.nat(),
      (members, minimum, seed) => {
        const parts = partitionDirichlet(LABELS, { members, seed, alpha: 0.05, minimum: 0 })
        const spread = spreadOut(parts, minimum)
        assertDivides(spread, LABELS.length)
        assert.ok(spread.every((list) => list.length >= minimum))
        if (parts.every((list) => list.length >= minimum)) assert.deepEqual(spread, parts)
      },
    ),
    { numRuns: 50 },
  )
  assert.deepEqual(spreadOut([Int32Array.of(1, 2, 3), Int32Array.of()], 1), [Int32Array.of(1, 2), Int32Array.of(3)])
  assert.throws(() => spreadOut([Int32Array.of(1), Int32Array.of()], 1), PartitionError)
})
