/**
 * One federation as the contract holds it: who, when and how much, through the twins of the contract's libraries. It knows
 * no numbers of a model. The contracts themselves are tested on a real chain.
 */
import { cohortIndices, type Hex, type Phase, phaseAt, type Random, type Round, type Terms } from '@tutti/core'
import { newRound } from '../terms.ts'
import type { Journal } from './journal.ts'

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

/** The contract, and what its writes are noted in. */
export interface Contract {
  terms: Terms
  state: ChainState
  journal: Journal
  random: Random
  /** The cohort that was drawn last. */
  cohort: Cohort | undefined
}

/** A cohort, and what it was drawn from. */
interface Cohort {
  seed: Hex
  members: number
  /** Indices of members, by position. */
  indices: number[]
  /** Positions, by index of a member. */
  positions: Map<number, number>
}

/** A federation that nobody has joined. */
export function createContract(terms: Terms, accounts: number, random: Random): Contract {
  const state: ChainState = {
    block: { number: 1, timestamp: 0 },
    round: newRound(),
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
  return { terms, state, journal: { undos: [] }, random, cohort: undefined }
}

/** The phase of the round in progress. */
export function phaseOf({ state, terms }: Contract, timestamp: number): Phase {
  return phaseAt(state.round, terms, timestamp, state.isFinished).phase
}

/** The cohort of the round in progress. */
export function cohortOf(contract: Contract): Cohort {
  const { round } = contract.state
  const { cohort } = contract
  if (cohort !== undefined && cohort.seed === round.seed && cohort.members === round.members) return cohort
  const indices = cohortIndices(round)
  const positions = new Map(indices.map((index, position) => [index, position]))
  contract.cohort = { seed: round.seed, members: round.members, indices, positions }
  return contract.cohort
}

/** Position of an account in the cohort of the round in progress. */
export function positionOf(contract: Contract, account: number): number | undefined {
  const { isFinished, round, seats } = contract.state
  const seat = seats[account]!
  if (isFinished || !seat.isMember || round.startedAt === 0 || seat.index >= round.members) return undefined
  return cohortOf(contract).positions.get(seat.index)
}

/** Whether a member is part of the round in progress, so that it cannot leave at once. */
export function isFrozen({ state }: Contract, seat: Seat): boolean {
  return !state.isFinished && seat.index < state.round.members
}
