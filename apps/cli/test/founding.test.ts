import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LaneOverflowError, validateOverflow } from '@tutti/core'
import fc from 'fast-check'
import { zeroHash } from 'viem'
import { proposeLaneBits } from '../src/founding.ts'
import { proposeTerms } from '../src/terms-proposal.ts'

const address = `0x${'22'.repeat(20)}` as const
const hashes = { manifestHash: zeroHash, setupHash: zeroHash, salt: zeroHash }

test('lanes are 16 bits wide exactly where no accepted updates can overflow them, and the proposal never overflows', () => {
  fc.assert(
    fc.property(
      fc.record({
        members: fc.integer({ min: 1, max: 64 }),
        rounds: fc.integer({ min: 1, max: 400 }),
        bits: fc.constantFrom(1, 2, 4, 8),
        gain: fc.integer({ min: 1, max: 8 }),
      }),
      fc.integer({ min: 1, max: 3_000 }),
      fc.bigInt({ min: 0n, max: 2n ** 17n }),
      (chosen, dimension, bound) => {
        const choices = { ...chosen, aggregator: address, token: address, seed: 1 }
        const laneBits = proposeLaneBits(choices, dimension, bound)
        validateOverflow(proposeTerms({ ...choices, ...hashes, dimension, laneBits }), bound)
        if (laneBits === 16) return
        const narrow = proposeTerms({ ...choices, ...hashes, dimension, laneBits: 16 })
        assert.throws(() => validateOverflow(narrow, bound), LaneOverflowError)
      },
    ),
  )
})

test('8 members that send 8 bits for 30 rounds get lanes of 32 bits, with 4 bits lanes of 16', () => {
  const choices = { members: 8, rounds: 30, aggregator: address, token: address, seed: 1 }
  assert.equal(proposeLaneBits({ ...choices, bits: 8 }, 513, 3_000n), 32)
  assert.equal(proposeLaneBits({ ...choices, bits: 4 }, 513, 3_000n), 16)
})

test("a model goes into more shards where a chain's prices are dearer, until a round fits; chosen shards are left", async () => {
  const { foundFederation, fitToChain } = await import('../src/founding.ts')
  const { loadTask } = await import('@tutti/learn')
  const { AMSTERDAM_PRICES, BERLIN_PRICES, estimateRoundAt, GAS_LIMIT, shardCount } = await import('@tutti/core')
  const task = loadTask('breast-cancer')
  const choices = { members: 2, rounds: 3, bits: 4, aggregator: address, token: address, seed: 1 }
  const founding = await foundFederation({ ...task, contact: 'not given' }, task.train, choices)
  const executionGas = BigInt(GAS_LIMIT)
  assert.equal(fitToChain(founding, choices, { prices: BERLIN_PRICES, executionGas }), founding)
  // A rewritten word as dear as a whole transaction divided by the model's words.
  const prices = { ...AMSTERDAM_PRICES, rewrittenSlotGas: 400_000 }
  const fitted = fitToChain(founding, choices, { prices, executionGas })
  assert.ok(shardCount(fitted.terms) > shardCount(founding.terms))
  assert.ok(estimateRoundAt(fitted.terms, prices).aggregate.gas <= GAS_LIMIT)
  assert.deepEqual(fitted.manifestBytes, founding.manifestBytes)
  const chosen = { ...choices, shards: 1 }
  assert.equal(fitToChain(founding, chosen, { prices, executionGas }), founding)
})
