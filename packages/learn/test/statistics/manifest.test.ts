/** The manifest of a statistics round: one form, one set of bytes, told apart from a model's. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { packGains, validateSetup } from '@tutti/core'
import { ManifestError } from '../../src/manifest/manifest.ts'
import {
  isStatistics,
  NoModelError,
  parseModelManifest,
  parsePublishedManifest,
  type StatisticsManifest,
  serializeStatisticsManifest,
  toStatisticsSetup,
  validateStatisticsManifest,
} from '../../src/statistics/manifest.ts'
import { statisticsDimension } from '../../src/statistics/plan.ts'

const manifest: StatisticsManifest = {
  version: 1,
  kind: 'statistics',
  name: 'ages',
  purpose: 'to count',
  licence: 'CC0-1.0',
  contact: 'nobody',
  publicity: 'all of it',
  plan: {
    columns: [
      { kind: 'number', name: 'age', minimum: 0, maximum: 100, bins: 5 },
      { kind: 'category', name: 'site', categories: ['A', 'B'] },
    ],
    bits: 8,
    largestCount: 1_000,
    minimumMembers: 3,
  },
  noise: { mechanism: 'discrete-laplace', epsilon: [1, 2] },
}

test('parse(serialize(m)) ≡ m, and it is no model', () => {
  const bytes = serializeStatisticsManifest(manifest)
  assert.deepEqual(parsePublishedManifest(bytes), manifest)
  assert.equal(isStatistics(parsePublishedManifest(bytes)), true)
  assert.throws(() => parseModelManifest(bytes), NoModelError)
})

test('bytes that are not canonical, and what is neither kind, are refused', () => {
  const loose = new TextEncoder().encode(JSON.stringify(manifest))
  assert.throws(() => parsePublishedManifest(loose), /canonical form/)
  assert.throws(() => parsePublishedManifest(new TextEncoder().encode('{}')), ManifestError)
  assert.throws(() => parsePublishedManifest(new Uint8Array([0xff])), ManifestError)
})

for (const [key, change] of [
  ['plan.minimumMembers', { plan: { ...manifest.plan, minimumMembers: 2 } }],
  ['plan.bits', { plan: { ...manifest.plan, bits: 1 } }],
  ['noise.epsilon[0]', { noise: { mechanism: 'discrete-laplace', epsilon: [0, 1] } }],
] as const) {
  test(`a wrong ${key} is refused by that key`, () => {
    assert.throws(
      () => validateStatisticsManifest({ ...manifest, ...change }),
      (error) => error instanceof ManifestError && error.key === key,
    )
  })
}

test('fewer than three members are possible only where the manifest says that they expose each other', () => {
  const few = { ...manifest, plan: { ...manifest.plan, minimumMembers: 2, exposesFew: true as const } }
  assert.deepEqual(validateStatisticsManifest(few), few)
})

test('its setup starts at zero and has no network', () => {
  const setup = toStatisticsSetup(manifest)
  assert.deepEqual(setup.layers, [])
  assert.equal(setup.tensors[0]!.length, statisticsDimension(manifest.plan))
  const layout = { dimension: setup.tensors[0]!.length, shardSize: 256, shardsPerMember: 1 }
  const gains = packGains([{ fromRound: 0, gain: 1 }])
  const terms = { ...layout, gains, laneBits: 16, bits: 8, rounds: 1, cohortSize: 8 }
  assert.doesNotThrow(() => validateSetup(setup, terms as never))
})
