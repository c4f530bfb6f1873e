// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { Phase, Round, RoundSummary } from "../types/Round.sol";
import { Terms } from "../types/Terms.sol";

/// @title IFederationViews
/// @notice What can be read about federations, rounds and members, without an indexer.
/// @dev Views of a federation revert if there is none with the id.
interface IFederationViews {
    /// @notice The state of a federation, without its terms and its round.
    struct Status {
        address creator; //        who paid the bounty and receives what is unspent
        uint40 createdAt; //       unix seconds
        bool isInitialised; //     whether the initial model is complete
        bool isFinished; //        whether stakes and refunds can be claimed
        bool isEnding; //          whether a quorum has voted to finish with this round
        uint32 members; //         members at present, including those who wait for the next round
        uint32 roundsClosed; //    rounds over, failed ones included
        uint32 roundsSettled; //   rounds that changed the model
        uint128 unspent; //        bounty not yet paid out
        uint128 staked; //         stakes held
        uint128 owed; //           credited and not yet claimed
        uint128 sealPot; //        set aside for those who seal the finished model, and not yet credited
    }

    /// @notice One member, or a former one.
    struct Member {
        uint128 owed; //      credited and not yet claimed
        uint128 stake; //     held for this member
        uint32 index; //      place among the members, from zero; meaningless unless `isMember`
        bool isMember; //     admitted and not yet removed
        bool isLeaving; //    asked to leave while frozen into a round
    }

    /// @notice The id that these terms have on this chain and core.
    /// @param terms Any terms, possible or not.
    /// @return id Hash of chain, core and terms.
    /// @custom:reverts Without a reason, if a value is wider than its field.
    function toId(Terms calldata terms) external view returns (bytes32 id);

    /// @notice The terms of a federation. They never change.
    /// @param id The federation.
    /// @return terms What its members agreed to.
    /// @custom:reverts UnknownFederation.
    function termsOf(bytes32 id) external view returns (Terms memory terms);

    /// @notice Where a federation stands.
    /// @param id The federation.
    /// @return status Times in unix seconds, amounts in the token's smallest unit.
    /// @custom:reverts UnknownFederation.
    function statusOf(bytes32 id) external view returns (Status memory status);

    /// @notice The record of the round in progress.
    /// @param id The federation.
    /// @return round All zero before the first round, and while a federation has no members.
    /// @custom:reverts UnknownFederation.
    function roundOf(bytes32 id) external view returns (Round memory round);

    /// @notice The phase at this block's time.
    /// @param id The federation.
    /// @return phase What the federation waits for.
    /// @return endsAt When the phase ends by itself, in unix seconds; zero: when somebody acts.
    /// @custom:reverts UnknownFederation.
    function phaseOf(bytes32 id) external view returns (Phase phase, uint256 endsAt);

    /// @notice Summaries of closed rounds `from` to `from + count − 1`, fewer at the end.
    /// @param id The federation.
    /// @param from First round, from 0.
    /// @param count The most rounds.
    /// @return page One a round.
    /// @custom:reverts UnknownFederation.
    function history(bytes32 id, uint256 from, uint256 count) external view returns (RoundSummary[] memory page);

    /// @notice One member.
    /// @param id The federation.
    /// @param account Any account: for one that never joined, everything is zero except what it is owed.
    /// @return member Amounts in the token's smallest unit.
    /// @custom:reverts UnknownFederation.
    function memberOf(bytes32 id, address account) external view returns (Member memory member);

    /// @notice Members at indices `from` to `from + count − 1`, fewer at the end.
    /// @param id The federation.
    /// @param from First index, from 0.
    /// @param count The most members.
    /// @return page Their accounts.
    /// @custom:reverts UnknownFederation.
    function membersOf(bytes32 id, uint256 from, uint256 count) external view returns (address[] memory page);

    /// @notice The cohort of the round in progress. Empty until it is drawn, and after the end.
    /// @param id The federation.
    /// @return cohort Accounts in order of position.
    /// @custom:reverts UnknownFederation.
    function cohortOf(bytes32 id) external view returns (address[] memory cohort);

    /// @notice Whether an account is in the cohort of the round in progress, and where.
    /// @param id The federation.
    /// @param account Any account.
    /// @return isInCohort Whether it is.
    /// @return position Its position, from 0; zero also if it is not.
    /// @custom:reverts UnknownFederation.
    function positionOf(bytes32 id, address account) external view returns (bool isInCohort, uint16 position);

    /// @notice The keeper chosen for a shard, when its exclusive window ends, and what the action pays now.
    /// @param id The federation.
    /// @param shard Which shard.
    /// @return keeper The account; zero until the cohort is drawn, and after the end.
    /// @return exclusiveUntil When anyone else may take the action, in unix seconds.
    /// @return pay What it pays now, in the token's smallest unit.
    /// @custom:reverts ShardOutOfRange, UnknownFederation.
    function keeperOf(bytes32 id, uint16 shard)
        external
        view
        returns (address keeper, uint256 exclusiveUntil, uint256 pay);

    /// @notice What a member commits to: `keccak256(chain, core, id, round, member, salt, payloadHash)`.
    /// @param id The federation.
    /// @param round Number of the round.
    /// @param member Who is going to send the update.
    /// @param salt Anything that others cannot guess.
    /// @param payloadHash keccak256 of the payloads' keccak256 hashes, one after the other.
    /// @return commitment For `commit`.
    /// @custom:reverts Never.
    function commitmentOf(bytes32 id, uint32 round, address member, bytes32 salt, bytes32 payloadHash)
        external
        view
        returns (bytes32 commitment);

    /// @notice What an update's digest is bound to.
    /// @param id The federation.
    /// @param round Number of the round.
    /// @param member Who sends the update.
    /// @return context Hash of chain, core, federation, round and member.
    /// @custom:reverts Never.
    function contextOf(bytes32 id, uint32 round, address member) external view returns (bytes32 context);
}
