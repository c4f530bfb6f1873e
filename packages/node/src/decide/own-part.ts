/** A member's own part of a round: to train, to commit, to submit, and to find out what became of what it sent. */
import { assignedShards, type Terms } from '@tutti/core'
import { type Action, type Observation, type OwnState, wait } from './state.ts'

/** What a member does in a commit or submission phase that ends at chain time `end`. */
export function decidePart(
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
