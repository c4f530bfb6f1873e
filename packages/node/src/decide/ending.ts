/** What is left to do when a federation is finished, or this account has no seat in it any more. */
import { shardCount } from '@tutti/core'
import { type Action, wait } from './action.ts'
import type { Situation } from './state.ts'

/** For how long a member waits for a chain that took its joining back to include it again, in seconds. */
const SEAT_SECONDS = 120

/** The account is no member: it never was, has left, or the chain took its joining back. */
export function decideLostSeat(situation: Situation): Action {
  const { now } = situation
  const { seatSeenAt, since } = situation.own
  const { block, member } = situation.observation
  const isLost = seatSeenAt !== undefined && member.owed === 0n && member.stake === 0n
  const reason = 'the chain has taken this account’s joining back; it may include it again'
  if (isLost && block.number < seatSeenAt) return wait(undefined, reason)
  if (isLost && now < since + SEAT_SECONDS) return wait(since + SEAT_SECONDS, reason)
  const end = isLost ? 'the chain took this account’s joining back: join again' : 'this account is not a member'
  return decideEnd(situation, end)
}

/** The last actions: shards of a half-done round, the claim, and some time in which blocks may be taken back. */
export function decideEnd(situation: Situation, reason: string): Action {
  const { own, now } = situation
  const { status, member } = situation.observation
  const rest = decideRest(situation)
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
 * pay and in turn: half a round is no model, and nothing could be predicted from it.
 */
function decideRest({ observation: { terms, round, status, member }, own, now }: Situation): Action | undefined {
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
