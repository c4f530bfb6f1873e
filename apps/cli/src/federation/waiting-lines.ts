/** Until when a node waits, and for whom: a time of this machine's clock, a duration, and a few short addresses. */
import { formatCount } from '@tutti/core'
import type { NodeEvent } from '@tutti/node'

type WaitingEvent = Extract<NodeEvent, { kind: 'waiting' }>

const UNITS = [
  ['d', 86_400],
  ['h', 3_600],
  ['min', 60],
  ['s', 1],
] as const

/** A duration in its two largest units: `3 h`, `9 min 40 s`. @param seconds - Rounded up, from 0. */
export function formatDuration(seconds: number): string {
  let rest = Math.ceil(seconds)
  const parts = UNITS.flatMap(([unit, size]) => {
    const count = Math.floor(rest / size)
    rest -= count * size
    return [{ text: `${count} ${unit}`, count }]
  })
  const first = parts.findIndex(({ count }) => count > 0)
  if (first < 0) return '0 s'
  const shown = parts.slice(first, first + 2).filter(({ count }) => count > 0)
  return shown.map(({ text }) => text).join(' ')
}

/** The start of an address, for people who know whose it is: `0x9965…`. */
export function shortenAddress(address: string): string {
  return `${address.slice(0, 6)}…`
}

/** What a member waits for: `3 of 4 updates have come, missing: 0x9965…; waiting until 17:24:36 local time, 9 min 40 s`. */
export function describeWaiting(event: WaitingEvent): string {
  const { reason, phase } = event
  const option = phase === 'challenge' ? ' (--challenge-seconds of the creator)' : ''
  return [reason, ...describeCount(event), `waiting${describeEnd(event)}${option}`].join('; ')
}

function describeCount({ count, missing, account }: WaitingEvent): string[] {
  if (count === undefined) return []
  const { what, came, of } = count
  if (what === 'members') return [`${came} of ${of} members are there`]
  if (what === 'shards') return [`${came} of ${formatCount(of, 'shard')} aggregated`]
  const isOwn = (member: string) => member.toLowerCase() === account.toLowerCase()
  const names = missing.map((member) => (isOwn(member) ? 'this member' : shortenAddress(member)))
  const more = of - came - names.length
  const who = [...names, ...(more > 0 && names.length > 0 ? [`${more} more`] : [])].join(', ')
  return [`${came} of ${of} ${what} have come${who === '' ? '' : `, missing: ${who}`}`]
}

function describeEnd({ endsAt, chainTime, time, phase }: WaitingEvent): string {
  if (endsAt <= chainTime) return phase === 'joining' ? ' for them' : ' for that'
  const left = endsAt - chainTime
  // The chain's clock may be ahead of this machine's: what is left is added to the latter.
  const end = new Date(time + left * 1_000)
  const twoDigits = (value: number) => String(value).padStart(2, '0')
  const clock = [end.getHours(), end.getMinutes(), end.getSeconds()].map(twoDigits).join(':')
  const isToday = end.toDateString() === new Date(time).toDateString()
  const day = isToday ? '' : `${end.getFullYear()}-${twoDigits(end.getMonth() + 1)}-${twoDigits(end.getDate())} `
  const latest = phase === 'commit' || phase === 'submit' ? ' at the latest' : ''
  return ` until ${day}${clock} local time${latest}, ${formatDuration(left)}`
}
