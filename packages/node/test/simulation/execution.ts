/** What a call that is not refused does. Every write is noted, so that its block can be taken back. */
import {
  countBits,
  encodeStatic,
  equalShareRoundedDown,
  type Hex,
  keccak256,
  keeperPayAt,
  phaseEnds,
  potOf,
  type Round,
  shardCount,
} from '@tutti/core'
import { newRound } from '../terms.ts'
import { type Block, type Call, type Contract, cohortOf, isFrozen, positionOf } from './contract.ts'
import { pop, push, put, set } from './journal.ts'

/** Leavers that are removed when a round opens, at most. */
const LEAVERS_PER_OPENING = 16

/** Executes a call that `refuses` lets pass. Long because: it is one case a kind of call. */
export function execute(contract: Contract, from: number, call: Call, block: Block): void {
  const { state, terms, journal } = contract
  const { timestamp } = block
  const { round } = state
  const seat = state.seats[from]!
  switch (call.kind) {
    case 'nothing':
      return
    case 'join':
      set(journal, seat, 'index', state.roster.length)
      set(journal, seat, 'isMember', true)
      set(journal, seat, 'isStaked', true)
      set(journal, seat, 'paidIn', seat.paidIn + terms.stake)
      push(journal, state.roster, from)
      return
    case 'leave':
      if (isFrozen(contract, seat)) {
        set(journal, seat, 'isLeaving', true)
        push(journal, state.leavers, from)
      } else {
        remove(contract, from)
        pay(contract, from)
      }
      return
    case 'claim':
      if (state.isFinished) releaseStake(contract, from)
      pay(contract, from)
      return
    case 'open':
      openRound(contract, round.number, block)
      return
    case 'draw': {
      set(journal, state, 'round', { ...round, seed: seedOf(contract, round.number), startedAt: timestamp })
      payKeeper(contract, from, round.openedAt, timestamp)
      return
    }
    case 'commit': {
      const position = positionOf(contract, from)!
      put(journal, state.commitments, position, call.update!.name)
      const committed = round.committed | (1n << BigInt(position))
      const isLast = countBits(committed) === round.cohort
      set(journal, state, 'round', { ...round, committed, ...(isLast ? { committedAt: timestamp } : {}) })
      return
    }
    case 'submit': {
      const position = positionOf(contract, from)!
      put(journal, state.submissions, position, call.update!)
      const submitted = round.submitted | (1n << BigInt(position))
      const isLast = countBits(submitted) === round.cohort
      set(journal, state, 'round', { ...round, submitted, ...(isLast ? { submittedAt: timestamp } : {}) })
      return
    }
    case 'challenge': {
      const position = call.position!
      const account = state.roster[cohortOf(contract).indices[position]!]!
      const accused = state.seats[account]!
      const submissions = new Map(state.submissions)
      submissions.delete(position)
      set(journal, state, 'submissions', submissions)
      set(journal, state, 'round', { ...round, submitted: round.submitted & ~(1n << BigInt(position)) })
      if (accused.isStaked) {
        set(journal, accused, 'isStaked', false)
        const rewarded = terms.stake / 2n
        credit(contract, from, rewarded)
        set(journal, state, 'burned', state.burned + terms.stake - rewarded)
      }
      if (!accused.isLeaving) {
        set(journal, accused, 'isLeaving', true)
        push(journal, state.leavers, account)
      }
      return
    }
    case 'aggregate': {
      const done = round.shards | (1n << BigInt(call.shard ?? 0))
      const shardsDone = round.shardsDone + 1
      if (!state.isFinished) payKeeper(contract, from, phaseEnds(round, terms).challengeEnd, timestamp)
      const isDear =
        BigInt(terms.judge) !== 0n || round.members > round.cohort || state.leavers.length > state.leaversRemoved
      if (shardsDone === shardCount(terms) && !isDear && !state.isFinished) settle(contract, from, block)
      else set(journal, state, 'round', { ...round, shards: done, shardsDone, aggregatedAt: timestamp })
      return
    }
    case 'settle':
      payKeeper(contract, from, round.aggregatedAt, timestamp)
      settle(contract, from, block)
      return
    case 'abandon':
      finish(contract)
      return
    case 'close':
      payKeeper(contract, from, phaseEnds(round, terms).challengeEnd, timestamp)
      moveOn(contract, block)
      return
  }
}

/** What is left of the pot of the round in progress. */
function potLeft({ state, terms }: Contract): bigint {
  return potOf(terms, state.round.number) - state.paidInRound
}

function credit(contract: Contract, account: number, amount: bigint): void {
  const { state, journal } = contract
  const seat = state.seats[account]!
  set(journal, seat, 'owed', seat.owed + amount)
}

function releaseStake(contract: Contract, account: number): void {
  const { state, terms, journal } = contract
  const seat = state.seats[account]!
  if (!seat.isStaked) return
  set(journal, seat, 'isStaked', false)
  credit(contract, account, terms.stake)
}

function pay(contract: Contract, account: number): void {
  const { state, journal } = contract
  const seat = state.seats[account]!
  set(journal, seat, 'paidOut', seat.paidOut + seat.owed)
  set(journal, seat, 'owed', 0n)
}

function spend(contract: Contract, account: number, amount: bigint): void {
  const { state, journal } = contract
  set(journal, state, 'unspent', state.unspent - amount)
  set(journal, state, 'paidInRound', state.paidInRound + amount)
  credit(contract, account, amount)
}

function payKeeper(contract: Contract, account: number, since: number, timestamp: number): void {
  const { terms } = contract
  const left: bigint = potLeft(contract)
  const wanted: bigint = keeperPayAt(terms, Math.max(0, timestamp - since))
  spend(contract, account, wanted < left ? wanted : left)
}

function remove(contract: Contract, account: number): void {
  const { state, journal } = contract
  const { roster, seats } = state
  const seat = seats[account]!
  const lastAccount = roster.at(-1)!
  if (lastAccount !== account) {
    set(journal, roster, seat.index, lastAccount)
    set(journal, seats[lastAccount]!, 'index', seat.index)
  }
  pop(journal, roster)
  set(journal, seat, 'isMember', false)
  set(journal, seat, 'isLeaving', false)
  releaseStake(contract, account)
}

function openRound(contract: Contract, number: number, { number: block, timestamp }: Block): void {
  const { state, journal } = contract
  const to = Math.min(state.leavers.length, state.leaversRemoved + LEAVERS_PER_OPENING)
  for (let i = state.leaversRemoved; i < to; i++) remove(contract, state.leavers[i]!)
  set(journal, state, 'leaversRemoved', to)
  set(journal, state, 'paidInRound', 0n)
  set(journal, state, 'submissions', new Map())
  set(journal, state, 'commitments', new Map())
  set(journal, state, 'round', roundAt(contract, number, { number: block, timestamp }))
}

/** The record of a round as it opens: drawn at once where all members take part, waiting for members where there are none. */
function roundAt(contract: Contract, number: number, { number: block, timestamp }: Block): Round {
  const { state, terms } = contract
  const members = state.roster.length
  const waiting = newRound({ number })
  if (members === 0) return waiting
  const cohort = Math.min(members, terms.cohortSize)
  const opened = { ...waiting, members, cohort, openedAt: timestamp, seedBlock: BigInt(block + 1) }
  if (members > terms.cohortSize) return opened
  return { ...opened, startedAt: timestamp, seedBlock: BigInt(block - 1), seed: seedOf(contract, number) }
}

function seedOf({ random }: Contract, number: number): Hex {
  return keccak256(encodeStatic([number, Math.floor(random() * 2 ** 32)]))
}

function moveOn(contract: Contract, block: Block): void {
  const { state, terms, journal } = contract
  set(journal, state, 'roundsClosed', state.roundsClosed + 1)
  set(journal, state, 'joiningSince', block.timestamp)
  if (state.round.number + 1 < terms.rounds) openRound(contract, state.round.number + 1, block)
  else finish(contract)
}

function finish(contract: Contract): void {
  const { state, journal } = contract
  set(journal, state, 'isFinished', true)
  // What is left goes back to the creator, whose claim is none of the members' business.
  credit(contract, state.seats.length - 1, state.unspent)
  set(journal, state, 'unspent', 0n)
}

function settle(contract: Contract, from: number, block: Block): void {
  const { state, terms, journal } = contract
  const { indices } = cohortOf(contract)
  const share = equalShareRoundedDown(potLeft(contract), state.submissions.size)
  for (const position of state.submissions.keys()) spend(contract, state.roster[indices[position]!]!, share)
  set(journal, state, 'roundsSettled', state.roundsSettled + 1)
  if (state.roundsSettled === terms.rounds) spend(contract, from, state.unspent)
  moveOn(contract, block)
}
