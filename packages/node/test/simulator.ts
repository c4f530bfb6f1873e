/**
 * Many members and a round machine in memory, driven from one seed: members that are late, drop out, crash between
 * sending and hearing back, lose messages, and a chain that forgets a submission now and then.
 *
 * It tests decisions only; the contracts themselves are tested on a real chain.
 */
import { countBits, fromSeed, phaseAt, type Round, shardCount, type Terms } from '@tutti/core'
import { decide, type OwnState } from '../src/decide.ts'
import type { RoundRecord, Sending } from '../src/store.ts'
import { newRound, termsForTest } from './terms.ts'

/** Chances are per tick or per message, in [0, 1]. */
export interface Weather {
  seed: number
  members: number
  terms?: Partial<Terms>
  /** Chance that a member goes away at a tick, for up to `awaySeconds`. */
  dropout: number
  awaySeconds: number
  /** Chance that training takes longer than the submission phase. */
  lateness: number
  /** Chance that a broadcast is lost, and that its sender dies before it hears of it. */
  loss: number
  crash: number
  /** Chance that the chain forgets the last submission. */
  reorganisation: number
}

/** What happened. */
export interface Course {
  isFinished: boolean
  rounds: { number: number; updates: number; isSettled: boolean }[]
  /** Distinct submissions signed, and those accepted, by `round/member`. */
  signed: Map<string, number>
  accepted: Map<string, number>
  /** Transactions that the chain refused. */
  refused: string[]
  seconds: number
}

interface Member {
  index: number
  store: Map<number, RoundRecord>
  awayUntil: number
  busyUntil: number
  /** What to do when it is no longer busy; forgotten in a crash. */
  next: (() => void) | undefined
  seen: { key: string; since: number }
}

interface Message {
  arrives: number
  deliver: () => void
}

const TICK = 0.5

/** Runs a federation to its end, or for 40,000 seconds. */
export function simulate(weather: Weather): Course {
  const random = fromSeed(weather.seed)
  const terms = termsForTest({ cohortSize: weather.members, ...weather.terms })
  const shards = shardCount(terms)
  const status = { createdAt: 0, isInitialised: true, isFinished: false, members: weather.members }
  let round: Round = newRound({})
  let now = 0
  let messages: Message[] = []
  const course: Course = {
    isFinished: false,
    rounds: [],
    signed: new Map(),
    accepted: new Map(),
    refused: [],
    seconds: 0,
  }
  const mined = new Map<string, boolean>()
  const count = (map: Map<string, number>, key: string) => map.set(key, (map.get(key) ?? 0) + 1)
  const phase = () => (status.isFinished ? 'finished' : phaseAt(round, terms, Math.floor(now)).phase)
  const everyone = (1n << BigInt(weather.members)) - 1n

  const openRound = (number: number) => {
    if (number >= terms.rounds) {
      status.isFinished = true
      return
    }
    const at = Math.floor(now)
    round = newRound({ number, members: weather.members, cohort: weather.members, openedAt: at, startedAt: at })
    round = { ...round, seed: `0x${(number * 7919 + weather.seed + 1).toString(16).padStart(64, '0')}` }
  }
  const endRound = (isSettled: boolean) => {
    course.rounds.push({ number: round.number, updates: countBits(round.submitted), isSettled })
    openRound(round.number + 1)
  }
  /** Applies a call as the contract would; the text says why not. */
  const apply = (kind: string, from: number, number: number, shard = 0): string | undefined => {
    if (status.isFinished) return `${kind}: finished`
    if (kind !== 'open' && number !== round.number) return `${kind}: wrong round`
    const bit = 1n << BigInt(from)
    if (kind === 'open') {
      if (phase() !== 'joining') return 'open: already open'
      openRound(0)
    } else if (kind === 'commit') {
      if (phase() !== 'commit' || round.committed & bit) return 'commit: wrong phase or twice'
      round = { ...round, committed: round.committed | bit }
      if (round.committed === everyone) round = { ...round, committedAt: Math.floor(now) }
    } else if (kind === 'submit') {
      if (phase() !== 'submit' || round.submitted & bit) return 'submit: wrong phase or twice'
      if (terms.commitSeconds > 0 && !(round.committed & bit)) return 'submit: not committed'
      round = { ...round, submitted: round.submitted | bit }
      if (round.submitted === everyone) round = { ...round, submittedAt: Math.floor(now) }
      count(course.accepted, `${number}/${from}`)
    } else if (kind === 'aggregate') {
      const done = 1n << BigInt(shard)
      if (phase() !== 'aggregate' || round.shards & done) return 'aggregate: wrong phase or twice'
      round = { ...round, shards: round.shards | done, shardsDone: round.shardsDone + 1 }
      if (round.shardsDone === shards) endRound(true)
    } else if (kind === 'close') {
      if (phase() !== 'close') return 'close: wrong phase'
      endRound(false)
    }
    return undefined
  }

  const members: Member[] = Array.from({ length: weather.members }, (_, index) => ({
    index,
    store: new Map(),
    awayUntil: 0,
    busyUntil: 0,
    next: undefined,
    seen: { key: '', since: 0 },
  }))

  const send = (member: Member, kind: string, number: number, shard: number, hash: string, heard: () => void) => {
    const mayArrive = random() >= weather.loss
    const arrives = now + random() * 2
    if (mayArrive) {
      messages.push({
        arrives,
        deliver: () => {
          if (mined.has(hash)) return
          const refusal = apply(kind, member.index, number, shard)
          mined.set(hash, refusal === undefined)
          if (refusal !== undefined) course.refused.push(`${now} ${refusal}`)
        },
      })
    }
    if (random() < weather.crash) {
      member.awayUntil = now + random() * weather.awaySeconds
      return
    }
    member.busyUntil = now + 3
    member.next = heard
  }

  const act = (member: Member) => {
    if (member.next !== undefined) {
      const { next } = member
      member.next = undefined
      next()
      return
    }
    const record = member.store.get(round.number) ?? { kind: 'none' }
    const key = `${round.number}/${round.openedAt > 0}/${phase()}`
    if (member.seen.key !== key) member.seen = { key, since: now }
    const own: OwnState = {
      record,
      watch: { kind: 'unneeded' },
      since: member.seen.since,
      isKeeper: true,
      staggerSeconds: 4,
      marginSeconds: 0,
      wantsToLeave: false,
      claims: false,
      isClaimed: false,
    }
    const seen = {
      block: { number: BigInt(Math.floor(now)), timestamp: Math.floor(now) },
      terms,
      status: { ...status },
      round,
      member: { index: member.index, isMember: true, isLeaving: false, owed: 0n, stake: terms.stake },
      position: round.startedAt > 0 ? member.index : undefined,
    }
    const action = decide(seen, own, Math.floor(now))
    const { number } = round
    switch (action.kind) {
      case 'train': {
        const isLate = random() < weather.lateness
        member.busyUntil = now + (isLate ? terms.submitSeconds + 5 : 1 + random() * 5)
        const steps: Sending['step'][] = terms.commitSeconds > 0 ? ['commit', 'submit'] : ['submit']
        const sendings = steps.map(
          (step): Sending => ({ step, first: 0, count: shards, state: 'unsent', attempts: [] }),
        )
        const salt = `0x${'00'.repeat(32)}` as const
        const update = { round: number, shards: [], payloads: [], salt, metrics: new Uint8Array(), sendings }
        member.next = () => member.store.set(number, { kind: 'update', update })
        return
      }
      case 'commit':
      case 'submit': {
        if (record.kind !== 'update') throw new Error('nothing to send')
        const sending = record.update.sendings.find(({ step, state }) => step === action.kind && state === 'unsent')!
        count(course.signed, `${action.kind}/${number}/${member.index}`)
        const hash = `${action.kind}/${number}/${member.index}/${course.signed.get(`${action.kind}/${number}/${member.index}`)}`
        sending.state = 'sent'
        sending.attempts = [{ hash: hash as `0x${string}`, nonce: 0, signed: '0x' }]
        send(member, action.kind, number, 0, hash, () => {
          const isAccepted = mined.get(hash)
          if (isAccepted !== undefined) sending.state = isAccepted ? 'confirmed' : 'failed'
        })
        return
      }
      case 'confirm': {
        if (record.kind !== 'update') throw new Error('nothing to confirm')
        const sending = record.update.sendings[action.sending]!
        const { hash } = sending.attempts[0]!
        const isAccepted = mined.get(hash)
        if (isAccepted !== undefined) sending.state = isAccepted ? 'confirmed' : 'failed'
        else send(member, sending.step, number, 0, hash, () => undefined)
        return
      }
      case 'open':
      case 'close':
      case 'aggregate': {
        const shard = action.kind === 'aggregate' ? action.shard : 0
        send(member, action.kind, number, shard, `${action.kind}/${number}/${member.index}/${now}`, () => undefined)
        return
      }
    }
  }

  while (now < 40_000 && !status.isFinished) {
    now += TICK
    const due = messages.filter((message) => message.arrives <= now)
    messages = messages.filter((message) => message.arrives > now)
    for (const message of due) message.deliver()
    if (random() < weather.reorganisation && phase() === 'submit') {
      const lost = members.find(({ index }) => (round.submitted >> BigInt(index)) & 1n)
      if (lost !== undefined) {
        round = { ...round, submitted: round.submitted & ~(1n << BigInt(lost.index)) }
        for (const hash of [...mined.keys()]) {
          if (hash.startsWith(`submit/${round.number}/${lost.index}/`)) mined.delete(hash)
        }
        course.accepted.delete(`${round.number}/${lost.index}`)
      }
    }
    for (const member of members) {
      if (member.awayUntil > now) continue
      if (random() < weather.dropout) {
        member.awayUntil = now + random() * weather.awaySeconds
        member.next = undefined
        member.busyUntil = 0
        continue
      }
      if (member.busyUntil <= now) act(member)
    }
  }
  return { ...course, isFinished: status.isFinished, seconds: now }
}
