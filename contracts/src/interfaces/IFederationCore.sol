// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { Terms } from "../types/Terms.sol";

/// @title IFederationCore
/// @notice The functions in the core's own code: the actions of a federation's life, and what its model answers.
/// @dev An action reverts with one of the errors that stand beside it, or with the error of a module or the token, up to 1,024
///      bytes of it. `ReentrancyGuardReentrantCall` means that a module or token called back into the core.
interface IFederationCore {
    /// @notice Creates a federation and takes its bounty, and what it sets aside for sealing, from the caller.
    /// @param terms What its members agree to, including the token of both.
    /// @param manifest The document whose hash the terms name. It is logged, not stored.
    /// @param setup What the aggregator must know beyond the terms; its hash is in the terms.
    /// @return id Hash of chain, core and terms.
    /// @custom:reverts AggregatorHasNoCode, CohortSizeOutOfRange, DimensionZero, DurationOutOfRange,
    ///         EndQuorumOutOfRange, FederationExists, GainsMalformed, GateHasNoCode, JudgeHasNoCode,
    ///         HoldingsExceeded, KeeperBudgetExceeded, ManifestMismatch, MinimumUpdatesOutOfRange, ModuleFailed,
    ///         ReentrancyGuardReentrantCall, RoundsZero, SafeERC20FailedOperation, SetupMismatch, ShardSizeZero,
    ///         ShardsPerMemberOutOfRange, TokenHasNoCode, TokenMissing, TooManyShards, TransferShortfall; what the
    ///         token, and `register` of the aggregator, revert with.
    function create(Terms calldata terms, bytes calldata manifest, bytes calldata setup) external returns (bytes32 id);

    /// @notice Initialises one shard of the model. Anyone may.
    /// @param id The federation.
    /// @param shard Which, from 0; each is initialised once, in any order. On the blob path shard 0 stands for all.
    /// @param data Its words where the start is given; otherwise empty.
    /// @custom:reverts AlreadyInitialised, FederationFinished, ModuleAnswerMalformed, ModuleFailed,
    ///         ReentrancyGuardReentrantCall, UnknownFederation; what `IAggregator.initialise` reverts with.
    function initialise(bytes32 id, uint256 shard, bytes calldata data) external;

    /// @notice Joins with the stake of the terms; takes part from the next round that opens.
    /// @param id The federation.
    /// @param admission What the gate asks for; empty where there is none.
    /// @custom:reverts AlreadyMember, FederationFinished, HoldingsExceeded, NotAdmitted, ReentrancyGuardReentrantCall,
    ///         SafeERC20FailedOperation, StillLeaving, TransferShortfall, UnknownFederation; what the token reverts
    ///         with.
    function join(bytes32 id, bytes calldata admission) external;

    /// @notice Opens the first round; later ones open when the one before is settled or closed.
    /// @param id The federation.
    /// @custom:reverts FederationFinished, NotInitialised, ReentrancyGuardReentrantCall, TooFewMembers,
    ///         UnknownFederation, WrongPhase.
    function open(bytes32 id) external;

    /// @notice Seeds a sampled cohort from the block fixed in advance. If that block is out of reach, fixes another one.
    /// @param id The federation.
    /// @param round Number of the round in progress.
    /// @custom:reverts FederationFinished, ReentrancyGuardReentrantCall, SeedNotReady, UnknownFederation, WrongPhase,
    ///         WrongRound.
    function draw(bytes32 id, uint32 round) external;

    /// @notice Binds the caller to an update that it sends later: see `commitmentOf`.
    /// @param id The federation.
    /// @param round Number of the round in progress.
    /// @param commitment What `commitmentOf` gives for the update.
    /// @custom:reverts AlreadyCommitted, FederationFinished, NotInCohort, ReentrancyGuardReentrantCall, StakeForfeited,
    ///         UnknownFederation, WrongPhase, WrongRound.
    function commit(bytes32 id, uint32 round, bytes32 commitment) external;

    /// @notice Sends updates for the caller's assigned shards `first`, `first + 1`, …
    /// @dev An update that comes in one call and changes nothing is refused: it would be paid for no work.
    /// @param id The federation.
    /// @param round Number of the round in progress.
    /// @param first Which of the caller's assigned shards `payloads[0]` is for, from 0: the next that is missing.
    /// @param payloads One a shard. A member's update counts when all its shards have come.
    /// @param salt Of the commitment; ignored where the terms have no commit phase.
    /// @param metrics Self-reported, logged, never paid for.
    /// @custom:reverts AlreadySubmitted, BlankUpdate, CommitmentMismatch, FederationFinished, ModuleAnswerMalformed,
    ///         ModuleFailed, NotCommitted, NotInCohort, ReentrancyGuardReentrantCall, StakeForfeited,
    ///         UnknownFederation, WrongFirst, WrongPayloadCount, WrongPhase, WrongRound; what `IAggregator.digest`
    ///         reverts with.
    function submit(
        bytes32 id,
        uint32 round,
        uint16 first,
        bytes[] calldata payloads,
        bytes32 salt,
        bytes calldata metrics
    ) external;

    /// @notice Binds the caller to a challenge before the proof is shown, so that proofs cannot be stolen.
    /// @param commitment `keccak256(abi.encode(challenger, id, round, position, assigned, keccak256(proof), salt))`.
    /// @custom:reverts ChallengeAlreadyBound, ReentrancyGuardReentrantCall.
    function bindChallenge(bytes32 commitment) external;

    /// @notice Proves a fault in an update: voids the member's update and slashes its stake, half of which is burned.
    /// @param id The federation.
    /// @param round Number of the round in progress.
    /// @param position Whose update, by its position in the cohort.
    /// @param assigned Which of the member's assigned shards, from zero.
    /// @param proof What the aggregator accepts as a proof: see `IAggregator.isFault`.
    /// @param salt The salt of the commitment that `bindChallenge` took.
    /// @custom:reverts AssignmentOutOfRange, ChallengeNotBound, FaultNotProven, FederationFinished, NothingSubmitted,
    ///         ReentrancyGuardReentrantCall, UnknownFederation, WrongPhase, WrongRound.
    function challenge(bytes32 id, uint32 round, uint16 position, uint16 assigned, bytes calldata proof, bytes32 salt)
        external;

    /// @notice Folds one shard's updates into the model and pays the caller. If a federation was abandoned in the middle of a
    ///         round's aggregation, the other shards may be folded after the end, without pay.
    /// @param id The federation.
    /// @param round Number of the round in progress.
    /// @param shard Which shard.
    /// @param data Direct path: the words of the shard, then its payloads, one after the other, in order of position. See
    ///        `IAggregator.aggregate`.
    /// @custom:reverts FederationFinished, GasTooLow, KeeperWindow, ModuleAnswerMalformed, ModuleFailed,
    ///         ReentrancyGuardReentrantCall, ShardAlreadyAggregated, ShardOutOfRange, UnknownFederation, WrongPhase,
    ///         WrongRound; what `IAggregator.aggregate` reverts with.
    function aggregate(bytes32 id, uint32 round, uint16 shard, bytes calldata data) external;

    /// @notice Lets the judge split the pot, settles the round and opens the next.
    /// @param id The federation.
    /// @param round Number of the round in progress.
    /// @custom:reverts FederationFinished, GasTooLow, ReentrancyGuardReentrantCall, UnknownFederation, WrongPhase,
    ///         WrongRound.
    function settle(bytes32 id, uint32 round) external;

    /// @notice Closes a round with too few updates, the model unchanged, and opens the next.
    /// @param id The federation.
    /// @param round Number of the round in progress.
    /// @custom:reverts FederationFinished, ReentrancyGuardReentrantCall, UnknownFederation, WrongPhase, WrongRound.
    function close(bytes32 id, uint32 round) external;

    /// @notice Pays the caller what it is owed: rewards, keeper's pay, refund, and its stake once it may go.
    /// @param id The federation.
    /// @return amount Tokens paid, in the smallest unit; zero if nothing is owed.
    /// @custom:reverts ReentrancyGuardReentrantCall, TransferRefused, UnknownFederation.
    function claim(bytes32 id) external returns (uint256 amount);

    /// @notice As `claim`, paid to `recipient`: for accounts that the token does not pay.
    /// @param id The federation.
    /// @param recipient Who is paid what the caller is owed.
    /// @return amount Tokens paid, in the smallest unit.
    /// @custom:reverts ReentrancyGuardReentrantCall, TransferRefused, UnknownFederation.
    function claimTo(bytes32 id, address recipient) external returns (uint256 amount);

    /// @notice Outputs for one input by the newest sealed version, as the aggregator of the terms answers: see
    ///         `IAggregator.predict`. A classifier returns logits. `predictAt` and `predictWith` ask other versions.
    /// @dev Trust. A foreign aggregator may answer anything: callers check `termsOf(id).aggregator` first.
    /// @param id The federation.
    /// @param input One byte for each input of the network.
    /// @return version Which version answers: the number of rounds that had changed it. 0 is the initial model.
    /// @return outputs One for each output of the network, in fixed point with 18 decimals.
    /// @custom:reverts UnknownFederation; what `IAggregator.predict` reverts with.
    function predict(bytes32 id, bytes calldata input) external view returns (uint32 version, int256[] memory outputs);

    /// @notice The class for one input by the newest sealed version, as the aggregator of the terms answers: see
    ///         `IAggregator.classify`.
    /// @dev Trust. As of `predict`.
    /// @param id The federation.
    /// @param input One byte for each input of the network.
    /// @return version As of `predict`.
    /// @return class Index of the class, 0 or 1, or a bit for each label. Their names are in the manifest.
    /// @return outputs As of `predict`.
    /// @custom:reverts UnknownFederation; what `IAggregator.classify` reverts with.
    function classify(bytes32 id, bytes calldata input)
        external
        view
        returns (uint32 version, uint256 class, int256[] memory outputs);
}
