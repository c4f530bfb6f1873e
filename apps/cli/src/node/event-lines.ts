/** What a node did, one line an event, for people who watch it. */
import { formatCount, formatInteger, formatTokens, noToken, type Token } from '@tutti/core'
import type { NodeEvent } from '@tutti/node'
import { describeWaiting } from '../federation/waiting-lines.ts'
import type { Output } from '../terminal/output.ts'

/** How much a node tells, from least to most; each tells what those before it do. */
export const LOG_LEVELS = ['warning', 'info', 'debug'] as const

/** One of {@link LOG_LEVELS}. */
export type LogLevel = (typeof LOG_LEVELS)[number]

/** What its owner should look at: something is wrong, or was lost. */
const WARNINGS: ReadonlySet<NodeEvent['kind']> = new Set([
  'blobs-missing',
  'chain-back',
  'chain-unreachable',
  'clamped',
  'failed',
  'fault-found',
  'fault-standing',
  'file-damaged',
  'finished',
  'held-back',
  'sat-out',
  'twin-found',
])
/** Signs of life, to find a fault by. */
const DETAILS: ReadonlySet<NodeEvent['kind']> = new Set(['looked'])

/** From which level on an event is told. */
export function levelOf(kind: NodeEvent['kind']): LogLevel {
  return WARNINGS.has(kind) ? 'warning' : DETAILS.has(kind) ? 'debug' : 'info'
}

/** Events as lines: of text for people, of JSON on standard error for machines. */
export function tellEvents(
  output: Output,
  level: LogLevel,
  note: (event: NodeEvent) => void,
): (event: NodeEvent) => void {
  let token = noToken
  return (event) => {
    if (event.kind === 'started') token = event.token
    if (LOG_LEVELS.indexOf(levelOf(event.kind)) <= LOG_LEVELS.indexOf(level)) {
      if (output.isJson) output.event(event)
      else {
        const text = describeEvent(event, token)
        if (text !== undefined) output.line(`${new Date(event.time).toISOString()}  ${text}`)
      }
    }
    note(event)
  }
}

/**
 * A sentence for an event; undefined for those that only machines care about. Long because: a sentence for each kind.
 *
 * @param token - What amounts are amounts of.
 */
export function describeEvent(event: NodeEvent, token: Token): string | undefined {
  switch (event.kind) {
    case 'started':
      return `watching a federation of ${formatCount(event.members, 'member')}, round ${event.round + 1} of at most ${event.rounds}`
    case 'resumed':
      return `round ${event.round + 1}: found a ${event.action} on disk that was under way, and looked for it on the chain`
    case 'round-opened':
      return event.position === undefined
        ? `round ${event.round + 1} opened with a cohort of ${event.cohort}; this member is not in it`
        : `round ${event.round + 1} opened; this member is number ${event.position + 1} of ${event.cohort}`
    case 'phase':
      return `round ${event.round + 1}: ${event.phase} (${event.reason})${stayOf(event)}`
    case 'waiting':
      return `round ${event.round + 1}: ${describeWaiting(event)}`
    case 'training-finished': {
      const { examples, heldOut, loss, labels } = event.metrics
      const { accuracy } = event
      const rows = heldOut === undefined ? 'them' : formatCount(heldOut, 'held-out example')
      const of = labels === undefined ? rows : `the labels of ${rows}`
      const standing = accuracy === undefined ? '' : `, the model had ${(100 * accuracy).toFixed(1)}% of ${of} right`
      const before = loss === undefined ? '' : `, loss ${loss.toFixed(4)}`
      return `round ${event.round + 1}: trained on ${formatCount(examples, 'example')} in ${event.seconds.toFixed(2)} s${before}${standing}`
    }
    case 'clamped':
      return `round ${event.round + 1}: ${event.message}`
    case 'submitted':
      return (
        `round ${event.round + 1}: sent ` +
        `${event.blobs === undefined ? `${formatInteger(event.bytes)} bytes` : formatCount(event.blobs, 'blob')} ` +
        `for ${formatInteger(event.cost.gasUsed)} gas`
      )
    case 'model-synced':
      return event.blobs === 0
        ? undefined
        : `round ${event.round + 1}: brought the model up to date with ${formatCount(event.blobs, 'blob')} in ${event.seconds.toFixed(1)} s`
    case 'checked':
      return (
        `round ${event.round + 1}: decoded ${formatCount(event.blobs, 'blob')}, ${formatCount(event.faults, 'update')} out of bounds` +
        (event.missing > 0 ? `, ${event.missing} blobs are missing` : '')
      )
    case 'fault-found':
      return `round ${event.round + 1}: the update of ${event.member} breaks its bounds (${event.what}); challenging it`
    case 'fault-standing':
      return (
        `round ${event.round + 1}: the update of ${event.member} broke its bounds (${event.what}) and nobody proved it in ` +
        'time; the model is what the chain accepted, this update included'
      )
    case 'nudged':
      return `round ${event.round + 1}: had a block mined for ${formatInteger(event.cost.gasUsed)} gas, since none came by itself`
    case 'challenged':
      return `round ${event.round + 1}: proved the fault of position ${event.position} for ${formatInteger(event.cost.gasUsed)} gas`
    case 'blobs-missing':
      return `round ${event.round + 1}: ${event.message}`
    case 'file-damaged':
      return event.message
    case 'aggregated':
      return `round ${event.round + 1}: aggregated shard ${event.shard} for ${formatInteger(event.cost.gasUsed)} gas`
    case 'round-settled':
      return `round ${event.round + 1}: settled with ${formatCount(event.updates, 'update')}, earned ${formatTokens(event.reward + event.keeperPay, token)}`
    case 'round-failed':
      return `round ${event.round + 1}: closed with ${formatCount(event.updates, 'update')}, too few; the model stands`
    case 'race-lost':
      return `round ${event.round + 1}: somebody else was first to ${event.action}`
    case 'twin-found':
      return (
        `round ${event.round + 1}: this account has sent an update that this store knows nothing of. If another node or ` +
        'another store uses the same key, stop one of them: each loses rounds and gas to the other'
      )
    case 'looked':
      return `looked at block ${event.block}, round ${event.round + 1}`
    case 'nonce-spent': {
      const what = event.reason === 'gap' ? 'was lost' : 'could only fail by now'
      return `the transaction of nonce ${event.nonce} ${what} and held up the next: another that does nothing takes its place`
    }
    case 'held-back':
      return `round ${event.round + 1}: could not send (${event.action}). ${event.message} The node tries again`
    case 'sat-out':
      return `round ${event.round + 1}: sat out (${event.reason})`
    case 'claimed':
      return `claimed ${formatTokens(event.amount, token)}`
    case 'left':
      return event.amount > 0n
        ? `left the federation; ${formatTokens(event.amount, token)} came back`
        : 'left the federation, or asked to'
    case 'voted':
      return `round ${event.round + 1}: voted for it to be the last, since what members report gets no better`
    case 'abandoned':
      return 'abandoned the federation: its next action is long overdue; stakes go back'
    case 'chain-unreachable':
      return `${event.message} Next try in ${(event.waitMilliseconds / 1000).toFixed(1)} s (${event.failures} so far).`
    case 'chain-back':
      return 'the chain answers again'
    case 'finished':
      return `ended: ${event.summary.reason}`
    default:
      return undefined
  }
}

/** How long a node stays after the end; what ends a phase before is on the line at the foot. */
function stayOf({ phase, endsAt, chainTime }: { phase: string; endsAt: number; chainTime: number }): string {
  const seconds = Math.ceil(endsAt - chainTime)
  return phase === 'finished' && seconds > 0 ? `; ending in ${seconds} s` : ''
}
