/**
 * What a member does next, as a pure function of what it sees on the chain, what it keeps on disk, and the time.
 *
 * Two laws hold for every input. A member whose update of a round may be on its way never prepares or signs another one;
 * it only asks what became of the first. And for every action that pays, one member goes first and the others follow one
 * by one, so that nobody pays for a race it must lose.
 */
import { isOpenPot, keeperPosition, phaseAt, phaseEnds, shardCount } from '@tutti/core'
import { type Action, wait } from './action.ts'
import { decideEnd, decideLostSeat } from './ending.ts'
import { decidePart } from './own-part.ts'
import type { Observation, OwnState, PhaseSituation, Situation } from './state.ts'
import { inTurn, isQuiet, paysFrom, rankAfter, rankByRound } from './turns.ts'
import { abandonFrom, canOpenWith, waitEnd } from './waiting.ts'
import { decideWatch } from './watch.ts'

/**
 * Decides.
 *
 * @param observation - The chain at one block.
 * @param own - This node's own state.
 * @param now - Time of the next block, in seconds: what the contract will see when it executes.
 * @returns One action. `wait` until chain time `until`, or until something changes when it is undefined.
 */
export function decide(observation: Observation, own: OwnState, now: number): Action {
  const { terms, status, round, member } = observation
  if (status.isFinished) return decideEnd({ observation, own, now }, 'the federation is finished')
  if (!member.isMember) return decideLostSeat({ observation, own, now })
  if (own.wantsToLeave && !member.isLeaving) return { kind: 'leave', reason: 'asked to leave' }
  const { phase, endsAt } = phaseAt(round, terms, now)
  const situation: PhaseSituation = { observation, own, now, phase, end: endsAt === 0 ? undefined : endsAt }
  if (mayVote(situation)) {
    return {
      kind: 'vote',
      round: round.number,
      reason: 'what members report has not got better for as long as its owner waits',
    }
  }
  return orAbandon(decidePhase(situation), situation)
}

function decidePhase(situation: PhaseSituation): Action {
  const { round, status } = situation.observation
  const { phase } = situation
  if (!status.isInitialised && phase !== 'joining')
    return wait(undefined, 'the initial model is not complete; tutti create --resume completes it')
  switch (phase) {
    case 'joining':
      return decideOpening(situation)
    case 'draw':
      return decideDraw(situation)
    case 'commit':
    case 'submit':
      return decidePart(situation, phase)
    case 'challenge':
      return decideWatch(situation)
    case 'aggregate':
      return decideAggregation(situation)
    case 'settle':
      return inTurn({ kind: 'settle', round: round.number, reason: 'every shard is aggregated' }, situation)
    case 'close':
      return inTurn({ kind: 'close', round: round.number, reason: 'too few updates came' }, situation)
    case 'finished':
      return wait(undefined, 'the round is settled')
  }
}

/** Whether the owner wants to end the federation and the contract takes this member's vote now. */
function mayVote({ observation: { terms, status, round, member }, own, phase }: PhaseSituation): boolean {
  if (own.wantsToEnd !== true || terms.endQuorum === 0 || status.isEnding === true) return false
  const isFrozen = round.startedAt > 0 && member.index < round.members
  const hasStake = terms.stake === 0n || member.stake > 0n
  return isFrozen && hasStake && (phase === 'commit' || phase === 'submit')
}

/**
 * Names the action that is due, so that a node can tell since when it is: {@link OwnState.since} starts anew with the name.
 *
 * @param now - As for {@link decide}.
 */
export function nameDueAction({ round, terms, status, member, block }: Observation, now: number): string {
  if (status.isFinished || !member.isMember) return `end/${member.owed > 0n || member.stake > 0n}/${round.shardsDone}`
  return `${round.number}/${phaseAt(round, terms, now).phase}/${block.number > round.seedBlock}`
}

function decideOpening(situation: Situation): Action {
  const { own, now } = situation
  const { terms, status } = situation.observation
  const joinEnd = status.createdAt + terms.joinSeconds
  const isFull = status.members >= terms.cohortSize && !isOpenPot(terms)
  const lastAt = waitEnd(status.createdAt, terms, own.maximumWaitSeconds)
  const isEnough = status.isInitialised && canOpenWith(status.members, terms)
  if (!isEnough && now >= lastAt) return { kind: 'leave', reason: 'it has not opened for longer than its owner waits' }
  const last = lastAt === Infinity ? undefined : lastAt
  if (!status.isInitialised) return wait(last, 'the initial model is not complete; tutti create --resume completes it')
  if (!isFull && now < joinEnd) return wait(joinEnd, 'more members may join')
  if (!isEnough) return wait(last, 'too few members have joined')
  // Opening is not paid. A member that leaves paid actions to others opens nevertheless before it would wait too long.
  const opener = now >= lastAt ? { ...own, isKeeper: true } : own
  const action = inTurn({ kind: 'open', reason: 'enough members have joined' }, { ...situation, own: opener })
  return action.kind === 'wait' && action.until === undefined ? { ...action, until: last } : action
}

/** Gives up, in turn, what is long overdue by the terms and comes to nothing: stakes and the unspent bounty go back. */
function orAbandon(due: Action, { observation, own, now, phase }: PhaseSituation): Action {
  if (due.kind === 'leave') return due
  const from = abandonFrom(observation, phase, own.since) + rankByRound(observation) * own.staggerSeconds
  if (from <= now) return { kind: 'abandon', reason: `${due.reason}; this is long overdue` }
  return due.kind !== 'wait' || from === Infinity ? due : { ...due, until: Math.min(due.until ?? Infinity, from) }
}

function decideDraw(situation: Situation): Action {
  const { own, now } = situation
  const { round, block } = situation.observation
  if (block.number <= round.seedBlock) {
    const reason = 'the block that seeds the cohort is not mined yet'
    // Also where it is mined: some clients look at the draw as if it came in that block, and refuse it.
    if (isQuiet(own, now)) {
      return inTurn({ kind: 'nudge', round: round.number, reason: `${reason}, and none comes` }, situation)
    }
    if (block.number < round.seedBlock) return wait(own.nudgeAt, reason)
  }
  return inTurn({ kind: 'draw', round: round.number, reason: 'the cohort can be drawn' }, situation)
}

function decideAggregation({ observation, own, now }: Situation): Action {
  const { terms, round } = observation
  if (!own.isKeeper) return wait(undefined, 'keepers aggregate')
  const worthFrom = paysFrom('aggregate', observation, own)
  if (worthFrom === Infinity) return wait(undefined, 'the pay of aggregating does not exceed its gas')
  const openToAll = phaseEnds(round, terms).challengeEnd + terms.keeperSeconds
  let soonest = Infinity
  for (let shard = 0; shard < shardCount(terms); shard++) {
    if (((round.shards >> BigInt(shard)) & 1n) === 1n) continue
    // Members outside the cohort come after all of it: no need to know who is first.
    const first = observation.position === undefined ? 0 : keeperPosition(round.seed, shard, round.cohort)
    const rank = rankAfter(first, observation)
    const from = Math.max(worthFrom, rank === 0 ? 0 : openToAll + rank * own.staggerSeconds)
    if (from <= now) {
      const reason =
        rank === 0 ? 'this member is the keeper of the shard' : 'the keeper of the shard did not aggregate it'
      return { kind: 'aggregate', round: round.number, shard, reason }
    }
    soonest = Math.min(soonest, from)
  }
  const isEarly = worthFrom > now
  const reason = isEarly ? 'the pay does not exceed the gas yet' : 'the keeper of the shard goes first'
  return wait(soonest === Infinity ? undefined : soonest, reason)
}
