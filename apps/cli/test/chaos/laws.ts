/**
 * What must hold in every federation of a campaign, judged by what the chain logged and by what the campaign itself did
 * and saw; nothing that a node says counts.
 */

/** A law that did not hold. */
export interface Violation {
  law:
    | 'nobody submits twice in a round'
    | 'nobody makes two updates of one round'
    | 'a living node loses no round'
    | 'no honest stake is lost'
    | 'a federation ends'
    | 'everything is paid out'
    | 'the model is what its history implies'
    | 'a node ends as documented'
    | 'a store stays readable'
    | 'a trainer ends with its node'
    | 'no process is left behind'
    | 'no secret is in a log'
  what: string
}

/** An event of the core, as far as the laws read it. Members are named by their address, in small letters. */
export type LoggedEvent =
  | { name: 'Joined'; member: string }
  | { name: 'Submitted'; round: number; member: string; first: number; digest: string }
  | { name: 'RoundSettled' | 'RoundFailed'; round: number; updates: number }
  | { name: 'Rewarded' | 'KeeperPaid'; round: number; member: string; amount: bigint }
  | { name: 'Slashed'; round: number; member: string }
  | { name: 'Finished'; isAbandoned: boolean; refund: bigint }
  | { name: 'Claimed'; member: string; amount: bigint }

/** A stretch of time in milliseconds, both ends included. */
export interface Span {
  from: number
  to: number
}

/** What a member put in and what was done to its node. */
export interface MemberRecord {
  /** Address in small letters. */
  member: string
  /** Its store was put back, or a twin had its key: what it sent is not known to it, so a second update may be made. */
  hasForgotten: boolean
  /** When its node ran and nothing was done to it or to the chain. */
  peace: Span[]
}

/** What is known of a federation at its end. */
export interface Evidence {
  /** The chain's log at the end, in order. */
  events: LoggedEvent[]
  /** Every submission that was ever in the log, lost blocks included. */
  everSubmitted: Extract<LoggedEvent, { name: 'Submitted' }>[]
  /** When the submission of a round was seen to be open, the last time that it was. */
  windows: ReadonlyMap<number, Span>
  members: MemberRecord[]
  creator: string
  rounds: number
  /** In smallest units of the token. */
  stake: bigint
  bounty: bigint
  /** What the contract held more at the end than before the federation. */
  heldMore: bigint
  /** Time in peace within a submission that is enough for an update, in milliseconds. */
  enoughMs: number
}

type Law = Violation['law']

/** Judges a federation. Returns what did not hold, in words. */
export function judge(evidence: Evidence): Violation[] {
  const found: Violation[] = []
  const blame = (law: Law, what: string) => found.push({ law, what })
  checkSubmissions(evidence, blame)
  checkPresence(evidence, blame)
  checkEnd(evidence, blame)
  return found
}

type Blame = (law: Law, what: string) => void

function checkSubmissions({ events, everSubmitted, members }: Evidence, blame: Blame): void {
  const seen = new Set<string>()
  for (const event of events) {
    if (event.name !== 'Submitted') continue
    const place = placeOf(event)
    if (seen.has(place)) blame('nobody submits twice in a round', place)
    seen.add(place)
  }
  const made = new Map<string, string>()
  const forgetful = new Set(members.filter(({ hasForgotten }) => hasForgotten).map(({ member }) => member))
  for (const event of everSubmitted) {
    const place = placeOf(event)
    const before = made.get(place)
    if (before !== undefined && before !== event.digest && !forgetful.has(event.member)) {
      blame('nobody makes two updates of one round', `${place}: ${before} and ${event.digest}`)
    }
    made.set(place, event.digest)
  }
}

function checkPresence({ events, windows, members, enoughMs }: Evidence, blame: Blame): void {
  const present = new Set(
    events.flatMap((event) => (event.name === 'Submitted' ? [`${event.round}/${event.member}`] : [])),
  )
  for (const [round, window] of windows) {
    for (const { member, peace } of members) {
      if (present.has(`${round}/${member}`)) continue
      const longest = Math.max(
        0,
        ...peace.map((span) => Math.min(span.to, window.to) - Math.max(span.from, window.from)),
      )
      if (longest >= enoughMs) {
        const seconds = (longest / 1_000).toFixed(1)
        blame(
          'a living node loses no round',
          `${member} is not in round ${round}, and had ${seconds} s in peace for it`,
        )
      }
    }
  }
}

function checkEnd(evidence: Evidence, blame: Blame): void {
  const { events, members, creator, rounds, stake, bounty, heldMore } = evidence
  const finished = events.find((event) => event.name === 'Finished')
  const closed = events.filter(({ name }) => name === 'RoundSettled' || name === 'RoundFailed').length
  if (finished === undefined) blame('a federation ends', `${closed} of ${rounds} rounds were closed`)
  else if (finished.isAbandoned) blame('a federation ends', `it was abandoned after ${closed} of ${rounds} rounds`)
  for (const event of events) {
    if (event.name === 'Slashed')
      blame('no honest stake is lost', `${event.member} was slashed in round ${event.round}`)
  }
  const paidTo = (account: string) =>
    sum(events, (event) => (event.name === 'Claimed' && event.member === account ? event.amount : 0n))
  const earnedBy = (account: string) =>
    sum(events, (event) =>
      (event.name === 'Rewarded' || event.name === 'KeeperPaid') && event.member === account ? event.amount : 0n,
    )
  for (const { member } of members) {
    const [paid, owed] = [paidTo(member), stake + earnedBy(member)]
    if (paid !== owed) blame('no honest stake is lost', `${member} was paid ${paid}, and ${owed} were its own`)
  }
  const paidIn = bounty + stake * BigInt(members.length)
  const paidOut = members.reduce((total, { member }) => total + paidTo(member), paidTo(creator))
  if (paidOut !== paidIn) blame('everything is paid out', `${paidIn} were paid in and ${paidOut} out`)
  if (heldMore !== 0n) blame('everything is paid out', `the contract holds ${heldMore} more than before`)
}

function placeOf({ round, member, first }: { round: number; member: string; first: number }): string {
  return `round ${round}, ${member}, from its shard ${first} on`
}

function sum(events: readonly LoggedEvent[], amountOf: (event: LoggedEvent) => bigint): bigint {
  return events.reduce((total, event) => total + amountOf(event), 0n)
}

/** What is left of stretches of time without others: for when nothing was done to a node. */
export function without(spans: readonly Span[], taken: readonly Span[]): Span[] {
  return taken.reduce<Span[]>(
    (left, { from, to }) =>
      left.flatMap((span) => {
        if (to < span.from || from > span.to) return [span]
        const parts = [
          { from: span.from, to: from },
          { from: to, to: span.to },
        ]
        return parts.filter((part) => part.from < part.to)
      }),
    [...spans],
  )
}
