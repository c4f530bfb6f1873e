// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { IFederationViews } from "../interfaces/IFederationViews.sol";
import { Binding } from "../terms/Binding.sol";
import { RoundFlow } from "./RoundFlow.sol";
import { Accounts } from "./Accounts.sol";
import { Membership } from "./Membership.sol";
import { PackedTerms } from "../terms/PackedTerms.sol";
import { RoundStore } from "./RoundStore.sol";
import { FederationState, Seat } from "./FederationState.sol";
import { Phase, Round, RoundSummary } from "../types/Round.sol";
import { Terms } from "../types/Terms.sol";
import { FederationStorage } from "./FederationStorage.sol";

/// @title FederationViews
/// @notice What can be read from the core: states, rounds, members. Nothing here changes state.
abstract contract FederationViews is FederationStorage, IFederationViews {
    using RoundFlow for FederationState;
    using Accounts for FederationState;
    using Membership for FederationState;
    using RoundStore for FederationState;

    /// @inheritdoc IFederationViews
    function toId(Terms calldata terms) external view returns (bytes32) {
        return Binding.idOf(PackedTerms.read(terms));
    }

    /// @inheritdoc IFederationViews
    function termsOf(bytes32 id) external view returns (Terms memory) {
        return PackedTerms.load(_existing(id).terms);
    }

    /// @inheritdoc IFederationViews
    function statusOf(bytes32 id) external view returns (Status memory) {
        FederationState storage federation = _existing(id);
        return Status({
            creator: federation.creator,
            createdAt: federation.createdAt,
            isInitialised: federation.isInitialised,
            isFinished: federation.isFinished,
            isEnding: federation.isEnding,
            members: uint32(federation.members.length),
            roundsClosed: federation.roundsClosed,
            roundsSettled: federation.roundsSettled,
            unspent: federation.unspent,
            staked: federation.staked,
            owed: federation.owed + uint128(federation.unburnedOf()),
            sealPot: federation.sealPot
        });
    }

    /// @inheritdoc IFederationViews
    function roundOf(bytes32 id) external view returns (Round memory) {
        return _existing(id).read();
    }

    /// @inheritdoc IFederationViews
    function phaseOf(bytes32 id) external view returns (Phase, uint256) {
        FederationState storage federation = _existing(id);
        return _phaseOf(federation, federation.readPhase());
    }

    /// @inheritdoc IFederationViews
    function history(bytes32 id, uint256 from, uint256 count) external view returns (RoundSummary[] memory page) {
        FederationState storage federation = _existing(id);
        page = new RoundSummary[](_pageLength(federation.roundsClosed, from, count));
        for (uint256 i; i < page.length; ++i) {
            page[i] = federation.history[from + i];
        }
    }

    /// @inheritdoc IFederationViews
    function memberOf(bytes32 id, address account) external view returns (Member memory) {
        FederationState storage federation = _existing(id);
        Seat storage seat = federation.seats[account];
        return Member({
            owed: uint128(account == Accounts.BURNED ? federation.unburnedOf() : federation.owedTo(account)),
            stake: seat.isStaked ? federation.terms.stake : 0,
            index: seat.index,
            isMember: seat.isMember,
            isLeaving: seat.isLeaving
        });
    }

    /// @inheritdoc IFederationViews
    function membersOf(bytes32 id, uint256 from, uint256 count) external view returns (address[] memory page) {
        address[] storage all = _existing(id).members;
        page = new address[](_pageLength(all.length, from, count));
        for (uint256 i; i < page.length; ++i) {
            page[i] = all[from + i];
        }
    }

    /// @inheritdoc IFederationViews
    function cohortOf(bytes32 id) external view returns (address[] memory cohort) {
        FederationState storage federation = _existing(id);
        Round memory round = federation.readHead();
        if (round.startedAt == 0 || federation.isFinished) return cohort;
        cohort = new address[](round.cohort);
        for (uint256 position; position < cohort.length; ++position) {
            cohort[position] = federation.memberAt(round, position);
        }
    }

    /// @inheritdoc IFederationViews
    function positionOf(bytes32 id, address account) external view returns (bool isInCohort, uint16 position) {
        FederationState storage federation = _existing(id);
        if (federation.isFinished) return (false, 0);
        uint256 found;
        (isInCohort, found) = federation.find(federation.seats[account]);
        position = uint16(found);
    }

    /// @inheritdoc IFederationViews
    function keeperOf(bytes32 id, uint16 shard)
        external
        view
        returns (address keeper, uint256 exclusiveUntil, uint256 pay)
    {
        FederationState storage federation = _existing(id);
        uint256 shards = RoundStore.shardCount(federation.submissionTerms);
        if (shard >= shards) revert ShardOutOfRange(shard, shards);
        Round memory round = federation.readPhase();
        if (round.startedAt == 0 || federation.isFinished) return (address(0), 0, 0);
        (keeper, exclusiveUntil) = federation.keeperOf(round, shard);
        pay = federation.keeperPay(round, Phase.Aggregate);
        uint256 left = federation.potLeft();
        if (pay > left) pay = left;
    }

    /// @inheritdoc IFederationViews
    function commitmentOf(bytes32 id, uint32 number, address member, bytes32 salt, bytes32 payloadHash)
        external
        view
        returns (bytes32)
    {
        return Binding.commitmentOf(id, number, member, salt, payloadHash);
    }

    /// @inheritdoc IFederationViews
    function contextOf(bytes32 id, uint32 number, address member) external view returns (bytes32) {
        return Binding.contextOf(id, number, member);
    }

    // --- Pages ---

    function _pageLength(uint256 length, uint256 from, uint256 count) private pure returns (uint256) {
        if (from >= length) return 0;
        return count < length - from ? count : length - from;
    }
}
