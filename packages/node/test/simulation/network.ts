/** A network that delays transactions, loses some of them, and forgets some of a block that was taken back. */
import type { Random } from '@tutti/core'
import type { ModelChain } from './chain.ts'
import type { Call, Transaction } from './contract.ts'
import type { SimulatedNode } from './node.ts'
import type { Weather } from './weather.ts'

/** Seconds between two blocks. */
export const SLOT = 12

/** Transactions that are not in a block yet. */
export interface Network {
  broadcast(transaction: Transaction, node: SimulatedNode): void
  add(transaction: Transaction): void
  /** Signs and hands over a call of an account that is no node; it always arrives. */
  hand(account: number, call: Call): void
  nextNonce(account: number): number
  /** Transactions for a block, those of one account in order of nonce. */
  collect(now: number): Transaction[]
  /** Takes transactions of blocks that were taken back: three in ten are lost. */
  forgetSome(transactions: readonly Transaction[]): void
}

/** A network that holds nothing. @param now - World time, in seconds. */
export function createNetwork({ state }: ModelChain, weather: Weather, random: Random, now: () => number): Network {
  const pool = new Map<number, Map<number, Transaction & { arrives: number }>>()
  const add = (transaction: Transaction, arrives = now()) => {
    const own = pool.get(transaction.from) ?? new Map()
    pool.set(transaction.from, own)
    // The first of a nonce stays: a second one at the same price is underpriced.
    if (transaction.nonce >= state.seats[transaction.from]!.nonce && !own.has(transaction.nonce)) {
      own.set(transaction.nonce, { ...transaction, arrives })
    }
  }
  const nextNonce = (account: number) => {
    const own = pool.get(account)
    let nonce = state.seats[account]!.nonce
    while (own?.has(nonce)) nonce++
    return nonce
  }
  return {
    nextNonce,
    add,
    broadcast: (transaction, node) => {
      if (node.lossesInARow < 2 && random() < weather.loss) {
        node.lossesInARow++
        return
      }
      node.lossesInARow = 0
      add(transaction, now() + random() * 2 * SLOT)
    },
    hand: (account, call) => {
      const nonce = nextNonce(account)
      add({ hash: `${account}/${nonce}/${call.kind}/${now()}`, from: account, nonce, call }, now())
    },
    collect: (time) => {
      const collected: Transaction[] = []
      for (const [account, own] of pool) {
        let nonce = state.seats[account]!.nonce
        for (const key of own.keys()) if (key < nonce) own.delete(key)
        for (let found = own.get(nonce); found !== undefined && found.arrives <= time; found = own.get(nonce)) {
          const { arrives: _, ...transaction } = found
          collected.push(transaction)
          own.delete(nonce)
          nonce++
        }
        if (own.size === 0) pool.delete(account)
      }
      return collected
    },
    forgetSome: (transactions) => {
      for (const transaction of transactions) {
        // Who joined is no part of the game.
        if (transaction.call.kind === 'join' || random() < 0.7) add(transaction, now())
      }
    },
  }
}
