// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { IERC165 } from "../interfaces/IERC165.sol";
import { IFederationCore } from "../interfaces/IFederationCore.sol";
import { IFederationExtension } from "../interfaces/IFederationExtension.sol";
import { IFederationModel } from "../interfaces/IFederationModel.sol";
import { IFederationViews } from "../interfaces/IFederationViews.sol";
import { IFederationEvents } from "../interfaces/IFederationEvents.sol";
import { Admission } from "./Admission.sol";
import { RoundFlow } from "./RoundFlow.sol";
import { Accounts } from "./Accounts.sol";
import { Membership } from "./Membership.sol";
import { ModuleCall } from "./ModuleCall.sol";
import { Permit } from "./Permit.sol";
import { PhaseLib } from "../terms/Phase.sol";
import { RoundStore } from "./RoundStore.sol";
import { TermsChecks } from "../terms/TermsChecks.sol";
import { FederationState, Seat } from "./FederationState.sol";
import { Phase, Round, RoundRecord } from "../types/Round.sol";
import { Terms } from "../types/Terms.sol";
import { FederationModel } from "./FederationModel.sol";
import { FederationViews } from "./FederationViews.sol";

/// @title FederationExtension
/// @notice The core's functions that have no room in the core. The core runs this code as its own (delegatecall), so
///         storage, lock, address and caller are the core's.
/// @dev Functions that are called often in a round stay in the core, since the way here costs 2,600 gas. Nothing here
///      depends on who deployed it, and a direct call gains nothing: its own storage stays empty.
contract FederationExtension is FederationViews, FederationModel, IFederationExtension, IFederationEvents {
    using Admission for FederationState;
    using RoundFlow for FederationState;
    using Accounts for FederationState;
    using Membership for FederationState;
    using RoundStore for FederationState;

    // --- Joining and several calls ---

    /// @inheritdoc IFederationExtension
    function permit(address token, uint256 amount, uint256 deadline, bytes calldata signature) external nonReentrant {
        Permit.offer(token, amount, deadline, signature);
    }

    /// @inheritdoc IFederationExtension
    function joinWithPermit(bytes32 id, bytes calldata admission, uint256 deadline, uint8 v, bytes32 r, bytes32 s)
        external
        nonReentrant
    {
        FederationState storage federation = _running(id);
        Terms storage terms = federation.terms;
        Permit.offer(terms.token, terms.stake, deadline, v, r, s);
        federation.join(_held, id, admission);
    }

    /// @inheritdoc IFederationExtension
    /// @dev Each call takes the lock by itself.
    function multicall(bytes[] calldata calls) external returns (bytes[] memory results) {
        results = new bytes[](calls.length);
        for (uint256 i; i < calls.length; ++i) {
            results[i] = ModuleCall.delegate(address(this), calls[i]);
        }
    }

    // --- Rare actions ---

    /// @inheritdoc IFederationExtension
    function leave(bytes32 id) external nonReentrant {
        FederationState storage federation = _existing(id);
        Seat storage seat = federation.seats[msg.sender];
        if (!seat.isMember) revert NotMember(id, msg.sender);
        if (federation.isFinished) {
            // Members keep their index, since a round that was left half done may still be aggregated.
            federation.releaseStake(msg.sender);
        } else if (federation.isFrozen(seat)) {
            if (seat.isLeaving) revert AlreadyLeaving(id, msg.sender);
            federation.queue(id, msg.sender);
            return;
        } else {
            federation.remove(id, msg.sender);
        }
        // A token that refuses to pay stops nobody from leaving: what is owed can be claimed later, or paid to another
        // account by `claimTo`.
        federation.pay(_held, id, msg.sender, msg.sender);
    }

    /// @inheritdoc IFederationExtension
    function voteToEnd(bytes32 id, uint32 number) external nonReentrant {
        FederationState storage federation = _running(id);
        RoundRecord storage round = federation.record;
        if (number != round.number) revert WrongRound(id, round.number, number);
        uint256 quorum = federation.terms.endQuorum;
        if (quorum == 0) revert EndingNotAllowed(id);
        Seat storage seat = federation.seats[msg.sender];
        if (!seat.isMember || !federation.isFrozen(seat)) revert NotFrozen(id, number, msg.sender);
        if (!seat.isStaked) revert StakeForfeited(id, msg.sender);
        if (seat.votedIn == number + 1) revert AlreadyVoted(id, number, msg.sender);
        seat.votedIn = number + 1;
        uint32 votes = round.endVotes + 1;
        round.endVotes = votes;
        if (votes * TermsChecks.BASIS_POINTS >= quorum * round.members) federation.isEnding = true;
        emit EndVoted(id, number, msg.sender, votes);
    }

    /// @inheritdoc IFederationExtension
    function abandon(bytes32 id) external nonReentrant {
        FederationState storage federation = _running(id);
        Round memory round = federation.readPhase();
        (Phase phase,) = _phaseOf(federation, round);
        round.aggregatedAt = federation.record.aggregatedAt;
        uint256 rounds = federation.roundsClosed;
        uint256 joiningSince = rounds == 0 ? federation.createdAt : federation.history[rounds - 1].closedAt;
        uint256 overdueAt = PhaseLib.overdueAt(round, federation.timingOf(), phase, joiningSince);
        if (block.timestamp < overdueAt) revert NotOverdue(overdueAt, block.timestamp);
        federation.finish(id, true);
    }

    // --- What this is ---

    /// @inheritdoc IERC165
    function supportsInterface(bytes4 interfaceId) external pure returns (bool) {
        return interfaceId == type(IERC165).interfaceId || interfaceId == type(IFederationCore).interfaceId
            || interfaceId == type(IFederationViews).interfaceId || interfaceId == type(IFederationModel).interfaceId
            || interfaceId == type(IFederationExtension).interfaceId;
    }

    /// @inheritdoc IFederationExtension
    function version() external pure returns (string memory) {
        return "0.1.0";
    }
}
