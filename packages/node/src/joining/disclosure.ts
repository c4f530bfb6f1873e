/**
 * What joining a federation makes public for ever, said before anybody joins.
 *
 * @example
 * ```ts
 * import { demoToken } from '@tutti/chain'
 * import { disclose } from '@tutti/node'
 *
 * const facts = { terms, manifest, pathName: 'direct' } as const
 * const { name, stake, rounds } = disclose({ ...facts, federationId, account: undefined, token: demoToken() })
 * name // → 'pumps'
 * stake // → 1000n
 * rounds // → 2
 * ```
 */
import {
  assignedShards,
  BLOB_BYTES,
  formatCount,
  type Hex,
  payloadBytes,
  shardBlobs,
  shardRange,
  type Token,
} from '@tutti/core'
import { FEWEST_ROWS, isStatistics, type StatisticsManifest } from '@tutti/learn'
import { formatEpsilon } from '../privacy/epsilon.ts'
import type { FederationFacts } from './federation.ts'

/** What an owner of data agrees to by joining. */
export interface Disclosure {
  federationId: Hex
  /** Who is to join; undefined where that is not known yet. */
  account: Hex | undefined
  /** Of the manifest: what the owner agrees to is exactly the manifest with this hash. */
  manifestHash: Hex
  name: string
  purpose: string
  licence: string
  contact: string
  /** In the creator's words: what taking part makes public. */
  publicity: string
  /** What the contracts make public for ever, one sentence each. */
  published: string[]
  /** What stays on this machine, and what can be learnt of it nevertheless. */
  kept: string[]
  /** In smallest units of the token. */
  stake: bigint
  token: Token
  rounds: number
  /** Bytes of this member's update in a round. */
  updateBytes: number
}

/** What a disclosure is made from. */
export interface DisclosedFederation extends FederationFacts {
  federationId: Hex
  /** Who is to join; undefined where that is not known yet. */
  account: Hex | undefined
  token: Token
}

/** Says what joining makes public, from terms and manifest. */
export function disclose(federation: DisclosedFederation): Disclosure {
  const { federationId, account, terms, manifest, token, pathName } = federation
  const bytesOf = (shard: number) =>
    pathName === 'direct'
      ? payloadBytes(shardRange(terms, shard).length, terms.bits)
      : BLOB_BYTES * shardBlobs(terms, shard).lengths.length
  const updateBytes = assignedShards(terms, 0, 0).reduce((sum, shard) => sum + bytesOf(shard), 0)
  const size =
    pathName === 'direct'
      ? `${updateBytes} bytes, ${terms.bits} bits a parameter`
      : `${formatCount(updateBytes / BLOB_BYTES, 'blob')} of ${BLOB_BYTES} bytes, which the chain forgets, but everybody who kept a copy has for ever`
  const { name, purpose, licence, contact, publicity } = manifest
  return {
    federationId,
    account,
    manifestHash: terms.manifestHash,
    name,
    purpose,
    licence,
    contact,
    publicity,
    published: [
      `The address ${account ?? 'of your account'}, that it is a member, and when it joined, acted and left.`,
      `Its stake, rewards and payments.`,
      `Its update of every round it takes part in: ${size}.`,
      ...(isStatistics(manifest)
        ? discloseStatistics(manifest, terms.rounds)
        : [
            'Metrics of its training: number of examples, in all and of each class, loss, correct answers, clamped values.',
            'The model that all updates together make.',
          ]),
    ],
    kept: [
      'The data set itself never leaves this machine.',
      isStatistics(manifest)
        ? `Single rows are not in the update, but counts and sums of few rows tell of them: exact ones of fewer than ${FEWEST_ROWS} are not sent unless you allow it.`
        : 'An update reveals something of the data behind it: this alone is not privacy.',
    ],
    stake: terms.stake,
    token,
    rounds: terms.rounds,
    updateBytes,
  }
}

/** What a statistics round makes public of a member. */
function discloseStatistics({ plan, noise }: StatisticsManifest, rounds: number): string[] {
  const { columns, minimumMembers, exposesFew } = plan
  const own =
    noise === undefined
      ? 'That update is its own counts and sums, exactly, for everyone to read: no noise hides a row.'
      : `That update is its own counts and sums with noise that makes them ε-differentially private for a row, ε = ${formatEpsilon(noise.epsilon[0] / noise.epsilon[1])}${rounds > 1 ? ` in each of ${formatCount(rounds, 'round')}` : ''}.`
  const few =
    exposesFew === true
      ? `The creator allows as few as ${formatCount(minimumMembers, 'member')}, who then learn each other's statistics.`
      : `With fewer than ${formatCount(minimumMembers, 'member')} nothing is sent.`
  return [
    `Of ${columns.length} columns (${columns.map(({ name }) => name).join(', ')}): number of rows, counts by range or ` +
      'category, sums and sums of squares; of this member, and of all together.',
    own,
    few,
  ]
}
