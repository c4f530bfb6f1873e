/**
 * Upper bounds on what a whole federation costs: its creating, its members' joining, and each round by who takes part;
 * what sealing its model costs is in `sealing.ts`.
 * They are made of the bounds on single transactions (`estimate.ts`, `prices.ts`), so that real rounds cost less.
 *
 * @example
 * ```ts
 * import { BERLIN_PRICES, estimatePlayedRound, estimateStart } from '@tutti/core'
 *
 * const start = estimateStart(terms, { path: 'direct', publishedBytes: 2_000, members: 3, prices: BERLIN_PRICES })
 * const round = { members: 3, cohort: 3, updates: 3, isSettled: true }
 * const { gas, blobGas } = estimatePlayedRound(terms, 'direct', round, BERLIN_PRICES)
 * start.joins // → 750000
 * gas // → 3275914
 * blobGas // → 0
 * ```
 */
import { blobsFor } from '../blob/blob.ts'
import { estimateSettle } from '../direct/estimate.ts'
import { estimateInitialise } from '../direct/estimate-model.ts'
import { shardCount, shardRange, type Terms } from '../terms/terms.ts'
import { BERLIN_PRICES, estimateMemberCostAt, estimateRoundAt, type GasPrices } from './prices.ts'

/** Where a federation's numbers live. */
type PathName = 'direct' | 'blob'

/** Measured without slots that are new (`contracts/snapshots/Federation.json`), and room for those. */
const CREATE_GAS = 700_000
const JOIN_GAS = 250_000
const OPEN_GAS = 250_000
const DRAW_GAS = 130_000
const CLOSE_GAS = 180_000
/** Of published bytes: calldata, log and hash, or the floor. */
const PUBLISHED_BYTE_GAS = 40
/** Blob path: the one transaction that initialises, beside the new slots that it writes. */
const INITIALISE_GAS = 200_000
const INITIALISE_SLOTS = 4
/** Direct path: the new slots of a shard's hash and of the block that logged it. */
const SHARD_SLOTS = 2
/** Blob path: aggregation of a shard, of a member in it, and of a blob of its (`contracts/snapshots/BlobAggregator.json`). */
const BLOB_AGGREGATE_GAS = 250_000
const BLOB_MEMBER_GAS = 15_000
const BLOB_ADD_GAS = 6_000

/** Gas, and blob gas, which has a price of its own. */
export type Spent = { readonly gas: number; readonly blobGas: number }

/**
 * Bound on creating and joining.
 *
 * @param options.publishedBytes - Of manifest and setup.
 * @param options.members - Who join.
 * @param options.isGiven - The words of the initial model are handed in. Default: the contract computes them.
 */
export function estimateStart(
  terms: Terms,
  {
    path,
    publishedBytes,
    members,
    isGiven = false,
    prices,
  }: { path: PathName; publishedBytes: number; members: number; isGiven?: boolean; prices: GasPrices },
): { create: number; initialise: number; joins: number } {
  const dearer = Math.max(1, prices.newSlotGas / 22_100)
  const byteGas = Math.max(PUBLISHED_BYTE_GAS, prices.floorByteGas)
  return {
    create: Math.ceil(CREATE_GAS * dearer) + publishedBytes * byteGas,
    initialise:
      path === 'blob' ? INITIALISE_GAS + INITIALISE_SLOTS * prices.newSlotGas : initialisingGas(terms, isGiven, prices),
    joins: members * Math.ceil(JOIN_GAS * dearer),
  }
}

/** Of all shards of the direct path, by a chain's prices. */
function initialisingGas(terms: Terms, isGiven: boolean, prices: GasPrices): number {
  const dearer = SHARD_SLOTS * Math.max(0, prices.newSlotGas - BERLIN_PRICES.newSlotGas)
  const shards = Array.from({ length: shardCount(terms) }, (_, shard) => shardRange(terms, shard))
  return shards.reduce((sum, { length }) => {
    const { gas, bytes } = estimateInitialise({ length, laneBits: terms.laneBits, isGiven })
    return sum + Math.max(gas, 21_000 + bytes * prices.floorByteGas) + dearer
  }, 0)
}

/** A round as it was played. */
export type PlayedRound = {
  /** Members of the federation, and those that were to train. */
  readonly members: number
  readonly cohort: number
  /** Members whose updates came. */
  readonly updates: number
  readonly isSettled: boolean
}

/** Bound on all transactions of a round: opening, drawing, submitting, aggregating, settling or closing. */
export function estimatePlayedRound(
  terms: Terms,
  path: PathName,
  { members, cohort, updates, isSettled }: PlayedRound,
  prices: GasPrices,
): Spent {
  const own = estimateMemberCostAt(terms, path, prices)
  const isDrawn = members > cohort
  const begun = OPEN_GAS + (isDrawn ? DRAW_GAS : 0)
  const ended = isSettled ? aggregateGas(terms, path, cohort, prices) + estimateSettle(cohort) : CLOSE_GAS
  return { gas: begun + updates * own.gas + ended, blobGas: updates * own.blobGas }
}

function aggregateGas(terms: Terms, path: PathName, cohort: number, prices: GasPrices): number {
  const shards = shardCount(terms)
  if (path === 'direct') return shards * estimateRoundAt({ ...terms, cohortSize: cohort }, prices).aggregate.gas
  const blobs = blobsFor(Math.min(terms.dimension, terms.shardSize), terms.laneBits)
  return shards * (BLOB_AGGREGATE_GAS + cohort * (BLOB_MEMBER_GAS + blobs * BLOB_ADD_GAS))
}
