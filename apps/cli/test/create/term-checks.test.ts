import assert from 'node:assert/strict'
import { test } from 'node:test'
import { proposeBlobTerms } from '@tutti/learn'
import { checkShards } from '../../src/create/term-checks.ts'

const hash = `0x${'11'.repeat(32)}` as const
const address = `0x${'22'.repeat(20)}` as const
const sized = { manifestHash: hash, setupHash: hash, salt: hash, aggregator: address, token: address }

test('shards that cannot be are refused by name, never replaced by others in silence', () => {
  const small = { ...sized, dimension: 513, members: 2, bits: 8, rounds: 1, laneBits: 24 }
  const refusal = (choices: { shards?: number; shardsPerMember?: number }, dimension = 513) => {
    try {
      checkShards(proposeBlobTerms({ ...small, ...choices, dimension }), choices)
    } catch (error) {
      return (error as Error).message
    }
    return undefined
  }
  assert.match(refusal({ shards: 3 })!, /cannot be cut into 3 shards: its 513 parameters give 1 shard .* --shards 1,/)
  // Five blobs make two and a half for each of two shards.
  assert.equal(refusal({ shards: 5 }, 5 * 40_960), undefined)
  assert.match(refusal({ shards: 4 }, 5 * 40_960)!, /give 3 shards/)
  assert.match(refusal({ shardsPerMember: 2 })!, /cannot train 2 shards a round: the model has 1/)
  assert.equal(refusal({}), undefined)
})
