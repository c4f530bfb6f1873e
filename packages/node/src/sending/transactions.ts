/**
 * A node's transactions. How they are signed, handed over, replaced and followed is the chain package's; a node adds how
 * long it waits for a chain out of reach, and keeps what it signed before that is sent.
 */
import {
  type Attempt,
  type Call,
  type ChainClient,
  type Carrier as Conveyance,
  plainCarrier as conveyPlain,
  type FollowOptions,
  prepareTransaction,
} from '@tutti/chain'
import type { LocalAccount, TransactionReceipt } from 'viem'
import { type RetryPolicy, untilReached } from '../rpc/connection.ts'
import type { TransactionCost } from '../status/events.ts'

/** A connection that can sign. */
export type Signer = ChainClient & { account: LocalAccount }

/** How transactions of one kind are signed and handed over. */
export interface Carrier extends Conveyance {
  /**
   * Simulates a call and signs it; sends nothing.
   *
   * @param payloads - What the call submits; empty for other calls.
   * @throws `ContractError` if the contract refuses; `InsufficientFundsError`; connection errors.
   */
  sign(call: Call, payloads: readonly Uint8Array[]): Promise<Attempt>
}

/** Carries transactions without blobs. */
export function plainCarrier(signer: Signer): Carrier {
  return { ...conveyPlain(signer), sign: (call) => prepareTransaction(signer, call) }
}

/** How a node follows what it sent: trying again while the chain does not answer, and no longer than its owner lets it run. */
export function toFollowOptions(retry: RetryPolicy): Pick<FollowOptions, 'reach' | 'signal'> {
  return {
    reach: (ask, deadline) => untilReached(ask, deadline === undefined ? retry : { ...retry, deadline }),
    signal: retry.signal,
  }
}

/** What a mined transaction cost. */
export function costOf(receipt: TransactionReceipt): TransactionCost {
  return { hash: receipt.transactionHash, gasUsed: receipt.gasUsed, gasPrice: receipt.effectiveGasPrice }
}
