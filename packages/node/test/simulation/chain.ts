/** A chain of blocks that holds one federation and can be reorganised. */
import type { Phase, Random, Terms } from '@tutti/core'
import { type Call, type ChainState, createContract, phaseOf, positionOf, type Transaction } from './contract.ts'
import { execute } from './execution.ts'
import { put, set, takeNotes } from './journal.ts'
import { refuses } from './refusals.ts'

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

/** Blocks that can be taken back. */
const REMEMBERED = 8

/** A chain at its first block, with a federation that nobody has joined. */
export function createModelChain(terms: Terms, accounts: number, random: Random): ModelChain {
  const contract = createContract(terms, accounts, random)
  const { state, journal } = contract
  const blocks: { takeBack: () => void; transactions: readonly Transaction[] }[] = []
  return {
    state,
    terms,
    refuses: (from, call, timestamp) => refuses(contract, from, call, timestamp),
    phase: (timestamp) => phaseOf(contract, timestamp),
    positionOf: (account) => positionOf(contract, account),
    mine: (timestamp, transactions) => {
      const block = { number: state.block.number + 1, timestamp }
      for (const { from, nonce, hash, call } of transactions) {
        const seat = state.seats[from]!
        if (seat.nonce !== nonce) continue
        set(journal, seat, 'nonce', nonce + 1)
        const refusal = refuses(contract, from, call, timestamp)
        if (refusal === undefined) execute(contract, from, call, block)
        put(journal, state.receipts, hash, refusal === undefined)
      }
      set(journal, state, 'block', block)
      blocks.push({ takeBack: takeNotes(journal), transactions })
      if (blocks.length > REMEMBERED) blocks.shift()
    },
    takeBack: (count) => {
      const taken: Transaction[] = []
      for (let i = 0; i < count && blocks.length > 0; i++) {
        const block = blocks.pop()!
        block.takeBack()
        taken.unshift(...block.transactions)
      }
      contract.cohort = undefined
      return taken
    },
  }
}
