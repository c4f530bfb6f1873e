/** What a decision is made from: the chain at one block, and the node's own state. */
import type { Phase, Round, Terms } from '@tutti/core'
import type { RoundRecord } from '../disk/round-record.ts'

/** What decisions need from the chain, all of one block. */
export interface Observation {
  /** The block's time is what the next block will have, by the chain's own account. */
  block: { number: bigint; timestamp: number }
  /** What the federation's members agreed to; the rest is what `readObservation` of `@tutti/chain` reads. */
  terms: Terms
  status: {
    createdAt: number
    isInitialised: boolean
    isFinished: boolean
    members: number
    /** Rounds that are over, failed ones included. */
    roundsClosed: number
    /** Enough members have voted: the round in progress is the last. */
    isEnding?: boolean
  }
  round: Round
  member: { index: number; isMember: boolean; isLeaving: boolean; owed: bigint; stake: bigint }
  /** Position in the cohort of the round in progress; undefined when not drawn into it. */
  position: number | undefined
}

/** What a node knows of the updates of others in the round in progress. */
export type FaultWatch =
  /** On a path whose updates cannot be faulty. */
  | { kind: 'unneeded' }
  /** The node has not checked them yet. */
  | { kind: 'due' }
  /** Checked. If blobs were missing, they are checked once more at chain time `again`. */
  | { kind: 'checked'; faults: readonly KnownFault[]; again: number | undefined }

/** A fault that is not proven yet: the cohort position of the member, and which of its assigned shards. */
export interface KnownFault {
  position: number
  assigned: number
  /** Whether this node has bound itself to the proof. */
  isBound: boolean
}

/** What the owner of a node decides, with every default filled in. */
export interface OwnerSettings {
  /** Whether the node takes the actions that anyone may take, for pay. */
  isKeeper: boolean
  /** What a million gas is worth to the owner, in smallest token units: actions that pay less are left to others. */
  tokensPerMegagas?: bigint | undefined
  /** Seconds between one member and the next where the contract names nobody. */
  staggerSeconds: number
  /** Nothing is signed in the last seconds of a phase: it would be mined too late and paid for in vain. */
  marginSeconds: number
  /** For how long to wait for a federation to open once it may, in seconds; undefined: without end. */
  maximumWaitSeconds?: number | undefined
  /** Whether to fetch what is owed at the end. */
  claims: boolean
  /** A node stays for so long after its last action: a reorganisation may take its claim back. */
  finalitySeconds: number
}

/** What decisions need from the node itself. */
export interface OwnState extends OwnerSettings {
  /** What is on disk about the round in progress. */
  record: RoundRecord
  /** What is known of the updates of the round in progress. */
  watch: FaultWatch
  /** Chain time at which this node first saw the action that is due now, in seconds. */
  since: number
  /** Whether to leave the federation. */
  wantsToLeave: boolean
  /** Whether to vote for this round to be the last; false once this node has. */
  wantsToEnd?: boolean
  /** A claim was made, and what remains cannot be fetched yet. */
  isClaimed: boolean
  /**
   * Chain time at which a chain that has mined no block for a while is taken for one that mines for transactions only;
   * undefined: never.
   */
  nudgeAt?: number | undefined
  /**
   * Newest block at which the account was a member that had not asked to leave; undefined if it never was, or was told to
   * leave. A chain that takes its joining back may include it again.
   */
  seatSeenAt?: bigint | undefined
}

/** All that one decision depends on. */
export interface Situation {
  observation: Observation
  own: OwnState
  /** Time of the next block, in seconds: what the contract will see when it executes. */
  now: number
}

/** The same within a phase. */
export interface PhaseSituation extends Situation {
  phase: Phase
  /** Exclusive end of the phase in chain time; undefined where no time ends it. */
  end: number | undefined
}
