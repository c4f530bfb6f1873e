/** Why the contract refuses a call. */
import { keeperPosition, overdueAt, phaseEnds, shardCount } from '@tutti/core'
import { type Call, type Contract, isFrozen, phaseOf, positionOf } from './contract.ts'

/** Why the contract would refuse a call in a block of this time; undefined if it would not. */
export function refuses(contract: Contract, from: number, call: Call, timestamp: number): string | undefined {
  const { state, terms } = contract
  const { round, seats } = state
  const seat = seats[from]!
  if (call.kind === 'claim' || call.kind === 'nothing') return undefined
  // What was begun may be finished after the end.
  const isHalfDone =
    state.isFinished && state.roundsClosed === round.number && round.shardsDone % shardCount(terms) !== 0
  if (call.kind === 'aggregate' && isHalfDone && call.round === round.number)
    return refusesShard(contract, from, call, timestamp)
  if (state.isFinished) return 'FederationFinished'
  if (call.kind === 'join') return seat.isMember ? 'AlreadyMember' : undefined
  if (call.kind === 'leave') {
    if (!seat.isMember) return 'NotMember'
    return isFrozen(contract, seat) && seat.isLeaving ? 'AlreadyLeaving' : undefined
  }
  const now = phaseOf(contract, timestamp)
  if (call.kind === 'abandon') {
    return timestamp < overdueAt(round, terms, now, state.joiningSince) ? 'NotOverdue' : undefined
  }
  if (call.kind === 'open') {
    if (now !== 'joining') return 'WrongPhase'
    const members = state.roster.length
    const isTime = timestamp >= state.createdAt + terms.joinSeconds
    return members >= terms.cohortSize || (members >= terms.minimumUpdates && isTime) ? undefined : 'TooFewMembers'
  }
  if (call.round !== round.number) return 'WrongRound'
  if (call.kind !== now) return 'WrongPhase'
  return refusesInPhase(contract, from, call, timestamp)
}

/** Why it refuses a call that belongs to the phase. */
function refusesInPhase(contract: Contract, from: number, call: Call, timestamp: number): string | undefined {
  const { state, terms } = contract
  const { round, seats } = state
  switch (call.kind) {
    case 'draw':
      return BigInt(state.block.number + 1) <= round.seedBlock ? 'SeedNotReady' : undefined
    case 'commit':
    case 'submit': {
      const position = positionOf(contract, from)
      if (position === undefined) return 'NotInCohort'
      if (!seats[from]!.isStaked) return 'StakeForfeited'
      if (call.kind === 'commit') return state.commitments.has(position) ? 'AlreadyCommitted' : undefined
      if (state.submissions.has(position)) return 'AlreadySubmitted'
      // Without a challenge window a fault cannot be submitted: the aggregator reads every payload.
      if (call.update?.isFaulty === true && terms.challengeSeconds === 0) return 'PayloadInvalid'
      const isBound = terms.commitSeconds === 0 || state.commitments.get(position) === call.update?.name
      return isBound ? undefined : 'CommitmentMismatch'
    }
    case 'challenge':
      return state.submissions.get(call.position ?? -1)?.isFaulty === true ? undefined : 'NoFault'
    case 'aggregate':
      return refusesShard(contract, from, call, timestamp)
    case 'settle':
    case 'close':
      return undefined
    default:
      return undefined
  }
}

function refusesShard(contract: Contract, from: number, call: Call, timestamp: number): string | undefined {
  const { state, terms } = contract
  const { round } = state
  const shard = call.shard ?? 0
  if ((round.shards >> BigInt(shard)) & 1n) return 'ShardAlreadyAggregated'
  const exclusiveUntil = phaseEnds(round, terms).challengeEnd + terms.keeperSeconds
  const isKeeper = positionOf(contract, from) === keeperPosition(round.seed, shard, round.cohort)
  return timestamp < exclusiveUntil && !isKeeper ? 'KeeperWindow' : undefined
}
