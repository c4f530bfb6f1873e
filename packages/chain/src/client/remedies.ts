/**
 * What to do about each error of the contracts, in one sentence, and whether the same call can succeed later.
 *
 * Retryable are the errors that time or other people's actions resolve.
 *
 * @example
 * ```ts
 * import { remedies } from '@tutti/chain'
 *
 * remedies.RoundsZero // → { remedy: 'Choose at least one round.', isRetryable: false }
 * ```
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
  DurationOutOfRange: never(
    'Choose a duration in the range; terms for a private network (--private-network) may be shorter.',
  ),
  AggregatorHasNoCode: never('Deploy the aggregator first, or name the right address.'),
  GateHasNoCode: never('Deploy the gate first, or name the zero address for none.'),
  JudgeHasNoCode: never('Deploy the judge first, or name the zero address for equal shares.'),
  TokenHasNoCode: never('Name the address of an ERC-20 token on this chain.'),
  TokenMissing: never('Name a token, or set stake, bounty, keeper pay and pay for sealing to zero.'),
  KeeperBudgetExceeded: never('Raise the bounty or lower the keeper pay.'),
  ManifestMismatch: never('Hand in the manifest whose hash the terms name.'),
  SetupMismatch: never('Hand in the setup whose hash the terms name.'),
  BoundExceeded: never('An initial integer is larger than the bound in the setup; raise the bound or scale the model.'),

  // Terms and setups that the paths add their conditions to
  AlreadyRegistered: never('The aggregator knows this federation already; another salt makes another one.'),
  NotRegistered: never('The aggregator does not know this federation; check the core address.'),
  MalformedSetup: never('Encode the setup with encodeSetup.'),
  SetupTooLarge: never('The setup must fit 24,575 bytes; use fewer shards of a given start, tensors or layers.'),
  UnsupportedLaneBits: never('Choose lanes of 16 or 32 bits, or of 8 to 32 in the blob path.'),
  UnsupportedBits: never('Choose updates of 1, 2, 4 or 8 bits; in the blob path not 1.'),
  UnsupportedRule: never('Choose rule 0, the sum.'),
  UnsupportedChallenge: never('This aggregator has nothing to challenge; set the challenge window to zero.'),
  ModelTooLarge: never('Train a smaller model, or pack it in narrower lanes.'),
  MisalignedShard: never('Choose a shard size that is a multiple of 256 / bits, or of whole blobs in the blob path.'),
  LaneOverflow: never('Choose fewer rounds, a smaller gain, fewer bits or wider lanes: a lane could overflow.'),
  AggregateTooLong: never('One aggregation would not fit a transaction; choose smaller shards or a smaller cohort.'),
  AggregateTooCostly: never('One aggregation would pass the gas cap; choose smaller shards or a smaller cohort.'),
  SubmitTooLong: never('One payload would not fit a transaction; choose smaller shards.'),
  EmptyTensor: never('Every tensor must have parameters.'),
  TensorsMismatch: never('The lengths of the tensors must sum to the dimension.'),
  AmplitudeTooLarge: never('Choose a smaller amplitude or wider lanes.'),
  BoundTooLarge: never('Choose a smaller bound or wider lanes.'),
  WrongHashCount: never('Give one hash for each shard, and none unless the start is given.'),
  UnsupportedSealPay: never('A model in blobs is not sealed in code: set the pay for sealing to zero (--seal-pay).'),
  EmptyLayer: never('Every layer must have inputs and outputs.'),
  LayersUnconnected: never('A layer takes as many inputs as the one before has outputs.'),
  LayersMismatch: never('The parameters of the layers must sum to the dimension.'),
  ZeroBiasMultiplier: never('A bias multiplier is at least 1.'),
  InvalidLayerShift: never('Hidden layers shift by at least 1, the last one by 0.'),
  InvalidOutputs: never('Choose as many outputs as the kind of answer can have.'),
  OutputOverflow: never('Choose a smaller output multiplier or offset.'),

  // Terms and blobs of the blob path
  ChallengeTooShort: never('Choose a longer challenge window: faults are found by those who watch.'),
  CommitmentOverSeveralShards: never('Choose no commit phase, or one shard a member.'),
  TooManyBlobs: never('Choose shards of at most six blobs.'),
  UnsupportedChain: never(
    'Choose a chain with the precompiles of EIP-4844 and EIP-2537 (Prague or later), or the direct path.',
  ),
  NoBlob: never(
    'Initialise in a transaction that carries a blob (tutti create --resume): this path needs a chain with blobs.',
  ),
  BlobMismatch: never('Send the update in the transaction that carries its blobs, in their order.'),
  CoordinateOutOfRange: never('Hand in the affine coordinates of the commitments that were submitted.'),
  NotOnCurve: never('Hand in the affine coordinates of the commitments that were submitted.'),
  NothingAggregated: later('Wait until a round has changed this shard; before that there is nothing to post.'),

  // The model
  ShardAlreadyInitialised: never('Somebody wrote this shard already; go on with the next.'),
  WrongModelLength: never(
    'Hand in exactly the words of the shard, or of all shards to a question; to initialise, nothing unless the start is given.',
  ),
  ModelMismatch: never('The words are not those whose hash is in the setup; check the initial model.'),
  StaleModel: later(
    'The words are not those of the model as it stands: somebody aggregated first, or they are of another shard. Read the words again.',
  ),
  LaneOutOfRange: never('A model integer does not fit its lane; use wider lanes or smaller integers.'),
  NoSuchLane: never('A word has 256 / laneBits lanes, counted from 0.'),
  TooManyUpdates: never('The core handed in more updates than the terms allow; check the core.'),
  WrongDigestCount: never('The core handed in another number of digests than of updates; check the core.'),
  WrongDataLength: never(
    'Hand in the words of the shard and then exactly the payloads of the round that count for it; nothing where none does.',
  ),
  DigestMismatch: never('A payload is not the one that was submitted; read the logs of the round again.'),
  ModelInMotion: later(
    'The round is being aggregated; ask again when all its shards are done. Of an abandoned federation any node of a member folds the rest.',
  ),
  NoNetwork: never('This federation was created without a network; it answers no predictions.'),
  NotSealed: later(
    'No version of this model is in code yet: anyone may seal it (tutti seal ID), or bring its words along (predictWith).',
  ),
  VersionNotSealed: never('This version is not in code; ask a version that is, or the newest sealed one.'),
  PieceOutOfRange: never('Count pieces of 767 words within the shard, from 0; seal at least one.'),
  PieceAlreadySealed: never('Somebody sealed this piece already; go on with what is left (tutti seal ID).'),
  UnsupportedSeal: never('A model in blobs is not sealed in code.'),
  WrongInputLength: never('Give one byte for each feature of the schema.'),

  // Rows that a contract encodes
  MalformedColumns: never('Hand in the columns that tutti encode ID --columns prints.'),
  WrongValueCount: never('Give one value for each column, in the order of the schema.'),
  NotFinite: never('The columns hold a number that is none; take them anew from tutti encode ID --columns.'),
  ValueMissing: never('The schema takes no row without a value of this column; give it.'),
  ValueOutOfRange: never("The value is beyond the column's range: check its unit."),
  UnknownCategory: never("Give the category's place in the schema's list, from 0, or the value for missing."),

  // Standing
  UnknownFederation: never(
    'No federation has this id here; check id, chain and core address, and that the endpoint is not behind.',
  ),
  FederationFinished: never('The federation is over; claim what it owes you.'),
  WrongPhase: later('The federation is in another phase; read the phase and act in it.'),
  WrongRound: later('Another round is in progress; read the round and prepare anew.'),
  AlreadyInitialised: never('Nothing is left to initialise.'),
  NotInitialised: later('Write the initial model first: anyone may, with tutti create --resume ID.'),
  TooFewMembers: later('Wait for more members, or for the end of the joining time.'),
  SeedNotReady: later('Wait for the block that seeds the cohort.'),
  NotOverdue: later('Wait, or take the action yourself: it is not overdue yet.'),

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
  BlankUpdate: never('An update that changes nothing is not taken: sit the round out, or train on more data.'),
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
  KeeperWindow: later('The chosen keeper goes first; wait until its time is over, then anyone may do this.'),
  GasTooLow: later('Send the transaction with more gas.'),

  // Tokens and modules
  TransferRefused: never('The token does not pay this account; name another with --to.'),
  TransferShortfall: never('The token delivered less than it was asked for; use one without a fee on transfer.'),
  HoldingsExceeded: never('Use smaller amounts.'),
  ModuleFailed: never('A module named in the terms failed without a reason: gas ran out in it, or ask who wrote it.'),
  ModuleAnswerMalformed: never('A module named in the terms gave no proper answer; ask who wrote it.'),
  ERC20InsufficientAllowance: never('Approve the tokens for the federation core first.'),
  ERC20InsufficientBalance: never('The account holds too few tokens; send it some first.'),
  ERC20InvalidApprover: never('The token refuses this account; use another one.'),
  ERC20InvalidReceiver: never('The token refuses this receiver; use another account.'),
  ERC20InvalidSender: never('The token refuses this account; use another one.'),
  ERC20InvalidSpender: never('The token refuses this spender; check the core address.'),
  SafeERC20FailedOperation: never('The token refused a transfer; check balance and approval, or use another token.'),
  ECDSAInvalidSignature: never('The permit is no signature; sign a new one.'),
  ECDSAInvalidSignatureLength: never('The permit is no signature; sign a new one.'),
  ECDSAInvalidSignatureS: never('The permit is no signature; sign a new one.'),
  InvalidAccountNonce: never('The permit was signed for another nonce; sign a new one.'),
  InvalidShortString: never('The token was deployed with a malformed name; use another token.'),
  StringTooLong: never('The token was deployed with a malformed name; use another token.'),
  ERC2612ExpiredSignature: never('The permit expired; sign a new one.'),
  ERC2612InvalidSigner: never('The permit was signed by another account, or for another nonce; sign a new one.'),
  ReentrancyGuardReentrantCall: never('A module or token called back into the core; use one that does not.'),

  // Solidity's own
  Error: never('Read the message; the contract or the token refused.'),
  Panic: never('The contract hit a state it holds to be impossible; please report it.'),
  UnknownError: never('The error is not one of this version of the contracts; check the addresses.'),
}
