/** Nodes, simulations and baselines quantise and add by the same functions: the same training gives the same integers. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aggregateShard, fromSeed, gainOfRound, type Hex, packGains, unpackGains } from '@tutti/core'
import { type Dataset, quantizedAveraging, toInitialLanes, toParameterSteps, toWeights } from '@tutti/learn'
import type { Trainer } from '@tutti/learn/node'
import { simulateFederation } from '../../src/simulate/federation.ts'
import { prepareUpdate } from '../../src/update/prepare.ts'
import { stripes, stripesManifest } from '../fixture.ts'
import { termsForTest } from '../terms.ts'

const manifest = stripesManifest()
const steps = toParameterSteps(manifest)
const dimension = steps.length
const datasets = [1, 2, 3].map((member) => stripes(member, 16 * member))

for (const bits of [2, 4, 8]) {
  test(`integers of a simulation ≡ those of the baseline ≡ the sums of nodes' updates, at ${bits} bits`, async () => {
    const gains = [
      { fromRound: 0, gain: 3 },
      { fromRound: 2, gain: 1 },
    ]
    const terms = termsForTest({
      ...{ dimension, shardSize: dimension, shardsPerMember: 1, bits, rounds: 4, cohortSize: 5 },
      ...{ minimumUpdates: 1, gains: packGains(gains) },
    })
    const lanes = toInitialLanes(manifest, terms.laneBits)
    // Changes of whole integers, so that no draw decides: those of the loops are seeded in different ways.
    const most = 2 ** (bits - 1) - 1
    const changeOf = (dataset: Dataset, round: number) =>
      steps.map((step, p) => {
        const integer = ((dataset.count + 3 * p + round) % (2 * most + 1)) - most
        return integer * step * datasets.length * gainOfRound(terms, round, datasets.length)
      })
    const trainer = {
      fit: async (weights: Float32Array, dataset: Dataset, { round = 0 }: { round?: number }) => {
        const change = changeOf(dataset, round)
        return { weights: weights.map((weight, p) => weight + change[p]!), loss: 0 }
      },
    } as unknown as Trainer

    const simulated: Int32Array[] = []
    const seedOf = (): Hex => `0x${'11'.repeat(32)}`
    const onRound = (round: { lanes: Int32Array }) => void simulated.push(round.lanes.slice())
    await simulateFederation({ terms, manifest, trainer, members: datasets, lanes, seed: 1, seedOf, onRound })

    const averaged: Int32Array[] = []
    await quantizedAveraging({
      ...{ manifest, trainer, members: datasets, lanes, rounds: terms.rounds, seed: 1 },
      terms: { bits, laneBits: terms.laneBits, gains: unpackGains(terms.gains) },
      most: terms.cohortSize,
      hasFeedback: bits === 2,
      onRound: (round) => void averaged.push(round.lanes),
    })
    assert.deepEqual(averaged, simulated)

    const added = lanes.slice()
    for (let round = 0; round < terms.rounds; round++) {
      const before = toWeights(manifest, added)
      const updates = datasets.map((dataset, position) => {
        const change = changeOf(dataset, round)
        const after = before.map((weight, p) => weight + change[p]!)
        const place = { terms, round, cohort: datasets.length, position }
        return prepareUpdate({ before, after, steps }, place, fromSeed(position)).values[0]!
      })
      aggregateShard(added, updates, gainOfRound(terms, round, datasets.length))
      assert.deepEqual(added, simulated[round])
    }
  })
}
