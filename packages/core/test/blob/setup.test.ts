import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FieldLaneBitsError } from '../../src/blob/field-lanes.ts'
import {
  BlobBitsError,
  BlobSetupError,
  ChallengeTooShortError,
  CommitmentOverSeveralShardsError,
  decodeBlobSetup,
  encodeBlobSetup,
  MisalignedBlobShardError,
  ShardTooLargeError,
  UnsupportedSealPayError,
  validateBlobTerms,
} from '../../src/blob/setup.ts'
import { AggregateTooLongError, LaneOverflowError, UnsupportedRuleError } from '../../src/direct/validate.ts'
import { UnsupportedBitsError } from '../../src/terms/bits.ts'
import type { Terms } from '../../src/terms/terms.ts'
import { termsOf } from '../terms-of.ts'

const blobTerms = (changes: Partial<Terms> = {}) =>
  termsOf({ laneBits: 24, bits: 8, challengeSeconds: 7_200, dimension: 1_663_370, shardSize: 245_760, ...changes })

test('decodeBlobSetup(encodeBlobSetup(s)) ≡ s, in 32 bytes', () => {
  const setup = { baseModelHash: `0x${'ab'.repeat(32)}` } as const
  assert.equal(encodeBlobSetup(setup).length, 32)
  assert.deepEqual(decodeBlobSetup(encodeBlobSetup(setup)), setup)
  assert.throws(() => encodeBlobSetup({ baseModelHash: '0xab' }), BlobSetupError)
  assert.throws(() => decodeBlobSetup(new Uint8Array(33)), BlobSetupError)
})

test('terms of the blob path are accepted, short windows on a local chain alone', () => {
  validateBlobTerms(blobTerms())
  validateBlobTerms(blobTerms({ challengeSeconds: 1, isPrivateNetwork: true }))
  validateBlobTerms(blobTerms({ dimension: 100, shardSize: 100 }))
  assert.throws(() => validateBlobTerms(blobTerms({ challengeSeconds: 7_199 })), ChallengeTooShortError)
  assert.throws(
    () => validateBlobTerms(blobTerms({ challengeSeconds: 0, isPrivateNetwork: true })),
    ChallengeTooShortError,
  )
})

test('each term that the blob path cannot live by is refused by its own error', () => {
  const refused: [Partial<Terms>, new (...args: never[]) => Error][] = [
    [{ laneBits: 7 }, FieldLaneBitsError],
    [{ laneBits: 33 }, FieldLaneBitsError],
    [{ bits: 1 }, BlobBitsError],
    [{ bits: 3 }, UnsupportedBitsError],
    [{ rule: 1 }, UnsupportedRuleError],
    [{ sealPay: 1n }, UnsupportedSealPayError],
    [{ shardSize: 245_760 + 40_960 }, ShardTooLargeError],
    [{ dimension: 245_761, shardSize: 300_000 }, ShardTooLargeError],
    [{ shardSize: 40_961 }, MisalignedBlobShardError],
    [{ laneBits: 12, shardSize: 4096 * 21, dimension: 4096 * 42, rounds: 100 }, LaneOverflowError],
    [{ commitSeconds: 60, shardsPerMember: 2 }, CommitmentOverSeveralShardsError],
    [{ cohortSize: 227, shardsPerMember: 7, rounds: 100 }, AggregateTooLongError],
  ]
  for (const [changes, error] of refused) assert.throws(() => validateBlobTerms(blobTerms(changes)), error)
})
