/**
 * What a node remembers between looks at the chain, and what decisions need of it. Plain data: {@link noteHead} and
 * {@link noteObservation} add what a look shows, before and after it is told of; {@link toOwnState} reads it.
 */
import { localChainId } from '@tutti/chain'
import { nameDueAction } from '../decide/next-action.ts'
import type { FaultWatch, Observation, OwnState } from '../decide/state.ts'
import type { RoundRecord } from '../disk/round-record.ts'
import type { NodeBehaviour } from '../settings/behaviour.ts'
import type { Actor } from '../update/actor.ts'
import { fillDefaults } from './owner-settings.ts'

/** The memory of one run of a node. */
export interface Progress {
  latest: Observation | undefined
  /** Not after the block of the first look; earlier where the chain went back. */
  firstBlock: bigint
  /** A block not after the one that opened the round in progress; undefined while that is not known. */
  blockBeforeRound: bigint | undefined
  /** Rounds over at the last look; undefined before the first. */
  roundsClosed: number | undefined
  /** Rounds that this member has an update in. */
  taken: Set<number>
  /** Rounds to take part in until the owner wants to leave. */
  roundsLeft: number
  /** The action that is due, and the chain time at which this node first saw that. */
  due: { name: string; since: number }
  /** The newest block, and the chain time at which it was first seen. */
  newest: { block: bigint; since: number }
  seatSeenAt: bigint | undefined
  hasAskedToLeave: boolean
  isClaimed: boolean
  /** Round in which a vote to end went through, or was not taken. */
  votedIn: number | undefined
  /** Whether an action for pay may have been taken since the last round ended. */
  hasActedForPay: boolean
  /** What the outside was told already. */
  told: { phase: string; openedRound: number; hasTwin: boolean }
}

/** Longer than chains that mine by themselves take for a block, in seconds. */
const QUIET_SECONDS = { local: 2, public: 60 }

/** Starts with nothing seen. */
export function startProgress({ leavesAfterRounds }: Pick<NodeBehaviour, 'leavesAfterRounds'>): Progress {
  return {
    latest: undefined,
    firstBlock: 0n,
    blockBeforeRound: undefined,
    roundsClosed: undefined,
    taken: new Set(),
    roundsLeft: leavesAfterRounds ?? Infinity,
    due: { name: '', since: 0 },
    newest: { block: -1n, since: 0 },
    seatSeenAt: undefined,
    hasAskedToLeave: false,
    isClaimed: false,
    votedIn: undefined,
    // One that was under way when the node started counts as taken.
    hasActedForPay: true,
    told: { phase: '', openedRound: -1, hasTwin: false },
  }
}

/**
 * Remembers, before anything of a look is told, what it shows of the chain's head and of this member's seat. A chain that
 * goes back takes with it what its blocks told: a round seen open may have begun in an earlier block.
 */
export function noteHead(progress: Progress, { block, round, member }: Observation): void {
  const { latest } = progress
  progress.firstBlock = latest === undefined ? block.number : earlier(progress.firstBlock, block.number)
  const isBack = latest !== undefined && (block.number < latest.block.number || round.number < latest.round.number)
  if (isBack) progress.blockBeforeRound = undefined
  if (member.isLeaving) progress.hasAskedToLeave = true
  if (member.isMember && (progress.seatSeenAt === undefined || progress.seatSeenAt < block.number)) {
    progress.seatSeenAt = block.number
  }
}

/**
 * Remembers a look after all that is new in it was told.
 *
 * @param now - Chain time, in seconds.
 */
export function noteObservation(progress: Progress, observation: Observation, now: number): void {
  const { block, round } = observation
  const { latest } = progress
  if (latest !== undefined && latest.round.number < round.number) {
    progress.blockBeforeRound = earlier(latest.block.number, block.number)
  }
  progress.latest = observation
  if (hasSubmitted(observation)) progress.taken.add(round.number)
  if (progress.newest.block !== block.number) progress.newest = { block: block.number, since: now }
  const name = nameDueAction(observation, now)
  if (progress.due.name !== name) progress.due = { name, since: now }
}

/** Whether this member's update of the round in progress is on the chain. */
export function hasSubmitted({ round, position }: Observation): boolean {
  return position !== undefined && ((round.submitted >> BigInt(position)) & 1n) === 1n
}

/** What a decision needs beside the chain. @param hasStalled - Whether the federation has stopped getting better. */
export function toOwnState(
  progress: Progress,
  { client, terms }: Pick<Actor, 'client' | 'terms'>,
  behaviour: NodeBehaviour,
  known: { record: RoundRecord; watch: FaultWatch; hasStalled: boolean },
): OwnState {
  const { latest, taken, roundsLeft } = progress
  const { record, watch, hasStalled } = known
  const quietSeconds = QUIET_SECONDS[client.chainId === localChainId ? 'local' : 'public']
  return {
    ...fillDefaults(client.chainId, terms, behaviour),
    record,
    watch,
    since: progress.due.since,
    nudgeAt: progress.newest.since + quietSeconds,
    // Asked for while its last round runs, since the next one opens as soon as that is settled.
    wantsToLeave: roundsLeft - (latest !== undefined && taken.has(latest.round.number) ? 1 : 0) <= 0,
    wantsToEnd: latest !== undefined && progress.votedIn !== latest.round.number && hasStalled,
    isClaimed: progress.isClaimed,
    seatSeenAt: progress.hasAskedToLeave ? undefined : progress.seatSeenAt,
  }
}

const earlier = (a: bigint, b: bigint): bigint => (a < b ? a : b)
