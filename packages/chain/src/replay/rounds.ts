/** The rounds again, from their events alone: every accepted update added with plain integers, every hash compared. */

import {
  aggregateShard,
  assignedShards,
  gainOfRound,
  keccak256,
  packModel,
  setBits,
  shardCount,
  shardRange,
  type Terms,
  unpackUpdate,
} from '@tutti/core'
import type { Hash } from 'viem'
import type { ChainClient } from '../client/client.ts'
import { type CoreEvent, type Creation, readEvents, type Submission, toSubmission } from '../reads/logs.ts'
import { MismatchFound } from './mismatch.ts'

/** What happened in the rounds, in order of the chain. */
export type RoundEvents = {
  /** Members frozen into each round that has opened. */
  cohorts: Map<number, number>
  submissions: Submission[]
  aggregated: CoreEvent<'Aggregated'>[]
  settled: CoreEvent<'RoundSettled'>[]
  failed: CoreEvent<'RoundFailed'>[]
}

/** Reads the events of all rounds up to a block. */
export async function readRoundEvents(
  client: ChainClient,
  { id, blockNumber }: Creation,
  toBlock: bigint,
): Promise<RoundEvents> {
  const range = { id, fromBlock: blockNumber, toBlock }
  const [opened, submitted, aggregated, settled, failed] = await Promise.all([
    readEvents(client, { eventName: 'RoundOpened', ...range }),
    readEvents(client, { eventName: 'Submitted', ...range }),
    readEvents(client, { eventName: 'Aggregated', ...range }),
    readEvents(client, { eventName: 'RoundSettled', ...range }),
    readEvents(client, { eventName: 'RoundFailed', ...range }),
  ])
  const cohorts = new Map(opened.map(({ args }) => [args.round, args.cohort]))
  return { cohorts, submissions: submitted.map(toSubmission), aggregated, settled, failed }
}

/** How far a replay is: `round` of the `rounds` that are over. */
export type ReplayProgress = { round: number; rounds: number }

type Step = { round: number; shard: number; transactionHash: Hash }

type RoundReplay = {
  creation: Creation
  /** Integers, shape [dimension]: the initial model, which becomes the one after the last aggregation. */
  model: Int32Array
  events: RoundEvents
  rounds: number
  onProgress?: ((progress: ReplayProgress) => void) | undefined
  /** Is shown each version as it is complete, the initial model first; the array goes on changing. */
  onVersion?: ((version: number, model: Int32Array) => void) | undefined
}

/** Adds every accepted update to the model and compares each step's hash; returns how many were added. */
export function replayRounds(replay: RoundReplay): number {
  const { creation, model, events, rounds, onProgress, onVersion } = replay
  const { terms } = creation
  const shards = shardCount(terms)
  const submissions = groupByRound(events.submissions)
  const failed = new Set(events.failed.map((event) => event.args.round))
  const done = new Set<string>()
  let updates = 0
  onVersion?.(0, model)
  for (const { args, transactionHash } of events.aggregated) {
    const { round, shard, updates: bitmap, modelHash } = args
    const place = { round, shard, transactionHash }
    if (failed.has(round)) throw new MismatchFound({ what: 'a round that failed changed the model', ...place })
    if (done.has(`${round}:${shard}`)) throw new MismatchFound({ what: 'a shard was aggregated twice', ...place })
    const { start, length } = shardRange(terms, shard)
    const slice = model.subarray(start, start + length)
    const gain = gainAtStep(terms, events, place)
    for (const position of setBits(bitmap)) {
      const assigned = assignedShards(terms, position, round).indexOf(shard)
      const payload = findPayload(submissions.get(round) ?? [], position, assigned)
      if (payload === undefined) {
        throw new MismatchFound({ what: `position ${position} was counted and had not submitted`, ...place })
      }
      const values = unpackUpdate(payload, { bits: terms.bits, laneBits: terms.laneBits, length })
      aggregateShard(slice, [values], gain)
      updates++
    }
    if (keccak256(packModel(slice, terms.laneBits)) !== modelHash.toLowerCase()) {
      throw new MismatchFound({ what: 'the model after this aggregation is not what the updates imply', ...place })
    }
    done.add(`${round}:${shard}`)
    // Shards of one round alone follow each other: the next round opens when all are done.
    if (done.size % shards === 0) onVersion?.(done.size / shards, model)
    onProgress?.({ round, rounds })
  }
  checkSettled(events, done, shards)
  return updates
}

/** What a round multiplied its sum by; undefined if no logged opening says with how many members the terms allow. */
export function findGain(terms: Terms, { cohorts }: Pick<RoundEvents, 'cohorts'>, round: number): number | undefined {
  const cohort = cohorts.get(round)
  return cohort === undefined || cohort < 1 || cohort > terms.cohortSize ? undefined : gainOfRound(terms, round, cohort)
}

/** The same. @throws {@link MismatchFound} where it is undefined */
export function gainAtStep(terms: Terms, events: Pick<RoundEvents, 'cohorts'>, place: Step): number {
  const gain = findGain(terms, events, place.round)
  if (gain !== undefined) return gain
  throw new MismatchFound({
    what: 'the round of this aggregation did not open with members as the terms allow',
    ...place,
  })
}

function groupByRound(submissions: Submission[]): Map<number, Submission[]> {
  const groups = new Map<number, Submission[]>()
  for (const submission of submissions) {
    const group = groups.get(submission.round)
    if (group === undefined) groups.set(submission.round, [submission])
    else group.push(submission)
  }
  return groups
}

function findPayload(submissions: Submission[], position: number, assigned: number): Uint8Array | undefined {
  if (assigned < 0) return undefined
  for (const submission of submissions) {
    const payload = submission.position === position ? submission.payloads[assigned - submission.first] : undefined
    if (payload !== undefined) return payload
  }
  return undefined
}

/** A settled round has aggregated every shard. */
function checkSettled({ settled }: RoundEvents, done: Set<string>, shards: number): void {
  for (const { args, transactionHash } of settled) {
    for (let shard = 0; shard < shards; shard++) {
      if (done.has(`${args.round}:${shard}`)) continue
      const what = 'a round was settled before this shard was aggregated'
      throw new MismatchFound({ what, round: args.round, shard, transactionHash })
    }
  }
}
