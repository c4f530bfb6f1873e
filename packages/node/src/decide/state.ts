/** What a decision is made from, chain and node, and what it can be. */
import type { Round, Terms } from '@tutti/core'
import type { RoundRecord } from '../disk/round-record.ts'

/** What decisions need from the chain, all of one block. */
export interface Observation {
  block: { number: bigint; timestamp: number }
  terms: Terms
  status: {
    createdAt: number
    isInitialised: boolean
    isFinished: boolean
    members: number
    roundsClosed: number
    /** Enough members have voted: the round in progress is the last. */
    isEnding?: boolean
  }
  round: Round
  member: { index: number; isMember: boolean; isLeaving: boolean; owed: bigint; stake: bigint }
  /** Position in the cohort of the round in progress; undefined when not drawn into it. */
  position: number | undefined
}

/** What a node knows of the updates of others. */
export type Watch =
  /** On a path whose updates cannot be faulty. */
  | { kind: 'unneeded' }
  /** Nobody has looked yet. */
  | { kind: 'due' }
  /** Looked through; once more at chain time `again`, if something was missing. */
  | { kind: 'checked'; faults: readonly KnownFault[]; again: number | undefined }

/** A fault that is not proven yet, by whose it is: cohort position and which of its assigned shards. */
export interface KnownFault {
  position: number
  assigned: number
  /** Whether this node has bound itself to the proof. */
  isBound: boolean
}

/** What decisions need from the node itself. */
export interface OwnState {
  /** What is on disk about the round in progress. */
  record: RoundRecord
  /** What is known of the updates of the round in progress. */
  watch: Watch
  /** Chain time at which this node first saw the step that is due now, in seconds. */
  since: number
  /** Whether the node takes the steps that anyone may take, for pay. */
  isKeeper: boolean
  /** What a million gas is worth to the owner, in smallest token units: steps that pay less are left to others. */
  tokensPerMegagas?: bigint | undefined
  /** Seconds between one member and the next where the contract names nobody. */
  staggerSeconds: number
  /** Nothing is signed in the last seconds of a phase, since it would be mined too late and paid for in vain. */
  marginSeconds: number
  /** Whether to leave the federation. */
  wantsToLeave: boolean
  /** Whether to vote for this round to be the last; false once this node has. */
  wantsToEnd?: boolean
  /** For how long to wait for a federation to open once it may, in seconds; undefined: without end. */
  maximumWaitSeconds?: number | undefined
  /** Whether to fetch what is owed at the end. */
  claims: boolean
  /** A claim was made and what remains cannot be fetched yet. */
  isClaimed: boolean
  /**
   * Chain time at which a chain that has mined no block for a while is taken for one that mines for transactions only;
   * undefined: never.
   */
  nudgeAt?: number | undefined
  /**
   * Newest block at which the account was a member that had not asked to leave; undefined if it never was, or was told to
   * leave. A chain that takes its joining back may yet include it again.
   */
  seatSeenAt?: bigint | undefined
  /** A node stays for so long after it has nothing to do any more: a reorganisation may take its claim back. */
  finalitySeconds: number
}

/** What a node does next. `reason` is a sentence for people. */
export type Action = { reason: string } & (
  | { kind: 'wait'; until: number | undefined }
  | { kind: 'open' }
  | { kind: 'draw'; round: number }
  /** A transaction that does nothing, for a block that another step waits for. */
  | { kind: 'nudge'; round: number }
  /** For this round to be the last. */
  | { kind: 'vote'; round: number }
  | { kind: 'train'; round: number; until: number }
  | { kind: 'commit'; round: number }
  | { kind: 'submit'; round: number; sending: number }
  | { kind: 'confirm'; round: number; sending: number }
  | { kind: 'check'; round: number }
  | { kind: 'bind'; round: number; position: number; assigned: number }
  | { kind: 'challenge'; round: number; position: number; assigned: number }
  | { kind: 'aggregate'; round: number; shard: number }
  | { kind: 'settle'; round: number }
  | { kind: 'close'; round: number }
  | { kind: 'abandon' }
  | { kind: 'leave' }
  | { kind: 'claim' }
  | { kind: 'stop' }
)

/** Waits until chain time `until`; until something changes where it is undefined. */
export function wait(until: number | undefined, reason: string): Action {
  return { kind: 'wait', until, reason }
}
