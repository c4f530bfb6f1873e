/**
 * From the columns of a data schema to a statistics round: what is counted, its manifest, and terms of one round.
 *
 * @example
 * ```ts
 * import { buildStatisticsManifest, type DataSchema, proposeStatistics } from '@tutti/learn'
 *
 * const schema: DataSchema = {
 *   version: 1,
 *   features: [{ name: 'age', kind: 'number', minimum: 0, maximum: 120, center: 0, spread: 1, missing: 'refuse' }],
 *   label: { name: 'ill', kind: 'class', classes: ['no', 'yes'] },
 *   inputZero: 128,
 *   inputScale: [1, 32],
 * }
 * const described = { name: 'ages', purpose: 'to know them', licence: 'CC0', contact: 'none' }
 * const counted = { bins: 12, largestCount: 1_000, minimumMembers: 5, exposesFew: false, epsilon: undefined }
 * const address = `0x${'11'.repeat(20)}` as const
 * const manifest = buildStatisticsManifest(schema, { ...described, ...counted })
 * const { terms } = proposeStatistics(manifest, { members: 8, aggregator: address, token: address })
 * terms.rounds // → 1
 * terms.minimumUpdates // → 5
 * ```
 */
import { encodeSetup, initialBound, keccak256 } from '@tutti/core'
import type { DataSchema } from '../data/schema.ts'
import { type StatisticsManifest, serializeStatisticsManifest, toStatisticsSetup } from '../statistics/manifest.ts'
import { statisticsDimension } from '../statistics/plan.ts'
import { planStatistics } from '../statistics/schema.ts'
import { drawSalt, type FederationChoices, type FederationProposal, proposeLaneBits } from './propose-federation.ts'
import { proposeTerms } from './propose-terms.ts'

/** Members below which statistics are said to expose them. */
export const USUAL_MINIMUM = 5

/** What a creator of statistics chooses. */
export interface StatisticsChoices {
  name: string
  purpose: string
  licence: string
  contact: string
  bins: number
  largestCount: number
  minimumMembers: number
  /** Whether fewer than three members may take part. */
  exposesFew: boolean
  /** ε of every member's noise, as [numerator, denominator]; absent: none. */
  epsilon: [number, number] | undefined
}

/** Balanced digits are as wide as updates can be: the fewest parameters. */
const BITS = 8

const PUBLICITY = {
  exact:
    'Exact counts, sums and histograms of every member’s rows, and of all together; the member’s address, when it took ' +
    'part and what it was paid. All of it is public for ever.',
  noisy:
    'Counts, sums and histograms of every member’s rows with noise, and of all together; the member’s address, when it ' +
    'took part and what it was paid. All of it is public for ever.',
}

/** The manifest of a statistics round over the columns of a schema. @throws `StatisticsPlanError` `ManifestError` */
export function buildStatisticsManifest(schema: DataSchema, choices: StatisticsChoices): StatisticsManifest {
  const { name, purpose, licence, contact, bins, largestCount, minimumMembers, exposesFew, epsilon } = choices
  return {
    version: 1,
    kind: 'statistics',
    name,
    purpose,
    licence,
    contact,
    publicity: epsilon === undefined ? PUBLICITY.exact : PUBLICITY.noisy,
    plan: planStatistics(schema, {
      bits: BITS,
      bins,
      largestCount,
      minimumMembers,
      ...(exposesFew ? { exposesFew: true as const } : {}),
    }),
    ...(epsilon === undefined ? {} : { noise: { mechanism: 'discrete-laplace' as const, epsilon } }),
  }
}

/** What is published and agreed to of a statistics round. */
export type StatisticsProposal = Omit<FederationProposal, 'manifest' | 'setup' | 'words'> &
  Required<Pick<FederationProposal, 'setup'>>

/**
 * Setup and terms of a statistics round: one round, as many updates as the plan demands members, and no early end.
 *
 * @throws `NoShardFitsError`
 */
export function proposeStatistics(
  manifest: StatisticsManifest,
  choices: Omit<FederationChoices, 'bits' | 'rounds' | 'gain' | 'laneBits'>,
): StatisticsProposal {
  const setup = toStatisticsSetup(manifest)
  const [manifestBytes, setupBytes] = [serializeStatisticsManifest(manifest), encodeSetup(setup)]
  const dimension = statisticsDimension(manifest.plan)
  const whole = { ...choices, bits: BITS, rounds: 1, minimumUpdates: manifest.plan.minimumMembers, endQuorum: 0 }
  const terms = proposeTerms({
    ...whole,
    dimension,
    laneBits: proposeLaneBits(whole, dimension, initialBound(setup)),
    manifestHash: keccak256(manifestBytes),
    setupHash: keccak256(setupBytes),
    salt: choices.salt ?? drawSalt(),
  })
  return { terms, setup, manifestBytes, setupBytes, initialBound: initialBound(setup) }
}
