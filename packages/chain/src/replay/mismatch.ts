/** What a replay can find wrong, and how it says so. */

import type { Hash } from 'viem'

/** Where the chain's model, or its history, is not what the accepted updates imply. */
export type Mismatch = {
  /** What was compared, in words. */
  what: string
  round?: number
  shard?: number
  /** Word within the model. */
  word?: number
  /** The transaction that broke it, or the last one that wrote there. */
  transactionHash?: Hash
}

/** Ends a replay at the first mismatch; never leaves this package. */
export class MismatchFound extends Error {
  override readonly name = 'MismatchFound'
  readonly mismatch: Mismatch
  constructor(mismatch: Mismatch) {
    super(mismatch.what)
    this.mismatch = mismatch
  }
}

/** One line for people: what, where, and the transaction. */
export function describeMismatch({ what, round, shard, transactionHash }: Mismatch): string {
  const place = [
    round === undefined ? '' : `round ${round}`,
    shard === undefined ? '' : `shard ${shard}`,
    transactionHash === undefined ? '' : `transaction ${transactionHash}`,
  ]
  const shown = place.filter((part) => part !== '').join(', ')
  return `Inconsistent: ${what}${shown === '' ? '' : ` (${shown})`}.`
}
