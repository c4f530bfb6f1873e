/** A member's own part of a round: to train, to commit, to submit, and to find out what became of what it sent. */
import { assignedShards } from '@tutti/core'
import type { Sending, UpdateRecord } from '../disk/round-record.ts'
import { type Action, wait } from './action.ts'
import type { Observation, PhaseSituation } from './state.ts'

/** What a member does in a commit or submission phase. */
export function decidePart(situation: PhaseSituation, kind: Sending['kind']): Action {
  const { own, end } = situation
  const { terms } = situation.observation
  const obstacle = findObstacle(situation.observation, kind)
  if (obstacle !== undefined) return wait(end, obstacle)
  switch (own.record.kind) {
    case 'forfeited':
      return wait(end, `this round is sat out: ${own.record.reason}`)
    case 'none':
      if (kind === 'submit' && terms.commitSeconds > 0) return wait(end, 'the update committed to is lost')
      return decideTraining(situation, 'a new round wants an update')
    case 'update': {
      const { update } = own.record
      if (!isForPlace(update, situation.observation)) {
        // A reorganisation drew the cohort anew. What was signed may still be on its way, so nothing is added to it.
        const isSigned = update.sendings.some(({ state }) => state !== 'unsent')
        if (isSigned) return wait(end, 'the update was made for another place in the cohort')
        if (kind === 'submit' && terms.commitSeconds > 0) return wait(end, 'the update committed to is lost')
        return decideTraining(situation, 'the update on disk is for another place in the cohort')
      }
      const action = decideSending(update, kind, end)
      const isNew = action.kind === 'commit' || action.kind === 'submit'
      return isNew && isTooLate(situation) ? wait(end, `too little time is left to ${kind}`) : action
    }
  }
}

/** Why the chain takes no update of this member in this phase; undefined if it does. */
function findObstacle({ terms, round, position, member }: Observation, kind: Sending['kind']): string | undefined {
  // An endpoint may make rounds up: each would be told something new of the data.
  if (round.number >= terms.rounds) return 'the terms have no such round; the endpoint is wrong'
  if (position === undefined) return 'this member is not in the cohort of this round'
  if (terms.stake > 0n && member.stake === 0n) return 'the stake of this member was slashed'
  const hasActed = (bits: bigint) => ((bits >> BigInt(position)) & 1n) === 1n
  if (hasActed(round.submitted)) return 'the update is in'
  if (kind === 'commit' && hasActed(round.committed)) return 'the commitment is in'
  if (kind === 'submit' && terms.commitSeconds > 0 && !hasActed(round.committed)) {
    return 'nothing was committed to in this round'
  }
  return undefined
}

function isTooLate({ own, end, now }: PhaseSituation): boolean {
  return end !== undefined && now > end - own.marginSeconds
}

function decideTraining(situation: PhaseSituation, reason: string): Action {
  const { end } = situation
  if (isTooLate(situation)) return wait(end, 'too little time is left to send an update')
  return { kind: 'train', round: situation.observation.round.number, until: end ?? Infinity, reason }
}

/** Whether an update's shards are those that the member's position is assigned, in order. */
function isForPlace({ shards }: UpdateRecord, { terms, round, position }: Observation): boolean {
  const assigned = assignedShards(terms, position!, round.number)
  return shards.length === assigned.length && shards.every((shard, k) => shard === assigned[k])
}

function decideSending({ sendings, round }: UpdateRecord, kind: Sending['kind'], end: number | undefined): Action {
  const isOfKind = (sending: Sending) => sending.kind === kind
  const sent = sendings.findIndex((sending) => isOfKind(sending) && sending.state === 'sent')
  if (sent >= 0) return { kind: 'confirm', round, sending: sent, reason: `a ${kind} was sent and not heard of` }
  // One that failed used its nonce up, and nothing of it stands: after a reorganisation it may have come before its
  // round. The same update may be sent again while there is time.
  const unsent = sendings.findIndex(
    (sending) => isOfKind(sending) && (sending.state === 'unsent' || sending.state === 'failed'),
  )
  if (unsent >= 0) {
    const reason = sendings[unsent]!.state === 'failed' ? 'the update was mined in vain' : 'the update is ready'
    return kind === 'commit' ? { kind, round, reason } : { kind, round, sending: unsent, reason }
  }
  const last = sendings.findLastIndex(isOfKind)
  if (last < 0) return wait(end, `nothing was prepared to ${kind}`)
  // Confirmed once, and yet the chain does not know it: a reorganisation dropped the block.
  return { kind: 'confirm', round, sending: last, reason: `the chain has forgotten a ${kind}` }
}
