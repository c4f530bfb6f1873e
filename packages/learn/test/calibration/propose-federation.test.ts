import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LaneOverflowError, LayersMismatchError, packGains, unpackGains, validateOverflow } from '@tutti/core'
import fc from 'fast-check'
import {
  gainToContinue,
  proposeFromManifest,
  proposeLaneBits,
  validateProposal,
} from '../../src/calibration/propose-federation.ts'
import { proposeTerms } from '../../src/calibration/propose-terms.ts'
import { proposeFederation } from '../../src/calibration/rehearse-federation.ts'
import { toTensorSteps } from '../../src/manifest/setup.ts'
import { loadTask } from '../../src/tasks/tasks.ts'

const zeroHash = `0x${'00'.repeat(32)}` as const
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

test('gains that nobody chose follow the fading of updates; the steps are calibrated for the first of them', async () => {
  const task = loadTask('breast-cancer')
  const choices = { members: 8, rounds: 30, bits: 2, aggregator: address, token: address, seed: 1 }
  const learningTask = { ...task, contact: 'not given' }
  const proposed = await proposeFederation(learningTask, task.train, choices)
  assert.deepEqual(
    unpackGains(proposed.terms.gains).map(({ gain }) => gain),
    [4, 3, 2],
  )
  const constant = await proposeFederation(learningTask, task.train, { ...choices, gain: 1 })
  assert.deepEqual(unpackGains(constant.terms.gains), [{ fromRound: 0, gain: 1 }])
  const [fine, coarse] = [proposed, constant].map(({ manifest }) => toTensorSteps(manifest)[0]!.step)
  assert.ok(Math.abs(coarse! / fine! - 4) < 0.5, `${coarse} against ${fine}`)
})

test('a proposal from a salt can be repeated, and passes what the contract checks; another setup does not', async () => {
  const task = loadTask('breast-cancer')
  const choices = { members: 2, rounds: 3, bits: 4, aggregator: address, token: address, seed: 1, salt: zeroHash }
  const proposal = await proposeFederation({ ...task, contact: 'not given' }, task.train, choices)
  assert.deepEqual(
    proposeFromManifest(proposal.manifest, { ...choices, gains: unpackGains(proposal.terms.gains) }),
    proposal,
  )
  assert.notEqual(proposeFromManifest(proposal.manifest, { ...choices, salt: address }).terms.salt, proposal.terms.salt)
  validateProposal(proposal)
  const setup = { ...proposal.setup!, layers: proposal.setup!.layers.slice(1) }
  assert.throws(() => validateProposal({ ...proposal, setup }), LayersMismatchError)
})

test('a continued model goes on with the gain at which it stands, for the members that come', () => {
  const source = { dimension: 10, shardSize: 10, shardsPerMember: 1, cohortSize: 8, rounds: 30 }
  const gains = packGains([
    { fromRound: 0, gain: 4 },
    { fromRound: 8, gain: 3 },
    { fromRound: 16, gain: 2 },
  ])
  assert.equal(gainToContinue({ ...source, gains }, 0, 8), 4)
  assert.equal(gainToContinue({ ...source, gains }, 30, 8), 2)
  assert.equal(gainToContinue({ ...source, gains }, 30, 2), 8)
  assert.equal(gainToContinue({ ...source, gains }, 10, 16), 2)
  assert.equal(gainToContinue({ ...source, gains }, 30, 64), 1)
})
