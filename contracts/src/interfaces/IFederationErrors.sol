// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { Phase } from "../types/Round.sol";

/// @title IFederationErrors
/// @notice Why the core refuses: one error for each failure, with the facts that show the remedy.
/// @dev The error of an aggregator is passed on as it is, up to 1,024 bytes. Aggregators refuse the same faults with the
///      same errors.
interface IFederationErrors {
    // --- Terms ---

    /// @notice A federation with these terms exists; another salt makes another federation.
    error FederationExists(bytes32 id);
    /// @notice The cohort must have 1 to `max` positions.
    error CohortSizeOutOfRange(uint256 cohortSize, uint256 max);
    /// @notice The minimum of updates must be 1 to `cohortSize`.
    error MinimumUpdatesOutOfRange(uint256 minimumUpdates, uint256 cohortSize);
    /// @notice There must be at least one round.
    error RoundsZero();
    /// @notice The model must have parameters.
    error DimensionZero();
    /// @notice A shard must have parameters.
    error ShardSizeZero();
    /// @notice Choose a larger `shardSize`.
    error TooManyShards(uint256 shards, uint256 max);
    /// @notice A member trains 1 to `shards` shards in a round.
    error ShardsPerMemberOutOfRange(uint256 shardsPerMember, uint256 shards);
    /// @notice Entry `entry` of the gain schedule breaks its form: see `Gains`.
    error GainsMalformed(uint256 entry, uint256 value);
    /// @notice The quorum is in basis points.
    error EndQuorumOutOfRange(uint256 endQuorum, uint256 max);
    /// @notice The duration that `term` names must be `least` to `most` seconds. On private networks it may be shorter.
    error DurationOutOfRange(bytes32 term, uint256 value, uint256 least, uint256 most);
    /// @notice Deploy the aggregator first, or name the right address.
    error AggregatorHasNoCode(address aggregator);
    /// @notice Deploy the gate first, or name the zero address for none.
    error GateHasNoCode(address gate);
    /// @notice Deploy the judge first, or name the zero address for equal shares.
    error JudgeHasNoCode(address judge);
    /// @notice Name an ERC-20 token of this chain.
    error TokenHasNoCode(address token);
    /// @notice Stake, bounty, keeper's pay and pay for sealing need a token.
    error TokenMissing(uint256 stake, uint256 bounty, uint256 keeperPay, uint256 sealPay);
    /// @notice A round's keepers could cost `needed`, but its share of the bounty is `pot`.
    error KeeperBudgetExceeded(uint256 needed, uint256 pot);
    /// @notice The manifest handed in is not the one that the terms name.
    error ManifestMismatch(bytes32 expected, bytes32 actual);
    /// @notice The setup handed in is not the one that the terms name.
    error SetupMismatch(bytes32 expected, bytes32 actual);

    // --- Standing ---

    /// @notice No federation has this id on this chain and core.
    error UnknownFederation(bytes32 id);
    /// @notice The federation has finished: what it owes can be claimed.
    error FederationFinished(bytes32 id);
    /// @notice The federation is in another phase: read the phase and act in it.
    error WrongPhase(bytes32 id, Phase expected, Phase actual);
    /// @notice Another round is in progress, or in the model.
    error WrongRound(bytes32 id, uint256 current, uint256 given);
    /// @notice The initial model is complete.
    error AlreadyInitialised(bytes32 id);
    /// @notice The initial model must be complete before the first round.
    error NotInitialised(bytes32 id);
    /// @notice The first round opens from `opensAt` on with `minimumUpdates` members; before that with `cohortSize`, unless
    ///         anyone may join for a bounty.
    error TooFewMembers(uint256 members, uint256 minimumUpdates, uint256 cohortSize, uint256 opensAt);
    /// @notice The cohort can be drawn after block `seedBlock`.
    error SeedNotReady(uint256 seedBlock, uint256 currentBlock);
    /// @notice The next action is overdue from `overdueAt` on; a phase that ends by itself is never overdue.
    error NotOverdue(uint256 overdueAt, uint256 time);

    // --- Members ---

    /// @notice The account has joined.
    error AlreadyMember(bytes32 id, address account);
    /// @notice The account has not joined, or has left.
    error NotMember(bytes32 id, address account);
    /// @notice A leaver can join again once it has left, when the next round opens.
    error StillLeaving(bytes32 id, address account);
    /// @notice The account leaves when a round opens.
    error AlreadyLeaving(bytes32 id, address account);
    /// @notice The gate did not answer with a clean `true`.
    error NotAdmitted(bytes32 id, address account);
    /// @notice The account is not in the cohort of this round.
    error NotInCohort(bytes32 id, uint256 round, address account);
    /// @notice Only members frozen into the round may vote in it.
    error NotFrozen(bytes32 id, uint256 round, address account);
    /// @notice A slashed member takes no further part.
    error StakeForfeited(bytes32 id, address account);
    /// @notice One vote a member and round.
    error AlreadyVoted(bytes32 id, uint256 round, address account);
    /// @notice The terms do not allow an early end.
    error EndingNotAllowed(bytes32 id);

    // --- Updates ---

    /// @notice One commitment a member and round.
    error AlreadyCommitted(uint256 position);
    /// @notice The terms have a commit phase, in which this position did not commit.
    error NotCommitted(uint256 position);
    /// @notice Payloads and salt are not those of the commitment.
    error CommitmentMismatch(bytes32 expected, bytes32 actual);
    /// @notice The update of this round is complete.
    error AlreadySubmitted(uint256 position);
    /// @notice Updates of assigned shards must come in order; the next is `expected`.
    error WrongFirst(uint256 expected, uint256 given);
    /// @notice This call can take 1 to `max` payloads; after a commitment, exactly `max`.
    error WrongPayloadCount(uint256 given, uint256 max);
    /// @notice The update changes nothing, so it is not accepted: nobody is paid for it.
    error BlankUpdate(bytes32 id, uint256 round, address account);

    // --- Challenges ---

    /// @notice The challenge is bound already: it can be proven from the next block on.
    error ChallengeAlreadyBound(address challenger, bytes32 commitment);
    /// @notice Bind the challenge first, in an earlier block.
    error ChallengeNotBound(address challenger, bytes32 commitment);
    /// @notice There is no update at this position, or it is void.
    error NothingSubmitted(uint256 position);
    /// @notice A member has so many assigned shards, counted from 0.
    error AssignmentOutOfRange(uint256 assigned, uint256 shardsPerMember);
    /// @notice The aggregator did not answer with a clean `true`.
    error FaultNotProven(uint256 position, uint256 assigned);

    // --- Aggregation ---

    /// @notice The model has so many shards, counted from 0.
    error ShardOutOfRange(uint256 shard, uint256 shards);
    /// @notice The shard was aggregated in this round already.
    error ShardAlreadyAggregated(uint256 shard);
    /// @notice Until `exclusiveUntil` only `keeper` may take the action; then anyone may.
    error KeeperWindow(address keeper, uint256 exclusiveUntil);
    /// @notice Send more gas: the judge must get its full allowance, so that no caller can make it fail.
    error GasTooLow(uint256 needed, uint256 left);

    // --- Tokens and modules ---

    /// @notice A module or the token called back into the core during an action.
    error ReentrancyGuardReentrantCall();
    /// @notice The token delivered less than the core asked for; tokens that take a fee on transfer are refused.
    error TransferShortfall(address token, uint256 expected, uint256 received);
    /// @notice The token does not pay this recipient; name another one with `claimTo`. What is owed stays owed.
    error TransferRefused(address token, address recipient);
    /// @notice A federation holds at most 2^128 − 1 units.
    error HoldingsExceeded(uint256 held, uint256 amount);
    /// @notice The module reverted without a reason, or ran out of gas.
    error ModuleFailed(address module, bytes4 selector);
    /// @notice The module's answer is too short for its type, or is not a value of it.
    error ModuleAnswerMalformed(address module, bytes4 selector, uint256 size);
}
