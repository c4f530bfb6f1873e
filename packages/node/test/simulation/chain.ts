/**
 * A chain of blocks that holds one federation and can be reorganised: who, when and how much, as the contract has it,
 * through the twins of its libraries. It knows no numbers of a model.
 *
 * Every write is noted, so that blocks can be taken back. The contracts themselves are tested on a real chain.
 */
import {
  cohortIndices,
  countBits,
  encodeStatic,
  equalShareRoundedDown,
  type Hex,
  keccak256,
  keeperPayAt,
  keeperPosition,
  overdueAt,
  type Phase,
  phaseAt,
  phaseEnds,
  potOf,
  type Random,
  type Round,
  shardCount,
  type Terms,
} from '@tutti/core'
import { newRound } from '../terms.ts'

/** What an account asks of the contract. `update` names the content of a submission, `position` whom a challenge names. */
export interface Call {
  kind:
    | 'join'
    | 'open'
    | 'draw'
    | 'commit'
    | 'submit'
    | 'aggregate'
    | 'settle'
    | 'close'
    | 'abandon'
    | 'leave'
    | 'claim'
    | 'challenge'
    | 'nothing'
  round: number
  shard?: number
  position?: number
  update?: Update
}

/** An update: made by whom, for which place, and whether a fault in it can be proven. */
export interface Update {
  name: string
  place: string
  isFaulty: boolean
}

/** A signed call. */
export interface Transaction {
  hash: string
  from: number
  nonce: number
  call: Call
}

/** What the contract keeps of an account. */
export interface Seat {
  index: number
  isMember: boolean
  isLeaving: boolean
  isStaked: boolean
  owed: bigint
  paidIn: bigint
  paidOut: bigint
  nonce: number
}

/** A block as it was mined. */
export interface Block {
  number: number
  timestamp: number
}

/** The federation at the last block. Read it, do not write to it. */
export interface ChainState {
  block: Block
  round: Round
  isFinished: boolean
  createdAt: number
  /** When the present or next wait for members began. */
  joiningSince: number
  /** Account of every member, by index. */
  roster: number[]
  seats: Seat[]
  unspent: bigint
  burned: bigint
  paidInRound: bigint
  roundsClosed: number
  roundsSettled: number
  leavers: number[]
  leaversRemoved: number
  /** Submissions of the round in progress, by position; commitments by position. */
  submissions: ReadonlyMap<number, Update>
  commitments: ReadonlyMap<number, string>
  receipts: ReadonlyMap<string, boolean>
}

/** A chain that can grow and be taken back. */
export interface ModelChain {
  readonly state: ChainState
  readonly terms: Terms
  /** Why the contract would refuse a call in a block of this time; undefined if it would not. */
  refuses(from: number, call: Call, timestamp: number): string | undefined
  /** Mines a block; transactions that are refused are mined all the same. */
  mine(timestamp: number, transactions: readonly Transaction[]): void
  /** Takes the last blocks back and returns their transactions. */
  takeBack(blocks: number): Transaction[]
  phase(timestamp: number): Phase
  /** Position of an account in the cohort of the round in progress. */
  positionOf(account: number): number | undefined
}

const LEAVERS_PER_OPENING = 16
/** Blocks that can be taken back. */
const REMEMBERED = 8

/** A chain at its first block, with a federation that nobody has joined. */
export function createModelChain(terms: Terms, accounts: number, random: Random): ModelChain {
  const state: ChainState = {
    block: { number: 1, timestamp: 0 },
    round: newRound({}),
    isFinished: false,
    createdAt: 0,
    joiningSince: 0,
    roster: [],
    seats: Array.from({ length: accounts }, () => ({
      index: 0,
      isMember: false,
      isLeaving: false,
      isStaked: false,
      owed: 0n,
      paidIn: 0n,
      paidOut: 0n,
      nonce: 0,
    })),
    unspent: terms.bounty,
    burned: 0n,
    paidInRound: 0n,
    roundsClosed: 0,
    roundsSettled: 0,
    leavers: [],
    leaversRemoved: 0,
    submissions: new Map(),
    commitments: new Map(),
    receipts: new Map(),
  }
  const shards = shardCount(terms)
  const potLeft = (): bigint => potOf(terms, state.round.number) - state.paidInRound
  const hasJudge = BigInt(terms.judge) !== 0n
  let undo: (() => void)[] = []
  const blocks: { undo: (() => void)[]; transactions: readonly Transaction[] }[] = []
  let cohort: { seed: Hex; members: number; positions: Map<number, number>; indices: number[] } | undefined

  function set<T extends object, K extends keyof T>(object: T, key: K, value: T[K]): void {
    const before = object[key]
    if (before === value) return
    undo.push(() => {
      object[key] = before
    })
    object[key] = value
  }
  function put<K, V>(map: ReadonlyMap<K, V>, key: K, value: V): void {
    const target = map as Map<K, V>
    const before = target.get(key)
    undo.push(() => {
      if (before === undefined) target.delete(key)
      else target.set(key, before)
    })
    target.set(key, value)
  }
  const push = (list: number[], value: number) => {
    undo.push(() => list.pop())
    list.push(value)
  }

  const drawn = () => {
    const { round } = state
    if (cohort === undefined || cohort.seed !== round.seed || cohort.members !== round.members) {
      const indices = cohortIndices(round)
      const positions = new Map(indices.map((index, position) => [index, position]))
      cohort = { seed: round.seed, members: round.members, indices, positions }
    }
    return cohort
  }
  const positionOf = (account: number): number | undefined => {
    const seat = state.seats[account]!
    const { round } = state
    if (state.isFinished || !seat.isMember || round.startedAt === 0 || seat.index >= round.members) return undefined
    return drawn().positions.get(seat.index)
  }
  const phase = (timestamp: number) => phaseAt(state.round, terms, timestamp, state.isFinished).phase
  const isFrozen = (seat: Seat) => !state.isFinished && seat.index < state.round.members

  const credit = (account: number, amount: bigint) => {
    const seat = state.seats[account]!
    set(seat, 'owed', seat.owed + amount)
  }
  const releaseStake = (account: number) => {
    const seat = state.seats[account]!
    if (!seat.isStaked) return
    set(seat, 'isStaked', false)
    credit(account, terms.stake)
  }
  const pay = (account: number) => {
    const seat = state.seats[account]!
    set(seat, 'paidOut', seat.paidOut + seat.owed)
    set(seat, 'owed', 0n)
  }
  const spend = (account: number, amount: bigint) => {
    set(state, 'unspent', state.unspent - amount)
    set(state, 'paidInRound', state.paidInRound + amount)
    credit(account, amount)
  }
  const payKeeper = (account: number, since: number, timestamp: number) => {
    const left: bigint = potLeft()
    const wanted: bigint = keeperPayAt(terms, Math.max(0, timestamp - since))
    spend(account, wanted < left ? wanted : left)
  }
  const remove = (account: number) => {
    const { roster, seats } = state
    const seat = seats[account]!
    const lastAccount = roster.at(-1)!
    if (lastAccount !== account) {
      set(roster, seat.index, lastAccount)
      set(seats[lastAccount]!, 'index', seat.index)
    }
    roster.pop()
    undo.push(() => roster.push(lastAccount))
    set(seat, 'isMember', false)
    set(seat, 'isLeaving', false)
    releaseStake(account)
  }
  const openRound = (number: number, { number: block, timestamp }: Block) => {
    const to = Math.min(state.leavers.length, state.leaversRemoved + LEAVERS_PER_OPENING)
    for (let i = state.leaversRemoved; i < to; i++) remove(state.leavers[i]!)
    set(state, 'leaversRemoved', to)
    set(state, 'paidInRound', 0n)
    set(state, 'submissions', new Map())
    set(state, 'commitments', new Map())
    const members = state.roster.length
    const isSampled = members > terms.cohortSize
    const seed = isSampled ? {} : { startedAt: timestamp, seedBlock: BigInt(block - 1), seed: seedOf(number) }
    const opened = { members, cohort: isSampled ? terms.cohortSize : members, openedAt: timestamp }
    set(
      state,
      'round',
      newRound({ number, ...(members === 0 ? {} : { seedBlock: BigInt(block + 1), ...opened, ...seed }) }),
    )
  }
  const seedOf = (number: number): Hex => keccak256(encodeStatic([number, Math.floor(random() * 2 ** 32)]))
  const moveOn = (block: Block) => {
    set(state, 'roundsClosed', state.roundsClosed + 1)
    set(state, 'joiningSince', block.timestamp)
    if (state.round.number + 1 < terms.rounds) openRound(state.round.number + 1, block)
    else finish()
  }
  const finish = () => {
    set(state, 'isFinished', true)
    // What is left goes back to the creator, whose claim is none of the members' business.
    credit(creator, state.unspent)
    set(state, 'unspent', 0n)
  }
  const settle = (from: number, block: Block) => {
    const { indices } = drawn()
    const share = equalShareRoundedDown(potLeft(), state.submissions.size)
    for (const position of state.submissions.keys()) spend(state.roster[indices[position]!]!, share)
    set(state, 'roundsSettled', state.roundsSettled + 1)
    if (state.roundsSettled === terms.rounds) spend(from, state.unspent)
    moveOn(block)
  }
  const creator = accounts - 1

  const refusesShard = (from: number, call: Call, timestamp: number): string | undefined => {
    const { round } = state
    const shard = call.shard ?? 0
    if ((round.shards >> BigInt(shard)) & 1n) return 'ShardAlreadyAggregated'
    const exclusiveUntil = phaseEnds(round, terms).challengeEnd + terms.keeperSeconds
    const isKeeper = positionOf(from) === keeperPosition(round.seed, shard, round.cohort)
    return timestamp < exclusiveUntil && !isKeeper ? 'KeeperWindow' : undefined
  }

  const refuses = (from: number, call: Call, timestamp: number): string | undefined => {
    const { round, seats } = state
    const seat = seats[from]!
    if (call.kind === 'claim' || call.kind === 'nothing') return undefined
    // What was begun may be finished after the end.
    const isHalfDone = state.isFinished && state.roundsClosed === round.number && round.shardsDone % shards !== 0
    if (call.kind === 'aggregate' && isHalfDone && call.round === round.number)
      return refusesShard(from, call, timestamp)
    if (state.isFinished) return 'FederationFinished'
    if (call.kind === 'join') return seat.isMember ? 'AlreadyMember' : undefined
    if (call.kind === 'leave') {
      if (!seat.isMember) return 'NotMember'
      return isFrozen(seat) && seat.isLeaving ? 'AlreadyLeaving' : undefined
    }
    const now = phase(timestamp)
    if (call.kind === 'abandon') {
      return timestamp < overdueAt(round, terms, now, state.joiningSince) ? 'NotOverdue' : undefined
    }
    if (call.kind === 'open') {
      if (now !== 'joining') return 'WrongPhase'
      const members = state.roster.length
      const isTime = timestamp >= state.createdAt + terms.joinSeconds
      return members >= terms.cohortSize || (members >= terms.minimumUpdates && isTime) ? undefined : 'TooFewMembers'
    }
    if (call.round !== round.number) return 'WrongRound'
    if (call.kind !== now) return 'WrongPhase'
    switch (call.kind) {
      case 'draw':
        return BigInt(state.block.number + 1) <= round.seedBlock ? 'SeedNotReady' : undefined
      case 'commit':
      case 'submit': {
        const position = positionOf(from)
        if (position === undefined) return 'NotInCohort'
        if (!seat.isStaked) return 'StakeForfeited'
        if (call.kind === 'commit') return state.commitments.has(position) ? 'AlreadyCommitted' : undefined
        if (state.submissions.has(position)) return 'AlreadySubmitted'
        // Without a challenge window a fault cannot be submitted: the aggregator reads every payload.
        if (call.update?.isFaulty === true && terms.challengeSeconds === 0) return 'PayloadInvalid'
        const isBound = terms.commitSeconds === 0 || state.commitments.get(position) === call.update?.name
        return isBound ? undefined : 'CommitmentMismatch'
      }
      case 'challenge':
        return state.submissions.get(call.position ?? -1)?.isFaulty === true ? undefined : 'NoFault'
      case 'aggregate':
        return refusesShard(from, call, timestamp)
      case 'settle':
      case 'close':
        return undefined
    }
  }

  const execute = (from: number, call: Call, block: Block): void => {
    const { timestamp } = block
    const { round } = state
    const seat = state.seats[from]!
    switch (call.kind) {
      case 'nothing':
        return
      case 'join':
        set(seat, 'index', state.roster.length)
        set(seat, 'isMember', true)
        set(seat, 'isStaked', true)
        set(seat, 'paidIn', seat.paidIn + terms.stake)
        push(state.roster, from)
        return
      case 'leave':
        if (isFrozen(seat)) {
          set(seat, 'isLeaving', true)
          push(state.leavers, from)
        } else {
          remove(from)
          pay(from)
        }
        return
      case 'claim':
        if (state.isFinished) releaseStake(from)
        pay(from)
        return
      case 'open':
        openRound(round.number, block)
        return
      case 'draw': {
        set(state, 'round', { ...round, seed: seedOf(round.number), startedAt: timestamp })
        payKeeper(from, round.openedAt, timestamp)
        return
      }
      case 'commit': {
        const position = positionOf(from)!
        put(state.commitments, position, call.update!.name)
        const committed = round.committed | (1n << BigInt(position))
        const isLast = countBits(committed) === round.cohort
        set(state, 'round', { ...round, committed, ...(isLast ? { committedAt: timestamp } : {}) })
        return
      }
      case 'submit': {
        const position = positionOf(from)!
        put(state.submissions, position, call.update!)
        const submitted = round.submitted | (1n << BigInt(position))
        const isLast = countBits(submitted) === round.cohort
        set(state, 'round', { ...round, submitted, ...(isLast ? { submittedAt: timestamp } : {}) })
        return
      }
      case 'challenge': {
        const position = call.position!
        const account = state.roster[drawn().indices[position]!]!
        const accused = state.seats[account]!
        const submissions = new Map(state.submissions)
        submissions.delete(position)
        set(state, 'submissions', submissions)
        set(state, 'round', { ...round, submitted: round.submitted & ~(1n << BigInt(position)) })
        if (accused.isStaked) {
          set(accused, 'isStaked', false)
          const rewarded = terms.stake / 2n
          credit(from, rewarded)
          set(state, 'burned', state.burned + terms.stake - rewarded)
        }
        if (!accused.isLeaving) {
          set(accused, 'isLeaving', true)
          push(state.leavers, account)
        }
        return
      }
      case 'aggregate': {
        const done = round.shards | (1n << BigInt(call.shard ?? 0))
        const shardsDone = round.shardsDone + 1
        if (!state.isFinished) payKeeper(from, phaseEnds(round, terms).challengeEnd, timestamp)
        const isDear = hasJudge || round.members > round.cohort || state.leavers.length > state.leaversRemoved
        if (shardsDone === shards && !isDear && !state.isFinished) settle(from, block)
        else set(state, 'round', { ...round, shards: done, shardsDone, aggregatedAt: timestamp })
        return
      }
      case 'settle':
        payKeeper(from, round.aggregatedAt, timestamp)
        settle(from, block)
        return
      case 'abandon':
        finish()
        return
      case 'close':
        payKeeper(from, phaseEnds(round, terms).challengeEnd, timestamp)
        moveOn(block)
        return
    }
  }

  return {
    state,
    terms,
    refuses,
    phase,
    positionOf,
    mine: (timestamp, transactions) => {
      undo = []
      const block = { number: state.block.number + 1, timestamp }
      for (const { from, nonce, hash, call } of transactions) {
        const seat = state.seats[from]!
        if (seat.nonce !== nonce) continue
        set(seat, 'nonce', nonce + 1)
        const refusal = refuses(from, call, timestamp)
        if (refusal === undefined) execute(from, call, block)
        put(state.receipts, hash, refusal === undefined)
      }
      set(state, 'block', block)
      blocks.push({ undo, transactions })
      if (blocks.length > REMEMBERED) blocks.shift()
    },
    takeBack: (count) => {
      const taken: Transaction[] = []
      for (let i = 0; i < count && blocks.length > 0; i++) {
        const block = blocks.pop()!
        for (let step = block.undo.length - 1; step >= 0; step--) block.undo[step]!()
        taken.unshift(...block.transactions)
      }
      cohort = undefined
      return taken
    },
  }
}
