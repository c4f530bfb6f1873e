/**
 * What a member does next, as a pure function of what it sees on the chain, what it keeps on disk, and the time.
 *
 * Two laws hold for every input: a member whose update of a round may be on its way never prepares or signs another one
 * (it can only ask what became of the first), and of all members one goes first at every step that pays, the others
 * following one by one, so that nobody pays for a race it must lose.
 */
import {
  assignedShards,
  isOpenPot,
  keeperPosition,
  type Phase,
  phaseAt,
  phaseEnds,
  type Round,
  shardCount,
  type Terms,
} from '@tutti/core'
import { type PaidStep, worthwhileFrom } from './keeping.ts'
import type { RoundRecord } from './store.ts'
import { abandonFrom, canOpenWith, waitEnd } from './waiting.ts'

/** What decisions need from the chain, all of one block. */
export interface Observation {
  block: { number: bigint; timestamp: number }
  terms: Terms
  status: {
    createdAt: number
    isInitialised: boolean
    isFinished: boolean
    members: number
    roundsClosed: number
    /** Enough members have voted: the round in progress is the last. */
    isEnding?: boolean
  }
  round: Round
  member: { index: number; isMember: boolean; isLeaving: boolean; owed: bigint; stake: bigint }
  /** Position in the cohort of the round in progress; undefined when not drawn into it. */
  position: number | undefined
}

/** What a node knows of the updates of others. */
export type Watch =
  /** On a path whose updates cannot be faulty. */
  | { kind: 'unneeded' }
  /** Nobody has looked yet. */
  | { kind: 'due' }
  /** Looked through; once more at chain time `again`, if something was missing. */
  | { kind: 'checked'; faults: readonly KnownFault[]; again: number | undefined }

/** A fault that is not proven yet, by whose it is: cohort position and which of its assigned shards. */
export interface KnownFault {
  position: number
  assigned: number
  /** Whether this node has bound itself to the proof. */
  isBound: boolean
}

/** What decisions need from the node itself. */
export interface OwnState {
  /** What is on disk about the round in progress. */
  record: RoundRecord
  /** What is known of the updates of the round in progress. */
  watch: Watch
  /** Chain time at which this node first saw the step that is due now, in seconds. */
  since: number
  /** Whether the node takes the steps that anyone may take, for pay. */
  isKeeper: boolean
  /** What a million gas is worth to the owner, in smallest token units: steps that pay less are left to others. */
  tokensPerMegagas?: bigint | undefined
  /** Seconds between one member and the next where the contract names nobody. */
  staggerSeconds: number
  /** Nothing is signed in the last seconds of a phase, since it would be mined too late and paid for in vain. */
  marginSeconds: number
  /** Whether to leave the federation. */
  wantsToLeave: boolean
  /** Whether to vote for this round to be the last; false once this node has. */
  wantsToEnd?: boolean
  /** For how long to wait for a federation to open once it may, in seconds; undefined: without end. */
  maximumWaitSeconds?: number | undefined
  /** Whether to fetch what is owed at the end. */
  claims: boolean
  /** A claim was made and what remains cannot be fetched yet. */
  isClaimed: boolean
  /**
   * Chain time at which a chain that has mined no block for a while is taken for one that mines for transactions only;
   * undefined: never.
   */
  nudgeAt?: number | undefined
  /**
   * Newest block at which the account was a member that had not asked to leave; undefined if it never was, or was told to
   * leave. A chain that takes its joining back may yet include it again.
   */
  seatSeenAt?: bigint | undefined
  /** A node stays for so long after it has nothing to do any more: a reorganisation may take its claim back. */
  finalitySeconds: number
}

/** What a node does next. `reason` is a sentence for people. */
export type Action = { reason: string } & (
  | { kind: 'wait'; until: number | undefined }
  | { kind: 'open' }
  | { kind: 'draw'; round: number }
  /** A transaction that does nothing, for a block that another step waits for. */
  | { kind: 'nudge'; round: number }
  /** For this round to be the last. */
  | { kind: 'vote'; round: number }
  | { kind: 'train'; round: number; until: number }
  | { kind: 'commit'; round: number }
  | { kind: 'submit'; round: number; sending: number }
  | { kind: 'confirm'; round: number; sending: number }
  | { kind: 'check'; round: number }
  | { kind: 'bind'; round: number; position: number; assigned: number }
  | { kind: 'challenge'; round: number; position: number; assigned: number }
  | { kind: 'aggregate'; round: number; shard: number }
  | { kind: 'settle'; round: number }
  | { kind: 'close'; round: number }
  | { kind: 'abandon' }
  | { kind: 'leave' }
  | { kind: 'claim' }
  | { kind: 'stop' }
)

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
  if (status.isFinished) return decideEnd(observation, own, now, 'the federation is finished')
  if (!member.isMember) return decideLostSeat(observation, own, now)
  if (own.wantsToLeave && !member.isLeaving) return { kind: 'leave', reason: 'asked to leave' }
  const { phase, endsAt } = phaseAt(round, terms, now)
  const end = endsAt === 0 ? undefined : endsAt
  if (mayVote(observation, own, phase)) {
    return {
      kind: 'vote',
      round: round.number,
      reason: 'what members report has not got better for as long as its owner waits',
    }
  }
  return orAbandon(decidePhase(observation, own, now, phase, end), phase, observation, own, now)
}

function decidePhase(
  observation: Observation,
  own: OwnState,
  now: number,
  phase: Phase,
  end: number | undefined,
): Action {
  const { round, status } = observation
  if (!status.isInitialised && phase !== 'joining')
    return wait(undefined, 'the initial model is not complete; tutti create --resume completes it')
  switch (phase) {
    case 'joining':
      return decideOpening(observation, own, now)
    case 'draw':
      return decideDraw(observation, own, now)
    case 'commit':
      return decidePart(observation, own, 'commit', end, now)
    case 'submit':
      return decidePart(observation, own, 'submit', end, now)
    case 'challenge':
      return decideWatch(observation, own, end, now)
    case 'aggregate':
      return decideAggregation(observation, own, now)
    case 'settle':
      return inTurn({ kind: 'settle', round: round.number, reason: 'every shard is aggregated' }, observation, own, now)
    case 'close':
      return inTurn({ kind: 'close', round: round.number, reason: 'too few updates came' }, observation, own, now)
    case 'finished':
      return wait(undefined, 'the round is settled')
  }
}

/** Whether the contract takes this member's vote to end, and the owner wants it. Only where nothing of a round ends yet. */
function mayVote({ terms, status, round, member }: Observation, own: OwnState, phase: Phase): boolean {
  if (own.wantsToEnd !== true || terms.endQuorum === 0 || status.isEnding === true) return false
  const isFrozen = round.startedAt > 0 && member.index < round.members
  const hasStake = terms.stake === 0n || member.stake > 0n
  return isFrozen && hasStake && (phase === 'commit' || phase === 'submit')
}

function wait(until: number | undefined, reason: string): Action {
  return { kind: 'wait', until, reason }
}

/** For how long a member waits for a chain that took its joining back to include it again, in seconds. */
const SEAT_SECONDS = 120

function decideLostSeat(observation: Observation, own: OwnState, now: number): Action {
  const { seatSeenAt, since } = own
  const { block, member } = observation
  const isLost = seatSeenAt !== undefined && member.owed === 0n && member.stake === 0n
  const reason = 'the chain has taken this account’s joining back; it may include it again'
  if (isLost && block.number < seatSeenAt) return wait(undefined, reason)
  if (isLost && now < since + SEAT_SECONDS) return wait(since + SEAT_SECONDS, reason)
  const end = isLost ? 'the chain took this account’s joining back: join again' : 'this account is not a member'
  return decideEnd(observation, own, now, end)
}

function decideEnd(observation: Observation, own: OwnState, now: number, reason: string): Action {
  const { status, member } = observation
  const rest = decideRest(observation, own, now)
  if (rest !== undefined) return rest
  const isDue = member.owed > 0n || member.stake > 0n
  // A finished federation pays everything at once: what is due after a claim is due because a block was taken back.
  if (own.claims && isDue && (status.isFinished || !own.isClaimed)) {
    return { kind: 'claim', reason: `${reason}, and something is owed` }
  }
  // A leaver's stake is held until no fault of its rounds can be proven; it is worth waiting for.
  if (own.claims && isDue && !status.isFinished && own.wantsToLeave) return wait(undefined, 'the stake is not free yet')
  const isFinalAt = own.since + own.finalitySeconds
  if (own.claims && !isDue && now < isFinalAt)
    return wait(isFinalAt, `${reason}; its last blocks may still be taken back`)
  return { kind: 'stop', reason }
}

/**
 * An abandoned federation may leave a round of which some shards are folded and others not. Members fold the rest, without
 * pay and in turn: a half of a round is no model, and nothing could be predicted from it.
 */
function decideRest({ terms, round, status, member }: Observation, own: OwnState, now: number): Action | undefined {
  const isHalfDone = round.shardsDone > 0 && round.shardsDone < shardCount(terms)
  if (!own.isKeeper || !status.isFinished || !isHalfDone || status.roundsClosed !== round.number) return undefined
  const from = own.since + member.index * own.staggerSeconds
  if (from > now) return wait(from, 'a round was left half done; others go first')
  const isOpen = (shard: number) => ((round.shards >> BigInt(shard)) & 1n) === 0n
  const shard = Array.from({ length: shardCount(terms) }, (_, s) => s).find(isOpen)!
  return {
    kind: 'aggregate',
    round: round.number,
    shard,
    reason: 'the federation was abandoned with a round half done',
  }
}

/**
 * Names the step that is due, so that a node can tell since when it is: {@link OwnState.since} starts anew with the name.
 *
 * @param now - As for {@link decide}.
 */
export function nameStep({ round, terms, status, member, block }: Observation, now: number): string {
  if (status.isFinished || !member.isMember) return `end/${member.owed > 0n || member.stake > 0n}/${round.shardsDone}`
  return `${round.number}/${phaseAt(round, terms, now).phase}/${block.number > round.seedBlock}`
}

function decideOpening(observation: Observation, own: OwnState, now: number): Action {
  const { terms, status } = observation
  const joinEnd = status.createdAt + terms.joinSeconds
  const isFull = status.members >= terms.cohortSize && !isOpenPot(terms)
  const lastAt = waitEnd(status.createdAt, terms, own.maximumWaitSeconds)
  const isEnough = status.isInitialised && canOpenWith(status.members, terms)
  if (!isEnough && now >= lastAt) return { kind: 'leave', reason: 'it has not opened for longer than its owner waits' }
  const last = lastAt === Infinity ? undefined : lastAt
  if (!status.isInitialised) return wait(last, 'the initial model is not complete; tutti create --resume completes it')
  if (!isFull && now < joinEnd) return wait(joinEnd, 'more members may join')
  if (!isEnough) return wait(last, 'too few members have joined')
  // Opening is not paid: whoever leaves paid steps to others opens all the same before it would wait too long.
  const opener = now >= lastAt ? { ...own, isKeeper: true } : own
  const action = inTurn({ kind: 'open', reason: 'enough members have joined' }, observation, opener, now)
  return action.kind === 'wait' && action.until === undefined ? { ...action, until: last } : action
}

/** Gives up, in turn, what is long overdue by the terms and comes to nothing: stakes and the unspent bounty go back. */
function orAbandon(due: Action, phase: Phase, observation: Observation, own: OwnState, now: number): Action {
  const { round, status, member } = observation
  if (due.kind === 'leave') return due
  const members = Math.max(1, status.members)
  const rank = (member.index + members - (round.number % members)) % members
  const from = abandonFrom(observation, phase, own.since) + rank * own.staggerSeconds
  if (from <= now) return { kind: 'abandon', reason: `${due.reason}; the step is long overdue` }
  return due.kind !== 'wait' || from === Infinity ? due : { ...due, until: Math.min(due.until ?? Infinity, from) }
}

function decideDraw(observation: Observation, own: OwnState, now: number): Action {
  const { round, block } = observation
  if (block.number <= round.seedBlock) {
    const reason = 'the block that seeds the cohort is not mined yet'
    // Also where it is mined: some clients look at the draw as if it came in that block, and refuse it.
    if (isQuiet(own, now)) {
      const nudge = { kind: 'nudge', round: round.number, reason: `${reason}, and none comes` } as const
      return inTurn(nudge, observation, own, now)
    }
    if (block.number < round.seedBlock) return wait(own.nudgeAt, reason)
  }
  return inTurn({ kind: 'draw', round: round.number, reason: 'the cohort can be drawn' }, observation, own, now)
}

/** Whether the chain has mined nothing for so long that it seems to mine for transactions only. */
function isQuiet({ nudgeAt }: OwnState, now: number): boolean {
  return nudgeAt !== undefined && now >= nudgeAt
}

function decidePart(
  observation: Observation,
  own: OwnState,
  step: 'commit' | 'submit',
  end: number | undefined,
  now: number,
): Action {
  const { terms, round, position } = observation
  const isTooLate = end !== undefined && now > end - own.marginSeconds
  // An endpoint may make rounds up: each would be told something new of the data.
  if (round.number >= terms.rounds) return wait(end, 'the terms have no such round; the endpoint is wrong')
  if (position === undefined) return wait(end, 'this member is not in the cohort of this round')
  if (terms.stake > 0n && observation.member.stake === 0n) return wait(end, 'the stake of this member was slashed')
  const hasActed = (bits: bigint) => ((bits >> BigInt(position)) & 1n) === 1n
  if (hasActed(round.submitted)) return wait(end, 'the update is in')
  if (step === 'commit' && hasActed(round.committed)) return wait(end, 'the commitment is in')
  if (step === 'submit' && terms.commitSeconds > 0 && !hasActed(round.committed)) {
    return wait(end, 'nothing was committed to in this round')
  }
  switch (own.record.kind) {
    case 'forfeited':
      return wait(end, `this round is sat out: ${own.record.reason}`)
    case 'none':
      if (step === 'submit' && terms.commitSeconds > 0) return wait(end, 'the update committed to is lost')
      if (isTooLate) return wait(end, 'too little time is left to send an update')
      return { kind: 'train', round: round.number, until: end ?? Infinity, reason: 'a new round wants an update' }
    case 'update': {
      if (!isForPlace(own.record.update, terms, round.number, position)) {
        // A reorganisation drew the cohort anew. What was signed may still be on its way, so nothing is added to it.
        const isSigned = own.record.update.sendings.some(({ state }) => state !== 'unsent')
        if (isSigned) return wait(end, 'the update was made for another place in the cohort')
        if (step === 'submit' && terms.commitSeconds > 0) return wait(end, 'the update committed to is lost')
        if (isTooLate) return wait(end, 'too little time is left to send an update')
        const reason = 'the update on disk is for another place in the cohort'
        return { kind: 'train', round: round.number, until: end ?? Infinity, reason }
      }
      const action = decideSending(own.record.update.sendings, step, round.number, end)
      const isNew = action.kind === 'commit' || action.kind === 'submit'
      return isNew && isTooLate ? wait(end, `too little time is left to ${step}`) : action
    }
  }
}

/** Whether an update's shards are those that the position is assigned, in order. */
function isForPlace({ shards }: { shards: readonly number[] }, terms: Terms, round: number, position: number): boolean {
  const assigned = assignedShards(terms, position, round)
  return shards.length === assigned.length && shards.every((shard, k) => shard === assigned[k])
}

function decideSending(
  sendings: readonly { step: 'commit' | 'submit'; state: string }[],
  step: 'commit' | 'submit',
  round: number,
  end: number | undefined,
): Action {
  const isStep = (sending: { step: string }) => sending.step === step
  const sent = sendings.findIndex((sending) => isStep(sending) && sending.state === 'sent')
  if (sent >= 0) return { kind: 'confirm', round, sending: sent, reason: `a ${step} was sent and not heard of` }
  // One that failed used its nonce up, and nothing of it stands: after a reorganisation it may have come before its
  // round. The same update may be sent again while there is time.
  const unsent = sendings.findIndex(
    (sending) => isStep(sending) && (sending.state === 'unsent' || sending.state === 'failed'),
  )
  if (unsent >= 0) {
    const reason = sendings[unsent]!.state === 'failed' ? 'the update was mined in vain' : 'the update is ready'
    return step === 'commit' ? { kind: 'commit', round, reason } : { kind: 'submit', round, sending: unsent, reason }
  }
  const last = sendings.findLastIndex(isStep)
  if (last < 0) return wait(end, `nothing was prepared to ${step}`)
  // Confirmed once, and yet the chain does not know it: a reorganisation dropped the block.
  return { kind: 'confirm', round, sending: last, reason: `the chain has forgotten a ${step}` }
}

/** Every member looks through the round's updates; at a fault they take turns, so that one proof is paid for. */
function decideWatch(observation: Observation, own: OwnState, end: number | undefined, now: number): Action {
  const { round, terms } = observation
  const { watch } = own
  if (watch.kind === 'unneeded') return wait(end, 'the challenge window is open')
  if (watch.kind === 'due') return { kind: 'check', round: round.number, reason: 'the updates of the round are final' }
  // Turns are shorter where the window is: the last in turn must still have time for both of its transactions.
  const turnSeconds = Math.min(own.staggerSeconds, terms.challengeSeconds / (4 * Math.max(1, round.cohort)))
  let soonest = end ?? Infinity
  for (const { position, assigned, isBound } of watch.faults) {
    if (((round.submitted >> BigInt(position)) & 1n) === 0n) continue
    const target = { round: round.number, position, assigned }
    // The proof counts in a later block than the binding.
    if (isBound && isQuiet(own, now)) {
      return { kind: 'nudge', round: round.number, reason: 'a proof waits for a block, and none comes' }
    }
    if (isBound) return { kind: 'challenge', ...target, reason: `the update of position ${position} breaks its bounds` }
    const inTurnFrom = own.since + rankAfter((position + 1) % Math.max(1, round.cohort), observation) * turnSeconds
    // Turns count from when this node saw the window. Whoever sees it late does not wait it out.
    const from = Math.min(inTurnFrom, (end ?? Infinity) - terms.challengeSeconds / 4)
    if (from <= now) return { kind: 'bind', ...target, reason: `the update of position ${position} breaks its bounds` }
    soonest = Math.min(soonest, from)
  }
  if (watch.again !== undefined && watch.again <= now) {
    return { kind: 'check', round: round.number, reason: 'blobs of the round were missing' }
  }
  const next = Math.min(soonest, watch.again ?? Infinity)
  return wait(next === Infinity ? undefined : next, 'the challenge window is open')
}

function decideAggregation(observation: Observation, own: OwnState, now: number): Action {
  const { terms, round } = observation
  if (!own.isKeeper) return wait(undefined, 'keepers aggregate')
  const worthFrom = paysFrom('aggregate', observation, own)
  if (worthFrom === Infinity) return wait(undefined, 'the pay of aggregating does not exceed its gas')
  const openToAll = phaseEnds(round, terms).challengeEnd + terms.keeperSeconds
  let soonest = Infinity
  for (let shard = 0; shard < shardCount(terms); shard++) {
    if (((round.shards >> BigInt(shard)) & 1n) === 1n) continue
    // Whoever is not in the cohort comes after all of it: no need to know who is first.
    const first = observation.position === undefined ? 0 : keeperPosition(round.seed, shard, round.cohort)
    const rank = rankAfter(first, observation)
    const from = Math.max(worthFrom, rank === 0 ? 0 : openToAll + rank * own.staggerSeconds)
    if (from <= now) {
      const reason = rank === 0 ? 'this member is the keeper of the shard' : 'the keeper of the shard let it lie'
      return { kind: 'aggregate', round: round.number, shard, reason }
    }
    soonest = Math.min(soonest, from)
  }
  const isEarly = worthFrom > now
  const reason = isEarly ? 'the pay does not exceed the gas yet' : 'the keeper of the shard goes first'
  return wait(soonest === Infinity ? undefined : soonest, reason)
}

/** The step now if it is this member's turn, else a wait for it: turns rotate with the round. */
function inTurn(action: Action, observation: Observation, own: OwnState, now: number): Action {
  if (!own.isKeeper) return wait(undefined, `${action.reason}; keepers act`)
  const { round, status, member } = observation
  const isDrawn = action.kind === 'settle' || action.kind === 'close'
  const members = Math.max(1, status.members)
  const rank = isDrawn
    ? rankAfter(round.number % Math.max(1, round.cohort), observation)
    : (member.index + members - (round.number % members)) % members
  const worthFrom =
    action.kind === 'open' || action.kind === 'nudge' ? 0 : paysFrom(action.kind as PaidStep, observation, own)
  if (worthFrom === Infinity) return wait(undefined, `${action.reason}; the pay does not exceed the gas`)
  const from = Math.max(worthFrom, own.since + rank * own.staggerSeconds)
  return from <= now ? action : wait(from, `${action.reason}; others go first`)
}

/** From when on a step pays its gas; 0 where the owner does not say what gas is worth. */
function paysFrom(step: PaidStep, { round, terms }: Observation, { tokensPerMegagas }: OwnState): number {
  return tokensPerMegagas === undefined ? 0 : worthwhileFrom(step, round, terms, tokensPerMegagas)
}

/** Distance behind the member who goes first: cohort in order of position, then the other members. */
function rankAfter(first: number, { position, round, member }: Observation): number {
  return position === undefined ? round.cohort + member.index : (position + round.cohort - first) % round.cohort
}
