/** From the columns of a data schema to a statistics round: what is counted, its manifest, and terms of one round. */
import { encodeSetup } from '@tutti/chain'
import { initialBound } from '@tutti/core'
import {
  type DataSchema,
  planStatistics,
  type StatisticsManifest,
  serializeStatisticsManifest,
  statisticsDimension,
  toStatisticsSetup,
} from '@tutti/learn'
import { bytesToHex, keccak256 } from 'viem'
import { type FoundingChoices, proposeLaneBits } from './founding.ts'
import { proposeTerms } from './terms-proposal.ts'

/** Members below which statistics are said to expose them. */
export const usualMinimum = 5

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

/** Digits are as wide as updates can be: the fewest parameters. */
const bits = 8

const publicity = {
  exact:
    'Exact counts, sums and histograms of every member’s rows, and of all together; the member’s address, when it took ' +
    'part and what it was paid. All of it is public for ever.',
  noisy:
    'Counts, sums and histograms of every member’s rows with noise, and of all together; the member’s address, when it ' +
    'took part and what it was paid. All of it is public for ever.',
}

/** The manifest of a statistics round over the columns of a schema. @throws `StatisticsPlanError` `ManifestError` */
export function describeStatistics(schema: DataSchema, choices: StatisticsChoices): StatisticsManifest {
  const { name, purpose, licence, contact, bins, largestCount, minimumMembers, exposesFew, epsilon } = choices
  return {
    version: 1,
    kind: 'statistics',
    name,
    purpose,
    licence,
    contact,
    publicity: epsilon === undefined ? publicity.exact : publicity.noisy,
    plan: planStatistics(schema, {
      bits,
      bins,
      largestCount,
      minimumMembers,
      ...(exposesFew ? { exposesFew: true as const } : {}),
    }),
    ...(epsilon === undefined ? {} : { noise: { mechanism: 'discrete-laplace' as const, epsilon } }),
  }
}

/** All that `createFederation` needs for a statistics round. */
export function foundStatistics(
  manifest: StatisticsManifest,
  choices: Omit<FoundingChoices, 'bits' | 'rounds' | 'gain' | 'seed' | 'laneBits'>,
) {
  const setup = toStatisticsSetup(manifest)
  const [manifestBytes, setupBytes] = [serializeStatisticsManifest(manifest), encodeSetup(setup)]
  const dimension = statisticsDimension(manifest.plan)
  const whole = { ...choices, bits, rounds: 1, seed: 0, minimumUpdates: manifest.plan.minimumMembers, endQuorum: 0 }
  const terms = proposeTerms({
    ...whole,
    dimension,
    laneBits: proposeLaneBits(whole, dimension, initialBound(setup)),
    manifestHash: keccak256(manifestBytes),
    setupHash: keccak256(setupBytes),
    salt: bytesToHex(crypto.getRandomValues(new Uint8Array(32))),
  })
  return { terms, setup, manifestBytes, setupBytes }
}

/** ε from the command line as a fraction of whole numbers; undefined if it is none. */
export function toEpsilon(text: string): [number, number] | undefined {
  const [, whole, fraction = ''] = /^(\d{1,6})(?:\.(\d{1,6}))?$/.exec(text) ?? []
  if (whole === undefined) return undefined
  const numerator = Number(whole + fraction)
  return numerator === 0 ? undefined : [numerator, 10 ** fraction.length]
}
