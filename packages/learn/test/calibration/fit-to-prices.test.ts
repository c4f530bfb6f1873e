import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AMSTERDAM_PRICES, BERLIN_PRICES, estimateRoundAt, GAS_LIMIT, shardCount } from '@tutti/core'
import { fitToPrices } from '../../src/calibration/fit-to-prices.ts'
import { proposeFederation } from '../../src/calibration/rehearse-federation.ts'
import { loadTask } from '../../src/tasks/tasks.ts'

const address = `0x${'22'.repeat(20)}` as const

test("a model goes into more shards where a chain's prices are dearer, until a round fits; chosen shards are left", async () => {
  const task = loadTask('breast-cancer')
  const choices = { members: 2, rounds: 3, bits: 4, aggregator: address, token: address, seed: 1 }
  const proposal = await proposeFederation({ ...task, contact: 'not given' }, task.train, choices)
  const executionGas = BigInt(GAS_LIMIT)
  assert.equal(fitToPrices(proposal, choices, { prices: BERLIN_PRICES, executionGas }), proposal)
  // Bytes so dear that the model, which is handed in whole, takes more than may be used; in two parts it does not.
  const prices = { ...AMSTERDAM_PRICES, floorByteGas: 8_000 }
  const fitted = fitToPrices(proposal, choices, { prices, executionGas })
  assert.ok(shardCount(fitted.terms) > shardCount(proposal.terms))
  assert.ok(estimateRoundAt(fitted.terms, prices).aggregate.gas <= GAS_LIMIT)
  assert.deepEqual(fitted.manifestBytes, proposal.manifestBytes)
  const chosen = { ...choices, shards: 1 }
  assert.equal(fitToPrices(proposal, chosen, { prices, executionGas }), proposal)
})
