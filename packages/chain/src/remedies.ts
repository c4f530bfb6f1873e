/**
 * What to do about each error of the contracts, in one sentence, and whether the same call can succeed later.
 *
 * Retryable are the errors that time or other people's actions resolve.
 */

export type Remedy = { readonly remedy: string; readonly isRetryable: boolean }

const never = (remedy: string): Remedy => ({ remedy, isRetryable: false })
const later = (remedy: string): Remedy => ({ remedy, isRetryable: true })

/** By name of the contract's error. */
export const remedies: Readonly<Record<string, Remedy>> = {
  // Terms
  FederationExists: never('Terms like these were taken up already; another salt makes another federation.'),
  CohortSizeOutOfRange: never('Choose a cohort of 1 to 256 members.'),
  MinimumUpdatesOutOfRange: never('Choose a minimum of updates from 1 to the size of the cohort.'),
  RoundsZero: never('Choose at least one round.'),
  DimensionZero: never('The model must have parameters.'),
  ShardSizeZero: never('Choose a shard size of at least one word.'),
  TooManyShards: never('Choose larger shards.'),
  ShardsPerMemberOutOfRange: never('A member trains from one shard to all of them in a round.'),
  GainsMalformed: never('Write the gain schedule with packGains: first round 0, rising rounds, gains of at least 1.'),
  EndQuorumOutOfRange: never('The quorum is in basis points: 0 to 10,000.'),
  SubmitSecondsZero: never('Give members time to submit.'),
  IdleSecondsZero: never('Choose how long a step may be overdue.'),
  AggregatorHasNoCode: never('Deploy the aggregator first, or name the right address.'),
  GateHasNoCode: never('Deploy the gate first, or name the zero address for none.'),
  JudgeHasNoCode: never('Deploy the judge first, or name the zero address for equal shares.'),
  TokenHasNoCode: never('Name the address of an ERC-20 token on this chain.'),
  TokenMissing: never('Name a token, or set stake, bounty and keeper pay to zero.'),
  KeeperBudgetExceeded: never('Raise the bounty or lower the keeper pay.'),
  ManifestMismatch: never('Hand in the manifest whose hash the terms name.'),
  SetupMismatch: never('Hand in the setup whose hash the terms name.'),
  BoundExceeded: never('An initial integer is larger than the bound in the setup; raise the bound or scale the model.'),

  // Standing
  UnknownFederation: never('No federation has this id here; check id, chain and core address.'),
  FederationFinished: never('The federation is over; claim what it owes you.'),
  WrongPhase: later('The federation is in another phase; read the phase and act in it.'),
  WrongRound: later('Another round is in progress; read the round and prepare anew.'),
  AlreadyInitialised: never('Nothing is left to initialise.'),
  NotInitialised: later('Write the initial model first: anyone may.'),
  TooFewMembers: later('Wait for more members, or for the end of the joining time.'),
  SeedNotReady: later('Wait for the block that seeds the cohort.'),
  NotOverdue: later('The step is not overdue yet; wait, or take the step yourself.'),

  // Members
  AlreadyMember: never('This account has joined already.'),
  NotMember: never('Join first, with this account.'),
  StillLeaving: later('The account leaves when the next round opens; join again after that.'),
  AlreadyLeaving: never('The account leaves when the next round opens.'),
  NotAdmitted: never('The gate of this federation did not admit the account; ask its creator what it takes.'),
  NotInCohort: later('The account is not drawn for this round; wait for the next.'),
  NotFrozen: later('The account joined after this round opened; it takes part from the next.'),
  StakeForfeited: never('The stake was slashed; this account takes no further part.'),
  AlreadyVoted: never('The vote is counted; one a round is enough.'),
  EndingNotAllowed: never('The terms of this federation know no early end.'),

  // Updates
  AlreadyCommitted: never('The commitment of this round stands; submit the update it binds.'),
  NotCommitted: never('No commitment was made in this round; wait for the next.'),
  CommitmentMismatch: never('Submit exactly the payloads and the salt that were committed to.'),
  AlreadySubmitted: never('The update of this round has arrived; wait for the next round.'),
  WrongFirst: never('Submit the assigned shards in order, from the one the contract expects.'),
  WrongPayloadCount: never('Send one payload for each assigned shard that is left; after a commitment, all at once.'),
  WrongPayloadLength: never('Pack the update for this shard and this width again.'),
  NonZeroPadding: never('Positions beyond the shard must be zero; pack the update again.'),

  // Challenges
  ChallengeAlreadyBound: never('This challenge is bound already; prove it.'),
  ChallengeNotBound: later('Bind the challenge first, in an earlier block.'),
  NothingSubmitted: never('There is no update at this position to challenge.'),
  AssignmentOutOfRange: never('A member has as many assigned shards as the terms say, counted from 0.'),
  FaultNotProven: never('The proof does not show a fault.'),

  // Aggregation
  ShardOutOfRange: never('Count shards from 0 to their number less one.'),
  ShardAlreadyAggregated: never('Somebody aggregated this shard already; go on with the next.'),
  KeeperWindow: later('The step belongs to the chosen keeper for now; then anyone may take it.'),
  GasTooLow: later('Send the transaction with more gas.'),

  // Tokens and modules
  TransferShortfall: never('The token delivered less than it was asked for; use one without a fee on transfer.'),
  HoldingsExceeded: never('Use smaller amounts.'),
  ModuleFailed: never('A module named in the terms failed without a reason; ask who wrote it.'),
  ModuleAnswerMalformed: never('A module named in the terms gave no proper answer; ask who wrote it.'),
  ERC20InsufficientAllowance: never('Approve the tokens for the federation core first.'),
  ERC20InsufficientBalance: never('The account holds too few tokens; send it some first.'),
  ERC2612ExpiredSignature: never('The permit expired; sign a new one.'),
  ERC2612InvalidSigner: never('The permit was signed by another account, or for another nonce; sign a new one.'),
  ReentrancyGuardReentrantCall: never('A module or token called back into the core; use one that does not.'),

  // Solidity's own
  Error: never('Read the message; the contract or the token refused.'),
  Panic: never('The contract hit a state it holds to be impossible; please report it.'),
  UnknownError: never('The error is not one of this version of the contracts; check the addresses.'),
}
