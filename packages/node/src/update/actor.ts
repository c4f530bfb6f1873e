/** What the actions of a node work with, put together once a run. */
import { ContractError } from '@tutti/chain'
import type { Hex, Terms, Token } from '@tutti/core'
import type { PublishedManifest } from '@tutti/learn'
import type { Store } from '../disk/store.ts'
import type { Path } from '../paths/interface.ts'
import type { Budget } from '../privacy/budget.ts'
import type { RetryPolicy } from '../rpc/connection.ts'
import type { Account } from '../sending/account.ts'
import type { Signer } from '../sending/transactions.ts'
import type { Report } from '../status/report.ts'
import type { Trainer } from '../trainers/interface.ts'

/** Chain, store, trainer and limits of one member in one federation. */
export interface Actor {
  client: Signer
  /** Where all that this account sends is signed. */
  account: Account
  federationId: Hex
  terms: Terms
  /** Of stake and pay. */
  token: Token
  manifest: PublishedManifest
  /** Weight units per integer of every parameter, shape [dimension]. */
  steps: Float64Array
  store: Store
  trainer: Trainer
  report: Report
  retry: RetryPolicy
  /** Chain time, in seconds. */
  now: () => number
  /** Where the federation's numbers live: in the contract, or in blobs. */
  path: Path
  /** Seed of this member's own part of the stochastic rounding, for runs that are to be repeated; undefined: the system's randomness. */
  roundingSeed: number | undefined
  /** What the owner's data may still tell. */
  budget: Budget
  /** Most that a member's own part of a round may cost, in wei; undefined: no limit. */
  maximumCostPerRound: bigint | undefined
  /** How long one look after a transaction may last before the node decides anew, in milliseconds. */
  seeThroughMs: number
}

/** Gives a round up, and tells why. */
export function sitOut({ store, report }: Pick<Actor, 'store' | 'report'>, round: number, reason: string): void {
  report.tell({ kind: 'sat-out', round, reason })
  store.forfeit(round, reason)
}

/** Whether the contract itself refused, as opposed to the chain being out of reach. */
export function isRefusal(error: unknown): error is ContractError {
  return error instanceof ContractError
}
