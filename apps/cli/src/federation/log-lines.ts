/** What a federation's contract logged, a sentence for each event, for people who follow it from outside. */
import type { FederationLog } from '@tutti/chain'
import { formatCount, formatInteger, formatTokens, type Token } from '@tutti/core'
import { summariseMetrics } from '@tutti/node'
import { hexToBytes, size } from 'viem'

/** A sentence for an event. Rounds count from 1. */
export function describeLog({ eventName, args }: FederationLog, token: Token): string {
  const round = 'round' in args ? `round ${args.round + 1}: ` : ''
  switch (eventName) {
    case 'Created':
      return `created by ${args.creator}, for at most ${formatCount(args.terms.rounds, 'round')}`
    case 'Initialised':
      return args.complete ? 'the initial model is whole' : `shard ${args.shard} of the initial model was written`
    case 'Joined':
      return `${args.member} joined`
    case 'LeaveRequested':
      return `${args.member} leaves when its round is over`
    case 'Left':
      return `${args.member} left`
    case 'RoundOpened':
      return `${round}opened with ${formatCount(args.members, 'member')}, a cohort of ${formatInteger(args.cohort)}`
    case 'Drawn':
      return `${round}the cohort was drawn`
    case 'SeedDelayed':
      return `${round}nobody drew in time; the cohort is drawn from block ${args.seedBlock}`
    case 'Committed':
      return `${round}${args.member} committed to an update`
    case 'Submitted': {
      const bytes = args.payloads.reduce((sum, payload) => sum + size(payload), 0)
      return `${round}${args.member} submitted ${formatInteger(bytes)} bytes${describeReport(args.metrics)}`
    }
    case 'Aggregated':
      return `${round}shard ${args.shard} was aggregated by ${args.keeper}`
    case 'Sealed': {
      const pieces = formatCount(Number(args.count), 'piece')
      const pay = args.pay === 0n ? '' : ` and earned ${formatTokens(args.pay, token)}`
      return `${args.by} sealed ${pieces} of shard ${args.shard} in code${pay}`
    }
    case 'RoundSettled':
      return `${round}settled with ${formatCount(args.updates, 'update')}; ${formatTokens(args.paid, token)} were paid`
    case 'RoundFailed':
      return `${round}closed with ${formatCount(args.updates, 'update')} of the ${args.minimumUpdates} needed; the model stays as it was`
    case 'Rewarded':
      return `${round}${args.member} earned ${formatTokens(args.amount, token)}`
    case 'KeeperPaid':
      return `${round}${args.keeper} earned ${formatTokens(args.amount, token)} as keeper`
    case 'Slashed':
      return `${round}${args.member} lost its stake: ${args.challenger} proved a fault and got ${formatTokens(args.rewarded, token)}`
    case 'EndVoted':
      return `${round}${args.member} voted to end, ${formatCount(args.votes, 'vote')} so far`
    case 'Finished':
      return `${args.isAbandoned ? 'abandoned' : 'finished'}; ${formatTokens(args.refund, token)} go back to the creator`
    case 'Claimed':
      return `${formatTokens(args.amount, token)} were paid to ${args.account}`
    default:
      return eventName
  }
}

function describeReport(metrics: `0x${string}`): string {
  const { examples, heldOut, loss, accuracy } = summariseMetrics([hexToBytes(metrics)])
  const hasFigures = loss !== undefined || accuracy !== undefined
  const figures = [
    ...(examples === 0 ? [] : [formatCount(examples, 'example')]),
    ...(loss === undefined ? [] : [`loss ${loss.toFixed(4)}`]),
    ...(accuracy === undefined ? [] : [`${(100 * accuracy).toFixed(1)}% right`]),
    ...(heldOut === 0 || !hasFigures ? [] : [`of ${formatCount(heldOut, 'row')} held out`]),
  ]
  return figures.length === 0 ? '' : `; it reports ${figures.join(', ')}`
}

/** An event's arguments for a line of JSON, without documents and payloads, which other commands show. */
export function toPlainArgs({ eventName, args }: FederationLog): Record<string, unknown> {
  if (eventName === 'Created') {
    const { manifest, setup, ...rest } = args
    return { ...rest, manifestBytes: size(manifest), setupBytes: size(setup) }
  }
  if (eventName === 'Submitted') {
    const { payloads, metrics, ...rest } = args
    const bytes = payloads.reduce((sum, payload) => sum + size(payload), 0)
    return { ...rest, bytes, report: new TextDecoder().decode(hexToBytes(metrics)) }
  }
  return args
}
