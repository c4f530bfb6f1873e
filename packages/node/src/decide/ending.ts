/** What is left to do when a federation is finished, or this account has no seat in it any more. */
import { shardCount } from '@tutti/core'
import { type Action, type Observation, type OwnState, wait } from './state.ts'

/** For how long a member waits for a chain that took its joining back to include it again, in seconds. */
const SEAT_SECONDS = 120

/** The account is no member: it never was, has left, or the chain took its joining back. */
export function decideLostSeat(observation: Observation, own: OwnState, now: number): Action {
  const { seatSeenAt, since } = own
  const { block, member } = observation
  const isLost = seatSeenAt !== undefined && member.owed === 0n && member.stake === 0n
  const reason = 'the chain has taken this account’s joining back; it may include it again'
  if (isLost && block.number < seatSeenAt) return wait(undefined, reason)
  if (isLost && now < since + SEAT_SECONDS) return wait(since + SEAT_SECONDS, reason)
  const end = isLost ? 'the chain took this account’s joining back: join again' : 'this account is not a member'
  return decideEnd(observation, own, now, end)
}

/** The last steps: shards that were left half done, the claim, and some time in which blocks may be taken back. */
export function decideEnd(observation: Observation, own: OwnState, now: number, reason: string): Action {
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
