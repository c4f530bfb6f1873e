/** What a node would do, for people who ask before it does. */
import type { NodePlan } from '@tutti/node'

const doings: Record<NodePlan['action']['kind'], string> = {
  wait: 'wait',
  open: 'open the next round',
  draw: 'draw the cohort',
  nudge: 'have a block mined, since none comes by itself',
  train: 'train on the global model and send the update',
  commit: 'commit to the update on disk',
  submit: 'send the update on disk',
  confirm: 'ask what became of what it sent',
  check: 'decode every update of the round',
  bind: 'bind itself to the proof of a fault',
  challenge: 'prove a fault, for a part of the stake behind it',
  aggregate: 'aggregate a shard, for pay',
  settle: 'settle the round, for pay',
  close: 'close the round, for pay',
  vote: 'vote for this round to be the last',
  abandon: 'abandon the federation, so that stakes go back',
  leave: 'leave the federation',
  claim: 'claim what is owed to it',
  stop: 'end',
}

/** What a plan says to people. */
export function describePlan(plan: NodePlan): string[] {
  const { action, position, endsAt } = plan
  const time = (seconds: number) => new Date(seconds * 1000).toISOString()
  const records = { none: 'nothing', update: 'an update', forfeited: 'that it is sat out' }
  const until = action.kind === 'wait' && action.until !== undefined ? ` until ${time(action.until)}` : ''
  const shard = action.kind === 'aggregate' ? ` (shard ${action.shard})` : ''
  return [
    `${plan.account} is ${plan.isMember ? 'a member' : 'no member'} of ${plan.federationId}, which has ${plan.members}.`,
    `Block ${plan.block}, chain time ${time(plan.now)}: round ${plan.round + 1}, phase ${plan.phase}` +
      `${endsAt === undefined ? '' : `, which ends at ${time(endsAt)}`}.`,
    ...(position === undefined ? [] : [`Number ${position + 1} of the cohort, shards ${plan.shards.join(', ')}.`]),
    `On disk of this round: ${records[plan.record]}.`,
    ...(plan.epsilon === undefined ? [] : [`It promises ε = ${plan.epsilon} for a row of each member.`]),
    ...(plan.budgetRefusal === undefined ? [] : [`It would send no update: ${plan.budgetRefusal}.`]),
    `Now it would ${doings[action.kind]}${shard}${until}: ${action.reason}.`,
    'Nothing was sent.',
  ]
}
