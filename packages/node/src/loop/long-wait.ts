/**
 * Tells of waits that last: what for, how many have acted, who is missing, and until when. It tells once a phase, and again
 * when another member has acted, so that a log neither falls silent for minutes nor fills with lines.
 */
import { readCohort } from '@tutti/chain'
import { countBits, type Hex, type Phase, phaseAt, shardCount } from '@tutti/core'
import type { Action } from '../decide/action.ts'
import type { Observation } from '../decide/state.ts'
import { canOpenWith } from '../decide/waiting.ts'
import type { Waited } from '../status/events.ts'
import type { Actor } from '../update/actor.ts'

/** A wait that is over sooner is not told of. */
const LASTS_SECONDS = 10
/** Between two lines of one wait, at the least. */
const AGAIN_SECONDS = 15
/** Members named, of those who are missing. */
const NAMED = 3

/** How far what is waited for has come, and which positions of the cohort have not acted yet, as a bitmap. */
export interface WaitCount {
  what: Waited
  came: number
  of: number
  absent: bigint
}

/** What a phase counts; undefined where it is only time that passes, or one action that is due. */
export function countWaited({ round, terms, status }: Observation, phase: Phase): WaitCount | undefined {
  const ofCohort = (what: Waited, acted: bigint) => {
    const absent = ((1n << BigInt(round.cohort)) - 1n) & ~acted
    return { what, came: round.cohort - countBits(absent), of: round.cohort, absent }
  }
  switch (phase) {
    case 'joining':
      return canOpenWith(status.members, terms)
        ? undefined
        : {
            what: 'members',
            came: status.members,
            of: Math.min(terms.minimumUpdates, terms.cohortSize),
            absent: 0n,
          }
    case 'commit':
      return ofCohort('commitments', round.committed)
    case 'submit':
      return ofCohort('updates', round.submitted)
    case 'aggregate':
      return { what: 'shards', came: round.shardsDone, of: shardCount(terms), absent: 0n }
    default:
      return undefined
  }
}

/** Follows the waits of one node. */
export interface LongWaits {
  /**
   * Tells of a wait if it is time to.
   *
   * @returns The chain time at which to look again for that; `Infinity`: when something changes.
   */
  note(action: Extract<Action, { kind: 'wait' }>, observation: Observation): Promise<number>
}

/** Starts following. */
export function createLongWaits({ client, federationId, report, now }: Actor): LongWaits {
  let present = { key: '', since: 0, toldAt: Number.NEGATIVE_INFINITY, told: '' }

  /** The first few who are missing; none where the endpoint does not say who is in the cohort. */
  const nameMissing = async ({ round }: Observation, absent: bigint): Promise<Hex[]> => {
    if (absent === 0n) return []
    const cohort = await readCohort(client, { id: federationId }).catch(() => [])
    const missing = cohort.filter((_, position) => ((absent >> BigInt(position)) & 1n) === 1n)
    return cohort.length === round.cohort ? missing.slice(0, NAMED) : []
  }

  return {
    note: async (action, observation) => {
      const { round, status, member, terms } = observation
      // At its end a node stays a while, and says so itself.
      if (status.isFinished || !member.isMember) return Number.POSITIVE_INFINITY
      const chainTime = now()
      const { phase, endsAt } = phaseAt(round, terms, chainTime)
      const key = `${round.number}/${phase}`
      if (present.key !== key) present = { key, since: chainTime, toldAt: Number.NEGATIVE_INFINITY, told: '' }
      const count = countWaited(observation, phase)
      const state = count === undefined ? key : `${key}/${count.came}`
      if (present.told === state) return Number.POSITIVE_INFINITY
      const from = Math.max(present.since + LASTS_SECONDS, present.toldAt + AGAIN_SECONDS)
      if (chainTime < from) return from
      present = { ...present, toldAt: chainTime, told: state }
      const until = endsAt === 0 ? (action.until ?? 0) : endsAt
      const { what, came, of, absent = 0n } = count ?? {}
      const missing = await nameMissing(observation, absent)
      report.tell({
        kind: 'waiting',
        round: round.number,
        phase,
        endsAt: Number.isFinite(until) ? until : 0,
        chainTime,
        reason: action.reason,
        ...(what === undefined ? {} : { count: { what, came: came!, of: of! } }),
        missing,
      })
      return Number.POSITIVE_INFINITY
    },
  }
}
