import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Creation } from '@tutti/chain'
import { keccak256, type Terms } from '@tutti/core'
import {
  readTable,
  type StatisticsManifest,
  serializeManifest,
  serializeStatisticsManifest,
  statisticsDimension,
} from '@tutti/learn'
import { stepsOf, toFacts } from '../../src/joining/federation.ts'
import { checkTable, FewRowsError } from '../../src/joining/fitness.ts'
import { schemaHashOf } from '../../src/joining/survey.ts'
import { stripesManifest } from '../fixture.ts'
import { termsForTest } from '../terms.ts'

const statistics: StatisticsManifest = {
  version: 1,
  kind: 'statistics',
  name: 'counts',
  purpose: 'a test',
  licence: 'MIT',
  contact: 'none',
  publicity: 'counts',
  plan: {
    columns: [{ kind: 'number', name: 'hours', minimum: 0, maximum: 10, bins: 4 }],
    bits: 8,
    largestCount: 2,
    minimumMembers: 5,
  },
}
const zeroHash = `0x${'00'.repeat(32)}` as const

function creationOf(manifest: Uint8Array, change: Partial<Terms>, setupBytes = 64): Creation {
  const terms = termsForTest({ manifestHash: keccak256(manifest), bits: 8, ...change })
  const place = { blockNumber: 1n, blockHash: zeroHash, transactionHash: zeroHash, creator: terms.token }
  return { id: zeroHash, terms, manifest, setup: new Uint8Array(setupBytes), ...place }
}

test('a federation of either kind is what its terms say, or is refused before anybody joins', () => {
  const bytes = serializeStatisticsManifest(statistics)
  const dimension = statisticsDimension(statistics.plan)
  assert.deepEqual(toFacts(creationOf(bytes, { dimension })).manifest, statistics)
  const model = serializeManifest(stripesManifest())
  assert.equal(stepsOf(toFacts(creationOf(model, { dimension: 163 })).manifest).length, 163)
  for (const [creation, message] of [
    [creationOf(bytes, { dimension, bits: 4 }), /its digits have 8 bits, its updates 4/],
    [creationOf(bytes, { dimension }, 32), /its sums would lie in blobs/],
    [creationOf(bytes, { dimension: dimension + 1 }), /parameters, and its terms say/],
    [creationOf(model, { dimension: 162 }), /163 parameters, and its terms say 162/],
    [creationOf(bytes, { dimension, manifestHash: zeroHash }), /does not have the hash in its terms/],
  ] as const) {
    assert.throws(() => toFacts(creation), message)
  }
})

test('rows fit a statistics round if there are some, not too many, and each can be counted', () => {
  const rowsOf = (...cells: string[]) => readTable(['hours,pump', ...cells.map((cell) => `${cell},a`), ''].join('\n'))
  const counted = checkTable(rowsOf('1', ''), statistics, { exposesFewRows: true })
  assert.equal(counted[0], 2n)
  assert.throws(() => checkTable(rowsOf('1', ''), statistics), FewRowsError)
  const noise = { mechanism: 'discrete-laplace' as const, epsilon: [1, 2] as [number, number] }
  assert.deepEqual(checkTable(rowsOf('1', ''), { ...statistics, noise }), counted)
  assert.throws(() => checkTable(rowsOf(), statistics), /it has no rows/)
  assert.throws(() => checkTable(rowsOf('1', '2', '3'), statistics), /3 rows; the plan counts at most 2/)
  assert.throws(() => checkTable(rowsOf('many'), statistics), /line 2, column "hours": "many" is not a number/)
  assert.throws(() => checkTable(readTable('days\n1\n'), statistics), /column "hours"/)
})

test('a schema hash names all that is asked of the rows, and nothing else', () => {
  const hash = schemaHashOf(statistics)
  assert.equal(
    schemaHashOf({ ...statistics, name: 'other', noise: { mechanism: 'discrete-laplace', epsilon: [1, 1] } }),
    hash,
  )
  for (const change of [{ minimumMembers: 4 }, { largestCount: 3 }, { bits: 4 as const }]) {
    assert.notEqual(schemaHashOf({ ...statistics, plan: { ...statistics.plan, ...change } }), hash)
  }
  assert.equal(schemaHashOf({ ...stripesManifest(), name: 'other' }), schemaHashOf(stripesManifest()))
})
