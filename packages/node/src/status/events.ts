/**
 * What a node tells: one stream of plain objects, the same for logs, progress bars and worker messages.
 *
 * Every event can cross a thread (`structuredClone`). Except for its bigints it can be written as JSON.
 */
import type { Hex, Token } from '@tutti/core'

/** What a member says of its own training. Self-reported, logged on the chain, never paid for. */
export interface TrainingMetrics {
  /** Examples trained on. */
  examples: number
  /** Examples that were kept back from training, and that the figures below are of; absent: those trained on. */
  heldOut?: number
  /** Mean loss before this round's training. */
  loss?: number
  /** How many answers of the global model were right: one an example, or one a label where an example may have several. */
  correct?: number
  /** Labels of an example, where it may have several: so many answers each. */
  labels?: number
  /** Examples of each class, by class index. */
  perClass?: number[]
}

/** What a wait counts. */
export type Waited = 'members' | 'commitments' | 'updates' | 'shards'

/** A transaction as it was mined. */
export interface TransactionCost {
  hash: Hex
  gasUsed: bigint
  /** Wei per gas that was paid. */
  gasPrice: bigint
}

/** What happened; {@link NodeEvent} adds who and when. */
export type NodeEventBody =
  /** `token`: what all amounts are amounts of, in its smallest units. */
  | { kind: 'started'; members: number; rounds: number; round: number; token: Token }
  /** Found on disk after a restart: an update that may be on its way. */
  | { kind: 'resumed'; round: number; action: 'commit' | 'submit' }
  | { kind: 'round-opened'; round: number; members: number; cohort: number; position?: number; shards: number[] }
  /** `endsAt` and `chainTime`, now, are seconds by the chain's clock, which is not this machine's; `endsAt` 0: an action ends it. */
  | { kind: 'phase'; round: number; phase: string; endsAt: number; chainTime: number; reason: string }
  /**
   * A wait that lasts, once a phase and again when `came` has changed. `count`: how many came, of how many; `missing`: a few of
   * those who have not acted. `endsAt` and `chainTime` as for a phase.
   */
  | {
      kind: 'waiting'
      round: number
      phase: string
      endsAt: number
      chainTime: number
      reason: string
      count?: { what: Waited; came: number; of: number }
      missing: Hex[]
    }
  | { kind: 'training-started'; round: number }
  /** `accuracy`: share of answers that were right before the training, where the metrics tell. */
  | { kind: 'training-finished'; round: number; metrics: TrainingMetrics; accuracy?: number; seconds: number }
  | { kind: 'update-prepared'; round: number; bytes: number; parameters: number; saturatedLanes: number }
  /** More than a hundredth of an update was clamped; told again when it is twice as much. `message` says what to do. */
  | { kind: 'clamped'; round: number; saturatedLanes: number; parameters: number; message: string }
  /** Signed and kept on disk, not yet sent. */
  | { kind: 'signed'; round: number; action: 'commit' | 'submit'; hash: Hex }
  /** Sent, not yet heard of. */
  | { kind: 'sent'; round: number; action: 'commit' | 'submit'; hash: Hex }
  | { kind: 'committed'; round: number; cost: TransactionCost }
  /** `bytes` of payload; on the blob path that is 32 for each of the `blobs` that went beside it. */
  | {
      kind: 'submitted'
      round: number
      first: number
      shards: number
      bytes: number
      blobs?: number
      cost: TransactionCost
    }
  /** The blobs of a round were decoded; `missing` of them could not be had. */
  | { kind: 'checked'; round: number; blobs: number; missing: number; faults: number }
  /** An update breaks its bounds; `what` says how. */
  | { kind: 'fault-found'; round: number; member: Hex; position: number; shard: number; what: string }
  /** An update that breaks its bounds and that nobody challenged in time: it is part of the model for good. */
  | { kind: 'fault-standing'; round: number; member: Hex; position: number; shard: number; what: string }
  /** Bound to the proof of a fault, which is shown in a later block. */
  | { kind: 'bound'; round: number; position: number; cost: TransactionCost }
  /** A fault was proven: its update is void, its member's stake slashed. */
  | { kind: 'challenged'; round: number; position: number; cost: TransactionCost }
  /** Blobs that nobody gave, told once; `message` names each with its round, member and versioned hash, a line each. */
  | { kind: 'blobs-missing'; round: number; blobs: number; versionedHashes: Hex[]; message: string }
  /** A file of this node cannot be used; `message` says which, and what happens instead. */
  | { kind: 'file-damaged'; file: string; message: string }
  /** The model was put together anew and has the contract's commitments. */
  | { kind: 'model-synced'; round: number; blobs: number; seconds: number }
  | { kind: 'opened'; cost: TransactionCost }
  | { kind: 'drawn'; round: number; cost: TransactionCost }
  /** Sent a transaction that does nothing: the chain mines for transactions only, and the next action waits for a block. */
  | { kind: 'nudged'; round: number; cost: TransactionCost }
  | { kind: 'aggregated'; round: number; shard: number; cost: TransactionCost }
  | { kind: 'closed'; round: number; cost: TransactionCost }
  | { kind: 'settled'; round: number; cost: TransactionCost }
  /**
   * A transaction that does nothing took a nonce which held up others: what had it was lost (`gap`), or could only fail
   * (`vain`).
   */
  | { kind: 'nonce-spent'; nonce: number; reason: 'gap' | 'vain' }
  /** The endpoint, the owner's limits or what waits of the account keep a transaction back; told once, tried again. */
  | { kind: 'held-back'; round: number; action: string; message: string }
  /** The contract refused an action, as a rule because somebody else took it first; `cost` if that was found out on the chain. */
  | { kind: 'race-lost'; round: number; action: string; reason: string; cost?: TransactionCost }
  | { kind: 'sat-out'; round: number; reason: string }
  /** The account has an update on the chain that this store knows nothing of: another node or store has the same key. */
  | { kind: 'twin-found'; round: number }
  | { kind: 'round-settled'; round: number; updates: number; hasTakenPart: boolean; reward: bigint; keeperPay: bigint }
  | { kind: 'round-failed'; round: number; updates: number; keeperPay: bigint }
  /** Voted for the round in progress to be the last. */
  | { kind: 'voted'; round: number; cost: TransactionCost }
  /** The next action was overdue by the terms: the federation is over, and stakes go back. */
  | { kind: 'abandoned'; cost: TransactionCost }
  /** Left, or asked to while frozen into a round; `amount` was paid at once in the first case. */
  | { kind: 'left'; amount: bigint; cost: TransactionCost }
  | { kind: 'claimed'; amount: bigint; cost: TransactionCost }
  /** A sign of life: the chain was read; every few seconds at the most, while nothing else is under way. */
  | { kind: 'looked'; round: number; block: bigint }
  | { kind: 'chain-unreachable'; failures: number; waitMilliseconds: number; message: string }
  | { kind: 'chain-back'; failures: number }
  | { kind: 'finished'; summary: NodeSummary }
  | { kind: 'failed'; name: string; message: string; isRetryable: boolean }

/** One event of one node. `time` in milliseconds of this machine's clock. */
export type NodeEvent = NodeEventBody & { time: number; account: Hex; federationId: Hex }

/** Seconds that a node spent, by what it did. Waiting for others is in `waiting`. */
export interface NodeTimes {
  training: number
  /** Reading the model, quantising, writing to disk. */
  preparing: number
  /** Integers into payloads or blobs. */
  packing: number
  /** Commitments of blobs. */
  committing: number
  /** Proofs that travel beside blobs. */
  proving: number
  /** Fetching and decoding the updates of others. */
  checking: number
  /** Transactions, from signing until they were mined. */
  sending: number
  /** Reading the chain to decide. */
  observing: number
  waiting: number
  total: number
}

/** What a node did from start to end. */
export interface NodeSummary {
  account: Hex
  federationId: Hex
  /** What amounts are amounts of. */
  token: Token
  /** Why it ended. */
  reason: string
  /** Rounds that were settled with an update of this member in them. */
  roundsTaken: number
  /** Submissions mined; an update too large for one transaction is several. */
  submitted: number
  aggregatedShards: number
  /** Lanes of updates that reached their limit, of `quantisedLanes` in all. */
  saturatedLanes: number
  quantisedLanes: number
  /** Amounts are in smallest units of the token. */
  rewards: bigint
  keeperPay: bigint
  claimed: bigint
  gasUsed: bigint
  gasByAction: Record<string, { transactions: number; gasUsed: bigint }>
  seconds: NodeTimes
}
